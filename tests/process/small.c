/* SPDX-License-Identifier: Apache-2.0 */
/* tests/process/small.c - the small headers that programs for macOS include beside the large ones (H19) */
#include <crt_externs.h>
#include <errno.h>
#include <libkern/OSAtomic.h>
#include <mach-o/dyld.h>
#include <os/atomic_private.h>
#include <os/lock.h>
#include <pthread.h>
#include <pthread/qos_private.h>
#include <ptrauth.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syslimits.h>
#include <sys/sysctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <util.h>

#include "tests/harness/harness.h"

TEST(sysctl_knows_its_names_by_word_and_number, "F23 H19")
{
    int n = 0, mib[CTL_MAXNAME];
    int64_t wide = 0;
    char text[64] = "";
    size_t size = sizeof n, n_mib = CTL_MAXNAME;
    CHECK_EQ(sysctlbyname("hw.ncpu", &n, &size, NULL, 0), 0);
    CHECK_EQ(n, sysconf(_SC_NPROCESSORS_ONLN));
    size = sizeof wide;
    CHECK_EQ(sysctlbyname("hw.memsize", &wide, &size, NULL, 0), 0);
    CHECK_GT(wide, 1 << 20);
    CHECK_EQ(sysctlbyname("kern.ostype", NULL, &size, NULL, 0), 0);
    CHECK_EQ(size, 6);
    CHECK_EQ(sysctlbyname("kern.ostype", text, &size, NULL, 0), 0);
    CHECK_STR_EQ(text, "Linux");
    size = 3;
    CHECK_EQ(sysctlbyname("kern.ostype", text, &size, NULL, 0), -1);
    CHECK_EQ(errno, ENOMEM);
    CHECK_EQ(sysctlbyname("kern.nothing", NULL, NULL, NULL, 0), -1);
    CHECK_EQ(errno, ENOENT);
    CHECK_EQ(sysctlnametomib("kern.maxproc", mib, &n_mib), 0);
    CHECK_EQ(n_mib, 2);
    size = sizeof n;
    CHECK_EQ(sysctl(mib, 2, &n, &size, NULL, 0), 0);
    CHECK_EQ(n, 2500);
    CHECK_EQ(sysctlbyname("kern.maxprocperuid", NULL, NULL, &n, sizeof n), -1);
    CHECK_EQ(errno, EPERM);
}

TEST(sysctl_tells_records_and_what_the_processor_is, "")
{
    struct clockinfo clock = { 0 };
    struct loadavg load = { 0 };
    struct xsw_usage swap = { 0 };
    char text[512] = "";
    int mib[2] = { CTL_VM, VM_LOADAVG };
    int64_t cache = -1;
    size_t size = sizeof clock;
    REQUIRE_EQ(sysctlbyname("kern.clockrate", &clock, &size, NULL, 0), 0);
    CHECK_EQ(size, sizeof clock);
    CHECK_EQ(clock.hz * clock.tick, 1000000);
    size = sizeof load;
    REQUIRE_EQ(sysctl(mib, 2, &load, &size, NULL, 0), 0);
    CHECK_EQ(load.fscale, 2048);
    size = sizeof swap;
    REQUIRE_EQ(sysctlbyname("vm.swapusage", &swap, &size, NULL, 0), 0);
    CHECK_EQ(swap.xsu_used + swap.xsu_avail, swap.xsu_total);
    size = 4;
    CHECK_EQ(sysctlbyname("vm.swapusage", &swap, &size, NULL, 0), -1);
    CHECK_EQ(errno, ENOMEM);
    size = sizeof text;
    REQUIRE_EQ(sysctlbyname("kern.bootsessionuuid", text, &size, NULL, 0), 0);
    CHECK_EQ(size, 37);
    size = sizeof text;
    CHECK_EQ(sysctlbyname("machdep.cpu.brand_string", text, &size, NULL, 0), 0);
    size = sizeof cache;
    CHECK_EQ(sysctlbyname("hw.l1dcachesize", &cache, &size, NULL, 0), 0);
    CHECK_GE(cache, 0);
}

static int set_max(int value)
{
    return sysctlbyname("kern.maxproc", NULL, NULL, &value, sizeof value) == 0 ? 0 : errno;
}

TEST(root_says_how_many_processes_there_may_be, "F23")
{
    int n = 0, value = 3000;
    size_t size = sizeof n;
    if (geteuid() != 0) {
        CHECK_EQ(set_max(3000), EPERM);
        return;
    }
    const int none[] = { 0, -1, 32769 };
    for (int i = 0; i < 3; i++)
        CHECK_EQ(set_max(none[i]), EINVAL);
    CHECK_EQ(sysctlbyname("kern.maxproc", &n, &size, &value, sizeof value), 0);
    CHECK_EQ(n, 2500); /* as it was */
    CHECK_EQ(sysctlbyname("kern.maxproc", &n, &size, NULL, 0), 0);
    CHECK_EQ(n, 3000);
    CHECK_EQ(sysctlbyname("kern.maxprocperuid", &n, &size, NULL, 0), 0);
    CHECK_EQ(n, 1500);
    CHECK_EQ(set_max(1), 0);
    CHECK_EQ(fork(), -1);
    CHECK_EQ(errno, EAGAIN);
    CHECK_EQ(set_max(32768), 0);
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    CHECK_GT(pid, 0);
    CHECK_EQ(waitpid(pid, NULL, 0), pid);
    CHECK_EQ(set_max(2500), 0);
}

TEST(the_programs_arguments_are_found, "H19")
{
    CHECK_GE(*_NSGetArgc(), 1);
    CHECK_STR_EQ(*_NSGetProgname(), "process_small");
    CHECK(strstr((*_NSGetArgv())[0], "process_small") != NULL);
    CHECK(*_NSGetEnviron() == environ);
}

static OSQueueHead stack = OS_ATOMIC_QUEUE_INIT;
static OSFifoQueueHead queue = OS_ATOMIC_FIFO_QUEUE_INIT;
static OSSpinLock spin = OS_SPINLOCK_INIT;
static int counted;

static void *count(void *argument)
{
    for (int i = 0; i < 20000; i++) {
        OSSpinLockLock(&spin);
        counted++;
        OSSpinLockUnlock(&spin);
    }
    return argument;
}

TEST(atomic_operations_and_lists_do_what_they_say, "H19")
{
    struct element {
        int number;
        void *link;
    } elements[3] = { { 0, NULL }, { 1, NULL }, { 2, NULL } };
    volatile int32_t n = 5;
    volatile uint32_t bits = 0xf0;
    pthread_t threads[2];
    CHECK_EQ(OSAtomicAdd32(3, &n), 8);
    CHECK_EQ(OSAtomicDecrement32Barrier(&n), 7);
    CHECK(OSAtomicCompareAndSwap32(7, 9, &n));
    CHECK(!OSAtomicCompareAndSwap32Barrier(7, 9, &n));
    CHECK_EQ(OSAtomicOr32(1, &bits), 0xf1);
    CHECK_EQ(OSAtomicAnd32Orig(0xf, &bits), 0xf1);
    CHECK(!OSAtomicTestAndSet(0, &bits));
    CHECK_EQ(bits, 0x81);
    CHECK(OSAtomicTestAndClear(7, &bits));
    CHECK_EQ(bits, 0x80);
    for (int i = 0; i < 3; i++)
        OSAtomicEnqueue(&stack, &elements[i], offsetof(struct element, link));
    for (int i = 3; i-- > 0;)
        CHECK(OSAtomicDequeue(&stack, offsetof(struct element, link)) == &elements[i]);
    CHECK(OSAtomicDequeue(&stack, offsetof(struct element, link)) == NULL);
    for (int i = 0; i < 3; i++)
        OSAtomicFifoEnqueue(&queue, &elements[i], offsetof(struct element, link));
    for (int i = 0; i < 3; i++)
        CHECK(OSAtomicFifoDequeue(&queue, offsetof(struct element, link)) == &elements[i]);
    CHECK(OSAtomicFifoDequeue(&queue, offsetof(struct element, link)) == NULL);
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, count, NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    CHECK_EQ(counted, 40000);
    CHECK(OSSpinLockTry(&spin));
    CHECK(!OSSpinLockTry(&spin));
    OSSpinLockUnlock(&spin);
}

TEST(classes_of_service_pack_into_a_word_and_out_of_it, "T133")
{
    int relative = 1;
    unsigned long flags = 0;
    qos_class_t override_class;
    CHECK_EQ(_pthread_qos_class_encode(QOS_CLASS_DEFAULT, 0, 0), 0x8ff);
    CHECK_EQ(_pthread_qos_class_encode(QOS_CLASS_USER_INTERACTIVE, -3, _PTHREAD_PRIORITY_OVERCOMMIT_FLAG),
             0x800020fc);
    CHECK_EQ(_pthread_qos_class_decode(0x800020fc, &relative, &flags), QOS_CLASS_USER_INTERACTIVE);
    CHECK_EQ(relative, -3);
    CHECK_EQ(flags, 0x80000000);
    unsigned long both =
        _pthread_qos_class_and_override_encode(QOS_CLASS_UTILITY, 0, 0, QOS_CLASS_USER_INITIATED);
    CHECK_EQ(_pthread_qos_class_and_override_decode(both, NULL, NULL, &override_class), QOS_CLASS_UTILITY);
    CHECK_EQ(override_class, QOS_CLASS_USER_INITIATED);
    CHECK_EQ(_pthread_sched_pri_decode(_pthread_sched_pri_encode(47, 0), &flags), 47);
    CHECK_EQ(_pthread_qos_class_decode(_pthread_sched_pri_encode(47, 0), NULL, NULL), QOS_CLASS_UNSPECIFIED);
}

TEST(the_programs_path_is_found, "H19")
{
    char path[PATH_MAX], small[4];
    uint32_t size = sizeof small;
    CHECK_EQ(_NSGetExecutablePath(small, &size), -1);
    CHECK_LT(size, sizeof path);
    CHECK_EQ(_NSGetExecutablePath(path, &size), 0);
    CHECK_EQ(strlen(path) + 1, size);
    CHECK_STR_EQ(strrchr(path, '/'), "/process_small");
    CHECK(ptrauth_strip(&path, 0) == &path);
}

static os_unfair_lock unfair = OS_UNFAIR_LOCK_INIT;

static void *count_unfairly(void *argument)
{
    for (int i = 0; i < 20000; i++) {
        os_unfair_lock_lock(&unfair);
        counted++;
        os_unfair_lock_unlock(&unfair);
    }
    return argument;
}

static int how_it_ends(void (*fn)(void))
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        fn();
        _exit(0);
    }
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void lock_twice(void)
{
    os_unfair_lock_lock(&unfair);
    os_unfair_lock_lock(&unfair);
}

static void unlock_what_is_free(void)
{
    os_unfair_lock_unlock(&unfair);
}

TEST(an_unfair_lock_has_one_owner_and_ends_who_misuses_it, "H19")
{
    pthread_t threads[3];
    counted = 0;
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, count_unfairly, NULL);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    CHECK_EQ(counted, 60000);
    os_unfair_lock_assert_not_owner(&unfair);
    CHECK(os_unfair_lock_trylock(&unfair));
    os_unfair_lock_assert_owner(&unfair);
    os_unfair_lock_unlock(&unfair);
    CHECK_EQ(unfair._os_unfair_lock_opaque, 0);
    CHECK_EQ(how_it_ends(lock_twice), SIGABRT);
    CHECK_EQ(how_it_ends(unlock_what_is_free), SIGABRT);
}

TEST(atomic_operations_on_plain_objects_give_old_and_new_values, "H19")
{
    int n = 5, seen = 0, from, to;
    os_atomic(uint64_t) wide;
    os_atomic_init(&wide, 1ull << 40);
    CHECK_EQ(os_atomic_load(&wide, relaxed), 1ull << 40);
    CHECK_EQ(os_atomic_add(&n, 2, relaxed), 7);
    CHECK_EQ(os_atomic_inc_orig(&n, acq_rel), 7);
    CHECK_EQ(os_atomic_or(&n, 1, release), 9);
    CHECK_EQ(os_atomic_xchg(&n, 3, acquire), 9);
    CHECK(os_atomic_cmpxchg(&n, 3, 4, release));
    CHECK(!os_atomic_cmpxchgv(&n, 3, 5, &seen, seq_cst));
    CHECK_EQ(seen, 4);
    CHECK_EQ(os_atomic_max(&n, 9, relaxed), 9);
    CHECK_EQ(os_atomic_min_orig(&n, 2, relaxed), 9);
    CHECK(os_atomic_rmw_loop(&n, from, to, acq_rel, { to = from * 10; }));
    CHECK_EQ(n, 20);
    CHECK(!os_atomic_rmw_loop(&n, from, to, relaxed, {
        to = 0;
        if (from == 20)
            os_atomic_rmw_loop_give_up(seen = 1);
    }));
    CHECK_EQ(n, 20);
    CHECK_EQ(seen, 1);
}
