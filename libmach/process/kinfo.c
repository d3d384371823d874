/* SPDX-License-Identifier: Apache-2.0 */
#include "libmach/process/kinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <libproc.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysctl.h>
#include <unistd.h>

enum { SPARE = 5, WORD = 8 };

/* ---- processes ---- */

static const struct {
    uint32_t libproc;
    int32_t p_flag;
} flags[] = {
    { PROC_FLAG_SYSTEM, P_SYSTEM }, { PROC_FLAG_TRACED, P_TRACED }, { PROC_FLAG_INEXIT, P_WEXIT },
    { PROC_FLAG_PPWAIT, P_PPWAIT }, { PROC_FLAG_LP64, P_LP64 },     { PROC_FLAG_CONTROLT, P_CONTROLT },
    { PROC_FLAG_PSUGID, P_SUGID },  { PROC_FLAG_EXEC, P_EXEC },
};

static int flags_of(uint32_t libproc)
{
    int result = 0;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        result |= libproc & flags[i].libproc ? flags[i].p_flag : 0;
    return result;
}

static void fill_ids(struct kinfo_proc *info, const struct proc_bsdinfo *bsd)
{
    info->kp_eproc.e_pcred.p_ruid = bsd->pbi_ruid;
    info->kp_eproc.e_pcred.p_svuid = bsd->pbi_svuid;
    info->kp_eproc.e_pcred.p_rgid = bsd->pbi_rgid;
    info->kp_eproc.e_pcred.p_svgid = bsd->pbi_svgid;
    info->kp_eproc.e_ucred.cr_uid = bsd->pbi_uid;
    info->kp_eproc.e_ucred.cr_ngroups = 1;
    info->kp_eproc.e_ucred.cr_groups[0] = bsd->pbi_gid;
}

static void fill(struct kinfo_proc *info, const struct proc_bsdinfo *bsd)
{
    *info = (struct kinfo_proc){
        .kp_proc = { .p_starttime = { .tv_sec = (time_t)bsd->pbi_start_tvsec,
                                      .tv_usec = (suseconds_t)bsd->pbi_start_tvusec },
                     .p_flag = flags_of(bsd->pbi_flags),
                     .p_stat = (char)bsd->pbi_status,
                     .p_pid = (pid_t)bsd->pbi_pid,
                     .p_nice = (char)bsd->pbi_nice,
                     .p_xstat = (uint16_t)bsd->pbi_xstatus },
        .kp_eproc = { .e_ppid = (pid_t)bsd->pbi_ppid,
                      .e_pgid = (pid_t)bsd->pbi_pgid,
                      .e_jobc = (int16_t)bsd->pbi_pjobc,
                      .e_tdev = (int32_t)bsd->e_tdev,
                      .e_tpgid = (pid_t)bsd->e_tpgid },
    };
    memcpy(info->kp_proc.p_comm, bsd->pbi_comm, strnlen(bsd->pbi_comm, MAXCOMLEN));
    fill_ids(info, bsd);
}

/* Of another user's process what everybody may know. */
static bool look(pid_t pid, struct proc_bsdinfo *bsd)
{
    struct proc_bsdshortinfo s;
    if (proc_pidinfo(pid, PROC_PIDTBSDINFO, 1, bsd, sizeof *bsd) == sizeof *bsd)
        return true;
    if (errno != EPERM || proc_pidinfo(pid, PROC_PIDT_SHORTBSDINFO, 1, &s, sizeof s) != sizeof s)
        return false;
    *bsd = (struct proc_bsdinfo){
        .pbi_flags = s.pbsi_flags,
        .pbi_status = s.pbsi_status,
        .pbi_pid = s.pbsi_pid,
        .pbi_ppid = s.pbsi_ppid,
        .pbi_uid = s.pbsi_uid,
        .pbi_gid = s.pbsi_gid,
        .pbi_ruid = s.pbsi_ruid,
        .pbi_rgid = s.pbsi_rgid,
        .pbi_svuid = s.pbsi_svuid,
        .pbi_svgid = s.pbsi_svgid,
        .pbi_pgid = s.pbsi_pgid,
    };
    memcpy(bsd->pbi_comm, s.pbsi_comm, sizeof bsd->pbi_comm);
    return true;
}

/* 0: KERN_PROC_PID and _SESSION, which libproc does not list; -1: nothing that there is. */
static int type_of_list(int what)
{
    switch (what) {
    case KERN_PROC_ALL:
    case KERN_PROC_SESSION: return PROC_ALL_PIDS;
    case KERN_PROC_PGRP: return PROC_PGRP_ONLY;
    case KERN_PROC_TTY: return PROC_TTY_ONLY;
    case KERN_PROC_UID: return PROC_UID_ONLY;
    case KERN_PROC_RUID: return PROC_RUID_ONLY;
    case KERN_PROC_PID: return 0;
    }
    return -1;
}

/* *pids_p is to be freed. The number of them; -1 without memory. */
static int list(int type, int which, pid_t **pids_p)
{
    int size = type != 0 ? proc_listpids((uint32_t)type, (uint32_t)which, NULL, 0) : (int)sizeof(pid_t);
    *pids_p = malloc((size_t)size);
    if (*pids_p == NULL)
        return -1;
    if (type != 0)
        return proc_listpids((uint32_t)type, (uint32_t)which, *pids_p, size) / (int)sizeof(pid_t);
    **pids_p = which;
    return 1;
}

int kinfo_processes(int what, int which, void *old, size_t *old_size)
{
    size_t room = old != NULL && old_size != NULL ? *old_size / sizeof(struct kinfo_proc) : 0, n = 0;
    int type = type_of_list(what);
    pid_t *pids;
    if (type < 0)
        return EINVAL;
    int n_pids = list(type, which, &pids);
    if (n_pids < 0)
        return ENOMEM;
    for (int i = 0; i < n_pids; i++) {
        struct proc_bsdinfo bsd;
        struct kinfo_proc info;
        if ((what == KERN_PROC_SESSION && getsid(pids[i]) != which) || !look(pids[i], &bsd))
            continue;
        fill(&info, &bsd);
        if (n < room)
            memcpy((char *)old + n * sizeof info, &info, sizeof info);
        n++;
    }
    free(pids);
    if (old_size != NULL)
        *old_size = (old == NULL ? n + SPARE : n < room ? n : room) * sizeof(struct kinfo_proc);
    return old != NULL && n > room ? ENOMEM : 0;
}

/* ---- arguments ---- */

struct text {
    char *bytes;
    size_t size, room;
};

static bool need(struct text *text, size_t size)
{
    size_t room = text->room != 0 ? text->room : 4096;
    while (room < text->size + size)
        room *= 2;
    char *bytes = room != text->room ? realloc(text->bytes, room) : text->bytes;
    if (bytes == NULL)
        return false;
    text->bytes = bytes;
    text->room = room;
    return true;
}

static bool add(struct text *text, const void *bytes, size_t size)
{
    if (!need(text, size))
        return false;
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    return true;
}

/* A file of /proc/PID behind what there is. */
static bool add_file(struct text *text, int pid, const char *name)
{
    char path[64], bytes[4096];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? 1 : -1;
    while (n > 0 && (n = read(fd, bytes, sizeof bytes)) > 0)
        if (!add(text, bytes, (size_t)n))
            n = -1;
    if (fd >= 0)
        close(fd);
    return n == 0;
}

static int32_t count_zeros(const struct text *text, size_t from)
{
    int32_t n = 0;
    for (size_t i = from; i < text->size; i++)
        n += text->bytes[i] == '\0';
    return n;
}

static bool collect(int pid, struct text *text)
{
    static const char zeros[WORD];
    char path[PROC_PIDPATHINFO_MAXSIZE];
    int32_t argc = 0;
    int length = proc_pidpath(pid, path, sizeof path);
    if (length <= 0 || !add(text, &argc, sizeof argc) || !add(text, path, (size_t)length) ||
        !add(text, zeros, WORD - (text->size % WORD)))
        return false;
    size_t arguments = text->size;
    if (!add_file(text, pid, "cmdline"))
        return false;
    argc = count_zeros(text, arguments);
    memcpy(text->bytes, &argc, sizeof argc);
    return add_file(text, pid, "environ");
}

int kinfo_arguments(int pid, void *old, size_t *old_size)
{
    struct text text = { 0 };
    struct proc_bsdinfo bsd;
    bool is_there =
        proc_pidinfo(pid, PROC_PIDTBSDINFO, 0, &bsd, sizeof bsd) == sizeof bsd && collect(pid, &text);
    size_t room = old != NULL && old_size != NULL ? *old_size : 0, n = text.size < room ? text.size : room;
    if (is_there && old != NULL)
        memcpy(old, text.bytes, n);
    if (is_there && old_size != NULL)
        *old_size = old != NULL ? n : text.size;
    bool is_short = old != NULL && text.size > room;
    free(text.bytes);
    return !is_there ? EINVAL : is_short ? ENOMEM : 0;
}
