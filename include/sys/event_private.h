/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/event_private.h> - events with a class and with memory: Mach ports and workloops (abi-system 5)
 *
 * A *workloop* is a kqueue without a descriptor: the task chooses its 64-bit id, and a thread of the task's pool, its
 * servicer, is called with the events (<pthread/workqueue_private.h>).
 *
 * EVFILT_MACHPORT. Without MACH_RCV_MSG in fflags the message stays where it is, and `data` is the name of its port
 * (T125). With it the message is received while the event is delivered (T126):
 *
 *    fflags   what mach_msg would have returned
 *    ext[0]   the message's address, ext[1] its size with the trailer
 *    ext[2]   its class << 32 | its override class, as pthread_priority_t (T127)
 *    ext[3]   0
 *
 * The buffer is the registration's ext[0] and ext[1]; if ext[1] is 0 it is cut from data_out.
 */
#ifndef _SYS_EVENT_PRIVATE_H_
#define _SYS_EVENT_PRIVATE_H_

#include <sys/event.h>

/* EVFILT_WORKLOOP: exactly one command, and modifiers (T146). */
#define NOTE_WL_THREAD_REQUEST 0x00000001
#define NOTE_WL_SYNC_WAIT 0x00000004
#define NOTE_WL_SYNC_WAKE 0x00000008
#define NOTE_WL_SYNC_IPC 0x80000000
#define NOTE_WL_COMMANDS_MASK 0x8000000f
#define NOTE_WL_UPDATE_QOS 0x00000010
#define NOTE_WL_END_OWNERSHIP 0x00000020
#define NOTE_WL_UPDATE_OWNER 0x00000000
#define NOTE_WL_DISCOVER_OWNER 0x00000080
#define NOTE_WL_IGNORE_ESTALE 0x00000100
#define NOTE_WL_UPDATES_MASK 0x000001f0

/* What ext means there (T147). */
#define EV_EXTIDX_WL_LANE 0
#define EV_EXTIDX_WL_ADDR 1
#define EV_EXTIDX_WL_MASK 2
#define EV_EXTIDX_WL_VALUE 3

/* Of calls. IMMEDIATE: never wait. ERROR_EVENTS: the list gets only errors of changes. STACK_DATA: message data from
 * the buffer's end downwards. Those that are not a program's are ignored (T111). */
#define KEVENT_FLAG_NONE 0x000000
#define KEVENT_FLAG_IMMEDIATE 0x000001
#define KEVENT_FLAG_ERROR_EVENTS 0x000002
#define KEVENT_FLAG_STACK_DATA 0x000008
#define KEVENT_FLAG_WORKQ 0x000020
#define KEVENT_FLAG_WORKQ_MANAGER 0x000200
#define KEVENT_FLAG_WORKLOOP 0x000400
#define KEVENT_FLAG_PARKING 0x000800
#define KEVENT_FLAG_WORKLOOP_SERVICER_ATTACH 0x008000
#define KEVENT_FLAG_WORKLOOP_SERVICER_DETACH 0x010000
#define KEVENT_FLAG_DYNAMIC_KQ_MUST_EXIST 0x020000
#define KEVENT_FLAG_DYNAMIC_KQ_MUST_NOT_EXIST 0x040000
#define KEVENT_FLAG_WORKLOOP_NO_WQ_THREAD 0x080000

#define EV_SET_QOS 0 /* only to be tested with #if */

typedef uint64_t kqueue_id_t;

struct kevent_qos_s {
    uint64_t ident;
    int16_t filter;
    uint16_t flags;
    int32_t qos; /* a pthread_priority_t */
    uint64_t udata;
    uint32_t fflags;
    uint32_t xflags;
    int64_t data;
    uint64_t ext[4];
};

__BEGIN_DECLS

/*
 * As kevent, with classes. It waits for ever unless KEVENT_FLAG_IMMEDIATE. EINVAL: a flag of workloops. ENOTSUP:
 * KEVENT_FLAG_WORKQ.
 */
int kevent_qos(int kq, const struct kevent_qos_s *changelist, int nchanges, struct kevent_qos_s *eventlist,
               int nevents, void *data_out, size_t *data_available, unsigned int flags);

/*
 * The same for the workloop `id` of the task, made by its first change (T108 to T112). flags: KEVENT_FLAG_WORKLOOP
 * always, else EINVAL. ENOENT, EEXIST: DYNAMIC_KQ_MUST_(NOT_)EXIST. EXDEV: only its servicer fetches events. Messages go
 * to data_out, *data_available bytes, of which it is lowered by those used.
 */
int kevent_id(kqueue_id_t id, const struct kevent_qos_s *changelist, int nchanges,
              struct kevent_qos_s *eventlist, int nevents, void *data_out, size_t *data_available,
              unsigned int flags);

__END_DECLS

/* cmd and argument of the call below the two of <pthread/workqueue_private.h> */
#define KQ_WORKLOOP_CREATE 0x01
#define KQ_WORKLOOP_DESTROY 0x02
#define KQ_WORKLOOP_CREATE_SCHED_PRI 0x01
#define KQ_WORKLOOP_CREATE_SCHED_POL 0x02
#define KQ_WORKLOOP_CREATE_CPU_PERCENT 0x04
#define KQ_WORKLOOP_CREATE_WORK_INTERVAL 0x08
#define KQ_WORKLOOP_CREATE_WITH_BOUND_THREAD 0x10

#pragma pack(push, 4)
struct kqueue_workloop_params {
    int kqwlp_version; /* the struct's size */
    int kqwlp_flags;
    uint64_t kqwlp_id;
    int kqwlp_sched_pri;
    int kqwlp_sched_pol;
    int kqwlp_cpu_percent;
    int kqwlp_cpu_refillms;
    unsigned int kqwl_wi_port;
};
#pragma pack(pop)

#endif /* _SYS_EVENT_PRIVATE_H_ */
