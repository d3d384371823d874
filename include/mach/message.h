/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/message.h> - messages
 *
 * A message is a header, optionally a count and that many descriptors (MACH_MSGH_BITS_COMPLEX), then plain
 * data. The receiver gets a trailer behind it, at msgh_size rounded up to 4:
 *
 *    +--------------------+-------+--------------------------+---------------+ - - - - +
 *    | mach_msg_header_t  | count | descriptors              | data          | trailer |
 *    | 24 bytes           | 4     | port 12; memory, ports,  | any           | 8 to 68 |
 *    |                    |       | guarded port 16 each     |               |         |
 *    +--------------------+-------+--------------------------+---------------+ - - - - +
 *                         |<------ complex messages -------->|               |<-received->
 *
 * The header names two rights. To send: msgh_remote_port is the destination, msgh_local_port the right with
 * which the receiver shall answer. As received they are turned round: msgh_remote_port is the right to answer
 * with and msgh_local_port the port on which the message came, so that a reply is built by using remote port
 * and bits as they are (P148). In both fields, and in each descriptor, a *disposition* says what happens to
 * the sender's right (P43):
 *
 *                       needs      sender afterwards              receiver gets
 *    MOVE_RECEIVE    16  receive    no receive right any more      receive right    16
 *    MOVE_SEND       17  send       one uref less                  send right       17
 *    MOVE_SEND_ONCE  18  send-once  the name is gone               send-once right  18
 *    COPY_SEND       19  send       as before                      send right       17
 *    MAKE_SEND       20  receive    as before, make-send count +1  send right       17
 *    MAKE_SEND_ONCE  21  receive    as before                      send-once right  18
 *
 * Who releases what after an error of mach_msg: see MACH_SEND_* below (P189). Rule numbers are those of the
 * specification of ports and messages.
 */
#ifndef _MACH_MESSAGE_H_
#define _MACH_MESSAGE_H_

#include <stddef.h>
#include <stdint.h>
#include <sys/cdefs.h>
#include <sys/types.h>
#include <mach/port.h>
#include <mach/boolean.h>
#include <mach/kern_return.h>
#include <mach/machine/vm_types.h>

/* ---- scalars ---- */

typedef natural_t mach_msg_timeout_t; /* milliseconds; counts only with a TIMEOUT option */
#define MACH_MSG_TIMEOUT_NONE ((mach_msg_timeout_t)0)

typedef unsigned int mach_msg_bits_t;
typedef natural_t mach_msg_size_t; /* bytes */
typedef integer_t mach_msg_id_t;   /* chosen by the programs; a reply has the request's plus 100 */
typedef unsigned int mach_msg_priority_t;
typedef unsigned int mach_msg_type_name_t;       /* a disposition */
typedef unsigned int mach_msg_copy_options_t;    /* how out-of-line memory travels */
typedef unsigned int mach_msg_guard_flags_t;     /* of a guarded port descriptor */
typedef unsigned int mach_msg_descriptor_type_t; /* kind of a descriptor */
typedef natural_t mach_msg_type_size_t;
typedef natural_t mach_msg_type_number_t;
typedef unsigned int mach_msg_trailer_type_t;
typedef unsigned int mach_msg_trailer_size_t;
typedef char *mach_msg_trailer_info_t;
typedef int mach_msg_filter_id;
typedef integer_t mach_msg_option_t; /* MACH_SEND_*, MACH_RCV_* */
typedef integer_t mach_msg_options_t;
typedef uint64_t mach_msg_option64_t; /* MACH64_* */
typedef uint8_t mach_msg_qos_t;
typedef kern_return_t mach_msg_return_t; /* MACH_MSG_SUCCESS, MACH_SEND_*, MACH_RCV_* */
#define mach_msg_kind_t mach_port_seqno_t

#define MACH_MSG_PRIORITY_UNSPECIFIED ((mach_msg_priority_t)0)
#define MACH_MSG_SIZE_MAX ((mach_msg_size_t)~0)
#define MACH_MSG_SIZE_RELIABLE ((mach_msg_size_t)256 * 1024)
#define MACH_MSG_SIZE_NULL ((mach_msg_size_t *)0)
#define MACH_MSG_FILTER_POLICY_ALLOW ((mach_msg_filter_id)0)

/* ---- header bits (P102, P148) ---- */

#define MACH_MSGH_BITS_ZERO 0x00000000
#define MACH_MSGH_BITS_REMOTE_MASK 0x0000001f  /* disposition of msgh_remote_port: 17 to 21 */
#define MACH_MSGH_BITS_LOCAL_MASK 0x00001f00   /* disposition of msgh_local_port: 0 or 17 to 21 */
#define MACH_MSGH_BITS_VOUCHER_MASK 0x001f0000 /* disposition of msgh_voucher_port: 0, 17 or 19 */
#define MACH_MSGH_BITS_PORTS_MASK \
    (MACH_MSGH_BITS_REMOTE_MASK | MACH_MSGH_BITS_LOCAL_MASK | MACH_MSGH_BITS_VOUCHER_MASK)
#define MACH_MSGH_BITS_COMPLEX 0x80000000U  /* a count and descriptors follow the header (P109) */
#define MACH_MSGH_BITS_USER 0x801f1f1fU     /* the bits that a sender may set; others are dropped */
#define MACH_MSGH_BITS_RAISEIMP 0x20000000U
#define MACH_MSGH_BITS_DENAP MACH_MSGH_BITS_RAISEIMP
#define MACH_MSGH_BITS_IMPHOLDASRT 0x10000000U
#define MACH_MSGH_BITS_DENAPHOLDASRT MACH_MSGH_BITS_IMPHOLDASRT
#define MACH_MSGH_BITS_CIRCULAR 0x10000000U /* kernel internal */
#define MACH_MSGH_BITS_USED 0xb01f1f1fU

/* Builds msgh_bits from two dispositions; does not mask. */
#define MACH_MSGH_BITS(remote, local) ((remote) | ((local) << 8))
/* Builds the bits of three dispositions; the second form adds the other bits of `other`. */
#define MACH_MSGH_BITS_SET_PORTS(remote, local, voucher)                                               \
    (((remote)&MACH_MSGH_BITS_REMOTE_MASK) | (((local) << 8) & MACH_MSGH_BITS_LOCAL_MASK) |            \
     (((voucher) << 16) & MACH_MSGH_BITS_VOUCHER_MASK))
#define MACH_MSGH_BITS_SET(remote, local, voucher, other) \
    (MACH_MSGH_BITS_SET_PORTS((remote), (local), (voucher)) | ((other) & ~MACH_MSGH_BITS_PORTS_MASK))

#define MACH_MSGH_BITS_REMOTE(bits) ((bits)&MACH_MSGH_BITS_REMOTE_MASK)
#define MACH_MSGH_BITS_LOCAL(bits) (((bits)&MACH_MSGH_BITS_LOCAL_MASK) >> 8)
#define MACH_MSGH_BITS_VOUCHER(bits) (((bits)&MACH_MSGH_BITS_VOUCHER_MASK) >> 16)
#define MACH_MSGH_BITS_PORTS(bits) ((bits)&MACH_MSGH_BITS_PORTS_MASK)
#define MACH_MSGH_BITS_OTHER(bits) ((bits) & ~MACH_MSGH_BITS_PORTS_MASK)

#define MACH_MSGH_BITS_HAS_REMOTE(bits) (MACH_MSGH_BITS_REMOTE(bits) != MACH_MSGH_BITS_ZERO)
#define MACH_MSGH_BITS_HAS_LOCAL(bits) (MACH_MSGH_BITS_LOCAL(bits) != MACH_MSGH_BITS_ZERO)
#define MACH_MSGH_BITS_HAS_VOUCHER(bits) (MACH_MSGH_BITS_VOUCHER(bits) != MACH_MSGH_BITS_ZERO)
#define MACH_MSGH_BITS_IS_COMPLEX(bits) (((bits)&MACH_MSGH_BITS_COMPLEX) != MACH_MSGH_BITS_ZERO)
#define MACH_MSGH_BITS_RAISED_IMPORTANCE(bits) (((bits)&MACH_MSGH_BITS_RAISEIMP) != MACH_MSGH_BITS_ZERO)
#define MACH_MSGH_BITS_HOLDS_IMPORTANCE_ASSERTION(bits) \
    (((bits)&MACH_MSGH_BITS_IMPHOLDASRT) != MACH_MSGH_BITS_ZERO)

/* ---- dispositions (P43, P44) ---- */

#define MACH_MSG_TYPE_MOVE_RECEIVE 16    /* give the receive right away; needs receive */
#define MACH_MSG_TYPE_MOVE_SEND 17       /* give a send right away: one uref less; needs send */
#define MACH_MSG_TYPE_MOVE_SEND_ONCE 18  /* give the send-once right away; needs send-once */
#define MACH_MSG_TYPE_COPY_SEND 19       /* give a send right, keep one's own; needs send */
#define MACH_MSG_TYPE_MAKE_SEND 20       /* make a new send right; needs receive */
#define MACH_MSG_TYPE_MAKE_SEND_ONCE 21  /* make a new send-once right; needs receive */
#define MACH_MSG_TYPE_COPY_RECEIVE 22    /* obsolete: always refused */
#define MACH_MSG_TYPE_DISPOSE_RECEIVE 24 /* names only: always refused in messages */
#define MACH_MSG_TYPE_DISPOSE_SEND 25
#define MACH_MSG_TYPE_DISPOSE_SEND_ONCE 26

#define MACH_MSG_TYPE_PORT_NONE 0                             /* no right */
#define MACH_MSG_TYPE_PORT_NAME 15                            /* a plain number, no right goes with it */
#define MACH_MSG_TYPE_PORT_RECEIVE MACH_MSG_TYPE_MOVE_RECEIVE /* as received */
#define MACH_MSG_TYPE_PORT_SEND MACH_MSG_TYPE_MOVE_SEND
#define MACH_MSG_TYPE_PORT_SEND_ONCE MACH_MSG_TYPE_MOVE_SEND_ONCE
#define MACH_MSG_TYPE_LAST 22                                 /* highest of the old dispositions */
#define MACH_MSG_TYPE_POLYMORPHIC ((mach_msg_type_name_t)-1)  /* interface descriptions: chosen at run time */

#define MACH_MSG_TYPE_PORT_ANY(x) \
    (((x) >= MACH_MSG_TYPE_MOVE_RECEIVE) && ((x) <= MACH_MSG_TYPE_MAKE_SEND_ONCE))
#define MACH_MSG_TYPE_PORT_ANY_SEND(x) \
    (((x) >= MACH_MSG_TYPE_MOVE_SEND) && ((x) <= MACH_MSG_TYPE_MAKE_SEND_ONCE))
#define MACH_MSG_TYPE_PORT_ANY_SEND_ONCE(x) \
    (((x) == MACH_MSG_TYPE_MOVE_SEND_ONCE) || ((x) == MACH_MSG_TYPE_MAKE_SEND_ONCE))
#define MACH_MSG_TYPE_PORT_ANY_RIGHT(x) \
    (((x) >= MACH_MSG_TYPE_MOVE_RECEIVE) && ((x) <= MACH_MSG_TYPE_MOVE_SEND_ONCE))

/* ---- descriptors ---- */

/* How out-of-line memory travels: a program sees no difference but that of P131. */
#define MACH_MSG_PHYSICAL_COPY 0 /* the receiver's copy arrives with deallocate 0 */
#define MACH_MSG_VIRTUAL_COPY 1  /* ... with deallocate 1 */
#define MACH_MSG_ALLOCATE 2      /* historic: refused */
#define MACH_MSG_OVERWRITE 3     /* historic: refused */

#define MACH_MSG_PORT_DESCRIPTOR 0
#define MACH_MSG_OOL_DESCRIPTOR 1
#define MACH_MSG_OOL_PORTS_DESCRIPTOR 2
#define MACH_MSG_OOL_VOLATILE_DESCRIPTOR 3
#define MACH_MSG_GUARDED_PORT_DESCRIPTOR 4
#define MACH_MSG_DESCRIPTOR_MAX MACH_MSG_GUARDED_PORT_DESCRIPTOR

#define MACH_MSG_GUARD_FLAGS_NONE 0x0000
#define MACH_MSG_GUARD_FLAGS_IMMOVABLE_RECEIVE 0x0001 /* receiver: cannot move it on (P137) */
#define MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND 0x0002 /* it was not guarded before (P136) */
#define MACH_MSG_GUARD_FLAGS_MASK 0x0003

/* From here to the empty messages 8-byte members need only 4-byte alignment. */
#pragma pack(push, 4)

/* What all kinds have in common: `type` is byte 11. */
typedef struct {
    natural_t pad1;
    mach_msg_size_t pad2;
    unsigned int pad3 : 24;
    mach_msg_descriptor_type_t type : 8;
} mach_msg_type_descriptor_t;

/* One right. (P135) */
typedef struct {
    mach_port_t name;
    mach_msg_size_t pad1;
    unsigned int pad2 : 16;
    mach_msg_type_name_t disposition : 8;
    mach_msg_descriptor_type_t type : 8;
} mach_msg_port_descriptor_t;

/*
 * Memory beside the message, up to 4 GiB - 1. The receiver owns what arrives: vm_deallocate it. (P129 to
 * P131)
 */
typedef struct {
    void *address;
    boolean_t deallocate : 8; /* sending: unmap the whole pages that the range touches */
    mach_msg_copy_options_t copy : 8;
    unsigned int pad1 : 8;
    mach_msg_descriptor_type_t type : 8;
    mach_msg_size_t size; /* bytes */
} mach_msg_ool_descriptor_t;

typedef struct {
    uint32_t address;
    mach_msg_size_t size;
    boolean_t deallocate : 8;
    mach_msg_copy_options_t copy : 8;
    unsigned int pad1 : 8;
    mach_msg_descriptor_type_t type : 8;
} mach_msg_ool_descriptor32_t;

typedef struct {
    uint64_t address;
    boolean_t deallocate : 8;
    mach_msg_copy_options_t copy : 8;
    unsigned int pad1 : 8;
    mach_msg_descriptor_type_t type : 8;
    mach_msg_size_t size;
} mach_msg_ool_descriptor64_t;

/* An array of rights, all with one disposition. (P133, P134) */
typedef struct {
    void *address; /* mach_port_t[count] */
    boolean_t deallocate : 8;
    mach_msg_copy_options_t copy : 8;
    mach_msg_type_name_t disposition : 8;
    mach_msg_descriptor_type_t type : 8;
    mach_msg_size_t count;
} mach_msg_ool_ports_descriptor_t;

typedef struct {
    uint32_t address;
    mach_msg_size_t count;
    boolean_t deallocate : 8;
    mach_msg_copy_options_t copy : 8;
    mach_msg_type_name_t disposition : 8;
    mach_msg_descriptor_type_t type : 8;
} mach_msg_ool_ports_descriptor32_t;

typedef struct {
    uint64_t address;
    boolean_t deallocate : 8;
    mach_msg_copy_options_t copy : 8;
    mach_msg_type_name_t disposition : 8;
    mach_msg_descriptor_type_t type : 8;
    mach_msg_size_t count;
} mach_msg_ool_ports_descriptor64_t;

/* A receive right with its guard; MOVE_RECEIVE only. (P136 to P138) */
typedef struct {
    mach_port_context_t context; /* the guard value */
    mach_msg_guard_flags_t flags : 16;
    mach_msg_type_name_t disposition : 8;
    mach_msg_descriptor_type_t type : 8;
    mach_port_name_t name;
} mach_msg_guarded_port_descriptor_t;

typedef struct {
    uint32_t context;
    mach_port_name_t name;
    mach_msg_guard_flags_t flags : 16;
    mach_msg_type_name_t disposition : 8;
    mach_msg_descriptor_type_t type : 8;
} mach_msg_guarded_port_descriptor32_t;

typedef struct {
    uint64_t context;
    mach_msg_guard_flags_t flags : 16;
    mach_msg_type_name_t disposition : 8;
    mach_msg_descriptor_type_t type : 8;
    mach_port_name_t name;
} mach_msg_guarded_port_descriptor64_t;

/* For looking at one: in a message each descriptor takes its own size (12 or 16), not that of the union. */
typedef union {
    mach_msg_port_descriptor_t port;
    mach_msg_ool_descriptor_t out_of_line;
    mach_msg_ool_ports_descriptor_t ool_ports;
    mach_msg_type_descriptor_t type;
    mach_msg_guarded_port_descriptor_t guarded_port;
} mach_msg_descriptor_t;

typedef struct {
    mach_msg_size_t msgh_descriptor_count;
} mach_msg_body_t;

#define MACH_MSG_BODY_NULL ((mach_msg_body_t *)0)
#define MACH_MSG_DESCRIPTOR_NULL ((mach_msg_descriptor_t *)0)

/* ---- header ---- */

typedef struct {
    mach_msg_bits_t msgh_bits;
    mach_msg_size_t msgh_size;          /* ignored when sending: send_size counts (P100) */
    mach_port_t msgh_remote_port;       /* sending: destination; received: right to reply with */
    mach_port_t msgh_local_port;        /* sending: right for the reply; received: port it came on */
    mach_port_name_t msgh_voucher_port; /* plain data while its disposition is 0 (P103) */
    mach_msg_id_t msgh_id;
} mach_msg_header_t;

#define msgh_reserved msgh_voucher_port
#define MACH_MSG_NULL ((mach_msg_header_t *)0)
#define MACH_MSG_HEADER_EMPTY ((mach_msg_header_t){})

typedef struct {
    mach_msg_header_t header;
    mach_msg_body_t body;
} mach_msg_base_t;

/* ---- trailers (P156, P157) ---- */

#define MACH_MSG_TRAILER_FORMAT_0 0

typedef struct {
    mach_msg_trailer_type_t msgh_trailer_type; /* MACH_MSG_TRAILER_FORMAT_0 */
    mach_msg_trailer_size_t msgh_trailer_size; /* bytes, this and the type included */
} mach_msg_trailer_t;

typedef struct {
    mach_msg_trailer_type_t msgh_trailer_type;
    mach_msg_trailer_size_t msgh_trailer_size;
    mach_port_seqno_t msgh_seqno; /* how many messages were taken from the port before this one (P48) */
} mach_msg_seqno_trailer_t;

/* Effective uid and gid of the sending task when it sent. */
typedef struct {
    unsigned int val[2];
} security_token_t;

typedef struct {
    mach_msg_trailer_type_t msgh_trailer_type;
    mach_msg_trailer_size_t msgh_trailer_size;
    mach_port_seqno_t msgh_seqno;
    security_token_t msgh_sender;
} mach_msg_security_trailer_t;

/* Audit uid, euid, egid, ruid, rgid, pid, audit session, pid version. */
typedef struct {
    unsigned int val[8];
} audit_token_t;

typedef struct {
    mach_msg_trailer_type_t msgh_trailer_type;
    mach_msg_trailer_size_t msgh_trailer_size;
    mach_port_seqno_t msgh_seqno;
    security_token_t msgh_sender;
    audit_token_t msgh_audit;
} mach_msg_audit_trailer_t;

typedef struct {
    mach_msg_trailer_type_t msgh_trailer_type;
    mach_msg_trailer_size_t msgh_trailer_size;
    mach_port_seqno_t msgh_seqno;
    security_token_t msgh_sender;
    audit_token_t msgh_audit;
    mach_port_context_t msgh_context; /* the port's, at the time of the receive (P49) */
} mach_msg_context_trailer_t;

typedef struct {
    mach_port_name_t sender;
} msg_labels_t;

typedef struct {
    mach_msg_trailer_type_t msgh_trailer_type;
    mach_msg_trailer_size_t msgh_trailer_size;
    mach_port_seqno_t msgh_seqno;
    security_token_t msgh_sender;
    audit_token_t msgh_audit;
    mach_port_context_t msgh_context;
    mach_msg_filter_id msgh_ad; /* 0 */
    msg_labels_t msgh_labels;   /* 0 */
} mach_msg_mac_trailer_t;

typedef mach_msg_mac_trailer_t mach_msg_max_trailer_t;
typedef mach_msg_security_trailer_t mach_msg_format_0_trailer_t;

#define MACH_MSG_TRAILER_MINIMUM_SIZE sizeof(mach_msg_trailer_t)
#define MACH_MSG_TRAILER_FORMAT_0_SIZE sizeof(mach_msg_format_0_trailer_t)
#define MAX_TRAILER_SIZE ((mach_msg_size_t)sizeof(mach_msg_max_trailer_t))

/* What the kernel's own messages carry. */
#define KERNEL_SECURITY_TOKEN_VALUE { {0, 1} }
#define KERNEL_AUDIT_TOKEN_VALUE { {0, 0, 0, 0, 0, 0, 0, 0} }
#define INVALID_AUDIT_TOKEN_VALUE { {~0U, ~0U, ~0U, ~0U, ~0U, ~0U, ~0U, ~0U} }

__BEGIN_DECLS
extern const security_token_t KERNEL_SECURITY_TOKEN;
extern const audit_token_t KERNEL_AUDIT_TOKEN;
__END_DECLS

/*
 * Bits of the receive option that ask for a trailer; without them its first 8 bytes arrive, and count in
 * rcv_size.
 */
#define MACH_RCV_TRAILER_NULL 0   /* type and size: 8 bytes */
#define MACH_RCV_TRAILER_SEQNO 1  /* 12 */
#define MACH_RCV_TRAILER_SENDER 2 /* 20 */
#define MACH_RCV_TRAILER_AUDIT 3  /* 52 */
#define MACH_RCV_TRAILER_CTX 4    /* 60 */
#define MACH_RCV_TRAILER_AV 7     /* 68 */
#define MACH_RCV_TRAILER_LABELS 8 /* 68 */

#define MACH_RCV_TRAILER_TYPE(x) (((x)&0xf) << 28)
#define MACH_RCV_TRAILER_ELEMENTS(x) (((x)&0xf) << 24)
#define MACH_RCV_TRAILER_MASK ((0xf << 24))
#define GET_RCV_ELEMENTS(option) (((option) >> 24) & 0xf)

/* Bytes of the trailer that an option asks for. */
#define REQUESTED_TRAILER_SIZE_NATIVE(option)                                                        \
    ((mach_msg_trailer_size_t)(                                                                      \
        GET_RCV_ELEMENTS(option) == MACH_RCV_TRAILER_NULL     ? sizeof(mach_msg_trailer_t)           \
        : GET_RCV_ELEMENTS(option) == MACH_RCV_TRAILER_SEQNO  ? sizeof(mach_msg_seqno_trailer_t)     \
        : GET_RCV_ELEMENTS(option) == MACH_RCV_TRAILER_SENDER ? sizeof(mach_msg_security_trailer_t)  \
        : GET_RCV_ELEMENTS(option) == MACH_RCV_TRAILER_AUDIT  ? sizeof(mach_msg_audit_trailer_t)     \
        : GET_RCV_ELEMENTS(option) == MACH_RCV_TRAILER_CTX    ? sizeof(mach_msg_context_trailer_t)   \
                                                              : sizeof(mach_msg_mac_trailer_t)))
#define REQUESTED_TRAILER_SIZE(option) REQUESTED_TRAILER_SIZE_NATIVE(option)

/* ---- empty messages ---- */

typedef struct {
    mach_msg_header_t header;
} mach_msg_empty_send_t;

typedef struct {
    mach_msg_header_t header;
    mach_msg_trailer_t trailer;
} mach_msg_empty_rcv_t;

typedef union {
    mach_msg_empty_send_t send;
    mach_msg_empty_rcv_t rcv;
} mach_msg_empty_t;

#pragma pack(pop)

/* The size that a message takes in a buffer: the trailer begins there. */
#define round_msg(x) (((size_t)(x) + sizeof(natural_t) - 1) & ~(sizeof(natural_t) - 1))

/* Historic: mixed up with the sequence number. */
#define msgh_kind msgh_seqno
#define MACH_MSGH_KIND_NORMAL 0x00000000
#define MACH_MSGH_KIND_NOTIFICATION 0x00000001

/* ---- options of mach_msg; unknown bits are ignored (P98) ---- */

#define MACH_MSG_OPTION_NONE 0x00000000 /* neither half: returns success, does nothing */
#define MACH_SEND_MSG 0x00000001      /* send */
#define MACH_RCV_MSG 0x00000002       /* receive, after the send if there is one (P159) */
#define MACH_RCV_LARGE 0x00000004     /* too large: leave it queued, report its size (P145) */
#define MACH_RCV_LARGE_IDENTITY 0x00000008 /* ... and name the port that holds it (P145) */
#define MACH_SEND_TIMEOUT 0x00000010  /* `timeout` limits the send (P117) */
#define MACH_SEND_OVERRIDE 0x00000020 /* `notify` is a priority override (P127) */
#define MACH_SEND_INTERRUPT 0x00000040 /* do not repeat an interrupted send (P99) */
#define MACH_SEND_NOTIFY 0x00000080   /* arm the send-possible request of the name (P118) */
#define MACH_RCV_TIMEOUT 0x00000100   /* `timeout` limits the receive (P143) */
#define MACH_MSG_STRICT_REPLY 0x00000200 /* reply-port rules, both halves; off by default (P126) */
#define MACH_RCV_INTERRUPT 0x00000400 /* do not repeat an interrupted receive (P99) */
#define MACH_RCV_VOUCHER 0x00000800   /* willing to take a voucher (P151) */
#define MACH_RCV_GUARDED_DESC 0x00001000 /* willing to take guarded descriptors (P137) */
#define MACH_RCV_SYNC_WAIT 0x00004000 /* wait on the special reply port; `notify` names whom to push (P140) */
#define MACH_RCV_SYNC_PEEK 0x00008000 /* in a kevent's filter flags: this waiter peeks (P158) */
#define MACH_SEND_ALWAYS 0x00010000   /* kernel: ignore the queue limit; cleared for programs (P98) */
#define MACH_SEND_FILTER_NONFATAL 0x00010000 /* a program's meaning of that bit (P200) */
#define MACH_SEND_TRAILER 0x00020000  /* accepted, ignored (P98) */
#define MACH_SEND_NOIMPORTANCE 0x00040000 /* accepted, does nothing (P66) */
#define MACH_SEND_NODENAP MACH_SEND_NOIMPORTANCE
#define MACH_SEND_IMPORTANCE 0x00080000 /* kernel; cleared for programs (P98) */
#define MACH_SEND_SYNC_OVERRIDE 0x00100000 /* link the special reply port to the destination */
#define MACH_SEND_PROPAGATE_QOS 0x00200000 /* carry the caller's QoS */
#define MACH_SEND_SYNC_USE_THRPRI MACH_SEND_PROPAGATE_QOS
#define MACH_SEND_KERNEL 0x00400000   /* kernel; cleared for programs (P98) */
#define MACH_SEND_SYNC_BOOTSTRAP_CHECKIN 0x00800000 /* push whoever must check in the service */
#define MACH_RCV_NOTIFY 0x00000000    /* historic: no effect (P158) */
#define MACH_RCV_OVERWRITE 0x00000000 /* historic: no effect (P158) */

/* The same bits for mach_msg2, and its own. Programs need not use it. (P161) */
#define MACH64_MSG_OPTION_NONE 0x0ull
#define MACH64_SEND_MSG ((mach_msg_option64_t)MACH_SEND_MSG)
#define MACH64_RCV_MSG ((mach_msg_option64_t)MACH_RCV_MSG)
#define MACH64_RCV_LARGE ((mach_msg_option64_t)MACH_RCV_LARGE)
#define MACH64_RCV_LARGE_IDENTITY ((mach_msg_option64_t)MACH_RCV_LARGE_IDENTITY)
#define MACH64_SEND_TIMEOUT ((mach_msg_option64_t)MACH_SEND_TIMEOUT)
#define MACH64_SEND_OVERRIDE ((mach_msg_option64_t)MACH_SEND_OVERRIDE)
#define MACH64_SEND_INTERRUPT ((mach_msg_option64_t)MACH_SEND_INTERRUPT)
#define MACH64_SEND_NOTIFY ((mach_msg_option64_t)MACH_SEND_NOTIFY)
#define MACH64_SEND_FILTER_NONFATAL ((mach_msg_option64_t)MACH_SEND_FILTER_NONFATAL)
#define MACH64_SEND_TRAILER ((mach_msg_option64_t)MACH_SEND_TRAILER)
#define MACH64_SEND_NOIMPORTANCE ((mach_msg_option64_t)MACH_SEND_NOIMPORTANCE)
#define MACH64_SEND_NODENAP ((mach_msg_option64_t)MACH_SEND_NODENAP)
#define MACH64_SEND_SYNC_OVERRIDE ((mach_msg_option64_t)MACH_SEND_SYNC_OVERRIDE)
#define MACH64_SEND_PROPAGATE_QOS ((mach_msg_option64_t)MACH_SEND_PROPAGATE_QOS)
#define MACH64_SEND_SYNC_BOOTSTRAP_CHECKIN ((mach_msg_option64_t)MACH_SEND_SYNC_BOOTSTRAP_CHECKIN)
#define MACH64_RCV_TIMEOUT ((mach_msg_option64_t)MACH_RCV_TIMEOUT)
#define MACH64_RCV_INTERRUPT ((mach_msg_option64_t)MACH_RCV_INTERRUPT)
#define MACH64_RCV_VOUCHER ((mach_msg_option64_t)MACH_RCV_VOUCHER)
#define MACH64_RCV_GUARDED_DESC ((mach_msg_option64_t)MACH_RCV_GUARDED_DESC)
#define MACH64_RCV_SYNC_WAIT ((mach_msg_option64_t)MACH_RCV_SYNC_WAIT)
#define MACH64_RCV_SYNC_PEEK ((mach_msg_option64_t)MACH_RCV_SYNC_PEEK)
#define MACH64_MSG_STRICT_REPLY ((mach_msg_option64_t)MACH_MSG_STRICT_REPLY)
#define MACH64_MSG_VECTOR 0x0000000100000000ull        /* `data` points to vectors: message, auxiliary data */
#define MACH64_SEND_KOBJECT_CALL 0x0000000200000000ull /* the destination is a kernel object */
#define MACH64_SEND_MQ_CALL 0x0000000400000000ull      /* ... an ordinary queue */
#define MACH64_SEND_USER_CALL MACH64_SEND_MQ_CALL
#define MACH64_SEND_ANY 0x0000000800000000ull          /* ... either */
#define MACH64_SEND_DK_CALL 0x0000001000000000ull      /* ... an object of a user-space driver */

/* ---- results of mach_msg ---- */

/* Added to a code when something could not be given back or delivered. (P122, P154) */
#define MACH_MSG_MASK 0x00003e00
#define MACH_MSG_IPC_SPACE 0x00002000  /* no room in the name space */
#define MACH_MSG_VM_SPACE 0x00001000   /* no room in the task's memory */
#define MACH_MSG_IPC_KERNEL 0x00000800 /* the kernel has no memory for rights */
#define MACH_MSG_VM_KERNEL 0x00000400  /* the kernel has no memory */

/*
 * After a failed send (P189):
 *   nothing taken    MSG_TOO_SMALL, TOO_LARGE, INVALID_DATA, INVALID_HEADER, INVALID_DEST, INVALID_VOUCHER,
 *                    INVALID_REPLY; NO_BUFFER if there was no memory: release or send again
 *   all given back   TIMED_OUT, INTERRUPTED, NO_BUFFER from a full queue, INVALID_CONTEXT: the buffer says
 *                    what the task holds now and can be sent again as it is, or mach_msg_destroy()ed (P122)
 *   partly gone      INVALID_RIGHT, INVALID_TYPE, INVALID_MEMORY, NO_GRANT_DEST, VM_KERNEL; MSG_TOO_SMALL and
 *                    TOO_LARGE because of descriptors: header rights and earlier descriptors are gone (P113)
 */
#define MACH_MSG_SUCCESS 0x00000000            /* done */
#define MACH_SEND_IN_PROGRESS 0x10000001       /* kernel internal */
#define MACH_SEND_INVALID_DATA 0x10000002      /* the message cannot be read (P101) */
#define MACH_SEND_INVALID_DEST 0x10000003      /* the destination is no usable right, or dead (P106) */
#define MACH_SEND_TIMED_OUT 0x10000004         /* the queue stayed full for `timeout` ms; given back (P122) */
#define MACH_SEND_INVALID_VOUCHER 0x10000005   /* bad voucher (P103) */
#define MACH_SEND_INTERRUPTED 0x10000007       /* with MACH_SEND_INTERRUPT only; given back (P99, P122) */
#define MACH_SEND_MSG_TOO_SMALL 0x10000008     /* smaller than its header, or than its descriptors */
#define MACH_SEND_INVALID_REPLY 0x10000009     /* the reply right is none, or cannot be used so (P104) */
#define MACH_SEND_INVALID_RIGHT 0x1000000a     /* bad right in a descriptor (P111) */
#define MACH_SEND_INVALID_NOTIFY 0x1000000b    /* historic */
#define MACH_SEND_INVALID_MEMORY 0x1000000c    /* out-of-line memory cannot be read (P129) */
#define MACH_SEND_NO_BUFFER 0x1000000d         /* no memory for the message, or 65534 messages queued */
#define MACH_SEND_TOO_LARGE 0x1000000e         /* larger than a message may be (P101, P110) */
#define MACH_SEND_INVALID_TYPE 0x1000000f      /* unknown or malformed descriptor (P110) */
#define MACH_SEND_INVALID_HEADER 0x10000010    /* bad dispositions in msgh_bits (P102) */
#define MACH_SEND_INVALID_TRAILER 0x10000011   /* historic */
#define MACH_SEND_INVALID_CONTEXT 0x10000012   /* strict reply: another voucher context; given back */
#define MACH_SEND_INVALID_OPTIONS 0x10000013   /* mach_msg2: options contradict (P161) */
#define MACH_SEND_INVALID_RT_OOL_SIZE 0x10000015   /* historic */
#define MACH_SEND_NO_GRANT_DEST 0x10000016     /* the destination takes no rights (P128) */
#define MACH_SEND_MSG_FILTERED 0x10000017      /* refused by a filter (P200) */
#define MACH_SEND_AUX_TOO_SMALL 0x10000018     /* mach_msg2: auxiliary data of 1 to 7 bytes (P161) */
#define MACH_SEND_AUX_TOO_LARGE 0x10000019     /* mach_msg2: auxiliary data over 1024 bytes (P161) */

#define MACH_RCV_IN_PROGRESS 0x10004001       /* kernel internal */
#define MACH_RCV_INVALID_NAME 0x10004002      /* the name is no receive right and no port set (P139) */
#define MACH_RCV_TIMED_OUT 0x10004003         /* nothing arrived within `timeout` ms (P140) */
#define MACH_RCV_TOO_LARGE 0x10004004         /* does not fit; gone unless MACH_RCV_LARGE (P145, P146) */
#define MACH_RCV_INTERRUPTED 0x10004005       /* with MACH_RCV_INTERRUPT only (P99) */
#define MACH_RCV_PORT_CHANGED 0x10004006      /* the port or set ended, or its right moved away (P141) */
#define MACH_RCV_INVALID_NOTIFY 0x10004007    /* MACH_RCV_SYNC_WAIT: not the special reply port (P140) */
#define MACH_RCV_INVALID_DATA 0x10004008      /* the buffer cannot be written; the message is gone (P147) */
#define MACH_RCV_PORT_DIED 0x10004009         /* documented, never returned (P141) */
#define MACH_RCV_IN_SET 0x1000400a            /* historic (P89) */
#define MACH_RCV_HEADER_ERROR 0x1000400b      /* no name for the reply right; message dropped (P155) */
#define MACH_RCV_BODY_ERROR 0x1000400c        /* arrived, with rights or memory missing (P154) */
#define MACH_RCV_INVALID_TYPE 0x1000400d      /* historic */
#define MACH_RCV_SCATTER_SMALL 0x1000400e     /* historic (P158) */
#define MACH_RCV_INVALID_TRAILER 0x1000400f   /* historic */
#define MACH_RCV_IN_PROGRESS_TIMED 0x10004011 /* kernel internal */
#define MACH_RCV_INVALID_REPLY 0x10004012     /* strict reply (P126) */
#define MACH_RCV_INVALID_ARGUMENTS 0x10004013 /* mach_msg2: arguments contradict (P161) */

/* ---- vectors and auxiliary data of mach_msg2 (P161) ---- */

__enum_decl(mach_msgv_index_t, uint32_t, {
    MACH_MSGV_IDX_MSG = 0,
    MACH_MSGV_IDX_AUX = 1,
});
#define MACH_MSGV_MAX_COUNT (MACH_MSGV_IDX_AUX + 1)
#define LIBSYSCALL_MSGV_AUX_MAX_SIZE 128

typedef struct {
    mach_vm_address_t msgv_data;
    mach_vm_address_t msgv_rcv_addr; /* 0: receive into msgv_data */
    mach_msg_size_t msgv_send_size;
    mach_msg_size_t msgv_rcv_size;
} mach_msg_vector_t;

typedef struct {
    mach_msg_size_t msgdh_size;
    uint32_t msgdh_reserved;
} mach_msg_aux_header_t;

/* ---- the priority word of MACH_SEND_OVERRIDE ---- */

/*
 * 0: none. Low byte 0xff: the word is a pthread_priority_t. Else the relative priority minus one in bits
 * 8-15, the QoS in bits 16-19, the override QoS in bits 20-23.
 */
#define MACH_MSG_PRIORITY_RELPRI_SHIFT 8
#define MACH_MSG_PRIORITY_RELPRI_MASK (0xff << MACH_MSG_PRIORITY_RELPRI_SHIFT)
#define MACH_MSG_PRIORITY_QOS_SHIFT 16
#define MACH_MSG_PRIORITY_QOS_MASK (0xf << MACH_MSG_PRIORITY_QOS_SHIFT)
#define MACH_MSG_PRIORITY_OVERRIDE_SHIFT 20
#define MACH_MSG_PRIORITY_OVERRIDE_MASK (0xf << MACH_MSG_PRIORITY_OVERRIDE_SHIFT)

#define MACH_MSG_QOS_UNSPECIFIED 0
#define MACH_MSG_QOS_MAINTENANCE 1
#define MACH_MSG_QOS_BACKGROUND 2
#define MACH_MSG_QOS_UTILITY 3
#define MACH_MSG_QOS_DEFAULT 4
#define MACH_MSG_QOS_USER_INITIATED 5
#define MACH_MSG_QOS_USER_INTERACTIVE 6
#define MACH_MSG_QOS_LAST 6

static __inline__ __unused int mach_msg_priority_is_pthread_priority_inline(mach_msg_priority_t pri)
{
    return (pri & 0xff) == 0xff;
}

/*
 * Values outside 1 to MACH_MSG_QOS_LAST leave their field 0; relpri (-15 to 0) is stored only with a valid
 * qos.
 */
static __inline__ __unused mach_msg_priority_t
mach_msg_priority_encode_inline(mach_msg_qos_t override_qos, mach_msg_qos_t qos, int relpri)
{
    mach_msg_priority_t pri = 0;

    if (qos > 0 && qos <= MACH_MSG_QOS_LAST) {
        pri |= (mach_msg_priority_t)qos << MACH_MSG_PRIORITY_QOS_SHIFT;
        pri |= (mach_msg_priority_t)((uint8_t)(relpri - 1)) << MACH_MSG_PRIORITY_RELPRI_SHIFT;
    }
    if (override_qos > 0 && override_qos <= MACH_MSG_QOS_LAST)
        pri |= (mach_msg_priority_t)override_qos << MACH_MSG_PRIORITY_OVERRIDE_SHIFT;
    return pri;
}

static __inline__ __unused mach_msg_qos_t mach_msg_priority_overide_qos_inline(mach_msg_priority_t pri)
{
    mach_msg_qos_t qos =
        (mach_msg_qos_t)((pri & MACH_MSG_PRIORITY_OVERRIDE_MASK) >> MACH_MSG_PRIORITY_OVERRIDE_SHIFT);

    return qos <= MACH_MSG_QOS_LAST ? qos : MACH_MSG_QOS_UNSPECIFIED;
}

static __inline__ __unused mach_msg_qos_t mach_msg_priority_qos_inline(mach_msg_priority_t pri)
{
    mach_msg_qos_t qos = (mach_msg_qos_t)((pri & MACH_MSG_PRIORITY_QOS_MASK) >> MACH_MSG_PRIORITY_QOS_SHIFT);

    return qos <= MACH_MSG_QOS_LAST ? qos : MACH_MSG_QOS_UNSPECIFIED;
}

static __inline__ __unused int mach_msg_priority_relpri_inline(mach_msg_priority_t pri)
{
    if (mach_msg_priority_qos_inline(pri) == MACH_MSG_QOS_UNSPECIFIED)
        return 0;
    return (int8_t)((pri & MACH_MSG_PRIORITY_RELPRI_MASK) >> MACH_MSG_PRIORITY_RELPRI_SHIFT) + 1;
}

#define mach_msg_priority_is_pthread_priority(pri) mach_msg_priority_is_pthread_priority_inline(pri)
#define mach_msg_priority_encode(over, qos, relpri) mach_msg_priority_encode_inline(over, qos, relpri)
#define mach_msg_priority_overide_qos(pri) mach_msg_priority_overide_qos_inline(pri)
#define mach_msg_priority_qos(pri) mach_msg_priority_qos_inline(pri)
#define mach_msg_priority_relpri(pri) mach_msg_priority_relpri_inline(pri)

/* ---- calls ---- */

__BEGIN_DECLS

/*
 * Sends, receives, or sends and then receives (P98, P159).
 *
 * msg        the message to send, and the buffer to receive into; 4-byte aligned
 * option     MACH_SEND_MSG and/or MACH_RCV_MSG, with further bits; neither: success, nothing done
 * send_size  bytes of the message: multiple of 4, 24 to 50331580 (P101); without MACH_SEND_MSG ignored
 * rcv_size   bytes of the buffer; a message fits if its size and the trailer asked for do (P144)
 * rcv_name   receive right or port set; looked at only after the send (P139, P159)
 * timeout    milliseconds, for each half anew, if its TIMEOUT option is set; 0 does not wait (P117, P143)
 * notify     with MACH_SEND_OVERRIDE the priority; with MACH_RCV_SYNC_WAIT the right to push; else ignored
 *
 * Success of the send half means: queued, or carried out by the kernel, or destroyed because the destination
 * died meanwhile (P119). Waits are repeated after signals unless MACH_SEND_INTERRUPT or MACH_RCV_INTERRUPT
 * asks otherwise (P99). Results in the order in which they are checked: P101 for sending, P139 to P147 and
 * P154 for receiving.
 */
mach_msg_return_t mach_msg(mach_msg_header_t *msg, mach_msg_option_t option, mach_msg_size_t send_size,
                           mach_msg_size_t rcv_size, mach_port_name_t rcv_name, mach_msg_timeout_t timeout,
                           mach_port_name_t notify);

/* The same with a receive buffer of its own; rcv_msg NULL means msg, rcv_limit is ignored (P98, P158). */
mach_msg_return_t mach_msg_overwrite(mach_msg_header_t *msg, mach_msg_option_t option,
                                     mach_msg_size_t send_size, mach_msg_size_t rcv_size,
                                     mach_port_name_t rcv_name, mach_msg_timeout_t timeout,
                                     mach_port_name_t notify, mach_msg_header_t *rcv_msg,
                                     mach_msg_size_t rcv_limit);

/*
 * mach_msg of younger systems (P161). The header is an argument: what stands in its place in the message is not looked at;
 * its msgh_size means nothing. When it sends, exactly one of MACH64_SEND_KOBJECT_CALL, _MQ_CALL, _ANY and _DK_CALL says
 * what the destination is.
 *
 * data       the message to send, and the buffer to receive into. With MACH64_MSG_VECTOR one or two mach_msg_vector_t: the
 *            message, and auxiliary data, which begin with a mach_msg_aux_header_t; send_size and rcv_size are then the
 *            numbers of vectors. Who has no vector for them does not get them, and who gets none a header of zeroes.
 *
 *    MACH_SEND_INVALID_OPTIONS     none or several kinds, or another one than the destination is; a kernel object without a
 *                                  receive in the same call, or with more than 3 descriptors
 *    MACH_SEND_AUX_TOO_SMALL, _LARGE   auxiliary data of 1 to 7 bytes, or more than 1024
 *    MACH_SEND_MSG_TOO_SMALL       no vector to send
 *    MACH_SEND_INVALID_DATA        more than two, or they cannot be read
 *    MACH_RCV_INVALID_ARGUMENTS    the same of those to receive into, or room of 1 to 7 bytes for auxiliary data
 * and those of mach_msg. A message whose auxiliary data do not fit is too large.
 */
mach_msg_return_t mach_msg2_internal(void *data, mach_msg_option64_t option64, uint64_t bits_and_size,
                                     uint64_t remote_and_local, uint64_t voucher_and_id, uint64_t count_and_name,
                                     uint64_t size_and_priority, uint64_t timeout);

static __inline__ __unused mach_msg_return_t mach_msg2(void *data, mach_msg_option64_t option64,
                                                       mach_msg_header_t header, mach_msg_size_t send_size,
                                                       mach_msg_size_t rcv_size, mach_port_t rcv_name,
                                                       uint64_t timeout, uint32_t priority)
{
    const mach_msg_base_t *base = (const mach_msg_base_t *)data;
    uint64_t count = 0;

    if ((option64 & MACH64_SEND_MSG) && (header.msgh_bits & MACH_MSGH_BITS_COMPLEX)) {
        if (option64 & MACH64_MSG_VECTOR)
            base = (const mach_msg_base_t *)(uintptr_t)((const mach_msg_vector_t *)data)->msgv_data;
        count = base->body.msgh_descriptor_count;
    }
    return mach_msg2_internal(data, option64, header.msgh_bits | (uint64_t)send_size << 32,
                              header.msgh_remote_port | (uint64_t)header.msgh_local_port << 32,
                              header.msgh_voucher_port | (uint64_t)(uint32_t)header.msgh_id << 32,
                              count | (uint64_t)rcv_name << 32, rcv_size | (uint64_t)priority << 32, timeout);
}

/* Drops one reference of a voucher, as mach_port_deallocate of the name (P27). */
kern_return_t mach_voucher_deallocate(mach_port_name_t voucher);

__END_DECLS

#endif /* _MACH_MESSAGE_H_ */
