/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/proc_info.h> - what proc_pidinfo tells (F160 to F167, abi-system 9)
 *
 *    flavor                     size   for           what it fills
 *    PIDLISTFDS              8 each    same user     struct proc_fdinfo for each open descriptor
 *    PIDTASKALLINFO             232    same user     struct proc_taskallinfo
 *    PIDTBSDINFO                136    same user     struct proc_bsdinfo
 *    PIDTASKINFO                 96    same user     struct proc_taskinfo
 *    PIDTHREADINFO              112    same user     struct proc_threadinfo of the thread with the handle arg
 *    PIDTHREADID64INFO          112    same user     ... with the 64-bit id arg
 *    PIDLISTTHREADS          8 each    same user     handles of threads
 *    PIDLISTTHREADIDS        8 each    same user     64-bit ids of threads
 *    PIDPATHINFO             <= 4096   anybody       the path of the program
 *    PIDT_SHORTBSDINFO           64    anybody       struct proc_bsdshortinfo
 *    PIDUNIQIDENTIFIERINFO       56    anybody       struct proc_uniqidentifierinfo
 *    PIDT_BSDINFOWITHUNIQID     192    same user     struct proc_bsdinfowithuniqid
 *    PIDCOALITIONINFO            40    anybody       struct proc_pidcoalitioninfo
 *    PIDNOTEEXIT                  4    the parent    how a zombie ended, as wait tells it
 *    PIDIPCTABLEINFO              8    same user     struct proc_ipctableinfo
 *    PIDREGIONINFO               96    same user     struct proc_regioninfo of the region at or behind arg; EINVAL: none
 *    PIDREGIONPATHINFO         1272    same user     struct proc_regionwithpathinfo, likewise; no file: all of it 0
 *    PIDVNODEPATHINFO          2352    same user     struct proc_vnodepathinfo: the working directory, and the root directory if
 *                                                    it has one of its own
 *    PIDPLATFORMINFO              4    anybody       PLATFORM_MACOS (1)
 *
 * The others are not built (ENOTSUP). Of a process that machd does not know, ids of images and facts of Mach are 0.
 */
#ifndef _SYS_PROC_INFO_H
#define _SYS_PROC_INFO_H

#include <stdint.h>
#include <sys/cdefs.h>
#include <sys/types.h>
#include <sys/param.h>

#ifndef MAXCOMLEN
#define MAXCOMLEN 16
#endif
#ifndef MAXTHREADNAMESIZE
#define MAXTHREADNAMESIZE 64
#endif

/* ---- what proc_listpids lists ---- */

#define PROC_ALL_PIDS 1
#define PROC_PGRP_ONLY 2
#define PROC_TTY_ONLY 3
#define PROC_UID_ONLY 4  /* effective */
#define PROC_RUID_ONLY 5 /* real */
#define PROC_PPID_ONLY 6

/* ---- processes ---- */

#define PROC_FLAG_SYSTEM 0x1
#define PROC_FLAG_TRACED 0x2
#define PROC_FLAG_INEXIT 0x4
#define PROC_FLAG_PPWAIT 0x8
#define PROC_FLAG_LP64 0x10
#define PROC_FLAG_SLEADER 0x20
#define PROC_FLAG_CTTY 0x40
#define PROC_FLAG_CONTROLT 0x80
#define PROC_FLAG_THCWD 0x100
#define PROC_FLAG_PC_THROTTLE 0x200
#define PROC_FLAG_PC_SUSP 0x400
#define PROC_FLAG_PC_KILL 0x600
#define PROC_FLAG_PC_MASK 0x600
#define PROC_FLAG_PA_THROTTLE 0x800
#define PROC_FLAG_PA_SUSP 0x1000
#define PROC_FLAG_PSUGID 0x2000
#define PROC_FLAG_EXEC 0x4000
#define PROC_FLAG_DARWINBG 0x8000
#define PROC_FLAG_EXT_DARWINBG 0x10000
#define PROC_FLAG_IOS_APPLEDAEMON 0x20000
#define PROC_FLAG_DELAYIDLESLEEP 0x40000
#define PROC_FLAG_IOS_IMPPROMOTION 0x80000
#define PROC_FLAG_ADAPTIVE 0x100000
#define PROC_FLAG_ADAPTIVE_IMPORTANT 0x200000
#define PROC_FLAG_IMPORTANCE_DONOR 0x400000
#define PROC_FLAG_SUPPRESSED 0x800000
#define PROC_FLAG_APPLICATION 0x1000000

/* pbi_status */
#define SIDL 1
#define SRUN 2
#define SSLEEP 3
#define SSTOP 4
#define SZOMB 5

struct proc_bsdinfo {
    uint32_t pbi_flags; /* PROC_FLAG_* */
    uint32_t pbi_status;
    uint32_t pbi_xstatus; /* of a zombie */
    uint32_t pbi_pid;
    uint32_t pbi_ppid;
    uid_t pbi_uid;
    gid_t pbi_gid;
    uid_t pbi_ruid;
    gid_t pbi_rgid;
    uid_t pbi_svuid;
    gid_t pbi_svgid;
    uint32_t rfu_1;
    char pbi_comm[MAXCOMLEN];
    char pbi_name[2 * MAXCOMLEN];
    uint32_t pbi_nfiles;
    uint32_t pbi_pgid;
    uint32_t pbi_pjobc;
    uint32_t e_tdev;
    uint32_t e_tpgid;
    int32_t pbi_nice;
    uint64_t pbi_start_tvsec; /* since 1970 */
    uint64_t pbi_start_tvusec;
};

struct proc_bsdshortinfo {
    uint32_t pbsi_pid;
    uint32_t pbsi_ppid;
    uint32_t pbsi_pgid;
    uint32_t pbsi_status;
    char pbsi_comm[MAXCOMLEN];
    uint32_t pbsi_flags;
    uid_t pbsi_uid;
    gid_t pbsi_gid;
    uid_t pbsi_ruid;
    gid_t pbsi_rgid;
    uid_t pbsi_svuid;
    gid_t pbsi_svgid;
    uint32_t pbsi_rfu;
};

struct proc_taskinfo {
    uint64_t pti_virtual_size; /* bytes */
    uint64_t pti_resident_size;
    uint64_t pti_total_user; /* nanoseconds */
    uint64_t pti_total_system;
    uint64_t pti_threads_user; /* of the threads that live */
    uint64_t pti_threads_system;
    int32_t pti_policy;
    int32_t pti_faults;
    int32_t pti_pageins;
    int32_t pti_cow_faults;
    int32_t pti_messages_sent;
    int32_t pti_messages_received;
    int32_t pti_syscalls_mach;
    int32_t pti_syscalls_unix;
    int32_t pti_csw;
    int32_t pti_threadnum;
    int32_t pti_numrunning;
    int32_t pti_priority;
};

struct proc_taskallinfo {
    struct proc_bsdinfo pbsd;
    struct proc_taskinfo ptinfo;
};

struct proc_threadinfo {
    uint64_t pth_user_time; /* nanoseconds */
    uint64_t pth_system_time;
    int32_t pth_cpu_usage;
    int32_t pth_policy;
    int32_t pth_run_state; /* TH_STATE_* of <mach/thread_info.h> */
    int32_t pth_flags;
    int32_t pth_sleep_time;
    int32_t pth_curpri;
    int32_t pth_priority;
    int32_t pth_maxpriority;
    char pth_name[MAXTHREADNAMESIZE];
};

struct proc_workqueueinfo {
    uint32_t pwq_nthreads;
    uint32_t pwq_runthreads;
    uint32_t pwq_blockedthreads;
    uint32_t pwq_state;
};

struct proc_fdinfo {
    int32_t proc_fd;
    uint32_t proc_fdtype; /* PROX_FDTYPE_* */
};

/* Which image of which process: p_idversion changes with every exec, p_uniqueid never. */
struct proc_uniqidentifierinfo {
    uint8_t p_uuid[16];
    uint64_t p_uniqueid;
    uint64_t p_puniqueid; /* the parent's, at birth */
    int32_t p_idversion;
    int32_t p_orig_ppidversion;
    uint64_t p_reserve2;
    uint64_t p_reserve3;
};

struct proc_bsdinfowithuniqid {
    struct proc_bsdinfo pbsd;
    struct proc_uniqidentifierinfo p_uniqidentifier;
};

/* Times in seconds and nanoseconds; sizes in bytes, blocks of 512. */
struct vinfo_stat {
    uint32_t vst_dev;
    uint16_t vst_mode;
    uint16_t vst_nlink;
    uint64_t vst_ino;
    uid_t vst_uid;
    gid_t vst_gid;
    int64_t vst_atime;
    int64_t vst_atimensec;
    int64_t vst_mtime;
    int64_t vst_mtimensec;
    int64_t vst_ctime;
    int64_t vst_ctimensec;
    int64_t vst_birthtime; /* not known: 0 */
    int64_t vst_birthtimensec;
    off_t vst_size;
    int64_t vst_blocks;
    int32_t vst_blksize;
    uint32_t vst_flags;
    uint32_t vst_gen;
    uint32_t vst_rdev;
    int64_t vst_qspare[2];
};

/* vi_type */
#define VNON 0
#define VREG 1
#define VDIR 2
#define VBLK 3
#define VCHR 4
#define VLNK 5
#define VSOCK 6
#define VFIFO 7

struct vnode_info {
    struct vinfo_stat vi_stat;
    int vi_type;
    int vi_pad;
    struct {
        int32_t val[2];
    } vi_fsid; /* 0 */
};

struct vnode_info_path {
    struct vnode_info vip_vi;
    char vip_path[1024];
};

struct proc_vnodepathinfo {
    struct vnode_info_path pvi_cdir;
    struct vnode_info_path pvi_rdir;
};

/* ---- of descriptors (proc_pidfdinfo) ---- */

struct proc_fileinfo {
    uint32_t fi_openflags; /* 1: reads, 2: writes; O_NONBLOCK, O_APPEND */
    uint32_t fi_status;    /* PROC_FP_* */
    off_t fi_offset;
    int32_t fi_type; /* PROX_FDTYPE_* */
    uint32_t fi_guardflags;
};

#define PROC_FP_SHARED 1 /* not known: never set */
#define PROC_FP_CLEXEC 2
#define PROC_FP_GUARDED 4
#define PROC_FP_CLFORK 8

struct vnode_fdinfo {
    struct proc_fileinfo pfi;
    struct vnode_info pvi;
};

struct vnode_fdinfowithpath {
    struct proc_fileinfo pfi;
    struct vnode_info_path pvip;
};

/* Handles of both ends are the same, and no other pipe's. */
struct pipe_info {
    struct vinfo_stat pipe_stat;
    uint64_t pipe_handle;
    uint64_t pipe_peerhandle;
    int pipe_status;
    int rfu_1;
};

struct pipe_fdinfo {
    struct proc_fileinfo pfi;
    struct pipe_info pipeinfo;
};

struct kqueue_info {
    struct vinfo_stat kq_stat;
    uint32_t kq_state; /* 0 */
    uint32_t rfu_1;
};

struct kqueue_fdinfo {
    struct proc_fileinfo pfi;
    struct kqueue_info kqueueinfo;
};

#define PROC_PIDFDVNODEINFO 1
#define PROC_PIDFDVNODEINFO_SIZE (sizeof(struct vnode_fdinfo))
#define PROC_PIDFDVNODEPATHINFO 2
#define PROC_PIDFDVNODEPATHINFO_SIZE (sizeof(struct vnode_fdinfowithpath))
#define PROC_PIDFDSOCKETINFO 3
#define PROC_PIDFDPSEMINFO 4
#define PROC_PIDFDPSHMINFO 5
#define PROC_PIDFDPIPEINFO 6
#define PROC_PIDFDPIPEINFO_SIZE (sizeof(struct pipe_fdinfo))
#define PROC_PIDFDKQUEUEINFO 7
#define PROC_PIDFDKQUEUEINFO_SIZE (sizeof(struct kqueue_fdinfo))
#define PROC_PIDFDATALKINFO 8
#define PROC_PIDFDKQUEUE_EXTINFO 9
#define PROC_PIDFDCHANNELINFO 10

#define PROC_PIDFILEPORTVNODEPATHINFO 2
#define PROC_PIDFILEPORTVNODEPATHINFO_SIZE PROC_PIDFDVNODEPATHINFO_SIZE
#define PROC_PIDFILEPORTSOCKETINFO 3
#define PROC_PIDFILEPORTPSHMINFO 5
#define PROC_PIDFILEPORTPIPEINFO 6
#define PROC_PIDFILEPORTPIPEINFO_SIZE PROC_PIDFDPIPEINFO_SIZE

/* Pages are not counted: 0. */
struct proc_regioninfo {
    uint32_t pri_protection; /* VM_PROT_* */
    uint32_t pri_max_protection;
    uint32_t pri_inheritance; /* VM_INHERIT_* */
    uint32_t pri_flags;
    uint64_t pri_offset; /* in the file */
    uint32_t pri_behavior;
    uint32_t pri_user_wired_count;
    uint32_t pri_user_tag;
    uint32_t pri_pages_resident;
    uint32_t pri_pages_shared_now_private;
    uint32_t pri_pages_swapped_out;
    uint32_t pri_pages_dirtied;
    uint32_t pri_ref_count;
    uint32_t pri_shadow_depth;
    uint32_t pri_share_mode; /* SM_* */
    uint32_t pri_private_pages_resident;
    uint32_t pri_shared_pages_resident;
    uint32_t pri_obj_id;
    uint32_t pri_depth;
    uint64_t pri_address;
    uint64_t pri_size; /* bytes */
};

struct proc_regionwithpathinfo {
    struct proc_regioninfo prp_prinfo;
    struct vnode_info_path prp_vip;
};

struct proc_pidcoalitioninfo {
    uint64_t coalition_id[2]; /* resource, jetsam */
    uint64_t reserved1;
    uint64_t reserved2;
    uint64_t reserved3;
};

struct proc_ipctableinfo {
    uint32_t table_size;
    uint32_t table_free;
};

#define PROX_FDTYPE_ATALK 0
#define PROX_FDTYPE_VNODE 1
#define PROX_FDTYPE_SOCKET 2
#define PROX_FDTYPE_PSHM 3
#define PROX_FDTYPE_PSEM 4
#define PROX_FDTYPE_KQUEUE 5
#define PROX_FDTYPE_PIPE 6
#define PROX_FDTYPE_FSEVENTS 7
#define PROX_FDTYPE_NETPOLICY 9

#define WQ_EXCEEDED_CONSTRAINED_THREAD_LIMIT 0x1
#define WQ_EXCEEDED_TOTAL_THREAD_LIMIT 0x2
#define WQ_FLAGS_AVAILABLE 0x4
#define WQ_EXCEEDED_COOPERATIVE_THREAD_LIMIT 0x8
#define WQ_EXCEEDED_ACTIVE_CONSTRAINED_THREAD_LIMIT 0x10

/* What proc_setpcontrol sets. */
#define PROC_SETPC_NONE 0
#define PROC_SETPC_THROTTLEMEM 1
#define PROC_SETPC_SUSPEND 2
#define PROC_SETPC_TERMINATE 3

/* ---- flavors and their sizes ---- */

#define PROC_PIDLISTFDS 1
#define PROC_PIDLISTFDS_SIZE (sizeof(struct proc_fdinfo))
#define PROC_PIDTASKALLINFO 2
#define PROC_PIDTASKALLINFO_SIZE (sizeof(struct proc_taskallinfo))
#define PROC_PIDTBSDINFO 3
#define PROC_PIDTBSDINFO_SIZE (sizeof(struct proc_bsdinfo))
#define PROC_PIDTASKINFO 4
#define PROC_PIDTASKINFO_SIZE (sizeof(struct proc_taskinfo))
#define PROC_PIDTHREADINFO 5
#define PROC_PIDTHREADINFO_SIZE (sizeof(struct proc_threadinfo))
#define PROC_PIDLISTTHREADS 6
#define PROC_PIDREGIONINFO 7
#define PROC_PIDREGIONINFO_SIZE (sizeof(struct proc_regioninfo))
#define PROC_PIDREGIONPATHINFO 8
#define PROC_PIDREGIONPATHINFO_SIZE (sizeof(struct proc_regionwithpathinfo))
#define PROC_PIDVNODEPATHINFO 9
#define PROC_PIDVNODEPATHINFO_SIZE (sizeof(struct proc_vnodepathinfo))
#define PROC_PIDTHREADPATHINFO 10
#define PROC_PIDPATHINFO 11
#define PROC_PIDWORKQUEUEINFO 12
#define PROC_PIDWORKQUEUEINFO_SIZE (sizeof(struct proc_workqueueinfo))
#define PROC_PIDT_SHORTBSDINFO 13
#define PROC_PIDT_SHORTBSDINFO_SIZE (sizeof(struct proc_bsdshortinfo))
#define PROC_PIDLISTFILEPORTS 14
#define PROC_PIDTHREADID64INFO 15
#define PROC_PIDTHREADID64INFO_SIZE (sizeof(struct proc_threadinfo))
#define PROC_PID_RUSAGE 16
#define PROC_PIDUNIQIDENTIFIERINFO 17
#define PROC_PIDUNIQIDENTIFIERINFO_SIZE (sizeof(struct proc_uniqidentifierinfo))
#define PROC_PIDT_BSDINFOWITHUNIQID 18
#define PROC_PIDT_BSDINFOWITHUNIQID_SIZE (sizeof(struct proc_bsdinfowithuniqid))
#define PROC_PIDARCHINFO 19
#define PROC_PIDCOALITIONINFO 20
#define PROC_PIDCOALITIONINFO_SIZE (sizeof(struct proc_pidcoalitioninfo))
#define PROC_PIDNOTEEXIT 21
#define PROC_PIDREGIONPATHINFO2 22
#define PROC_PIDREGIONPATHINFO3 23
#define PROC_PIDEXITREASONINFO 24
#define PROC_PIDEXITREASONBASICINFO 25
#define PROC_PIDLISTUPTRS 26
#define PROC_PIDLISTDYNKQUEUES 27
#define PROC_PIDLISTTHREADIDS 28
#define PROC_PIDPLATFORMINFO 30
#define PROC_PIDPLATFORMINFO_SIZE (sizeof(uint32_t))
#define PROC_PIDREGIONPATH 31
#define PROC_PIDIPCTABLEINFO 32
#define PROC_PIDIPCTABLEINFO_SIZE (sizeof(struct proc_ipctableinfo))
#define PROC_PIDLISTTHREADS_SIZE (2 * sizeof(uint32_t))
#define PROC_PIDLISTTHREADIDS_SIZE (2 * sizeof(uint32_t))
#define PROC_PIDNOTEEXIT_SIZE (sizeof(uint32_t))
#define PROC_PIDPATHINFO_SIZE 1024
#define PROC_PIDPATHINFO_MAXSIZE 4096

#endif /* _SYS_PROC_INFO_H */
