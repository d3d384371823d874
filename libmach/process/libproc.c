/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/libproc.c - proc_pidinfo and its kin: machd's record of a process and what Linux shows of it, together (F160-F167) */
#include <libproc.h>

#include <dirent.h>
#include <errno.h>
#include <linux/kcmp.h>
#include <mach/thread_info.h>
#include <signal.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libmach/process/proc_files.h"
#include "libmach/process/proc_host.h"
#include "libmach/calls/process.h"

enum { PLATFORM_MACOS = 1 };
enum { NS_PER_US = 1000, US_PER_S = 1000000, LINUX_EXITING = 0x4, THREADS_AT_ONCE = 64 };

static int fail(int error)
{
    errno = error;
    return 0;
}

/* ---- one process, from both sides ---- */

struct subject {
    struct host_process host;
    struct process_info machd; /* all 0: it does not know the process */
    bool is_known;
};

enum { SEES_ZOMBIES = 1, FOR_ANYBODY = 2 };

static bool may_see(const struct subject *subject)
{
    uid_t uid = geteuid();
    return uid == 0 || uid == subject->host.uid;
}

/* 0, or the error number. */
static int look(int pid, int how, struct subject *subject)
{
    int error = 0;
    *subject = (struct subject){ 0 };
    if (pid <= 0 || !host_process_read(pid, 0, &subject->host))
        return ESRCH;
    if (subject->host.state == 'Z' && !(how & SEES_ZOMBIES))
        return ESRCH;
    if (!(how & FOR_ANYBODY) && !may_see(subject))
        return EPERM;
    subject->is_known =
        process_info(pid, how & SEES_ZOMBIES, &error, &subject->machd) == KERN_SUCCESS && error == 0;
    if (!subject->is_known)
        memset(&subject->machd, 0, sizeof subject->machd);
    return 0;
}

static uint32_t state_of(const struct subject *subject)
{
    switch (subject->host.state) {
    case 'Z':
    case 'X': return SZOMB;
    case 'T':
    case 't': return SSTOP;
    }
    return subject->machd.state == PROCESS_SHOWN_IDLE ? SIDL : SRUN;
}

/* A vfork child, or a program that is being started: it has not called exec, and its memory is its parent's. */
static bool is_waited_for(const struct host_process *host)
{
    enum { LINUX_FORKED_ONLY = 0x40 };
    return (host->linux_flags & LINUX_FORKED_ONLY) && host->parent > 0 &&
           syscall(SYS_kcmp, host->pid, host->parent, KCMP_VM, 0, 0) == 0;
}

static uint32_t flags_of(const struct subject *subject)
{
    const struct host_process *host = &subject->host;
    uint32_t flags = subject->machd.flags | PROC_FLAG_LP64;
    flags |= host->tracer != 0 ? PROC_FLAG_TRACED : 0;
    flags |= is_waited_for(host) ? PROC_FLAG_PPWAIT : 0;
    flags |= host->linux_flags & LINUX_EXITING ? PROC_FLAG_INEXIT : 0;
    flags |= host->session == host->pid ? PROC_FLAG_SLEADER : 0;
    flags |= host->terminal != 0 ? PROC_FLAG_CTTY | PROC_FLAG_CONTROLT : 0;
    return flags;
}

/* How a zombie of ours ended; it stays to be collected. */
static uint32_t exit_status_of(const struct subject *subject)
{
    siginfo_t info = { 0 };
    if (state_of(subject) != SZOMB)
        return 0;
    if (subject->machd.exit_status != 0 ||
        waitid(P_PID, (id_t)subject->host.pid, &info, WEXITED | WNOWAIT | WNOHANG) != 0)
        return subject->machd.exit_status;
    switch (info.si_code) {
    case CLD_EXITED: return (uint32_t)(info.si_status & 0xff) << 8;
    case CLD_KILLED: return (uint32_t)info.si_status;
    case CLD_DUMPED: return (uint32_t)info.si_status | 0x80;
    }
    return 0;
}

/* The file that runs, of a script the interpreter (F7); not what Linux calls it, which ends after 15 bytes, is the script's, and
 * changes with the main thread's. Empty where the host does not tell. */
static void name_of_image(pid_t pid, char *name, size_t size)
{
    char path[64], file[PATH_MAX];
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    ssize_t length = readlink(path, file, sizeof file - 1);
    file[length > 0 ? length : 0] = '\0';
    char *deleted = strstr(file, " (deleted)"), *last = strrchr(file, '/');
    if (deleted != NULL && deleted[strlen(" (deleted)")] == '\0')
        *deleted = '\0';
    snprintf(name, size, "%s", last != NULL ? last + 1 : "");
}

/* The C strings of these structures need not end. */
static void copy_name(char *to, size_t size, const struct subject *subject, const char *known)
{
    char image[PROCESS_NAME_SIZE];
    name_of_image(subject->host.pid, image, sizeof image);
    const char *from = image[0] != '\0'                        ? image
                       : subject->is_known && known[0] != '\0' ? known
                                                               : subject->host.command;
    memset(to, 0, size);
    memcpy(to, from, strnlen(from, size));
}

static uint32_t count_files(pid_t pid)
{
    char path[64];
    uint32_t n = 0;
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *directory = opendir(path);
    while (directory != NULL && readdir(directory) != NULL)
        n++;
    if (directory != NULL)
        closedir(directory);
    return n > 2 ? n - 2 : 0; /* "." and ".." */
}

/* ---- the structures ---- */

static void fill_bsd(const struct subject *s, struct proc_bsdinfo *info)
{
    uint64_t start_us = (host_boot_time() + s->host.start_ns) / NS_PER_US;
    *info = (struct proc_bsdinfo){
        .pbi_flags = flags_of(s),
        .pbi_status = state_of(s),
        .pbi_xstatus = exit_status_of(s),
        .pbi_pid = (uint32_t)s->host.pid,
        .pbi_ppid = (uint32_t)s->host.parent,
        .pbi_uid = s->host.uid,
        .pbi_gid = s->host.gid,
        .pbi_ruid = s->host.ruid,
        .pbi_rgid = s->host.rgid,
        .pbi_svuid = s->host.svuid,
        .pbi_svgid = s->host.svgid,
        .pbi_nfiles = count_files(s->host.pid),
        .pbi_pgid = (uint32_t)s->host.group,
        .e_tdev = s->host.terminal,
        .e_tpgid = (uint32_t)s->host.terminal_group,
        .pbi_nice = s->host.nice,
        .pbi_start_tvsec = start_us / US_PER_S,
        .pbi_start_tvusec = start_us % US_PER_S,
    };
    copy_name(info->pbi_comm, sizeof info->pbi_comm, s, s->machd.command);
    copy_name(info->pbi_name, sizeof info->pbi_name, s, s->machd.name);
}

static void fill_short(const struct subject *s, struct proc_bsdshortinfo *info)
{
    *info = (struct proc_bsdshortinfo){
        .pbsi_pid = (uint32_t)s->host.pid,
        .pbsi_ppid = (uint32_t)s->host.parent,
        .pbsi_pgid = (uint32_t)s->host.group,
        .pbsi_status = state_of(s),
        .pbsi_flags = flags_of(s),
        .pbsi_uid = s->host.uid,
        .pbsi_gid = s->host.gid,
        .pbsi_ruid = s->host.ruid,
        .pbsi_rgid = s->host.rgid,
        .pbsi_svuid = s->host.svuid,
        .pbsi_svgid = s->host.svgid,
    };
    copy_name(info->pbsi_comm, sizeof info->pbsi_comm, s, s->machd.command);
}

static void fill_task(const struct subject *s, struct proc_taskinfo *info)
{
    const struct host_process *host = &s->host;
    *info = (struct proc_taskinfo){
        .pti_virtual_size = host->virtual_size,
        .pti_resident_size = host->resident_size,
        .pti_total_user = host->user_ns,
        .pti_total_system = host->system_ns,
        .pti_threads_user = host->user_ns,
        .pti_threads_system = host->system_ns,
        .pti_policy = 1, /* timeshare */
        .pti_faults = (int32_t)(host->minor_faults + host->major_faults),
        .pti_pageins = (int32_t)host->major_faults,
        .pti_csw = (int32_t)host->switches,
        .pti_threadnum = (int32_t)host->n_threads,
        .pti_numrunning = (int32_t)host_process_running(host->pid),
        .pti_priority = s->machd.priority,
    };
}

static void fill_ids(const struct subject *s, struct proc_uniqidentifierinfo *info)
{
    *info = (struct proc_uniqidentifierinfo){
        .p_uniqueid = s->machd.unique_id,
        .p_puniqueid = s->machd.parent_unique_id,
        .p_idversion = (int32_t)s->machd.pid_version,
        .p_orig_ppidversion = (int32_t)s->machd.parent_pid_version,
    };
}

/* ---- threads ---- */

/* Calls for every thread until `take` returns false. 0, or an error number. */
static int each_thread(pid_t pid, bool (*take)(const struct process_thread *thread, void *context),
                       void *context)
{
    struct process_thread threads[THREADS_AT_ONCE];
    uint32_t done = 0, n = 0, all = 0;
    int error = 0;
    do {
        if (process_threads(pid, done, &error, threads, THREADS_AT_ONCE, &n, &all) != KERN_SUCCESS ||
            error != 0)
            return ESRCH;
        for (uint32_t i = 0; i < n; i++)
            if (!take(&threads[i], context))
                return 0;
        done += n;
    } while (n > 0 && done < all);
    return 0;
}

struct thread_list {
    uint64_t *ids;
    size_t n, room;
};

static bool add_thread(const struct process_thread *thread, void *context)
{
    struct thread_list *list = context;
    if (list->n == list->room)
        return false;
    list->ids[list->n++] = thread->thread_id;
    return true;
}

static int list_threads(const struct subject *s, void *buffer, int size)
{
    struct thread_list list = { .ids = buffer, .room = (size_t)size / sizeof(uint64_t) };
    int error = each_thread(s->host.pid, add_thread, &list);
    return error != 0 ? fail(error) : (int)(list.n * sizeof(uint64_t));
}

struct thread_search {
    uint64_t id;
    struct process_thread found;
    bool is_found;
};

static bool match_thread(const struct process_thread *thread, void *context)
{
    struct thread_search *search = context;
    search->is_found = thread->thread_id == search->id;
    search->found = *thread;
    return !search->is_found;
}

static int thread_info_of(const struct subject *s, uint64_t id, void *buffer)
{
    struct proc_threadinfo *info = buffer;
    struct thread_search search = { .id = id };
    struct host_process host;
    int error = each_thread(s->host.pid, match_thread, &search);
    if (error != 0 || !search.is_found || !host_process_read(s->host.pid, search.found.tid, &host))
        return fail(ESRCH);
    *info = (struct proc_threadinfo){
        .pth_user_time = host.user_ns,
        .pth_system_time = host.system_ns,
        .pth_policy = 1,
        .pth_run_state = (int32_t)search.found.run_state,
        .pth_curpri = search.found.current,
        .pth_priority = search.found.base,
        .pth_maxpriority = search.found.max,
    };
    snprintf(info->pth_name, sizeof info->pth_name, "%s", host.command);
    return sizeof *info;
}

/* ---- descriptors, paths, ends ---- */

static int list_descriptors(const struct subject *s, struct proc_fdinfo *list, int size)
{
    char path[64], target[256];
    int n = 0, room = size / (int)sizeof *list;
    snprintf(path, sizeof path, "/proc/%d/fd", s->host.pid);
    DIR *directory = opendir(path);
    if (directory == NULL)
        return fail(EPERM);
    for (struct dirent *entry; n < room && (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        ssize_t length = readlinkat(dirfd(directory), entry->d_name, target, sizeof target - 1);
        target[length > 0 ? length : 0] = '\0';
        list[n++] =
            (struct proc_fdinfo){ .proc_fd = atoi(entry->d_name), .proc_fdtype = proc_kind_of_file(target) };
    }
    closedir(directory);
    return n * (int)sizeof *list;
}

static int path_of(const struct subject *s, char *buffer, int size)
{
    char link[64], path[PROC_PIDPATHINFO_MAXSIZE];
    if (size > PROC_PIDPATHINFO_MAXSIZE)
        return fail(EOVERFLOW);
    snprintf(link, sizeof link, "/proc/%d/exe", s->host.pid);
    ssize_t length = readlink(link, path, sizeof path);
    if (length < 0)
        return fail(errno == EACCES ? EPERM : ESRCH);
    if (length > size)
        return fail(ENOMEM);
    memcpy(buffer, path, (size_t)length);
    if (length < size)
        buffer[length] = '\0';
    return (int)length;
}

static int end_of(const struct subject *s, void *buffer)
{
    if (s->host.parent != getpid())
        return fail(EACCES);
    uint32_t status = exit_status_of(s);
    memcpy(buffer, &status, sizeof status);
    return sizeof status;
}

static int region_of(const struct subject *s, uint64_t address, void *buffer, size_t size)
{
    struct proc_regionwithpathinfo info;
    if (!proc_region(s->host.pid, address, &info))
        return 0;
    memcpy(buffer, &info, size); /* it begins with what PIDREGIONINFO tells */
    return (int)size;
}

/* ---- proc_pidinfo ---- */

/* How large the buffer must be at least; 0: no flavor that is built. */
static size_t least_size(int flavor)
{
    switch (flavor) {
    case PROC_PIDLISTFDS: return PROC_PIDLISTFDS_SIZE;
    case PROC_PIDTASKALLINFO: return PROC_PIDTASKALLINFO_SIZE;
    case PROC_PIDTBSDINFO: return PROC_PIDTBSDINFO_SIZE;
    case PROC_PIDTASKINFO: return PROC_PIDTASKINFO_SIZE;
    case PROC_PIDTHREADINFO: return PROC_PIDTHREADINFO_SIZE;
    case PROC_PIDLISTTHREADS: return PROC_PIDLISTTHREADS_SIZE;
    case PROC_PIDREGIONINFO: return PROC_PIDREGIONINFO_SIZE;
    case PROC_PIDREGIONPATHINFO: return PROC_PIDREGIONPATHINFO_SIZE;
    case PROC_PIDVNODEPATHINFO: return PROC_PIDVNODEPATHINFO_SIZE;
    case PROC_PIDPLATFORMINFO: return PROC_PIDPLATFORMINFO_SIZE;
    case PROC_PIDPATHINFO: return 1;
    case PROC_PIDT_SHORTBSDINFO: return PROC_PIDT_SHORTBSDINFO_SIZE;
    case PROC_PIDTHREADID64INFO: return PROC_PIDTHREADID64INFO_SIZE;
    case PROC_PIDUNIQIDENTIFIERINFO: return PROC_PIDUNIQIDENTIFIERINFO_SIZE;
    case PROC_PIDT_BSDINFOWITHUNIQID: return PROC_PIDT_BSDINFOWITHUNIQID_SIZE;
    case PROC_PIDCOALITIONINFO: return PROC_PIDCOALITIONINFO_SIZE;
    case PROC_PIDNOTEEXIT: return PROC_PIDNOTEEXIT_SIZE;
    case PROC_PIDLISTTHREADIDS: return PROC_PIDLISTTHREADIDS_SIZE;
    case PROC_PIDIPCTABLEINFO: return PROC_PIDIPCTABLEINFO_SIZE;
    }
    return 0;
}

static int how_to_look(int flavor, uint64_t arg)
{
    switch (flavor) {
    case PROC_PIDTBSDINFO:
    case PROC_PIDT_BSDINFOWITHUNIQID: return arg != 0 ? SEES_ZOMBIES : 0;
    case PROC_PIDT_SHORTBSDINFO:
    case PROC_PIDUNIQIDENTIFIERINFO: return FOR_ANYBODY | (arg != 0 ? SEES_ZOMBIES : 0);
    case PROC_PIDPLATFORMINFO:
    case PROC_PIDNOTEEXIT: return FOR_ANYBODY | SEES_ZOMBIES;
    case PROC_PIDPATHINFO:
    case PROC_PIDCOALITIONINFO: return FOR_ANYBODY;
    }
    return 0;
}

/* The structures that are filled in one piece. */
static void fill(const struct subject *s, int flavor, void *buffer)
{
    struct proc_taskallinfo *all = buffer;
    struct proc_bsdinfowithuniqid *with_ids = buffer;
    switch (flavor) {
    case PROC_PIDTASKALLINFO: fill_bsd(s, &all->pbsd), fill_task(s, &all->ptinfo); break;
    case PROC_PIDTBSDINFO: fill_bsd(s, buffer); break;
    case PROC_PIDTASKINFO: fill_task(s, buffer); break;
    case PROC_PIDT_SHORTBSDINFO: fill_short(s, buffer); break;
    case PROC_PIDUNIQIDENTIFIERINFO: fill_ids(s, buffer); break;
    case PROC_PIDT_BSDINFOWITHUNIQID:
        fill_bsd(s, &with_ids->pbsd), fill_ids(s, &with_ids->p_uniqidentifier);
        break;
    case PROC_PIDCOALITIONINFO:
        *(struct proc_pidcoalitioninfo *)buffer = (struct proc_pidcoalitioninfo){
            .coalition_id = { s->machd.coalition[0], s->machd.coalition[1] },
        };
        break;
    case PROC_PIDPLATFORMINFO: *(uint32_t *)buffer = PLATFORM_MACOS; break;
    case PROC_PIDIPCTABLEINFO:
        *(struct proc_ipctableinfo *)buffer = (struct proc_ipctableinfo){
            .table_size = s->machd.names,
            .table_free = s->machd.free_names,
        };
        break;
    }
}

int proc_pidinfo(int pid, int flavor, uint64_t arg, void *buffer, int size)
{
    struct subject subject;
    size_t least = least_size(flavor);
    if (least == 0)
        return fail(flavor >= PROC_PIDLISTFDS && flavor <= PROC_PIDIPCTABLEINFO ? ENOTSUP : EINVAL);
    if (buffer == NULL || size < 0 || (size_t)size < least)
        return fail(ENOMEM);
    int error = look(pid, how_to_look(flavor, arg), &subject);
    if (error != 0)
        return fail(error);
    switch (flavor) {
    case PROC_PIDLISTFDS: return list_descriptors(&subject, buffer, size);
    case PROC_PIDTHREADINFO:
    case PROC_PIDTHREADID64INFO: return thread_info_of(&subject, arg, buffer);
    case PROC_PIDLISTTHREADS:
    case PROC_PIDLISTTHREADIDS: return list_threads(&subject, buffer, size);
    case PROC_PIDPATHINFO: return path_of(&subject, buffer, size);
    case PROC_PIDREGIONINFO:
    case PROC_PIDREGIONPATHINFO: return region_of(&subject, arg, buffer, least);
    case PROC_PIDVNODEPATHINFO: return proc_directories(subject.host.pid, buffer) ? (int)least : 0;
    case PROC_PIDNOTEEXIT: return end_of(&subject, buffer);
    }
    fill(&subject, flavor, buffer);
    return (int)least;
}

int proc_name(int pid, void *buffer, uint32_t size)
{
    struct proc_bsdinfo info;
    if (size < sizeof info.pbi_name)
        return fail(ENOMEM);
    if (proc_pidinfo(pid, PROC_PIDTBSDINFO, 0, &info, sizeof info) != sizeof info)
        return 0;
    size_t length = strnlen(info.pbi_name, sizeof info.pbi_name);
    memcpy(buffer, info.pbi_name, length);
    if (length < size)
        ((char *)buffer)[length] = '\0';
    return (int)length;
}

int proc_pidpath(int pid, void *buffer, uint32_t size)
{
    return proc_pidinfo(pid, PROC_PIDPATHINFO, 0, buffer, size > INT32_MAX ? INT32_MAX : (int)size);
}

int proc_pidpath_audittoken(audit_token_t *token, void *buffer, uint32_t size)
{
    enum { TOKEN_PID = 5, TOKEN_VERSION = 7 };
    struct proc_uniqidentifierinfo ids;
    int pid = (int)token->val[TOKEN_PID];
    if (proc_pidinfo(pid, PROC_PIDUNIQIDENTIFIERINFO, 0, &ids, sizeof ids) != sizeof ids)
        return 0;
    return (uint32_t)ids.p_idversion == token->val[TOKEN_VERSION] ? proc_pidpath(pid, buffer, size)
                                                                  : fail(ESRCH);
}

int proc_regionfilename(int pid, uint64_t address, void *buffer, uint32_t size)
{
    struct proc_regionwithpathinfo info;
    if (proc_pidinfo(pid, PROC_PIDREGIONPATHINFO, address, &info, sizeof info) != sizeof info)
        return 0;
    size_t length = strnlen(info.prp_vip.vip_path, sizeof info.prp_vip.vip_path);
    if (length > size)
        return fail(ENOMEM);
    memcpy(buffer, info.prp_vip.vip_path, length);
    if (length < size)
        ((char *)buffer)[length] = '\0';
    return (int)length;
}

int proc_libversion(int *major, int *minor)
{
    *major = 1;
    *minor = 1;
    return 0;
}

int proc_setpcontrol(int control)
{
    int error = 0;
    if (control < PROC_SETPC_NONE || control > PROC_SETPC_TERMINATE)
        error = EINVAL;
    else if (process_set(PROCESS_SET_STARVATION, (uint64_t)control, &error, NULL) != KERN_SUCCESS)
        error = ENOTSUP;
    errno = error != 0 ? error : errno;
    return error != 0 ? -1 : 0;
}

/* ---- rusage ---- */

int proc_pid_rusage(int pid, int flavor, rusage_info_t *buffer)
{
    static const size_t sizes[] = {
        sizeof(struct rusage_info_v0), sizeof(struct rusage_info_v1), sizeof(struct rusage_info_v2),
        sizeof(struct rusage_info_v3), sizeof(struct rusage_info_v4), sizeof(struct rusage_info_v5),
        sizeof(struct rusage_info_v6),
    };
    struct subject subject;
    int error =
        flavor < RUSAGE_INFO_V0 || flavor > RUSAGE_INFO_CURRENT ? EINVAL : look(pid, SEES_ZOMBIES, &subject);
    if (error != 0) {
        errno = error;
        return -1;
    }
    const struct host_process *host = &subject.host;
    struct rusage_info_v6 info = {
        .ri_user_time = host->user_ns,
        .ri_system_time = host->system_ns,
        .ri_pageins = host->major_faults,
        .ri_resident_size = host->resident_size,
        .ri_phys_footprint = host->resident_size,
        .ri_proc_start_abstime = host->start_ns,
        .ri_child_user_time = host->child_user_ns,
        .ri_child_system_time = host->child_system_ns,
    };
    memcpy(buffer, &info, sizes[flavor]);
    return 0;
}
