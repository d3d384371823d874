/* SPDX-License-Identifier: Apache-2.0 */
#include "host/linux/zombie.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/linux/machd.h"
#include "host/linux/proc.h"
#include "host/linux/process.h"

/* ---- how it ended ---- */

/* Of <linux/pidfd.h> since 6.13; it knows how a process ended, once that has been collected, since 6.15. */
struct pidfd_info {
    uint64_t mask;
    uint64_t cgroup;
    uint32_t ids[11];
    int32_t exit_code;
};
#define GET_INFO _IOWR(0xff, 11, struct pidfd_info)
#define INFO_EXIT (1u << 3)
_Static_assert(sizeof(struct pidfd_info) == 64, "Linux's layout");

/* Signal 0 reaches a zombie, and nobody who has been collected. */
static bool is_collected(int pidfd)
{
    return syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) != 0 && errno == ESRCH;
}

static bool ask_pidfd(int pidfd, int32_t *status)
{
    struct pidfd_info info = { .mask = INFO_EXIT };
    if (ioctl(pidfd, GET_INFO, &info) != 0 || !(info.mask & INFO_EXIT))
        return false;
    *status = info.exit_code;
    return true;
}

/* As long as it is a zombie its number is its own. */
static void find_status(int32_t pid, int pidfd, struct process_end *end)
{
    end->has_status = proc_read_exit(pid, &end->status) && !is_collected(pidfd);
    if (!end->has_status)
        end->has_status = ask_pidfd(pidfd, &end->status);
}

/* ---- records ---- */

static void zombie_free(struct machd *m, struct zombie *zombie)
{
    struct account *account = zombie->account;
    watch_close(m, &zombie->watch);
    list_remove(&zombie->link);
    free(zombie);
    account_release_object(account, ACCOUNT_DESCRIPTORS, sizeof(*zombie));
    account_put(account);
}

static struct zombie *record_new(struct account *account)
{
    if (!account_charge_object(account, ACCOUNT_DESCRIPTORS, sizeof(struct zombie)))
        return NULL;
    struct zombie *zombie = calloc(1, sizeof(*zombie));
    if (!zombie)
        account_release_object(account, ACCOUNT_DESCRIPTORS, sizeof(*zombie));
    return zombie;
}

/* NULL: limit or no memory; then nobody will know that it waits. */
static struct zombie *zombie_new(struct machd *m, struct process *process)
{
    struct zombie *zombie = record_new(process->account);
    int fd = process->death.fd;
    if (!zombie)
        return NULL;
    zombie->account = account_get(process->account);
    list_append(&m->zombies, &zombie->link);
    watch_pause(m, &process->death);
    process->death = (struct watch){ .fd = -1 };
    if (watch_open(m, &zombie->watch, WATCH_ZOMBIE, fd, 0) == 0) /* hang-ups alone: it is readable already */
        return zombie;
    zombie_free(m, zombie);
    return NULL;
}

void zombie_end_task(struct machd *m, struct process *process)
{
    struct process_end end = { 0 };
    struct zombie *zombie = NULL;
    if (process->death.kind != WATCH_NONE && process_is_dead(process)) {
        find_status(process->pid, process->death.fd, &end);
        if (!is_collected(process->death.fd))
            end.zombie = zombie = zombie_new(m, process);
    }
    struct proc *proc = kernel_process_ended(m->kernel, process->task, process->is_launchd, &end);
    if (zombie)
        zombie->proc = proc;
}

bool zombie_is_collected(void *host, void *record)
{
    struct zombie *zombie = record;
    if (!zombie->proc || !is_collected(zombie->watch.fd))
        return false;
    zombie_free(host, zombie);
    return true;
}

static void forget(struct machd *m, struct zombie *zombie)
{
    struct proc *proc = zombie->proc;
    zombie_free(m, zombie);
    kernel_process_collected(m->kernel, proc);
}

void zombie_look(struct machd *m, struct zombie *zombie)
{
    if (is_collected(zombie->watch.fd))
        forget(m, zombie);
}

void zombies_fini(struct machd *m)
{
    for (struct list *node; (node = list_first(&m->zombies));)
        forget(m, list_entry(node, struct zombie, link));
}
