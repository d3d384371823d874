/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/test/stubs.c - what stubs do around the message: options, ports, times, trailers, order (M18, M42 to M76)
 *
 * The stubs are compiled with __MigTypeCheck 0, which must not switch off anything (M47).
 */
#include "fake.h"
#include "tests/harness/harness.h"

#include "stubs.h"
#include "stubs_server.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static kern_return_t answer;
static unsigned handled;
static char events[256];

static void note(const char *what, int value)
{
    size_t n = strlen(events);

    snprintf(events + n, sizeof(events) - n, " %s%d", what, value);
}

static void note_free(vm_address_t address, vm_size_t size)
{
    note("free", (int)size);
}

static void begin(void)
{
    fake_reset(stubs_server);
    fake.on_free = note_free;
    answer = KERN_SUCCESS;
    handled = 0;
    events[0] = 0;
}

/* --- options and times --- */

#define RPC (MACH_SEND_MSG | MACH_RCV_MSG)

static kern_return_t handle(void)
{
    handled++;
    return answer;
}

kern_return_t served_stubs_plain(mach_port_t server, int a)
{
    note("plain", a);
    return handle();
}

kern_return_t served_stubs_option(mach_port_t server)
{
    return handle();
}

kern_return_t served_stubs_option_argument(mach_port_t server)
{
    return handle();
}

kern_return_t served_stubs_both_times(mach_port_t server)
{
    return handle();
}

kern_return_t served_stubs_simple_both(mach_port_t server)
{
    return handle();
}

kern_return_t served_stubs_send_time(mach_port_t server)
{
    return handle();
}

kern_return_t served_stubs_wait_argument(mach_port_t server)
{
    return handle();
}

kern_return_t served_stubs_no_time(mach_port_t server)
{
    return handle();
}

kern_return_t served_stubs_send_argument(mach_port_t server)
{
    return handle();
}

kern_return_t served_stubs_special(mach_port_t server)
{
    return handle();
}

kern_return_t served_stubs_special_simple(mach_port_t server)
{
    return handle();
}

kern_return_t served_stubs_ordinary(mach_port_t server)
{
    return handle();
}

static void check_call(kern_return_t result, mach_msg_option_t option, mach_msg_timeout_t timeout)
{
    CHECK_EQ(result, KERN_SUCCESS);
    CHECK_EQ(handled, 1);
    CHECK_EQ(fake.option, option);
    CHECK_EQ(fake.timeout, timeout);
    begin();
}

TEST(statements_hold_for_the_routines_that_follow, "M18 M44")
{
    begin();
    check_call(stubs_plain(0x203, 1), RPC, 0);
    check_call(stubs_option(0x203), RPC | MACH_SEND_INTERRUPT, 0);
    check_call(stubs_option_argument(0x203, MACH_SEND_NOTIFY), RPC | MACH_SEND_NOTIFY, 0);
    check_call(stubs_both_times(0x203), RPC | MACH_SEND_TIMEOUT | MACH_RCV_TIMEOUT, 100);
    check_call(stubs_simple_both(0x203), MACH_SEND_MSG | MACH_SEND_TIMEOUT, 100);
    check_call(stubs_send_time(0x203), RPC | MACH_SEND_TIMEOUT, 200);
    check_call(stubs_wait_argument(0x203, 300), RPC | MACH_SEND_TIMEOUT | MACH_RCV_TIMEOUT, 300);
    check_call(stubs_no_time(0x203), RPC, 0);
    check_call(stubs_send_argument(0x203, 400), MACH_SEND_MSG | MACH_SEND_TIMEOUT, 400);
}

TEST(what_was_not_sent_is_destroyed_only_if_a_time_is_in_force, "M18 M59")
{
    begin();
    fake.result = MACH_SEND_TIMED_OUT;
    CHECK_EQ(stubs_send_time(0x203), MACH_SEND_TIMED_OUT);
    CHECK_EQ(fake.destroyed, 1);
    CHECK_EQ(stubs_no_time(0x203), MACH_SEND_TIMED_OUT);
    CHECK_EQ(fake.destroyed, 1);
    fake.result = MACH_SEND_INVALID_DEST;
    CHECK_EQ(stubs_send_time(0x203), MACH_SEND_INVALID_DEST);
    CHECK_EQ(fake.destroyed, 1);
    CHECK_EQ(stubs_simple_both(0x203), MACH_SEND_INVALID_DEST);
    fake.result = MACH_SEND_TIMED_OUT;
    CHECK_EQ(stubs_simple_both(0x203), MACH_SEND_TIMED_OUT);
    CHECK_EQ(fake.destroyed, 2);
    CHECK_EQ(fake.dealloc_reply, 2); /* simpleroutines have no reply port to give up */
}

/* --- one call of mach_msg, and what comes before --- */

TEST(a_stub_calls_mach_msg_once, "M52")
{
    static const mach_msg_return_t errors[] = { MACH_SEND_INTERRUPTED, MACH_RCV_INTERRUPTED,
                                                MACH_SEND_TIMED_OUT,   MACH_RCV_TIMED_OUT,
                                                MACH_SEND_NO_BUFFER,   MACH_RCV_PORT_DIED };

    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        begin();
        fake.result = errors[i];
        CHECK_EQ(stubs_plain(0x203, 1), errors[i]);
        CHECK_EQ(fake.calls, 1);
    }
}

kern_return_t served_stubs_inout_ports(mach_port_t server, mach_port_array_t a, mach_msg_type_number_t *aCnt)
{
    for (unsigned i = 0; i < *aCnt; i++)
        a[i] += 1;
    *aCnt += answer == 1000;
    return answer == 1000 ? KERN_SUCCESS : handle();
}

TEST(counts_are_tested_before_anything_else_happens, "M42")
{
    mach_port_t ports[4] = { 0x103, 0x203, 0x303, 0x403 };
    uint32_t words[5] = { 1, 2, 3, 4, 5 };
    mach_msg_type_number_t n = 4;
    mark_t d = 0, e = 0;

    begin();
    CHECK_EQ(stubs_inout_ports(0x203, ports, &n), MIG_ARRAY_TOO_LARGE);
    CHECK_EQ(stubs_order(0x203, 1, words, 1, 2, &d, &e, words, 1, words, 5), MIG_ARRAY_TOO_LARGE);
    CHECK_EQ(fake.calls, 0);
    CHECK_EQ(fake.got_reply, 0);
    CHECK_EQ(fake.destroyed, 0);
    CHECK_STR_EQ(events, "");
    n = 3;
    CHECK_EQ(stubs_inout_ports(0x203, ports, &n), KERN_SUCCESS);
    CHECK_EQ(n, 3);
    CHECK_EQ(ports[2], 0x304);
}

TEST(checks_cannot_be_compiled_out, "M47")
{
    mig_reply_error_t reply = { .Head = { .msgh_bits = MACH_MSGH_BITS(0, MACH_MSG_TYPE_MOVE_SEND_ONCE),
                                          .msgh_size = sizeof(reply),
                                          .msgh_id = 7200 },
                                .RetCode = KERN_NO_SPACE };
    unsigned char request[64 + 80] = { 0 }, out[FAKE_ROOM];

    begin();
    fake.reply = &reply;
    fake.reply_size = sizeof(reply);
    CHECK_EQ(stubs_plain(0x203, 1), KERN_NO_SPACE);
    CHECK_EQ(fake.destroyed, 1);
    reply.Head.msgh_id = 7201;
    CHECK_EQ(stubs_plain(0x203, 1), MIG_REPLY_MISMATCH);
    begin();
    *(mach_msg_header_t *)(void *)request = (mach_msg_header_t){ .msgh_size = 40, .msgh_id = 7100 };
    fake_serve(stubs_server, request, out);
    CHECK_EQ(((mig_reply_error_t *)(void *)out)->RetCode, MIG_BAD_ARGUMENTS);
    CHECK_EQ(handled, 0);
}

/* --- reply ports --- */

static mach_port_t reply_right_seen;

kern_return_t served_stubs_reply_port(mach_port_t server, mach_port_t r)
{
    reply_right_seen = r;
    return handle();
}

kern_return_t served_stubs_server_reply_port(mach_port_t server, mach_port_t r, int *a)
{
    reply_right_seen = r;
    *a = 7;
    return handle();
}

kern_return_t served_stubs_user_reply_port(mach_port_t server)
{
    return handle();
}

kern_return_t served_stubs_later(mach_port_t server, mach_port_t r, int a)
{
    reply_right_seen = r;
    return handle();
}

kern_return_t served_stubs_poly_door(mach_port_t server, mach_msg_type_name_t serverPoly)
{
    note("poly", (int)serverPoly);
    return handle();
}

static const mach_msg_header_t *sent(void)
{
    return (const mach_msg_header_t *)(const void *)fake.request;
}

static void check_reply_port(mach_port_t port, unsigned disposition)
{
    CHECK_EQ(sent()->msgh_local_port, port);
    CHECK_EQ(fake.rcv_name, port);
    CHECK_EQ(MACH_MSGH_BITS_LOCAL(sent()->msgh_bits), disposition);
}

TEST(reply_ports_are_the_callers_or_the_threads, "M37 M45 M75")
{
    int a = 0;

    begin();
    CHECK_EQ(stubs_plain(0x203, 1), KERN_SUCCESS);
    check_reply_port(FAKE_REPLY_PORT, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    CHECK_EQ(stubs_reply_port(0x203, 0x4403), KERN_SUCCESS);
    check_reply_port(0x4403, MACH_MSG_TYPE_MAKE_SEND);
    CHECK_EQ(reply_right_seen, FAKE_REPLY_RIGHT);
    CHECK_EQ(stubs_server_reply_port(0x203, &a), KERN_SUCCESS);
    check_reply_port(FAKE_REPLY_PORT, MACH_MSG_TYPE_MAKE_SEND);
    CHECK_EQ(a, 7);
    CHECK_EQ(stubs_user_reply_port(0x203, 0x4503), KERN_SUCCESS);
    check_reply_port(0x4503, MACH_MSG_TYPE_MAKE_SEND);
    CHECK_EQ(fake.got_reply, 2);
    CHECK_EQ(stubs_later(0x203, 0x4603, 5), KERN_SUCCESS);
    CHECK_EQ(sent()->msgh_local_port, 0x4603);
    CHECK_EQ(MACH_MSGH_BITS_LOCAL(sent()->msgh_bits), MACH_MSG_TYPE_MAKE_SEND_ONCE);
    CHECK_EQ(reply_right_seen, FAKE_REPLY_RIGHT);
    CHECK_EQ(stubs_send_argument(0x203, 1), KERN_SUCCESS);
    CHECK_EQ(sent()->msgh_local_port, MACH_PORT_NULL);
    CHECK_EQ(MACH_MSGH_BITS_LOCAL(sent()->msgh_bits), 0);
    CHECK_EQ(stubs_poly_door(0x203, MACH_MSG_TYPE_MAKE_SEND_ONCE), KERN_SUCCESS);
    CHECK_EQ(MACH_MSGH_BITS_REMOTE(sent()->msgh_bits), MACH_MSG_TYPE_MAKE_SEND_ONCE);
    CHECK_STR_EQ(strstr(events, " poly"), " poly18");
}

TEST(the_callers_reply_port_is_never_disposed_of, "M45 M56")
{
    begin();
    fake.result = MACH_RCV_TIMED_OUT;
    CHECK_EQ(stubs_reply_port(0x203, 0x4403), MACH_RCV_TIMED_OUT);
    CHECK_EQ(stubs_user_reply_port(0x203, 0x4403), MACH_RCV_TIMED_OUT);
    CHECK_EQ(fake.put_reply + fake.dealloc_reply, 0);
    CHECK_EQ(stubs_plain(0x203, 1), MACH_RCV_TIMED_OUT);
    CHECK_EQ(fake.dealloc_reply, 1);
    fake.result = MACH_SEND_INVALID_DATA;
    CHECK_EQ(stubs_plain(0x203, 1), MACH_SEND_INVALID_DATA);
    fake.result = MACH_SEND_INVALID_HEADER;
    CHECK_EQ(stubs_plain(0x203, 1), MACH_SEND_INVALID_HEADER);
    CHECK_EQ(fake.put_reply, 2);
    CHECK_EQ(fake.dealloc_reply, 1);
}

TEST(special_reply_ports_are_used_while_the_statement_holds, "M18 M44 M45 M56")
{
    begin();
    CHECK_EQ(stubs_special(0x203), KERN_SUCCESS);
    CHECK_EQ(fake.option, RPC | MACH_SEND_SYNC_OVERRIDE | MACH_SEND_SYNC_USE_THRPRI | MACH_RCV_SYNC_WAIT);
    check_reply_port(FAKE_SPECIAL_PORT, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    CHECK_EQ(fake.got_reply, 0);
    CHECK_EQ(stubs_special_simple(0x203), KERN_SUCCESS);
    CHECK_EQ(fake.option, MACH_SEND_MSG);
    CHECK_EQ(stubs_ordinary(0x203), KERN_SUCCESS);
    CHECK_EQ(fake.option, RPC);
    check_reply_port(FAKE_REPLY_PORT, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    fake.result = MACH_SEND_INVALID_DEST;
    CHECK_EQ(stubs_special(0x203), MACH_SEND_INVALID_DEST);
    CHECK_EQ(fake.dealloc_special, 0);
    fake.result = MACH_RCV_INTERRUPTED;
    fake.failed_local_port = 0x5503;
    CHECK_EQ(stubs_special(0x203), MACH_RCV_INTERRUPTED);
    CHECK_EQ(fake.dealloc_special, 1);
    CHECK_EQ(fake.last_dealloc, 0x5503);
    CHECK_EQ(fake.put_reply + fake.dealloc_reply, 0);
}

/* --- trailers --- */

static struct {
    mach_port_seqno_t seqno;
    security_token_t sender;
    audit_token_t audit;
    mach_port_context_t context;
} trailer;

kern_return_t served_stubs_trailer(mach_port_t server, uint32_t n, security_token_t s, audit_token_t a,
                                   uint64_t c)
{
    trailer.seqno = n;
    trailer.sender = s;
    trailer.audit = a;
    trailer.context = c;
    return handle();
}

kern_return_t served_stubs_seqno(mach_port_t server, uint32_t n)
{
    trailer.seqno = n;
    return handle();
}

kern_return_t served_stubs_sender(mach_port_t server, security_token_t s)
{
    return handle();
}

kern_return_t served_stubs_audit(mach_port_t server, audit_token_t a)
{
    return handle();
}

kern_return_t served_stubs_tokens(mach_port_t server, security_token_t *s, audit_token_t *a)
{
    trailer.sender = *s;
    trailer.audit = *a;
    return handle();
}

kern_return_t served_stubs_user_sender(mach_port_t server)
{
    return handle();
}

/* The code with which a server stub answers an empty request whose trailer has this size and type. */
static kern_return_t serve_with_trailer(int id, mach_msg_size_t size, mach_msg_size_t type)
{
    static unsigned char request[256], reply[FAKE_ROOM];
    mach_msg_header_t *head = (void *)request;

    *head = (mach_msg_header_t){ .msgh_bits =
                                     MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                                 .msgh_size = 24,
                                 .msgh_remote_port = 0x203,
                                 .msgh_local_port = FAKE_REPLY_PORT,
                                 .msgh_id = id };
    fake_receive(request, size);
    memcpy(request + 24, &type, 4);
    fake_serve(stubs_server, request, reply);
    return ((mig_reply_error_t *)(void *)reply)->RetCode;
}

TEST(trailer_arguments_come_from_the_trailer_and_it_must_reach_them, "M67 M97")
{
    static const struct {
        int id;
        mach_msg_size_t need;
    } routines[] = { { 7117, 60 }, { 7118, 12 }, { 7119, 20 }, { 7120, 52 }, { 7121, 52 } };
    static const mach_msg_size_t sizes[] = { 8, 12, 20, 52, 60, 68 };

    for (size_t i = 0; i < sizeof(routines) / sizeof(routines[0]); i++) {
        for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
            kern_return_t want = sizes[k] >= routines[i].need ? KERN_SUCCESS : MIG_TRAILER_ERROR;

            begin();
            CHECK_EQ(serve_with_trailer(routines[i].id, sizes[k], 0), want);
            CHECK_EQ(handled, want == KERN_SUCCESS);
        }
        begin();
        CHECK_EQ(serve_with_trailer(routines[i].id, 68, 1), MIG_TRAILER_ERROR);
        CHECK_EQ(handled, 0);
    }
    memset(&trailer, 0, sizeof(trailer));
    CHECK_EQ(serve_with_trailer(7117, 68, 0), KERN_SUCCESS);
    CHECK_EQ(trailer.seqno, 7);
    CHECK_EQ(trailer.sender.val[1], 501);
    CHECK_EQ(trailer.audit.val[5], 4711);
    CHECK_EQ(trailer.context, 0xc0ffee);
}

TEST(tokens_of_both_trailers_reach_both_sides, "M44 M48 M67")
{
    security_token_t sender = { { 0 } };
    audit_token_t audit = { { 0 } };

    begin();
    memset(&trailer, 0, sizeof(trailer));
    fake.trailer_size = 68;
    CHECK_EQ(stubs_tokens(0x203, &sender, &audit), KERN_SUCCESS);
    CHECK_EQ(fake.option, RPC | MACH_RCV_TRAILER_TYPE(0) | MACH_RCV_TRAILER_ELEMENTS(3));
    CHECK_EQ(fake.rcv_size, 36 + 68);
    CHECK_EQ(trailer.sender.val[1], 501);
    CHECK_EQ(trailer.audit.val[5], 4711);
    CHECK_EQ(sender.val[1], 501);
    CHECK_EQ(audit.val[5], 4711);
    CHECK_EQ(stubs_user_sender(0x203, &sender), KERN_SUCCESS);
    CHECK_EQ(fake.option, RPC | MACH_RCV_TRAILER_TYPE(0) | MACH_RCV_TRAILER_ELEMENTS(2));
    fake.trailer_size = 12;
    CHECK_EQ(stubs_user_sender(0x203, &sender), MIG_TRAILER_ERROR);
    CHECK_EQ(fake.destroyed, 1);
}

/* --- the server stub's order of work --- */

door_object_t stubs_door(mach_port_t port)
{
    note("door", (int)port);
    return (door_object_t){ port };
}

void stubs_door_done(door_object_t door)
{
    note("done", (int)door.port);
}

mark_object_t stubs_mark_in(mark_t mark)
{
    note("in", mark);
    return (mark_object_t){ mark * 10 };
}

mark_t stubs_mark_out(mark_object_t mark)
{
    note("out", mark.value);
    return mark.value + 1;
}

void stubs_mark_done(mark_object_t mark)
{
    note("done", mark.value);
}

kern_return_t served_stubs_order(door_object_t door, mark_object_t a, lent_words_t b,
                                 mach_msg_type_number_t bCnt, mark_object_t c, mark_object_t *d,
                                 mark_object_t *e, lent_words_t f, mach_msg_type_number_t fCnt,
                                 lent_words_t g, mach_msg_type_number_t gCnt)
{
    note("handler", (int)gCnt);
    d->value++;
    e->value = 5;
    return handle();
}

static kern_return_t call_order(unsigned n_g, mark_t *d, mark_t *e)
{
    uint32_t words[4] = { 1, 2, 3, 4 };

    return stubs_order(7, 1, words, 4, 2, d, e, words, 2, words, n_g);
}

TEST(a_server_stub_works_in_the_order_of_the_arguments_and_gives_back_in_reverse, "M64 M72 M74 M97")
{
    mark_t d = 3, e = 0;

    begin();
    CHECK_EQ(call_order(3, &d, &e), KERN_SUCCESS);
    CHECK_STR_EQ(events, " door7 in1 in2 in3 handler3 free8 done20 free16 done10 done7 out31 out5");
    CHECK_EQ(d, 32);
    CHECK_EQ(e, 6);
    begin();
    answer = KERN_FAILURE;
    d = 3;
    CHECK_EQ(call_order(3, &d, &e), KERN_FAILURE);
    CHECK_STR_EQ(events, " door7 in1 in2 in3 handler3 free8 done20 free16 done10 done7");
    CHECK_EQ(d, 3);
}

TEST(after_a_failed_check_nothing_ran, "M64")
{
    static unsigned char request[FAKE_ROOM + 128], reply[FAKE_ROOM];
    mach_msg_header_t *head = (void *)request;
    mig_reply_error_t *error = (void *)reply;
    mark_t d = 3, e = 0;

    begin();
    call_order(3, &d, &e);
    memcpy(request, fake.request, fake.send_size);
    head->msgh_size -= 4;
    fake_receive(request, 68);
    begin();
    CHECK_EQ(fake_serve(stubs_server, request, reply), TRUE);
    CHECK_STR_EQ(events, "");
    CHECK_EQ(error->RetCode, MIG_BAD_ARGUMENTS);
    CHECK_EQ(error->Head.msgh_size, 36);
    CHECK_EQ(error->Head.msgh_id, 7223);
    CHECK_EQ(error->Head.msgh_bits, MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0));
    CHECK_EQ(error->Head.msgh_remote_port, FAKE_REPLY_RIGHT);
    CHECK_EQ(error->NDR.int_rep, NDR_INT_LITTLE_ENDIAN);
}

kern_return_t served_stubs_rights(mach_port_t server, mach_port_array_t a, mach_msg_type_number_t aCnt)
{
    CHECK_EQ(aCnt, 2);
    CHECK_EQ(a[1], 0x303);
    return handle();
}

TEST(elements_of_arrays_are_not_translated, "M27")
{
    mach_port_t rights[2] = { 0x203, 0x303 };

    begin();
    CHECK_EQ(stubs_rights(0x203, rights, 2), KERN_SUCCESS);
    CHECK_EQ(handled, 1);
    CHECK_STR_EQ(events, "");
}

kern_return_t served_stubs_results(mach_port_t server, lent_words_t *a, mach_msg_type_number_t *aCnt,
                                   mach_port_array_t b, mach_msg_type_number_t *bCnt, lent_words_t c,
                                   mach_msg_type_number_t *cCnt)
{
    CHECK(*a == NULL);
    CHECK_EQ(*aCnt, 0);
    CHECK_EQ(*bCnt, 3);
    CHECK_EQ(*cCnt, 4);
    if (answer == 1)
        *bCnt = 4;
    else if (answer == 2)
        *cCnt = 5;
    else
        *bCnt = *cCnt = 0;
    handled++;
    return KERN_SUCCESS;
}

TEST(counts_of_results_are_preset_and_bounded, "M69")
{
    lent_words_t a = (lent_words_t)1;
    uint32_t c[4];
    mach_port_t b[3];
    mach_msg_type_number_t n_a = 9, n_b = 3, n_c = 4;

    begin();
    CHECK_EQ(stubs_results(0x203, &a, &n_a, b, &n_b, c, &n_c), KERN_SUCCESS);
    CHECK(a == NULL);
    CHECK_EQ(n_a, 0);
    for (answer = 1; answer <= 2; answer++)
        CHECK_EQ(stubs_results(0x203, &a, &n_a, b, &n_b, c, &n_c), MIG_ARRAY_TOO_LARGE);
    CHECK_EQ(handled, 3);
    answer = 1000; /* a handler that says more than it was given */
    n_b = 3;
    b[0] = b[1] = b[2] = 0x203;
    CHECK_EQ(stubs_inout_ports(0x203, b, &n_b), MIG_ARRAY_TOO_LARGE);
}

TEST(only_no_reply_is_a_special_code, "M71")
{
    static unsigned char request[FAKE_ROOM + 128], reply[FAKE_ROOM];
    mig_reply_error_t *error = (void *)reply;
    static const kern_return_t codes[] = { MIG_NO_REPLY, MIG_TRAILER_ERROR, MIG_TYPE_ERROR, KERN_FAILURE };
    uint32_t words[2] = { 1, 2 };
    mach_port_t rights[2] = { 0x203, 0x303 };

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        begin();
        answer = codes[i];
        CHECK_EQ(stubs_rights(0x203, rights, 2), codes[i]);
        memcpy(request, fake.request, fake.send_size);
        fake_receive(request, 68);
        memcpy(words, request + 28, 8); /* the address of the rights */
        CHECK_EQ(fake_serve(stubs_server, request, reply), TRUE);
        CHECK_EQ(error->RetCode, codes[i]);
        CHECK_EQ(error->Head.msgh_size, 36);
        CHECK_EQ(error->Head.msgh_remote_port, FAKE_REPLY_RIGHT);
        CHECK_MEM_EQ(words, request + 28, 8); /* the request is as it was */
        CHECK_EQ(fake.freed, 0);
    }
}
