/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/exception/registers.c - the pointers in a suspended thread's registers, for collectors of garbage */
#include <mach/thread_act.h>
#include <mach/thread_state.h>
#include <mach/thread_status.h>

#if defined(__x86_64__)

enum { N_VALUES = 15, RED_ZONE = 128 }; /* all but the stack pointer and the instruction pointer */

static void take_apart(const void *state, uintptr_t *sp, uintptr_t values[N_VALUES])
{
    const x86_thread_state64_t *r = state;
    const uintptr_t all[N_VALUES] = { r->__rax, r->__rbx, r->__rcx, r->__rdx, r->__rdi,
                                      r->__rsi, r->__rbp, r->__r8,  r->__r9,  r->__r10,
                                      r->__r11, r->__r12, r->__r13, r->__r14, r->__r15 };
    *sp = r->__rsp - RED_ZONE;
    for (int i = 0; i < N_VALUES; i++)
        values[i] = all[i];
}

#else

enum { N_VALUES = 31, RED_ZONE = 128 }; /* x0 to x28, the frame pointer and the link register */

static void take_apart(const void *state, uintptr_t *sp, uintptr_t values[N_VALUES])
{
    const arm_thread_state64_t *r = state;
    *sp = r->__sp - RED_ZONE;
    for (int i = 0; i < N_VALUES - 2; i++)
        values[i] = r->__x[i];
    values[N_VALUES - 2] = r->__fp;
    values[N_VALUES - 1] = r->__lr;
}

#endif

kern_return_t thread_get_register_pointer_values(thread_t thread, uintptr_t *sp, size_t *length,
                                                 uintptr_t *values)
{
#if defined(__x86_64__)
    x86_thread_state64_t state;
    thread_state_flavor_t flavor = x86_THREAD_STATE64;
#else
    arm_thread_state64_t state;
    thread_state_flavor_t flavor = ARM_THREAD_STATE64;
#endif
    mach_msg_type_number_t count = sizeof(state) / sizeof(natural_t);
    if (length == NULL || sp == NULL || values == NULL)
        return KERN_INVALID_ARGUMENT;
    size_t room = *length;
    *length = N_VALUES;
    if (room < N_VALUES)
        return KERN_INSUFFICIENT_BUFFER_SIZE;
    kern_return_t kr = thread_get_state(thread, flavor, (thread_state_t)&state, &count);
    if (kr == KERN_SUCCESS)
        take_apart(&state, sp, values);
    return kr;
}
