/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/transport.h - how the library reaches a kernel
 *
 * Everything in libmach above this header is the same in a real process and in the simulator. Two
 * implementations exist: libmach/live/live.c (a machd behind a socket and trap pages) and sim/transport.c (a
 * kernel in the same process, a coroutine per thread). Nothing above may use thread-local or static mutable
 * variables of its own; what belongs to a thread or a process stands in the two records below.
 */
#pragma once

#include <mach/kern_return.h>
#include <mach/port.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/trap.h"

struct trap_frame; /* libmach/message/trap.c: one trap being made, on the stack of its caller */
struct trap_save;  /* libmach/message/trap.c: the page's contents while a trap on top of it uses the page */

/* Messages that the kernel has promised (wire/trap.h), and what may take them: a receive that asks as the one did that
 * brought them. */
struct lib_promise {
    uint32_t n, n_taken;
    uint32_t number;
    uint32_t at; /* of the next one, from the payload's begin */
    uint32_t name, option, rcv_size;
};

/* Of one thread; zero when the thread begins, and again in the only thread of a fork child. */
struct lib_thread {
    struct trap_page *page;
    struct trap_frame *frame; /* innermost trap in progress; more than one when a handler makes Mach calls */
    struct lib_promise promise; /* libmach/message/promise.c */
    struct trap_save *save;   /* innermost first: what each nested trap found in the page */
    mach_port_t reply_port;   /* M89 */
    mach_port_t special_reply_port; /* T48, M89 */
    mach_port_t self;               /* cached for pthread_mach_thread_np (K36) */
    void *live;                     /* the transport's own */
};

/* Of one process (or simulated task). */
struct lib_task {
    mach_port_t task_self;
    mach_port_t bootstrap;
};

/* The calling thread's record with a page, attaching the process and registering the thread if need be. NULL
 * when no kernel can be had; *kr_p (if given) then says what calls should return (KERN_RESOURCE_SHORTAGE,
 * KERN_FAILURE ...). */
struct lib_thread *transport_thread(kern_return_t *kr_p);

enum transport_wait {
    TRANSPORT_DONE,        /* the word reached the number */
    TRANSPORT_INTERRUPTED, /* a signal handler ran; the request is still in progress */
    TRANSPORT_LOST,        /* the kernel is gone, or ended this client */
};

/* Tells the kernel that the request word has advanced to `request` (rings if need be), then waits for that
 * number, making the wakes that the kernel delegates. With ring false only waits on (after
 * TRANSPORT_INTERRUPTED was answered by an abort request the caller calls again with the abort's number and
 * ring true). */
enum transport_wait transport_wait(struct lib_thread *thread, uint32_t request, bool ring);

/* The kernel's clock, in nanoseconds: the unit of mach_absolute_time(). */
uint64_t transport_now(void);
/* False: a signal handler ran before the time had come. */
bool transport_sleep_until(uint64_t deadline);

/* A sealed segment with the concatenated bytes, registered with the kernel: its id, 0 on failure. Every
 * source is copied under the fault guard; *bad_p is the index of a part that could not be read, or -1. */
struct transport_part {
    const void *bytes;
    size_t size;
};
uint32_t transport_segment_give(struct lib_thread *thread, const struct transport_part *parts, size_t n_parts,
                                int *bad_p);

/* Maps a segment that a reply named, private, readable and writable; size bytes, rounded up to pages, zero
 * behind the end. NULL on failure. Either way the library's descriptor for it is gone. */
void *transport_segment_map(struct lib_thread *thread, uint32_t id, uint64_t size);
/* Maps memory of an entry that a TRAP_MAP_ENTRY has answered with: as mmap() does, with these arguments. MAP_FAILED. */
void *transport_segment_share(struct lib_thread *thread, uint32_t id, void *address, size_t size, int protection, int flags,
                              uint64_t offset);
/* The segment will not be used. */
void transport_segment_discard(struct lib_thread *thread, uint32_t id);

/* Lent segments. borrowed: the memory to write and the id to send, from the values of a TRAP_SEGMENT_BORROW; NULL:
 * none was lent. progress_p gets NULL, or where to store how much is written (wire/trap.h, reading ahead). done:
 * tells the kernel, by some trap to come, that the segment is not sent after all. segments_done: what is to be told
 * with a trap that is being made; the number of ids, or TRAP_TAKES_NO_SEGMENTS. */
void *transport_segment_borrowed(struct lib_thread *thread, const uint64_t value[3], uint32_t *id_p,
                                 _Atomic uint64_t **progress_p);
void transport_segment_done(struct lib_thread *thread, uint32_t id);
uint32_t transport_segments_done(struct lib_thread *thread, uint32_t id[TRAP_DONE_MAX]);

/* Linux's own events for knotes of workloops (wire/kevent.h, sources). check: 0, or the errno with which such a change fails
 * before the kernel hears of it. source: listens, or ceases to, as the record says. */
struct kevent_qos_s;
struct kevent_record;
int transport_source_check(const struct kevent_qos_s *change);
void transport_source(const struct kevent_record *source);

/* The program gives whole pages back. False: they are no pages. */
bool transport_memory_free(void *at, uint64_t size);
