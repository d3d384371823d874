/* SPDX-License-Identifier: Apache-2.0 */
/* tests/kqueue/processes_sim.c - processes that become other programs, and of other users, in the simulator */
#include "kernel/task/subject.h"
#include "sim/sim.h"
#include "tests/kqueue/common.h"

enum { OTHER_UID = 777, IMAGE_VALUE = 6 };

static int image(void *argument)
{
    (void)argument;
    return IMAGE_VALUE;
}

static int becomes_image(void *argument)
{
    mach_port_t own = port_with_send();
    CHECK_EQ(letter_send(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, own, MACH_MSG_TYPE_MAKE_SEND_ONCE,
                         MACH_PORT_NULL, 0, 0, 0),
             OK);
    letter_take(own);
    sim_task_exec(image, argument);
    return 0;
}

static int watch(struct loop *loop, int pid, uint32_t fflags, uint64_t number)
{
    struct kevent_qos_s event = {
        .ident = (uint64_t)pid,
        .filter = EVFILT_PROC,
        .flags = EV_ADD | EV_UDATA_SPECIFIC,
        .qos = QOS_DEF,
        .udata = number,
        .fflags = fflags,
    };
    return change_event(loop, &event);
}

TEST(an_exec_is_told_before_the_end_and_with_it, "F97 F169")
{
    struct loop loop = { .is_closed = true };
    int pid = 0;
    loop_begin(&loop);
    mach_port_t asks = port_with_send();
    world_task *task = world_task_spawn(becomes_image, NULL, asks);
    CHECK_EQ(pid_for_task(world_task_port_of(task), &pid), OK);
    struct letter letter = letter_take(asks);
    CHECK_EQ(watch(&loop, pid, NOTE_EXEC | NOTE_EXIT, 1), 0);
    CHECK_EQ(answer(&letter), OK);
    until_calls(&loop, 1);
    CHECK(loop.events[0].fflags & NOTE_EXEC);
    loop_open(&loop);
    CHECK_EQ(world_task_wait(task), IMAGE_VALUE);
    if (!(loop.events[0].fflags & NOTE_EXIT)) {
        until_calls(&loop, 2);
        CHECK_EQ(loop.events[0].fflags, NOTE_EXIT);
    }
    until_done(&loop, loop.n_calls);
    port_gone(asks);
    loop_end(&loop);
}

static int watches_another_users_process(void *argument)
{
    int pid = *(int *)argument;
    struct loop loop = { 0 };
    mach_task_self_ = task_self_trap(); /* a new image */
    loop_begin(&loop);
    CHECK_EQ(watch(&loop, pid, NOTE_EXIT | NOTE_EXITSTATUS, 0), EACCES);
    for (uint64_t i = 0; i < STRANGERS_MAX; i++)
        CHECK_EQ(watch(&loop, pid, NOTE_EXIT | NOTE_FORK, i), 0);
    CHECK_EQ(watch(&loop, pid, NOTE_EXIT, STRANGERS_MAX), ENOMEM);
    CHECK_EQ(watch(&loop, pid, NOTE_EXIT | NOTE_EXITSTATUS, 0), EACCES);
    return WORLD_OK;
}

static int becomes_another_user(void *argument)
{
    static int pid;
    pid = *(int *)argument;
    sim_task_become(sim_task_self(), OTHER_UID);
    sim_task_exec(watches_another_users_process, &pid);
    return 0;
}

TEST(the_status_is_not_for_other_users_and_they_cannot_watch_without_end, "F168")
{
    struct loop loop = { 0 };
    int self = 0;
    loop_begin(&loop);
    CHECK_EQ(pid_for_task(SELF, &self), OK);
    world_task *task = world_task_spawn(becomes_another_user, &self, MACH_PORT_NULL);
    CHECK_EQ(world_task_wait(task), WORLD_OK);
    for (uint64_t i = 0; i < STRANGERS_MAX + 1; i++)
        CHECK_EQ(watch(&loop, self, NOTE_EXIT | NOTE_EXITSTATUS, i), 0);
    struct kevent_qos_s event = { .ident = (uint64_t)self,
                                  .filter = EVFILT_PROC,
                                  .flags = EV_DELETE | EV_UDATA_SPECIFIC };
    for (uint64_t i = 0; i < STRANGERS_MAX + 1; i++, event.udata++)
        CHECK_EQ(change_event(&loop, &event), 0);
    CHECK_EQ(loop.n_calls, 0);
    loop_end(&loop);
}
