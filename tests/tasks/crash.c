/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/crash.c - what crash reporters do, and what can happen to them: real processes alone (K179-K207) */
#include "tests/tasks/carry.h"
#include "tests/tasks/faulting.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <mach/mach_exc.h>
#include <mach/mach_vm.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { IDENTITY_STATE_AT = 92 };

static void no_core(void)
{
    struct rlimit none = { 0, 0 };
    setrlimit(RLIMIT_CORE, &none);
}

/* ---- a reporter in another process ---- */

static void *stand(void *argument)
{
    for (;;)
        pause();
    return argument;
}

static int crash_among_threads(void *argument)
{
    pthread_t thread;
    no_core();
    fault_by_default();
    for (int i = 0; i < 4; i++) {
        CHECK_EQ(pthread_create(&thread, NULL, stand, NULL), 0);
        CHECK(MACH_PORT_VALID(pthread_mach_thread_np(thread)));
    }
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_CRASH, world_parent_port(), IDENTITY_CODES, STATE), OK);
    return (int)world_fault(BAD_ADDRESS);
}

static void look_at_threads(task_t task, mach_port_t crashed)
{
    thread_act_array_t threads;
    mach_msg_type_number_t n = 0;
    bool is_among_them = false;
    REQUIRE_EQ(task_threads(task, &threads, &n), OK);
    CHECK(n >= 5);
    for (mach_msg_type_number_t i = 0; i < n; i++) {
        uint64_t state[STATE_WORDS / 2] = { 0 };
        mach_msg_type_number_t words = STATE_WORDS;
        is_among_them |= threads[i] == crashed;
        CHECK_EQ(thread_get_state(threads[i], STATE, (thread_state_t)state, &words), OK);
        mach_port_deallocate(SELF, threads[i]);
    }
    CHECK(is_among_them);
    vm_deallocate(SELF, (vm_address_t)threads, n * sizeof *threads);
}

TEST(a_reporter_sees_registers_threads_and_memory_of_a_crash, "K184 K188 K205 K206 K233")
{
    skip_if_sanitized();
    mach_port_t port = receive_new();
    world_task *child = world_task_spawn(crash_among_threads, NULL, port);
    union request r = next_request(port, 2407);
    mach_port_t thread = thread_of(&r), task = task_of(&r);
    uint64_t stack = (uint64_t)wide_at(&r, IDENTITY_STATE_AT + 8 * 7), words[8];
    mach_vm_size_t size = 0;
    int pid = 0;
    CHECK_EQ(task_suspend(task), OK);
    look_at_threads(task, thread);
#if defined(__x86_64__)
    CHECK_EQ(mach_vm_read_overwrite(task, stack, sizeof words, (uintptr_t)words, &size), OK);
    CHECK_EQ(size, sizeof words);
#endif
    CHECK_EQ(pid_for_task(task, &pid), OK);
    CHECK_EQ(kill(pid, 0), 0);
    CHECK_EQ(task_resume(task), OK);
    repair(&r, IDENTITY_STATE_AT); /* it dies all the same */
    CHECK_EQ(world_task_wait(child), KILLED);
    request_free(&r);
    receive_free(port);
}

/* ---- a handler in the process that hands on to the one that was there before ---- */

static mach_port_t handed_to;

static void *hand_on(void *port_p)
{
    struct {
        mach_msg_header_t header;
        NDR_record_t ndr;
        kern_return_t code;
        int flavor;
        uint32_t n_words;
        natural_t words[1296];
    } reply = { .ndr = NDR_record, .flavor = STATE, .n_words = 1296 };
    union request r = next_request(*(mach_port_t *)port_p, 2407);
    int64_t code[2] = { wide_at(&r, 68), wide_at(&r, 76) };
    natural_t state[STATE_WORDS];
    memcpy(state, r.bytes + IDENTITY_STATE_AT, sizeof state);
    reply.code = mach_exception_raise_state_identity(handed_to, thread_of(&r), task_of(&r),
                                                     (int)word_at(&r, 60), code, 2, &reply.flavor, state,
                                                     STATE_WORDS, reply.words, &reply.n_words);
    reply.header = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
        .msgh_size = (mach_msg_size_t)(44 + 4 * reply.n_words),
        .msgh_remote_port = r.header.msgh_remote_port,
        .msgh_id = r.header.msgh_id + 100,
    };
    CHECK_EQ(mach_msg(&reply.header, MACH_SEND_MSG, reply.header.msgh_size, 0, MACH_PORT_NULL, 0, 0), OK);
    return NULL;
}

static int fault_with_a_handler_between(void *argument)
{
    exception_mask_t masks[32];
    mach_port_t ports[32], port = both_new();
    exception_behavior_t behaviors[32];
    thread_state_flavor_t flavors[32];
    mach_msg_type_number_t n = 32;
    pthread_t thread;
    fault_by_default();
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_BAD_ACCESS, world_parent_port(), IDENTITY_CODES, STATE),
             OK);
    REQUIRE_EQ(task_swap_exception_ports(SELF, EXC_MASK_BAD_ACCESS, port, IDENTITY_CODES, STATE, masks, &n,
                                         ports, behaviors, flavors),
               OK);
    CHECK_EQ(n, 1);
    CHECK_EQ(behaviors[0], IDENTITY_CODES);
    handed_to = ports[0];
    pthread_create(&thread, NULL, hand_on, &port);
    int value = (int)world_fault(BAD_ADDRESS);
    pthread_join(thread, NULL);
    return value;
}

TEST(a_handler_hands_an_exception_on_to_the_one_that_it_replaced, "K172 K185 K188 K190")
{
    skip_if_sanitized();
    mach_port_t port = receive_new();
    world_task *child = world_task_spawn(fault_with_a_handler_between, NULL, port);
    union request r;
    memset(&r, 0, sizeof r);
    REQUIRE_EQ(mach_msg(&r.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof r, port, PATIENCE_MS, 0), OK);
    CHECK_EQ(r.header.msgh_id, 2407);
    CHECK_EQ(task_of(&r), world_task_port_of(child));
    check_codes(&r, 60, EXC_BAD_ACCESS, KERN_INVALID_ADDRESS, BAD_ADDRESS);
    repair(&r, IDENTITY_STATE_AT);
    CHECK_EQ(world_task_wait(child), ANSWER);
    request_free(&r);
    receive_free(port);
}

/* ---- many at once ---- */

enum { CROWD = 100 };

static void *fault_in_crowd(void *argument)
{
    return (void *)(uintptr_t)world_fault(BAD_ADDRESS);
}

static int crowd(void *argument)
{
    pthread_t threads[CROWD];
    int n = 0;
    fault_by_default();
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_BAD_ACCESS, world_parent_port(), STATE_CODES, STATE), OK);
    for (int i = 0; i < CROWD; i++)
        REQUIRE_EQ(pthread_create(&threads[i], NULL, fault_in_crowd, NULL), 0);
    for (int i = 0; i < CROWD; i++) {
        void *value = NULL;
        pthread_join(threads[i], &value);
        n += (uintptr_t)value == ANSWER;
    }
    return n;
}

TEST(a_hundred_threads_fault_at_once_and_all_go_on, "K183 K186")
{
    skip_if_sanitized();
    static union request r[CROWD];
    mach_port_t port = receive_new();
    world_task *child = world_task_spawn(crowd, NULL, port);
    for (int i = 0; i < CROWD; i++)
        r[i] = next_request(port, 2406);
    for (int i = CROWD - 1; i >= 0; i--)
        repair(&r[i], 64);
    CHECK_EQ(world_task_wait(child), CROWD);
    receive_free(port);
}

/* ---- handlers that die ---- */

/* It makes a port, gives the parent a right to it, and repairs whatever it is told. */
static int handle_for_ever(void *argument)
{
    mach_port_t port = both_new();
    CHECK_EQ(give(world_parent_port(), port, MACH_MSG_TYPE_COPY_SEND), OK);
    for (;;) {
        union request r;
        if (mach_msg(&r.header, MACH_RCV_MSG, 0, sizeof r, port, 0, MACH_PORT_NULL) == OK)
            repair(&r, 64);
    }
    return 0;
}

static world_task *handler_new(mach_port_t *right_p)
{
    mach_port_t port = receive_new();
    world_task *handler = world_task_spawn(handle_for_ever, NULL, port);
    *right_p = take(port).port.name;
    receive_free(port);
    return handler;
}

enum { FAULTS = 40, ROUNDS = 12 };

/* Its thread tells the handler that its parent had when it was made, its task the parent. */
static int fault_often(void *argument)
{
    exception_mask_t masks[32];
    mach_port_t ports[32], self = mach_thread_self();
    exception_behavior_t behaviors[32];
    thread_state_flavor_t flavors[32];
    mach_msg_type_number_t n = 32;
    int good = 0;
    fault_by_default();
    CHECK_EQ(task_swap_exception_ports(SELF, EXC_MASK_BAD_ACCESS, world_parent_port(), STATE_CODES, STATE,
                                       masks, &n, ports, behaviors, flavors),
             OK);
    CHECK_EQ(thread_set_exception_ports(self, EXC_MASK_BAD_ACCESS, ports[0], STATE_CODES, STATE), OK);
    for (int i = 0; i < FAULTS; i++)
        good += world_fault(BAD_ADDRESS) == ANSWER;
    return good;
}

static _Atomic bool is_over;

static void *repair_what_is_left(void *port_p)
{
    while (!is_over) {
        union request r;
        kern_return_t kr = mach_msg(&r.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof r,
                                    *(mach_port_t *)port_p, 50, MACH_PORT_NULL);
        if (kr == OK)
            repair(&r, 64);
    }
    return NULL;
}

TEST(a_handler_is_killed_at_any_moment_and_no_fault_is_lost, "K179 K182 K15")
{
    skip_if_sanitized();
    mach_port_t port = receive_new();
    is_over = false;
    world_thread *rest = world_thread_spawn(repair_what_is_left, &port);
    for (int round = 0; round < ROUNDS; round++) {
        mach_port_t right = MACH_PORT_NULL;
        world_task *handler = handler_new(&right);
        CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_BAD_ACCESS, right, STATE_CODES, STATE), OK);
        world_task *child = world_task_spawn(fault_often, NULL, port);
        CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_BAD_ACCESS, MACH_PORT_NULL, 0, 0), OK);
        usleep((useconds_t)(round * 400));
        world_task_kill(handler);
        CHECK_EQ(world_task_wait(child), FAULTS);
        mach_port_deallocate(SELF, right);
    }
    is_over = true;
    world_thread_join(rest);
    receive_free(port);
}

static int crash_with_inherited_handler(void *argument)
{
    no_core();
    fault_by_default();
    return (int)world_fault(BAD_ADDRESS);
}

TEST(a_crash_whose_reporter_is_killed_ends_the_process, "K182 K206")
{
    skip_if_sanitized();
    for (int round = 0; round < 6; round++) {
        mach_port_t right = MACH_PORT_NULL;
        world_task *handler = handler_new(&right);
        CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_CRASH, right, STATE_CODES, STATE), OK);
        world_task *child = world_task_spawn(crash_with_inherited_handler, NULL, MACH_PORT_NULL);
        CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_CRASH, MACH_PORT_NULL, 0, 0), OK);
        usleep((useconds_t)(round * 300));
        world_task_kill(handler);
        CHECK_EQ(world_task_wait(child), KILLED);
        mach_port_deallocate(SELF, right);
    }
}

/* ---- where the library cannot do it (K207), or machd (K197) ---- */

static void tell_parent_of_all(void)
{
    no_core();
    fault_by_default();
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_BAD_ACCESS | EXC_MASK_CRASH | EXC_MASK_SYSCALL,
                                      world_parent_port(), DEFAULT_CODES, 0),
             OK);
}

static int fault_with_the_signal_blocked(void *argument)
{
    uint64_t all = ~0ull;
    tell_parent_of_all();
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, sizeof all);
    return (int)world_fault(BAD_ADDRESS);
}

static int descend(volatile uint8_t *from)
{
    volatile uint8_t frame[4096];
    frame[0] = from ? from[0] : 1;
    if (frame[0] != 1) /* never, as the compiler cannot know */
        return 0;
    return descend(frame) + frame[0];
}

static int use_up_the_stack(void *argument)
{
    stack_t alternate = { .ss_size = 64 << 10 };
    if (argument != NULL) {
        alternate.ss_sp =
            mmap(NULL, alternate.ss_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        sigaltstack(&alternate, NULL);
    }
    tell_parent_of_all();
    return descend(NULL);
}

TEST(a_fault_that_no_handler_of_ours_can_see_ends_the_process, "K207")
{
    skip_if_sanitized();
    mach_port_t port = receive_new();
    CHECK_EQ(world_task_wait(world_task_spawn(fault_with_the_signal_blocked, NULL, port)), KILLED);
    CHECK_EQ(world_task_wait(world_task_spawn(use_up_the_stack, NULL, port)), KILLED);
    expect_no_request(port);
    receive_free(port);
}

TEST(with_an_alternate_stack_the_end_of_the_stack_is_told, "K196 K205")
{
    skip_if_sanitized();
    static char alternate;
    mach_port_t port = receive_new();
    world_task *child = world_task_spawn(use_up_the_stack, &alternate, port);
    union request r = next_request(port, 2405);
    CHECK_EQ(word_at(&r, 60), EXC_BAD_ACCESS);
    answer(&r, KERN_FAILURE);
    request_free(&r);
    r = next_request(port, 2405);
    CHECK_EQ(word_at(&r, 60), EXC_CRASH);
    answer(&r, KERN_SUCCESS);
    CHECK_EQ(world_task_wait(child), KILLED);
    request_free(&r);
    receive_free(port);
}

/* The byte that the program reports, or 0. */
static char run_unreached(const char *how)
{
    int fds[2];
    char byte = 0;
    REQUIRE_EQ(pipe(fds), 0);
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        dup2(fds[1], 9);
        execl(getenv("MACHCTL"), "machctl", "run", "--", getenv("UNREACHED"), how, NULL);
        _exit(127);
    }
    close(fds[1]);
    struct pollfd poll_fd = { .fd = fds[0], .events = POLLIN };
    if (poll(&poll_fd, 1, 4 * PATIENCE_MS) != 1 || read(fds[0], &byte, 1) != 1)
        byte = 0;
    close(fds[0]);
    kill(-pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return byte;
}

TEST(a_fault_without_a_machd_is_the_programs_own, "K197 K200")
{
    skip_if_sanitized();
    if (!getenv("MACHCTL") || !getenv("UNREACHED"))
        SKIP("MACHCTL and UNREACHED are not set");
    CHECK_EQ(run_unreached("before"), 'c');
    CHECK_EQ(run_unreached("during"), 'c');
}

/* ---- which signals are crashes ---- */

static int send_oneself(void *argument)
{
    tell_parent_of_all();
    signal(*(const int *)argument, SIG_DFL);
    kill(getpid(), *(const int *)argument);
    pause();
    return 0;
}

TEST(every_signal_that_dumps_core_is_a_crash_and_no_other, "K205 K195")
{
    skip_if_sanitized();
    static const int crashes[] = { SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGBUS, SIGSEGV, SIGSYS };
    static const int plain[] = { SIGTERM, SIGINT, SIGHUP, SIGKILL, SIGALRM, SIGPIPE };
    mach_port_t port = receive_new();
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++) {
        world_task *child = world_task_spawn(send_oneself, (void *)(uintptr_t)&crashes[i], port);
        union request r = next_request(port, 2405);
        check_codes(&r, 60, EXC_CRASH, crashes[i] << 24, 0);
        answer(&r, i % 2 ? KERN_SUCCESS : KERN_FAILURE);
        CHECK_EQ(world_task_wait(child), KILLED);
        request_free(&r);
    }
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        CHECK_EQ(world_task_wait(world_task_spawn(send_oneself, (void *)(uintptr_t)&plain[i], port)), KILLED);
    expect_no_request(port);
    receive_free(port);
}

/* ---- calls that a filter forbids ---- */

static int make_a_forbidden_call(void *argument)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgid, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { sizeof rules / sizeof rules[0], rules };
    signal(SIGSYS, SIG_DFL);
    tell_parent_of_all();
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        return 1;
    syscall(SYS_getpgid, 0);
    return ANSWER;
}

TEST(a_forbidden_system_call_is_an_exception, "K199")
{
    skip_if_sanitized();
    mach_port_t port = receive_new();
    world_task *child = world_task_spawn(make_a_forbidden_call, NULL, port);
    union request r = next_request(port, 2405);
    check_codes(&r, 60, EXC_SYSCALL, SYS_getpgid, 1);
    answer(&r, KERN_SUCCESS);
    CHECK_EQ(world_task_wait(child), ANSWER); /* the call is over: it is not made again */
    request_free(&r);
    receive_free(port);
}
