subsystem bootstrap 400;
type char = MACH_MSG_TYPE_CHAR;
type short = MACH_MSG_TYPE_INTEGER_16;
type int = MACH_MSG_TYPE_INTEGER_32;
type unsigned = MACH_MSG_TYPE_INTEGER_32;
type int8_t = MACH_MSG_TYPE_INTEGER_8;
type uint8_t = MACH_MSG_TYPE_INTEGER_8;
type int16_t = MACH_MSG_TYPE_INTEGER_16;
type uint16_t = MACH_MSG_TYPE_INTEGER_16;
type int32_t = MACH_MSG_TYPE_INTEGER_32;
type uint32_t = MACH_MSG_TYPE_INTEGER_32;
type int64_t = MACH_MSG_TYPE_INTEGER_64;
type uint64_t = MACH_MSG_TYPE_INTEGER_64;
type boolean_t = MACH_MSG_TYPE_BOOLEAN;
type natural_t = MACH_MSG_TYPE_INTEGER_32;
type integer_t = MACH_MSG_TYPE_INTEGER_32;
type kern_return_t = int;
type vm_address_t = uint64_t;
type vm_offset_t = uint64_t;
type vm_size_t = uint64_t;
type pointer_t = ^array[] of MACH_MSG_TYPE_BYTE
    ctype: vm_offset_t;
type mach_port_t = MACH_MSG_TYPE_COPY_SEND;
type mach_port_array_t = ^array[] of mach_port_t;
type mach_port_name_t = MACH_MSG_TYPE_PORT_NAME;
type mach_port_name_array_t = ^array[] of mach_port_name_t;
type mach_port_type_t = natural_t;
type mach_port_type_array_t = ^array[] of mach_port_type_t;
type mach_port_right_t = natural_t;
type mach_port_urefs_t = natural_t;
type mach_port_delta_t = integer_t;
type mach_port_seqno_t = natural_t;
type mach_port_mscount_t = natural_t;
type mach_port_msgcount_t = natural_t;
type mach_port_rights_t = natural_t;
type mach_port_flavor_t = int;
type mach_port_context_t = uint64_t;
type mach_msg_id_t = integer_t;
type mach_msg_size_t = natural_t;
type mach_msg_type_name_t = natural_t;
type mach_msg_options_t = integer_t;
type mach_msg_trailer_type_t = natural_t;
type mach_port_move_receive_t = MACH_MSG_TYPE_MOVE_RECEIVE
    ctype: mach_port_t;
type mach_port_copy_send_t = MACH_MSG_TYPE_COPY_SEND
    ctype: mach_port_t;
type mach_port_make_send_t = MACH_MSG_TYPE_MAKE_SEND
    ctype: mach_port_t;
type mach_port_move_send_t = MACH_MSG_TYPE_MOVE_SEND
    ctype: mach_port_t;
type mach_port_make_send_once_t = MACH_MSG_TYPE_MAKE_SEND_ONCE
    ctype: mach_port_t;
type mach_port_move_send_once_t = MACH_MSG_TYPE_MOVE_SEND_ONCE
    ctype: mach_port_t;
type mach_port_receive_t = MACH_MSG_TYPE_PORT_RECEIVE
    ctype: mach_port_t;
type mach_port_send_t = MACH_MSG_TYPE_PORT_SEND
    ctype: mach_port_t;
type mach_port_send_once_t = MACH_MSG_TYPE_PORT_SEND_ONCE
    ctype: mach_port_t;
type mach_port_poly_t = polymorphic
    ctype: mach_port_t;
type security_token_t = struct[2] of uint32_t;
type audit_token_t = struct[8] of uint32_t;
type uuid_t = array[16] of uint8_t;
import <mach/std_types.h>;
userprefix bootstrap_rpc_;
serverprefix serve_;
serverdemux launchd_server;
import <servers/bootstrap.h>;
import <bootstrap_priv.h>;
import "wire/job_types.h";
type cmd_t = c_string[512];
type name_t = c_string[128];
type name_array_t = ^array[] of name_t;
type status_word_t = int
    ctype: bootstrap_status_t;
type bootstrap_status_array_t = ^array[] of status_word_t;
type property_word_t = uint32_t
    ctype: bootstrap_property_t;
type bootstrap_property_array_t = ^array[] of property_word_t;
type domain_port_array_t = ^array[] of mach_port_make_send_t
    ctype: mach_port_array_t;
usespecialreplyport 1;
routine create_server(
        bp : mach_port_t;
        command : cmd_t;
        uid : uint32_t;
        on_demand : boolean_t;
    out server_port : mach_port_make_send_t;
        ServerAuditToken token : audit_token_t);
skip;
msgoption MACH_SEND_SYNC_BOOTSTRAP_CHECKIN;
routine check_in2(
        bp : mach_port_t;
        name : name_t;
        flags : uint64_t;
    out service : mach_port_move_receive_t;
    out instance : uuid_t;
        ServerAuditToken token : audit_token_t);
msgoption MACH_MSG_OPTION_NONE;
routine register2(
        bp : mach_port_t;
        name : name_t;
        port : mach_port_t;
        flags : uint64_t;
        ServerAuditToken token : audit_token_t);
routine look_up2(
        bp : mach_port_t;
        name : name_t;
        target : int;
        instance : uuid_t;
        flags : uint64_t;
    out service : mach_port_copy_send_t;
        UserAuditToken answerer : audit_token_t;
        ServerAuditToken token : audit_token_t);
routine send_signal(
        bp : mach_port_t;
        label : name_t;
        signal : int;
        ServerAuditToken token : audit_token_t);
routine parent(
        bp : mach_port_t;
    out parent_port : mach_port_make_send_t;
        ServerAuditToken token : audit_token_t);
skip;
routine info(
        bp : mach_port_t;
        flags : uint64_t;
    out names : name_array_t, dealloc;
    out jobs : name_array_t, dealloc;
    out statuses : bootstrap_status_array_t, dealloc;
    out third_party : bootstrap_property_array_t, dealloc;
        ServerAuditToken token : audit_token_t);
routine subset(
        bp : mach_port_t;
        requestor : mach_port_t;
    out subset_port : mach_port_make_send_t;
        ServerAuditToken token : audit_token_t);
skip; skip; skip; skip; skip; skip;
routine swap_integer(
        bp : mach_port_t;
        in_key : int;
        out_key : int;
        in_value : int64_t;
    out out_value : int64_t;
        ServerAuditToken token : audit_token_t);
skip;
routine lookup_per_user_context(
        bp : mach_port_t;
        uid : uint32_t;
    out domain_port : mach_port_make_send_t;
        ServerAuditToken token : audit_token_t);
skip;
routine swap_complex(
        bp : mach_port_t;
        in_key : int;
        out_key : int;
        ServerAuditToken token : audit_token_t);
skip; skip;
routine kickstart(
        bp : mach_port_t;
        label : name_t;
        flags : uint32_t;
    out pid : int;
        ServerAuditToken token : audit_token_t);
skip;
routine lookup_children(
        bp : mach_port_t;
    out ports : domain_port_array_t, dealloc;
    out names : name_array_t, dealloc;
    out properties : bootstrap_property_array_t, dealloc;
        ServerAuditToken token : audit_token_t);
skip; skip;
routine pid_is_managed(
        bp : mach_port_t;
        pid : int;
    out managed : boolean_t;
        ServerAuditToken token : audit_token_t);
routine port_for_label(
        bp : mach_port_t;
        label : name_t;
    out job_port : mach_port_make_send_t;
        ServerAuditToken token : audit_token_t);
skip; skip; skip; skip; skip; skip;
routine get_root_bootstrap(
        bp : mach_port_t;
    out root : mach_port_make_send_t;
        ServerAuditToken token : audit_token_t);
routine legacy_ipc_request(
        bp : mach_port_t;
        ServerAuditToken token : audit_token_t);
routine get_listener_port_rights(
        bp : mach_port_t;
        ServerAuditToken token : audit_token_t);
skip;
routine status(
        bp : mach_port_t;
        name : name_t;
    out state : status_word_t;
        ServerAuditToken token : audit_token_t);
routine create_service(
        bp : mach_port_t;
        name : name_t;
    out service : mach_port_copy_send_t;
        ServerAuditToken token : audit_token_t);
routine domain_info(
        bp : mach_port_t;
    out name : name_t;
    out uid : uint32_t;
    out launchd_pid : int;
        ServerAuditToken token : audit_token_t);
type text_t = ^array[] of char
    ctype: bootstrap_text_t;
type error_array_t = array[*:64] of int
    ctype: bootstrap_error_array_t;
routine submit_jobs(
        bp : mach_port_t;
        jobs : text_t;
    out errors : error_array_t;
        ServerAuditToken token : audit_token_t);
routine remove_job(
        bp : mach_port_t;
        label : name_t;
        ServerAuditToken token : audit_token_t);
routine start_job(
        bp : mach_port_t;
        label : name_t;
        ServerAuditToken token : audit_token_t);
routine stop_job(
        bp : mach_port_t;
        label : name_t;
        ServerAuditToken token : audit_token_t);
routine job_text(
        bp : mach_port_t;
        label : name_t;
        kind : int;
    out text : text_t, dealloc;
        ServerAuditToken token : audit_token_t);
