/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/kqueue/knote.h - one thing that a kqueue is asked to tell of (T112-T129)
 *
 * state      meaning                              stands in             leaves by
 * IDLE       enabled, nothing to tell             -                     fire, disable, drop
 * FIRED      enabled, something to tell           kqueue->pending       delivery, disable, drop
 * DISABLED   tells nothing, whatever happens      -                     enable, drop
 *
 * life       meaning
 * ALIVE      its filter decides what there is to tell
 * GONE       what it watched has left: that is what there is to tell, once (T119)
 * DOOMED     told that, or deleted while disabled (T118): its deletion is what there is to tell when it is enabled
 *
 * What a filter does is a table of functions (struct filter), as what a change asks of it is a struct change. A knote adds
 * its class to its workloop while it is FIRED, while it is *kept* (delivered and not enabled since, T139), and if it is the
 * request of the workloop (T148): knote_refresh() says so anew.
 */
#pragma once

#include "kernel/ipc/monitor.h"
#include "kernel/kqueue/kqueue.h"
#include "kernel/task/subject.h"

struct knote;
struct reply;

enum knote_state { KNOTE_IDLE, KNOTE_FIRED, KNOTE_DISABLED };
enum knote_life { KNOTE_ALIVE, KNOTE_GONE, KNOTE_DOOMED };

/* One entry of a changelist, and the call that it came with. */
struct change {
    struct kqueue *kqueue;
    struct thread *thread;
    struct kevent_record record; /* copied once; the filter may change what will be told of it */
    uint32_t call_flags;         /* KEVENT_FLAG_* */
    bool is_last, has_room;      /* of its list; for an event about it */
    struct knote *waits;         /* out: NOTE_WL_SYNC_WAIT, the thread shall wait on this one */
    struct reply *reply;
};

/* Errors are errno values, 0 is success; of attach and check_drop also CHANGE_IGNORED: success, but nothing is to be done
 * (NOTE_WL_IGNORE_ESTALE). attach and touch decide before they change anything. */
enum { CHANGE_IGNORED = -1 };

struct filter {
    int (*attach)(struct knote *knote, struct change *change);
    int (*touch)(struct knote *knote, struct change *change);
    int (*check_drop)(struct knote *knote, struct change *change);  /* NULL: it may be deleted */
    void (*enabled)(struct knote *knote, struct reply *reply);      /* by a change; NULL: nothing to do */
    bool (*is_ready)(const struct knote *knote);
    bool (*deliver)(struct knote *knote, struct reply *reply, struct kevent_record *out); /* false: nothing to tell after all */
    enum sched_qos (*class)(const struct knote *knote);             /* NULL: as registered */
    void (*drop)(struct knote *knote, struct reply *reply);         /* reply NULL: nobody to tell */
};

extern const struct filter port_filter, process_filter, workloop_filter, user_filter, source_filter;

struct knote {
    struct tree_node node;      /* kqueue->knotes */
    struct tree_node pending;   /* kqueue->pending */
    struct list again;          /* events.c, between a delivery and the next look */
    struct kqueue *kqueue;
    const struct filter *filter;
    struct kevent_qos_s event;  /* as registered; flags: DISPATCH, CLEAR, ONESHOT, UDATA_SPECIFIC, VANISHED alone */
    uint8_t state, life;        /* enum knote_state, knote_life */
    uint8_t class;              /* that it adds to the workloop: enum sched_qos */
    uint8_t kept_class;         /* NONE: it is not kept */
    uint64_t fired_order;
    union {
        struct monitor monitor; /* MACHPORT, and NOTE_WL_SYNC_IPC */
        struct subject_watch process; /* PROC of one that machd knows */
        struct {                /* NOTE_WL_SYNC_WAIT */
            struct thread *waiter; /* NULL: nobody waits */
            bool is_woken;
        } sync;
        struct {                /* USER: event.data and fflags are what is told; sources: the fields here */
            struct tree_node by_cookie;
            uint64_t cookie;
            int64_t data;
            uint32_t fflags;
            uint16_t flags;
            bool is_armed, has_happened;
        } source;
    };
};

void knotes_init(struct kqueue *kqueue);
/* The knote that the event of a change means; NULL: none. */
struct knote *knote_lookup(struct kqueue *kqueue, const struct kevent_qos_s *event);

/* Applies one change (T114-T118). errno; EINPROGRESS too. change->waits: see there. */
int change_apply(struct change *change);

/* There is something to tell, unless it is disabled. Fires once. */
void knote_fire(struct knote *knote);
/* Its class may be another one. */
void knote_refresh(struct knote *knote);
void knote_disable(struct knote *knote);
/* What there was to tell has been told, or is there no more. */
void knote_settle_idle(struct knote *knote);
/* It has been told, with EV_DISPATCH, and keeps its class until it is enabled (T139). */
void knote_keep(struct knote *knote, enum sched_qos class);
/* Enabled, and looked at: FIRED if there is something to tell. */
void knote_enable(struct knote *knote, struct reply *reply);
/* Gone without a word. reply NULL: libmach is not told of its source. */
void knote_drop(struct knote *knote, struct reply *reply);

/* As the program registered it; NONE without a class. */
enum sched_qos knote_registered_class(const struct knote *knote);

static inline struct ipc *knote_ipc(const struct knote *knote)
{
    return knote->kqueue->all->ipc;
}

static inline bool knote_is_dispatch2(const struct knote *knote)
{
    return (knote->event.flags & EV_DISPATCH2) == EV_DISPATCH2;
}
