/* SPDX-License-Identifier: Apache-2.0 */
/* sim/grind/events.c - kernel queues, workloops and threads of the pool (wire/kevent.h) */
#include <string.h>

#include "kernel/kqueue/kqueue.h"
#include "sim/grind/grind.h"
#include "wire/kevent.h"

enum { N_LOOPS = 3, MAX_CHANGES = 4 };

static uint64_t draw_loop(void)
{
    return chance(96) ? 1 + draw(N_LOOPS) : DRAW_FROM(0, UINT64_MAX, draw_bits());
}

static int32_t draw_qos(void)
{
    uint32_t flags = chance(85) ? 0 : (uint32_t)DRAW_FROM(0x80000000u, 0x04000000u, 0x20000000u);
    return (int32_t)(flags | (uint32_t)DRAW_FROM(0x8ff, 0x8ff, 0x4ff, 0x10ff, 0x20ff, 0x2ff, 0));
}

static uint16_t draw_flags(void)
{
    uint16_t flags = (uint16_t)DRAW_FROM(EV_ADD | EV_DISPATCH2 | EV_VANISHED, EV_ADD | EV_DISPATCH2, EV_ADD,
                                         EV_ADD | EV_DISPATCH, EV_ADD | EV_ONESHOT, EV_ADD | EV_CLEAR,
                                         EV_ENABLE | EV_DISPATCH2, EV_ENABLE | EV_DISPATCH2, EV_ENABLE,
                                         EV_DELETE | EV_DISPATCH2, EV_DELETE | EV_ENABLE | EV_DISPATCH2,
                                         EV_DELETE, EV_ADD | EV_DISABLE, EV_ADD | EV_DISABLE | EV_DISPATCH2);
    if (chance(6))
        flags |= EV_RECEIPT;
    return chance(97) ? flags : (uint16_t)draw_bits();
}

static void draw_machport(struct kevent_qos_s *event, const struct being *task)
{
    event->filter = EVFILT_MACHPORT;
    event->ident = event->udata = name_of(task, RECEIVABLE);
    event->fflags = (uint32_t)DRAW_FROM(MACH_RCV_MSG, MACH_RCV_MSG, MACH_RCV_SYNC_PEEK, 0,
                                        MACH_RCV_MSG | MACH_RCV_LARGE, draw_bits());
    if (chance(85))
        return;
    event->ext[0] = draw_bits();
    event->ext[1] = DRAW_FROM(24, 64, 4096, draw_bits());
}

static void draw_workloop(struct kevent_record *record, const struct being *task, uint64_t id)
{
    struct kevent_qos_s *event = &record->event;
    event->filter = EVFILT_WORKLOOP;
    event->fflags = (uint32_t)DRAW_FROM(NOTE_WL_THREAD_REQUEST, NOTE_WL_THREAD_REQUEST, NOTE_WL_SYNC_WAIT,
                                        NOTE_WL_SYNC_WAKE, NOTE_WL_SYNC_IPC, draw_bits());
    event->ident = event->udata = event->fflags & NOTE_WL_THREAD_REQUEST ? id : 5 + draw(2);
    if (event->fflags & NOTE_WL_SYNC_IPC)
        event->ident = name_of(task, chance(50) ? ONCE : RECEIVABLE);
    if (!(event->fflags & NOTE_WL_THREAD_REQUEST) && chance(90))
        event->flags |= EV_DISABLE;
    event->fflags |=
        chance(50) ? 0
                   : (uint32_t)DRAW_FROM(NOTE_WL_DISCOVER_OWNER, NOTE_WL_END_OWNERSHIP, NOTE_WL_UPDATE_QOS,
                                         NOTE_WL_IGNORE_ESTALE | NOTE_WL_END_OWNERSHIP);
    if (chance(40))
        return;
    event->ext[EV_EXTIDX_WL_ADDR] = 64;
    event->ext[EV_EXTIDX_WL_MASK] = chance(80) ? 0 : UINT64_MAX;
    record->word.state = chance(95) ? KEVENT_WORD_READ : draw(4);
    record->word.value = name_of(task, THREADS);
}

/* Living, dead or not born yet. */
static void draw_process(struct kevent_qos_s *event)
{
    event->filter = EVFILT_PROC;
    event->ident = event->udata = (uint64_t)(uint32_t)world.tasks[draw(MAX_TASKS)].identity.pid;
    event->fflags = (uint32_t)DRAW_FROM(NOTE_EXIT, NOTE_EXIT | NOTE_EXITSTATUS, NOTE_EXIT | NOTE_REAP,
                                        NOTE_REAP, NOTE_FORK, NOTE_FORK | NOTE_EXEC | NOTE_EXIT, draw_bits());
}

static void draw_record(struct kevent_record *record, const struct being *task, uint64_t id)
{
    struct kevent_qos_s *event = &record->event;
    *record = (struct kevent_record){ .event = { .flags = draw_flags(), .qos = draw_qos() } };
    uint32_t what = draw(100);
    if (what < 55) {
        draw_machport(event, task);
        return;
    }
    if (what < 80) {
        draw_workloop(record, task, id);
        return;
    }
    if (what < 87) {
        draw_process(event);
        return;
    }
    event->filter =
        (int16_t)DRAW_FROM(EVFILT_USER, EVFILT_USER, EVFILT_USER, EVFILT_READ, EVFILT_TIMER, draw_bits());
    event->ident = event->udata = draw(4);
    event->fflags = (uint32_t)DRAW_FROM(NOTE_TRIGGER, NOTE_TRIGGER, 0, draw_bits());
}

static uint32_t put_changes(struct actor *actor, uint64_t id)
{
    uint32_t n = chance(70) ? 1 : draw(MAX_CHANGES + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct kevent_record record;
        draw_record(&record, actor->task, id);
        memcpy(trap_data(actor->page) + i * sizeof(record), &record, sizeof(record));
        tell(" [filter %d ident 0x%llx flags 0x%x fflags 0x%x qos 0x%x]", record.event.filter,
             (unsigned long long)record.event.ident, record.event.flags, record.event.fflags,
             (uint32_t)record.event.qos);
    }
    return chance(98) ? n : (uint32_t)draw_bits();
}

static void draw_kevent(struct actor *actor, struct trap_request *request)
{
    bool is_loop = chance(88);
    uint64_t id = draw_loop();
    uint64_t flags = is_loop ? KEVENT_FLAG_WORKLOOP : 0;
    flags |= DRAW_FROM(0, KEVENT_FLAG_ERROR_EVENTS, KEVENT_FLAG_ERROR_EVENTS, KEVENT_FLAG_IMMEDIATE);
    tell("kevent of %s %llu", is_loop ? "workloop" : "descriptor", (unsigned long long)id);
    request->number = TRAP_KEVENT;
    request->arg[0] = chance(99) ? (is_loop ? KQUEUE_WORKLOOP : KQUEUE_DESCRIPTOR) : draw(5);
    request->arg[1] = id;
    request->arg[2] = chance(97) ? flags : draw_bits();
    request->arg[3] = put_changes(actor, id);
    request->arg[4] = chance(90) ? draw(5) : draw_bits();
    request->arg[5] = DRAW_FROM(0, 64, 32768, draw_bits());
    request->arg[6] = DRAW_FROM(0, draw(5000000), KEVENT_FOREVER);
}

static void park(struct actor *actor, struct trap_request *request)
{
    const struct kqueues *all = actor->task->kernel->kqueues;
    if ((!all || !all->pool.is_set_up) && chance(95))
        return; /* it sets the pool up */
    tell("park");
    request->number = TRAP_WORKQ_PARK;
    request->arg[0] = actor->kernel->services && chance(60) ? put_changes(actor, draw_loop()) : 0;
    request->arg[1] = DRAW_FROM(1, 4, 16, 0);
    request->arg[2] = DRAW_FROM(0, 64, 32768);
    request->arg[3] = DRAW_FROM(1000000, KEVENT_FOREVER);
}

/* What cookies there are is known from one kernel to the next: they are its serial numbers. */
static void fire(struct actor *actor, struct trap_request *request)
{
    const struct ipc *ipc = actor->kernel->ipc.ipc;
    tell("a source fires");
    request->number = TRAP_KNOTE_FIRE;
    request->arg[0] = ipc->serial - draw(200);
    request->arg[1] = draw(100);
    request->arg[3] = draw(2) ? EV_EOF : 0;
}

static void ahead(struct trap_request *request)
{
    tell("a workloop is made or unmade");
    request->number = (uint32_t)DRAW_FROM(TRAP_WORKLOOP_CREATE, TRAP_WORKLOOP_DESTROY);
    request->arg[0] = draw_loop();
    request->arg[1] = draw(4);
    request->arg[2] = draw(80);
}

void step_event(struct actor *actor)
{
    struct trap_request *request = &actor->page->req;
    uint32_t what = draw(100);
    *request = (struct trap_request){ .number = TRAP_WORKQ_SETUP };
    if (what < 60)
        draw_kevent(actor, request);
    else if (what < 90)
        park(actor, request);
    else if (what < 93)
        fire(actor, request);
    else if (what < 95)
        ahead(request);
    else if (what < 97)
        request->number = TRAP_KQUEUE_WATCH;
    else if (what < 98)
        *request = (struct trap_request){ .number = TRAP_KQUEUE_CLOSE, .arg = { draw_loop() } };
    if (request->number == TRAP_WORKQ_SETUP)
        tell("a pool is set up");
    actor_trap(actor, NULL);
}
