/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/port.h> - ports, rights and names
 *
 * A *port* is a queue of messages in the kernel with one receiver. Nobody touches a port itself: a task holds
 * *rights* to it, under *names*.
 *
 *        task A                         kernel                              task B
 *    +----------------+                                            +-----------------------+
 *    | 0x1203 receive | <- receives -- [ port: msg msg msg ] <- sends - | 0x0b07 send, 3 urefs  |
 *    +----------------+                                            +-----------------------+
 *
 * receive right    takes messages off the queue; there is exactly one; the port lives as long as it does
 * send right       puts messages on the queue; any number, coalescing under one name with a count (P21, P24)
 * send-once right  puts one message on the queue and is used up; always produces exactly one message (P22,
 * P82) dead name        what a send or send-once right becomes when its port dies (P17) port set         a
 * group of receive rights of one task that one thread can wait for at once (P84) name             a 32-bit
 * number that denotes an entry of one task's space; two tasks' names have nothing in common uref
 * user reference: how often the task must give a name back before it is gone (P24) make-send count  how many
 * send rights were ever made with MAKE_SEND (P47)
 *
 * The calls are in <mach/mach_port.h>, the messages in <mach/message.h>. Rule numbers (P12) are those of the
 * specification of ports and messages.
 */
#ifndef _MACH_PORT_H_
#define _MACH_PORT_H_

#include <sys/cdefs.h>
#include <stdint.h>
#include <mach/boolean.h>
#include <mach/machine/vm_types.h>
#include <sys/_types/_mach_port_t.h>

/* ---- names ---- */

/*
 * Both types are the same 32-bit number. By convention mach_port_name_t stands for a mere number (nothing is
 * taken or given with it), mach_port_t for a right.
 */
typedef natural_t mach_port_name_t;
typedef mach_port_name_t *mach_port_name_array_t;
typedef mach_port_t *mach_port_array_t;

/* No port; and a port that has died, where a right was expected. Neither ever denotes an entry. (P5) */
#define MACH_PORT_NULL 0
#define MACH_PORT_DEAD ((mach_port_name_t)~0)
#define MACH_PORT_VALID(name) (((name) != MACH_PORT_NULL) && ((name) != MACH_PORT_DEAD))

/* A name is an index and a generation; programs use this for hashing only. (P6) */
#ifndef NO_PORT_GEN
#define MACH_PORT_INDEX(name) ((name) >> 8)
#define MACH_PORT_GEN(name) (((name)&0xff) << 24)
#define MACH_PORT_MAKE(index, gen) (((index) << 8) | (gen) >> 24)
#else
#define MACH_PORT_INDEX(name) (name)
#define MACH_PORT_GEN(name) (0)
#define MACH_PORT_MAKE(index, gen) (index)
#endif

/* ---- rights ---- */

typedef natural_t mach_port_right_t;

#define MACH_PORT_RIGHT_SEND ((mach_port_right_t)0)
#define MACH_PORT_RIGHT_RECEIVE ((mach_port_right_t)1)
#define MACH_PORT_RIGHT_SEND_ONCE ((mach_port_right_t)2)
#define MACH_PORT_RIGHT_PORT_SET ((mach_port_right_t)3)
#define MACH_PORT_RIGHT_DEAD_NAME ((mach_port_right_t)4)
#define MACH_PORT_RIGHT_LABELH ((mach_port_right_t)5) /* obsolete */
#define MACH_PORT_RIGHT_NUMBER ((mach_port_right_t)6) /* how many there are */

/*
 * What a name denotes: one bit for each right, and bits for the request that is registered on it. (P18, P19)
 */
typedef natural_t mach_port_type_t;
typedef mach_port_type_t *mach_port_type_array_t;

#define MACH_PORT_TYPE(right) \
    ((mach_port_type_t)(((mach_port_type_t)1) << ((right) + ((mach_port_right_t)16))))
#define MACH_PORT_TYPE_NONE ((mach_port_type_t)0)
#define MACH_PORT_TYPE_SEND MACH_PORT_TYPE(MACH_PORT_RIGHT_SEND)
#define MACH_PORT_TYPE_RECEIVE MACH_PORT_TYPE(MACH_PORT_RIGHT_RECEIVE)
#define MACH_PORT_TYPE_SEND_ONCE MACH_PORT_TYPE(MACH_PORT_RIGHT_SEND_ONCE)
#define MACH_PORT_TYPE_PORT_SET MACH_PORT_TYPE(MACH_PORT_RIGHT_PORT_SET)
#define MACH_PORT_TYPE_DEAD_NAME MACH_PORT_TYPE(MACH_PORT_RIGHT_DEAD_NAME)
#define MACH_PORT_TYPE_LABELH MACH_PORT_TYPE(MACH_PORT_RIGHT_LABELH)

#define MACH_PORT_TYPE_SEND_RECEIVE (MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_RECEIVE)
#define MACH_PORT_TYPE_SEND_RIGHTS (MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_SEND_ONCE)
#define MACH_PORT_TYPE_PORT_RIGHTS (MACH_PORT_TYPE_SEND_RIGHTS | MACH_PORT_TYPE_RECEIVE)
#define MACH_PORT_TYPE_PORT_OR_DEAD (MACH_PORT_TYPE_PORT_RIGHTS | MACH_PORT_TYPE_DEAD_NAME)
#define MACH_PORT_TYPE_ALL_RIGHTS (MACH_PORT_TYPE_PORT_OR_DEAD | MACH_PORT_TYPE_PORT_SET)

#define MACH_PORT_TYPE_DNREQUEST 0x80000000U         /* a request is registered (P18) */
#define MACH_PORT_TYPE_SPREQUEST 0x40000000U         /* it is a send-possible request (P19) */
#define MACH_PORT_TYPE_SPREQUEST_DELAYED 0x20000000U /* ... that is not armed yet (P75) */

/* ---- counters ---- */

typedef natural_t mach_port_urefs_t;    /* user references of a name, at most 65535 (P24) */
typedef integer_t mach_port_delta_t;    /* a change of them */
typedef natural_t mach_port_seqno_t;    /* messages taken from a port so far (P48) */
typedef natural_t mach_port_mscount_t;  /* make-send count (P47) */
typedef natural_t mach_port_msgcount_t; /* messages in a queue */
typedef natural_t mach_port_rights_t;   /* number of rights */

typedef unsigned int mach_port_srights_t; /* whether there is any send right */
#define MACH_PORT_SRIGHTS_NONE 0
#define MACH_PORT_SRIGHTS_PRESENT 1

/* ---- attributes: mach_port_get_attributes, mach_port_set_attributes (P54 to P57) ---- */

typedef integer_t *mach_port_info_t;
typedef int mach_port_flavor_t;

#define MACH_PORT_LIMITS_INFO 1         /* mach_port_limits_t; get and set */
#define MACH_PORT_RECEIVE_STATUS 2      /* mach_port_status_t; get */
#define MACH_PORT_DNREQUESTS_SIZE 3     /* int, room for requests; get, set without visible effect */
#define MACH_PORT_TEMPOWNER 4           /* no data; set */
#define MACH_PORT_IMPORTANCE_RECEIVER 5 /* no data; set */
#define MACH_PORT_DENAP_RECEIVER 6      /* no data; set */
#define MACH_PORT_INFO_EXT 7            /* mach_port_info_ext_t; get */
#define MACH_PORT_GUARD_INFO 8          /* mach_port_guard_info_t; mach_port_assert_attributes */
#define MACH_PORT_SERVICE_THROTTLED 9   /* boolean_t; get and set, service ports only (P197) */

/* The state of a port for which the task holds the receive right. (P54) */
typedef struct mach_port_status {
    mach_port_rights_t mps_pset;       /* 1 if the port is in at least one set */
    mach_port_seqno_t mps_seqno;       /* number that the next message taken will get */
    mach_port_mscount_t mps_mscount;   /* make-send count */
    mach_port_msgcount_t mps_qlimit;   /* messages that fit in the queue */
    mach_port_msgcount_t mps_msgcount; /* messages in the queue, also those beyond the limit */
    mach_port_rights_t mps_sorights;   /* send-once rights */
    boolean_t mps_srights;             /* is there any send right */
    boolean_t mps_pdrequest;           /* is a port-destroyed request registered */
    boolean_t mps_nsrequest;           /* is a no-senders request registered */
    natural_t mps_flags;               /* MACH_PORT_STATUS_FLAG_* */
} mach_port_status_t;

#define MACH_PORT_STATUS_FLAG_TEMPOWNER 0x01
#define MACH_PORT_STATUS_FLAG_GUARDED 0x02
#define MACH_PORT_STATUS_FLAG_STRICT_GUARD 0x04
#define MACH_PORT_STATUS_FLAG_IMP_DONATION 0x08
#define MACH_PORT_STATUS_FLAG_REVIVE 0x10
#define MACH_PORT_STATUS_FLAG_TASKPTR 0x20
#define MACH_PORT_STATUS_FLAG_GUARD_IMMOVABLE_RECEIVE 0x40
#define MACH_PORT_STATUS_FLAG_NO_GRANT 0x80

/* Queue limits. The kernel's own messages and send-once rights may exceed them, up to KERNEL. (P58, P116) */
#define MACH_PORT_QLIMIT_ZERO (0)
#define MACH_PORT_QLIMIT_BASIC (5)
#define MACH_PORT_QLIMIT_SMALL (16)
#define MACH_PORT_QLIMIT_LARGE (1024)
#define MACH_PORT_QLIMIT_KERNEL (65534)
#define MACH_PORT_QLIMIT_MIN MACH_PORT_QLIMIT_ZERO
#define MACH_PORT_QLIMIT_DEFAULT MACH_PORT_QLIMIT_BASIC
#define MACH_PORT_QLIMIT_MAX MACH_PORT_QLIMIT_LARGE

typedef struct mach_port_limits {
    mach_port_msgcount_t mpl_qlimit; /* 0 to MACH_PORT_QLIMIT_MAX */
} mach_port_limits_t;

typedef struct mach_port_info_ext {
    mach_port_status_t mpie_status;
    mach_port_msgcount_t mpie_boost_cnt; /* 0: importance does nothing (P56) */
    uint32_t reserved[6];
} mach_port_info_ext_t;

typedef struct mach_port_guard_info {
    uint64_t mpgi_guard; /* the guard value that the caller expects */
} mach_port_guard_info_t;

/* Sizes of the buffers above, in 32-bit words. */
#define MACH_PORT_LIMITS_INFO_COUNT ((natural_t)(sizeof(mach_port_limits_t) / sizeof(natural_t)))
#define MACH_PORT_RECEIVE_STATUS_COUNT ((natural_t)(sizeof(mach_port_status_t) / sizeof(natural_t)))
#define MACH_PORT_DNREQUESTS_SIZE_COUNT 1
#define MACH_PORT_INFO_EXT_COUNT ((natural_t)(sizeof(mach_port_info_ext_t) / sizeof(natural_t)))
#define MACH_PORT_GUARD_INFO_COUNT ((natural_t)(sizeof(mach_port_guard_info_t) / sizeof(natural_t)))
#define MACH_PORT_SERVICE_THROTTLED_COUNT 1

/* ---- making ports: mach_port_allocate_full, mach_port_construct ---- */

/* Accepted for old programs; preallocation has no effect. (P15) */
typedef struct mach_port_qos {
    unsigned int name : 1;     /* the caller chooses the name */
    unsigned int prealloc : 1; /* len is valid */
    boolean_t pad1 : 30;
    natural_t len;
} mach_port_qos_t;

#define MACH_SERVICE_PORT_INFO_STRING_NAME_MAX_BUF_LEN 255

typedef struct mach_service_port_info {
    char mspi_string_name[MACH_SERVICE_PORT_INFO_STRING_NAME_MAX_BUF_LEN]; /* service name, NUL-terminated */
    uint8_t mspi_domain_type;
} mach_service_port_info_data_t;
typedef struct mach_service_port_info *mach_service_port_info_t;

/* 256 cut to 8 bits, hence 0; not to be relied on. */
#define MACH_SERVICE_PORT_INFO_COUNT ((char)(sizeof(mach_service_port_info_data_t) / sizeof(char)))

/* What mach_port_construct shall make. Unknown flags are ignored. (P64; those marked *: P191 to P200) */
#define MPO_CONTEXT_AS_GUARD 0x01             /* the context argument is the guard */
#define MPO_QLIMIT 0x02                       /* mpl is valid */
#define MPO_TEMPOWNER 0x04                    /* these three act as the attributes of that name (P56) */
#define MPO_IMPORTANCE_RECEIVER 0x08
#define MPO_INSERT_SEND_RIGHT 0x10            /* also make one send right under the same name */
#define MPO_STRICT 0x20                       /* strict guard */
#define MPO_DENAP_RECEIVER 0x40
#define MPO_IMMOVABLE_RECEIVE 0x80            /* the receive right cannot move (P63) */
#define MPO_FILTER_MSG 0x100                  /* * a policy may refuse messages to it */
#define MPO_TG_BLOCK_TRACKING 0x200           /* * KERN_DENIED here */
#define MPO_SERVICE_PORT 0x400                /* * bootstrap server only; uses service_port_info */
#define MPO_CONNECTION_PORT 0x800             /* * uses service_port_name */
#define MPO_REPLY_PORT 0x1000 /* * takes one answer for each request, and nobody keeps a right */
/* * who sends to it must ask for the answer at a reply port */
#define MPO_ENFORCE_REPLY_PORT_SEMANTICS 0x2000
#define MPO_PROVISIONAL_REPLY_PORT 0x4000     /* * a mark only */
#define MPO_EXCEPTION_PORT 0x8000             /* * exception port, cannot move */

typedef struct mach_port_options {
    uint32_t flags;         /* MPO_* */
    mach_port_limits_t mpl; /* with MPO_QLIMIT */
    __extension__ union {
        uint64_t reserved[2];
        mach_port_name_t work_interval_port;        /* with MPO_TG_BLOCK_TRACKING */
        mach_service_port_info_t service_port_info; /* with MPO_SERVICE_PORT */
        mach_port_name_t service_port_name;         /* with MPO_CONNECTION_PORT */
    };
} mach_port_options_t;
typedef mach_port_options_t *mach_port_options_ptr_t;

/* ---- guards (P60 to P63, P202 to P204) ---- */

/* Flags of mach_port_guard_with_flags. */
#define MPG_STRICT 0x01            /* the context can be neither read nor changed */
#define MPG_IMMOVABLE_RECEIVE 0x02 /* the receive right cannot move */

#define GUARD_TYPE_MACH_PORT 0x1 /* in the code of an EXC_GUARD exception */

/*
 * What the program did wrong: the flavor of such an exception. Those up to MAX_FATAL end the task. (P203,
 * P204)
 */
enum mach_port_guard_exception_codes {
    kGUARD_EXC_DESTROY = 0x1,
    kGUARD_EXC_MOD_REFS = 0x2,
    kGUARD_EXC_INVALID_OPTIONS = 0x3,
    kGUARD_EXC_SET_CONTEXT = 0x4,
    kGUARD_EXC_THREAD_SET_STATE = 0x5,
    kGUARD_EXC_EXCEPTION_BEHAVIOR_ENFORCE = 0x6,
    kGUARD_EXC_SERVICE_PORT_VIOLATION_FATAL = 0x7,
    kGUARD_EXC_UNGUARDED = 0x8,
    kGUARD_EXC_INCORRECT_GUARD = 0x10,
    kGUARD_EXC_IMMOVABLE = 0x20,
    kGUARD_EXC_STRICT_REPLY = 0x40,
    kGUARD_EXC_MSG_FILTERED = 0x80,
    kGUARD_EXC_INVALID_RIGHT = 0x100,
    kGUARD_EXC_INVALID_NAME = 0x200,
    kGUARD_EXC_INVALID_VALUE = 0x400,
    kGUARD_EXC_INVALID_ARGUMENT = 0x800,
    kGUARD_EXC_RIGHT_EXISTS = 0x1000,
    kGUARD_EXC_KERN_NO_SPACE = 0x2000,
    kGUARD_EXC_KERN_FAILURE = 0x4000,
    kGUARD_EXC_KERN_RESOURCE = 0x8000,
    kGUARD_EXC_SEND_INVALID_REPLY = 0x10000,
    kGUARD_EXC_SEND_INVALID_VOUCHER = 0x20000,
    kGUARD_EXC_SEND_INVALID_RIGHT = 0x40000,
    kGUARD_EXC_RCV_INVALID_NAME = 0x80000,
    kGUARD_EXC_RCV_GUARDED_DESC = 0x100000,
    kGUARD_EXC_SERVICE_PORT_VIOLATION_NON_FATAL = 0x100001,
    kGUARD_EXC_PROVISIONAL_REPLY_PORT = 0x100002,
    kGUARD_EXC_MOD_REFS_NON_FATAL = 0x200000,
    kGUARD_EXC_IMMOVABLE_NON_FATAL = 0x400000,
    kGUARD_EXC_REQUIRE_REPLY_PORT_SEMANTICS = 0x800000
};

#define MAX_FATAL_kGUARD_EXC_CODE kGUARD_EXC_MSG_FILTERED
#define MAX_OPTIONAL_kGUARD_EXC_CODE kGUARD_EXC_RCV_INVALID_NAME

/* Reasons in the top byte of the exception's second word. */
#define MPG_FLAGS_NONE (0x00ull)
#define MPG_FLAGS_STRICT_REPLY_INVALID_REPLY_DISP (0x01ull << 56)
#define MPG_FLAGS_STRICT_REPLY_INVALID_REPLY_PORT (0x02ull << 56)
#define MPG_FLAGS_STRICT_REPLY_INVALID_VOUCHER (0x04ull << 56)
#define MPG_FLAGS_STRICT_REPLY_NO_BANK_ATTR (0x08ull << 56)
#define MPG_FLAGS_STRICT_REPLY_MISMATCHED_PERSONA (0x10ull << 56)
#define MPG_FLAGS_STRICT_REPLY_MASK (0xffull << 56)
#define MPG_FLAGS_MOD_REFS_PINNED_DEALLOC (0x01ull << 56)
#define MPG_FLAGS_MOD_REFS_PINNED_DESTROY (0x02ull << 56)
#define MPG_FLAGS_MOD_REFS_PINNED_COPYIN (0x04ull << 56)
#define MPG_FLAGS_IMMOVABLE_PINNED (0x01ull << 56)

/* ---- old spellings ---- */

#if !__DARWIN_UNIX03 && !defined(_NO_PORT_T_FROM_MACH)
typedef mach_port_t port_t;
typedef mach_port_name_t port_name_t;
typedef mach_port_name_t *port_name_array_t;
#define PORT_NULL ((port_t)0)
#define PORT_DEAD ((port_t)~0)
#define PORT_VALID(name) ((port_t)(name) != PORT_NULL && (port_t)(name) != PORT_DEAD)
#endif

#endif /* _MACH_PORT_H_ */
