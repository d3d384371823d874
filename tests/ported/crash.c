/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crash.c - a crash reporter: the program that crashes finds it by name, and it looks at the program before that one dies
 *
 * The reporter is told twice: of the bad access, and, since it does not handle that, of the crash. The stub of
 * <mach/mach_exc.defs> takes the messages apart.
 */
#include <err.h>
#include <mach/mach.h>
#include <mach/mach_vm.h>
#include <mach/thread_status.h>
#include <pthread.h>
#include <servers/bootstrap.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mach_exc_server.h"

#define BAD_ADDRESS 0x10ul
#define MASKS (EXC_MASK_CRASH | EXC_MASK_BAD_ACCESS)

extern char **environ;
boolean_t mach_exc_server(mach_msg_header_t *in, mach_msg_header_t *out);

static pid_t crasher;
static exception_type_t reported[3];
static int n_reported;

static void must(kern_return_t kr, const char *what)
{
    if (kr != KERN_SUCCESS)
        errx(1, "%s: %s", what, mach_error_string(kr));
}

/* ---- the reporter ---- */

static mach_vm_address_t stack_pointer(const thread_state_t state)
{
#if defined(__x86_64__)
    return ((const x86_thread_state_t *)state)->uts.ts64.__rsp;
#else
    return ((const arm_unified_thread_state_t *)state)->ts_64.__sp;
#endif
}

static void read_stack(task_t task, mach_vm_address_t at)
{
    vm_offset_t bytes;
    mach_msg_type_number_t n;
    must(mach_vm_read(task, at, 256, &bytes, &n), "mach_vm_read");
    must(vm_deallocate(mach_task_self(), bytes, n), "vm_deallocate");
}

/* All threads have registers, and the one that crashed is among them with those of the report. */
static void read_threads(task_t task, thread_t crashed, const thread_state_t reported_state)
{
    thread_act_array_t threads;
    mach_msg_type_number_t n_threads;
    int n_found = 0;
    must(task_threads(task, &threads, &n_threads), "task_threads");
    for (mach_msg_type_number_t i = 0; i < n_threads; i++) {
        natural_t state[THREAD_STATE_MAX];
        mach_msg_type_number_t n = MACHINE_THREAD_STATE_COUNT;
        must(thread_get_state(threads[i], MACHINE_THREAD_STATE, state, &n), "thread_get_state");
        if (threads[i] == crashed && stack_pointer(state) == stack_pointer(reported_state))
            n_found++;
        mach_port_deallocate(mach_task_self(), threads[i]);
    }
    vm_deallocate(mach_task_self(), (vm_address_t)threads, n_threads * sizeof(*threads));
    if (n_threads < 2 || n_found != 1)
        errx(1, "%u threads, %d of them the one that crashed", n_threads, n_found);
}

kern_return_t catch_mach_exception_raise_state_identity(
    mach_port_t port, mach_port_t thread, mach_port_t task, exception_type_t exception,
    mach_exception_data_t code, mach_msg_type_number_t n_codes, int *flavor, thread_state_t old_state,
    mach_msg_type_number_t n_old, thread_state_t new_state, mach_msg_type_number_t *n_new)
{
    int pid = 0;
    must(pid_for_task(task, &pid), "pid_for_task");
    if (pid != crasher || n_codes != 2 || (unsigned long)code[1] != BAD_ADDRESS ||
        *flavor != MACHINE_THREAD_STATE)
        errx(1, "what is told: pid %d, %u codes, flavor %d", pid, n_codes, *flavor);
    reported[n_reported++] = exception;
    must(task_suspend(task), "task_suspend");
    read_threads(task, thread, old_state);
    read_stack(task, stack_pointer(old_state));
    must(task_resume(task), "task_resume");
    mach_port_deallocate(mach_task_self(), thread);
    mach_port_deallocate(mach_task_self(), task);
    memcpy(new_state, old_state, n_old * sizeof(natural_t));
    *n_new = n_old;
    return KERN_FAILURE; /* not handled: on to the next level, and to the end */
}

kern_return_t catch_mach_exception_raise(mach_port_t port, mach_port_t thread, mach_port_t task,
                                         exception_type_t exception, mach_exception_data_t code,
                                         mach_msg_type_number_t n_codes)
{
    errx(1, "not the behavior that was asked for");
}

kern_return_t catch_mach_exception_raise_state(mach_port_t port, exception_type_t exception,
                                               const mach_exception_data_t code,
                                               mach_msg_type_number_t n_codes, int *flavor,
                                               const thread_state_t old_state, mach_msg_type_number_t n_old,
                                               thread_state_t new_state, mach_msg_type_number_t *n_new)
{
    errx(1, "not the behavior that was asked for");
}

/* ---- the program ---- */

static void *idle(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static int crash(const char *reporter)
{
    mach_port_t handler;
    pthread_t thread;
    must(bootstrap_look_up(bootstrap_port, reporter, &handler), "bootstrap_look_up");
    must(task_set_exception_ports(mach_task_self(), MASKS, handler,
                                  (exception_behavior_t)(EXCEPTION_STATE_IDENTITY | MACH_EXCEPTION_CODES),
                                  MACHINE_THREAD_STATE),
         "task_set_exception_ports");
    pthread_create(&thread, NULL, idle, NULL);
    if (pthread_mach_thread_np(thread) == MACH_PORT_NULL)
        errx(1, "a thread has a port");
    volatile uintptr_t nowhere = BAD_ADDRESS;
    *(volatile char *)nowhere = 1;
    return EXIT_SUCCESS;
}

int main(int argc, char *argv[])
{
    char name[BOOTSTRAP_MAX_NAME_LEN];
    mach_port_t service;
    char *words[] = { argv[0], name, NULL };
    int status, error;
    if (argc > 1)
        return crash(argv[1]);
    snprintf(name, sizeof(name), "org.example.crash.%d", getpid());
    must(bootstrap_check_in(bootstrap_port, name, &service), "bootstrap_check_in");
    if ((error = posix_spawn(&crasher, argv[0], NULL, NULL, words, environ)) != 0)
        errx(1, "posix_spawn: %s", strerror(error));
    for (int i = 0; i < 2; i++)
        must(mach_msg_server_once(mach_exc_server, 8192, service, MACH_MSG_OPTION_NONE),
             "mach_msg_server_once");
    waitpid(crasher, &status, 0);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSEGV)
        errx(1, "the crash ends as it would have: %#x", (unsigned)status);
    return !(reported[0] == EXC_BAD_ACCESS && reported[1] == EXC_CRASH);
}
