/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ported/small.c - headers around Mach that programs take for granted: what they compute, and what they answer */
#define __ASSERT_MACROS_DEFINE_VERSIONS_WITHOUT_UNDERSCORES 1
#include <AssertMacros.h>
#include <bsm/libbsm.h>
#include <errno.h>
#include <fcntl.h>
#include <mach/mach.h>
#include <mach/machine/_structs.h>
#include <mach/thread_state.h>
#include <malloc/malloc.h>
#include <os/log.h>
#include <os/overflow.h>
#include <pthread.h>
#include <pthread/spawn.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/codesign.h>
#include <sys/event.h>
#include <sys/kdebug.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/queue.h>
#include <sys/reason.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>
#include <uuid/uuid.h>
#include <vproc.h>

#include "tests/harness/harness.h"

TEST(a_uuid_goes_to_text_and_back, "")
{
    uuid_t made, read, zero;
    uuid_string_t text;
    uuid_clear(zero);
    uuid_generate(made);
    CHECK_EQ(made[6] >> 4, 4);
    CHECK_EQ(made[8] >> 6, 2);
    CHECK(!uuid_is_null(made) && uuid_is_null(zero));
    uuid_unparse_lower(made, text);
    CHECK_EQ(strlen(text), 36);
    REQUIRE_EQ(uuid_parse(text, read), 0);
    CHECK_EQ(uuid_compare(made, read), 0);
    CHECK_EQ(uuid_parse("01234567-89ab-cdef-0123-456789ABCDEF", read), 0);
    uuid_unparse(read, text);
    CHECK_STR_EQ(text, "01234567-89AB-CDEF-0123-456789ABCDEF");
    CHECK_EQ(uuid_parse("01234567-89ab-cdef-0123-456789ABCDE", read), -1);
    CHECK_EQ(uuid_parse("01234567-89ab-cdef-0123-456789ABCDEF0", read), -1);
    CHECK_EQ(uuid_parse("01234567x89ab-cdef-0123-456789ABCDEF", read), -1);
    CHECK_EQ(uuid_parse("g1234567-89ab-cdef-0123-456789ABCDEF", read), -1);
}

TEST(memory_is_filled_by_patterns_and_compared, "")
{
    char area[8] = "-------";
    memset_pattern4(area, "abcd", 7);
    CHECK_STR_EQ(area, "abcdabc");
    memset_pattern8(area, "12345678", 3);
    CHECK_STR_EQ(area, "123dabc");
    memset_pattern16(area, "ABCDEFGHIJKLMNOP", 7);
    CHECK_STR_EQ(area, "ABCDEFG");
    CHECK_EQ(memset_s(area, sizeof area, 'x', 3), 0);
    CHECK_STR_EQ(area, "xxxDEFG");
    CHECK_EQ(memset_s(area, 4, 'y', 5), EOVERFLOW);
    CHECK_STR_EQ(area, "yyyyEFG");
    CHECK_EQ(memset_s(NULL, 4, 'y', 4), EINVAL);
    CHECK_EQ(timingsafe_bcmp("abc", "abc", 3), 0);
    CHECK_NE(timingsafe_bcmp("abc", "abd", 3), 0);
}

TEST(a_block_has_at_least_the_size_that_was_asked_for, "")
{
    void *block = malloc_zone_malloc(malloc_default_zone(), 100);
    CHECK(malloc_size(block) >= malloc_good_size(100));
    CHECK_EQ(malloc_zone_from_ptr(block), malloc_default_zone());
    block = malloc_zone_realloc(malloc_default_zone(), block, 5000);
    CHECK(malloc_size(block) >= 5000);
    malloc_zone_free(malloc_default_zone(), block);
    CHECK_EQ(malloc_size(NULL), 0);
}

TEST(a_child_inherits_what_was_asked_for, "")
{
    int status,
        *shared = mmap(NULL, vm_page_size, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE | MAP_JIT, -1, 0);
    REQUIRE(shared != MAP_FAILED);
    REQUIRE_EQ(minherit(shared, vm_page_size, VM_INHERIT_SHARE), 0);
    CHECK_EQ(minherit(shared, vm_page_size, 77), -1);
    CHECK_EQ(errno, EINVAL);
    pid_t pid = fork();
    if (pid == 0) {
        *shared = 7;
        _exit(0);
    }
    REQUIRE_EQ(waitpid(pid, &status, 0), pid);
    CHECK_EQ(*shared, 7);
    munmap(shared, vm_page_size);
}

TEST(the_peer_of_a_socket_is_known, "")
{
    int pair[2];
    uid_t uid = 99999;
    gid_t gid = 99999;
    REQUIRE_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    REQUIRE_EQ(getpeereid(pair[0], &uid, &gid), 0);
    CHECK_EQ(uid, geteuid());
    CHECK_EQ(gid, getegid());
    close(pair[0]);
    close(pair[1]);
}

TEST(an_audit_token_is_taken_apart_at_once, "")
{
    audit_token_t token;
    mach_msg_type_number_t count = TASK_AUDIT_TOKEN_COUNT;
    uid_t euid = 99999;
    pid_t pid = 0;
    REQUIRE_EQ(task_info(mach_task_self(), TASK_AUDIT_TOKEN, (task_info_t)&token, &count), KERN_SUCCESS);
    audit_token_to_au32(token, NULL, &euid, NULL, NULL, NULL, &pid, NULL, NULL);
    CHECK_EQ(euid, geteuid());
    CHECK_EQ(pid, getpid());
}

static _Atomic bool waits;

static void *wait_for_ever(void *argument)
{
    waits = true;
    struct {
        mach_msg_header_t header;
        mach_msg_max_trailer_t trailer;
    } in;
    mach_msg(&in.header, MACH_RCV_MSG, 0, sizeof in, *(mach_port_t *)argument, 0, MACH_PORT_NULL);
    return NULL;
}

TEST(the_registers_of_a_suspended_thread_lead_to_its_stack, "")
{
    pthread_t thread;
    mach_port_t port;
    uintptr_t sp = 0, values[64];
    size_t length = 1;
    REQUIRE_EQ(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port), KERN_SUCCESS);
    REQUIRE_EQ(pthread_create(&thread, NULL, wait_for_ever, &port), 0);
    mach_port_t name = pthread_mach_thread_np(thread);
    uintptr_t top = (uintptr_t)pthread_get_stackaddr_np(thread);
    while (!waits) /* a thread that is stopped in the C library keeps its locks */
        usleep(1000);
    REQUIRE_EQ(thread_suspend(name), KERN_SUCCESS);
    CHECK_EQ(thread_get_register_pointer_values(name, &sp, &length, values), KERN_INSUFFICIENT_BUFFER_SIZE);
    CHECK(length > 1 && length < 64);
    REQUIRE_EQ(thread_get_register_pointer_values(name, &sp, &length, values), KERN_SUCCESS);
    CHECK(sp < top && sp >= top - pthread_get_stacksize_np(thread));
    REQUIRE_EQ(thread_resume(name), KERN_SUCCESS);
    REQUIRE_EQ(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1), KERN_SUCCESS);
    REQUIRE_EQ(pthread_join(thread, NULL), 0);
}

TEST(a_class_is_kept_as_a_clamp, "")
{
    posix_spawnattr_t attributes;
    qos_class_t qos_class = QOS_CLASS_DEFAULT;
    REQUIRE_EQ(posix_spawnattr_init(&attributes), 0);
    CHECK_EQ(posix_spawnattr_get_qos_class_np(&attributes, &qos_class), 0);
    CHECK_EQ(qos_class, QOS_CLASS_UNSPECIFIED);
    CHECK_EQ(posix_spawnattr_set_qos_class_np(&attributes, QOS_CLASS_USER_INITIATED), EINVAL);
    CHECK_EQ(posix_spawnattr_set_qos_class_np(&attributes, QOS_CLASS_UTILITY), 0);
    CHECK_EQ(posix_spawnattr_get_qos_class_np(&attributes, &qos_class), 0);
    CHECK_EQ(qos_class, QOS_CLASS_UTILITY);
    posix_spawnattr_destroy(&attributes);
}

static int status_of_child(void (*body)(void))
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        close(STDERR_FILENO);
        body();
        _exit(0);
    }
    REQUIRE_EQ(waitpid(pid, &status, 0), pid);
    return status;
}

static void abort_for_a_reason(void)
{
    abort_with_reason(OS_REASON_TEST, 7, "as it should", OS_REASON_FLAG_NO_CRASH_REPORT);
}

static void be_terminated(void)
{
    terminate_with_reason(getpid(), OS_REASON_TEST, 7, "as it should", 0);
}

TEST(a_process_ends_with_a_reason, "")
{
    CHECK_EQ(WTERMSIG(status_of_child(abort_for_a_reason)), SIGABRT);
    CHECK_EQ(WTERMSIG(status_of_child(be_terminated)), SIGKILL);
    CHECK_EQ(terminate_with_reason(0, OS_REASON_TEST, 7, NULL, 0), -1);
    CHECK_EQ(errno, EINVAL);
}

TEST(what_nobody_traces_or_signs_is_said, "")
{
    uint32_t word = 0;
    CHECK_EQ(KDBG_EVENTID(DBG_APPS, 3, 5), 0x21030014);
    CHECK_EQ(KDBG_EXTRACT_CODE(0x21030014), 5);
    CHECK_EQ(kdebug_trace(KDBG_EVENTID(DBG_APPS, 3, 5) | DBG_FUNC_START, 1, 2, 3, 4), 0);
    CHECK_EQ(kdebug_trace(KDBG_EVENTID(DBG_TRACE, 0, 0), 1, 2, 3, 4), -1);
    CHECK(!kdebug_is_enabled(KDBG_EVENTID(DBG_APPS, 3, 5)));
    CHECK_EQ(csops(getpid(), CS_OPS_STATUS, &word, sizeof word), -1);
    CHECK_EQ(errno, ENOTSUP);
    CHECK_EQ(ptrace(PT_DENY_ATTACH, 0, 0, 0), -1);
    vproc_transaction_t transaction = vproc_transaction_begin(NULL);
    CHECK_NE(transaction, NULL);
    vproc_transaction_end(NULL, transaction);
}

TEST(what_has_nothing_behind_it_is_refused, "")
{
    processor_set_t set = 1;
    mach_zone_name_array_t names;
    mach_zone_info_array_t infos;
    mach_msg_type_number_t n_names = 1, n_infos = 1;
    CHECK_EQ(task_get_assignment(mach_task_self(), &set), KERN_NOT_SUPPORTED);
    CHECK_EQ(set, MACH_PORT_NULL);
    CHECK_EQ(mach_zone_info(mach_host_self(), &names, &n_names, &infos, &n_infos), KERN_NOT_SUPPORTED);
    CHECK_EQ(n_names + n_infos, 0);
}

TEST(words_go_to_the_log, "")
{
    os_log_t log = os_log_create("org.machd.test", "small");
    REQUIRE(log != NULL);
    CHECK(log == os_log_create("org.machd.test", "small") && log != os_log_create("org.machd.test", "other"));
    CHECK(os_log_type_enabled(log, OS_LOG_TYPE_ERROR) && !os_log_type_enabled(log, OS_LOG_TYPE_DEBUG));
    CHECK(!os_log_type_enabled(OS_LOG_DISABLED, OS_LOG_TYPE_FAULT));
    openlog("ported", LOG_PERROR, LOG_USER);
    int pair[2], kept = dup(STDERR_FILENO);
    char line[256] = "";
    REQUIRE_EQ(pipe(pair), 0);
    dup2(pair[1], STDERR_FILENO);
    errno = ENOENT;
    os_log_debug(log, "not this");
    os_log_error(log, "%{public}s of %{private}d%%: %m", "one", 7);
    CHECK_EQ(errno, ENOENT);
    dup2(kept, STDERR_FILENO);
    CHECK_GT(read(pair[0], line, sizeof line - 1), 0);
    CHECK(strstr(line, "[org.machd.test:small] one of 7%: No such file or directory\n") != NULL);
    close(pair[0]);
    close(pair[1]);
    close(kept);
    closelog();
}

TEST(a_descriptor_for_events_alone_hears_of_them, "")
{
    char path[] = "/tmp/machd-ported.XXXXXX";
    int made = mkstemp(path), fd = open(path, O_EVTONLY), kq = kqueue();
    struct kevent change, event = { 0 };
    EV_SET(&change, fd, EVFILT_VNODE, EV_ADD | EV_CLEAR, NOTE_WRITE | NOTE_EXTEND, 0, NULL);
    REQUIRE_EQ(kevent(kq, &change, 1, NULL, 0, NULL), 0);
    REQUIRE_EQ(write(made, "x", 1), 1);
    REQUIRE_EQ(kevent(kq, NULL, 0, &event, 1, &(struct timespec){ 10, 0 }), 1);
    CHECK_EQ(event.ident, fd);
    CHECK(event.fflags & NOTE_WRITE);
    unlink(path);
    close(kq);
    close(fd);
    close(made);
}

struct element {
    TAILQ_ENTRY(element) entry;
};
TAILQ_HEAD(elements, element);

TEST(a_list_is_emptied_while_it_is_walked, "")
{
    struct elements list = TAILQ_HEAD_INITIALIZER(list);
    struct element *one, *next;
    int n = 0;
    for (int i = 0; i < 3; i++) {
        one = calloc(1, sizeof *one);
        TAILQ_INSERT_TAIL(&list, one, entry);
    }
    TAILQ_FOREACH_SAFE(one, &list, entry, next)
    {
        TAILQ_REMOVE(&list, one, entry);
        free(one);
        n++;
    }
    CHECK_EQ(n, 3);
    CHECK(TAILQ_EMPTY(&list));
}

static int checked(int value, int error)
{
    int result = 0;
    require_action(value > 0, out, result = 1);
    require_noerr_action(error, out, result = 2);
    result = 3;
out:
    return result;
}

TEST(a_requirement_leaves_through_its_label, "")
{
    CHECK_EQ(checked(0, 0), 1);
    CHECK_EQ(checked(1, 5), 2);
    CHECK_EQ(checked(1, 0), 3);
}

TEST(arithmetic_says_that_it_overflowed, "")
{
    int sum = 0;
    size_t size = 0;
    CHECK(!os_add_overflow(1, 2, &sum));
    CHECK_EQ(sum, 3);
    CHECK(os_add_overflow(0x7fffffff, 1, &sum));
    CHECK(os_mul_and_add_overflow(SIZE_MAX, 2, 1, &size));
    CHECK(!os_mul_and_add_overflow(5u, 2u, 1u, &size));
    CHECK_EQ(size, 11);
}
