# 0 "tools/mig/test/native.defs"
# 0 "<built-in>"
# 0 "<command-line>"
# 1 "stdc-predef.h" 1 3 4
# 0 "<command-line>" 2
# 1 "tools/mig/test/native.defs"


subsystem native 7500;
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
# 7 "tools/mig/test/native.defs" 2
import "native_types.h";

type words_t = array[*:8] of uint32_t;
type pair_p_t = PointerTo(pair);

routine native_all(server : mach_port_t; in a : ValueOf(odd); in b : PointerTo(pair); n : int; inout c : PointerTo(triple);
    out d : PointerTo(odd); out e : pair_p_t; out f : int);
routine native_moved(server : mach_port_t; v : words_t; in a : PointerTo(odd); w : words_t; in b : ValueOf(unsigned char);
    out x : words_t; out c : PointerTo(pair); out y : words_t; out d : PointerTo(odd));
simpleroutine native_tell(server : mach_port_t; in a : ValueOf(pair));
simpleroutine native_later(server : mach_port_t; code : kern_return_t, RetCode; r : mach_port_t; in a : ValueOf(odd);
    in b : PointerTo(pair));
