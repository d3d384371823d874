/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/world.h"

#include <mach/mach.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "sim/internal.h"

enum { FIRST_PID = 100, LAUNCHD = 1, BOOTSTRAP_SIZE = 52, SET_SPECIAL_PORT = 3410 };

static struct {
    struct kernel *kernel;
    struct world_task task[WORLD_TASKS];
    struct world_task *current; /* for sim/segment.c */
    uint64_t now;
    int32_t next_id;
} world;

/* ---- inputs ---- */

uint32_t input_name(struct input *in, const struct world_task *task)
{
    uint8_t choice = input_byte(in);

    if (choice < 0xf0)
        return task->name[choice % WORLD_NAMES];
    switch (choice) {
    case 0xf0: return MACH_PORT_NULL;
    case 0xf1: return MACH_PORT_DEAD;
    case 0xf2: return (uint32_t)input_number(in, 4);
    default: return task->name[choice % 8] ^ (1u << (choice % 32)); /* another generation, or none */
    }
}

/* ---- what sim/segment.c asks of its host ---- */

struct sim_task *sim_task_self(void)
{
    return (struct sim_task *)world.current;
}

void sim_thread_done(void *host, struct thread *thread)
{
    struct world_thread *done = kernel_thread_host(thread);

    (void)host;
    done->is_done = true;
}

/* It goes on, as a program can. */
bool sim_thread_stop(void *host, struct thread *thread)
{
    return true;
}

void sim_task_kill(void *host, struct task *task, const char *why)
{
}

void sim_thread_signal(void *host, struct thread *thread, int signal)
{
}

void sim_task_broken(void *host, struct task *task, const char *why)
{
    struct world_task *broken = kernel_task_host(task);

    (void)host;
    (void)why;
    broken->is_broken = true;
}

/* No process is made behind a fuzzed spawn: it ends at its commit. */
int sim_process_claim(void *host, struct task *parent, int32_t pid, struct task_identity *identity,
                      void **record_p)
{
    (void)host;
    (void)parent;
    (void)pid;
    (void)identity;
    (void)record_p;
    return ESRCH;
}

void sim_process_born(void *host, void *record, struct task *task)
{
    (void)host;
    (void)record;
    (void)task;
}

void sim_process_unborn(void *host, struct task *task)
{
    (void)host;
    (void)task;
}

void sim_process_command(void *host, struct task *task, char *command)
{
    (void)host;
    (void)task;
    *command = '\0';
}

bool sim_task_usage(void *host, struct task *task)
{
    (void)host;
    (void)task;
    return false;
}

bool sim_machine_usage(void *host)
{
    (void)host;
    return false;
}

uint64_t sim_calendar_now(void *host)
{
    return world.now;
}

uint32_t world_segment(struct world_task *task, const void *bytes, size_t size)
{
    world.current = task;
    return sim_segment_give(bytes, size);
}

/* ---- tasks and threads ---- */

struct kernel *world_kernel(void)
{
    return world.kernel;
}

struct world_task *world_task(unsigned index)
{
    return &world.task[index % WORLD_TASKS];
}

static void check(void)
{
    kernel_check_invariants(world.kernel);
}

static void thread_start(struct world_task *task, struct world_thread *thread, int32_t tid)
{
    thread->tid = tid;
    thread->page = aligned_alloc(64, TRAP_PAGE_SIZE);
    ASSERT(thread->page);
    memset(thread->page, 0, TRAP_PAGE_SIZE);
    thread->thread = kernel_thread_new(world.kernel, task->task, tid, thread->page, thread);
    ASSERT(thread->thread);
}

static void thread_drop(struct world_thread *thread)
{
    thread->thread = NULL;
    free(thread->page);
    thread->page = NULL;
}

static void task_start(struct world_task *task, struct inherit *inherit)
{
    memset(task, 0, sizeof(*task));
    task->identity = (struct task_identity){
        .pid = world.next_id++, .uid = 501, .gid = 20, .ruid = 501, .rgid = 20, .svuid = 501, .svgid = 20
    };
    task->identity.is_launchd = task->identity.privileged = task == &world.task[LAUNCHD];
    task->task = kernel_task_new(world.kernel, &task->identity, inherit, task);
    ASSERT(task->task);
    for (unsigned i = 0; i < WORLD_THREADS; i++)
        thread_start(task, &task->thread[i], i == 0 ? task->identity.pid : world.next_id++);
}

void world_task_die(struct world_task *task)
{
    if (!task->task)
        return;
    kernel_task_died(world.kernel, task->task, task->identity.is_launchd);
    task->task = NULL;
    for (unsigned i = 0; i < WORLD_THREADS; i++)
        thread_drop(&task->thread[i]);
    sim_segments_of_dead_task((struct sim_task *)task);
    check();
}

static void learn(struct world_task *task, uint32_t name)
{
    task->name[task->n_names++ % WORLD_NAMES] = name;
}

/* The self ports, and a few names of each kind, so that a short input finds something to work with. */
static void learn_first_names(struct world_task *task)
{
    static const uint32_t selves[] = { TRAP_TASK_SELF,         TRAP_THREAD_SELF, TRAP_HOST_SELF,
                                       TRAP_BOOTSTRAP_PORT,    TRAP_REPLY_PORT,  TRAP_REPLY_PORT,
                                       TRAP_SPECIAL_REPLY_PORT };
    struct world_thread *thread = &task->thread[0];

    for (size_t i = 0; i < sizeof(selves) / sizeof(selves[0]); i++) {
        thread->page->req = (struct trap_request){ .number = selves[i] };
        world_trap(task, thread);
    }
    thread->page->req = (struct trap_request){ .number = TRAP_PORT_ALLOCATE,
                                               .arg = { task->name[0], MACH_PORT_RIGHT_PORT_SET } };
    world_trap(task, thread);
    thread->page->req = (struct trap_request){
        .number = TRAP_PORT_INSERT_RIGHT,
        .arg = { task->name[0], task->name[4], task->name[4], MACH_MSG_TYPE_MAKE_SEND },
    };
    world_trap(task, thread);
}

void world_task_again(struct world_task *task, struct world_task *parent)
{
    struct inherit *inherit = NULL;

    if (parent->task && parent != task)
        inherit = kernel_inherit_new(world.kernel, parent->task);
    world_task_die(task);
    while (kernel_has_work(world.kernel))
        kernel_work(world.kernel);
    task_start(task, inherit);
    learn_first_names(task);
}

void world_thread_again(struct world_task *task, struct world_thread *thread)
{
    kernel_thread_died(world.kernel, thread->thread);
    thread_drop(thread);
    thread_start(task, thread, thread->tid);
    check();
}

/* ---- what happens ---- */

static bool returns_a_name(uint32_t number)
{
    switch (number) {
    case TRAP_REPLY_PORT:
    case TRAP_THREAD_SELF:
    case TRAP_TASK_SELF:
    case TRAP_HOST_SELF:
    case TRAP_SPECIAL_REPLY_PORT:
    case TRAP_BOOTSTRAP_PORT: return true;
    default: return false;
    }
}

/* Names in a received message: those of its header and of its port descriptors, where they stand. */
static void learn_message(struct world_task *task, const struct trap_page *page)
{
    const uint32_t *word = (const uint32_t *)((const uint8_t *)page + TRAP_DATA_OFFSET);

    if (page->reply.delivered != TRAP_DELIVERED_RECEIVED || page->reply.segment)
        return;
    learn(task, word[2]);
    if (word[0] & MACH_MSGH_BITS_COMPLEX)
        learn(task, word[7]);
}

static void learn_reply(struct world_task *task, const struct trap_page *page, uint32_t number)
{
    if (returns_a_name(number))
        learn(task, page->reply.result);
    else if (number == TRAP_MSG)
        learn_message(task, page);
    else if ((number == TRAP_PORT_ALLOCATE || number == TRAP_PORT_CONSTRUCT) &&
             page->reply.result == KERN_SUCCESS)
        learn(task, (uint32_t)page->reply.value[0]);
}

void world_trap(struct world_task *task, struct world_thread *thread)
{
    uint32_t number = thread->page->req.number;

    if (kernel_thread_waits(thread->thread)) {
        kernel_abort(world.kernel, thread->thread);
        return;
    }
    while (!kernel_task_may_trap(task->task))
        kernel_work(world.kernel);
    thread->is_done = false;
    world.now += 1000;
    ASSERT(kernel_trap(world.kernel, thread->thread, world.now) > 0);
    ASSERT(thread->is_done != kernel_thread_waits(thread->thread));
    check();
    if (thread->is_done)
        learn_reply(task, thread->page, number);
    if (task->is_broken)
        world_task_again(task, task);
}

void world_pass_time(uint64_t nanoseconds)
{
    world.now += nanoseconds;
    if (kernel_next_deadline(world.kernel) <= world.now)
        kernel_tick(world.kernel, world.now);
    check();
}

void world_work(void)
{
    if (kernel_has_work(world.kernel))
        kernel_work(world.kernel);
    check();
}

/* ---- beginning and end ---- */

/* task_set_special_port(self, TASK_BOOTSTRAP_PORT, a send right to the port), as the message that it is. */
static void set_bootstrap(struct world_task *task, uint32_t port)
{
    struct __attribute__((packed, aligned(4))) {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
        NDR_record_t ndr;
        int which;
    } message = {
        .header = { MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0) | MACH_MSGH_BITS_COMPLEX, BOOTSTRAP_SIZE,
                    task->name[0], MACH_PORT_NULL, MACH_PORT_NULL, SET_SPECIAL_PORT },
        .body = { 1 },
        .port = { .name = port, .disposition = MACH_MSG_TYPE_MAKE_SEND, .type = MACH_MSG_PORT_DESCRIPTOR },
        .ndr = { .int_rep = 1 },
        .which = TASK_BOOTSTRAP_PORT,
    };
    struct trap_page *page = task->thread[0].page;

    _Static_assert(sizeof(message) == BOOTSTRAP_SIZE, "as mig lays it out");
    page->req = (struct trap_request){ .number = TRAP_MSG,
                                       .payload_size = BOOTSTRAP_SIZE + 4,
                                       .msg = { .option = MACH_SEND_MSG, .send_size = BOOTSTRAP_SIZE } };
    memcpy(trap_data(page), &message, sizeof(message));
    world_trap(task, &task->thread[0]);
}

void world_begin(void)
{
    struct kernel_config config = kernel_config_default();

    world.now = 1;
    world.next_id = FIRST_PID;
    world.kernel = kernel_new(&config, &sim_ops, NULL);
    ASSERT(world.kernel);
    task_start(&world.task[0], NULL);
    learn_first_names(&world.task[0]);
    set_bootstrap(&world.task[0], world.task[0].name[4]);
    for (unsigned i = 1; i < WORLD_TASKS; i++)
        world_task_again(&world.task[i], &world.task[0]);
}

/* A launchd of the end takes the names of the last one out of the stash. */
static void empty_stash(void)
{
    struct world_task *task = &world.task[LAUNCHD];

    world_task_again(task, task);
    task->identity.is_launchd = false;
    world_task_die(task);
}

void world_end(void)
{
    struct kernel_census census;

    for (unsigned i = 0; i < WORLD_TASKS; i++)
        world_task_die(&world.task[i]);
    empty_stash();
    while (kernel_has_work(world.kernel))
        world_work();
    census = kernel_census(world.kernel);
    ASSERT(census.tasks == 0 && census.messages == 0 && census.memory_objects == 0);
    kernel_free(world.kernel);
    ASSERT(sim_n_segments() == 0);
    sim_segments_free();
    memset(&world, 0, sizeof(world));
}
