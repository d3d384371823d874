/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/test/options.c - what the command line makes of stubs (M57, M58, M60, M61, M80, M85) */
#include "fake.h"
#include "tests/harness/harness.h"

/* With -split the headers leave this to their users. */
#include <mach/mach_types.h>
#include <mach/ndr.h>

#include "options.h"
#include "options_numbers.h"
#include "options_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern mig_symtab_t _optionsSymTab[];
extern int _optionsSymTabBase, _optionsSymTabEnd;

static char events[512];
static kern_return_t answer;
static unsigned vouchers;

void options_hook(const char *when, int number, const char *name)
{
    size_t n = strlen(events);

    CHECK(strncmp(name, "options_", 8) == 0);
    snprintf(events + n, sizeof(events) - n, " %s%d", when, number - 7400);
}

boolean_t voucher_mach_msg_set(mach_msg_header_t *msg)
{
    vouchers++;
    msg->msgh_voucher_port = 0x7703;
    msg->msgh_bits |= MACH_MSGH_BITS_SET_PORTS(0, 0, MACH_MSG_TYPE_COPY_SEND);
    return TRUE;
}

static void begin(void)
{
    fake_reset(options_server);
    events[0] = 0;
    answer = KERN_SUCCESS;
    vouchers = 0;
}

kern_return_t served_options_plain(mach_port_t server, int a, int *b)
{
    *b = a + 1;
    return answer;
}

kern_return_t served_options_large(mach_port_t server, hundred_t a, hundred_t b)
{
    for (int i = 0; i < 100; i++)
        b[i] = a[99 - i];
    return answer;
}

kern_return_t served_options_wait(mach_port_t server, line_t a)
{
    return answer;
}

kern_return_t served_options_send(mach_port_t server)
{
    return answer;
}

kern_return_t served_options_special(mach_port_t server)
{
    return answer;
}

kern_return_t served_options_simple(mach_port_t server, hundred_t a)
{
    CHECK_EQ(a[99], 99);
    return answer;
}

kern_return_t served_options_later(mach_port_t server, kern_return_t code, mach_port_t a, hundred_t b)
{
    answer = code;
    return KERN_SUCCESS;
}

/* --- two calls (M60) --- */

TEST(two_calls_do_what_one_does, "M3 M60")
{
    int b = 0;

    begin();
    CHECK_EQ(options_plain(0x203, 4, &b), KERN_SUCCESS);
    CHECK_EQ(b, 5);
    CHECK_EQ(fake.calls, 2);
    CHECK_EQ(fake.send_option, MACH_SEND_MSG);
    CHECK_EQ(fake.option, MACH_RCV_MSG);
    CHECK_EQ(fake.rcv_name, FAKE_REPLY_PORT);
    CHECK_EQ(fake.rcv_size, 40 + 8);
    answer = KERN_NO_SPACE;
    CHECK_EQ(options_plain(0x203, 4, &b), KERN_NO_SPACE);
    CHECK_EQ(fake.destroyed, 1);
}

TEST(a_time_bounds_what_it_is_for, "M60")
{
    audit_token_t token;

    begin();
    CHECK_EQ(options_wait(0x203, (char *)"a"), KERN_SUCCESS);
    CHECK_EQ(fake.send_option, MACH_SEND_MSG | MACH_SEND_TIMEOUT);
    CHECK_EQ(fake.send_timeout, 40);
    CHECK_EQ(fake.option, MACH_RCV_MSG | MACH_RCV_TIMEOUT);
    CHECK_EQ(fake.timeout, 40);
    fake.trailer_size = 52;
    CHECK_EQ(options_send(0x203, &token), KERN_SUCCESS);
    CHECK_EQ(fake.send_option, MACH_SEND_MSG | MACH_SEND_TIMEOUT);
    CHECK_EQ(fake.send_timeout, 50);
    CHECK_EQ(fake.option, MACH_RCV_MSG | MACH_RCV_TRAILER_TYPE(0) | MACH_RCV_TRAILER_ELEMENTS(3));
    CHECK_EQ(fake.timeout, 0);
    CHECK_EQ(fake.rcv_size, 36 + 68);
    fake.trailer_size = 0;
    CHECK_EQ(options_special(0x203), KERN_SUCCESS);
    CHECK_EQ(fake.rcv_name, FAKE_SPECIAL_PORT);
    CHECK_EQ(fake.option & MACH_RCV_SYNC_WAIT, MACH_RCV_SYNC_WAIT);
    CHECK_EQ(fake.send_option & MACH_SEND_SYNC_OVERRIDE, MACH_SEND_SYNC_OVERRIDE);
}

TEST(a_failed_send_leaves_the_reply_port_alone_and_a_failed_receive_does_not, "M56 M59 M60")
{
    begin();
    fake.result = MACH_SEND_TIMED_OUT;
    CHECK_EQ(options_wait(0x203, (char *)"a"), MACH_SEND_TIMED_OUT);
    CHECK_EQ(fake.calls, 1);
    CHECK_EQ(fake.put_reply + fake.dealloc_reply, 0);
    CHECK_EQ(fake.destroyed, 1);
    begin();
    fake.receive_result = MACH_RCV_TIMED_OUT;
    CHECK_EQ(options_wait(0x203, (char *)"a"), MACH_RCV_TIMED_OUT);
    CHECK_EQ(fake.calls, 2);
    CHECK_EQ(fake.dealloc_reply, 1);
    CHECK_EQ(fake.last_dealloc, FAKE_REPLY_PORT);
    CHECK_EQ(fake.destroyed, 0); /* what was sent is the server's */
}

/* --- large messages (M61) --- */

TEST(large_messages_are_allocated_and_freed_on_every_path, "M3 M61")
{
    hundred_t a, b;

    for (unsigned i = 0; i < 100; i++)
        a[i] = i;
    begin();
    CHECK_EQ(options_large(0x203, a, b), KERN_SUCCESS);
    CHECK_EQ(b[0], 99);
    CHECK_EQ(fake.allocations, 1);
    CHECK_EQ(fake.allocated, 0);
    answer = KERN_FAILURE;
    CHECK_EQ(options_large(0x203, a, b), KERN_FAILURE);
    CHECK_EQ(options_simple(0x203, a), KERN_SUCCESS);
    CHECK_EQ(options_later(0x203, 5, 0x303, a), KERN_SUCCESS);
    CHECK_EQ(answer, 5);
    CHECK_EQ(fake.send_size, 36);
    CHECK_EQ(options_later(0x203, 0, 0x303, a), KERN_SUCCESS);
    fake.result = MACH_SEND_INVALID_DEST;
    CHECK_EQ(options_large(0x203, a, b), MACH_SEND_INVALID_DEST);
    fake.result = 0;
    fake.receive_result = MACH_RCV_PORT_DIED;
    CHECK_EQ(options_large(0x203, a, b), MACH_RCV_PORT_DIED);
    CHECK_EQ(fake.allocations, 7);
    CHECK_EQ(fake.allocated, 0);
    CHECK_EQ(options_wait(0x203, (char *)"small"), MACH_RCV_PORT_DIED);
    CHECK_EQ(fake.allocations, 7);
}

TEST(without_memory_nothing_is_sent, "M61")
{
    hundred_t a = { 0 };

    begin();
    fake.no_memory = true;
    CHECK_EQ(options_simple(0x203, a), KERN_RESOURCE_SHORTAGE);
    CHECK_EQ(options_large(0x203, a, a), KERN_RESOURCE_SHORTAGE);
    CHECK_EQ(fake.calls, 0);
    CHECK_EQ(fake.allocated, 0);
}

/* --- tables, hooks, vouchers --- */

TEST(the_symbol_table_has_a_line_for_each_number, "M80")
{
    mach_msg_header_t head = { .msgh_id = 7402 };

    CHECK_EQ(_optionsSymTabBase, 7400);
    CHECK_EQ(_optionsSymTabEnd, 7408);
    CHECK_STR_EQ(_optionsSymTab[0].ms_routine_name, "options_plain");
    CHECK_STR_EQ(_optionsSymTab[1].ms_routine_name, "");
    CHECK(_optionsSymTab[1].ms_routine == NULL);
    CHECK_EQ(_optionsSymTab[2].ms_routine_number, 7402);
    CHECK((mig_routine_t)_optionsSymTab[2].ms_routine == options_server_routine(&head));
}

TEST(numbers_have_names, "M2")
{
    CHECK_EQ(MACH_ID_OPTIONS_PLAIN, 7400);
    CHECK_EQ(MACH_ID_OPTIONS_LARGE_REPLY, 7502);
    CHECK_EQ(MACH_ID_OPTIONS_LATER, 7407);
#ifdef MACH_ID_OPTIONS_LATER_REPLY
    FAIL("a simpleroutine has no reply");
#endif
}

TEST(hooks_stand_around_the_message, "M58")
{
    hundred_t a = { [99] = 99 };
    int b;

    begin();
    options_plain(0x203, 1, &b);
    CHECK_STR_EQ(events, " before0 served0 answered0 after0");
    begin();
    options_simple(0x203, a);
    CHECK_STR_EQ(events, " declared6 before6 served6 done6 after6");
    begin();
    answer = KERN_FAILURE;
    options_plain(0x203, 1, &b);
    CHECK_STR_EQ(events, " before0 served0 after0");
}

TEST(a_voucher_is_asked_for_before_each_message, "M57")
{
    const mach_msg_header_t *head = (const void *)fake.request;
    hundred_t a = { [99] = 99 };
    int b;

    begin();
    CHECK_EQ(options_plain(0x203, 1, &b), KERN_SUCCESS);
    CHECK_EQ(head->msgh_voucher_port, 0x7703);
    CHECK_EQ(MACH_MSGH_BITS_VOUCHER(head->msgh_bits), MACH_MSG_TYPE_COPY_SEND);
    CHECK_EQ(options_simple(0x203, a), KERN_SUCCESS);
    CHECK_EQ(vouchers, 2);
}
