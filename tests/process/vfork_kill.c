/* SPDX-License-Identifier: Apache-2.0 */
/* tests/process/vfork_kill.c - a vfork child is killed wherever it is in the library; its parent goes on in the same memory
 *
 * Each job is a use of the library that checks its outcome. The child repeats one, or all in turn, until a thread of its parent
 * kills it. Then the parent does each of them once, while another thread never ceased to send large memory.
 */
#include <dirent.h>
#include <errno.h>
#include <mach/mach_vm.h>
#include <mach/mk_timer.h>
#include <pthread.h>
#include <servers/bootstrap.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/event.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/process/report.h"
#include "tests/tasks/common.h"

enum { LARGE = 160 * 1024, MOST_US = 1500 };

/* Of the thread that makes the vfork; what the child leaves there its parent finds. */
static mach_port_t port;
static char pattern[LARGE];

/* Whether a job that succeeded did what it should is looked at by the parent; the child is about to die. */
static bool is_child;
#define EXPECT(condition) (is_child ? (void)(condition) : (void)CHECK(condition))

/* ---- the jobs ---- */

struct large {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_ool_descriptor_t memory;
    mach_msg_max_trailer_t trailer;
};

static kern_return_t send_large(mach_port_t to, mach_msg_option_t option)
{
    struct large message = {
        .header = { .msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
                    .msgh_remote_port = to,
                    .msgh_size = offsetof(struct large, trailer) },
        .body = { 1 },
        .memory = { .address = pattern, .size = LARGE, .type = MACH_MSG_OOL_DESCRIPTOR },
    };
    return mach_msg(&message.header, MACH_SEND_MSG | option, message.header.msgh_size, 0, 0, 0, 0);
}

/* A child gets the message without its memory. */
static void receive_large(mach_port_t from)
{
    struct large message = { 0 };
    mach_msg_return_t mr =
        mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof message, from, PATIENCE_MS, 0);
    if (is_child) {
        EXPECT(mr != OK);
        return;
    }
    CHECK_EQ(mr, OK);
    REQUIRE_EQ(message.memory.size, LARGE);
    CHECK(memcmp(message.memory.address, pattern, LARGE) == 0);
    CHECK_EQ(vm_deallocate(mach_task_self(), (vm_address_t)message.memory.address, LARGE), OK);
}

static void job_large(void)
{
    kern_return_t kr = send_large(port, 0);
    EXPECT(kr == OK);
    receive_large(port);
}

static void job_ports(void)
{
    mach_port_t made = MACH_PORT_NULL;
    EXPECT(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &made) == OK);
    EXPECT(mach_port_insert_right(mach_task_self(), made, made, MACH_MSG_TYPE_MAKE_SEND) == OK);
    EXPECT(mach_port_deallocate(mach_task_self(), made) == OK);
    EXPECT(mach_port_mod_refs(mach_task_self(), made, MACH_PORT_RIGHT_RECEIVE, -1) == OK);
}

static void job_names(void)
{
    mach_port_name_array_t names = NULL;
    mach_port_type_array_t types = NULL;
    mach_msg_type_number_t n = 0, n_types = 0;
    EXPECT(mach_port_names(mach_task_self(), &names, &n, &types, &n_types) == OK);
    if (n > 0) {
        vm_deallocate(mach_task_self(), (vm_address_t)names, n * sizeof *names);
        vm_deallocate(mach_task_self(), (vm_address_t)types, n * sizeof *types);
    }
}

static void job_timer(void)
{
    struct {
        mach_msg_header_t header;
        char rest[256];
    } expired;
    mach_port_t timer = mk_timer_create();
    uint64_t result;
    EXPECT(timer != MACH_PORT_NULL);
    EXPECT(mk_timer_arm(timer, mach_absolute_time()) == OK);
    EXPECT(mach_msg(&expired.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof expired, timer, PATIENCE_MS,
                    0) == OK);
    mk_timer_cancel(timer, &result);
    EXPECT(mk_timer_destroy(timer) == OK);
}

/* A kernel queue is its parent's, and a child makes none (F32). */
static void job_kqueue(void)
{
    struct kevent change, event;
    const struct timespec patience = { PATIENCE_MS / 1000, 0 };
    int kq = kqueue();
    EXPECT(kq >= 0);
    EV_SET(&change, 1, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 0, NULL);
    EXPECT(kevent(kq, &change, 1, &event, 1, &patience) == 1);
    EV_SET(&change, port, EVFILT_MACHPORT, EV_ADD, 0, 0, NULL);
    EXPECT(kevent(kq, &change, 1, NULL, 0, NULL) == 0);
    if (kq >= 0)
        close(kq);
}

static void job_exceptions(void)
{
    exception_mask_t masks[EXC_TYPES_COUNT];
    mach_port_t ports[EXC_TYPES_COUNT];
    exception_behavior_t behaviors[EXC_TYPES_COUNT];
    thread_state_flavor_t flavors[EXC_TYPES_COUNT];
    mach_msg_type_number_t n = EXC_TYPES_COUNT;
    EXPECT(task_set_exception_ports(mach_task_self(), EXC_MASK_BREAKPOINT, port, EXCEPTION_DEFAULT,
                                    THREAD_STATE_NONE) == OK);
    EXPECT(task_get_exception_ports(mach_task_self(), EXC_MASK_BREAKPOINT, masks, &n, ports, behaviors,
                                    flavors) == OK);
    EXPECT(n == 1 && ports[0] == port);
    EXPECT(task_set_exception_ports(mach_task_self(), EXC_MASK_BREAKPOINT, MACH_PORT_NULL, EXCEPTION_DEFAULT,
                                    THREAD_STATE_NONE) == OK);
    if (n == 1)
        mach_port_deallocate(mach_task_self(), ports[0]);
}

/* A server answers, not the kernel: the answer to who was killed may come at any time. */
static void job_lookup(void)
{
    mach_port_t found = MACH_PORT_NULL;
    EXPECT(bootstrap_look_up(bootstrap_port, "org.machd.test.nobody", &found) == BOOTSTRAP_UNKNOWN_SERVICE);
}

static void job_memory(void)
{
    vm_address_t at = 0;
    EXPECT(vm_allocate(mach_task_self(), &at, LARGE, VM_FLAGS_ANYWHERE) == OK);
    EXPECT(vm_protect(mach_task_self(), at, LARGE, FALSE, VM_PROT_READ) == OK);
    EXPECT(vm_deallocate(mach_task_self(), at, LARGE) == OK);
}

static void job_entry(void)
{
    mach_port_t entry = MACH_PORT_NULL;
    memory_object_size_t size = LARGE;
    mach_vm_address_t at = 0;
    EXPECT(mach_make_memory_entry_64(mach_task_self(), &size, 0, MAP_MEM_NAMED_CREATE | VM_PROT_DEFAULT,
                                     &entry, MACH_PORT_NULL) == OK);
    if (mach_vm_map(mach_task_self(), &at, LARGE, 0, VM_FLAGS_ANYWHERE, entry, 0, FALSE, VM_PROT_DEFAULT,
                    VM_PROT_DEFAULT, VM_INHERIT_NONE) == OK)
        EXPECT(mach_vm_deallocate(mach_task_self(), at, LARGE) == OK);
    else
        EXPECT(is_child);
    mach_port_deallocate(mach_task_self(), entry);
}

static void ignore_signal(int number)
{
    (void)number;
}

static void job_signals(void)
{
    struct sigaction action = { .sa_handler = ignore_signal }, old;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    EXPECT(sigaction(SIGQUIT, &action, &old) == 0);
    EXPECT(sigaction(SIGQUIT, &old, NULL) == 0);
    EXPECT(signal(SIGUSR1, SIG_IGN) != SIG_ERR && signal(SIGUSR1, SIG_DFL) != SIG_ERR);
    EXPECT(sigprocmask(SIG_BLOCK, &set, NULL) == 0 && sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
}

static void *nothing(void *argument)
{
    return argument;
}

static void job_threads(void)
{
    pthread_t thread;
    mach_port_t own = pthread_mach_thread_np(pthread_self());
    EXPECT(own != MACH_PORT_NULL);
    EXPECT(pthread_equal(pthread_from_mach_thread_np(own), pthread_self()));
    int error = pthread_create(&thread, NULL, nothing, NULL);
    EXPECT(error == 0);
    if (error == 0)
        pthread_join(thread, NULL);
}

static void job_waiting(void)
{
    struct large message;
    mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof message, port, 1, 0);
}

static void (*const jobs[])(void) = { job_large,      job_ports,   job_names,   job_timer,
                                      job_kqueue,     job_lookup,  job_memory,  job_entry,
                                      job_exceptions, job_signals, job_threads, job_waiting };
enum { N_JOBS = sizeof jobs / sizeof jobs[0] };

/* ---- who kills, and who goes on ---- */

static _Atomic pid_t victim;
static unsigned delay_us;

static void *kill_soon(void *argument)
{
    struct timespec time = { 0, delay_us * 1000L };
    while (atomic_load(&victim) == 0)
        usleep(50);
    nanosleep(&time, NULL);
    kill(atomic_load(&victim), SIGKILL);
    return argument;
}

static pid_t vfork_to_work(int job)
{
    pid_t pid = vfork();
    if (pid == 0) {
        is_child = true;
        atomic_store(&victim, getpid());
        for (int i = job < 0 ? 0 : job;; i = job < 0 ? (i + 1) % N_JOBS : job)
            jobs[i]();
    }
    is_child = false;
    return pid;
}

static void kill_in_the_midst_of(int job)
{
    pthread_t thread;
    int status = -1;
    port = both_new();
    atomic_store(&victim, 0);
    delay_us = (unsigned)rand() % MOST_US;
    pthread_create(&thread, NULL, kill_soon, NULL);
    pid_t pid = vfork_to_work(job);
    pthread_join(thread, NULL);
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    CHECK_EQ(status, SIGKILL);
    mach_port_deallocate(mach_task_self(), port);
    receive_free(port);
    port = both_new();
    for (int i = 0; i < N_JOBS; i++)
        jobs[i]();
    mach_port_deallocate(mach_task_self(), port);
    receive_free(port);
}

static _Atomic bool is_over;
static _Atomic int n_sent;

/* Does nothing that a vfork child's memory could change: it has a port of its own. */
static void *send_all_the_time(void *argument)
{
    mach_port_t own = both_new();
    while (!atomic_load(&is_over)) {
        struct large message = { 0 };
        CHECK_EQ(send_large(own, 0), OK);
        CHECK_EQ(mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof message, own, 0, 0), OK);
        CHECK_EQ(message.memory.size, LARGE);
        CHECK(message.memory.address != NULL && memcmp(message.memory.address, pattern, LARGE) == 0);
        vm_deallocate(mach_task_self(), (vm_address_t)message.memory.address, LARGE);
        atomic_fetch_add(&n_sent, 1);
        usleep(200);
    }
    mach_port_deallocate(mach_task_self(), own);
    receive_free(own);
    return argument;
}

static int n_descriptors(void)
{
    int n = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (directory != NULL && readdir(directory) != NULL)
        n++;
    closedir(directory);
    return n;
}

static void kill_often(int job, int n)
{
    pthread_t thread;
    kill_in_the_midst_of(job);
    int before = n_descriptors();
    atomic_store(&is_over, false);
    atomic_store(&n_sent, 0);
    pthread_create(&thread, NULL, send_all_the_time, NULL);
    for (int i = 0; i < n; i++)
        kill_in_the_midst_of(job);
    atomic_store(&is_over, true);
    pthread_join(thread, NULL);
    CHECK_GT(atomic_load(&n_sent), 0);
    CHECK_LE(n_descriptors(), before + 4);
}

static void begin(void)
{
    srand(7);
    for (int i = 0; i < LARGE; i++)
        pattern[i] = (char)(i * 31 + i / 4096);
}

TEST(a_vfork_child_that_is_killed_with_large_memory_leaves_no_lock_and_no_descriptor_to_its_parent, "F69 F74")
{
    begin();
    kill_often(0, rounds(300));
}

TEST(a_vfork_child_that_is_killed_in_any_call_leaves_its_parent_able_to_make_all_of_them, "F69 F74")
{
    begin();
    for (int job = 1; job < N_JOBS; job++)
        kill_often(job, rounds(100));
    kill_often(-1, rounds(200));
}

/* ---- what a child is refused, since it would be made in its parent's memory or with its descriptors ---- */

static volatile struct {
    int kqueue_error, kevent_error, thread_error;
    mach_msg_return_t received;
    mach_msg_size_t size;
    kern_return_t sent;
} told;

static pid_t vfork_and_ask(int kq)
{
    pid_t pid = vfork();
    if (pid == 0) {
        struct large message = { 0 };
        pthread_t thread;
        struct timespec none = { 0 };
        struct kevent event;
        told.kqueue_error = kqueue() < 0 ? errno : 0;
        told.kevent_error = kevent(kq, NULL, 0, &event, 1, &none) < 0 ? errno : 0;
        told.thread_error = pthread_create(&thread, NULL, nothing, NULL);
        told.sent = send_large(port, 0);
        told.received = mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof message, port, 0, 0);
        told.size = message.memory.size;
        told.sent = send_large(port, 0);
        _exit(0);
    }
    return pid;
}

TEST(a_vfork_child_sends_large_memory_and_has_no_kernel_queues_and_threads, "F32 F69")
{
    begin();
    int status = -1, kq = kqueue();
    port = both_new();
    pid_t pid = vfork_and_ask(kq);
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    CHECK_EQ(status, 0);
    CHECK_EQ(told.kqueue_error, EINVAL);
    CHECK_EQ(told.kevent_error, EBADF);
    CHECK_EQ(told.thread_error, EAGAIN);
    CHECK_EQ(told.received, MACH_RCV_BODY_ERROR | MACH_MSG_VM_KERNEL);
    CHECK_EQ(told.size, 0);
    CHECK_EQ(told.sent, OK);
    is_child = false;
    receive_large(port);
    mach_port_deallocate(mach_task_self(), port);
    receive_free(port);
    close(kq);
}
