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

/* While the parent's trap is carried out nobody collects the child, so its number stays its own. */
static bool is_child(const struct process *parent, int32_t pid, struct proc_status *status)
{
    struct proc_stat stat;
    return pid > 0 && proc_read_stat(pid, &stat) && stat.parent == parent->pid && stat.state != 'Z' &&
           proc_read_status(pid, status) && status->euid == parent->user->uid;
}

static int take_pidfd(struct machd *m, struct process *process)
{
    int fd = (int)syscall(SYS_pidfd_open, process->pid, 0);
    return fd < 0 ? -errno : watch_open(m, &process->death, WATCH_PROCESS, fd, EPOLLIN);
}

int process_claim(void *host, struct task *parent_task, int32_t pid, struct task_identity *identity,
                  void **record_p)
{
    struct machd *m = host;
    const struct process *parent = kernel_task_host(parent_task);
    struct proc_status status;
    if (!is_child(parent, pid, &status) || process_find(m, pid))
        return ESRCH;
    struct process *process = process_make(m, pid, parent->user, parent->user->account);
    if (!process)
        return EAGAIN;
    if (take_pidfd(m, process) != 0) {
        process_free(m, process);
        return EAGAIN;
    }
    process->state = PROCESS_BARE;
    process->is_reniced = parent->is_reniced;
    if (parent->is_reniced)
        priority_found(&process->main);
    *identity = process_identity(process, status.euid, status.egid, false);
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
