subsystem round 7000;
serverprefix served_;
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
import "round_types.h";
type odd_t = struct[5] of uint8_t;
type words_t = array[*:8] of uint32_t;
type longs_t = array[*:8] of uint64_t;
type fixed_t = array[3] of uint64_t;
type ports_t = array[*:4] of mach_port_move_send_t
    ctype: port_list_t;
type lent_t = array[] of uint32_t
    ctype: word_list_t;
type lent_rights_t = array[] of mach_port_move_send_t
    ctype: port_list_t;
type given_rights_t = ^array[] of mach_port_move_send_t
    ctype: port_list_t;
type wrapped_t = int
    intran: inside_t round_in(wrapped_t)
    outtran: wrapped_t round_out(inside_t)
    destructor: round_done(inside_t);
type line_t = c_string[*:12];
routine round_scalars(server : mach_port_t; a : uint8_t; b : uint64_t; c : odd_t; inout d : uint64_t; out e : odd_t;
    out f : fixed_t; in g : fixed_t);
routine round_varying(server : mach_port_t; a : words_t; b : longs_t; c : words_t; last : int; out x : words_t;
    out y : longs_t; out z : words_t; out sum : uint64_t);
routine round_same(server : mach_port_t; a : words_t; b : longs_t, SameCount; out x : words_t; out y : longs_t, SameCount);
routine round_room(server : mach_port_t; n : int; out x : words_t, CountInOut);
routine round_ports(server : mach_port_t; a : ports_t; out b : ports_t);
routine round_lent(server : mach_port_t; fail : int; a : lent_t; b : lent_rights_t);
routine round_regions(server : mach_port_t; a : pointer_t, dealloc[]; out b : given_rights_t, dealloc);
routine round_wrapped(server : mach_port_t; a : wrapped_t; out b : wrapped_t);
routine round_poly(server : mach_port_t; inout p : mach_port_poly_t);
routine round_text(server : mach_port_t; a : line_t; out b : line_t);
waittime 250;
consumeonsenderror any;
routine round_timed(server : mach_port_t; a : pointer_t);
