/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/sysctl.h> - facts about the machine and the system, by name (abi-system 11.3)
 *
 *    int             hw.ncpu activecpu availcpu packages physicalcpu physicalcpu_max logicalcpu logicalcpu_max
 *                    byteorder cputype cpusubtype cpu64bit_capable optional.floatingpoint
 *                    machdep.cpu.core_count thread_count, vm.pagesize, sysctl.proc_native
 *                    kern.maxproc maxprocperuid maxfiles argmax ngroups osrevision secure_kernel development
 *                    maxfilesperproc posix1version job_control saved_ids safeboot hv_support hv_vmm_present
 *                    exc_resource_threads_enabled wq_max_threads wq_max_constrained_threads tfp.policy
 *    int64_t         hw.memsize physmem usermem pagesize cachelinesize l1icachesize l1dcachesize l2cachesize
 *                    l3cachesize tbfrequency
 *    string          hw.machine model targettype
 *                    kern.ostype osrelease version osversion osproductversion hostname bootargs bootsessionuuid
 *                    machdep.cpu.brand_string vendor
 *    struct clockinfo, loadavg, xsw_usage    kern.clockrate, vm.loadavg, vm.swapusage
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
#define KERN_MAXVNODES 5
#define KERN_MAXPROC 6
#define KERN_MAXFILES 7
#define KERN_ARGMAX 8
#define KERN_HOSTNAME 10
#define KERN_HOSTID 11
#define KERN_CLOCKRATE 12
#define KERN_PROC 14
#define KERN_POSIX1 17
#define KERN_NGROUPS 18
#define KERN_JOB_CONTROL 19
#define KERN_SAVED_IDS 20
#define KERN_BOOTTIME 21
#define KERN_MAXFILESPERPROC 29
#define KERN_MAXPROCPERUID 30
#define KERN_IPC 32
#define KERN_PROCARGS 38
#define KERN_PROCARGS2 49
#define KERN_COREFILE 50
#define KERN_COREDUMP 51
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
#define HW_EPOCH 10
#define HW_FLOATINGPT 11
#define HW_MACHINE_ARCH 12
#define HW_VECTORUNIT 13
#define HW_BUS_FREQ 14
#define HW_CPU_FREQ 15
#define HW_CACHELINE 16
#define HW_L1ICACHESIZE 17
#define HW_L1DCACHESIZE 18
#define HW_L2CACHESIZE 20
#define HW_L3CACHESIZE 22
#define HW_TB_FREQ 23
#define HW_MEMSIZE 24
#define HW_AVAILCPU 25

#define VM_METER 1
#define VM_LOADAVG 2
#define VM_SWAPUSAGE 5

struct clockinfo {
    int hz;   /* in which times are counted */
    int tick; /* microseconds of one */
    int tickadj;
    int stathz;
    int profhz;
};

typedef u_int32_t fixpt_t;
struct loadavg {
    fixpt_t ldavg[3]; /* of 1, 5 and 15 minutes, times fscale */
    long fscale;
};

struct xsw_usage {
    u_int64_t xsu_total; /* bytes */
    u_int64_t xsu_avail;
    u_int64_t xsu_used;
    u_int32_t xsu_pagesize;
    int xsu_encrypted;
};

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
