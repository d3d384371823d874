/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/kqueue/filter_workloop.c - EVFILT_WORKLOOP: the request for a thread, waiting for each other, and moving a push (T146-T152) */
#include <errno.h>

#include "kernel/ipc/link.h"
#include "kernel/ipc/space.h"
#include "kernel/kqueue/events.h"
#include "kernel/kqueue/knote.h"
#include "kernel/kqueue/workloop.h"
#include "kernel/sched/encoding.h"

enum { WAIT_FLAGS = KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_ERROR_EVENTS };
#define OVERCOMMIT 0x80000000u

static uint32_t command_of(uint32_t fflags)
{
    return fflags & NOTE_WL_COMMANDS_MASK;
}

static bool is_sync(uint32_t command)
{
    return command == NOTE_WL_SYNC_WAIT || command == NOTE_WL_SYNC_WAKE;
}

/* ---- the word, and the owner that it names (T147, T149) ---- */

static int check_word(struct change *change)
{
    struct kevent_qos_s *event = &change->record.event;
    uint64_t word = change->record.word.value, mask = event->ext[EV_EXTIDX_WL_MASK];
    uint64_t expected = event->ext[EV_EXTIDX_WL_VALUE];
    if (event->ext[EV_EXTIDX_WL_ADDR] == 0)
        return 0;
    if (change->record.word.state != KEVENT_WORD_READ)
        return EFAULT;
    event->ext[EV_EXTIDX_WL_VALUE] = word;
    return (word & mask) != (expected & mask) ? ESTALE : 0;
}

/* The low bits of a name are always set, and the program's to use. */
static int find_owner(const struct change *change, struct thread **owner_p)
{
    enum { PROGRAM_BITS = 3 };
    const struct kevent_qos_s *event = &change->record.event;
    uint32_t name = (uint32_t)change->record.word.value & ~(uint32_t)PROGRAM_BITS;
    if (!(event->fflags & NOTE_WL_DISCOVER_OWNER) || event->ext[EV_EXTIDX_WL_ADDR] == 0 || name == 0)
        return 0;
    struct entry *entry = space_peek(change->thread->ipc.space, name | PROGRAM_BITS);
    struct thread *thread = entry && entry_has_send(entry) ? thread_of_port(entry->port) : NULL;
    if (!thread || thread->task != change->thread->task)
        return EOWNERDEAD;
    *owner_p = thread;
    return 0;
}

/* What every command does first: whether it is to be done at all, and who owns the loop then. */
struct update {
    struct thread *owner;
};

static void end_ownership(const struct change *change, struct update *update)
{
    if ((change->record.event.fflags & NOTE_WL_END_OWNERSHIP) && update->owner == change->thread)
        update->owner = NULL;
}

static int begin_update(struct change *change, struct update *update)
{
    int error = check_word(change);
    update->owner = change->kqueue->owner;
    if (error == ESTALE && (change->record.event.fflags & NOTE_WL_IGNORE_ESTALE)) {
        end_ownership(change, update);
        workloop_set_owner(change->kqueue, update->owner);
        return CHANGE_IGNORED;
    }
    if (error == 0)
        error = find_owner(change, &update->owner);
    end_ownership(change, update);
    return error;
}

/* ---- commands ---- */

static int check_command(const struct change *change, bool is_deletion)
{
    const struct kevent_qos_s *event = &change->record.event;
    bool is_loop = event->ident == change->kqueue->id, is_disabled = event->flags & EV_DISABLE;
    uint32_t fflags = event->fflags;
    switch (command_of(fflags)) {
    case NOTE_WL_THREAD_REQUEST: return is_loop ? 0 : EINVAL;
    case NOTE_WL_SYNC_WAIT:
    case NOTE_WL_SYNC_WAKE:
        return is_loop || !(is_disabled || is_deletion) || (fflags & NOTE_WL_END_OWNERSHIP) ? EINVAL : 0;
    case NOTE_WL_SYNC_IPC:
        return !(is_disabled || is_deletion) || (fflags & (NOTE_WL_UPDATE_QOS | NOTE_WL_DISCOVER_OWNER))
                   ? EINVAL
                   : 0;
    }
    return EINVAL;
}

static bool may_wait(const struct change *change)
{
    return change->is_last && change->has_room && (change->call_flags & WAIT_FLAGS) == WAIT_FLAGS;
}

/* T152: a push can be moved here, not begun. */
static int find_pushed(const struct change *change, struct port **port_p)
{
    struct entry *entry = space_peek(change->thread->ipc.space, (mach_port_name_t)change->record.event.ident);
    if (!entry || (!entry_has_receive(entry) && entry->kind != ENTRY_SEND_ONCE))
        return ENOENT;
    struct port *port = entry->port;
    bool is_reply = port_is_live(port) && port->special_reply;
    if (port_is_dead(port) || is_reply != (entry->kind == ENTRY_SEND_ONCE) || port->link == LINK_ANY)
        return ENOENT;
    *port_p = port;
    return 0;
}

static void redirect(struct knote *knote, struct port *port)
{
    monitor_init(knote_ipc(knote), &knote->monitor, &knote->kqueue->push, NULL);
    link_redirect(knote_ipc(knote), port, &knote->monitor);
}

static int check_attach(struct change *change, struct port **port_p)
{
    const struct kevent_qos_s *event = &change->record.event;
    switch (command_of(event->fflags)) {
    case NOTE_WL_THREAD_REQUEST:
        if (sched_decode((uint32_t)event->qos).qos == SCHED_QOS_NONE)
            return ERANGE;
        return change->kqueue->thread_request ? EALREADY : 0;
    case NOTE_WL_SYNC_WAIT: return may_wait(change) ? 0 : ENOTSUP;
    case NOTE_WL_SYNC_IPC: return find_pushed(change, port_p);
    }
    return 0;
}

static int attach(struct knote *knote, struct change *change)
{
    struct port *port = NULL;
    struct update update;
    int error = check_command(change, false);
    if (error == 0)
        error = check_attach(change, &port);
    if (error == 0)
        error = begin_update(change, &update);
    if (error)
        return error;
    switch (command_of(knote->event.fflags)) {
    case NOTE_WL_THREAD_REQUEST:
        change->kqueue->thread_request = knote;
        knote->source.has_happened = true;
        break;
    case NOTE_WL_SYNC_WAIT: change->waits = knote; break;
    case NOTE_WL_SYNC_WAKE: knote->sync.is_woken = true; break;
    case NOTE_WL_SYNC_IPC: redirect(knote, port); break;
    }
    workloop_set_owner(change->kqueue, update.owner);
    return 0;
}

static void wake(struct knote *knote)
{
    if (knote->sync.waiter)
        thread_unwait(&knote->sync.waiter->ipc, WAIT_ENDED_SIGNALLED);
}

static int check_sync(const struct knote *knote, const struct change *change)
{
    if (command_of(change->record.event.fflags) != NOTE_WL_SYNC_WAIT || knote->sync.is_woken)
        return 0;
    if (knote->sync.waiter)
        return EXDEV;
    return may_wait(change) ? 0 : ENOTSUP;
}

static int check_touch(const struct knote *knote, const struct change *change)
{
    const struct kevent_qos_s *event = &change->record.event;
    uint32_t command = command_of(event->fflags), before = command_of(knote->event.fflags);
    int error = check_command(change, false);
    if (error)
        return error;
    if (command != before && !(is_sync(command) && is_sync(before)))
        return EINVAL;
    if ((event->fflags & NOTE_WL_UPDATE_QOS) && sched_decode((uint32_t)event->qos).qos == SCHED_QOS_NONE)
        return ERANGE;
    return is_sync(command) ? check_sync(knote, change) : 0;
}

static void set_qos(struct knote *knote, uint32_t qos)
{
    struct kqueue *kqueue = knote->kqueue;
    kqueue->n_overcommit -= ((uint32_t)knote->event.qos & OVERCOMMIT) != 0;
    knote->event.qos = (int32_t)qos;
    kqueue->n_overcommit += (qos & OVERCOMMIT) != 0;
}

static void touch_request(struct knote *knote, const struct kevent_qos_s *event)
{
    if (event->fflags & NOTE_WL_UPDATE_QOS)
        set_qos(knote, (uint32_t)event->qos);
    knote->event.fflags = event->fflags;
    knote->source.has_happened = true;
    knote_refresh(knote);
    knote_fire(knote);
}

static void touch_sync(struct knote *knote, struct change *change)
{
    if (command_of(change->record.event.fflags) == NOTE_WL_SYNC_WAKE) {
        knote->sync.is_woken = true;
        wake(knote);
    } else if (!knote->sync.is_woken) {
        change->waits = knote;
    }
}

static int touch(struct knote *knote, struct change *change)
{
    struct update update;
    int error = check_touch(knote, change);
    if (error == 0)
        error = begin_update(change, &update);
    if (error)
        return error == CHANGE_IGNORED ? 0 : error;
    workloop_set_owner(change->kqueue, update.owner);
    uint32_t command = command_of(knote->event.fflags);
    if (command == NOTE_WL_THREAD_REQUEST)
        touch_request(knote, &change->record.event);
    else if (is_sync(command))
        touch_sync(knote, change);
    return 0;
}

static int check_drop(struct knote *knote, struct change *change)
{
    struct update update;
    uint32_t command = command_of(change->record.event.fflags), before = command_of(knote->event.fflags);
    int error = check_command(change, true);
    if (error == 0 && command != before && !(is_sync(command) && is_sync(before)))
        error = EINVAL;
    if (error == 0)
        error = begin_update(change, &update);
    if (error == 0)
        workloop_set_owner(change->kqueue, update.owner);
    return error;
}

/* ---- events ---- */

static bool is_ready(const struct knote *knote)
{
    return command_of(knote->event.fflags) == NOTE_WL_THREAD_REQUEST && knote->source.has_happened;
}

/* While somebody owns the loop the request stays as it is (T148). */
static bool deliver(struct knote *knote, struct reply *reply, struct kevent_record *out)
{
    (void)reply;
    if (!is_ready(knote) || knote->kqueue->owner)
        return false;
    knote->source.has_happened = false;
    out->event.fflags = knote->event.fflags;
    return true;
}

static void drop(struct knote *knote, struct reply *reply)
{
    uint32_t command = command_of(knote->event.fflags);
    (void)reply;
    if (command == NOTE_WL_SYNC_IPC)
        monitor_fini(knote_ipc(knote), &knote->monitor);
    else if (is_sync(command))
        wake(knote);
}

const struct filter workloop_filter = {
    .attach = attach,
    .touch = touch,
    .check_drop = check_drop,
    .is_ready = is_ready,
    .deliver = deliver,
    .drop = drop,
};
