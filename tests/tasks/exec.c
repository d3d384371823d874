/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/exec.c - a new image is a new task; the simulator has no images, so only live */
#include "tests/tasks/carry.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int sleep_as_another_program(void *argument)
{
    execl("/bin/sleep", "sleep", "20", (char *)NULL);
    return 1;
}

TEST(an_exec_ends_the_old_task_while_the_process_lives, "K19 F85 F99")
{
    mach_port_t notify = receive_new(), previous = MACH_PORT_NULL;
    mach_dead_name_notification_t note = { 0 };
    int pid = 0;
    world_task *child = world_task_spawn(sleep_as_another_program, NULL, MACH_PORT_NULL);
    mach_port_t task = world_task_port_of(child);
    if (mach_port_request_notification(SELF, task, MACH_NOTIFY_DEAD_NAME, 0, notify,
                                       MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous) == OK) {
        CHECK_EQ(mach_msg(&note.not_header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(note), notify,
                          PATIENCE_MS, 0),
                 OK);
        CHECK_EQ(note.not_header.msgh_id, MACH_NOTIFY_DEAD_NAME);
        CHECK_EQ(note.not_port, task);
        mach_port_deallocate(SELF, task);
    }
    CHECK_EQ(type_of(task), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(pid_for_task(task, &pid), KERN_FAILURE);
    CHECK_EQ(pid, -1);
    world_task_kill(child);
    receive_free(notify);
}

static int send_a_right_and_exec(void *argument)
{
    mach_port_t port = receive_new();
    CHECK_EQ(give(world_parent_port(), port, MACH_MSG_TYPE_MAKE_SEND), OK);
    return sleep_as_another_program(argument);
}

TEST(an_exec_releases_every_name_of_the_old_image, "P167")
{
    mach_port_t inbox = receive_new(), notify = receive_new(), previous = MACH_PORT_NULL;
    mach_no_senders_notification_t note = { 0 };
    world_task *child = world_task_spawn(send_a_right_and_exec, NULL, inbox);
    mach_port_t theirs = take(inbox).port.name;
    CHECK_EQ(mach_port_request_notification(SELF, inbox, MACH_NOTIFY_NO_SENDERS, 0, notify,
                                            MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
             OK);
    CHECK_EQ(mach_msg(&note.not_header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(note), notify, PATIENCE_MS,
                      0),
             OK);
    CHECK_EQ(note.not_header.msgh_id, MACH_NOTIFY_NO_SENDERS);
    for (int i = 0; i < PATIENCE_MS && type_of(theirs) != MACH_PORT_TYPE_DEAD_NAME; i++)
        world_sleep_ms(1);
    CHECK_EQ(type_of(theirs), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(mach_port_deallocate(SELF, theirs), OK);
    world_task_kill(child);
    receive_free(inbox);
    receive_free(notify);
}

/* ---- a death as Mach tells it, and as Unix does ---- */

static pid_t fork_a_sleeper(mach_port_t *task_p)
{
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    REQUIRE_GT(pid, 0);
    REQUIRE_EQ(task_for_pid(SELF, pid, task_p), OK);
    return pid;
}

static void await_death(mach_port_t task, mach_port_t notify)
{
    mach_dead_name_notification_t note = { 0 };
    CHECK_EQ(mach_msg(&note.not_header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(note), notify, PATIENCE_MS,
                      0),
             OK);
    CHECK_EQ(note.not_port, task);
}

static void notify_death(mach_port_t task, mach_port_t notify)
{
    mach_port_t previous = MACH_PORT_NULL;
    REQUIRE_EQ(mach_port_request_notification(SELF, task, MACH_NOTIFY_DEAD_NAME, 0, notify,
                                              MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
               OK);
}

TEST(a_tasks_death_is_told_whether_or_not_its_parent_has_waited, "K241")
{
    mach_port_t notify = receive_new(), task = MACH_PORT_NULL;
    for (int waits_first = 0; waits_first < 2; waits_first++) {
        int status = 0;
        pid_t pid = fork_a_sleeper(&task);
        notify_death(task, notify);
        kill(pid, SIGKILL);
        if (waits_first) /* Linux's own call, which does not wait for machd */
            CHECK_EQ(syscall(SYS_wait4, pid, &status, 0, NULL), pid);
        await_death(task, notify);
        if (!waits_first)
            CHECK_EQ(waitpid(pid, &status, 0), pid);
        CHECK_EQ(WTERMSIG(status), SIGKILL);
        mach_port_destroy(SELF, task);
    }
    receive_free(notify);
}

static int fail_to_exec(void *argument)
{
    mach_port_t self = mach_task_self(), kept = both_new();
    CHECK_EQ(execl("/no/such/program", "program", (char *)NULL), -1);
    CHECK_EQ(errno, ENOENT);
    CHECK_EQ(mach_task_self(), self);
    CHECK_EQ(type_of(self), MACH_PORT_TYPE_SEND);
    CHECK_EQ(type_of(kept) & MACH_PORT_TYPE_ALL_RIGHTS, MACH_PORT_TYPE_SEND_RECEIVE);
    return WORLD_OK;
}

TEST(an_exec_that_fails_changes_nothing, "F95 F98")
{
    CHECK_EQ(world_task_wait(world_task_spawn(fail_to_exec, NULL, MACH_PORT_NULL)), WORLD_OK);
}
