/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/_types/_rusage_info.h> - what proc_pid_rusage fills (abi-system 7)
 *
 * Each version begins with the one before it. Times are in nanoseconds, sizes in bytes.
 */
#ifndef _RUSAGE_INFO_H_
#define _RUSAGE_INFO_H_

#include <stdint.h>

typedef void *rusage_info_t;

#define RUSAGE_INFO_V0 0
#define RUSAGE_INFO_V1 1
#define RUSAGE_INFO_V2 2
#define RUSAGE_INFO_V3 3
#define RUSAGE_INFO_V4 4
#define RUSAGE_INFO_V5 5
#define RUSAGE_INFO_V6 6
#define RUSAGE_INFO_CURRENT RUSAGE_INFO_V6

#define __MACHD_RUSAGE_V0                                                                                             \
    uint8_t ri_uuid[16];                                                                                              \
    uint64_t ri_user_time;                                                                                            \
    uint64_t ri_system_time;                                                                                          \
    uint64_t ri_pkg_idle_wkups;                                                                                       \
    uint64_t ri_interrupt_wkups;                                                                                      \
    uint64_t ri_pageins;                                                                                              \
    uint64_t ri_wired_size;                                                                                           \
    uint64_t ri_resident_size;                                                                                        \
    uint64_t ri_phys_footprint;                                                                                       \
    uint64_t ri_proc_start_abstime;                                                                                   \
    uint64_t ri_proc_exit_abstime;

struct rusage_info_v0 {
    __MACHD_RUSAGE_V0
};

#define __MACHD_RUSAGE_V1                                                                                             \
    __MACHD_RUSAGE_V0                                                                                                 \
    uint64_t ri_child_user_time;                                                                                      \
    uint64_t ri_child_system_time;                                                                                    \
    uint64_t ri_child_pkg_idle_wkups;                                                                                 \
    uint64_t ri_child_interrupt_wkups;                                                                                \
    uint64_t ri_child_pageins;                                                                                        \
    uint64_t ri_child_elapsed_abstime;

struct rusage_info_v1 {
    __MACHD_RUSAGE_V1
};

#define __MACHD_RUSAGE_V2                                                                                             \
    __MACHD_RUSAGE_V1                                                                                                 \
    uint64_t ri_diskio_bytesread;                                                                                     \
    uint64_t ri_diskio_byteswritten;

struct rusage_info_v2 {
    __MACHD_RUSAGE_V2
};

#define __MACHD_RUSAGE_V3                                                                                             \
    __MACHD_RUSAGE_V2                                                                                                 \
    uint64_t ri_cpu_time_qos_default;                                                                                 \
    uint64_t ri_cpu_time_qos_maintenance;                                                                             \
    uint64_t ri_cpu_time_qos_background;                                                                              \
    uint64_t ri_cpu_time_qos_utility;                                                                                 \
    uint64_t ri_cpu_time_qos_legacy;                                                                                  \
    uint64_t ri_cpu_time_qos_user_initiated;                                                                          \
    uint64_t ri_cpu_time_qos_user_interactive;                                                                        \
    uint64_t ri_billed_system_time;                                                                                   \
    uint64_t ri_serviced_system_time;

struct rusage_info_v3 {
    __MACHD_RUSAGE_V3
};

#define __MACHD_RUSAGE_V4                                                                                             \
    __MACHD_RUSAGE_V3                                                                                                 \
    uint64_t ri_logical_writes;                                                                                       \
    uint64_t ri_lifetime_max_phys_footprint;                                                                          \
    uint64_t ri_instructions;                                                                                         \
    uint64_t ri_cycles;                                                                                               \
    uint64_t ri_billed_energy;                                                                                        \
    uint64_t ri_serviced_energy;                                                                                      \
    uint64_t ri_interval_max_phys_footprint;                                                                          \
    uint64_t ri_runnable_time;

struct rusage_info_v4 {
    __MACHD_RUSAGE_V4
};

#define __MACHD_RUSAGE_V5                                                                                             \
    __MACHD_RUSAGE_V4                                                                                                 \
    uint64_t ri_flags;

struct rusage_info_v5 {
    __MACHD_RUSAGE_V5
};

#define __MACHD_RUSAGE_V6                                                                                             \
    __MACHD_RUSAGE_V5                                                                                                 \
    uint64_t ri_reserved[20];

struct rusage_info_v6 {
    __MACHD_RUSAGE_V6
};

typedef struct rusage_info_v6 rusage_info_current;

#endif /* _RUSAGE_INFO_H_ */
