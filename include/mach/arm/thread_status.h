/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/arm/thread_status.h> - register states of arm64; counts are in 32-bit words (abi-system 2.5) */
#ifndef _MACH_ARM_THREAD_STATUS_H_
#define _MACH_ARM_THREAD_STATUS_H_

#include <stdint.h>
#include <mach/message.h>
#include <mach/machine/vm_types.h>
#include <mach/machine/thread_state.h>

#define THREAD_STATE_NONE 5
#define X86_THREAD_STATE_NONE 13
#define ARM_THREAD_STATE 1
#define ARM_UNIFIED_THREAD_STATE ARM_THREAD_STATE
#define ARM_VFP_STATE 2
#define ARM_EXCEPTION_STATE 3
#define ARM_DEBUG_STATE 4
#define ARM_THREAD_STATE64 6
#define ARM_EXCEPTION_STATE64 7
#define ARM_THREAD_STATE32 9
#define ARM_EXCEPTION_STATE64_V2 10
#define ARM_DEBUG_STATE32 14
#define ARM_DEBUG_STATE64 15
#define ARM_NEON_STATE 16
#define ARM_NEON_STATE64 17
#define ARM_CPMU_STATE64 18
#define ARM_PAGEIN_STATE 27
#define THREAD_STATE_FLAVORS 50

typedef struct arm_state_hdr {
    uint32_t flavor;
    uint32_t count;
} arm_state_hdr_t;

struct __darwin_arm_thread_state {
    uint32_t __r[13];
    uint32_t __sp;
    uint32_t __lr;
    uint32_t __pc;
    uint32_t __cpsr;
};
typedef struct __darwin_arm_thread_state arm_thread_state_t;
typedef struct __darwin_arm_thread_state arm_thread_state32_t;

struct __darwin_arm_thread_state64 {
    uint64_t __x[29];
    uint64_t __fp;
    uint64_t __lr;
    uint64_t __sp;
    uint64_t __pc;
    uint32_t __cpsr;
    uint32_t __pad;
};
typedef struct __darwin_arm_thread_state64 arm_thread_state64_t;

struct arm_unified_thread_state {
    arm_state_hdr_t ash;
    union {
        arm_thread_state32_t ts_32;
        arm_thread_state64_t ts_64;
    } uts;
};
#define ts_32 uts.ts_32
#define ts_64 uts.ts_64
typedef struct arm_unified_thread_state arm_unified_thread_state_t;

struct __darwin_arm_exception_state {
    uint32_t __exception;
    uint32_t __fsr;
    uint32_t __far;
};
typedef struct __darwin_arm_exception_state arm_exception_state_t;
typedef struct __darwin_arm_exception_state arm_exception_state32_t;

struct __darwin_arm_exception_state64 {
    uint64_t __far;
    uint32_t __esr;
    uint32_t __exception;
};
typedef struct __darwin_arm_exception_state64 arm_exception_state64_t;

struct __darwin_arm_exception_state64_v2 {
    uint64_t __far;
    uint64_t __esr;
};
typedef struct __darwin_arm_exception_state64_v2 arm_exception_state64_v2_t;

struct __darwin_arm_neon_state64 {
    __uint128_t __v[32];
    uint32_t __fpsr;
    uint32_t __fpcr;
};
typedef struct __darwin_arm_neon_state64 arm_neon_state64_t;

struct __darwin_arm_neon_state {
    __uint128_t __v[16];
    uint32_t __fpsr;
    uint32_t __fpcr;
};
typedef struct __darwin_arm_neon_state arm_neon_state_t;
typedef struct __darwin_arm_neon_state arm_neon_state32_t;

struct __darwin_arm_vfp_state {
    uint32_t __r[64];
    uint32_t __fpscr;
};
typedef struct __darwin_arm_vfp_state arm_vfp_state_t;

struct __darwin_arm_debug_state32 {
    uint32_t __bvr[16];
    uint32_t __bcr[16];
    uint32_t __wvr[16];
    uint32_t __wcr[16];
    uint64_t __mdscr_el1;
};
typedef struct __darwin_arm_debug_state32 arm_debug_state32_t;

struct __darwin_arm_debug_state64 {
    uint64_t __bvr[16];
    uint64_t __bcr[16];
    uint64_t __wvr[16];
    uint64_t __wcr[16];
    uint64_t __mdscr_el1;
};
typedef struct __darwin_arm_debug_state64 arm_debug_state64_t;

typedef int arm_pagein_state_t;

#define ARM_THREAD_STATE_COUNT ((mach_msg_type_number_t)(sizeof(arm_thread_state_t) / sizeof(uint32_t)))
#define ARM_THREAD_STATE32_COUNT ((mach_msg_type_number_t)(sizeof(arm_thread_state32_t) / sizeof(uint32_t)))
#define ARM_THREAD_STATE64_COUNT ((mach_msg_type_number_t)(sizeof(arm_thread_state64_t) / sizeof(uint32_t)))
#define ARM_UNIFIED_THREAD_STATE_COUNT \
    ((mach_msg_type_number_t)(sizeof(arm_unified_thread_state_t) / sizeof(uint32_t)))
#define ARM_VFP_STATE_COUNT ((mach_msg_type_number_t)(sizeof(arm_vfp_state_t) / sizeof(uint32_t)))
#define ARM_EXCEPTION_STATE_COUNT ((mach_msg_type_number_t)(sizeof(arm_exception_state_t) / sizeof(uint32_t)))
#define ARM_EXCEPTION_STATE64_COUNT \
    ((mach_msg_type_number_t)(sizeof(arm_exception_state64_t) / sizeof(uint32_t)))
#define ARM_EXCEPTION_STATE64_V2_COUNT \
    ((mach_msg_type_number_t)(sizeof(arm_exception_state64_v2_t) / sizeof(uint32_t)))
#define ARM_DEBUG_STATE32_COUNT ((mach_msg_type_number_t)(sizeof(arm_debug_state32_t) / sizeof(uint32_t)))
#define ARM_DEBUG_STATE64_COUNT ((mach_msg_type_number_t)(sizeof(arm_debug_state64_t) / sizeof(uint32_t)))
#define ARM_NEON_STATE_COUNT ((mach_msg_type_number_t)(sizeof(arm_neon_state_t) / sizeof(uint32_t)))
#define ARM_NEON_STATE64_COUNT ((mach_msg_type_number_t)(sizeof(arm_neon_state64_t) / sizeof(uint32_t)))
#define ARM_PAGEIN_STATE_COUNT ((mach_msg_type_number_t)(sizeof(arm_pagein_state_t) / sizeof(uint32_t)))

#define MACHINE_THREAD_STATE ARM_THREAD_STATE
#define MACHINE_THREAD_STATE_COUNT ARM_UNIFIED_THREAD_STATE_COUNT

/* Pointers in a state, as they would be with pointer authentication; there is none here. */
#define arm_thread_state64_get_pc(ts) ((uintptr_t)((ts).__pc))
#define arm_thread_state64_get_pc_fptr(ts) ((void *)(uintptr_t)((ts).__pc))
#define arm_thread_state64_set_pc_fptr(ts, fptr) ((ts).__pc = (uintptr_t)(fptr))
#define arm_thread_state64_set_pc_presigned_fptr(ts, fptr) ((ts).__pc = (uintptr_t)(fptr))
#define arm_thread_state64_get_lr(ts) ((uintptr_t)((ts).__lr))
#define arm_thread_state64_get_lr_fptr(ts) ((void *)(uintptr_t)((ts).__lr))
#define arm_thread_state64_set_lr_fptr(ts, fptr) ((ts).__lr = (uintptr_t)(fptr))
#define arm_thread_state64_set_lr_presigned_fptr(ts, fptr) ((ts).__lr = (uintptr_t)(fptr))
#define arm_thread_state64_get_sp(ts) ((uintptr_t)((ts).__sp))
#define arm_thread_state64_set_sp(ts, ptr) ((ts).__sp = (uintptr_t)(ptr))
#define arm_thread_state64_get_fp(ts) ((uintptr_t)((ts).__fp))
#define arm_thread_state64_set_fp(ts, ptr) ((ts).__fp = (uintptr_t)(ptr))
#define arm_thread_state64_ptrauth_strip(ts) ((void)(ts))

#endif /* _MACH_ARM_THREAD_STATUS_H_ */
