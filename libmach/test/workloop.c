/* SPDX-License-Identifier: Apache-2.0 */
/* workloop.c - what libmach makes of changes, events, messages and threads of the pool, over a kernel of the test's own */
#include <errno.h>
#include <mach/mach.h>
#include <pthread/workqueue_private.h>
#include <signal.h>
#include <string.h>
#include <sys/event.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libmach/message/guard.h"
#include "libmach/kqueue/kevent_trap.h"
#include "libmach/test/fake.h"
#include "tests/harness/harness.h"

enum { MAX_TRAPS = 16, LOOP = 25 };

static struct {
    unsigned n;
    struct {
        uint32_t number, n_records;
        uint64_t arg[7];
        struct kevent_record record[KEVENT_RECORDS_MAX];
    } trap[MAX_TRAPS];
} seen;

static void on_fault(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)info;
    if (!guard_fixup(context))
        _exit(99);
}

static void begin(bool (*kernel)(struct trap_page *page))
{
    struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
    sigaction(SIGSEGV, &action, NULL);
    fake_reset();
    fake_kernel = kernel;
    seen.n = 0;
}

static struct kevent_record *records_of(struct trap_page *page)
{
    return (struct kevent_record *)trap_data(page);
}

static void remember(struct trap_page *page)
{
    REQUIRE_LT(seen.n, MAX_TRAPS);
    bool is_park = page->req.number == TRAP_WORKQ_PARK;
    uint32_t n = (uint32_t)page->req.arg[is_park ? 0 : 3];
    seen.trap[seen.n].number = page->req.number;
    seen.trap[seen.n].n_records = n;
    memcpy(seen.trap[seen.n].arg, page->req.arg, sizeof seen.trap[0].arg);
    CHECK_EQ(page->req.payload_size, n * sizeof(struct kevent_record));
    memcpy(seen.trap[seen.n++].record, records_of(page), page->req.payload_size);
}

static bool accept_all(struct trap_page *page)
{
    remember(page);
    return true;
}

static struct kevent_qos_s change(uint64_t ident, int16_t filter, uint16_t flags)
{
    return (struct kevent_qos_s){ .ident = ident, .filter = filter, .flags = flags, .udata = 5 };
}

/* ---- changes ---- */

TEST(flags_say_workloop_and_not_work_queue, "T110")
{
    begin(accept_all);
    CHECK_EQ(kevent_id(LOOP, NULL, 0, NULL, 0, NULL, NULL, 0), -1);
    CHECK_EQ(errno, EINVAL);
    CHECK_EQ(kevent_id(LOOP, NULL, 0, NULL, 0, NULL, NULL, KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_WORKQ), -1);
    CHECK_EQ(errno, EINVAL);
    CHECK_EQ(seen.n, 0);
}

TEST(flags_that_are_not_a_programs_are_dropped, "T111")
{
    begin(accept_all);
    CHECK_EQ(kevent_id(LOOP, NULL, 0, NULL, 0, NULL, NULL, KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_PARKING), 0);
    CHECK_EQ(seen.trap[0].arg[0], KQUEUE_WORKLOOP);
    CHECK_EQ(seen.trap[0].arg[1], LOOP);
    CHECK_EQ(seen.trap[0].arg[2], KEVENT_FLAG_WORKLOOP);
    CHECK_EQ(seen.trap[0].arg[6], KEVENT_FOREVER);
}

TEST(the_word_of_a_workloop_change_is_read_before_the_trap, "T147")
{
    begin(accept_all);
    uint64_t word = 0x1234;
    struct kevent_qos_s list[3];
    for (int i = 0; i < 3; i++)
        list[i] = change(LOOP, EVFILT_WORKLOOP, EV_ADD);
    list[1].ext[EV_EXTIDX_WL_ADDR] = (uintptr_t)&word;
    list[2].ext[EV_EXTIDX_WL_ADDR] = 16;
    CHECK_EQ(kevent_id(LOOP, list, 3, NULL, 0, NULL, NULL, KEVENT_FLAG_WORKLOOP), 0);
    REQUIRE_EQ(seen.trap[0].n_records, 3);
    CHECK_EQ(seen.trap[0].record[0].word.state, KEVENT_WORD_NONE);
    CHECK_EQ(seen.trap[0].record[1].word.state, KEVENT_WORD_READ);
    CHECK_EQ(seen.trap[0].record[1].word.value, 0x1234);
    CHECK_EQ(seen.trap[0].record[2].word.state, KEVENT_WORD_UNREADABLE);
}

TEST(a_long_list_is_several_traps_of_which_the_last_alone_fetches, "T110 T112")
{
    enum { N = (int)KEVENT_RECORDS_MAX * 2 + 7 };
    static struct kevent_qos_s list[N];
    struct kevent_qos_s event;
    begin(accept_all);
    for (int i = 0; i < N; i++)
        list[i] = change((uint64_t)i, EVFILT_USER, EV_ADD);
    CHECK_EQ(kevent_id(LOOP, list, N, &event, 1, NULL, NULL,
                       KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_DYNAMIC_KQ_MUST_NOT_EXIST),
             0);
    REQUIRE_EQ(seen.n, 3);
    CHECK_EQ(seen.trap[0].n_records + seen.trap[1].n_records + seen.trap[2].n_records, N);
    CHECK_EQ(seen.trap[2].record[6].event.ident, N - 1);
    CHECK(seen.trap[0].arg[2] & KEVENT_FLAG_DYNAMIC_KQ_MUST_NOT_EXIST);
    CHECK(seen.trap[0].arg[2] & KEVENT_FLAG_ERROR_EVENTS);
    CHECK_EQ(seen.trap[2].arg[2], KEVENT_FLAG_WORKLOOP);
}

TEST(a_list_that_is_not_there_changes_nothing, "")
{
    begin(accept_all);
    CHECK_EQ(kevent_id(LOOP, (struct kevent_qos_s *)16, 1, NULL, 0, NULL, NULL, KEVENT_FLAG_WORKLOOP), -1);
    CHECK_EQ(errno, EFAULT);
    CHECK_EQ(seen.n, 0);
}

static bool refuse(struct trap_page *page)
{
    remember(page);
    page->reply.result = EXDEV;
    return true;
}

TEST(what_the_kernel_answers_is_errno, "T110")
{
    begin(refuse);
    CHECK_EQ(kevent_id(LOOP, NULL, 0, NULL, 0, NULL, NULL, KEVENT_FLAG_WORKLOOP), -1);
    CHECK_EQ(errno, EXDEV);
    fake_lost = true;
    CHECK_EQ(kevent_id(LOOP, NULL, 0, NULL, 0, NULL, NULL, KEVENT_FLAG_WORKLOOP), -1);
    CHECK_EQ(errno, ENOTCONN);
}

/* ---- messages ---- */

struct message {
    mach_msg_header_t head;
    char text[20];
};

static struct message message_of(const char *text)
{
    struct message message = { .head = { .msgh_size = sizeof message, .msgh_id = 7 } };
    strcpy(message.text, text);
    return message;
}

static struct kevent_record event_with(uint32_t at, uint32_t flags, uint64_t ident)
{
    struct kevent_record record = { .event = { .ident = ident, .filter = EVFILT_MACHPORT } };
    record.event.ext[1] = sizeof(struct message);
    record.message.at = at;
    record.message.size = sizeof(struct message);
    record.message.flags = flags;
    return record;
}

static char registered_buffer[256];

/* Three events: one for the area, one for a buffer of its own, one more for the area. */
static size_t write_messages(uint8_t *bytes)
{
    static const char *const text[] = { "first", "second", "third" };
    size_t at = 3 * sizeof(struct kevent_record);
    for (uint32_t i = 0; i < 3; i++) {
        struct kevent_record record = event_with((uint32_t)at, i == 1 ? 0 : KEVENT_IN_AREA, i);
        struct message message = message_of(text[i]);
        if (i == 1)
            record.event.ext[0] = (uintptr_t)registered_buffer;
        memcpy(bytes + i * sizeof record, &record, sizeof record);
        memcpy(bytes + at, &message, sizeof message);
        at += trap_round8(sizeof message);
    }
    return at;
}

static bool send_messages(struct trap_page *page)
{
    remember(page);
    write_messages(trap_data(page));
    page->reply.value[0] = 3;
    return true;
}

static bool send_segment(struct trap_page *page)
{
    uint8_t bytes[1024] = { 0 };
    remember(page);
    page->reply.payload_size = write_messages(bytes);
    page->reply.segment = fake_segment_make(bytes, page->reply.payload_size);
    page->reply.value[0] = 3;
    return true;
}

static const char *text_at(const struct kevent_qos_s *event)
{
    return ((const struct message *)(uintptr_t)event->ext[0])->text;
}

static void check_messages(uint32_t flags, bool downwards)
{
    char area[400];
    size_t left = sizeof area;
    struct kevent_qos_s event[4];
    enum { SIZE = sizeof(struct message) };
    REQUIRE_EQ(kevent_id(LOOP, NULL, 0, event, 4, area, &left, KEVENT_FLAG_WORKLOOP | flags), 3);
    CHECK_EQ(seen.trap[0].arg[5], sizeof area);
    CHECK_EQ(left, sizeof area - 2 * SIZE);
    CHECK_STR_EQ(text_at(&event[0]), "first");
    CHECK_STR_EQ(text_at(&event[1]), "second");
    CHECK_STR_EQ(text_at(&event[2]), "third");
    CHECK_EQ(event[0].ext[0], (uintptr_t)area + (downwards ? sizeof area - SIZE : 0));
    CHECK_EQ(event[1].ext[0], (uintptr_t)registered_buffer);
    CHECK_EQ(event[2].ext[0], (uintptr_t)area + (downwards ? sizeof area - 2 * SIZE : SIZE));
    CHECK_EQ(event[2].fflags, MACH_MSG_SUCCESS);
}

TEST(messages_go_to_the_area_or_to_the_buffer_of_their_knote, "T111 T126")
{
    begin(send_messages);
    check_messages(0, false);
    begin(send_messages);
    check_messages(KEVENT_FLAG_STACK_DATA, true);
    begin(send_segment);
    check_messages(0, false);
    CHECK_EQ(fake_segments_open(), 0);
}

TEST(a_buffer_that_is_not_there_is_the_events_own_failure, "T126")
{
    begin(send_messages);
    struct kevent_qos_s event[4];
    REQUIRE_EQ(kevent_id(LOOP, NULL, 0, event, 4, NULL, NULL, KEVENT_FLAG_WORKLOOP), 3);
    CHECK_EQ(event[0].fflags, MACH_RCV_INVALID_DATA);
    CHECK_EQ(event[1].fflags, MACH_MSG_SUCCESS);
}

/* ---- threads of the pool ---- */

static struct {
    int n_calls, n_spawned;
    uint64_t id[8];
    int n_events[8];
    struct kevent_qos_s first[8];
    int n_changes; /* what the callback leaves */
    struct kevent_qos_s *own;
} pool;

static void call(uint64_t *id, void **events, int *n)
{
    REQUIRE_LT(pool.n_calls, 8);
    pool.id[pool.n_calls] = *id;
    pool.n_events[pool.n_calls] = *n;
    if (*n > 0)
        pool.first[pool.n_calls] = **(struct kevent_qos_s **)events;
    pool.n_calls++;
    *n = pool.n_changes;
    if (pool.own != NULL)
        *events = pool.own;
    pool.n_changes = 0;
}

static void spawn(void)
{
    pool.n_spawned++;
}

static int shortages; /* to come */

/* Bound twice, then idle. */
static bool park(struct trap_page *page)
{
    remember(page);
    if (page->req.number == TRAP_KEVENT)
        return true;
    if (shortages > 0) {
        shortages--;
        seen.n--;
        page->reply.result = ENOMEM;
        return true;
    }
    unsigned n_parks = 0;
    for (unsigned i = 0; i < seen.n; i++)
        n_parks += seen.trap[i].number == TRAP_WORKQ_PARK;
    if (n_parks > 2) {
        page->reply.result = ETIMEDOUT;
        return true;
    }
    page->reply.value[0] = 2;
    page->reply.value[1] = LOOP + n_parks;
    page->reply.value[2] = n_parks == 1 ? KEVENT_REPLY_SPAWN : 0;
    for (uint32_t i = 0; i < 2; i++) {
        struct kevent_record record = { .event = change(10 * n_parks + i, EVFILT_USER, 0) };
        memcpy(&records_of(page)[i], &record, sizeof record);
    }
    return true;
}

static void serve(int n_changes, struct kevent_qos_s *own)
{
    memset(&pool, 0, sizeof pool);
    pool.n_changes = n_changes;
    pool.own = own;
    begin(park);
    workloop_serve(call, spawn);
}

TEST(a_thread_of_the_pool_is_called_with_the_workloop_and_its_events, "T133 T135")
{
    serve(0, NULL);
    CHECK_EQ(pool.n_calls, 2);
    CHECK_EQ(pool.n_spawned, 1);
    CHECK_EQ(pool.id[0], LOOP + 1);
    CHECK_EQ(pool.id[1], LOOP + 2);
    CHECK_EQ(pool.n_events[0], 2);
    CHECK_EQ(pool.first[1].ident, 20);
    CHECK_EQ(seen.trap[0].arg[1], WORKQ_KEVENT_EVENT_BUFFER_LEN);
    CHECK_EQ(seen.trap[0].arg[2], 32 * 1024);
    CHECK_EQ(seen.trap[1].n_records, 0);
}

TEST(a_thread_of_the_pool_outlasts_a_shortage, "T145")
{
    shortages = 2;
    serve(0, NULL);
    CHECK_EQ(shortages, 0);
    CHECK_EQ(pool.n_calls, 2);
}

TEST(what_the_callback_leaves_is_a_list_of_changes, "T134")
{
    struct kevent_qos_s own[1] = { change(77, EVFILT_USER, EV_ENABLE) };
    serve(2, NULL);
    CHECK_EQ(seen.trap[1].n_records, 2);
    CHECK_EQ(seen.trap[1].record[1].event.ident, 11);
    CHECK_EQ(seen.trap[2].n_records, 0);
    serve(1, own);
    CHECK_EQ(seen.trap[1].n_records, 1);
    CHECK_EQ(seen.trap[1].record[0].event.ident, 77);
    serve(-1, NULL);
    CHECK_EQ(seen.trap[1].n_records, 0);
}

TEST(more_changes_than_fit_are_applied_before_the_thread_parks, "T134")
{
    enum { N = (int)KEVENT_RECORDS_MAX + 5 };
    static struct kevent_qos_s own[N];
    for (int i = 0; i < N; i++)
        own[i] = change((uint64_t)i, EVFILT_USER, EV_ADD);
    serve(N, own);
    CHECK_EQ(pool.n_calls, 2);
    CHECK_EQ(seen.trap[1].number, TRAP_KEVENT);
    CHECK_EQ(seen.trap[1].arg[1], LOOP + 1);
    CHECK_EQ(seen.trap[1].n_records + seen.trap[2].n_records, N);
    CHECK_EQ(seen.trap[3].number, TRAP_WORKQ_PARK);
    CHECK_EQ(seen.trap[3].n_records, 0);
}

/* ---- workloops made ahead of time ---- */

TEST(a_workloop_is_created_with_a_scheduling_parameter, "T109")
{
    pthread_attr_t attr;
    struct sched_param param = { .sched_priority = 64 };
    begin(NULL);
    REQUIRE_EQ(pthread_attr_init(&attr), 0);
    CHECK_EQ(_pthread_workloop_create(LOOP, 0, NULL), EINVAL);
    CHECK_EQ(_pthread_workloop_create(LOOP, 0, &attr), EINVAL);
    CHECK_EQ(pthread_attr_setschedparam(&attr, &param), EINVAL);
    param.sched_priority = 47;
    CHECK_EQ(pthread_attr_setschedparam(&attr, &param), 0);
    param.sched_priority = 0;
    CHECK_EQ(pthread_attr_getschedparam(&attr, &param), 0);
    CHECK_EQ(param.sched_priority, 47);
    CHECK_EQ(_pthread_workloop_create(LOOP, 0, &attr), 0);
    CHECK_EQ(fake_thread()->page->req.number, TRAP_WORKLOOP_CREATE);
    CHECK_EQ(fake_thread()->page->req.arg[0], LOOP);
    CHECK_EQ(fake_thread()->page->req.arg[1], KQ_WORKLOOP_CREATE_SCHED_PRI);
    CHECK_EQ(fake_thread()->page->req.arg[2], 47);
    CHECK_EQ(_pthread_workloop_destroy(LOOP), 0);
    pthread_attr_destroy(&attr);
}
