/* SPDX-License-Identifier: Apache-2.0 */
#include <mach/mach_traps.h>
#include <stdlib.h>

#include "libmach/calls/process.h"
#include "sim/sim.h"
#include "tests/launch/launch.h"

struct launched {
    struct sim_task *task;
    uint64_t ticket;
    int (*fn)(void *argument);
    void *argument;
};

static int body(void *argument)
{
    struct launched child = *(struct launched *)argument;
    free(argument);
    mach_task_self_ = task_self_trap();
    task_get_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, &bootstrap_port);
    return child.fn(child.argument);
}

static struct launched *copy_of(int (*fn)(void *argument), void *argument)
{
    struct launched *copy = malloc(sizeof(*copy));
    *copy = (struct launched){ .fn = fn, .argument = argument };
    return copy;
}

int launch_begin(const struct spawn_request *request, int (*fn)(void *argument), void *argument,
                 struct launched **child_p)
{
    int error = 0, ignored;
    struct launched *child = copy_of(fn, argument);
    CHECK_EQ(process_prepare(request, &error, &child->ticket), OK);
    if (error == 0) {
        child->task = sim_task_announce();
        CHECK_EQ(process_commit(child->ticket, sim_task_pid(child->task), &error), OK);
        if (error != 0)
            process_undo(child->ticket, &ignored);
    }
    *child_p = error == 0 ? child : NULL;
    if (error != 0)
        free(child);
    return error;
}

void launch_go(struct launched *child)
{
    int error = -1;
    CHECK_EQ(process_done(child->ticket, &error), OK);
    CHECK_EQ(error, 0);
    sim_task_go(child->task, body, copy_of(child->fn, child->argument));
}

void launch_take_back(struct launched *child)
{
    int error = -1;
    CHECK_EQ(process_undo(child->ticket, &error), OK);
    CHECK_EQ(error, 0);
    sim_settle();
    free(child);
}

int launch_pid(const struct launched *child)
{
    return sim_task_pid(child->task);
}

int launch_wait(struct launched *child)
{
    int value = sim_task_wait(child->task);
    sim_settle();
    free(child);
    return value;
}

void launch_live_fast(struct launched *child)
{
    int error = -1;
    kernel_image_begins(sim_kernel(), sim_task_kernel(child->task), "fast");
    sim_kill(child->task);
    sim_settle();
    CHECK_EQ(process_done(child->ticket, &error), OK);
    free(child);
}

void launch_live_unseen(struct launched *child, bool has_run)
{
    int error = -1;
    sim_kill(child->task);
    sim_settle();
    CHECK_EQ(has_run ? process_done(child->ticket, &error) : process_undo(child->ticket, &error), OK);
    CHECK_EQ(error, 0);
    free(child);
}

void launch_kill(struct launched *child)
{
    sim_kill(child->task);
    sim_settle();
    free(child);
}

void launch_thread_exit(void)
{
    sim_thread_exit(NULL);
}

void launch_kill_pid(int pid)
{
    sim_kill(sim_task_of_pid(pid));
    sim_settle();
}

void launch_exec(int (*fn)(void *argument), void *argument)
{
    sim_task_exec(body, copy_of(fn, argument));
}
