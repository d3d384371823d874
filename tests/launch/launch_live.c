/* SPDX-License-Identifier: Apache-2.0 */
/* tests/launch/launch_live.c - the child is a raw copy of this program: libmach in it begins anew at its first call (F67),
 * which it makes when it is let go. */
#include <errno.h>
#include <mach/mach_traps.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libmach/calls/process.h"
#include "tests/launch/launch.h"

struct launched {
    pid_t pid;
    int gate; /* a byte lets the child go */
    uint64_t ticket;
};

static _Noreturn void wait_and_run(int gate, int (*fn)(void *argument), void *argument)
{
    char byte;
    if (read(gate, &byte, 1) != 1)
        _exit(126);
    mach_task_self_ = task_self_trap();
    task_get_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, &bootstrap_port);
    world_task_exit(fn(argument));
}

static void make_child(struct launched *child, int (*fn)(void *argument), void *argument)
{
    int gate[2];
    REQUIRE_EQ(pipe(gate), 0);
    child->pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    REQUIRE_GE(child->pid, 0);
    if (child->pid == 0) {
        close(gate[1]);
        wait_and_run(gate[0], fn, argument);
    }
    close(gate[0]);
    child->gate = gate[1];
}

/* Others that wait may hold its gate, too: to close it would not end the child. */
static void end(struct launched *child)
{
    kill(child->pid, SIGKILL);
    close(child->gate);
    CHECK_EQ(waitpid(child->pid, NULL, 0), child->pid);
    free(child);
}

int launch_begin(const struct spawn_request *request, int (*fn)(void *argument), void *argument,
                 struct launched **child_p)
{
    int error = 0, ignored;
    struct launched *child = calloc(1, sizeof(*child));
    CHECK_EQ(process_prepare(request, &error, &child->ticket), OK);
    *child_p = NULL;
    if (error != 0) {
        free(child);
        return error;
    }
    make_child(child, fn, argument);
    CHECK_EQ(process_commit(child->ticket, child->pid, &error), OK);
    if (error == 0) {
        *child_p = child;
        return 0;
    }
    process_undo(child->ticket, &ignored);
    end(child);
    return error;
}

void launch_go(struct launched *child)
{
    int error = -1;
    CHECK_EQ(process_done(child->ticket, &error), OK);
    CHECK_EQ(error, 0);
    CHECK_EQ(write(child->gate, "g", 1), 1);
}

void launch_take_back(struct launched *child)
{
    int error = -1;
    CHECK_EQ(process_undo(child->ticket, &error), OK);
    CHECK_EQ(error, 0);
    end(child);
}

int launch_pid(const struct launched *child)
{
    return child->pid;
}

int launch_wait(struct launched *child)
{
    int status = 0;
    close(child->gate);
    CHECK_EQ(waitpid(child->pid, &status, 0), child->pid);
    free(child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void launch_kill(struct launched *child)
{
    end(child);
}

void launch_thread_exit(void)
{
    pthread_exit(NULL);
}

void launch_kill_pid(int pid)
{
    kill(pid, SIGKILL);
}
