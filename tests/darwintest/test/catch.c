/* SPDX-License-Identifier: Apache-2.0 */
/* catch.c - the handlers of with.c */
#include <mach/mach.h>

#include "excserver.h"

int n_caught;

kern_return_t catch_mach_exception_raise(mach_port_t port, mach_port_t thread, mach_port_t task,
                                         exception_type_t exception, mach_exception_data_t code,
                                         mach_msg_type_number_t n_codes)
{
    (void)port;
    for (mach_msg_type_number_t i = 0; i < n_codes && exception == EXC_BREAKPOINT; i++)
        n_caught += (int)code[i];
    mach_port_deallocate(mach_task_self(), thread);
    mach_port_deallocate(mach_task_self(), task);
    return KERN_SUCCESS;
}

kern_return_t catch_mach_exception_raise_state(mach_port_t port, exception_type_t exception,
                                               const mach_exception_data_t code,
                                               mach_msg_type_number_t n_codes, int *flavor,
                                               const thread_state_t old_state, mach_msg_type_number_t n_old,
                                               thread_state_t new_state, mach_msg_type_number_t *n_new)
{
    (void)port, (void)exception, (void)code, (void)n_codes, (void)flavor;
    (void)old_state, (void)n_old, (void)new_state, (void)n_new;
    return KERN_FAILURE;
}

kern_return_t catch_mach_exception_raise_state_identity(
    mach_port_t port, mach_port_t thread, mach_port_t task, exception_type_t exception,
    mach_exception_data_t code, mach_msg_type_number_t n_codes, int *flavor, thread_state_t old_state,
    mach_msg_type_number_t n_old, thread_state_t new_state, mach_msg_type_number_t *n_new)
{
    (void)port, (void)thread, (void)task, (void)exception, (void)code, (void)n_codes, (void)flavor;
    (void)old_state, (void)n_old, (void)new_state, (void)n_new;
    return KERN_FAILURE;
}
