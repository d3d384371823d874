/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/libproc_lists.c - lists of processes: Linux's, those that live before zombies (F164) */
#include <libproc.h>

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "libmach/process/proc_host.h"

enum { SPARE_PIDS = 20 }; /* how many may come between asking for the size and asking for the list */

struct pid_list {
    uint32_t type, wanted;
    pid_t *pids;
    size_t n, room; /* n may be more than there is room for */
    bool zombies;   /* whether they are what is collected now */
};

static bool is_wanted(const struct pid_list *list, const struct host_process *host)
{
    switch (list->type) {
    case PROC_ALL_PIDS: return true;
    case PROC_PGRP_ONLY: return (uint32_t)host->group == list->wanted;
    case PROC_TTY_ONLY: return host->terminal == list->wanted;
    case PROC_UID_ONLY: return host->uid == list->wanted;
    case PROC_RUID_ONLY: return host->ruid == list->wanted;
    case PROC_PPID_ONLY: return (uint32_t)host->parent == list->wanted;
    }
    return false;
}

static bool add_pid(pid_t pid, void *context)
{
    struct pid_list *list = context;
    struct host_process host;
    if (!host_process_read(pid, 0, &host) || (host.state == 'Z') != list->zombies || !is_wanted(list, &host))
        return true;
    if (list->n < list->room)
        list->pids[list->n] = pid;
    list->n++;
    return true;
}

int proc_listpids(uint32_t type, uint32_t typeinfo, void *buffer, int size)
{
    if (type < PROC_ALL_PIDS || type > PROC_PPID_ONLY) {
        errno = EINVAL;
        return -1;
    }
    struct pid_list list = { .type = type, .wanted = typeinfo, .pids = buffer };
    list.room = buffer != NULL && size > 0 ? (size_t)size / sizeof(pid_t) : 0;
    host_process_each(add_pid, &list);
    list.zombies = true;
    host_process_each(add_pid, &list);
    if (buffer == NULL)
        return (int)((list.n + SPARE_PIDS) * sizeof(pid_t));
    return (int)((list.n < list.room ? list.n : list.room) * sizeof(pid_t));
}

static int count_of(int bytes)
{
    return bytes < 0 ? bytes : bytes / (int)sizeof(pid_t);
}

int proc_listallpids(void *buffer, int size)
{
    return count_of(proc_listpids(PROC_ALL_PIDS, 0, buffer, size));
}

int proc_listpgrppids(pid_t group, void *buffer, int size)
{
    return count_of(proc_listpids(PROC_PGRP_ONLY, (uint32_t)group, buffer, size));
}

int proc_listchildpids(pid_t parent, void *buffer, int size)
{
    return count_of(proc_listpids(PROC_PPID_ONLY, (uint32_t)parent, buffer, size));
}
