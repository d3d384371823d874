/* SPDX-License-Identifier: Apache-2.0 */
/* <mach_debug/zone_info.h> - the kernel's zones of memory, as types: machd has none, and the calls for them are not built */
#ifndef _MACHD_MACH_DEBUG_ZONE_INFO_H_
#define _MACHD_MACH_DEBUG_ZONE_INFO_H_

#include <stdint.h>
#include <mach/machine/vm_types.h>

#define ZONE_NAME_MAX_LEN 80
#define MACH_ZONE_NAME_MAX_LEN 80
#define MACH_MEMORY_INFO_NAME_MAX_LEN 80

typedef struct zone_name {
    char zn_name[ZONE_NAME_MAX_LEN];
} zone_name_t;
typedef zone_name_t *zone_name_array_t;

typedef struct zone_info {
    integer_t zi_count;
    vm_size_t zi_cur_size;
    vm_size_t zi_max_size;
    vm_size_t zi_elem_size;
    vm_size_t zi_alloc_size;
    integer_t zi_pageable;
    integer_t zi_sleepable;
    integer_t zi_exhaustible;
    integer_t zi_collectable;
} zone_info_t;
typedef zone_info_t *zone_info_array_t;

typedef struct mach_zone_name {
    char mzn_name[MACH_ZONE_NAME_MAX_LEN];
} mach_zone_name_t;
typedef mach_zone_name_t *mach_zone_name_array_t;

typedef struct mach_zone_info_data {
    uint64_t mzi_count;
    uint64_t mzi_cur_size;
    uint64_t mzi_max_size;
    uint64_t mzi_elem_size;
    uint64_t mzi_alloc_size;
    uint64_t mzi_sum_size;
    uint64_t mzi_exhaustible;
    uint64_t mzi_collectable;
} mach_zone_info_t;
typedef mach_zone_info_t *mach_zone_info_array_t;

typedef struct task_zone_info_data {
    uint64_t tzi_count;
    uint64_t tzi_cur_size;
    uint64_t tzi_max_size;
    uint64_t tzi_elem_size;
    uint64_t tzi_alloc_size;
    uint64_t tzi_sum_size;
    uint64_t tzi_exhaustible;
    uint64_t tzi_collectable;
    uint64_t tzi_caller_acct;
    uint64_t tzi_task_alloc;
    uint64_t tzi_task_free;
} task_zone_info_t;
typedef task_zone_info_t *task_zone_info_array_t;

typedef struct mach_memory_info {
    uint64_t flags;
    uint64_t site;
    uint64_t size;
    uint64_t free;
    uint64_t largest;
    uint64_t collectable_bytes;
    uint64_t mapped;
    uint64_t peak;
    uint16_t tag;
    uint16_t zone;
    uint16_t _resvA[2];
    uint64_t _resvB[3];
    char name[MACH_MEMORY_INFO_NAME_MAX_LEN];
} mach_memory_info_t;
typedef mach_memory_info_t *mach_memory_info_array_t;

#endif /* _MACHD_MACH_DEBUG_ZONE_INFO_H_ */
