/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/sysctl.h> - facts about the machine and the system, by name (abi-system 11.3)
 *
 *    int             hw.ncpu activecpu physicalcpu physicalcpu_max logicalcpu logicalcpu_max byteorder cputype cpusubtype
 *                    cpu64bit_capable
 *                    kern.maxproc maxprocperuid maxfiles argmax ngroups osrevision secure_kernel development
 *                    hv_vmm_present exc_resource_threads_enabled wq_max_threads wq_max_constrained_threads tfp.policy
 *    int64_t         hw.memsize pagesize cachelinesize tbfrequency
 *    string          hw.machine model targettype
 *                    kern.ostype osrelease version osversion osproductversion hostname bootargs
 *    struct timeval  kern.boottime
 *    struct kinfo_proc[]          kern.proc.all, and by numbers alone .pid .pgrp .session .tty .uid .ruid with one number more
 *    int argc, path, zeros up to a multiple of 8, strings
 *                    kern.procargs2, by numbers alone, with a pid: arguments, environment; EINVAL for another user's process
 *
 * An integer may be asked for with 4 or 8 bytes. kern.maxproc can be set, by root, to 1 to 32768 (else EINVAL), for all
 * processes under this machd; nothing else can: EPERM. Other names: ENOENT.
 */
#ifndef _SYS_SYSCTL_H_
#define _SYS_SYSCTL_H_

#include <stddef.h>
#include <sys/cdefs.h>
#include <sys/proc.h>
#include <sys/time.h>
#include <sys/types.h>

#define CTL_MAXNAME 12

#define CTL_KERN 1
#define CTL_VM 2
#define CTL_VFS 3
#define CTL_NET 4
#define CTL_DEBUG 5
#define CTL_HW 6
#define CTL_MACHDEP 7
#define CTL_USER 8

#define KERN_OSTYPE 1
#define KERN_OSRELEASE 2
#define KERN_OSREV 3
#define KERN_VERSION 4
#define KERN_MAXPROC 6
#define KERN_MAXFILES 7
#define KERN_ARGMAX 8
#define KERN_HOSTNAME 10
#define KERN_HOSTID 11
#define KERN_PROC 14
#define KERN_NGROUPS 18
#define KERN_BOOTTIME 21
#define KERN_PROCARGS2 49
#define KERN_USRSTACK64 59
#define KERN_PROCNAME 62
#define KERN_OSVERSION 65
#define KERN_SAFEBOOT 66

/* KERN_PROC, one of these, and what it is about: struct kinfo_proc for each process, zombies last */
#define KERN_PROC_ALL 0
#define KERN_PROC_PID 1
#define KERN_PROC_PGRP 2
#define KERN_PROC_SESSION 3
#define KERN_PROC_TTY 4
#define KERN_PROC_UID 5
#define KERN_PROC_RUID 6

#define WMESGLEN 7
#define COMAPT_MAXLOGNAME 12

/* Null and 0: what Linux does not tell, and addresses in the kernel. */
struct kinfo_proc {
    struct extern_proc kp_proc;
    struct eproc {
        void *e_paddr;
        void *e_sess;
        struct _pcred {
            char pc_lock[72];
            void *pc_ucred;
            uid_t p_ruid;
            uid_t p_svuid;
            gid_t p_rgid;
            gid_t p_svgid;
            int p_refcnt;
        } e_pcred;
        struct _ucred {
            int32_t cr_ref;
            uid_t cr_uid;
            int16_t cr_ngroups;
            gid_t cr_groups[16]; /* the effective one alone */
        } e_ucred;
        struct {
            int32_t dummy;
            char *dummy2;
            int32_t dummy3[5];
            char *dummy4[3];
        } e_vm;
        pid_t e_ppid;
        pid_t e_pgid;
        int16_t e_jobc;
        int32_t e_tdev;
        pid_t e_tpgid;
        void *e_tsess;
        char e_wmesg[WMESGLEN + 1];
        int32_t e_xsize;
        int16_t e_xrssize;
        int16_t e_xccount;
        int16_t e_xswrss;
        int32_t e_flag;
        char e_login[COMAPT_MAXLOGNAME];
        int32_t e_spare[4];
    } kp_eproc;
};

#define HW_MACHINE 1
#define HW_MODEL 2
#define HW_NCPU 3
#define HW_BYTEORDER 4
#define HW_PHYSMEM 5
#define HW_USERMEM 6
#define HW_PAGESIZE 7
#define HW_CPU_FREQ 15
#define HW_CACHELINE 16
#define HW_MEMSIZE 24
#define HW_AVAILCPU 25

__BEGIN_DECLS

/*
 * *old_size: in, the room at old; out, the size of the value. old NULL asks for the size. -1 with errno
 *    ENOENT    no such name, or one that has no number
 *    ENOMEM    the room is too small; as much as fits is there
 *    EPERM     new is given, and it cannot be set, or not by who asks
 *    EINVAL    new is no value for it
 *    EINVAL    a name of more than CTL_MAXNAME numbers, or none
 */
int sysctl(int *name, u_int n_name, void *old, size_t *old_size, void *new_value, size_t new_size)
    __asm__("_mach_sysctl"); /* the C library once had one of its own */
int sysctlbyname(const char *name, void *old, size_t *old_size, void *new_value, size_t new_size);
int sysctlnametomib(const char *name, int *mib, size_t *n_mib);

__END_DECLS

#endif /* _SYS_SYSCTL_H_ */
