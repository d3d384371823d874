/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/test/round.c - from user stub to handler and back, one form of argument after the other (M97) */
#include "fake.h"
#include "tests/harness/harness.h"

#include "round.h"
#include "round_server.h"

#include <stdlib.h>
#include <string.h>

static unsigned handled, translated_in, translated_out, destroyed;
static kern_return_t answer;
static mach_msg_type_number_t count_seen;

static void begin(void)
{
    fake_reset(round_server);
    handled = translated_in = translated_out = destroyed = 0;
    answer = KERN_SUCCESS;
}

kern_return_t served_round_scalars(mach_port_t server, uint8_t a, uint64_t b, odd_t c, uint64_t *d, odd_t *e,
                                   fixed_t f, fixed_t g)
{
    handled++;
    CHECK_EQ((uintptr_t)d % 8, 0);
    CHECK_EQ((uintptr_t)f % 8, 0);
    CHECK_EQ((uintptr_t)g % 8, 0);
    *d += b + a;
    for (int i = 0; i < 5; i++)
        e->byte[i] = c.byte[4 - i];
    for (int i = 0; i < 3; i++)
        f[i] = g[2 - i];
    return answer;
}

TEST(scalars_and_fixed_arrays_go_both_ways, "M33 M49 M68 M97")
{
    odd_t c = { { 1, 2, 3, 4, 5 } }, e;
    fixed_t g = { 10, 20, 1ull << 60 }, f;
    uint64_t d = 1ull << 40;

    begin();
    CHECK_EQ(round_scalars(0x203, 200, 5, c, &d, &e, f, g), KERN_SUCCESS);
    CHECK_EQ(handled, 1);
    CHECK_EQ(d, (1ull << 40) + 205);
    CHECK_EQ(e.byte[0], 5);
    CHECK_EQ(f[0], 1ull << 60);
    CHECK_EQ(f[2], 10);
}

TEST(an_error_of_the_handler_is_36_bytes_and_no_results, "M70 M97")
{
    odd_t c = { { 0 } }, e;
    fixed_t g = { 0 }, f;
    uint64_t d = 3;

    begin();
    answer = KERN_NO_SPACE;
    CHECK_EQ(round_scalars(0x203, 0, 5, c, &d, &e, f, g), KERN_NO_SPACE);
    CHECK_EQ(d, 3);
}

kern_return_t served_round_varying(mach_port_t server, words_t a, mach_msg_type_number_t aCnt, longs_t b,
                                   mach_msg_type_number_t bCnt, words_t c, mach_msg_type_number_t cCnt,
                                   int last, words_t x, mach_msg_type_number_t *xCnt, longs_t y,
                                   mach_msg_type_number_t *yCnt, words_t z, mach_msg_type_number_t *zCnt,
                                   uint64_t *sum)
{
    handled++;
    CHECK_EQ(*xCnt, 8); /* M69 */
    CHECK_EQ((uintptr_t)b % 8, 0);
    memcpy(x, a, aCnt * 4);
    memcpy(y, b, bCnt * 8);
    memcpy(z, c, cCnt * 4);
    *xCnt = aCnt;
    *yCnt = bCnt;
    *zCnt = cCnt;
    *sum = (uint64_t)last;
    return answer;
}

TEST(varying_arrays_in_a_row_keep_their_places, "M34 M50 M66 M97")
{
    uint32_t a[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, c[8] = { 9, 8, 7, 6, 5, 4, 3, 2 }, x[8], z[8];
    uint64_t b[8] = { 11, 12, 13, 14, 15, 16, 17, 18 }, y[8], sum;
    static const unsigned counts[] = { 0, 1, 7, 8 };

    for (unsigned i = 0; i < 64; i++) {
        unsigned n = counts[i % 4], m = counts[i / 4 % 4], k = counts[i / 16];
        mach_msg_type_number_t n_x = 0, n_y = 0, n_z = 0;

        begin();
        memset(x, 0xaa, sizeof(x));
        CHECK_EQ(round_varying(0x203, a, n, b, m, c, k, 77, x, &n_x, y, &n_y, z, &n_z, &sum), KERN_SUCCESS);
        CHECK_EQ(fake.send_size, 24 + 8 + 12 + 4 + 4 * n + 8 * m + 4 * k);
        CHECK_EQ(n_x, n);
        CHECK_EQ(n_y, m);
        CHECK_EQ(n_z, k);
        CHECK_MEM_EQ(x, a, n * 4);
        CHECK_MEM_EQ(y, b, m * 8);
        CHECK_MEM_EQ(z, c, k * 4);
        CHECK_EQ(sum, 77);
    }
    begin();
    mach_msg_type_number_t n = 0;
    CHECK_EQ(round_varying(0x203, a, 9, b, 0, c, 0, 0, x, &n, y, &n, z, &n, &sum), MIG_ARRAY_TOO_LARGE);
    CHECK_EQ(fake.calls, 0);
}

kern_return_t served_round_same(mach_port_t server, words_t a, mach_msg_type_number_t aCnt, longs_t b,
                                words_t x, mach_msg_type_number_t *xCnt, longs_t y)
{
    handled++;
    for (unsigned i = 0; i < aCnt; i++) {
        x[i] = a[i] + 1;
        y[i] = b[i] + 1;
    }
    *xCnt = aCnt;
    return answer;
}

TEST(chained_arrays_share_one_count, "M31 M34 M50 M97")
{
    uint32_t a[3] = { 1, 2, 3 }, x[8];
    uint64_t b[3] = { 4, 5, 6 }, y[8];
    mach_msg_type_number_t n = 0;

    begin();
    CHECK_EQ(round_same(0x203, a, 3, b, x, &n, y), KERN_SUCCESS);
    CHECK_EQ(fake.send_size, 24 + 8 + 4 + 12 + 24);
    CHECK_EQ(n, 3);
    CHECK_EQ(x[2], 4);
    CHECK_EQ(y[2], 7);
}

kern_return_t served_round_room(mach_port_t server, int n, words_t x, mach_msg_type_number_t *xCnt)
{
    handled++;
    count_seen = *xCnt;
    for (int i = 0; i < n && i < 8; i++)
        x[i] = (uint32_t)i;
    *xCnt = (mach_msg_type_number_t)n;
    return answer;
}

TEST(the_callers_room_is_known_to_the_handler, "M35 M51 M69 M97")
{
    uint32_t x[8] = { 0 };
    mach_msg_type_number_t n = 5;

    begin();
    CHECK_EQ(round_room(0x203, 3, x, &n), KERN_SUCCESS);
    CHECK_EQ(count_seen, 5);
    CHECK_EQ(n, 3);
    n = 100;
    CHECK_EQ(round_room(0x203, 8, x, &n), KERN_SUCCESS);
    CHECK_EQ(count_seen, 8);
    n = 2;
    CHECK_EQ(round_room(0x203, 3, x, &n), MIG_ARRAY_TOO_LARGE); /* the handler overran */
    n = 0;
    CHECK_EQ(round_room(0x203, 0, x, &n), KERN_SUCCESS);
}

kern_return_t served_round_ports(mach_port_t server, port_list_t a, mach_msg_type_number_t aCnt,
                                 port_list_t b, mach_msg_type_number_t *bCnt)
{
    handled++;
    for (unsigned i = 0; i < aCnt; i++)
        b[i] = a[i] + 1;
    *bCnt = aCnt;
    return answer;
}

TEST(names_that_do_not_fit_are_released, "M38 M50 M97")
{
    mach_port_t a[4] = { 0x103, 0x203, 0x303, 0x403 }, b[4] = { 0 };
    mach_msg_type_number_t n = 4;

    begin();
    CHECK_EQ(round_ports(0x203, a, 3, b, &n), KERN_SUCCESS);
    CHECK_EQ(n, 3);
    CHECK_EQ(b[2], 0x304);
    n = 1;
    CHECK_EQ(round_ports(0x203, a, 4, b, &n), MIG_ARRAY_TOO_LARGE);
    CHECK_EQ(n, 4);
    CHECK_EQ(fake.deallocated, 3);
}

kern_return_t served_round_lent(mach_port_t server, int fail, word_list_t a, mach_msg_type_number_t aCnt,
                                port_list_t b, mach_msg_type_number_t bCnt)
{
    handled++;
    CHECK_EQ(a[aCnt - 1], 3);
    CHECK_EQ(b[bCnt - 1], 0x303);
    return fail;
}

TEST(what_was_lent_is_freed_once, "M72 M97")
{
    uint32_t a[3] = { 1, 2, 3 };
    mach_port_t b[2] = { 0x203, 0x303 };

    begin();
    CHECK_EQ(round_lent(0x203, KERN_SUCCESS, a, 3, b, 2), KERN_SUCCESS);
    CHECK_EQ(fake.freed, 2);
    CHECK_EQ(fake.freed_bytes, 20);
    begin();
    CHECK_EQ(round_lent(0x203, KERN_FAILURE, a, 3, b, 2), KERN_FAILURE);
    CHECK_EQ(fake.freed, 1); /* names and their memory are the loop's to destroy */
}

kern_return_t served_round_regions(mach_port_t server, vm_offset_t a, mach_msg_type_number_t aCnt,
                                   port_list_t *b, mach_msg_type_number_t *bCnt)
{
    static mach_port_t names[2] = { 0x503, 0x603 };

    handled++;
    CHECK_EQ(aCnt, 100);
    *b = names;
    *bCnt = 2;
    return answer;
}

TEST(regions_and_rights_arrays_arrive_with_their_counts, "M31 M38 M49 M97")
{
    char bytes[100];
    port_list_t b = NULL;
    mach_msg_type_number_t n = 0;

    begin();
    CHECK_EQ(round_regions(0x203, (vm_offset_t)bytes, 100, TRUE, &b, &n), KERN_SUCCESS);
    CHECK_EQ(fake.request[36], 1); /* deallocate */
    CHECK_EQ(n, 2);
    CHECK_EQ(b[1], 0x603);
    round_regions(0x203, (vm_offset_t)bytes, 100, FALSE, &b, &n);
    CHECK_EQ(fake.request[36], 0);
}

inside_t round_in(wrapped_t value)
{
    translated_in++;
    return (inside_t){ value * 10 };
}

wrapped_t round_out(inside_t value)
{
    translated_out++;
    return value.inner + 1;
}

void round_done(inside_t value)
{
    destroyed++;
    CHECK_EQ(value.inner, 70);
}

kern_return_t served_round_wrapped(mach_port_t server, inside_t a, inside_t *b)
{
    handled++;
    *b = a;
    return answer;
}

TEST(translations_run_once_and_results_only_on_success, "M72 M74 M97")
{
    wrapped_t b = 0;

    begin();
    CHECK_EQ(round_wrapped(0x203, 7, &b), KERN_SUCCESS);
    CHECK_EQ(b, 71);
    CHECK_EQ(translated_in, 1);
    CHECK_EQ(translated_out, 1);
    CHECK_EQ(destroyed, 1);
    begin();
    answer = KERN_FAILURE;
    CHECK_EQ(round_wrapped(0x203, 7, &b), KERN_FAILURE);
    CHECK_EQ(translated_in, 1);
    CHECK_EQ(translated_out, 0);
    CHECK_EQ(destroyed, 1);
}

kern_return_t served_round_poly(mach_port_t server, mach_port_t *p, mach_msg_type_name_t *pPoly)
{
    handled++;
    CHECK_EQ(*pPoly, MACH_MSG_TYPE_PORT_SEND_ONCE);
    *p += 1;
    *pPoly = MACH_MSG_TYPE_MAKE_SEND;
    return answer;
}

TEST(a_polymorphic_right_tells_what_it_is, "M20 M32 M97")
{
    mach_port_t p = 0x703;
    mach_msg_type_name_t type = MACH_MSG_TYPE_MAKE_SEND_ONCE;

    begin();
    CHECK_EQ(round_poly(0x203, &p, &type), KERN_SUCCESS);
    CHECK_EQ(p, 0x704);
    CHECK_EQ(type, MACH_MSG_TYPE_PORT_SEND);
}

kern_return_t served_round_text(mach_port_t server, line_t a, line_t b)
{
    handled++;
    strcpy(b, a);
    return answer;
}

TEST(strings_are_cut_and_always_end, "M43 M49 M97")
{
    char b[12];

    begin();
    CHECK_EQ(round_text(0x203, (char *)"exactly ele", b), KERN_SUCCESS);
    CHECK_STR_EQ(b, "exactly ele");
    CHECK_EQ(round_text(0x203, (char *)"rather more than eleven", b), KERN_SUCCESS);
    CHECK_STR_EQ(b, "rather more");
    CHECK_EQ(round_text(0x203, NULL, b), KERN_SUCCESS);
    CHECK_STR_EQ(b, "");
}

kern_return_t served_round_timed(mach_port_t server, vm_offset_t a, mach_msg_type_number_t aCnt)
{
    handled++;
    return answer;
}

TEST(a_failed_send_gives_up_port_and_request_as_told, "M44 M56 M59 M97")
{
    char bytes[8];

    begin();
    CHECK_EQ(round_timed(0x203, (vm_offset_t)bytes, 8), KERN_SUCCESS);
    CHECK_EQ(fake.timeout, 250);
    CHECK_EQ(fake.option, MACH_SEND_MSG | MACH_RCV_MSG | MACH_SEND_TIMEOUT | MACH_RCV_TIMEOUT);
    begin();
    fake.result = MACH_SEND_TIMED_OUT;
    fake.failed_local_port = 0x9903;
    CHECK_EQ(round_timed(0x203, (vm_offset_t)bytes, 8), MACH_SEND_TIMED_OUT);
    CHECK_EQ(fake.dealloc_reply, 1);
    CHECK_EQ(fake.last_dealloc, 0x9903);
    CHECK_EQ(fake.destroyed, 1);
    begin();
    fake.result = MACH_SEND_INVALID_DEST;
    CHECK_EQ(round_timed(0x203, (vm_offset_t)bytes, 8), MACH_SEND_INVALID_DEST);
    CHECK_EQ(fake.put_reply, 1);
    CHECK_EQ(fake.dealloc_reply, 0);
    CHECK_EQ(fake.destroyed, 1);
}

TEST(only_served_numbers_have_a_routine, "M62 M63 M97")
{
    mach_msg_header_t head = { .msgh_id = 7000 };
    mig_subsystem_t table = (mig_subsystem_t)(uintptr_t)&served_round_subsystem;

    CHECK(round_server_routine(&head) != NULL);
    CHECK(table->routine[0].stub_routine == round_server_routine(&head));
    CHECK_EQ(table->start, 7000);
    CHECK_EQ(table->end, 7011);
    head.msgh_id = 6999;
    CHECK(round_server_routine(&head) == NULL);
    head.msgh_id = 7011;
    CHECK(round_server_routine(&head) == NULL);
}
