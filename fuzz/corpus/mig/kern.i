# 0 "tools/mig/test/kern.defs"
# 0 "<built-in>"
# 0 "<command-line>"
# 1 "stdc-predef.h" 1 3 4
# 0 "<command-line>" 2
# 1 "tools/mig/test/kern.defs"


subsystem kernelserver kern 7300;
serverprefix serve_;

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
# 7 "tools/mig/test/kern.defs" 2
simport "kern_types.h";
uimport "kern_user.h";

type thing_t = mach_port_t
    intran: struct thing * kern_thing(struct port *)
    destructor: kern_thing_done(struct thing *);
type carried_t = mach_port_t
    intran: struct thing * kern_thing(struct port *);
type once_t = MACH_MSG_TYPE_MAKE_SEND_ONCE
    cusertype: mach_port_t
    intran: struct thing * kern_thing(struct port *);
type words_t = array[*:4] of uint32_t
    ctype: words_p_t;
type right_array_t = array[*:3] of mach_port_t
    ctype: mach_port_array_t;

routine kern_plain(target : thing_t; a : int; out b : int);
routine kern_rights(target : thing_t; a : carried_t; b : mach_port_t; c : thing_t; d : once_t; out e : mach_port_t;
    out f : mach_port_poly_t);
routine kern_memory(target : thing_t; a : pointer_t; b : words_t; out c : pointer_t; out d : words_t, CountInOut);
routine kern_names(target : thing_t; a : mach_port_array_t; b : right_array_t; out c : mach_port_array_t);
skip;
simpleroutine kern_tell(target : thing_t; a : int);
