/* SPDX-License-Identifier: Apache-2.0 */
#include "libmach/exception/context.h"

#include <asm/sigcontext.h>
#include <mach/exception_types.h>
#include <mach/kern_return.h>
#include <mach/thread_status.h>
#include <string.h>
#include <ucontext.h>

#include "libmach/exception/exception.h"

#define FLAGS_OF_USER 0xf0000000u
#define USER_END 0x1000000000000ull

enum { ALIGNMENT = 0x101, WATCHPOINT = 0x102, REGISTERS = 29 };

/* ---- reading ---- */

static arm_thread_state64_t thread_state(const mcontext_t *m)
{
    arm_thread_state64_t s = {
        .__fp = m->regs[29], .__lr = m->regs[30], .__sp = m->sp, .__pc = m->pc, .__cpsr = (uint32_t)m->pstate
    };
    for (int i = 0; i < REGISTERS; i++)
        s.__x[i] = m->regs[i];
    return s;
}

/* The records behind the registers, as far as the first of no size. */
static uint32_t syndrome(const mcontext_t *m)
{
    const uint8_t *at = (const uint8_t *)m->__reserved, *end = at + sizeof m->__reserved;
    while ((size_t)(end - at) >= sizeof(struct _aarch64_ctx)) {
        const struct _aarch64_ctx *record = (const struct _aarch64_ctx *)(const void *)at;
        if (record->magic == ESR_MAGIC)
            return (uint32_t)((const struct esr_context *)(const void *)at)->esr;
        if (record->size < sizeof *record || record->size > (size_t)(end - at))
            return 0;
        at += record->size;
    }
    return 0;
}

size_t context_states(const void *context, uint8_t *states)
{
    const mcontext_t *m = &((const ucontext_t *)context)->uc_mcontext;
    arm_thread_state64_t thread = thread_state(m);
    arm_exception_state64_t exception = { .__far = m->fault_address, .__esr = syndrome(m) };
    uint8_t *at = exception_put_state(states, ARM_THREAD_STATE64, &thread, sizeof thread / 4);
    at = exception_put_state(at, ARM_EXCEPTION_STATE64, &exception, sizeof exception / 4);
    return (size_t)(at - states);
}

/* ---- writing ---- */

bool context_set_state(void *context, int flavor, const uint32_t *words, unsigned n_words)
{
    mcontext_t *m = &((ucontext_t *)context)->uc_mcontext;
    arm_thread_state64_t s;
    if (flavor == ARM_EXCEPTION_STATE64)
        return true; /* accepted and ignored (K159) */
    if (flavor != ARM_THREAD_STATE64 || n_words != sizeof s / 4)
        return false;
    memcpy(&s, words, sizeof s);
    if (s.__pc >= USER_END || s.__sp >= USER_END)
        return false;
    for (int i = 0; i < REGISTERS; i++)
        m->regs[i] = s.__x[i];
    m->regs[29] = s.__fp;
    m->regs[30] = s.__lr;
    m->sp = s.__sp;
    m->pc = s.__pc;
    m->pstate = (m->pstate & ~(uint64_t)FLAGS_OF_USER) | (s.__cpsr & FLAGS_OF_USER);
    return true;
}

/* ---- what happened (K199) ---- */

static bool fault_is(struct exception_fault *fault, int type, int64_t code, uint64_t subcode)
{
    fault->type = type;
    fault->code[0] = code;
    fault->code[1] = (int64_t)subcode;
    return true;
}

static int64_t memory_code(int signal, int si_code)
{
    if (signal == SIGBUS && si_code == BUS_ADRALN)
        return ALIGNMENT;
    if (signal == SIGBUS)
        return si_code == BUS_ADRERR ? KERN_MEMORY_ERROR : KERN_MEMORY_FAILURE;
    return si_code == SEGV_MAPERR ? KERN_INVALID_ADDRESS : KERN_PROTECTION_FAILURE;
}

static int64_t arithmetic_code(int si_code)
{
    switch (si_code) {
    case FPE_FLTINV: return 1;
    case FPE_FLTDIV: return 2;
    case FPE_FLTOVF: return 3;
    case FPE_FLTUND: return 4;
    case FPE_FLTRES: return 5;
    }
    return 0;
}

bool context_exception(int signal, const siginfo_t *info, const void *context, struct exception_fault *fault)
{
    const mcontext_t *m = &((const ucontext_t *)context)->uc_mcontext;
    uint64_t address = (uint64_t)(uintptr_t)info->si_addr;
    switch (signal) {
    case SIGSEGV:
    case SIGBUS: return fault_is(fault, EXC_BAD_ACCESS, memory_code(signal, info->si_code), address);
    case SIGILL: return fault_is(fault, EXC_BAD_INSTRUCTION, 1, 0);
    case SIGFPE: return fault_is(fault, EXC_ARITHMETIC, arithmetic_code(info->si_code), 0);
    case SIGSYS: return fault_is(fault, EXC_SYSCALL, info->si_syscall, 1);
    case SIGTRAP:
        if (info->si_code == TRAP_HWBKPT)
            return fault_is(fault, EXC_BREAKPOINT, WATCHPOINT, address);
        return fault_is(fault, EXC_BREAKPOINT, 1, info->si_code == TRAP_BRKPT ? m->pc : 0);
    }
    return false;
}
