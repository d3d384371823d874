/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/ux.c - the default exception handler, to those who send it exceptions themselves (K201, K202) */
#include "tests/tasks/faulting.h"

#include <mach/exc.h>
#include <mach/mach_exc.h>
#include <sys/ux_exception.h>

/* MACH_PORT_NULL: the caller has no host-priv port. */
static mach_port_t default_handler(void)
{
    mach_port_t host = mach_host_self(), ports[32];
    exception_mask_t masks[32];
    exception_behavior_t behaviors[32];
    thread_state_flavor_t flavors[32];
    mach_msg_type_number_t n = 32;
    kern_return_t kr =
        host_get_exception_ports(host, EXC_MASK_BAD_ACCESS, masks, &n, ports, behaviors, flavors);
    mach_port_deallocate(SELF, host);
    return kr == OK ? ports[0] : MACH_PORT_NULL;
}

/* ---- a child that waits for a signal ---- */

static volatile int caught;

static void note(int number)
{
    caught = number;
}

/* The result is the signal. In the simulator nobody has handlers: it is the end of the child. */
static int wait_for_signal(void *argument)
{
    mach_msg_header_t ready = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                .msgh_size = sizeof ready,
                                .msgh_remote_port = world_parent_port() };
    struct {
        mach_msg_header_t header;
        mach_msg_trailer_t trailer;
    } never;
    int number = *(const int *)argument;
    caught = 0;
    if (world_is_live() && number != 0)
        signal(number, note);
    CHECK_EQ(mach_msg(&ready, MACH_SEND_MSG, sizeof ready, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL), OK);
    while (caught == 0)
        mach_msg(&never.header, MACH_RCV_MSG | MACH_RCV_INTERRUPT | MACH_RCV_TIMEOUT, 0, sizeof never,
                 receive_new(), 100, MACH_PORT_NULL);
    return caught;
}

struct waiter {
    mach_port_t ready;
    world_task *task;
    thread_t thread;
};

static struct waiter waiter_new(const int *number)
{
    struct waiter waiter = { .ready = receive_new() };
    struct {
        mach_msg_header_t header;
        mach_msg_trailer_t trailer;
    } ready;
    waiter.task = world_task_spawn(wait_for_signal, (void *)(uintptr_t)number, waiter.ready);
    REQUIRE_EQ(mach_msg(&ready.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof ready, waiter.ready,
                        PATIENCE_MS, MACH_PORT_NULL),
               OK);
    thread_act_array_t threads;
    mach_msg_type_number_t n = 0;
    REQUIRE_EQ(task_threads(world_task_port_of(waiter.task), &threads, &n), OK);
    waiter.thread = threads[0];
    for (mach_msg_type_number_t i = 1; i < n; i++)
        mach_port_deallocate(SELF, threads[i]);
    vm_deallocate(SELF, (vm_address_t)threads, n * sizeof *threads);
    return waiter;
}

static void waiter_end(struct waiter *waiter, int number)
{
    CHECK_EQ(world_task_wait(waiter->task), world_is_live() ? number : KILLED);
    mach_port_deallocate(SELF, waiter->thread);
    receive_free(waiter->ready);
}

static void waiter_kill(struct waiter *waiter)
{
    world_task_kill(waiter->task);
    mach_port_deallocate(SELF, waiter->thread);
    receive_free(waiter->ready);
}

/* ---- the tests ---- */

TEST(an_exception_sent_to_the_default_handler_is_a_signal_for_its_thread, "K201 K202")
{
    skip_if_sanitized();
    static const struct {
        int type;
        int64_t code;
        int signal;
    } cases[] = {
        { EXC_BAD_ACCESS, KERN_INVALID_ADDRESS, SIGSEGV },
        { EXC_BAD_ACCESS, 13, SIGSEGV },
        { EXC_BAD_ACCESS, KERN_PROTECTION_FAILURE, SIGBUS },
        { EXC_BAD_INSTRUCTION, 1, SIGILL },
        { EXC_ARITHMETIC, 1, SIGFPE },
        { EXC_EMULATION, 1, SIGILL },
        { EXC_SOFTWARE, EXC_UNIX_BAD_SYSCALL, SIGSYS },
        { EXC_SOFTWARE, EXC_UNIX_BAD_PIPE, SIGPIPE },
        { EXC_SOFTWARE, EXC_UNIX_ABORT, SIGABRT },
        { EXC_SOFTWARE, 7, SIGTRAP },
        { EXC_BREAKPOINT, 1, SIGTRAP },
        { EXC_SYSCALL, 1, SIGSYS },
    };
    mach_port_t handler = default_handler();
    if (handler == MACH_PORT_NULL)
        SKIP("only root has the host-priv port");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct waiter waiter = waiter_new(&cases[i].signal);
        int64_t wide[2] = { cases[i].code, 0 };
        integer_t narrow[2] = { (integer_t)cases[i].code, 0 };
        task_t task = world_task_port_of(waiter.task);
        CHECK_EQ(i % 2 ? exception_raise(handler, waiter.thread, task, cases[i].type, narrow, 2)
                       : mach_exception_raise(handler, waiter.thread, task, cases[i].type, wide, 2),
                 OK);
        waiter_end(&waiter, cases[i].signal);
    }
    mach_port_deallocate(SELF, handler);
}

TEST(what_the_default_handler_makes_no_signal_of, "K201 K202")
{
    skip_if_sanitized();
    static const int none;
    static const struct {
        int type;
        int64_t code;
    } cases[] = { { EXC_SOFTWARE, 1 }, { EXC_GUARD, 1 }, { EXC_CRASH, 1 }, { EXC_RESOURCE, 0 }, { 99, 0 } };
    mach_port_t handler = default_handler();
    if (handler == MACH_PORT_NULL)
        SKIP("only root has the host-priv port");
    struct waiter waiter = waiter_new(&none);
    task_t task = world_task_port_of(waiter.task);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t code[2] = { cases[i].code, 0 };
        CHECK_EQ(mach_exception_raise(handler, waiter.thread, task, cases[i].type, code, 2), OK);
    }
    world_settle();
    int pid = 0;
    CHECK_EQ(pid_for_task(task, &pid), OK);
    waiter_kill(&waiter);
    mach_port_deallocate(SELF, handler);
}

TEST(who_may_send_the_default_handler_what, "K202 K2 K3")
{
    skip_if_sanitized();
    static const int number = SIGFPE;
    mach_port_t handler = default_handler(), read = MACH_PORT_NULL, inspect = MACH_PORT_NULL;
    if (handler == MACH_PORT_NULL)
        SKIP("only root has the host-priv port");
    struct waiter waiter = waiter_new(&number);
    task_t task = world_task_port_of(waiter.task);
    int64_t code[2] = { 1, 0 };
    natural_t state[STATE_WORDS] = { 0 }, after[1296];
    mach_msg_type_number_t n = 1296;
    int flavor = STATE;
    CHECK_EQ(thread_get_special_port(waiter.thread, THREAD_READ_PORT, &read), OK);
    CHECK_EQ(thread_get_special_port(waiter.thread, THREAD_INSPECT_PORT, &inspect), OK);
    CHECK_EQ(mach_exception_raise_state(handler, EXC_ARITHMETIC, code, 2, &flavor, state, STATE_WORDS, after,
                                        &n),
             KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_exception_raise_state_identity(handler, waiter.thread, task, EXC_ARITHMETIC, code, 2,
                                                 &flavor, state, STATE_WORDS, after, &n),
             KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_exception_raise(handler, inspect, task, EXC_ARITHMETIC, code, 2), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_exception_raise(handler, task, task, EXC_ARITHMETIC, code, 2), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_exception_raise(task, waiter.thread, task, EXC_ARITHMETIC, code, 2), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_exception_raise(handler, read, task, EXC_ARITHMETIC, code, 2), OK);
    mach_port_deallocate(SELF, read);
    mach_port_deallocate(SELF, inspect);
    waiter_end(&waiter, number);
    mach_port_deallocate(SELF, handler);
}
