/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/process.c - processes that machd knows: birth, exec, adoption, death */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <mach/kern_return.h>

#include "host/linux/client.h"
#include "host/linux/fair.h"
#include "host/linux/fork.h"
#include "host/linux/log.h"
#include "host/linux/machd.h"
#include "host/linux/priority.h"
#include "host/linux/proc.h"
#include "host/linux/process.h"
#include "host/linux/segment.h"
#include "host/linux/settle.h"
#include "host/linux/spawn.h"
#include "host/linux/thread.h"
#include "host/linux/user.h"
#include "host/linux/zombie.h"

#define ANCESTORS_MAX 64

static struct list *bucket(struct machd *m, int32_t pid)
{
    return &m->processes[(uint32_t)pid % PROCESS_BUCKETS];
}

struct process *process_find(struct machd *m, int32_t pid)
{
    list_for_each(node, bucket(m, pid))
    {
        struct process *process = list_entry(node, struct process, link);
        if (process->pid == pid)
            return process;
    }
    return NULL;
}

bool process_is_dead(const struct process *process)
{
    struct pollfd fd = { .fd = process->death.fd, .events = POLLIN };
    return poll(&fd, 1, 0) == 1;
}

uint32_t process_uid(const struct process *process)
{
    return process->task ? kernel_task_identity(process->task)->uid : process->user->uid;
}

/* ---- birth ---- */

/* The effective ids are the connection's. The real ones come from the host's files only where those agree with it (F176). */
struct task_identity process_identity(const struct process *process, uint32_t uid, uint32_t gid,
                                      bool privileged)
{
    struct task_identity identity = {
        .pid = process->pid,
        .uid = uid,
        .gid = gid,
        .ruid = uid,
        .rgid = gid,
        .svuid = uid,
        .svgid = gid,
        .privileged = privileged || process->is_launchd,
        .is_launchd = process->is_launchd,
    };
    struct proc_stat stat;
    struct proc_status status;
    if (proc_read_stat(process->pid, &stat))
        memcpy(identity.command, stat.command, sizeof(identity.command));
    if (proc_read_status(process->pid, &status) && status.euid == uid && status.egid == gid) {
        identity.ruid = status.ruid;
        identity.rgid = status.rgid;
        identity.svuid = status.svuid;
        identity.svgid = status.svgid;
    }
    return identity;
}

/* The record and its pidfd. */
static bool charge_process(struct account *account)
{
    return account_charge_object(account, ACCOUNT_DESCRIPTORS, sizeof(struct process));
}

static void release_process(struct account *account)
{
    account_release_object(account, ACCOUNT_DESCRIPTORS, sizeof(struct process));
}

struct process *process_make(struct machd *m, int32_t pid, struct user *user, struct account *account)
{
    if (!charge_process(account))
        return NULL;
    struct process *process = calloc(1, sizeof(*process));
    if (!process) {
        release_process(account);
        return NULL;
    }
    process->pid = pid;
    process->main = (struct niceness){ .process = process, .tid = pid };
    process->user = user;
    process->user->refs++;
    process->account = account_get(account);
    process->is_launchd = m->launchd.pid == pid;
    list_init(&process->connections);
    list_init(&process->threads);
    list_init(&process->segments);
    list_init(&process->bound);
    list_init(&process->settlers);
    list_init(&process->ready);
    list_append(bucket(m, process->pid), &process->link);
    list_append(&m->all_processes, &process->all_link);
    m->n_processes++;
    return process;
}

void process_free(struct machd *m, struct process *process)
{
    ASSERT(list_is_empty(&process->connections) && list_is_empty(&process->threads) && !process->task);
    ASSERT(list_is_empty(&process->bound) && list_is_empty(&process->settlers) && !process->n_segments &&
           !process->n_hot);
    priority_forget(&process->main);
    watch_close(m, &process->death);
    release_process(process->account);
    account_put(process->account);
    user_put(m, process->user);
    if (list_is_linked(&process->broken_link))
        list_remove(&process->broken_link);
    list_remove(&process->link);
    list_remove(&process->all_link);
    m->n_processes--;
    free(process);
}

static bool watch_death(struct machd *m, struct process *process, struct connection *connection)
{
    int fd = connection->pidfd;
    connection->pidfd = -1;
    return watch_open(m, &process->death, WATCH_PROCESS, fd, EPOLLIN) == 0;
}

struct process *process_new(struct machd *m, struct connection *connection, struct inherit *inherit,
                            struct refusal *refusal)
{
    *refusal = (struct refusal){ KERN_RESOURCE_SHORTAGE, "machd is at a limit of this user" };
    struct process *process = process_make(m, connection->pid, connection->user, connection->account);
    if (process && watch_death(m, process, connection)) {
        struct task_identity identity =
            process_identity(process, connection->uid, connection->gid, connection->admin);
        process->task = kernel_task_new(m->kernel, &identity, inherit, process);
        inherit = NULL;
    }
    if (inherit)
        kernel_inherit_free(m->kernel, inherit);
    if (process && !process->task) {
        process_free(m, process);
        process = NULL;
    }
    if (process)
        *refusal = (struct refusal){ KERN_SUCCESS, NULL };
    return process;
}

/* ---- adoption (F155) ---- */

struct process *process_ancestor(struct machd *m, int32_t pid, uint32_t uid)
{
    struct proc_stat stat;
    for (int i = 0; i < ANCESTORS_MAX && proc_read_stat(pid, &stat) && stat.parent > 0; i++) {
        pid = stat.parent;
        struct process *ancestor = process_find(m, pid);
        struct proc_status status;
        if (!proc_read_status(pid, &status) || status.euid != uid)
            return NULL;
        if (ancestor && ancestor->task && !process_is_dead(ancestor))
            return process_uid(ancestor) == uid ? ancestor : NULL;
    }
    return NULL;
}

struct inherit *process_adopt(struct machd *m, int32_t pid, uint32_t uid)
{
    const struct process *ancestor = process_ancestor(m, pid, uid);
    struct inherit *inherit = ancestor ? kernel_inherit_new(m->kernel, ancestor->task) : NULL;
    struct proc_stat stat;
    if (inherit && (!proc_read_stat(pid, &stat) || stat.parent != ancestor->pid))
        kernel_inherit_is_distant(inherit);
    return inherit;
}

/* ---- its end, as a whole or as an image ---- */

/* What the image had of machd; the kernel does not know of its threads any more. */
static void end_image(struct machd *m, struct process *process)
{
    threads_free(m, process);
    segments_forget(m, process);
    loans_end(m, process);
    while (!list_is_empty(&process->connections))
        client_detach(m, list_entry(list_first(&process->connections), struct connection, process_link));
}

/* Everything but the record; the process itself may live on. */
static void end_task(struct machd *m, struct process *process, bool keep_space)
{
    fair_remove_process(m, process);
    if (process->task)
        kernel_task_died(m->kernel, process->task, keep_space);
    process->task = NULL;
    end_image(m, process);
}

/* A set-id program runs as another user: its charges and its wake words are that one's from now on. */
static bool change_user(struct machd *m, struct process *process, uint32_t uid)
{
    if (process->user->uid == uid)
        return true;
    struct user *user = user_get(m, uid);
    if (!user || !charge_process(user->account)) {
        user_put(m, user);
        return false;
    }
    release_process(process->account);
    account_put(process->account);
    process->account = account_get(user->account);
    user_put(m, process->user);
    process->user = user;
    return true;
}

/* Whose threads had another niceness than their own may have handed it to the new main thread. */
static void find_niceness(struct process *process)
{
    if (process->is_reniced)
        priority_found(&process->main);
}

bool process_exec(struct machd *m, struct process *process, uint32_t uid)
{
    const struct task_identity old = *kernel_task_identity(process->task);
    struct proc_status status;
    uint32_t gid = proc_read_status(process->pid, &status) && status.euid == uid ? status.egid : old.gid;
    m->count.execs++;
    log_detail("process %d runs another image", process->pid);
    process->state = PROCESS_ENDED;
    process->image_id = 0;
    if (!change_user(m, process, uid)) {
        end_task(m, process, false);
        return false;
    }
    struct task_identity identity = process_identity(process, uid, gid, old.privileged && uid == old.uid);
    fair_remove_process(m, process);
    find_niceness(process);
    struct task *before = process->task;
    process->task =
        NULL; /* it is gone before the call returns; whose process this is its user says meanwhile */
    process->task = kernel_task_exec(m->kernel, before, &identity, process);
    end_image(m, process);
    if (process->task)
        process->state = PROCESS_BARE;
    return process->task != NULL;
}

bool process_revive(struct machd *m, struct process *process, uint32_t uid, struct inherit *inherit)
{
    struct proc_status status;
    uint32_t gid = proc_read_status(process->pid, &status) ? status.egid : 0;
    process->image_id = 0;
    if (inherit)
        kernel_inherit_is_distant(inherit);
    if (!change_user(m, process, uid)) {
        kernel_inherit_free(m->kernel, inherit);
        return false;
    }
    struct task_identity identity = process_identity(process, uid, gid, false);
    process->task = kernel_task_new(m->kernel, &identity, inherit, process);
    if (process->task)
        process->state = PROCESS_BARE;
    return process->task != NULL;
}

void process_hung_up(struct machd *m, struct process *process)
{
    struct proc_stat stat;
    struct proc_status status;
    if (process_is_dead(process) || !proc_read_stat(process->pid, &stat) || (stat.flags & PROC_EXITING) ||
        stat.state == 'Z' || stat.state == 'X')
        return; /* the pidfd will tell */
    if (process->state != PROCESS_ATTACHED || !process->task)
        return;
    bool known = proc_read_status(process->pid, &status);
    process_exec(m, process, known ? status.euid : process->user->uid);
}

void process_break(struct machd *m, struct process *process, const char *why)
{
    if (process->broken)
        return;
    process->broken = true;
    process->broken_why = why;
    list_append(&m->broken, &process->broken_link);
}

void processes_end_broken(struct machd *m)
{
    struct list *node;
    while ((node = list_pop(&m->broken))) {
        struct process *process = list_entry(node, struct process, broken_link);
        m->count.broken += !process->is_undone;
        if (!process->is_undone)
            log_line("process %d is ended: %s", process->pid, process->broken_why);
        end_task(m, process, process->is_launchd);
        process->state = PROCESS_ENDED;
        process->broken = process->is_undone = false;
    }
}

void process_died(struct machd *m, struct process *process)
{
    m->count.died++;
    fair_remove_process(m, process);
    if (process->task && process->state == PROCESS_BARE)
        spawn_image_has_ended(m, process);
    if (process->task)
        zombie_end_task(m, process);
    process->task = NULL;
    end_image(m, process);
    forks_orphan(m, process);
    settle_death(m, process);
    process_free(m, process);
}
