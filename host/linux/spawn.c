/* SPDX-License-Identifier: Apache-2.0 */
#include "host/linux/spawn.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/linux/machd.h"
#include "host/linux/priority.h"
#include "host/linux/proc.h"
#include "host/linux/process.h"
#include "host/linux/user.h"

#define OVERFLOW_UID 65534u /* what a user that our user namespace does not know looks like */

/* Of the parent's user, lest a set-id program get what its caller has; root's may be anybody's by now.
 * Another thread of the parent may collect the child meanwhile, and the number become somebody else's: this is asked again once
 * there is a pidfd. */
static bool is_child(const struct process *parent, int32_t pid, struct proc_status *status)
{
    struct proc_stat stat;
    return pid > 0 && proc_read_stat(pid, &stat) && stat.parent == parent->pid && stat.state != 'Z' &&
           proc_read_status(pid, status) && (status->euid == process_uid(parent) || process_uid(parent) == 0);
}

static int take_pidfd(struct machd *m, struct process *process)
{
    int fd = (int)syscall(SYS_pidfd_open, process->pid, 0);
    return fd < 0 ? -errno : watch_open(m, &process->death, WATCH_PROCESS, fd, EPOLLIN);
}

/* Bare, without a task as yet; NULL: limit, or it has ended. */
static struct process *take_hold(struct machd *m, int32_t pid, struct user *user)
{
    struct process *process = process_make(m, pid, user, user->account);
    if (!process)
        return NULL;
    process->state = PROCESS_BARE;
    if (take_pidfd(m, process) == 0)
        return process;
    process_free(m, process);
    return NULL;
}

/* One whose creation was taken back may be made anew: a vfork child whose exec has failed tries another. */
static struct process *claim(struct machd *m, int32_t pid, struct user *user)
{
    struct process *process = process_find(m, pid);
    if (!process)
        return take_hold(m, pid, user);
    if (process->state != PROCESS_ENDED || process->task || process->broken || process->user != user)
        return NULL;
    process->state = PROCESS_BARE;
    return process;
}

int process_claim(void *host, struct task *parent_task, int32_t pid, struct task_identity *identity,
                  void **record_p)
{
    struct machd *m = host;
    const struct process *parent = kernel_task_host(parent_task);
    struct proc_status status;
    if (!is_child(parent, pid, &status))
        return ESRCH;
    bool is_new = !process_find(m, pid);
    struct process *process = claim(m, pid, parent->user);
    if (!process)
        return EAGAIN;
    if (!is_child(parent, pid, &status) || process_is_dead(process)) {
        process->state = PROCESS_ENDED;
        if (is_new)
            process_free(m, process);
        return ESRCH;
    }
    process->is_reniced = parent->is_reniced;
    if (parent->is_reniced)
        priority_found(&process->main);
    *identity = process_identity(process, status.euid, status.egid, false);
    *record_p = process;
    return 0;
}

/* F173: root, or who is it in every respect. */
static bool may_control(const struct process *asker, int32_t pid, const struct proc_status *status)
{
    uint32_t uid = process_uid(asker);
    return uid == 0 || (status->euid == uid && status->ruid == uid && status->svuid == uid &&
                        proc_is_dumpable(pid, uid) && proc_has_groups_of(asker->pid, pid));
}

bool process_permits(void *host, struct task *asker, struct task *target)
{
    const struct process *process = kernel_task_host(target);
    struct proc_status status;
    (void)host;
    return process && proc_read_status(process->pid, &status) &&
           may_control(kernel_task_host(asker), process->pid, &status);
}

/* The number may become another process's between the look and the pidfd: the ids are looked at again behind it. */
int process_discover(void *host, struct task *asker, int32_t pid, struct task_identity *identity,
                     struct task **ancestor_p, void **record_p)
{
    struct machd *m = host;
    struct proc_stat stat;
    struct proc_status status;
    if (pid <= 0 || pid == m->pid || process_find(m, pid) || !proc_read_status(pid, &status) ||
        status.euid >= OVERFLOW_UID || status.n_namespaces != m->n_own_namespaces ||
        !may_control(kernel_task_host(asker), pid, &status))
        return ESRCH;
    struct user *user = user_get(m, status.euid);
    struct process *process = user ? take_hold(m, pid, user) : NULL;
    user_put(m, user);
    if (!process)
        return EAGAIN;
    if (!proc_read_stat(pid, &stat) || stat.state == 'Z' || (stat.flags & PROC_EXITING) ||
        !proc_read_status(pid, &status) || process_is_dead(process) || status.euid != process->user->uid ||
        !may_control(kernel_task_host(asker), pid, &status)) {
        process_free(m, process);
        return ESRCH;
    }
    const struct process *ancestor = process_ancestor(m, pid, status.euid);
    *identity = process_identity(process, status.euid, status.egid, false);
    *ancestor_p = ancestor ? ancestor->task : NULL;
    *record_p = process;
    return 0;
}

static void let_go(struct machd *m, struct process *process)
{
    process->is_undone = true;
    process_break(m, process, "its creation was taken back");
}

void process_born(void *host, void *record, struct task *task)
{
    struct process *process = record;
    process->task = task;
    if (!task)
        let_go(host, process);
}

void process_unborn(void *host, struct task *task)
{
    let_go(host, kernel_task_host(task));
}

void process_command(void *host, struct task *task, char *command)
{
    const struct process *process = kernel_task_host(task);
    struct proc_stat stat;
    (void)host;
    if (proc_read_stat(process->pid, &stat))
        memcpy(command, stat.command, COMMAND_SIZE);
}

void spawn_image_begins(struct machd *m, struct process *process)
{
    char command[COMMAND_SIZE] = "";
    process_command(m, process->task, command);
    kernel_image_begins(m->kernel, process->task, command);
}

/* Who was collected already, because its parent ignores its children, is not there to be looked at. */
void spawn_image_has_ended(struct machd *m, struct process *process)
{
    struct proc_stat stat;
    if (proc_read_stat(process->pid, &stat) && stat.state == 'Z' && !(stat.flags & PROC_NEVER_EXECED))
        kernel_image_begins(m->kernel, process->task, stat.command);
}
