/* SPDX-License-Identifier: Apache-2.0 */
/* sim/oracle.c - the graph of who pushes whom, drawn from scratch, and compared with the kernel's
 *
 * Every turnstile and every thread is a *member*, found by its address in a table. A member has at most one *next*: a
 * turnstile its inheritor, a thread the turnstile that it is blocked on. So each value can be carried along from where it
 * arises, as far as it raises something; and a circle is a path that comes back.
 */
#include "sim/oracle.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/ipc/link.h"
#include "kernel/ipc/space.h"
#include "kernel/ipc/upcall.h"
#include "kernel/ipc/watch.h"
#include "kernel/kqueue/knote.h"
#include "kernel/proc/launch.h"
#include "kernel/task/thread.h"

enum { NOBODY = -1, USER_MAX = 63, FIRST_ROOM = 256 };

struct member {
    const void *key;
    const struct sched_thread *thread; /* one of the two */
    const struct turnstile *turnstile;
    int next;
    int value; /* of a turnstile: its priority; of a thread: its push */
    bool is_in_circle, is_seen;
};

static struct {
    const struct ipc *ipc;
    struct member *members;
    int n, room, allocated;
    int *slots;  /* of the table: a member's index, or NOBODY */
    int n_slots; /* a power of two */
} graph;

/* ---- members ---- */

static int *slot_of(const void *key)
{
    uint64_t at = (uint64_t)(uintptr_t)key * 0x9e3779b97f4a7c15u >> 20;
    for (;; at++) {
        int *slot = &graph.slots[at & (uint64_t)(graph.n_slots - 1)];
        if (*slot == NOBODY || graph.members[*slot].key == key)
            return slot;
    }
}

/* So that a small graph after a large one costs what a small one costs, the table begins small each time. */
static void set_room(int room)
{
    graph.room = room;
    graph.n_slots = 2 * room;
    if (room > graph.allocated) {
        graph.allocated = room;
        graph.members = realloc(graph.members, (size_t)room * sizeof(*graph.members));
        graph.slots = realloc(graph.slots, (size_t)graph.n_slots * sizeof(*graph.slots));
        ASSERT(graph.members && graph.slots);
    }
    memset(graph.slots, 0xff, (size_t)graph.n_slots * sizeof(*graph.slots));
    for (int i = 0; i < graph.n; i++)
        *slot_of(graph.members[i].key) = i;
}

static void begin(const struct system *system)
{
    graph.ipc = &system->ipc;
    graph.n = 0;
    set_room(FIRST_ROOM);
}

static void add(const struct sched_thread *thread, const struct turnstile *turnstile)
{
    const void *key = thread ? (const void *)thread : turnstile;
    if (graph.n == graph.room)
        set_room(2 * graph.room);
    int *slot = slot_of(key);
    ASSERT(*slot == NOBODY);
    *slot = graph.n;
    graph.members[graph.n++] =
        (struct member){ .key = key, .thread = thread, .turnstile = turnstile, .next = NOBODY };
}

static int find(const void *key)
{
    return *slot_of(key);
}

/* ---- what there is ---- */

static void each_task(const struct system *system, void (*visit)(const struct task *task))
{
    list_for_each(node, &system->tasks) visit(list_entry(node, struct task, link));
    list_for_each(node, &system->dying) visit(list_entry(node, struct task, link));
}

static void each_kqueue(const struct task *task, void (*visit)(const struct kqueue *kqueue))
{
    const struct kqueues *all = task->kqueues;
    if (!all)
        return;
    for (struct tree_node *node = tree_first(&all->by_id); node; node = tree_next(node))
        visit(container_of(node, struct kqueue, node));
    list_for_each(node, &all->closed) visit(list_entry(node, struct kqueue, closed));
}

static void each_knote(const struct kqueue *kqueue, void (*visit)(const struct knote *knote))
{
    for (struct tree_node *node = tree_first(&kqueue->knotes); node; node = tree_next(node))
        visit(container_of(node, struct knote, node));
}

static uint32_t command_of(const struct knote *knote)
{
    return knote->filter == &workloop_filter ? knote->event.fflags & NOTE_WL_COMMANDS_MASK : 0;
}

static bool has_monitor(const struct knote *knote)
{
    return knote->filter == &port_filter || command_of(knote) == NOTE_WL_SYNC_IPC;
}

static void add_knote(const struct knote *knote)
{
    if (has_monitor(knote))
        add(NULL, &knote->monitor.stash);
}

static void add_kqueue(const struct kqueue *kqueue)
{
    add(NULL, &kqueue->push);
    each_knote(kqueue, add_knote);
}

/* That it waits to be released from; NULL. */
static const struct launch *launch_of(const struct task *task)
{
    const struct launch *launch = task->proc ? task->proc->launch : NULL;
    return launch && !waitq_is_empty(&launch->held) ? launch : NULL;
}

static void add_task(const struct task *task)
{
    list_for_each(node, &task->threads) add(&list_entry(node, struct thread, link)->ipc.sched, NULL);
    each_kqueue(task, add_kqueue);
    for (int lane = 0; task->kqueues && lane < N_LANES; lane++)
        add(NULL, &task->kqueues->pool.lane[lane].push);
    if (launch_of(task))
        add(NULL, &launch_of(task)->release);
}

static void add_port(const struct port *port)
{
    add(NULL, &port->push);
    if (port->special_reply)
        add(NULL, &port->special_reply->receive);
}

/* ---- inheritors: T64, T75, T140 ---- */

/* Pushes nowhere, and so does whoever pushes on it. */
static bool is_dead_end(const struct turnstile *turnstile)
{
    return find(turnstile) == NOBODY || turnstile->inheritor.kind == INHERITOR_NONE;
}

/* The kernel's edge is this one, for this reason. */
static void expect(const struct turnstile *turnstile, enum push_reason reason, const void *inheritor)
{
    const struct inheritor *edge = &turnstile->inheritor;
    ASSERT(edge->reason == reason);
    ASSERT((edge->kind == INHERITOR_NONE) == (reason == PUSH_NOBODY));
    if (reason == PUSH_NOBODY)
        return;
    int next = find(inheritor);
    ASSERT((const void *)edge->thread == inheritor && next != NOBODY);
    ASSERT((edge->kind == INHERITOR_THREAD) == (graph.members[next].thread != NULL));
    graph.members[find(turnstile)].next = next;
}

static const struct thread *thread_of(const struct sched_thread *sched)
{
    return container_of(container_of(sched, struct ipc_thread, sched), struct thread, ipc);
}

/* The edge that alone remembers its thread: it lives, and what holds of it is asked next. NULL: it has ended. */
static const struct thread *remembered(const struct turnstile *turnstile, enum push_reason reason)
{
    const struct inheritor *edge = &turnstile->inheritor;
    if (edge->kind == INHERITOR_NONE) {
        expect(turnstile, PUSH_NOBODY, NULL);
        return NULL;
    }
    expect(turnstile, reason, edge->thread);
    return thread_of(edge->thread);
}

/* The knote through which the port came out (T67). */
static const struct knote *stashed_on(const struct port *port)
{
    const struct knote *knote = container_of(port->stashed_on, struct knote, monitor);
    ASSERT(find(&knote->monitor.stash) != NOBODY && find(&knote->kqueue->push) != NOBODY);
    return knote;
}

static void expect_stash(const struct turnstile *turnstile, const struct port *port, enum push_reason first,
                         enum push_reason later)
{
    if (!port->stashed_on)
        expect(turnstile, PUSH_NOBODY, NULL);
    else if (port->link == LINK_KNOTE)
        expect(turnstile, first, &stashed_on(port)->kqueue->push);
    else
        expect(turnstile, later, &stashed_on(port)->monitor.stash);
}

/* T121, and D10: the earliest one that can. */
static const struct knote *earliest_pushable(const struct port *port)
{
    list_for_each(node, &port->monitors)
    {
        const struct monitor *monitor = list_entry(node, struct monitor, of_source);
        const struct knote *knote = container_of(monitor, struct knote, monitor);
        ASSERT(knote->filter == &port_filter && find(&monitor->stash) != NOBODY);
        if (knote->kqueue->kind == KQUEUE_WORKLOOP && (knote->event.flags & EV_DISPATCH) &&
            (knote->event.fflags & (MACH_RCV_MSG | MACH_RCV_SYNC_PEEK)))
            return knote;
    }
    return NULL;
}

static void expect_in_transit(const struct port *port)
{
    const struct port *above = port_above(port);
    if (above)
        expect(&port->push, PUSH_TRANSIT, &above->push);
    else if (port->push.inheritor.kind == INHERITOR_TURNSTILE) /* on a dead port: as if on nobody */
        ASSERT(is_dead_end(port->push.inheritor.turnstile));
    else
        expect(&port->push, PUSH_NOBODY, NULL);
}

static const struct task *task_of_watch;
static const struct watch *watch_sought;

static void seek_watch(const struct task *task)
{
    list_for_each(node, &task->watches) if (list_entry(node, struct watch, link) == watch_sought)
        task_of_watch = task;
}

/* Its task has died, and the parent has not said yet whether it ran. */
static bool is_orphan(const struct system *system, const struct watch *watch)
{
    list_for_each(node, &system->procs->launches)
    {
        const struct launch *launch = list_entry(node, struct launch, link);
        list_for_each(orphan,
                      &launch->orphans) if (list_entry(orphan, struct watch, link) == watch) return true;
    }
    return false;
}

/* The main thread of the task that has the watch (T156, T161, T166). */
static void expect_watched(const struct system *system, const struct port *port)
{
    watch_sought = port->watch;
    task_of_watch = NULL;
    each_task(system, seek_watch);
    bool has_task = !is_orphan(system, port->watch);
    ASSERT(!has_task || (task_of_watch && task_of_watch->state == TASK_ACTIVE));
    ASSERT(port->watch->port == port && port->watch->state != WATCH_NEW && !port->has_check_in_mark);
    if (has_task && task_of_watch->main && graph.ipc->prioritizes_launch)
        expect(&port->push, PUSH_WATCH_PORT, &task_of_watch->main->ipc.sched);
    else
        expect(&port->push, PUSH_NOBODY, NULL);
}

/* T105: whoever received the right has it, and nobody has taken a message from it. */
static void expect_received(const struct port *port)
{
    const struct thread *thread = remembered(&port->push, PUSH_RECEIVED_RIGHT);
    ASSERT(!thread || (thread->ipc.space == port->space && graph.ipc->prioritizes_launch));
}

static void expect_in_space(const struct system *system, const struct port *port)
{
    const struct knote *knote = earliest_pushable(port);
    if (port->watch)
        expect_watched(system, port);
    else if (port->link == LINK_KNOTE || port->link == LINK_STASH)
        expect_stash(&port->push, port, PUSH_KNOTE, PUSH_STASH);
    else if (port->link == LINK_THREAD)
        expect_received(port);
    else if (knote)
        expect(&port->push, PUSH_MONITOR, &knote->kqueue->push);
    else
        expect(&port->push, PUSH_NOBODY, NULL);
}

/* Decision 16: some thread of a task that has the reply right. */
static void expect_held(const struct port *port)
{
    const struct thread *thread = remembered(&port->special_reply->receive, PUSH_HELD_BY_RECEIVER);
    bool has_right = !thread;
    ASSERT(graph.ipc->boosts_receivers && port->link == LINK_NONE);
    list_for_each(node, &port->once_entries) has_right |=
        thread && list_entry(node, struct entry, of_port)->space == thread->ipc.space;
    ASSERT(has_right);
}

static void expect_receive(const struct port *port)
{
    const struct special_reply *special = port->special_reply;
    if (port_is_dead(port))
        expect(&special->receive, PUSH_NOBODY, NULL);
    else if (port->link == LINK_PORT)
        expect(&special->receive, PUSH_REPLY_PORT, &special->linked->push);
    else if (port->link == LINK_KNOTE || port->link == LINK_STASH)
        expect_stash(&special->receive, port, PUSH_REPLY_KNOTE, PUSH_REPLY_STASH);
    else if (special->is_held)
        expect_held(port);
    else
        expect(&special->receive, PUSH_NOBODY, NULL);
}

static void expect_check_in(const struct port *port)
{
    const struct special_reply *special = port->special_reply;
    if (special->is_checking_in && special->bound && graph.ipc->prioritizes_launch)
        expect(&port->push, PUSH_CHECK_IN, &special->bound->sched);
    else
        expect(&port->push, PUSH_NOBODY, NULL);
}

static void edges_of_port(const struct system *system, const struct port *port)
{
    if (port->special_reply)
        expect_receive(port);
    if (port_is_dead(port))
        expect(&port->push, PUSH_NOBODY, NULL);
    else if (port->special_reply)
        expect_check_in(port);
    else if (port->state == PORT_CARRIED)
        expect_in_transit(port);
    else
        expect_in_space(system, port);
}

/* T140 */
static void edges_of_workloop(const struct kqueue *kqueue)
{
    const struct pool *pool = &kqueue->all->pool;
    if (kqueue->owner)
        expect(&kqueue->push, PUSH_OWNER, &kqueue->owner->ipc.sched);
    else if (kqueue->servicer)
        expect(&kqueue->push, PUSH_SERVICER, &kqueue->servicer->ipc.sched);
    else if (!tree_is_empty(&kqueue->pending) && pool->is_set_up && !kqueue->all->is_dead)
        expect(&kqueue->push, PUSH_POOL, &pool->lane[kqueue->request_lane].push);
    else if (!kqueue->all->is_dead || !tree_is_linked(&kqueue->request))
        expect(&kqueue->push, PUSH_NOBODY, NULL);
}

static void edges_of_knote(const struct knote *knote)
{
    if (!has_monitor(knote))
        return;
    bool is_pushable = command_of(knote) == NOTE_WL_SYNC_IPC ||
                       (knote->kqueue->kind == KQUEUE_WORKLOOP && (knote->event.flags & EV_DISPATCH) &&
                        (knote->event.fflags & (MACH_RCV_MSG | MACH_RCV_SYNC_PEEK)));
    expect(&knote->monitor.stash, is_pushable ? PUSH_STASH : PUSH_NOBODY, &knote->kqueue->push);
}

static void edges_of_kqueue(const struct kqueue *kqueue)
{
    each_knote(kqueue, edges_of_knote);
    if (kqueue->kind == KQUEUE_WORKLOOP)
        edges_of_workloop(kqueue);
}

/* ---- who waits where: T31 ---- */

static void block(const struct thread *thread, const struct turnstile *turnstile)
{
    ASSERT(find(turnstile) != NOBODY);
    graph.members[find(&thread->ipc.sched)].next = find(turnstile);
}

static void block_sender_or_receiver(const struct thread *thread)
{
    const struct ipc_thread *ipc = &thread->ipc;
    if (ipc->wait == WAIT_SEND)
        block(thread, &message_port(ipc->sending.message)->push);
    else if (ipc->wait == WAIT_RECEIVE && ipc->receiving.port && ipc->receiving.port->special_reply)
        block(thread, &ipc->receiving.port->special_reply->receive);
    else if (upcall_waits(ipc))
        block(thread, &ipc->upcall.port->special_reply->receive);
}

static void block_waiter(const struct knote *knote)
{
    if ((command_of(knote) & (NOTE_WL_SYNC_WAIT | NOTE_WL_SYNC_WAKE)) && knote->sync.waiter)
        block(knote->sync.waiter, &knote->kqueue->push);
}

static void block_waiters(const struct kqueue *kqueue)
{
    each_knote(kqueue, block_waiter);
}

/* F55: the thread that starts it. */
static void edge_of_launch(const struct task *task)
{
    const struct launch *launch = launch_of(task);
    if (!launch)
        return;
    block(task->main, &launch->release);
    remembered(&launch->release, PUSH_RELEASE);
}

static void edges_of_task(const struct task *task)
{
    edge_of_launch(task);
    list_for_each(node, &task->threads) block_sender_or_receiver(list_entry(node, struct thread, link));
    each_kqueue(task, edges_of_kqueue);
    each_kqueue(task, block_waiters);
}

/* ---- the least solution: T18, T30 ---- */

static int pushed_on(int at)
{
    const struct member *member = &graph.members[at];
    return member->thread ? oracle_base(member->thread, member->value) : member->value;
}

/* What the member gives reaches as far as it raises something; in a circle, once around. */
static void carry(int at)
{
    for (int next; (next = graph.members[at].next) != NOBODY; at = next) {
        struct member *member = &graph.members[next];
        int given = pushed_on(at);
        if (member->thread && given > USER_MAX)
            given = USER_MAX; /* T20 */
        if (given <= member->value)
            return;
        member->value = given;
    }
}

static void find_circles(void)
{
    for (int i = 0; i < graph.n; i++) {
        int at = i;
        while (at != NOBODY && !graph.members[at].is_seen) {
            graph.members[at].is_seen = true;
            graph.members[at].value = -1 - i; /* on this path; the values come later */
            at = graph.members[at].next;
        }
        if (at == NOBODY || graph.members[at].value != -1 - i)
            continue;
        for (; !graph.members[at].is_in_circle; at = graph.members[at].next)
            graph.members[at].is_in_circle = true;
    }
}

static void solve(void)
{
    find_circles();
    for (int i = 0; i < graph.n; i++)
        graph.members[i].value = 0;
    for (int i = 0; i < graph.n; i++)
        if (graph.members[i].thread)
            carry(i);
}

/* ---- comparing ---- */

static int kernels_push(int at)
{
    const struct member *member = &graph.members[at];
    return member->thread ? sched_base(member->thread) : member->turnstile->priority;
}

/* What follows from those that push on it, as they are. */
static int from_neighbours(int at)
{
    int most = 0;
    for (int i = 0; i < graph.n; i++)
        if (graph.members[i].next == at && kernels_push(i) > most)
            most = kernels_push(i);
    return graph.members[at].thread && most > USER_MAX ? USER_MAX : most;
}

static void compare(int at)
{
    const struct member *member = &graph.members[at];
    int value = member->thread ? member->thread->push : member->turnstile->priority;
    if (member->is_in_circle)
        ASSERT(value >= member->value && value == from_neighbours(at)); /* T42 */
    else
        ASSERT(value == member->value);
    if (member->thread)
        ASSERT(sched_base(member->thread) == oracle_base(member->thread, value));
}

void oracle_check(const struct system *system)
{
    begin(system);
    each_task(system, add_task);
    list_for_each(node, &system->ipc.all_ports) add_port(list_entry(node, struct port, all));
    each_task(system, edges_of_task);
    list_for_each(node, &system->ipc.all_ports) edges_of_port(system, list_entry(node, struct port, all));
    if (system->ipc.sched.max_hop > 0)
        return; /* a push may have stopped on its way (T41) */
    solve();
    for (int i = 0; i < graph.n; i++)
        compare(i);
}
