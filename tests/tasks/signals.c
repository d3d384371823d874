/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/signals.c - faults of real processes beside the program's own signal handlers (K195-K200, K205) */
#include "tests/tasks/common.h"

#include <errno.h>
#include <mach/exception_types.h>
#include <mach/mig_errors.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    BAD_ADDRESS = 16,
    CAUGHT = 5,
    KILLED = -1,
    DEFAULT_CODES = (int)(EXCEPTION_DEFAULT | MACH_EXCEPTION_CODES)
};

union request {
    mach_msg_header_t header;
    uint8_t bytes[1024];
};

/* Takes the next exception, checks its type and codes, and declines. */
static void decline(mach_port_t port, int type, int64_t code, int64_t subcode)
{
    union request r;
    int32_t got_type;
    int64_t codes[2];
    REQUIRE_EQ(mach_msg(&r.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof r, port, PATIENCE_MS,
                        MACH_PORT_NULL),
               OK);
    REQUIRE_EQ(r.header.msgh_id, 2405);
    memcpy(&got_type, r.bytes + 60, sizeof got_type);
    memcpy(codes, r.bytes + 68, sizeof codes);
    CHECK_EQ(got_type, type);
    CHECK_EQ(codes[0], code);
    CHECK_EQ(codes[1], subcode);
    mach_msg_destroy(&r.header); /* an unused reply right is a refusal (K182) */
}

static void expect_nothing(mach_port_t port)
{
    union request r;
    CHECK_EQ(mach_msg(&r.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof r, port, 0, MACH_PORT_NULL),
             MACH_RCV_TIMED_OUT);
}

/* The harness reports such signals of its own accord; here they are meant. */
static void tell_parent(void)
{
    static const int meant[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT };
    for (size_t i = 0; i < sizeof meant / sizeof meant[0]; i++)
        signal(meant[i], SIG_DFL);
    struct rlimit none = { 0, 0 };
    setrlimit(RLIMIT_CORE, &none);
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_ALL | EXC_MASK_CRASH, world_parent_port(), DEFAULT_CODES,
                                      0),
             OK);
}

static siginfo_t seen;
static sigjmp_buf back;

static void on_fault(int signal, siginfo_t *info, void *context)
{
    seen = *info;
    siglongjmp(back, signal);
}

static int catch_a_fault(void *argument)
{
    struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
    tell_parent();
    CHECK_EQ(sigaction(SIGSEGV, &action, NULL), 0);
    if (sigsetjmp(back, 1) == 0)
        world_fault(BAD_ADDRESS);
    CHECK_EQ((uintptr_t)seen.si_addr, BAD_ADDRESS);
    CHECK_EQ(seen.si_code, SEGV_MAPERR);
    return CAUGHT;
}

TEST(the_programs_handler_runs_when_the_mach_handlers_declined, "K196 K200 H17")
{
    skip_if_sanitized();
    mach_port_t port = receive_new();
    world_task *task = world_task_spawn(catch_a_fault, NULL, port);
    decline(port, EXC_BAD_ACCESS, KERN_INVALID_ADDRESS, BAD_ADDRESS);
    CHECK_EQ(world_task_wait(task), CAUGHT);
    expect_nothing(port); /* no crash */
    receive_free(port);
}

static int be_sent_a_fault(void *argument)
{
    tell_parent();
    kill(getpid(), SIGSEGV);
    pause();
    return 0;
}

TEST(a_signal_that_was_sent_is_no_exception_but_a_crash, "K195 K205")
{
    skip_if_sanitized();
    mach_port_t port = receive_new();
    world_task *task = world_task_spawn(be_sent_a_fault, NULL, port);
    decline(port, EXC_CRASH, SIGSEGV << 24, 0);
    CHECK_EQ(world_task_wait(task), KILLED);
    expect_nothing(port);
    receive_free(port);
}

static int call_abort(void *argument)
{
    tell_parent();
    abort();
}

TEST(abort_is_a_crash, "K205 K195")
{
    skip_if_sanitized();
    mach_port_t port = receive_new();
    world_task *task = world_task_spawn(call_abort, NULL, port);
    decline(port, EXC_CRASH, SIGABRT << 24, 0);
    CHECK_EQ(world_task_wait(task), KILLED);
    receive_free(port);
}

static int end_by_term(void *argument)
{
    tell_parent();
    raise(SIGTERM);
    return 0;
}

TEST(plain_killers_are_no_crash, "K205")
{
    skip_if_sanitized();
    mach_port_t port = receive_new();
    CHECK_EQ(world_task_wait(world_task_spawn(end_by_term, NULL, port)), KILLED);
    expect_nothing(port);
    receive_free(port);
}

#if defined(__x86_64__)
static int divide(void *argument)
{
    tell_parent();
    __asm__ volatile("xorl %%ecx, %%ecx\n\tidivl %%ecx" : : "a"(1), "d"(0) : "ecx", "cc");
    return 0;
}

static int step_on_a_breakpoint(void *argument)
{
    tell_parent();
    __asm__ volatile("int3");
    return 0;
}

static int execute_nonsense(void *argument)
{
    tell_parent();
    __asm__ volatile("ud2");
    return 0;
}

static int touch_no_address(void *argument)
{
    tell_parent();
    return (int)world_fault(0x8000000000000000ull);
}

TEST(the_processors_traps_as_exceptions, "K198 K205")
{
    skip_if_sanitized();
    static const struct {
        int (*fn)(void *);
        int type;
        int64_t code, subcode;
        int signal;
    } traps[] = {
        { divide, EXC_ARITHMETIC, 1, 0, SIGFPE },
        { step_on_a_breakpoint, EXC_BREAKPOINT, 2, 0, SIGTRAP },
        { execute_nonsense, EXC_BAD_INSTRUCTION, 1, 0, SIGILL },
        { touch_no_address, EXC_BAD_ACCESS, 13, 0, SIGSEGV },
    };
    mach_port_t port = receive_new();
    for (size_t i = 0; i < sizeof traps / sizeof traps[0]; i++) {
        world_task *task = world_task_spawn(traps[i].fn, NULL, port);
        decline(port, traps[i].type, traps[i].code, traps[i].subcode);
        decline(port, EXC_CRASH, traps[i].signal << 24 | traps[i].type << 20 | traps[i].code,
                traps[i].subcode);
        CHECK_EQ(world_task_wait(task), KILLED);
    }
    receive_free(port);
}
#endif

static int ignore_quit(void *argument)
{
    struct sigaction now;
    tell_parent();
    signal(SIGQUIT, SIG_DFL); /* whoever started us may have left it ignored */
    CHECK_EQ(signal(SIGQUIT, SIG_IGN), SIG_DFL);
    CHECK_EQ(sigaction(SIGQUIT, NULL, &now), 0);
    CHECK_EQ(now.sa_handler, SIG_IGN);
    raise(SIGQUIT);
    return CAUGHT;
}

TEST(dispositions_are_as_if_nobody_watched, "K196 K205")
{
    skip_if_sanitized();
    mach_port_t port = receive_new();
    CHECK_EQ(world_task_wait(world_task_spawn(ignore_quit, NULL, port)), CAUGHT);
    expect_nothing(port);
    receive_free(port);
}

static void note(int signal)
{
    seen.si_signo = signal;
}

TEST(sigsuspend_without_a_mask_lets_every_signal_in, "H13")
{
    int (*volatile suspend)(const sigset_t *) =
        sigsuspend; /* a direct call is undefined, says the C library's header */
    sigset_t blocked, old;
    seen.si_signo = 0;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    signal(SIGUSR1, note);
    sigprocmask(SIG_BLOCK, &blocked, &old);
    kill(getpid(), SIGUSR1);
    CHECK_EQ(seen.si_signo, 0);
    CHECK_EQ(suspend(NULL), -1);
    CHECK_EQ(errno, EINTR);
    CHECK_EQ(seen.si_signo, SIGUSR1);
    sigprocmask(SIG_SETMASK, &old, NULL);
    signal(SIGUSR1, SIG_DFL);
}

static void *receive_nothing(void *argument)
{
    union request r;
    mach_msg(&r.header, MACH_RCV_MSG, 0, sizeof r, *(mach_port_t *)argument, 0, MACH_PORT_NULL);
    return NULL;
}

static int run_state(mach_port_t thread)
{
    struct thread_extended_info info = { 0 };
    mach_msg_type_number_t count = THREAD_EXTENDED_INFO_COUNT;
    CHECK_EQ(thread_info(thread, THREAD_EXTENDED_INFO, (thread_info_t)&info, &count), OK);
    return info.pth_run_state;
}

TEST(a_thread_has_its_port_when_pthread_create_returns_and_waits_when_it_receives, "H16")
{
    mach_port_t port = MACH_PORT_NULL;
    pthread_t thread;
    REQUIRE_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &port), OK);
    REQUIRE_EQ(pthread_create(&thread, NULL, receive_nothing, &port), 0);
    mach_port_t name = pthread_mach_thread_np(thread);
    CHECK(MACH_PORT_VALID(name));
    for (int ms = 0; ms < PATIENCE_MS && run_state(name) != TH_STATE_WAITING; ms++)
        world_sleep_ms(1);
    CHECK_EQ(run_state(name), TH_STATE_WAITING);
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_RECEIVE, -1), OK);
    pthread_join(thread, NULL);
}
