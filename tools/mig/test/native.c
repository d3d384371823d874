/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/test/native.c - arguments of C types that the description does not know (M29) */
#include "fake.h"
#include "tests/harness/harness.h"

#include "native.h"
#include "native_server.h"

#include <string.h>

static unsigned handled;
static odd odd_seen;
static pair pair_seen;

static void begin(void)
{
    fake_reset(native_server);
    handled = 0;
}

kern_return_t served_native_all(mach_port_t server, odd a, pair *b, int n, triple *c, odd *d, pair *e, int *f)
{
    handled++;
    CHECK_EQ((uintptr_t)b % 8, 0);
    CHECK_EQ((uintptr_t)e % 8, 0);
    CHECK_EQ(e->second, 0); /* nothing of the server's stack goes out by mistake */
    *d = a;
    *e = (pair){ b->second, b->first };
    c->word[2] += c->word[0];
    *f = n + 1;
    return KERN_SUCCESS;
}

kern_return_t served_native_moved(mach_port_t server, words_t v, mach_msg_type_number_t vCnt, odd *a,
                                  words_t w, mach_msg_type_number_t wCnt, unsigned char b, words_t x,
                                  mach_msg_type_number_t *xCnt, pair *c, words_t y,
                                  mach_msg_type_number_t *yCnt, odd *d)
{
    handled++;
    memcpy(x, w, wCnt * 4);
    memcpy(y, v, vCnt * 4);
    *xCnt = wCnt;
    *yCnt = vCnt;
    *c = (pair){ b, 2 };
    *d = *a;
    return KERN_SUCCESS;
}

kern_return_t served_native_tell(mach_port_t server, pair a)
{
    handled++;
    pair_seen = a;
    return KERN_SUCCESS;
}

kern_return_t served_native_later(mach_port_t server, kern_return_t code, mach_port_t r, odd a, pair *b)
{
    handled++;
    odd_seen = a;
    CHECK_EQ(b == NULL, code != KERN_SUCCESS);
    return KERN_SUCCESS;
}

TEST(native_arguments_have_the_size_that_c_gives_them, "M29")
{
    static const unsigned char pads[3] = { 0 };
    triple c = { { 1, 2, 3 } };
    odd a = { { 'a', 'b', 'c', 'd', 'e' } }, d;
    pair b = { 5, 6 }, e;
    int f;

    begin();
    CHECK_EQ(native_all(0x203, a, &b, 8, &c, &d, &e, &f), KERN_SUCCESS);
    CHECK_EQ(fake.send_size, 24 + 8 + 8 + 16 + 4 + 12);
    CHECK_MEM_EQ(fake.request + 37, pads, 3);
    CHECK_EQ(fake.rcv_size, 24 + 8 + 4 + 12 + 8 + 16 + 4 + 8);
    CHECK_MEM_EQ(fake.received + 53, pads, 3);
    CHECK_MEM_EQ(&d, &a, sizeof(a));
    CHECK_EQ(c.word[2], 4);
    CHECK_EQ(e.first, 6);
    CHECK_EQ(f, 9);
    CHECK_EQ(native_tell(0x203, b), KERN_SUCCESS);
    CHECK_EQ(pair_seen.second, 6);
}

TEST(native_arguments_move_with_what_varies_before_them, "M29 M34 M66")
{
    uint32_t words[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, x[8], y[8];
    odd a = { { 1, 2, 3, 4, 5 } }, d;
    pair c;

    for (mach_msg_type_number_t n = 0; n <= 8; n++) {
        mach_msg_type_number_t n_x = 0, n_y = 0;

        begin();
        CHECK_EQ(native_moved(0x203, words, n, &a, words, 8 - n, 200, x, &n_x, &c, y, &n_y, &d), KERN_SUCCESS);
        CHECK_EQ(fake.send_size, 24 + 8 + 4 + 8 + 4 + 4 + 32);
        CHECK_EQ(n_x, 8 - n);
        CHECK_EQ(n_y, n);
        CHECK_MEM_EQ(y, words, n * 4);
        CHECK_EQ(c.first, 200);
        CHECK_MEM_EQ(&d, &a, sizeof(a));
    }
}

TEST(an_error_that_travels_alone_has_no_native_arguments, "M29 M36 M76")
{
    odd a = { { 9 } };
    pair b = { 1, 2 };

    begin();
    CHECK_EQ(native_later(0x203, KERN_SUCCESS, 0x303, a, &b), KERN_SUCCESS);
    CHECK_EQ(odd_seen.byte[0], 9);
    CHECK_EQ(native_later(0x203, 5, 0x303, a, &b), KERN_SUCCESS);
    CHECK_EQ(fake.send_size, 36);
    CHECK_EQ(odd_seen.byte[0], 0);
    CHECK_EQ(handled, 2);
}

TEST(sizes_of_native_messages_are_exact, "M29 M65")
{
    static unsigned char request[FAKE_ROOM + 128], good[FAKE_ROOM], reply[FAKE_ROOM];
    uint32_t words[3] = { 1, 2, 3 };
    mach_msg_type_number_t n_x, n_y;
    mach_msg_header_t *head = (void *)request;
    uint32_t x[8], y[8];
    odd a = { { 0 } }, d;
    pair c;

    begin();
    CHECK_EQ(native_moved(0x203, words, 3, &a, words, 2, 1, x, &n_x, &c, y, &n_y, &d), KERN_SUCCESS);
    memcpy(good, fake.request, fake.send_size);
    handled = 0;
    for (mach_msg_size_t size = 24; size < 120; size += 4) {
        memset(request, 0, sizeof(request));
        memcpy(request, good, 200);
        head->msgh_size = size;
        fake_receive(request, 8);
        fake_serve(native_server, request, reply);
        CHECK_EQ(((mig_reply_error_t *)(void *)reply)->RetCode,
                 size == fake.send_size ? KERN_SUCCESS : MIG_BAD_ARGUMENTS);
    }
    CHECK_EQ(handled, 1);
}
