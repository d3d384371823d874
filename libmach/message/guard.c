/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/guard.c - recognising the faults of guard_copy */
#include "libmach/message/guard.h"

#include <stdint.h>
#include <ucontext.h>

extern const char guard_copy_end[] __attribute__((visibility("hidden")));
extern const char guard_copy_fault[] __attribute__((visibility("hidden")));

#if defined(__x86_64__)
#define CONTEXT_PC(context) ((context)->uc_mcontext.gregs[REG_RIP])
#elif defined(__aarch64__)
#define CONTEXT_PC(context) ((context)->uc_mcontext.pc)
#endif

bool guard_fixup(void *context)
{
    ucontext_t *interrupted = context;
    uint64_t pc = (uint64_t)CONTEXT_PC(interrupted);
    if (pc < (uint64_t)(uintptr_t)guard_copy || pc >= (uint64_t)(uintptr_t)guard_copy_end)
        return false;
    CONTEXT_PC(interrupted) = (intptr_t)guard_copy_fault;
    return true;
}
