/* SPDX-License-Identifier: Apache-2.0 */
/* wire/kevent.h - kernel queues, workloops and the pool of threads that serves them: what the traps say
 *
 * The kernel keeps what needs the kernel: knotes on ports and on processes that it knows, workloops with their servicers,
 * owners and waiters, and who of the pool runs next. What Linux tells (descriptors, timers, signals, other processes) libmach
 * hears and passes on.
 *
 * A kqueue is known by its task, a kind and an id:
 *
 *   kind        id                     knotes in the kernel             made by             ends
 *   WORKLOOP    the program's          MACHPORT, WORKLOOP, USER, and    the first change    with its last knote, servicer
 *                                      those that libmach fires                             and request (T108)
 *   DESCRIPTOR  libmach's              MACHPORT and PROC: the rest is   the first change    TRAP_KQUEUE_CLOSE
 *                                      libmach's own business
 * All end with their task; a fork child and a new image have none.
 *
 * Results are errno values, 0 for success: reply.result is what the call fails with. Numbers of events, flags, filters
 * and layouts are those of <sys/event_private.h>.
 *
 *   trap                    arguments                                          result, value[]
 *   TRAP_KEVENT             kind, id, flags, n_changes, n_events, area,        errno; n_events | n_sources << 32,
 *                           timeout                                            bytes of the area used, KEVENT_REPLY_*
 *   TRAP_WORKQ_SETUP                                                           errno (EBUSY: done already)
 *   TRAP_WORKQ_PARK         n_changes, n_events, area, idle                    errno; n_events | n_sources << 32,
 *                                                                              workloop, KEVENT_REPLY_*
 *   TRAP_KNOTE_FIRE         cookie, data, fflags, flags                        errno (ENOENT: no such knote any more)
 *   TRAP_WORKLOOP_CREATE    id, KQ_WORKLOOP_CREATE_*, priority, policy         errno (T109)
 *   TRAP_WORKLOOP_DESTROY   id                                                 errno
 *   TRAP_KQUEUE_WATCH                                                          errno; number of ids
 *   TRAP_KQUEUE_CLOSE       id                                                 errno
 *
 * Payloads. A request has n_changes records at data[] (KEVENT_RECORDS_MAX fit; of a longer list libmach makes several
 * traps). A reply has, at data[] or in a segment as that of mach_msg,
 *
 *   n_events records | n_sources records | received messages
 *
 * An event with a message (message.size > 0) tells where that begins (message.at, from the start of the payload) what a
 * mach_msg reply has as its payload: the message with its trailer, n_items items, inline bytes, and all offsets in there
 * count from that beginning. libmach puts the message where the event says and writes the address to ext[0]:
 *   KEVENT_IN_AREA in message.flags: into the data area of the call, of which the messages take message.size bytes each, in
 *   the order of the events; else to ext[0], where ext[1] had told of enough room at registration.
 * `area` is how many bytes the data area has. A message that does not fit comes as MACH_RCV_TOO_LARGE (T126).
 *
 * Timeouts and idle are nanoseconds, KEVENT_FOREVER none. A kevent of the workloop's servicer, or on a descriptor, may
 * wait unless KEVENT_FLAG_IMMEDIATE; so does NOTE_WL_SYNC_WAIT. Taken back (wire/trap.h), a SYNC_WAIT ends with its event
 * (T150), others with EINTR.
 *
 * The word of NOTE_WL_* (T147) is the client's memory: libmach reads it just before the trap and says so in the change:
 * word.value and KEVENT_WORD_READ, or KEVENT_WORD_UNREADABLE. Without ext[1] it is KEVENT_WORD_NONE.
 *
 * The pool. A program that has called TRAP_WORKQ_SETUP keeps one thread parked in TRAP_WORKQ_PARK: setup makes the first, and
 * whoever comes back with KEVENT_REPLY_SPAWN makes another before it runs the callback, unless one is being made already.
 * The trap returns when the thread is bound to a workloop, value[1]: libmach runs the callback and makes the
 * trap again, with the changes that the callback left (T134). Then they are applied, and the thread is called again (the same
 * workloop or another one) or parks. A thread that has been parked for `idle` and is not the only one gets ETIMEDOUT and ends.
 *
 * PROC of a process without a record is refused with ESRCH on a descriptor; on a workloop it becomes a source.
 *
 * Sources. A knote of a workloop that only Linux can fire (READ, WRITE, TIMER, SIGNAL, PROC, VNODE) has a cookie. The kernel
 * tells in replies, whoever made the trap: KEVENT_ARM (listen, and fire it once the condition holds; the record has
 * the registration), KEVENT_DISARM (forget it). libmach fires with the cookie, and event.data, fflags and EV_EOF for the event;
 * what is not armed is ignored, and ENOENT means forget it. A knote that is enabled again, or was delivered without EV_DISPATCH,
 * EV_ONESHOT and EV_CLEAR, is armed again: level-triggered, so it fires at once if the condition still holds.
 * With EV_CLEAR it stays armed, and libmach fires at every change. Sources never wait: a call that would is answered without
 * events, the one of the pool without a workloop (value[1] == 0): arm them, and make it again.
 *
 * Descriptors. One thread of libmach sits in TRAP_KQUEUE_WATCH; it returns with the ids (64 bits each) of the kqueues that
 * have got something since their last TRAP_KEVENT, at most KEVENT_READY_MAX. Who fetches: makes the descriptor unreadable, then
 * TRAP_KEVENT with KEVENT_FLAG_IMMEDIATE; KEVENT_REPLY_MORE: makes it readable again.
 */
#pragma once

#include <sys/event_private.h>

#include "wire/trap.h"

enum kqueue_kind { KQUEUE_WORKLOOP = 1, KQUEUE_DESCRIPTOR = 2 };

#define KEVENT_FOREVER UINT64_MAX

enum kevent_word { KEVENT_WORD_NONE = 0, KEVENT_WORD_READ = 1, KEVENT_WORD_UNREADABLE = 2 };

#define KEVENT_IN_AREA 1u /* message.flags */

#define KEVENT_REPLY_MORE 1u  /* value[2]: there is more to fetch */
#define KEVENT_REPLY_SPAWN 2u /* no spare thread is left: make one */

enum kevent_source { KEVENT_ARM = 1, KEVENT_DISARM = 2 };

struct kevent_record {
    struct kevent_qos_s event;
    union {
        struct { /* in changes */
            uint64_t value;
            uint32_t state; /* enum kevent_word */
            uint32_t pad;
        } word;
        struct { /* in events */
            uint32_t at;
            uint32_t size; /* of the message and its trailer; 0: none */
            uint32_t n_items;
            uint32_t flags;
        } message;
        struct { /* in sources */
            uint64_t cookie;
            uint32_t what; /* enum kevent_source */
            uint32_t pad;
        } source;
    };
};

_Static_assert(sizeof(struct kevent_record) == 88, "the layout of records is the protocol");

#define KEVENT_RECORDS_MAX (TRAP_DATA_SIZE / sizeof(struct kevent_record)) /* changes in one request */
#define KEVENT_EVENTS_MAX 128u /* events in one reply, however many are asked for */
#define KEVENT_POOL_EVENTS 16u /* ... of TRAP_WORKQ_PARK (WORKQ_KEVENT_EVENT_BUFFER_LEN) */
#define KEVENT_READY_MAX 1024u
