/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repair.c - a thread that handles the faults of another one, and lets it go on
 *
 * A page that is not there yet is made when it is touched (the state stays as it is); an instruction that is none is stepped
 * over (the state comes with the message, and goes back changed). When the handler is gone, faults are signals again. The stub is
 * that of <mach/exc.defs>, with codes of 32 bits.
 */
#include <err.h>
#include <mach/exc.h>
#include <mach/exception.h>
#include <mach/mach.h>
#include <mach/thread_status.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "exc_server.h"

#define ROUNDS 50

boolean_t exc_server(mach_msg_header_t *in, mach_msg_header_t *out);

static mach_port_t port;
static volatile char *page;
static int n_pages, n_steps;

static void must(kern_return_t kr, const char *what)
{
    if (kr != KERN_SUCCESS)
        errx(1, "%s: %s", what, mach_error_string(kr));
}

static void protect(int protection)
{
    if (mprotect((void *)page, vm_page_size, protection) != 0)
        err(1, "mprotect");
}

kern_return_t catch_exception_raise(mach_port_t to, mach_port_t thread, mach_port_t task,
                                    exception_type_t exception, exception_data_t code,
                                    mach_msg_type_number_t n_codes)
{
    if (exception != EXC_BAD_ACCESS || task != mach_task_self() || n_codes != 2)
        return KERN_FAILURE;
    n_pages++;
    protect(PROT_READ | PROT_WRITE);
    mach_port_deallocate(mach_task_self(), thread);
    mach_port_deallocate(mach_task_self(), task);
    return KERN_SUCCESS;
}

kern_return_t catch_exception_raise_state(mach_port_t to, exception_type_t exception,
                                          const exception_data_t code, mach_msg_type_number_t n_codes,
                                          int *flavor, const thread_state_t old_state,
                                          mach_msg_type_number_t n_old, thread_state_t new_state,
                                          mach_msg_type_number_t *n_new)
{
    if (exception != EXC_BAD_INSTRUCTION || *flavor != MACHINE_THREAD_STATE)
        return KERN_FAILURE;
    n_steps++;
    memcpy(new_state, old_state, n_old * sizeof(natural_t));
    *n_new = n_old;
#if defined(__x86_64__)
    ((x86_thread_state_t *)new_state)->uts.ts64.__rip += 2; /* ud2 */
#else
    ((arm_unified_thread_state_t *)new_state)->ts_64.__pc += 4; /* udf */
#endif
    return KERN_SUCCESS;
}

kern_return_t catch_exception_raise_state_identity(mach_port_t to, mach_port_t thread, mach_port_t task,
                                                   exception_type_t exception, exception_data_t code,
                                                   mach_msg_type_number_t n_codes, int *flavor,
                                                   thread_state_t old_state, mach_msg_type_number_t n_old,
                                                   thread_state_t new_state, mach_msg_type_number_t *n_new)
{
    return KERN_FAILURE;
}

static void *serve(void *unused)
{
    must(mach_msg_server(exc_server, 8192, port, MACH_MSG_OPTION_NONE), "mach_msg_server");
    return unused;
}

static void undefined_instruction(void)
{
#if defined(__x86_64__)
    __asm__ volatile("ud2");
#else
    __asm__ volatile("udf #0");
#endif
}

static sigjmp_buf back;

static void jump_back(int signal_number)
{
    siglongjmp(back, signal_number);
}

static void expect_a_signal(void)
{
    exception_mask_t mask;
    mach_msg_type_number_t n = 1;
    mach_port_t handler;
    exception_behavior_t behavior;
    thread_state_flavor_t flavor;
    must(task_swap_exception_ports(mach_task_self(), EXC_MASK_BAD_ACCESS, MACH_PORT_NULL, EXCEPTION_DEFAULT,
                                   THREAD_STATE_NONE, &mask, &n, &handler, &behavior, &flavor),
         "task_swap_exception_ports");
    if (n != 1 || mask != EXC_MASK_BAD_ACCESS || handler != port || behavior != EXCEPTION_DEFAULT)
        errx(1, "the handler that was set");
    signal(SIGSEGV, jump_back);
    protect(PROT_NONE);
    if (sigsetjmp(back, 1) == 0) {
        page[0] = 1;
        errx(1, "the page is not there");
    }
}

int main(void)
{
    pthread_t thread;
    thread_t self = mach_thread_self();
    must(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port), "mach_port_allocate");
    must(mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND),
         "mach_port_insert_right");
    must(task_set_exception_ports(mach_task_self(), EXC_MASK_BAD_ACCESS, port, EXCEPTION_DEFAULT,
                                  THREAD_STATE_NONE),
         "task_set_exception_ports");
    must(thread_set_exception_ports(self, EXC_MASK_BAD_INSTRUCTION, port, EXCEPTION_STATE,
                                    MACHINE_THREAD_STATE),
         "thread_set_exception_ports");
    pthread_create(&thread, NULL, serve, NULL);

    page = mmap(NULL, vm_page_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < ROUNDS; i++) {
        page[i] = (char)i;
        if (page[i] != (char)i)
            errx(1, "what was written");
        protect(PROT_NONE);
        undefined_instruction();
    }
    if (n_pages != ROUNDS || n_steps != ROUNDS)
        errx(1, "%d pages, %d instructions", n_pages, n_steps);
    expect_a_signal();
    return EXIT_SUCCESS;
}
