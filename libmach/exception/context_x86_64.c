/* SPDX-License-Identifier: Apache-2.0 */
#include "libmach/exception/context.h"

#include <mach/exception_types.h>
#include <mach/kern_return.h>
#include <mach/thread_status.h>
#include <string.h>
#include <ucontext.h>

#include "libmach/exception/exception.h"

/* Carry, parity, adjust, zero, sign, trap, direction, overflow, resume, alignment, id. */
#define FLAGS_OF_USER 0x250dd5ull
#define USER_END 0x800000000000ull
#define FXSAVE_AT 8 /* of x86_float_state64_t */

enum { FXSAVE_SIZE = 512, FXSAVE_MXCSR = 24, FXSAVE_MXCSR_MASK = 28, MXCSR_DEFAULT_MASK = 0xffbf };

/* ---- reading ---- */

static x86_thread_state64_t thread_state(const mcontext_t *m)
{
    const greg_t *g = m->gregs;
    uint64_t segments = (uint64_t)g[REG_CSGSFS];
    return (x86_thread_state64_t){
        .__rax = (uint64_t)g[REG_RAX],
        .__rbx = (uint64_t)g[REG_RBX],
        .__rcx = (uint64_t)g[REG_RCX],
        .__rdx = (uint64_t)g[REG_RDX],
        .__rdi = (uint64_t)g[REG_RDI],
        .__rsi = (uint64_t)g[REG_RSI],
        .__rbp = (uint64_t)g[REG_RBP],
        .__rsp = (uint64_t)g[REG_RSP],
        .__r8 = (uint64_t)g[REG_R8],
        .__r9 = (uint64_t)g[REG_R9],
        .__r10 = (uint64_t)g[REG_R10],
        .__r11 = (uint64_t)g[REG_R11],
        .__r12 = (uint64_t)g[REG_R12],
        .__r13 = (uint64_t)g[REG_R13],
        .__r14 = (uint64_t)g[REG_R14],
        .__r15 = (uint64_t)g[REG_R15],
        .__rip = (uint64_t)g[REG_RIP],
        .__rflags = (uint64_t)g[REG_EFL],
        .__cs = segments & 0xffff,
        .__gs = segments >> 16 & 0xffff,
        .__fs = segments >> 32 & 0xffff,
    };
}

static x86_exception_state64_t exception_state(const mcontext_t *m)
{
    return (x86_exception_state64_t){
        .__trapno = (uint16_t)m->gregs[REG_TRAPNO],
        .__err = (uint32_t)m->gregs[REG_ERR],
        .__faultvaddr = (uint64_t)m->gregs[REG_CR2],
    };
}

/* A state and its self-describing form. */
static uint8_t *put_both(uint8_t *at, uint32_t flavor, uint32_t general, const void *words, uint32_t n_words)
{
    uint32_t header[2] = { flavor, n_words }, general_head[2] = { general, n_words + 2 };
    at = exception_put_state(at, flavor, words, n_words);
    memcpy(at, general_head, sizeof general_head);
    memcpy(at + sizeof general_head, header, sizeof header);
    memcpy(at + sizeof general_head + sizeof header, words, n_words * sizeof(uint32_t));
    return at + (4 + n_words) * sizeof(uint32_t);
}

size_t context_states(const void *context, uint8_t *states)
{
    const mcontext_t *m = &((const ucontext_t *)context)->uc_mcontext;
    x86_thread_state64_t thread = thread_state(m);
    x86_exception_state64_t exception = exception_state(m);
    uint8_t floats[x86_FLOAT_STATE64_COUNT * sizeof(uint32_t)] = { 0 };
    if (m->fpregs != NULL)
        memcpy(floats + FXSAVE_AT, m->fpregs, FXSAVE_SIZE);
    uint8_t *at = put_both(states, x86_THREAD_STATE64, x86_THREAD_STATE, &thread, x86_THREAD_STATE64_COUNT);
    at = put_both(at, x86_EXCEPTION_STATE64, x86_EXCEPTION_STATE, &exception, x86_EXCEPTION_STATE64_COUNT);
    at = put_both(at, x86_FLOAT_STATE64, x86_FLOAT_STATE, floats, x86_FLOAT_STATE64_COUNT);
    return (size_t)(at - states);
}

/* ---- writing ---- */

static bool set_thread_state(mcontext_t *m, const uint32_t *words)
{
    x86_thread_state64_t s;
    greg_t *g = m->gregs;
    memcpy(&s, words, sizeof s);
    if (s.__rip >= USER_END || s.__rsp >= USER_END) /* K161 */
        return false;
    g[REG_RAX] = (greg_t)s.__rax, g[REG_RBX] = (greg_t)s.__rbx, g[REG_RCX] = (greg_t)s.__rcx;
    g[REG_RDX] = (greg_t)s.__rdx, g[REG_RDI] = (greg_t)s.__rdi, g[REG_RSI] = (greg_t)s.__rsi;
    g[REG_RBP] = (greg_t)s.__rbp, g[REG_RSP] = (greg_t)s.__rsp, g[REG_RIP] = (greg_t)s.__rip;
    g[REG_R8] = (greg_t)s.__r8, g[REG_R9] = (greg_t)s.__r9, g[REG_R10] = (greg_t)s.__r10;
    g[REG_R11] = (greg_t)s.__r11, g[REG_R12] = (greg_t)s.__r12, g[REG_R13] = (greg_t)s.__r13;
    g[REG_R14] = (greg_t)s.__r14, g[REG_R15] = (greg_t)s.__r15;
    g[REG_EFL] = (greg_t)(((uint64_t)g[REG_EFL] & ~FLAGS_OF_USER) | (s.__rflags & FLAGS_OF_USER));
    return true;
}

/* Reserved bits of MXCSR would end the process when the handler returns. */
static bool set_float_state(mcontext_t *m, const uint32_t *words)
{
    uint8_t *image = (uint8_t *)m->fpregs;
    uint32_t mask, control;
    if (image == NULL)
        return false;
    memcpy(&mask, image + FXSAVE_MXCSR_MASK, sizeof mask);
    memcpy(image, (const uint8_t *)words + FXSAVE_AT, 416); /* up to what Linux keeps for itself */
    memcpy(&control, image + FXSAVE_MXCSR, sizeof control);
    control &= mask != 0 ? mask : MXCSR_DEFAULT_MASK;
    memcpy(image + FXSAVE_MXCSR, &control, sizeof control);
    memcpy(image + FXSAVE_MXCSR_MASK, &mask, sizeof mask);
    return true;
}

/* The self-describing forms must name the 64-bit flavor and its count (K159). */
static bool unwrap(int *flavor, const uint32_t **words, unsigned *n_words)
{
    if (*flavor != x86_THREAD_STATE && *flavor != x86_FLOAT_STATE)
        return true;
    int inner = *flavor == x86_THREAD_STATE ? x86_THREAD_STATE64 : x86_FLOAT_STATE64;
    if (*n_words < 2 || (*words)[0] != (uint32_t)inner || (*words)[1] != *n_words - 2)
        return false;
    *flavor = inner;
    *words += 2;
    *n_words -= 2;
    return true;
}

bool context_set_state(void *context, int flavor, const uint32_t *words, unsigned n_words)
{
    mcontext_t *m = &((ucontext_t *)context)->uc_mcontext;
    if (!unwrap(&flavor, &words, &n_words))
        return false;
    if (flavor == x86_THREAD_STATE64)
        return n_words == x86_THREAD_STATE64_COUNT && set_thread_state(m, words);
    if (flavor == x86_FLOAT_STATE64)
        return n_words == x86_FLOAT_STATE64_COUNT && set_float_state(m, words);
    return false;
}

/* ---- what happened (K198) ---- */

enum {
    TRAP_DIVIDE = 0,
    TRAP_DEBUG = 1,
    TRAP_INT3 = 3,
    TRAP_OVERFLOW = 4,
    TRAP_BOUNDS = 5,
    TRAP_OPCODE = 6,
    TRAP_TSS = 10,
    TRAP_SEGMENT = 11,
    TRAP_STACK = 12,
    TRAP_PROTECTION = 13,
    TRAP_PAGE = 14,
    TRAP_X87 = 16,
    TRAP_ALIGNMENT = 17,
    TRAP_MACHINE = 18,
    TRAP_SSE = 19
};

static bool fault_is(struct exception_fault *fault, int type, int64_t code, uint64_t subcode)
{
    fault->type = type;
    fault->code[0] = code;
    fault->code[1] = (int64_t)subcode;
    return true;
}

static int memory_code(int signal, int si_code)
{
    if (signal == SIGBUS)
        return si_code == BUS_ADRERR ? KERN_MEMORY_ERROR : KERN_MEMORY_FAILURE;
    return si_code == SEGV_MAPERR ? KERN_INVALID_ADDRESS : KERN_PROTECTION_FAILURE;
}

static uint32_t float_word(const mcontext_t *m, bool is_sse)
{
    if (m->fpregs == NULL)
        return 0;
    return is_sse ? m->fpregs->mxcsr : m->fpregs->swd;
}

bool context_exception(int signal, const siginfo_t *info, const void *context, struct exception_fault *fault)
{
    const mcontext_t *m = &((const ucontext_t *)context)->uc_mcontext;
    uint64_t error = (uint64_t)m->gregs[REG_ERR], address = (uint64_t)(uintptr_t)info->si_addr;
    if (signal == SIGSYS)
        return fault_is(fault, EXC_SYSCALL, info->si_syscall, 1);
    switch (m->gregs[REG_TRAPNO]) {
    case TRAP_DIVIDE: return fault_is(fault, EXC_ARITHMETIC, 1, 0);
    case TRAP_DEBUG: return fault_is(fault, EXC_BREAKPOINT, 1, 0);
    case TRAP_INT3: return fault_is(fault, EXC_BREAKPOINT, 2, 0);
    case TRAP_OVERFLOW: return fault_is(fault, EXC_ARITHMETIC, 2, 0);
    case TRAP_BOUNDS: return fault_is(fault, EXC_SOFTWARE, 7, 0);
    case TRAP_OPCODE: return fault_is(fault, EXC_BAD_INSTRUCTION, 1, 0);
    case TRAP_TSS:
    case TRAP_SEGMENT:
    case TRAP_STACK: return fault_is(fault, EXC_BAD_INSTRUCTION, m->gregs[REG_TRAPNO], error);
    case TRAP_PROTECTION: return fault_is(fault, EXC_BAD_ACCESS, TRAP_PROTECTION, error);
    case TRAP_PAGE:
    case TRAP_MACHINE: return fault_is(fault, EXC_BAD_ACCESS, memory_code(signal, info->si_code), address);
    case TRAP_X87: return fault_is(fault, EXC_ARITHMETIC, 5, float_word(m, false));
    case TRAP_ALIGNMENT: return fault_is(fault, EXC_BAD_ACCESS, TRAP_ALIGNMENT, address);
    case TRAP_SSE: return fault_is(fault, EXC_ARITHMETIC, 8, float_word(m, true));
    }
    return false;
}
