/* SPDX-License-Identifier: Apache-2.0 */
/* traps.c - traps, messages and their memory over a kernel of the test's own */
#include <mach/mach.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "libmach/message/guard.h"
#include "libmach/test/fake.h"
#include "libmach/message/trap.h"
#include "tests/harness/harness.h"

struct plain {
    mach_msg_header_t head;
    uint32_t word[10];
};

struct with_memory {
    mach_msg_header_t head;
    mach_msg_body_t body;
    mach_msg_ool_descriptor_t memory[2];
};

static void on_fault(int signal, siginfo_t *info, void *context)
{
    if (!guard_fixup(context))
        _exit(99);
}

static void begin(void)
{
    struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    fake_reset();
}

static bool echo_number(struct trap_page *page)
{
    if (page->req.number == TRAP_MSG)
        return false;
    page->reply.result = page->req.number + 1000;
    return true;
}

/* ---- traps ---- */

static void trap_as_handler(void)
{
    CHECK_EQ(TRAP_NAME(TRAP_TASK_SELF), TRAP_TASK_SELF + 1000);
}

TEST(trap_made_by_a_handler_takes_the_wait_back_and_leaves_its_outcome, "P99")
{
    struct plain message = { .head.msgh_size = 1 };
    begin();
    fake_kernel = echo_number;
    fake_handler = trap_as_handler;
    mach_msg_return_t mr =
        mach_msg(&message.head, MACH_RCV_MSG | MACH_RCV_INTERRUPT, 0, sizeof message, 77, 0, MACH_PORT_NULL);
    CHECK_EQ(mr, MACH_RCV_INTERRUPTED);
    CHECK_EQ(fake_aborts, 1);
    CHECK(fake_thread()->frame == NULL);
    CHECK(fake_thread()->save == NULL);
}

TEST(trap_between_begin_and_make_finds_and_leaves_the_page_as_it_was, "P99")
{
    struct trap_frame frame;
    kern_return_t kr;
    begin();
    struct trap_page *page = trap_begin(&frame, &kr);
    page->req.number = TRAP_HOST_SELF;
    memset(trap_data(page), 0x5a, TRAP_DATA_SIZE);
    fake_kernel = echo_number;
    trap_as_handler();
    CHECK_EQ(page->req.number, TRAP_HOST_SELF);
    CHECK_EQ(trap_data(page)[TRAP_DATA_SIZE - 1], 0x5a);
    CHECK(trap_make(&frame));
    CHECK_EQ(page->reply.result, TRAP_HOST_SELF + 1000);
    trap_end(&frame);
    CHECK_EQ(fake_aborts, 0);
}

static sigjmp_buf out;

static void jump_out(void)
{
    siglongjmp(out, 1);
}

static void wait_and_be_left(void)
{
    struct plain message;
    mach_msg(&message.head, MACH_RCV_MSG, 0, sizeof message, 77, 0, MACH_PORT_NULL);
    FAIL("the wait was jumped over");
}

TEST(frame_that_was_jumped_over_is_dropped_and_its_wait_ended, "P99")
{
    begin();
    fake_kernel = echo_number;
    fake_handler = jump_out;
    if (sigsetjmp(out, 1) == 0)
        wait_and_be_left();
    CHECK(fake_thread()->frame != NULL);
    trap_as_handler();
    CHECK_EQ(fake_aborts, 1);
    CHECK(fake_thread()->frame == NULL);
}

TEST(lost_kernel_is_a_dead_destination_and_a_dead_port, "P106")
{
    struct plain message = { .head.msgh_size = sizeof message };
    begin();
    fake_lost = true;
    CHECK_EQ(mach_msg(&message.head, MACH_SEND_MSG, sizeof message, 0, 0, 0, 0), MACH_SEND_INVALID_DEST);
    CHECK_EQ(mach_msg(&message.head, MACH_RCV_MSG, 0, sizeof message, 77, 0, 0), MACH_RCV_PORT_DIED);
    CHECK_EQ(TRAP_KR(TRAP_PORT_DEALLOCATE, NULL, 1, 2), MACH_SEND_INVALID_DEST);
    CHECK_EQ(mach_reply_port(), MACH_PORT_NULL);
}

/* ---- sending ---- */

static struct trap_request seen;
static uint8_t payload[TRAP_DATA_SIZE];
static uint32_t n_taken;

static bool note_request(struct trap_page *page)
{
    seen = page->req;
    memcpy(payload, trap_data(page), sizeof payload);
    page->reply.n_taken = n_taken;
    return true;
}

TEST(message_that_cannot_be_read_is_flagged_for_the_kernel, "P101")
{
    begin();
    fake_kernel = note_request;
    mach_msg((mach_msg_header_t *)16, MACH_SEND_MSG, 64, 0, 0, 0, 0);
    CHECK_EQ(seen.msg.flags, TRAP_MSG_UNREADABLE_HEADER);
    uint8_t *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(pages + 4096, 4096);
    mach_msg((mach_msg_header_t *)(pages + 4096 - 24), MACH_SEND_MSG, 64, 0, 0, 0, 0);
    CHECK_EQ(seen.msg.flags, TRAP_MSG_UNREADABLE_BODY);
    munmap(pages, 4096);
}

static struct with_memory two_regions(void *first, uint32_t first_size, void *second, uint32_t second_size)
{
    struct with_memory message = { .body.msgh_descriptor_count = 2 };
    message.head.msgh_bits = MACH_MSGH_BITS_COMPLEX;
    message.memory[0] =
        (mach_msg_ool_descriptor_t){ .address = first, .size = first_size, .type = MACH_MSG_OOL_DESCRIPTOR };
    message.memory[1] =
        (mach_msg_ool_descriptor_t){ .address = second, .size = second_size, .type = MACH_MSG_OOL_DESCRIPTOR };
    return message;
}

TEST(small_memory_travels_in_the_page_and_large_memory_as_a_segment, "P129")
{
    static uint8_t large[20000] = { [19999] = 9 };
    uint64_t size;
    begin();
    fake_kernel = note_request;
    struct with_memory message = two_regions((char *)"small", 6, large, sizeof large);
    CHECK_EQ(mach_msg(&message.head, MACH_SEND_MSG, sizeof message, 0, 0, 0, 0), MACH_MSG_SUCCESS);
    const struct trap_item *item = (const struct trap_item *)(payload + trap_round8(sizeof message));
    REQUIRE_EQ(seen.n_items, 2);
    CHECK_EQ(item[0].kind, TRAP_ITEM_INLINE);
    CHECK_STR_EQ((const char *)payload + item[0].at, "small");
    CHECK_EQ(item[1].kind, TRAP_ITEM_SEGMENT);
    const uint8_t *bytes = fake_segment(item[1].at, &size);
    CHECK_EQ(size, sizeof large);
    CHECK_EQ(bytes[19999], 9);
}

TEST(memory_that_cannot_be_read_is_an_item_of_its_own_kind, "P111")
{
    begin();
    fake_kernel = note_request;
    struct with_memory message = two_regions((void *)16, 100, (void *)16, 100000);
    mach_msg(&message.head, MACH_SEND_MSG, sizeof message, 0, 0, 0, 0);
    const struct trap_item *item = (const struct trap_item *)(payload + trap_round8(sizeof message));
    CHECK_EQ(item[0].kind, TRAP_ITEM_UNREADABLE);
    CHECK_EQ(item[1].kind, TRAP_ITEM_UNREADABLE);
}

TEST(message_larger_than_the_page_travels_whole_in_a_segment, "P100")
{
    static struct {
        mach_msg_header_t head;
        uint8_t rest[40000];
    } message;
    uint64_t size;
    begin();
    fake_kernel = note_request;
    message.rest[39999] = 7;
    CHECK_EQ(mach_msg(&message.head, MACH_SEND_MSG, sizeof message, 0, 0, 0, 0), MACH_MSG_SUCCESS);
    REQUIRE_NE(seen.segment, 0);
    CHECK_EQ(fake_segment(seen.segment, &size)[sizeof message - 1], 7);
    CHECK_EQ(size, seen.payload_size);
}

static bool is_mapped(const void *at)
{
    uint8_t byte;
    return guard_copy(&byte, at, 1);
}

TEST(only_memory_that_was_taken_is_unmapped, "P129 P133")
{
    begin();
    fake_kernel = note_request;
    uint8_t *first = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint8_t *second = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct with_memory message = two_regions(first, 100, second, 100);
    message.memory[0].deallocate = message.memory[1].deallocate = 1;
    n_taken = 1;
    mach_msg(&message.head, MACH_SEND_MSG, sizeof message, 0, 0, 0, 0);
    n_taken = 0;
    CHECK(!is_mapped(first));
    CHECK(is_mapped(second));
    munmap(second, 4096);
}

/* ---- what comes back ---- */

static bool deliver_memory(struct trap_page *page)
{
    static const uint8_t large[5000] = { [4999] = 3 };
    struct with_memory message = two_regions(NULL, 6, NULL, 5000);
    uint8_t *data = trap_data(page);
    struct trap_item *item = (struct trap_item *)(data + trap_round8(sizeof message));
    memcpy(data, &message, sizeof message);
    item[0] = (struct trap_item){ TRAP_ITEM_INLINE, (uint32_t)((uint8_t *)&item[2] - data), 6 };
    item[1] = (struct trap_item){ TRAP_ITEM_SEGMENT, fake_segment_make(large, sizeof large), sizeof large };
    memcpy(&item[2], "hello", 6);
    page->reply.delivered = TRAP_DELIVERED_RECEIVED;
    page->reply.message_size = sizeof message;
    page->reply.n_items = 2;
    return true;
}

TEST(received_memory_is_mapped_with_zeroes_behind_it, "P131")
{
    struct with_memory message;
    begin();
    fake_kernel = deliver_memory;
    CHECK_EQ(mach_msg(&message.head, MACH_RCV_MSG, 0, sizeof message, 77, 0, 0), MACH_MSG_SUCCESS);
    const uint8_t *first = message.memory[0].address, *second = message.memory[1].address;
    CHECK_STR_EQ((const char *)first, "hello");
    CHECK_EQ(first[4095], 0);
    CHECK_EQ(second[4999], 3);
    CHECK_EQ(fake_segments_open(), 0);
    munmap((void *)first, 4096);
    munmap((void *)second, 8192);
}

TEST(buffer_that_cannot_be_written_is_told, "P147")
{
    begin();
    fake_kernel = deliver_memory;
    CHECK_EQ(mach_msg((mach_msg_header_t *)16, MACH_RCV_MSG, 0, 4096, 77, 0, 0), MACH_RCV_INVALID_DATA);
}

static bool tell_size(struct trap_page *page)
{
    page->reply.result = MACH_RCV_TOO_LARGE;
    page->reply.delivered = TRAP_DELIVERED_SIZE;
    page->reply.value[0] = 1234;
    page->reply.value[1] = 0x503;
    return true;
}

TEST(size_of_a_large_message_is_written_as_far_as_the_buffer_allows, "P145")
{
    mach_msg_header_t head = { 0 };
    begin();
    fake_kernel = tell_size;
    mach_msg_option_t option = MACH_RCV_MSG | MACH_RCV_LARGE | MACH_RCV_LARGE_IDENTITY;
    CHECK_EQ(mach_msg(&head, option, 0, 4, 77, 0, 0), MACH_RCV_TOO_LARGE);
    CHECK_EQ(head.msgh_size, 0);
    CHECK_EQ(mach_msg(&head, option, 0, 8, 77, 0, 0), MACH_RCV_TOO_LARGE);
    CHECK_EQ(head.msgh_size, 1234);
    CHECK_EQ(head.msgh_local_port, 0);
    CHECK_EQ(mach_msg(&head, option, 0, 16, 77, 0, 0), MACH_RCV_TOO_LARGE);
    CHECK_EQ(head.msgh_local_port, 0x503);
}

static unsigned n_sends;

static bool return_then_take(struct trap_page *page)
{
    mach_msg_header_t *head = (mach_msg_header_t *)trap_data(page);
    n_sends++;
    if (n_sends == 2) {
        CHECK_EQ(head->msgh_remote_port, 0x99);
        return true;
    }
    head->msgh_remote_port = 0x99;
    page->reply.result = MACH_SEND_INTERRUPTED;
    page->reply.delivered = TRAP_DELIVERED_RETURNED;
    page->reply.message_size = sizeof(struct plain);
    return true;
}

TEST(interrupted_send_is_repeated_from_what_was_given_back, "P99 P122")
{
    struct plain message = { .head.msgh_remote_port = 0x11 };
    begin();
    n_sends = 0;
    fake_kernel = return_then_take;
    CHECK_EQ(mach_msg(&message.head, MACH_SEND_MSG, sizeof message, 0, 0, 0, 0), MACH_MSG_SUCCESS);
    CHECK_EQ(n_sends, 2);
    CHECK_EQ(message.head.msgh_remote_port, 0x99);
}

/* ---- destroying ---- */

static uint32_t released[8];
static unsigned n_released;

static bool note_release(struct trap_page *page)
{
    if (page->req.number == TRAP_PORT_DEALLOCATE || page->req.number == TRAP_PORT_MOD_REFS)
        released[n_released++ % 8] = (uint32_t)page->req.arg[1];
    return true;
}

TEST(destroyed_message_releases_all_but_its_local_port, "P187")
{
    struct {
        mach_msg_header_t head;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port[2];
    } message = { .body.msgh_descriptor_count = 2 };
    begin();
    n_released = 0;
    fake_kernel = note_release;
    message.head.msgh_bits =
        MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, MACH_MSG_TYPE_MOVE_SEND);
    message.head.msgh_remote_port = 0x103;
    message.head.msgh_local_port = 0x203;
    message.port[0] = (mach_msg_port_descriptor_t){ .name = 0x303, .disposition = MACH_MSG_TYPE_MOVE_SEND };
    message.port[1] = (mach_msg_port_descriptor_t){ .name = 0x403, .disposition = MACH_MSG_TYPE_MOVE_RECEIVE };
    mach_msg_destroy(&message.head);
    REQUIRE_EQ(n_released, 3);
    CHECK_EQ(released[0], 0x103);
    CHECK_EQ(released[1], 0x303);
    CHECK_EQ(released[2], 0x403);
}

/* ---- guard ---- */

TEST(guarded_copy_copies_every_length_and_survives_every_fault, "P101 P147")
{
    static uint8_t from[600], to[600];
    begin();
    for (unsigned i = 0; i < sizeof from; i++)
        from[i] = (uint8_t)(i * 7 + 1);
    for (size_t n = 0; n < 500; n++) {
        memset(to, 0, sizeof to);
        CHECK(guard_copy(to, from, n));
        CHECK_MEM_EQ(to, from, n);
        CHECK_EQ(to[n], 0);
    }
    CHECK(!guard_copy(to, (void *)16, 8));
    CHECK(!guard_copy((void *)16, from, 500));
}

TEST(error_codes_have_words, "P189")
{
    CHECK_STR_EQ(mach_error_string(KERN_SUCCESS), "success");
    CHECK_STR_EQ(mach_error_string(12345678), "unknown error code");
    CHECK_STR_EQ(mach_error_type(MACH_RCV_TIMED_OUT), "(ipc/rcv)");
    CHECK_STR_EQ(mach_error_string(MACH_RCV_BODY_ERROR | MACH_MSG_VM_SPACE),
                 mach_error_string(MACH_RCV_BODY_ERROR));
}
