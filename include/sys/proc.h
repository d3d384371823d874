/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/proc.h> - a process as sysctl(CTL_KERN, KERN_PROC, ...) tells of it: the part of struct kinfo_proc that is about it
 *
 * What stands for addresses in the kernel is null here, and so is what Linux does not tell.
 */
#ifndef _SYS_PROC_H_
#define _SYS_PROC_H_

#include <stdint.h>
#include <sys/cdefs.h>
#include <sys/proc_info.h> /* SIDL and so on, MAXCOMLEN */
#include <sys/time.h>
#include <sys/types.h>

struct extern_proc {
    union {
        struct {
            void *__p_forw;
            void *__p_back;
        } p_st1;
        struct timeval __p_starttime;
    } p_un;
#define p_forw p_un.p_st1.__p_forw
#define p_back p_un.p_st1.__p_back
#define p_starttime p_un.__p_starttime
    void *p_vmspace;
    void *p_sigacts;
    int p_flag; /* P_* */
    char p_stat; /* SIDL to SZOMB */
    pid_t p_pid;
    pid_t p_oppid;
    int p_dupfd;
    char *user_stack;
    void *exit_thread;
    int p_debugger;
    int sigwait;
    uint32_t p_estcpu;
    int p_cpticks;
    uint32_t p_pctcpu;
    void *p_wchan;
    char *p_wmesg;
    uint32_t p_swtime;
    uint32_t p_slptime;
    struct itimerval p_realtimer;
    struct timeval p_rtime;
    uint64_t p_uticks;
    uint64_t p_sticks;
    uint64_t p_iticks;
    int p_traceflag;
    void *p_tracep;
    int p_siglist;
    void *p_textvp;
    int p_holdcnt;
    uint32_t p_sigmask; /* of sets of signals, the first 32 */
    uint32_t p_sigignore;
    uint32_t p_sigcatch;
    unsigned char p_priority;
    unsigned char p_usrpri;
    char p_nice;
    char p_comm[MAXCOMLEN + 1];
    void *p_pgrp;
    void *p_addr;
    uint16_t p_xstat; /* of a zombie, as wait tells it */
    uint16_t p_acflag;
    void *p_ru;
};

/* p_flag */
#define P_CONTROLT 0x00000002 /* has a controlling terminal */
#define P_LP64 0x00000004
#define P_PPWAIT 0x00000010 /* its parent waits for its exec */
#define P_SYSTEM 0x00000200
#define P_SUGID 0x00000100
#define P_TRACED 0x00000800
#define P_WEXIT 0x00002000
#define P_EXEC 0x00004000

__BEGIN_DECLS

/*
 * Tasks of processes, in weaker flavors than task_for_pid gives (abi-system 9, K109): the read or inspect port of one.
 * target_tport: any task's control port. 0, or -1 and errno: EPERM (pid 0, or not the caller's to have), EINVAL (no control
 * port), ESRCH, EACCES (its access port has died). *t is null then.
 */
int task_read_for_pid(unsigned int target_tport, int pid, unsigned int *t);
int task_inspect_for_pid(unsigned int target_tport, int pid, unsigned int *t);

/* The process stops, as by task_suspend, until pid_resume lets it go on; it is marked meanwhile, and task_resume does not take
 * the last stop off (K143). 0, or -1 and errno: ESRCH; EPERM: pid 0, not the caller's to have, marked already, or not marked;
 * EACCES: its access port has died. */
int pid_suspend(int pid);
int pid_resume(int pid);

__END_DECLS

#endif /* _SYS_PROC_H_ */
