/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/wait.h - the part of a thread that IPC sees, and its one way of waiting
 *
 * A thread waits in exactly one way. thread_unwait() is the only function that takes it out, whatever the
 * cause; it leaves the thread on the list of the resumed, with what it has to do next. Nothing is sent or
 * received by it, so it may be called from anywhere.
 */
#pragma once

#include <mach/kern_return.h>

#include "kernel/ipc/message.h"
#include "kernel/sched/timers.h"
#include "kernel/sched/waitq.h"
#include "wire/refusal.h"
#include "wire/trap.h"

/* kind      live member   queue it stands in             leaves by
 * NONE      -             -                              -
 * SEND      sending       dest port's senders            room, port death, timeout, interruption, death of the thread
 * RECEIVE   receiving     port's or set's receivers      message, port or set change, timeout, interruption, death
 * SEMAPHORE -             semaphore's waiters            signal, its end, timeout, interruption, death
 * SLEEP     -             ipc->sleepers                  timeout, interruption, death
 * EVENT     event         its owner's                    signal, its end, timeout, interruption, death
 */
enum wait_kind { WAIT_NONE, WAIT_SEND, WAIT_RECEIVE, WAIT_SEMAPHORE, WAIT_SLEEP, WAIT_EVENT };

enum wait_end {
    WAIT_ENDED_ADMITTED,  /* SEND: the message has been queued */
    WAIT_ENDED_DELIVERED, /* RECEIVE: the reply is written */
    WAIT_ENDED_SIGNALLED, /* SEMAPHORE, EVENT */
    WAIT_ENDED_TIMEOUT,
    WAIT_ENDED_INTERRUPTED,
    WAIT_ENDED_CHANGED,   /* what it waits at is gone: SEND goes on as success (P115), RECEIVE says PORT_CHANGED,
                           * EVENT as its owner likes */
    WAIT_ENDED_DEATH,     /* of the thread: no result for anybody */
};

enum resume_kind { RESUME_NOTHING, RESUME_FINISHED, RESUME_RECEIVE, RESUME_GIVE_BACK, RESUME_EVENT };

/* What the layers above wait for. `ended` is called at once, whatever the cause, to forget the thread; `go_on` when the
 * operation that ended the wait is over, unless the thread died: it makes the reply (true), or waits again. */
struct wait_ops {
    void (*ended)(struct ipc_thread *thread, enum wait_end end);
    bool (*go_on)(struct ipc_thread *thread, enum wait_end end);
};

struct collector;
struct monitor;

/* mach_msg in progress: the numbers of the trap, copied once. */
struct msg_call {
    struct trap_msg msg;
    const uint8_t *payload; /* of the request; only while the trap itself runs */
    uint64_t payload_size;
    uint32_t n_items;
    uint64_t send_at, rcv_at; /* of the buffers: guard values alone */
    uint32_t aux_size, aux_room; /* of auxiliary data (P161) */
    int32_t id; /* msgh_id of the message that is being sent */
};

/* Of a thread (promise.h). */
struct promise {
    struct port *port; /* NULL: nothing is promised */
    uint32_t turn;     /* which promise it is; what the page says of another one is the past */
    uint32_t n;        /* messages */
    uint32_t n_dropped; /* of those that were taken: they stand in the queue no more */
    uint32_t wanted, n_without;
    struct list link;  /* ipc->promises, while something is promised */
};

/* Of a thread (upcall.h). */
enum upcall_state { UPCALL_IDLE, UPCALL_ASKED, UPCALL_ANSWERED, UPCALL_UNANSWERED };

struct upcall {
    struct port *port; /* the kernel special reply port, a reference; NULL: not made yet */
    enum upcall_state state;
};

/* Of a thread, until its answer is on its way (guard.h). */
struct noted_guard {
    uint32_t kind; /* kGUARD_EXC_*; 0: none */
    mach_port_name_t name;
    uint64_t subcode;
};

struct ipc_thread {
    struct ipc *ipc;
    struct space *space;        /* a reference */
    struct account *account;
    const struct token *token;  /* the task's, current */
    struct task *task;          /* for the host's segment calls */
    uint8_t *data;              /* TRAP_DATA_SIZE bytes of the thread's page; NULL: makes no traps */
    _Atomic uint64_t *promise_word; /* in the page; NULL as `data` */
    struct promise promise;
    enum wait_kind wait;
    bool awaits_release; /* has not begun, waits for its release (kernel/proc/launch.h) */
    union {
        struct {
            struct message *message;
            bool is_kernel_reply; /* a kernel object's answer to the thread's own request (P177) */
        } sending;
        struct {
            struct port *port; /* one of the two */
            struct pset *set;
        } receiving;
    };
    struct { /* of the wait, and until the thread has gone on */
        const struct wait_ops *ops;
        struct turnstile *push; /* NULL: it pushes on nobody */
        enum wait_end end;
        void *object;      /* the rest is its owner's */
        uint64_t kind, id, deadline, area;
        uint32_t n_events;
    } event;
    struct upcall upcall;
    struct noted_guard guard;
    struct sched_thread sched;
    struct timer timer; /* of the wait, if it has a timeout */
    struct timer depression; /* set while the thread is depressed */
    struct list resumed;
    enum resume_kind resume;
    struct message *give_back; /* RESUME_GIVE_BACK: to be returned by P122 */
    kern_return_t give_back_code;
    uint32_t trap; /* number of the last request */
    bool takes_no_segments; /* so says the last request (wire/trap.h) */
    struct msg_call call;
    struct trap_reply reply;
    struct refused refused; /* the last one (refusal.h) */
    struct collector *collector; /* where messages go instead of the page (deliver.h); NULL */
    struct monitor *channel;     /* through which they come (monitor.h); NULL: none */
    void (*waits)(struct ipc_thread *thread, bool waits); /* told when it begins to wait, and when it ends; NULL */
};

/* A thread of its task's, with this requested class. ipc_thread_end() when it is in no wait any more. */
void ipc_thread_init(struct ipc_thread *thread, struct ipc *ipc, struct space *space, struct account *account,
                     struct sched_task *task, enum sched_qos qos);
void ipc_thread_end(struct ipc_thread *thread);

/* The queue decides the kind: message non-NULL waits for room at its destination, else for a message at port
 * or set. timeout in milliseconds, used if has_timeout. Cost O(log n) of the queue and of all timers. */
void thread_wait_send(struct ipc_thread *thread, struct message *message, bool is_kernel_reply, bool has_timeout,
                      uint32_t timeout);
void thread_wait_receive(struct ipc_thread *thread, struct port *port, struct pset *set, bool has_timeout, uint32_t timeout);
/* Nanoseconds here. */
void thread_wait_semaphore(struct ipc_thread *thread, struct waitq *waiters, bool has_timeout, uint64_t timeout);

/* For so many nanoseconds; its result is KERN_SUCCESS and the time at which it ended. */
void thread_wait_sleep(struct ipc_thread *thread, uint64_t timeout);

/* Nanoseconds; event.object and what follows it has been set. push NULL: it pushes on nobody. */
void thread_wait_event(struct ipc_thread *thread, const struct wait_ops *ops, struct waitq *queue, struct turnstile *push,
                       bool has_timeout, uint64_t timeout);

/* Must be waiting. Afterwards on ipc->resumed, but for death. Returns the message of a SEND wait that ended
 * ADMITTED: the caller queues it. */
struct message *thread_unwait(struct ipc_thread *thread, enum wait_end end);

static inline struct ipc_thread *thread_of_waiter(struct waiter *waiter)
{
    return container_of(waiter, struct ipc_thread, sched.waiter);
}

/* Wakes everybody in the queue with `end`. */
void waitq_unwait_all(struct waitq *queue, enum wait_end end);
