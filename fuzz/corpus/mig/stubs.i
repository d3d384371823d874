# 0 "tools/mig/test/stubs.defs"
# 0 "<built-in>"
# 0 "<command-line>"
# 1 "stdc-predef.h" 1 3 4
# 0 "<command-line>" 2
# 1 "tools/mig/test/stubs.defs"


subsystem stubs 7100;
serverprefix served_;

# 1 "include/mach/std_types.defs" 1
# 11 "include/mach/std_types.defs"
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
# 7 "tools/mig/test/stubs.defs" 2
import "stubs_types.h";

type sec_t = struct[2] of uint32_t
    ctype: security_token_t;
type audit_t = struct[8] of uint32_t
    ctype: audit_token_t;
type door_t = mach_port_t
    intran: door_object_t stubs_door(door_t)
    destructor: stubs_door_done(door_object_t);
type mark_t = int
    intran: mark_object_t stubs_mark_in(mark_t)
    outtran: mark_t stubs_mark_out(mark_object_t)
    destructor: stubs_mark_done(mark_object_t);
type lent_t = array[] of uint32_t
    ctype: lent_words_t;
type kept_t = ^array[] of uint32_t
    ctype: lent_words_t;
type translated_right_t = mach_port_t
    intran: door_object_t stubs_door(translated_right_t);
type right_list_t = ^array[] of translated_right_t
    ctype: mach_port_array_t;
type words_t = array[*:4] of uint32_t
    ctype: lent_words_t;
type some_ports_t = array[*:3] of mach_port_move_send_t
    ctype: mach_port_array_t;


routine stubs_plain(server : mach_port_t; a : int);
msgoption MACH_SEND_INTERRUPT;
routine stubs_option(server : mach_port_t);
routine stubs_option_argument(server : mach_port_t; msgoption o : int);
msgoption MACH_MSG_OPTION_NONE;
consumeonsenderror Timeout;
sendtime 200;
waittime 100;
routine stubs_both_times(server : mach_port_t);
simpleroutine stubs_simple_both(server : mach_port_t);

nowaittime;
routine stubs_send_time(server : mach_port_t);
routine stubs_wait_argument(server : mach_port_t; waittime t : int);
nosendtime;
routine stubs_no_time(server : mach_port_t);
simpleroutine stubs_send_argument(server : mach_port_t; sendtime t : int);
consumeonsenderror None;
usespecialreplyport 1;
routine stubs_special(server : mach_port_t);

simpleroutine stubs_special_simple(server : mach_port_t);
usespecialreplyport 0;
routine stubs_ordinary(server : mach_port_t);


routine stubs_reply_port(server : mach_port_t; replyport r : mach_port_make_send_t);
routine stubs_server_reply_port(server : mach_port_t; sreplyport r : mach_port_make_send_t; out a : int);
routine stubs_user_reply_port(server : mach_port_t; ureplyport r : mach_port_make_send_t);

simpleroutine stubs_later(server : mach_port_t; replyport r : mach_port_make_send_once_t; a : int);
routine stubs_poly_door(server : mach_port_poly_t);


routine stubs_trailer(server : mach_port_t; msgseqno n : uint32_t; serversectoken s : sec_t;
    serveraudittoken a : audit_t; servercontexttoken c : uint64_t);
routine stubs_seqno(server : mach_port_t; msgseqno n : uint32_t);
routine stubs_sender(server : mach_port_t; serversectoken s : sec_t);

routine stubs_audit(server : mach_port_t; serveraudittoken a : audit_t);
routine stubs_tokens(server : mach_port_t; sectoken s : sec_t; audittoken a : audit_t);
routine stubs_user_sender(server : mach_port_t; usersectoken s : sec_t);


routine stubs_order(door : door_t; a : mark_t; b : lent_t; c : mark_t; inout d : mark_t; out e : mark_t;
    f : kept_t, auto; g : words_t);
routine stubs_rights(server : mach_port_t; a : right_list_t);

routine stubs_results(server : mach_port_t; out a : kept_t; out b : some_ports_t; out c : words_t);
routine stubs_inout_ports(server : mach_port_t; inout a : some_ports_t);
