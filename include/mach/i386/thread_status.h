/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/i386/thread_status.h> - register states of x86-64; counts are in 32-bit words (abi-system 2.5) */
#ifndef _MACH_I386_THREAD_STATUS_H_
#define _MACH_I386_THREAD_STATUS_H_

#include <stdint.h>
#include <mach/message.h>
#include <mach/machine/vm_types.h>
#include <mach/machine/thread_state.h>

#define THREAD_STATE_NONE 13
#define x86_THREAD_STATE32 1
#define x86_FLOAT_STATE32 2
#define x86_EXCEPTION_STATE32 3
#define x86_THREAD_STATE64 4
#define x86_FLOAT_STATE64 5
#define x86_EXCEPTION_STATE64 6
#define x86_THREAD_STATE 7
#define x86_FLOAT_STATE 8
#define x86_EXCEPTION_STATE 9
#define x86_DEBUG_STATE32 10
#define x86_DEBUG_STATE64 11
#define x86_DEBUG_STATE 12
#define x86_AVX_STATE32 16
#define x86_AVX_STATE64 17
#define x86_AVX_STATE 18
#define x86_AVX512_STATE32 19
#define x86_AVX512_STATE64 20
#define x86_AVX512_STATE 21
#define x86_PAGEIN_STATE 22
#define x86_THREAD_FULL_STATE64 23
#define x86_INSTRUCTION_STATE 24
#define x86_LAST_BRANCH_STATE 25
#define THREAD_STATE_FLAVORS 26

#define i386_THREAD_STATE x86_THREAD_STATE32
#define i386_FLOAT_STATE x86_FLOAT_STATE32
#define i386_EXCEPTION_STATE x86_EXCEPTION_STATE32

typedef struct x86_state_hdr {
    uint32_t flavor;
    uint32_t count;
} x86_state_hdr_t;

struct __darwin_i386_thread_state {
    unsigned int __eax;
    unsigned int __ebx;
    unsigned int __ecx;
    unsigned int __edx;
    unsigned int __edi;
    unsigned int __esi;
    unsigned int __ebp;
    unsigned int __esp;
    unsigned int __ss;
    unsigned int __eflags;
    unsigned int __eip;
    unsigned int __cs;
    unsigned int __ds;
    unsigned int __es;
    unsigned int __fs;
    unsigned int __gs;
};
typedef struct __darwin_i386_thread_state x86_thread_state32_t;
#define x86_THREAD_STATE32_COUNT ((mach_msg_type_number_t)(sizeof(x86_thread_state32_t) / sizeof(int)))

struct __darwin_x86_thread_state64 {
    uint64_t __rax;
    uint64_t __rbx;
    uint64_t __rcx;
    uint64_t __rdx;
    uint64_t __rdi;
    uint64_t __rsi;
    uint64_t __rbp;
    uint64_t __rsp;
    uint64_t __r8;
    uint64_t __r9;
    uint64_t __r10;
    uint64_t __r11;
    uint64_t __r12;
    uint64_t __r13;
    uint64_t __r14;
    uint64_t __r15;
    uint64_t __rip;
    uint64_t __rflags;
    uint64_t __cs;
    uint64_t __fs;
    uint64_t __gs;
};
typedef struct __darwin_x86_thread_state64 x86_thread_state64_t;
#define x86_THREAD_STATE64_COUNT ((mach_msg_type_number_t)(sizeof(x86_thread_state64_t) / sizeof(int)))

struct __darwin_x86_thread_full_state64 {
    x86_thread_state64_t __ss64;
    uint64_t __ds;
    uint64_t __es;
    uint64_t __ss;
    uint64_t __gsbase;
};
typedef struct __darwin_x86_thread_full_state64 x86_thread_full_state64_t;
#define x86_THREAD_FULL_STATE64_COUNT \
    ((mach_msg_type_number_t)(sizeof(x86_thread_full_state64_t) / sizeof(int)))

struct x86_thread_state {
    x86_state_hdr_t tsh;
    union {
        x86_thread_state32_t ts32;
        x86_thread_state64_t ts64;
    } uts;
};
typedef struct x86_thread_state x86_thread_state_t;
#define x86_THREAD_STATE_COUNT ((mach_msg_type_number_t)(sizeof(x86_thread_state_t) / sizeof(int)))

struct __darwin_i386_exception_state {
    uint16_t __trapno;
    uint16_t __cpu;
    uint32_t __err;
    uint32_t __faultvaddr;
};
typedef struct __darwin_i386_exception_state x86_exception_state32_t;
#define x86_EXCEPTION_STATE32_COUNT ((mach_msg_type_number_t)(sizeof(x86_exception_state32_t) / sizeof(int)))

struct __darwin_x86_exception_state64 {
    uint16_t __trapno;
    uint16_t __cpu;
    uint32_t __err;
    uint64_t __faultvaddr;
};
typedef struct __darwin_x86_exception_state64 x86_exception_state64_t;
#define x86_EXCEPTION_STATE64_COUNT ((mach_msg_type_number_t)(sizeof(x86_exception_state64_t) / sizeof(int)))

struct x86_exception_state {
    x86_state_hdr_t esh;
    union {
        x86_exception_state32_t es32;
        x86_exception_state64_t es64;
    } ues;
};
typedef struct x86_exception_state x86_exception_state_t;
#define x86_EXCEPTION_STATE_COUNT ((mach_msg_type_number_t)(sizeof(x86_exception_state_t) / sizeof(int)))

struct __darwin_x86_debug_state32 {
    unsigned int __dr0;
    unsigned int __dr1;
    unsigned int __dr2;
    unsigned int __dr3;
    unsigned int __dr4;
    unsigned int __dr5;
    unsigned int __dr6;
    unsigned int __dr7;
};
typedef struct __darwin_x86_debug_state32 x86_debug_state32_t;
#define x86_DEBUG_STATE32_COUNT ((mach_msg_type_number_t)(sizeof(x86_debug_state32_t) / sizeof(int)))

struct __darwin_x86_debug_state64 {
    uint64_t __dr0;
    uint64_t __dr1;
    uint64_t __dr2;
    uint64_t __dr3;
    uint64_t __dr4;
    uint64_t __dr5;
    uint64_t __dr6;
    uint64_t __dr7;
};
typedef struct __darwin_x86_debug_state64 x86_debug_state64_t;
#define x86_DEBUG_STATE64_COUNT ((mach_msg_type_number_t)(sizeof(x86_debug_state64_t) / sizeof(int)))

struct x86_debug_state {
    x86_state_hdr_t dsh;
    union {
        x86_debug_state32_t ds32;
        x86_debug_state64_t ds64;
    } uds;
};
typedef struct x86_debug_state x86_debug_state_t;
#define x86_DEBUG_STATE_COUNT ((mach_msg_type_number_t)(sizeof(x86_debug_state_t) / sizeof(int)))

/* The floating-point states: from offset 8 to 519 they are the processor's 512-byte FXSAVE area. */
struct __darwin_fp_control {
    unsigned short __invalid : 1, __denorm : 1, __zdiv : 1, __ovrfl : 1, __undfl : 1, __precis : 1, : 2;
    unsigned short __pc : 2, __rc : 2, : 1, : 3;
};
struct __darwin_fp_status {
    unsigned short __invalid : 1, __denorm : 1, __zdiv : 1, __ovrfl : 1, __undfl : 1, __precis : 1;
    unsigned short __stkflt : 1, __errsumm : 1, __c0 : 1, __c1 : 1, __c2 : 1, __tos : 3, __c3 : 1, __busy : 1;
};
struct __darwin_mmst_reg {
    char __mmst_reg[10];
    char __mmst_rsrv[6];
};
struct __darwin_xmm_reg {
    char __xmm_reg[16];
};

struct __darwin_i386_float_state {
    int __fpu_reserved[2];
    struct __darwin_fp_control __fpu_fcw;
    struct __darwin_fp_status __fpu_fsw;
    uint8_t __fpu_ftw;
    uint8_t __fpu_rsrv1;
    uint16_t __fpu_fop;
    uint32_t __fpu_ip;
    uint16_t __fpu_cs;
    uint16_t __fpu_rsrv2;
    uint32_t __fpu_dp;
    uint16_t __fpu_ds;
    uint16_t __fpu_rsrv3;
    uint32_t __fpu_mxcsr;
    uint32_t __fpu_mxcsrmask;
    struct __darwin_mmst_reg __fpu_stmm0;
    struct __darwin_mmst_reg __fpu_stmm1;
    struct __darwin_mmst_reg __fpu_stmm2;
    struct __darwin_mmst_reg __fpu_stmm3;
    struct __darwin_mmst_reg __fpu_stmm4;
    struct __darwin_mmst_reg __fpu_stmm5;
    struct __darwin_mmst_reg __fpu_stmm6;
    struct __darwin_mmst_reg __fpu_stmm7;
    struct __darwin_xmm_reg __fpu_xmm0;
    struct __darwin_xmm_reg __fpu_xmm1;
    struct __darwin_xmm_reg __fpu_xmm2;
    struct __darwin_xmm_reg __fpu_xmm3;
    struct __darwin_xmm_reg __fpu_xmm4;
    struct __darwin_xmm_reg __fpu_xmm5;
    struct __darwin_xmm_reg __fpu_xmm6;
    struct __darwin_xmm_reg __fpu_xmm7;
    char __fpu_rsrv4[14 * 16];
    int __fpu_reserved1;
};
typedef struct __darwin_i386_float_state x86_float_state32_t;
#define x86_FLOAT_STATE32_COUNT ((mach_msg_type_number_t)(sizeof(x86_float_state32_t) / sizeof(int)))

struct __darwin_x86_float_state64 {
    int __fpu_reserved[2];
    struct __darwin_fp_control __fpu_fcw;
    struct __darwin_fp_status __fpu_fsw;
    uint8_t __fpu_ftw;
    uint8_t __fpu_rsrv1;
    uint16_t __fpu_fop;
    uint32_t __fpu_ip;
    uint16_t __fpu_cs;
    uint16_t __fpu_rsrv2;
    uint32_t __fpu_dp;
    uint16_t __fpu_ds;
    uint16_t __fpu_rsrv3;
    uint32_t __fpu_mxcsr;
    uint32_t __fpu_mxcsrmask;
    struct __darwin_mmst_reg __fpu_stmm0;
    struct __darwin_mmst_reg __fpu_stmm1;
    struct __darwin_mmst_reg __fpu_stmm2;
    struct __darwin_mmst_reg __fpu_stmm3;
    struct __darwin_mmst_reg __fpu_stmm4;
    struct __darwin_mmst_reg __fpu_stmm5;
    struct __darwin_mmst_reg __fpu_stmm6;
    struct __darwin_mmst_reg __fpu_stmm7;
    struct __darwin_xmm_reg __fpu_xmm0;
    struct __darwin_xmm_reg __fpu_xmm1;
    struct __darwin_xmm_reg __fpu_xmm2;
    struct __darwin_xmm_reg __fpu_xmm3;
    struct __darwin_xmm_reg __fpu_xmm4;
    struct __darwin_xmm_reg __fpu_xmm5;
    struct __darwin_xmm_reg __fpu_xmm6;
    struct __darwin_xmm_reg __fpu_xmm7;
    struct __darwin_xmm_reg __fpu_xmm8;
    struct __darwin_xmm_reg __fpu_xmm9;
    struct __darwin_xmm_reg __fpu_xmm10;
    struct __darwin_xmm_reg __fpu_xmm11;
    struct __darwin_xmm_reg __fpu_xmm12;
    struct __darwin_xmm_reg __fpu_xmm13;
    struct __darwin_xmm_reg __fpu_xmm14;
    struct __darwin_xmm_reg __fpu_xmm15;
    char __fpu_rsrv4[6 * 16];
    int __fpu_reserved1;
};
typedef struct __darwin_x86_float_state64 x86_float_state64_t;
#define x86_FLOAT_STATE64_COUNT ((mach_msg_type_number_t)(sizeof(x86_float_state64_t) / sizeof(int)))

struct x86_float_state {
    x86_state_hdr_t fsh;
    union {
        x86_float_state32_t fs32;
        x86_float_state64_t fs64;
    } ufs;
};
typedef struct x86_float_state x86_float_state_t;
#define x86_FLOAT_STATE_COUNT ((mach_msg_type_number_t)(sizeof(x86_float_state_t) / sizeof(int)))

struct __darwin_i386_avx_state {
    int __fpu_reserved[2];
    struct __darwin_fp_control __fpu_fcw;
    struct __darwin_fp_status __fpu_fsw;
    uint8_t __fpu_ftw;
    uint8_t __fpu_rsrv1;
    uint16_t __fpu_fop;
    uint32_t __fpu_ip;
    uint16_t __fpu_cs;
    uint16_t __fpu_rsrv2;
    uint32_t __fpu_dp;
    uint16_t __fpu_ds;
    uint16_t __fpu_rsrv3;
    uint32_t __fpu_mxcsr;
    uint32_t __fpu_mxcsrmask;
    struct __darwin_mmst_reg __fpu_stmm0;
    struct __darwin_mmst_reg __fpu_stmm1;
    struct __darwin_mmst_reg __fpu_stmm2;
    struct __darwin_mmst_reg __fpu_stmm3;
    struct __darwin_mmst_reg __fpu_stmm4;
    struct __darwin_mmst_reg __fpu_stmm5;
    struct __darwin_mmst_reg __fpu_stmm6;
    struct __darwin_mmst_reg __fpu_stmm7;
    struct __darwin_xmm_reg __fpu_xmm0;
    struct __darwin_xmm_reg __fpu_xmm1;
    struct __darwin_xmm_reg __fpu_xmm2;
    struct __darwin_xmm_reg __fpu_xmm3;
    struct __darwin_xmm_reg __fpu_xmm4;
    struct __darwin_xmm_reg __fpu_xmm5;
    struct __darwin_xmm_reg __fpu_xmm6;
    struct __darwin_xmm_reg __fpu_xmm7;
    char __fpu_rsrv4[14 * 16];
    int __fpu_reserved1;
    char __avx_reserved1[64];
    struct __darwin_xmm_reg __fpu_ymmh0;
    struct __darwin_xmm_reg __fpu_ymmh1;
    struct __darwin_xmm_reg __fpu_ymmh2;
    struct __darwin_xmm_reg __fpu_ymmh3;
    struct __darwin_xmm_reg __fpu_ymmh4;
    struct __darwin_xmm_reg __fpu_ymmh5;
    struct __darwin_xmm_reg __fpu_ymmh6;
    struct __darwin_xmm_reg __fpu_ymmh7;
};
typedef struct __darwin_i386_avx_state x86_avx_state32_t;
#define x86_AVX_STATE32_COUNT ((mach_msg_type_number_t)(sizeof(x86_avx_state32_t) / sizeof(int)))

struct __darwin_x86_avx_state64 {
    int __fpu_reserved[2];
    struct __darwin_fp_control __fpu_fcw;
    struct __darwin_fp_status __fpu_fsw;
    uint8_t __fpu_ftw;
    uint8_t __fpu_rsrv1;
    uint16_t __fpu_fop;
    uint32_t __fpu_ip;
    uint16_t __fpu_cs;
    uint16_t __fpu_rsrv2;
    uint32_t __fpu_dp;
    uint16_t __fpu_ds;
    uint16_t __fpu_rsrv3;
    uint32_t __fpu_mxcsr;
    uint32_t __fpu_mxcsrmask;
    struct __darwin_mmst_reg __fpu_stmm0;
    struct __darwin_mmst_reg __fpu_stmm1;
    struct __darwin_mmst_reg __fpu_stmm2;
    struct __darwin_mmst_reg __fpu_stmm3;
    struct __darwin_mmst_reg __fpu_stmm4;
    struct __darwin_mmst_reg __fpu_stmm5;
    struct __darwin_mmst_reg __fpu_stmm6;
    struct __darwin_mmst_reg __fpu_stmm7;
    struct __darwin_xmm_reg __fpu_xmm0;
    struct __darwin_xmm_reg __fpu_xmm1;
    struct __darwin_xmm_reg __fpu_xmm2;
    struct __darwin_xmm_reg __fpu_xmm3;
    struct __darwin_xmm_reg __fpu_xmm4;
    struct __darwin_xmm_reg __fpu_xmm5;
    struct __darwin_xmm_reg __fpu_xmm6;
    struct __darwin_xmm_reg __fpu_xmm7;
    struct __darwin_xmm_reg __fpu_xmm8;
    struct __darwin_xmm_reg __fpu_xmm9;
    struct __darwin_xmm_reg __fpu_xmm10;
    struct __darwin_xmm_reg __fpu_xmm11;
    struct __darwin_xmm_reg __fpu_xmm12;
    struct __darwin_xmm_reg __fpu_xmm13;
    struct __darwin_xmm_reg __fpu_xmm14;
    struct __darwin_xmm_reg __fpu_xmm15;
    char __fpu_rsrv4[6 * 16];
    int __fpu_reserved1;
    char __avx_reserved1[64];
    struct __darwin_xmm_reg __fpu_ymmh0;
    struct __darwin_xmm_reg __fpu_ymmh1;
    struct __darwin_xmm_reg __fpu_ymmh2;
    struct __darwin_xmm_reg __fpu_ymmh3;
    struct __darwin_xmm_reg __fpu_ymmh4;
    struct __darwin_xmm_reg __fpu_ymmh5;
    struct __darwin_xmm_reg __fpu_ymmh6;
    struct __darwin_xmm_reg __fpu_ymmh7;
    struct __darwin_xmm_reg __fpu_ymmh8;
    struct __darwin_xmm_reg __fpu_ymmh9;
    struct __darwin_xmm_reg __fpu_ymmh10;
    struct __darwin_xmm_reg __fpu_ymmh11;
    struct __darwin_xmm_reg __fpu_ymmh12;
    struct __darwin_xmm_reg __fpu_ymmh13;
    struct __darwin_xmm_reg __fpu_ymmh14;
    struct __darwin_xmm_reg __fpu_ymmh15;
};
typedef struct __darwin_x86_avx_state64 x86_avx_state64_t;
#define x86_AVX_STATE64_COUNT ((mach_msg_type_number_t)(sizeof(x86_avx_state64_t) / sizeof(int)))

struct x86_avx_state {
    x86_state_hdr_t ash;
    union {
        x86_avx_state32_t as32;
        x86_avx_state64_t as64;
    } ufs;
};
typedef struct x86_avx_state x86_avx_state_t;
#define x86_AVX_STATE_COUNT ((mach_msg_type_number_t)(sizeof(x86_avx_state_t) / sizeof(int)))

/* Of these states only the sizes, in 32-bit words. */
#define x86_AVX512_STATE32_COUNT ((mach_msg_type_number_t)259)
#define x86_AVX512_STATE64_COUNT ((mach_msg_type_number_t)611)
#define x86_AVX512_STATE_COUNT ((mach_msg_type_number_t)613)
#define x86_PAGEIN_STATE_COUNT ((mach_msg_type_number_t)1)

#define MACHINE_THREAD_STATE x86_THREAD_STATE
#define MACHINE_THREAD_STATE_COUNT x86_THREAD_STATE_COUNT

#endif /* _MACH_I386_THREAD_STATUS_H_ */
