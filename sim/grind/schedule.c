/* SPDX-License-Identifier: Apache-2.0 */
/* sim/grind/schedule.c - a number becomes a world and a list of steps */
#include "sim/grind/grind.h"

#include <voucher/ipc_pthread_priority_types.h>

#include "base/alloc.h"
#include "kernel/ipc/voucher.h"

enum { HONEST_UID = 501, WILD_UID = 666, END = 1000000 };

uint32_t grind_step_now;

/* Streams of one schedule do not depend on each other: a step left out does not move the rest. */
static void use_stream(uint64_t number, uint32_t stream)
{
    sim_random_seed(&world.random, number * 1000003 + stream);
}

static struct character draw_character(uint64_t number)
{
    use_stream(number, END + 1);
    uint32_t kind = draw(8);
    bool has_loops = draw(4) == 0;
    return (struct character){
        .n_steps = 20 + draw(MAX_STEPS - 20),
        .n_wild = 1 + draw(3),
        .has_pair = kind >= 4,
        .memory_fails = kind == 0 || kind == 1,
        .is_tight = kind == 2,
        .has_root = kind == 3,
        .has_loops = has_loops,
    };
}

uint32_t grind_n_steps(uint64_t number)
{
    return draw_character(number).n_steps;
}

/* ---- peopling the world ---- */

/* A port of `to`, for which everybody has a send right, as if they had met before. */
static void make_known(struct being *to)
{
    struct ipc *ipc = to->threads[0]->kernel->ipc.ipc;
    struct port *port = port_new(ipc, to->kernel->account);
    mach_port_name_t name;
    if (!port)
        return;
    struct right receive = { port, MACH_MSG_TYPE_PORT_RECEIVE };
    if (space_insert(ipc, to->kernel->space, receive, &name) != KERN_SUCCESS) {
        right_release(ipc, receive);
        return;
    }
    for (unsigned i = 0; i < MAX_TASKS; i++) {
        struct right send = { 0 };
        if (world.tasks[i].kernel)
            send = port_make_send(port);
        if (send.port && space_insert(ipc, world.tasks[i].kernel->space, send, &name) != KERN_SUCCESS)
            right_release(ipc, send);
    }
}

/* One of a few vouchers, so that several tasks have the same. */
static void give_voucher(struct being *task)
{
    struct ipc *ipc = task->threads[0]->kernel->ipc.ipc;
    const struct voucher_payer payer = { task->kernel->account, task->identity.uid };
    const struct {
        mach_voucher_attr_recipe_data_t head;
        uint32_t content;
    } recipe = { { .key = MACH_VOUCHER_ATTR_KEY_PTHPRIORITY,
                   .command = MACH_VOUCHER_ATTR_PTHPRIORITY_CREATE,
                   .content_size = 4 },
                 1u << (8 + draw(3)) | 0xff };
    mach_port_name_t name;
    struct right right;
    if (voucher_make(ipc, task->kernel->space, &payer, (const uint8_t *)&recipe, sizeof(recipe), &right) ==
            KERN_SUCCESS &&
        space_insert(ipc, task->kernel->space, right, &name) != KERN_SUCCESS)
        right_release(ipc, right);
}

/* Its first trap is that of every program. */
static bool introduce(struct being *task)
{
    struct actor *first = actor_new(task);
    if (!first)
        return false;
    first->page->req = (struct trap_request){ .number = TRAP_TASK_SELF };
    if (actor_may_trap(first))
        actor_trap(first, NULL);
    return true;
}

static struct being *settle_task(uint32_t uid, bool is_honest)
{
    struct being *task = being_new(uid, false, NULL);
    if (!task)
        return NULL;
    task->is_honest = is_honest;
    task->is_hostile = !is_honest && chance(60);
    if (!introduce(task)) {
        being_die(task, false);
        return NULL;
    }
    if (chance(60))
        actor_new(task);
    if (!is_honest && chance(50))
        give_voucher(task);
    return task;
}

static void people(void)
{
    const struct character *c = &world.character;
    struct being *asker = NULL, *clerk = NULL;
    if (c->has_pair) {
        asker = settle_task(HONEST_UID, true);
        clerk = settle_task(HONEST_UID, true);
    }
    for (unsigned i = 0; i < c->n_wild; i++)
        settle_task(c->has_root && i == 0 ? 0 : WILD_UID, false);
    pair_begin(asker, clerk);
    for (unsigned i = 0; i < MAX_TASKS; i++)
        if (world.tasks[i].kernel)
            make_known(&world.tasks[i]);
}

/* ---- steps that are not traps ---- */

static struct being *draw_task(bool may_be_honest)
{
    struct being *task = &world.tasks[draw(MAX_TASKS)];
    for (unsigned i = 0; i < MAX_TASKS; i++) {
        if (task->kernel && (may_be_honest || !task->is_honest))
            return task;
        task = task == &world.tasks[MAX_TASKS - 1] ? world.tasks : task + 1;
    }
    return NULL;
}

static struct actor *draw_actor(bool may_be_honest)
{
    struct being *task = draw_task(may_be_honest);
    return task && task->n_threads > 0 ? task->threads[draw(task->n_threads)] : NULL;
}

static void take_inherit(void)
{
    struct being *parent = draw_task(false);
    if (world.inherit || !parent)
        return;
    tell("task %d prepares a child", parent->identity.pid);
    world.inherit = kernel_inherit_new(world.kernel, parent->kernel);
    world.inherit_uid = parent->identity.uid;
}

static void be_born(void)
{
    struct being *parent = draw_task(false), *child;
    struct inherit *inherit = world.inherit;
    uint32_t uid = world.inherit_uid;
    world.inherit = NULL;
    if (!inherit && parent) {
        inherit = kernel_inherit_new(world.kernel, parent->kernel);
        uid = parent->identity.uid;
    }
    bool is_launchd = world.character.has_root && chance(30);
    for (unsigned i = 0; i < MAX_TASKS; i++)
        is_launchd &= !(world.tasks[i].kernel && world.tasks[i].identity.is_launchd);
    if (!inherit || !(child = being_new(uid, is_launchd, inherit)))
        return;
    tell("task %d is born", child->identity.pid);
    child->is_hostile = chance(60);
    introduce(child);
}

/* A new image in the same process: a new task with the old pid, which inherits from the old one. */
static void change_image(void)
{
    struct being *task = draw_task(false);
    if (!task || task->identity.is_launchd)
        return;
    uint32_t uid = world.character.has_root && chance(20) ? 0 : task->identity.uid;
    tell("task %d runs another image", task->identity.pid);
    if (being_exec(task, uid) && chance(80))
        introduce(task);
}

static void die(void)
{
    struct being *task = draw_task(chance(30));
    if (!task)
        return;
    bool keeps = task->identity.is_launchd && chance(60);
    tell("task %d dies%s", task->identity.pid, keeps ? ", and its names are kept" : "");
    being_die(task, keeps);
}

static void end_thread(void)
{
    struct actor *actor = draw_actor(false);
    if (!actor)
        return;
    tell("thread %d of task %d ends", actor->kernel->tid, actor->task->identity.pid);
    actor_die(actor);
}

static void begin_thread(void)
{
    struct being *task = draw_task(false);
    struct actor *actor = task ? actor_new(task) : NULL;
    if (actor)
        tell("thread %d of task %d begins", actor->kernel->tid, task->identity.pid);
}

static void interrupt(void)
{
    struct actor *actor = draw_actor(true);
    if (!actor)
        return;
    tell("a signal for thread %d of task %d", actor->kernel->tid, actor->task->identity.pid);
    actor_abort(actor);
}

static void change_page(void)
{
    struct actor *actor = draw_actor(false);
    if (!actor || !actor->task->is_hostile)
        return;
    tell("the page of thread %d of task %d changes", actor->kernel->tid, actor->task->identity.pid);
    mutate(actor->page, 1 + draw(8));
}

static void let_time_pass(void)
{
    uint64_t deadline = kernel_next_deadline(world.kernel);
    uint64_t nanoseconds = draw(5000000);
    if (deadline != KERNEL_NO_DEADLINE && deadline > world.now && chance(60))
        nanoseconds = deadline - world.now;
    tell("%llu us pass", (unsigned long long)nanoseconds / 1000);
    time_passes(nanoseconds);
}

/* ---- steps ---- */

static void act(void (*step)(struct actor *actor))
{
    struct actor *actor = draw_actor(true);
    if (!actor || !actor_may_trap(actor))
        return;
    if (actor->task->is_honest && actor == actor->task->threads[0])
        return; /* that one talks */
    tell("task %d thread %d: ", actor->task->identity.pid, actor->kernel->tid);
    step(actor);
    actor->task->old_name = name_of(actor->task, ANY);
    if (actor->kernel && !actor->is_busy)
        tell(" -> 0x%x", actor->page->reply.result);
}

static void step(void)
{
    uint32_t what = draw(100);
    if (world.character.has_pair && what < 30)
        pair_step();
    else if (world.character.has_loops && chance(40))
        act(step_event);
    else if (what < 47)
        act(step_message);
    else if (what < 57)
        act(step_trap);
    else if (what < 68)
        act(step_event);
    else if (what < 77)
        act(step_call);
    else if (what < 82)
        act(step_spawn);
    else if (what < 85)
        interrupt();
    else if (what < 89)
        let_time_pass();
    else if (what < 91)
        kernel_works();
    else if (what < 93)
        begin_thread();
    else if (what < 94)
        end_thread();
    else if (what < 95)
        take_inherit();
    else if (what < 97)
        be_born();
    else if (what < 98)
        change_image();
    else if (what < 99)
        die();
    else
        change_page();
}

static void bury_killed(void)
{
    for (unsigned i = 0; i < MAX_TASKS; i++)
        if (world.tasks[i].kernel && world.tasks[i].is_killed)
            being_die(&world.tasks[i], false);
}

static void run_step(uint64_t number, uint32_t n)
{
    grind_step_now = n;
    use_stream(number, n);
    bury_killed();
    tell("%3u  ", n);
    step();
    tell("\n");
    world_check();
}

void grind_schedule(uint64_t number, const uint8_t *keep, bool is_told)
{
    struct alloc_census before = alloc_census();
    struct character character = draw_character(number);
    world.is_told = is_told;
    use_stream(number, END + 2);
    world_begin(&character);
    people();
    for (uint32_t n = 0; n < character.n_steps; n++)
        if (!keep || keep[n])
            run_step(number, n);
    grind_step_now = character.n_steps;
    use_stream(number, END);
    tell("     all die\n");
    if (character.has_pair)
        pair_end();
    world_end();
    ASSERT(alloc_census().blocks == before.blocks && "blocks of the heap were left");
}
