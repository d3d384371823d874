/* SPDX-License-Identifier: Apache-2.0 */
/* tests/process/look.c - libproc: what it tells of ourselves, of children, of zombies, of strangers */
#include <errno.h>
#include <fcntl.h>
#include <libproc.h>
#include <pthread.h>
#include <signal.h>
#include <spawn_private.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/tasks/common.h"

static pid_t start_image(const char *word, const char *argument)
{
    char *image = getenv("IMAGE"), *argv[] = { image, (char *)word, (char *)argument, NULL };
    pid_t pid = 0;
    REQUIRE_EQ(posix_spawn(&pid, image, NULL, NULL, argv, NULL), 0);
    return pid;
}

static void end_image(pid_t pid)
{
    kill(pid, SIGKILL);
    CHECK_EQ(waitpid(pid, NULL, 0), pid);
}

/* A child that has ended and is not collected. */
static pid_t make_zombie(const char *status)
{
    siginfo_t info;
    pid_t pid = start_image("exit", status);
    REQUIRE_EQ(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    return pid;
}

static struct proc_bsdinfo bsd_of(int pid, uint64_t arg)
{
    struct proc_bsdinfo info = { 0 };
    CHECK_EQ(proc_pidinfo(pid, PROC_PIDTBSDINFO, arg, &info, sizeof info), sizeof info);
    return info;
}

static struct proc_uniqidentifierinfo ids_of(int pid)
{
    struct proc_uniqidentifierinfo info = { 0 };
    CHECK_EQ(proc_pidinfo(pid, PROC_PIDUNIQIDENTIFIERINFO, 1, &info, sizeof info), sizeof info);
    return info;
}

TEST(structures_of_libproc_have_their_sizes, "F161")
{
    CHECK_EQ(PROC_PIDTBSDINFO_SIZE, 136);
    CHECK_EQ(PROC_PIDTASKINFO_SIZE, 96);
    CHECK_EQ(PROC_PIDTASKALLINFO_SIZE, 232);
    CHECK_EQ(PROC_PIDTHREADINFO_SIZE, 112);
    CHECK_EQ(PROC_PIDT_SHORTBSDINFO_SIZE, 64);
    CHECK_EQ(PROC_PIDUNIQIDENTIFIERINFO_SIZE, 56);
    CHECK_EQ(PROC_PIDT_BSDINFOWITHUNIQID_SIZE, 192);
    CHECK_EQ(PROC_PIDCOALITIONINFO_SIZE, 40);
    CHECK_EQ(PROC_PIDIPCTABLEINFO_SIZE, 8);
    CHECK_EQ(PROC_PIDREGIONINFO_SIZE, 96);
    CHECK_EQ(PROC_PIDREGIONPATHINFO_SIZE, 1272);
    CHECK_EQ(PROC_PIDVNODEPATHINFO_SIZE, 2352);
    CHECK_EQ(offsetof(struct vnode_info_path, vip_path), 152);
    CHECK_EQ(offsetof(struct proc_bsdinfo, pbi_comm), 48);
    CHECK_EQ(offsetof(struct proc_bsdinfo, pbi_nfiles), 96);
    CHECK_EQ(offsetof(struct proc_bsdinfo, pbi_start_tvsec), 120);
    CHECK_EQ(sizeof(struct rusage_info_v0), 96);
    CHECK_EQ(sizeof(struct rusage_info_v2), 160);
    CHECK_EQ(sizeof(struct rusage_info_v3), 232);
    CHECK_EQ(sizeof(struct rusage_info_v4), 296);
    CHECK_EQ(sizeof(struct rusage_info_v6), 464);
}

TEST(a_process_sees_what_it_is, "F1 F7 F160 F161 F163")
{
    struct proc_bsdinfo info = bsd_of(getpid(), 0);
    struct proc_bsdshortinfo shorter;
    CHECK_EQ(info.pbi_pid, getpid());
    CHECK_EQ(info.pbi_ppid, getppid());
    CHECK_EQ(info.pbi_status, SRUN);
    CHECK_EQ(info.pbi_uid, geteuid());
    CHECK_EQ(info.pbi_pgid, getpgrp());
    CHECK_EQ(info.pbi_flags & PROC_FLAG_LP64, PROC_FLAG_LP64);
    CHECK_EQ(info.pbi_xstatus, 0);
    CHECK_LE(info.pbi_start_tvsec, (uint64_t)time(NULL) + 1);
    CHECK_GE(info.pbi_nfiles, 3);
    CHECK_EQ(strncmp(info.pbi_comm, "process_look", MAXCOMLEN), 0);
    CHECK_EQ(proc_pidinfo(getpid(), PROC_PIDT_SHORTBSDINFO, 0, &shorter, sizeof shorter), sizeof shorter);
    CHECK_EQ(shorter.pbsi_pid, getpid());
}

TEST(a_process_sees_what_it_uses, "F161")
{
    struct proc_taskallinfo all;
    struct proc_ipctableinfo names;
    CHECK_EQ(proc_pidinfo(getpid(), PROC_PIDTASKALLINFO, 0, &all, sizeof all), sizeof all);
    CHECK_EQ(all.pbsd.pbi_pid, getpid());
    CHECK_GT(all.ptinfo.pti_virtual_size, all.ptinfo.pti_resident_size);
    CHECK_GT(all.ptinfo.pti_resident_size, 0);
    CHECK_GE(all.ptinfo.pti_threadnum, 1);
    CHECK_GE(all.ptinfo.pti_numrunning, 1);
    CHECK_EQ(proc_pidinfo(getpid(), PROC_PIDIPCTABLEINFO, 0, &names, sizeof names), sizeof names);
    CHECK_GT(names.table_size, 0);
}

TEST(refusals_of_libproc_have_their_numbers, "F160")
{
    struct proc_bsdinfo info;
    errno = 0;
    CHECK_EQ(proc_pidinfo(getpid(), PROC_PIDTBSDINFO, 0, &info, sizeof info - 1), 0);
    CHECK_EQ(errno, ENOMEM);
    CHECK_EQ(proc_pidinfo(getpid(), 4711, 0, &info, sizeof info), 0);
    CHECK_EQ(errno, EINVAL);
    CHECK_EQ(proc_pidinfo(0x3fffffff, PROC_PIDTBSDINFO, 0, &info, sizeof info), 0);
    CHECK_EQ(errno, ESRCH);
    CHECK_EQ(proc_pidinfo(getpid(), PROC_PIDEXITREASONINFO, 0, &info, sizeof info), 0);
    CHECK_EQ(errno, ENOTSUP);
    CHECK_EQ(proc_pidinfo(getpid(), PROC_PIDPATHINFO, 0, &info, PROC_PIDPATHINFO_MAXSIZE + 1), 0);
    CHECK_EQ(errno, EOVERFLOW);
}

TEST(another_users_process_is_seen_in_part, "F160 F161")
{
    if (geteuid() != 0)
        SKIP("only root can become somebody else");
    pid_t child = fork();
    if (child == 0) {
        struct proc_bsdinfo info;
        struct proc_bsdshortinfo shorter;
        CHECK_EQ(seteuid(65534), 0);
        CHECK_EQ(proc_pidinfo(1, PROC_PIDTBSDINFO, 0, &info, sizeof info), 0);
        CHECK_EQ(errno, EPERM);
        CHECK_EQ(proc_pidinfo(1, PROC_PIDT_SHORTBSDINFO, 0, &shorter, sizeof shorter), sizeof shorter);
        CHECK_EQ(shorter.pbsi_uid, 0);
        _exit(0);
    }
    CHECK_EQ(waitpid(child, NULL, 0), child);
}

TEST(ids_of_processes_and_images_tell_them_apart, "F3 F4 F5 F14")
{
    struct proc_uniqidentifierinfo own = ids_of(getpid());
    pid_t first = start_image("wait", NULL), second = start_image("wait", NULL);
    struct proc_uniqidentifierinfo a = ids_of(first), b = ids_of(second);
    CHECK_GT(own.p_uniqueid, 0);
    CHECK_GT(a.p_uniqueid, own.p_uniqueid);
    CHECK_GT(b.p_uniqueid, a.p_uniqueid);
    CHECK_EQ(a.p_puniqueid, own.p_uniqueid);
    CHECK_NE(a.p_idversion, b.p_idversion);
    CHECK_EQ(bsd_of(first, 0).pbi_flags & PROC_FLAG_EXEC, PROC_FLAG_EXEC);
    end_image(first);
    end_image(second);
}

TEST(a_fork_child_has_not_called_exec, "F14")
{
    pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    CHECK_EQ(bsd_of(child, 0).pbi_flags & PROC_FLAG_EXEC, 0);
    end_image(child);
}

TEST(a_zombie_is_seen_by_who_asks_for_it, "F6 F9 F162")
{
    struct proc_bsdinfo info;
    uint32_t status = 0;
    pid_t child = make_zombie("3");
    CHECK_EQ(proc_pidinfo(child, PROC_PIDTBSDINFO, 0, &info, sizeof info), 0);
    CHECK_EQ(errno, ESRCH);
    info = bsd_of(child, 1);
    CHECK_EQ(info.pbi_status, SZOMB);
    CHECK_EQ(info.pbi_xstatus, 3 << 8);
    CHECK_EQ(proc_pidinfo(child, PROC_PIDNOTEEXIT, 0, &status, sizeof status), sizeof status);
    CHECK_EQ(status, 3 << 8);
    CHECK_EQ(proc_pidinfo(getppid(), PROC_PIDNOTEEXIT, 0, &status, sizeof status), 0);
    CHECK_EQ(errno, EACCES);
    CHECK_EQ(waitpid(child, NULL, 0), child);
    CHECK_EQ(proc_pidinfo(child, PROC_PIDTBSDINFO, 1, &info, sizeof info), 0);
    CHECK_EQ(errno, ESRCH);
}

/* Also by who is not its parent. */
static int look_at_zombie(pid_t pid)
{
    struct proc_bsdinfo info = bsd_of(pid, 1);
    CHECK_EQ(info.pbi_status, SZOMB);
    CHECK_EQ(info.pbi_xstatus, SIGKILL);
    return 0;
}

/* It does not link the library: nobody but Linux knows that it ran, and it may be over before its parent says so. */
TEST(a_program_that_ends_at_once_has_been_run, "F7 F14 F162")
{
    char *argv[] = { (char *)"true", NULL };
    for (int i = 0; i < 20; i++) {
        siginfo_t ended;
        pid_t pid = -1;
        REQUIRE_EQ(posix_spawn(&pid, "/bin/true", NULL, NULL, argv, NULL), 0);
        REQUIRE_EQ(waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT), 0);
        struct proc_bsdinfo info = bsd_of(pid, 1);
        CHECK_STR_EQ(info.pbi_comm, "true");
        CHECK_EQ(info.pbi_flags & PROC_FLAG_EXEC, PROC_FLAG_EXEC);
        CHECK_EQ(waitpid(pid, NULL, 0), pid);
    }
}

TEST(a_zombie_keeps_its_ids_its_name_and_how_it_ended, "F7 F9 F162")
{
    siginfo_t info;
    struct proc_bsdshortinfo shorter;
    struct proc_bsdinfowithuniqid with_ids;
    pid_t child = start_image("wait", NULL);
    struct proc_uniqidentifierinfo before = ids_of(child);
    kill(child, SIGKILL);
    REQUIRE_EQ(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
    CHECK_EQ(ids_of(child).p_uniqueid, before.p_uniqueid);
    CHECK_EQ(ids_of(child).p_puniqueid, before.p_puniqueid);
    CHECK_EQ(ids_of(child).p_idversion, before.p_idversion);
    CHECK_GT(before.p_uniqueid, 0);
    CHECK_EQ(proc_pidinfo(child, PROC_PIDT_SHORTBSDINFO, 1, &shorter, sizeof shorter), sizeof shorter);
    CHECK_EQ(shorter.pbsi_status, SZOMB);
    CHECK_EQ(strncmp(shorter.pbsi_comm, "image", MAXCOMLEN), 0);
    CHECK_EQ(proc_pidinfo(child, PROC_PIDT_BSDINFOWITHUNIQID, 1, &with_ids, sizeof with_ids), sizeof with_ids);
    CHECK_EQ(with_ids.pbsd.pbi_xstatus, SIGKILL);
    CHECK_EQ(with_ids.p_uniqidentifier.p_uniqueid, before.p_uniqueid);
    CHECK_EQ(proc_pidinfo(child, PROC_PIDUNIQIDENTIFIERINFO, 0, &before, sizeof before), 0);
    CHECK_EQ(errno, ESRCH);
    pid_t other = fork();
    REQUIRE_GE(other, 0);
    if (other == 0)
        _exit(look_at_zombie(child));
    CHECK_EQ(waitpid(other, NULL, 0), other);
    CHECK_EQ(waitpid(child, NULL, 0), child);
    CHECK_EQ(proc_pidinfo(child, PROC_PIDT_SHORTBSDINFO, 1, &shorter, sizeof shorter), 0);
    CHECK_EQ(errno, ESRCH);
}

TEST(a_stopped_process_is_seen_stopped, "F6 F161")
{
    int status;
    pid_t child = start_image("wait", NULL);
    kill(child, SIGSTOP);
    CHECK_EQ(waitpid(child, &status, WUNTRACED), child);
    CHECK_EQ(bsd_of(child, 0).pbi_status, SSTOP);
    end_image(child);
}

TEST(the_directories_of_a_process_are_told, "F161")
{
    struct proc_vnodepathinfo info;
    struct stat status;
    pid_t child = start_image("wait", NULL);
    char path[1024];
    REQUIRE(getcwd(path, sizeof path) != NULL);
    REQUIRE_EQ(stat(path, &status), 0);
    CHECK_EQ(proc_pidinfo(child, PROC_PIDVNODEPATHINFO, 0, &info, sizeof info), sizeof info);
    CHECK_STR_EQ(info.pvi_cdir.vip_path, path);
    CHECK_EQ(info.pvi_cdir.vip_vi.vi_type, VDIR);
    CHECK_EQ(info.pvi_cdir.vip_vi.vi_stat.vst_ino, status.st_ino);
    CHECK_EQ(info.pvi_cdir.vip_vi.vi_stat.vst_mode, status.st_mode);
    CHECK_STR_EQ(info.pvi_rdir.vip_path, "");
    end_image(child);
}

/* The memory of a process from its first region to its last. */
TEST(the_regions_of_a_process_are_told_one_after_another, "F161")
{
    struct proc_regionwithpathinfo info;
    char path[PROC_PIDPATHINFO_MAXSIZE], program[PROC_PIDPATHINFO_MAXSIZE];
    uint64_t address = 0;
    int n_program = 0, n = 0;
    CHECK_GT(proc_pidpath(getpid(), program, sizeof program), 0);
    while (proc_pidinfo(getpid(), PROC_PIDREGIONPATHINFO, address, &info, sizeof info) == sizeof info) {
        CHECK(info.prp_prinfo.pri_address >= address);
        CHECK_GT(info.prp_prinfo.pri_size, 0);
        address = info.prp_prinfo.pri_address + info.prp_prinfo.pri_size;
        n_program += strcmp(info.prp_vip.vip_path, program) == 0;
        n++;
    }
    CHECK_EQ(errno, EINVAL);
    CHECK_GT(n, 5);
    CHECK_GE(n_program, 2);
    CHECK_EQ(proc_pidinfo(getpid(), PROC_PIDREGIONINFO, (uint64_t)(uintptr_t)&info, &info,
                          sizeof info.prp_prinfo),
             sizeof info.prp_prinfo);
    CHECK_LE(info.prp_prinfo.pri_address, (uint64_t)(uintptr_t)&info);
    CHECK_EQ(info.prp_prinfo.pri_protection, VM_PROT_READ | VM_PROT_WRITE);
    CHECK_GT(proc_regionfilename(getpid(), (uint64_t)(uintptr_t)start_image, path, sizeof path), 0);
    CHECK_STR_EQ(path, program);
}

/* ---- sysctl ---- */

static struct kinfo_proc kinfo_of(pid_t pid)
{
    struct kinfo_proc info = { 0 };
    int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, pid };
    size_t size = sizeof info;
    CHECK_EQ(sysctl(name, 4, &info, &size, NULL, 0), 0);
    CHECK_EQ(size, sizeof info);
    return info;
}

TEST(sysctl_tells_of_a_process_what_libproc_tells, "")
{
    CHECK_EQ(sizeof(struct kinfo_proc), 648);
    CHECK_EQ(offsetof(struct kinfo_proc, kp_eproc), 296);
    CHECK_EQ(offsetof(struct extern_proc, p_comm), 243);
    struct kinfo_proc info = kinfo_of(getpid());
    CHECK_EQ(info.kp_proc.p_pid, getpid());
    CHECK_EQ(info.kp_eproc.e_ppid, getppid());
    CHECK_EQ(info.kp_eproc.e_pgid, getpgrp());
    CHECK_EQ(info.kp_eproc.e_ucred.cr_uid, geteuid());
    CHECK_EQ(info.kp_proc.p_flag & (P_TRACED | P_LP64), P_LP64);
    CHECK_EQ(info.kp_proc.p_stat, SRUN);
    CHECK_EQ(strncmp(info.kp_proc.p_comm, "process_look", MAXCOMLEN), 0);
    CHECK_EQ(info.kp_proc.p_starttime.tv_sec, bsd_of(getpid(), 0).pbi_start_tvsec);
    pid_t zombie = make_zombie("5");
    info = kinfo_of(zombie);
    CHECK_EQ(info.kp_proc.p_stat, SZOMB);
    CHECK_EQ(info.kp_proc.p_xstat, 5 << 8);
    CHECK_EQ(waitpid(zombie, NULL, 0), zombie);
    int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, zombie };
    size_t size = sizeof info;
    CHECK_EQ(sysctl(name, 4, &info, &size, NULL, 0), 0);
    CHECK_EQ(size, 0);
}

TEST(sysctl_lists_processes, "")
{
    int name[4];
    size_t size = 0, n = 4, room;
    pid_t child = start_image("wait", NULL);
    int name_of_group[] = { CTL_KERN, KERN_PROC, KERN_PROC_PGRP, getpgrp() };
    bool has_self = false, has_child = false;
    CHECK_EQ(sysctlnametomib("kern.proc.all", name, &n), 0);
    CHECK_EQ(n, 3);
    CHECK_EQ(sysctl(name, 3, NULL, &size, NULL, 0), 0);
    CHECK_GE(size, 7 * sizeof(struct kinfo_proc));
    struct kinfo_proc *list = malloc(room = size);
    CHECK_EQ(sysctl(name_of_group, 4, list, &size, NULL, 0), 0);
    for (n = 0; n < size / sizeof *list; n++) {
        CHECK_EQ(list[n].kp_eproc.e_pgid, getpgrp());
        has_self = has_self || list[n].kp_proc.p_pid == getpid();
        has_child = has_child || list[n].kp_proc.p_pid == child;
    }
    CHECK(has_self && has_child);
    size = sizeof *list;
    CHECK_EQ(sysctlbyname("kern.proc.all", list, &size, NULL, 0), -1);
    CHECK_EQ(errno, ENOMEM);
    CHECK_EQ(size, sizeof *list);
    name[2] = 99;
    CHECK_EQ(sysctl(name, 4, list, &room, NULL, 0), -1);
    CHECK_EQ(errno, EINVAL);
    free(list);
    end_image(child);
}

TEST(sysctl_tells_with_what_a_program_was_started, "")
{
    char text[65536], path[PROC_PIDPATHINFO_MAXSIZE];
    char *image = getenv("IMAGE"), *argv[] = { image, (char *)"wait", (char *)"an argument", NULL };
    char *variables[] = { (char *)"ONE=1", NULL };
    size_t size = sizeof text;
    int32_t argc = 0;
    pid_t child = 0;
    REQUIRE_EQ(posix_spawn(&child, image, NULL, NULL, argv, variables), 0);
    int name[] = { CTL_KERN, KERN_PROCARGS2, child };
    CHECK_EQ(sysctl(name, 3, text, &size, NULL, 0), 0);
    memcpy(&argc, text, sizeof argc);
    CHECK_EQ(argc, 3);
    const char *at = text + sizeof argc;
    CHECK_GT(proc_pidpath(child, path, sizeof path), 0);
    CHECK_STR_EQ(at, path);
    for (at += strlen(at); *at == '\0';)
        at++;
    CHECK_STR_EQ(at, image);
    CHECK_STR_EQ(at += strlen(at) + 1, "wait");
    CHECK_STR_EQ(at += strlen(at) + 1, "an argument");
    CHECK_STR_EQ(at += strlen(at) + 1, "ONE=1");
    end_image(child);
    CHECK_EQ(sysctl(name, 3, text, &size, NULL, 0), -1);
    CHECK_EQ(errno, EINVAL);
}

/* ---- threads ---- */

static void *be_a_thread(void *argument)
{
    pthread_setname_np("a look at this");
    mach_thread_self();
    pthread_barrier_wait(argument);
    pthread_barrier_wait(argument);
    return NULL;
}

TEST(threads_are_listed_and_looked_at_by_their_ids, "F81 F161")
{
    pthread_barrier_t barrier;
    pthread_t thread;
    uint64_t ids[16];
    struct proc_threadinfo info = { 0 };
    int n_named = 0;
    pthread_barrier_init(&barrier, NULL, 2);
    REQUIRE_EQ(pthread_create(&thread, NULL, be_a_thread, &barrier), 0);
    pthread_barrier_wait(&barrier);
    int size = proc_pidinfo(getpid(), PROC_PIDLISTTHREADIDS, 0, ids, sizeof ids);
    CHECK_GE(size, 2 * (int)sizeof ids[0]);
    for (int i = 0; i < size / (int)sizeof ids[0]; i++) {
        CHECK_EQ(proc_pidinfo(getpid(), PROC_PIDTHREADID64INFO, ids[i], &info, sizeof info), sizeof info);
        CHECK_EQ(info.pth_priority, 31);
        n_named += strcmp(info.pth_name, "a look at this") == 0;
    }
    CHECK_EQ(n_named, 1);
    CHECK_EQ(proc_pidinfo(getpid(), PROC_PIDTHREADID64INFO, 0x7fffffffffff, &info, sizeof info), 0);
    CHECK_EQ(errno, ESRCH);
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
}

/* ---- lists, paths, names ---- */

static bool is_among(pid_t pid, const pid_t *pids, int n)
{
    for (int i = 0; i < n; i++)
        if (pids[i] == pid)
            return true;
    return false;
}

TEST(processes_are_listed_by_what_they_have_in_common, "F164")
{
    static pid_t pids[40000];
    pid_t child = start_image("wait", NULL), zombie = make_zombie("0");
    CHECK_GE(proc_listpids(PROC_ALL_PIDS, 0, NULL, 0), 23 * (int)sizeof(pid_t));
    int n = proc_listallpids(pids, sizeof pids);
    CHECK(is_among(getpid(), pids, n));
    CHECK(is_among(child, pids, n));
    CHECK(is_among(zombie, pids, n));
    n = proc_listchildpids(getpid(), pids, sizeof pids);
    CHECK_EQ(n, 2);
    CHECK_EQ(pids[0], child);
    CHECK_EQ(pids[1], zombie);
    n = proc_listpgrppids(getpgrp(), pids, sizeof pids);
    CHECK(is_among(getpid(), pids, n));
    CHECK(!is_among(1, pids, n));
    n = proc_listpids(PROC_UID_ONLY, geteuid(), pids, sizeof pids) / (int)sizeof(pid_t);
    CHECK(is_among(getpid(), pids, n));
    CHECK_EQ(proc_listpids(PROC_ALL_PIDS, 0, pids, 3 * sizeof(pid_t)), 3 * (int)sizeof(pid_t));
    CHECK_EQ(proc_listpids(99, 0, pids, sizeof pids), -1);
    CHECK_EQ(waitpid(zombie, NULL, 0), zombie);
    end_image(child);
}

TEST(names_and_paths_are_those_of_the_image, "F7 F161 F164")
{
    char path[PROC_PIDPATHINFO_MAXSIZE], name[64];
    pid_t child = start_image("wait", NULL);
    int length = proc_pidpath(child, path, sizeof path);
    CHECK_EQ(length, (int)strlen(getenv("IMAGE")));
    CHECK_STR_EQ(path, getenv("IMAGE"));
    CHECK_EQ(proc_name(child, name, sizeof name), 5);
    CHECK_STR_EQ(name, "image");
    end_image(child);
}

TEST(a_token_of_an_earlier_image_finds_no_path, "F164 F175")
{
    char path[PROC_PIDPATHINFO_MAXSIZE];
    audit_token_t token;
    mach_msg_type_number_t count = TASK_AUDIT_TOKEN_COUNT;
    REQUIRE_EQ(task_info(SELF, TASK_AUDIT_TOKEN, (task_info_t)&token, &count), OK);
    CHECK_GT(proc_pidpath_audittoken(&token, path, sizeof path), 0);
    token.val[7]++;
    CHECK_EQ(proc_pidpath_audittoken(&token, path, sizeof path), 0);
    CHECK_EQ(errno, ESRCH);
}

TEST(descriptors_are_listed_with_their_kinds, "F161")
{
    struct proc_fdinfo list[1000];
    int ends[2], n_pipes = 0;
    REQUIRE_EQ(pipe(ends), 0);
    int size = proc_pidinfo(getpid(), PROC_PIDLISTFDS, 0, list, sizeof list);
    for (int i = 0; i < size / (int)sizeof list[0]; i++)
        n_pipes += (list[i].proc_fd == ends[0] || list[i].proc_fd == ends[1]) &&
                   list[i].proc_fdtype == PROX_FDTYPE_PIPE;
    CHECK_EQ(n_pipes, 2);
    close(ends[0]);
    close(ends[1]);
}

TEST(starvation_actions_are_kept_and_shown, "F115 F163 F166")
{
    CHECK_EQ(proc_setpcontrol(PROC_SETPC_SUSPEND), 0);
    CHECK_EQ(bsd_of(getpid(), 0).pbi_flags & PROC_FLAG_PC_MASK, PROC_FLAG_PC_SUSP);
    CHECK_EQ(proc_setpcontrol(PROC_SETPC_NONE), 0);
    CHECK_EQ(bsd_of(getpid(), 0).pbi_flags & PROC_FLAG_PC_MASK, 0);
    CHECK_EQ(proc_setpcontrol(4), -1);
    CHECK_EQ(errno, EINVAL);
}

TEST(usage_is_told_by_version, "F167")
{
    struct rusage_info_v4 info;
    memset(&info, 0xff, sizeof info);
    CHECK_EQ(proc_pid_rusage(getpid(), RUSAGE_INFO_V2, (rusage_info_t *)&info), 0);
    CHECK_GT(info.ri_resident_size, 0);
    CHECK_GT(info.ri_proc_start_abstime, 0);
    CHECK_EQ(info.ri_cpu_time_qos_default, UINT64_MAX);
    CHECK_EQ(proc_pid_rusage(getpid(), 99, (rusage_info_t *)&info), -1);
    CHECK_EQ(errno, EINVAL);
}
