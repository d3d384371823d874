/* SPDX-License-Identifier: Apache-2.0 */
/* sim/grind/world.c - the grinder's host: tasks, threads, pages, segments, time */
#include "sim/grind/grind.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "sim/oracle.h"

enum { FIRST_PID = 100, UNUSED_BYTE = 0xee };

struct world world;

void tell(const char *format, ...)
{
    va_list arguments;
    if (!world.is_told)
        return;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
}

uint64_t draw_bits(void)
{
    return sim_random_next(&world.random);
}

/* ---- pages ---- */

/* One page for each actor, mapped once: a page that belongs to nobody must stay as it is. */
static struct trap_page *page_of(const struct actor *actor)
{
    static uint8_t *pages;
    if (!pages) {
        size_t size = sizeof(world.actors) / sizeof(world.actors[0]) * TRAP_PAGE_SIZE;
        pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        ASSERT(pages != MAP_FAILED);
    }
    return (struct trap_page *)(pages + (size_t)(actor - world.actors) * TRAP_PAGE_SIZE);
}

static void page_retire(struct actor *actor)
{
    memset(page_of(actor), UNUSED_BYTE, TRAP_DATA_OFFSET);
}

static void page_check(const struct actor *actor)
{
    const uint8_t *bytes = (const uint8_t *)page_of(actor);
    bool is_unused = bytes[0] == UNUSED_BYTE && memcmp(bytes, bytes + 1, TRAP_DATA_OFFSET - 1) == 0;
    ASSERT(is_unused && "written to the page of a dead thread");
}

void mutate(struct trap_page *page, unsigned n)
{
    uint8_t *bytes = (uint8_t *)page;
    for (unsigned i = 0; i < n; i++) {
        uint32_t at = chance(50)
                          ? (uint32_t)offsetof(struct trap_page, req) + draw(sizeof(struct trap_request))
                          : TRAP_DATA_OFFSET + draw(160);
        if (chance(4))
            atomic_store(&page->promise, chance(50) ? draw_bits() : (uint64_t)draw(4) << 32 | draw(20));
        bytes[at] = chance(50) ? (uint8_t)draw_bits() : bytes[at] ^ (uint8_t)(1u << draw(8));
    }
}

/* ---- what the kernel calls ---- */

/* The kernel is in the middle of reading: a page may change, memory may end. */
static bool on_allocation(void)
{
    if (world.mutating && chance(40))
        mutate(world.mutating->page, 1 + draw(3));
    return world.fail_in == 0 || world.fail_in-- > 1 || (world.fail_in = 1, false);
}

static void thread_done(void *host, struct thread *thread)
{
    struct actor *actor = kernel_thread_host(thread);
    ASSERT(actor->kernel == thread && actor->is_busy && "answered twice");
    actor->is_busy = false;
    if (actor->answered)
        actor->answered(actor);
}

static bool thread_stop(void *host, struct thread *thread)
{
    struct actor *actor = kernel_thread_host(thread);
    actor->must_park = chance(90);
    return actor->must_park;
}

static struct segment *segment_of(segment_handle handle)
{
    ASSERT(handle > 0 && handle <= MAX_SEGMENTS);
    struct segment *segment = &world.segments[handle - 1];
    ASSERT(segment->bytes && segment->kernel_refs > 0);
    return segment;
}

static segment_handle handle_of(const struct segment *segment)
{
    return (segment_handle)(segment - world.segments) + 1;
}

static void segment_release(struct segment *segment)
{
    if (segment->owner || segment->kernel_refs > 0)
        return;
    free(segment->bytes);
    *segment = (struct segment){ 0 };
}

static struct segment *segment_put(const void *bytes, uint64_t size)
{
    for (unsigned i = 0; i < MAX_SEGMENTS; i++) {
        struct segment *segment = &world.segments[i];
        if (segment->bytes)
            continue;
        segment->bytes = malloc(size + 1);
        ASSERT(segment->bytes);
        memcpy(segment->bytes, bytes, size);
        segment->size = size;
        return segment;
    }
    return NULL;
}

uint32_t segment_new(struct being *owner, const void *bytes, uint64_t size)
{
    struct segment *segment = segment_put(bytes, size);
    if (!segment)
        return 0;
    segment->owner = owner;
    segment->id = ++world.next_segment;
    return segment->id;
}

static segment_handle segment_claim(void *host, struct task *task, uint32_t id, uint64_t size)
{
    struct being *owner = kernel_task_host(task);
    if (world.mutating)
        mutate(world.mutating->page, 1);
    for (unsigned i = 0; i < MAX_SEGMENTS && id; i++) {
        struct segment *segment = &world.segments[i];
        if (!segment->bytes || segment->owner != owner || segment->id != id || segment->size < size)
            continue;
        segment->owner = NULL;
        segment->kernel_refs++;
        return handle_of(segment);
    }
    return 0;
}

static bool segment_read(void *host, segment_handle handle, uint64_t offset, void *bytes, uint64_t size)
{
    const struct segment *segment = segment_of(handle);
    if (offset > segment->size || size > segment->size - offset)
        return false;
    memcpy(bytes, segment->bytes + offset, size);
    return true;
}

static segment_handle segment_make(void *host, const void *bytes, uint64_t size)
{
    struct segment *segment = segment_put(bytes, size);
    if (!segment)
        return 0;
    segment->kernel_refs = 1;
    return handle_of(segment);
}

/* Given to the task as a copy of its own: what the task does with it is not the kernel's business. */
static uint32_t segment_send(void *host, struct task *task, segment_handle handle, uint64_t size)
{
    const struct segment *segment = segment_of(handle);
    ASSERT(size <= segment->size);
    return segment_new(kernel_task_host(task), segment->bytes, size);
}

static void segment_drop(void *host, segment_handle handle)
{
    struct segment *segment = segment_of(handle);
    segment->kernel_refs--;
    segment_release(segment);
}

static void task_broken(void *host, struct task *task, const char *why)
{
    struct being *broken = kernel_task_host(task);
    ASSERT(!broken->is_honest && "an honest task did not break the protocol");
}

/* Memory to share, for the kernel's part in it: nobody here maps what the task is given. */
static segment_handle segment_new_shared(void *host, uint64_t size)
{
    static const uint8_t nothing[1];
    return segment_make(host, nothing, size ? 1 : 0);
}

static uint32_t segment_share(void *host, struct task *task, segment_handle handle, bool writable)
{
    return segment_send(host, task, handle, segment_of(handle)->size);
}

static segment_handle file_claim(void *host, struct task *task, uint32_t id)
{
    return segment_claim(host, task, id, 0);
}

static uint32_t file_send(void *host, struct task *task, segment_handle handle)
{
    return segment_send(host, task, handle, 0);
}

/* The answers come when the kernel works on its own. */
static bool task_usage(void *host, struct task *task)
{
    struct being *being = kernel_task_host(task);
    being->is_asked_about = !chance(10);
    return being->is_asked_about;
}

static bool machine_usage(void *host)
{
    world.is_asked_about = !chance(10);
    return world.is_asked_about;
}

static bool thread_usage(void *host, struct task *task, int32_t tid, struct host_thread_usage *usage)
{
    *usage = (struct host_thread_usage){ 20000000, 10000000, 'S' };
    return !chance(10);
}

static uint64_t calendar_now(void *host)
{
    return 1000000000;
}

/* ---- children that were announced ---- */

static struct being *free_being(void)
{
    for (unsigned i = 0; i < MAX_TASKS; i++)
        if (!world.tasks[i].kernel && !world.tasks[i].is_claimed)
            return &world.tasks[i];
    return NULL;
}

static int process_claim(void *host, struct task *parent, int32_t pid, struct task_identity *identity,
                         void **record_p)
{
    struct being *task = chance(90) ? free_being() : NULL;
    if (!task)
        return ESRCH;
    *task = (struct being){ .is_claimed = true };
    task->identity = *kernel_task_identity(parent);
    task->identity.pid = world.next_pid++;
    task->identity.is_launchd = false;
    *identity = task->identity;
    *record_p = task;
    return 0;
}

static void process_born(void *host, void *record, struct task *kernel)
{
    struct being *task = record;
    task->is_claimed = false;
    task->kernel = kernel;
    task->is_new = kernel != NULL;
}

static void task_kill(void *host, struct task *kernel, const char *why)
{
    ((struct being *)kernel_task_host(kernel))->is_killed = true;
}

static void process_unborn(void *host, struct task *kernel)
{
    ((struct being *)kernel_task_host(kernel))->is_unborn = true;
}

static void process_command(void *host, struct task *task, char *command)
{
    command[0] = 'g';
    command[1] = 0;
}

static void settle_births(void);
static void settle_births(void)
{
    for (unsigned i = 0; i < MAX_TASKS; i++) {
        struct being *task = &world.tasks[i];
        if (task->kernel && task->is_unborn)
            being_die(task, false);
        else if (task->kernel && task->is_new && chance(70))
            actor_new(task);
        task->is_new = task->is_unborn = false;
    }
}

static bool process_is_collected(void *host, void *record)
{
    struct zombie *zombie = record;
    (void)host;
    if (!zombie->is_collected)
        return false;
    *zombie = (struct zombie){ 0 };
    return true;
}

static const struct host_ops ops = {
    .thread_done = thread_done,
    .thread_stop = thread_stop,
    .segment_claim = segment_claim,
    .segment_read = segment_read,
    .segment_make = segment_make,
    .segment_send = segment_send,
    .segment_drop = segment_drop,
    .file_claim = file_claim,
    .file_send = file_send,
    .segment_new = segment_new_shared,
    .segment_share = segment_share,
    .task_broken = task_broken,
    .task_kill = task_kill,
    .process_claim = process_claim,
    .process_born = process_born,
    .process_unborn = process_unborn,
    .process_is_collected = process_is_collected,
    .process_command = process_command,
    .task_usage = task_usage,
    .machine_usage = machine_usage,
    .thread_usage = thread_usage,
    .calendar_now = calendar_now,
};

/* ---- tasks and threads ---- */

struct being *being_new(uint32_t uid, bool is_launchd, struct inherit *inherit)
{
    struct being *task = free_being();
    if (!task) {
        kernel_inherit_free(world.kernel, inherit);
        return NULL;
    }
    *task = (struct being){ 0 };
    task->identity = (struct task_identity){ .pid = world.next_pid++,
                                             .uid = uid,
                                             .gid = 20,
                                             .ruid = uid,
                                             .rgid = 20,
                                             .svuid = uid,
                                             .svgid = 20,
                                             .is_launchd = is_launchd };
    task->kernel = kernel_task_new(world.kernel, &task->identity, inherit, task);
    return task->kernel ? task : NULL;
}

struct actor *actor_new(struct being *task)
{
    if (task->n_threads == MAX_THREADS)
        return NULL;
    struct actor *actor = &world.actors[(task - world.tasks) * MAX_THREADS];
    while (actor->kernel)
        actor++;
    *actor = (struct actor){ .task = task, .page = page_of(actor) };
    memset(actor->page, 0, TRAP_PAGE_SIZE);
    int32_t tid = task->had_main ? world.next_pid++ : task->identity.pid;
    actor->kernel = kernel_thread_new(world.kernel, task->kernel, tid, actor->page, actor);
    if (!actor->kernel) {
        page_retire(actor);
        return NULL;
    }
    task->had_main = true;
    task->threads[task->n_threads++] = actor;
    return actor;
}

static void actor_gone(struct actor *actor)
{
    actor->kernel = NULL;
    actor->is_busy = actor->must_park = false;
    actor->answered = NULL;
    page_retire(actor);
}

void actor_die(struct actor *actor)
{
    struct being *task = actor->task;
    unsigned at = 0;
    ASSERT(!task->is_honest);
    while (task->threads[at] != actor)
        at++;
    memmove(&task->threads[at], &task->threads[at + 1], (task->n_threads - at - 1u) * sizeof(actor));
    task->n_threads--;
    kernel_thread_died(world.kernel, actor->kernel);
    actor_gone(actor);
}

static void image_gone(struct being *task)
{
    for (unsigned i = 0; i < task->n_threads; i++)
        actor_gone(task->threads[i]);
    task->n_threads = 0;
    task->had_main = false;
    for (unsigned i = 0; i < MAX_SEGMENTS; i++) {
        if (!world.segments[i].bytes || world.segments[i].owner != task)
            continue;
        world.segments[i].owner = NULL;
        segment_release(&world.segments[i]);
    }
}

static struct zombie *free_zombie(void)
{
    for (unsigned i = 0; i < MAX_ZOMBIES; i++)
        if (!world.zombies[i].proc)
            return &world.zombies[i];
    return NULL;
}

/* Told, or left for the kernel to ask. */
static void collect(struct zombie *zombie, bool is_told)
{
    struct proc *proc = zombie->proc;
    zombie->is_collected = true;
    if (!is_told)
        return;
    *zombie = (struct zombie){ 0 };
    kernel_process_collected(world.kernel, proc);
}

static void collect_all(void)
{
    for (unsigned i = 0; i < MAX_ZOMBIES; i++)
        if (world.zombies[i].proc)
            collect(&world.zombies[i], true);
}

void being_die(struct being *task, bool keep_space)
{
    struct task *kernel = task->kernel;
    pair_died(task);
    task->kernel = NULL;
    struct zombie *zombie = chance(60) ? free_zombie() : NULL;
    struct process_end end = { .has_status = chance(80), .status = (int32_t)draw(1 << 16), .zombie = zombie };
    struct proc *proc = kernel_process_ended(world.kernel, kernel, keep_space, &end);
    if (zombie)
        zombie->proc = proc;
    image_gone(task);
}

bool being_exec(struct being *task, uint32_t uid)
{
    ASSERT(!task->is_honest);
    task->identity.uid = uid;
    task->kernel = kernel_task_exec(world.kernel, task->kernel, &task->identity, task);
    image_gone(task);
    return task->kernel != NULL;
}

/* ---- events ---- */

bool actor_may_trap(const struct actor *actor)
{
    return actor->kernel && !actor->is_busy && kernel_task_may_trap(actor->task->kernel);
}

void actor_trap(struct actor *actor, void (*answered)(struct actor *actor))
{
    ASSERT(actor_may_trap(actor));
    actor->is_busy = true;
    actor->answered = answered;
    if (actor->task->is_hostile && chance(30))
        mutate(actor->page, 1 + draw(4));
    world.mutating = actor->task->is_hostile && chance(30) ? actor : NULL;
    world.fail_in = world.character.memory_fails && !actor->task->is_honest && chance(30) ? 1 + draw(8) : 0;
    uint32_t steps = kernel_trap(world.kernel, actor->kernel, world.now);
    world.mutating = NULL;
    world.fail_in = 0;
    ASSERT(steps > 0);
    world.now += 1000;
    settle_births();
}

void actor_abort(struct actor *actor)
{
    kernel_abort(world.kernel, actor->kernel);
}

void time_passes(uint64_t nanoseconds)
{
    world.now += nanoseconds;
    kernel_tick(world.kernel, world.now);
}

static void answer_inquiries(void)
{
    static const uint32_t ticks[][HOST_CPU_STATES] = { { 1, 2, 3, 4 } };
    const struct host_machine_usage machine = { .n_cpus = 1, .ticks = ticks };
    const struct host_task_usage usage = { .size = 1 << 20, .live_user = 1000 };
    for (unsigned i = 0; i < MAX_TASKS; i++) {
        struct being *task = &world.tasks[i];
        if (task->kernel && task->is_asked_about)
            kernel_task_usage(world.kernel, task->kernel, chance(80) ? &usage : NULL);
        task->is_asked_about = false;
    }
    if (world.is_asked_about)
        kernel_machine_usage(world.kernel, chance(80) ? &machine : NULL);
    world.is_asked_about = false;
}

void kernel_works(void)
{
    answer_inquiries();
    if (kernel_has_work(world.kernel))
        kernel_work(world.kernel);
    for (unsigned i = 0; i < MAX_ZOMBIES; i++)
        if (world.zombies[i].proc && chance(30))
            collect(&world.zombies[i], chance(50));
}

void drain_all(void)
{
    while (kernel_has_work(world.kernel))
        kernel_work(world.kernel);
}

/* ---- what must hold ---- */

/* Whoever asked has an answer, waits, or is on the way to one. */
static void check_actor(const struct actor *actor)
{
    if (!actor->kernel)
        page_check(actor);
    else if (actor->is_busy)
        ASSERT((kernel_thread_waits(actor->kernel) || kernel_has_work(world.kernel)) &&
               "forgotten by the kernel");
    else
        ASSERT(!kernel_thread_waits(actor->kernel));
}

void world_check(void)
{
    kernel_check_invariants(world.kernel);
    oracle_check(kernel_system(world.kernel));
    for (unsigned i = 0; i < sizeof(world.actors) / sizeof(world.actors[0]); i++)
        check_actor(&world.actors[i]);
}

/* ---- beginning and end ---- */

static void make_tight(struct kernel_config *config)
{
    struct account_limits *limits = &config->limits.task;
    limits->max[ACCOUNT_PORTS] = 4 + draw(12);
    limits->max[ACCOUNT_NAMES] = 4 + draw(16);
    limits->max[ACCOUNT_MESSAGES] = 2 + draw(8);
    limits->max[ACCOUNT_BYTES] = 12000 + draw(30000);
    limits->max[ACCOUNT_THREADS] = 1 + draw(4);
    limits->max[ACCOUNT_TIMERS] = draw(3);
    config->limits.uid.max[ACCOUNT_PORTS] = 10 + draw(60);
    config->limits.uid.max[ACCOUNT_BYTES] = 60000 + draw(200000);
}

/* Whoever watches must see only what is there. */
static void watch(void *context, struct trace_event *event, const struct task *task, const struct task *peer)
{
    ASSERT(event->kind == TRACE_TRAP || event->message.n_rights <= (1u << 20));
    ASSERT(event->kind == TRACE_TRAP || event->message.n_shown <= TRACE_RIGHTS);
    ASSERT(!task || kernel_task_may_be_seen(task, 0));
    ASSERT(!peer || kernel_task_identity((struct task *)peer)->pid == event->message.peer_pid);
}

void world_begin(const struct character *character)
{
    struct kernel_config config = kernel_config_default();
    struct sim_random random = world.random;
    bool is_told = world.is_told;
    memset(&world, 0, sizeof(world));
    world.random = random;
    world.is_told = is_told;
    world.character = *character;
    world.now = 1;
    world.next_pid = FIRST_PID;
    for (unsigned i = 0; i < sizeof(world.actors) / sizeof(world.actors[0]); i++)
        page_retire(&world.actors[i]);
    if (character->is_tight)
        make_tight(&config);
    config.allow_interpose = chance(30);
    config.raise_guards = !character->has_pair && chance(50); /* honest tasks violate them too */
    config.guard_default = chance(50) ? draw(256) : 0;
    config.relaxed_host_ports = chance(20);
    config.control_port_options = chance(25) ? draw(16) : 0;
    alloc_set_hook(on_allocation);
    world.kernel = kernel_new(&config, &ops, NULL);
    ASSERT(world.kernel);
    if (chance(20))
        kernel_tap(world.kernel, watch, NULL);
}

static void check_census(void)
{
    struct kernel_census census = kernel_census(world.kernel);
    ASSERT(census.tasks == 0 && census.threads == 0 && census.spaces == 0 && census.names == 0);
    ASSERT(census.port_sets == 0 && census.messages == 0 && census.message_bytes == 0);
    ASSERT(census.memory_objects == 0 && census.requests == 0);
    for (unsigned i = 0; i < MAX_SEGMENTS; i++)
        ASSERT(!world.segments[i].bytes);
}

/* What a launchd left behind waits for the next one (B14). */
static void take_stash(void)
{
    struct being *heir = being_new(0, true, NULL);
    ASSERT(heir);
    being_die(heir, false);
    collect_all();
    drain_all();
}

void world_end(void)
{
    kernel_inherit_free(world.kernel, world.inherit);
    uint32_t first = draw(MAX_TASKS);
    for (uint32_t i = 0; i < MAX_TASKS; i++) {
        struct being *task = &world.tasks[(first + i) % MAX_TASKS];
        if (!task->kernel)
            continue;
        being_die(task, false);
        world_check();
    }
    collect_all();
    drain_all();
    world_check();
    if (world.character.has_root)
        take_stash();
    check_census();
    kernel_free(world.kernel);
    alloc_set_hook(NULL);
}
