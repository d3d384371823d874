/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/test/hostile.c - messages that are spoilt in every word, in both directions (M46, M65, M97)
 *
 * A good message of each routine is recorded; then one word, byte or size of it is changed at a time. A request stands
 * against a page that cannot be read, so that a stub that looks too far dies; handlers touch all that they are told is
 * theirs, and the client's buffers have walls. Addresses stay what they are: those the kernel vouches for.
 */
#include "fake.h"
#include "tests/harness/harness.h"

#include "hostile.h"
#include "hostile_server.h"

#include <string.h>
#include <sys/mman.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static unsigned handled;
static uint64_t touched; /* so that no read is left out */

static void touch(const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        touched += ((const uint8_t *)bytes)[i];
}

/* --- handlers --- */

static uint64_t six[6] = { 1, 2, 3, 4, 5, 6 };
static uint32_t four[4] = { 7, 8, 9, 10 };
static triple_t triple = { { 11, 12, 13 } };
static char bytes[10] = "123456789";
static mach_port_t two[2] = { 0x203, 0x303 };

kern_return_t served_hostile_plain(mach_port_t server, uint8_t a, uint64_t b, odd_t c, three_longs_t d,
                                   odd_t *e, three_longs_t f)
{
    handled++;
    *e = c;
    memcpy(f, d, sizeof(three_longs_t));
    return KERN_SUCCESS;
}

kern_return_t served_hostile_varying(mach_port_t server, chars_t a, mach_msg_type_number_t aCnt, triples_t b,
                                     mach_msg_type_number_t bCnt, longs_t c, mach_msg_type_number_t cCnt,
                                     int last, chars_t x, mach_msg_type_number_t *xCnt, triples_t y,
                                     mach_msg_type_number_t *yCnt, longs_t z, mach_msg_type_number_t *zCnt,
                                     int *end)
{
    handled++;
    REQUIRE(aCnt <= 5 && bCnt <= 4 && cCnt <= 3);
    memcpy(x, a, *xCnt = aCnt);
    memcpy(y, b, (*yCnt = bCnt) * sizeof(*b));
    memcpy(z, c, (*zCnt = cCnt) * sizeof(*c));
    *end = last;
    return KERN_SUCCESS;
}

kern_return_t served_hostile_same(mach_port_t server, words_t a, mach_msg_type_number_t aCnt, words_t b,
                                  words_t x, mach_msg_type_number_t *xCnt, words_t y)
{
    handled++;
    REQUIRE(aCnt <= 4);
    memcpy(x, a, aCnt * 4);
    memcpy(y, b, aCnt * 4);
    *xCnt = aCnt;
    return KERN_SUCCESS;
}

kern_return_t served_hostile_text(mach_port_t server, name_t a, line_t b, short_line_t c, name_t x, line_t y,
                                  short_line_t z)
{
    handled++;
    REQUIRE(strlen(a) < 10 && strlen(b) < 12 && strlen(c) < 8);
    strcpy(x, a);
    strcpy(y, b);
    strcpy(z, c);
    return KERN_SUCCESS;
}

kern_return_t served_hostile_regions(mach_port_t server, vm_offset_t a, mach_msg_type_number_t aCnt,
                                     longs_t b, mach_msg_type_number_t bCnt, triple_p_t c, words_t d,
                                     mach_msg_type_number_t dCnt, vm_offset_t *x, mach_msg_type_number_t *xCnt,
                                     longs_t *y, mach_msg_type_number_t *yCnt, triple_p_t *z)
{
    handled++;
    REQUIRE(aCnt <= sizeof(bytes) && bCnt <= 6 && dCnt <= 4);
    touch((const void *)a, aCnt);
    touch(b, bCnt * 8);
    touch(c, sizeof(*c));
    touch(d, dCnt * 4);
    *x = (vm_offset_t)bytes;
    *xCnt = sizeof(bytes);
    *y = six;
    *yCnt = 5;
    *z = &triple;
    return KERN_SUCCESS;
}

kern_return_t served_hostile_rights(mach_port_t server, mach_port_t a, right_list_t b, right_list_t c,
                                    mach_msg_type_number_t cCnt, right_list_t d, mach_msg_type_number_t dCnt,
                                    right_list_t e, mach_port_t f, mach_msg_type_name_t fPoly, mach_port_t *x,
                                    right_list_t y, mach_msg_type_number_t *yCnt, right_list_t *z,
                                    mach_msg_type_number_t *zCnt)
{
    handled++;
    REQUIRE(cCnt <= 3 && dCnt <= 2);
    touch(b, 8);
    touch(c, cCnt * 4);
    touch(d, dCnt * 4);
    touch(e, 8);
    *x = a;
    memcpy(y, b, 8);
    *yCnt = 2;
    *z = two;
    *zCnt = 2;
    return KERN_SUCCESS;
}

kern_return_t served_hostile_room(mach_port_t server, words_t x, mach_msg_type_number_t *xCnt, chars_t y,
                                  mach_msg_type_number_t *yCnt)
{
    handled++;
    REQUIRE(*xCnt <= 8 && *yCnt <= 5);
    memset(x, 1, *xCnt * 4);
    memset(y, 2, *yCnt);
    return KERN_SUCCESS;
}

kern_return_t served_hostile_later(mach_port_t server, kern_return_t code, mach_port_t a, int b)
{
    handled++;
    return KERN_SUCCESS;
}

/* --- the client: each result stands in a room of its size, with a wall behind --- */

static struct {
    odd_t odd;
    uint8_t wall_1[32];
    three_longs_t longs;
    uint8_t wall_2[32];
    char chars[5];
    uint8_t wall_3[32];
    triple_t triples[4];
    uint8_t wall_4[32];
    uint32_t words[8];
    uint8_t wall_5[32];
    uint32_t few[4];
    uint8_t wall_6[32];
    char name[10];
    uint8_t wall_7[32];
    char line[12];
    uint8_t wall_8[32];
    char short_line[8];
    uint8_t wall_9[32];
    mach_port_t rights[3];
    uint8_t wall_10[32];
} room;

static void check_wall(const uint8_t *wall)
{
    for (int i = 0; i < 32; i++)
        CHECK_EQ(wall[i], 0x5a);
}

static void check_walls(void)
{
    check_wall(room.wall_1);
    check_wall(room.wall_2);
    check_wall(room.wall_3);
    check_wall(room.wall_4);
    check_wall(room.wall_5);
    check_wall(room.wall_6);
    check_wall(room.wall_7);
    check_wall(room.wall_8);
    check_wall(room.wall_9);
    check_wall(room.wall_10);
}

static kern_return_t call_plain(void)
{
    return hostile_plain(0x203, 1, 2, (odd_t){ { 1, 2, 3, 4, 5 } }, six, &room.odd, room.longs);
}

static kern_return_t call_varying(void)
{
    triple_t triples[2] = { triple, triple };
    mach_msg_type_number_t x = 5, y = 4, z = 3;
    int end;

    return hostile_varying(0x203, bytes, 3, triples, 2, six, 2, 77, room.chars, &x, room.triples, &y,
                           room.longs, &z, &end);
}

static kern_return_t call_same(void)
{
    mach_msg_type_number_t n = 4;

    return hostile_same(0x203, four, 3, four, room.words, &n, room.few);
}

static kern_return_t call_text(void)
{
    name_t name = "some name";

    return hostile_text(0x203, name, (char *)"a line", (char *)"short", room.name, room.line, room.short_line);
}

static kern_return_t call_regions(void)
{
    vm_offset_t x;
    longs_t y;
    triple_p_t z;
    mach_msg_type_number_t n_x, n_y;
    kern_return_t kr =
        hostile_regions(0x203, (vm_offset_t)bytes, 10, six, 6, &triple, four, 4, &x, &n_x, &y, &n_y, &z);

    if (kr == KERN_SUCCESS)
        CHECK(n_x == 10 && n_y == 5);
    return kr;
}

static kern_return_t call_rights(void)
{
    mach_msg_type_number_t n_y = 3, n_z;
    right_list_t z;
    mach_port_t x;
    kern_return_t kr = hostile_rights(0x203, 0x403, two, two, 2, two, 2, two, 0x503,
                                      MACH_MSG_TYPE_MAKE_SEND_ONCE, &x, room.rights, &n_y, &z, &n_z);

    if (kr == KERN_SUCCESS)
        CHECK(n_y <= 3 && n_z == 2);
    return kr;
}

static kern_return_t call_room(void)
{
    mach_msg_type_number_t n_x = 6, n_y = 5;

    return hostile_room(0x203, room.words, &n_x, room.chars, &n_y);
}

static kern_return_t call_later(void)
{
    return hostile_later(0x203, KERN_SUCCESS, 0x403, 5);
}

static const struct {
    kern_return_t (*call)(void);
    bool answers;
    unsigned changes; /* how many of its spoilt requests must be refused, at least */
} calls[] = {
    { call_plain, true, 8 }, { call_varying, true, 60 },  { call_same, true, 30 },
    { call_text, true, 40 }, { call_regions, true, 150 }, { call_rights, true, 400 },
    { call_room, true, 8 },  { call_later, false, 20 },
};

/* --- spoiling --- */

struct good {
    unsigned char data[FAKE_ROOM];
    mach_msg_size_t size;
    bool is_address[FAKE_ROOM / 4]; /* words that are an address out of line */
};

static void find_addresses(struct good *g)
{
    const mach_msg_header_t *head = (const void *)g->data;
    uint32_t n, at = 28;

    memset(g->is_address, 0, sizeof(g->is_address));
    if (!(head->msgh_bits & MACH_MSGH_BITS_COMPLEX))
        return;
    memcpy(&n, g->data + 24, 4);
    while (n-- > 0) {
        bool port = g->data[at + 11] == MACH_MSG_PORT_DESCRIPTOR;

        g->is_address[at / 4] = g->is_address[at / 4 + 1] = !port;
        at += port ? 12 : 16;
    }
}

/* Calls with each spoilt copy of a message: `spoilt` looks at what comes of it. */
static void spoil(const struct good *good, void (*spoilt)(unsigned char *message))
{
    static const uint32_t values[] = { 0,          1,          2,          3,          4,          5,
                                       7,          9,          13,         0x40000000, 0x40000001, 0x20000001,
                                       0x7fffffff, 0x80000000, 0xfffffffc, 0xfffffffd, 0xffffffff };
    static unsigned char message[FAKE_ROOM + 128];
    uint32_t old;

    for (mach_msg_size_t at = 24; at < good->size; at += 4) {
        memcpy(&old, good->data + at, 4);
        for (size_t i = 0; !good->is_address[at / 4] && i < N(values) + 2; i++) {
            uint32_t value = i < N(values) ? values[i] : i == N(values) ? old + 1 : old - 1;

            memcpy(message, good->data, FAKE_ROOM);
            memcpy(message + at, &value, 4);
            spoilt(message);
        }
    }
    for (mach_msg_size_t at = 24; at < good->size && at < 200; at++) /* types and dispositions are bytes */
        for (unsigned value = 0; !good->is_address[at / 4] && value < 24; value++) {
            memcpy(message, good->data, FAKE_ROOM);
            message[at] = (unsigned char)value;
            spoilt(message);
        }
    for (mach_msg_size_t size = 24; size <= good->size + 64; size += 4) {
        memcpy(message, good->data, FAKE_ROOM);
        memcpy(message + 4, &size, 4);
        spoilt(message);
        message[3] ^= 0x80;
        spoilt(message);
    }
}

static unsigned refused, accepted;

/* The message and its trailer end where memory ends. */
static void serve(unsigned char *message)
{
    static unsigned char reply[FAKE_ROOM], *end;
    mach_msg_header_t *head = (void *)message;
    mig_reply_error_t *error = (void *)reply;
    unsigned char *place;
    bool answered;

    if (end == NULL) {
        end = mmap(NULL, FAKE_ROOM + 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        REQUIRE(end != MAP_FAILED);
        end += FAKE_ROOM + 4096;
        REQUIRE_EQ(mprotect(end, 4096, PROT_NONE), 0);
    }
    place = end - head->msgh_size - 8;
    memcpy(place, message, head->msgh_size);
    memcpy(place + head->msgh_size, (const uint32_t[2]){ 0, 8 }, 8);
    handled = 0;
    CHECK_EQ(fake_serve(hostile_server, place, reply), TRUE);
    answered = (error->Head.msgh_bits & MACH_MSGH_BITS_COMPLEX) || error->RetCode == KERN_SUCCESS;
    CHECK_EQ(handled, answered);
    if (!answered)
        CHECK(error->RetCode == MIG_BAD_ARGUMENTS || error->RetCode == MIG_TYPE_ERROR);
    CHECK(error->Head.msgh_size <= FAKE_ROOM && (answered || error->Head.msgh_size == 36));
    refused += !answered;
    accepted += answered;
}

TEST(spoilt_requests_are_refused_or_harmless, "M65 M69 M96 M97")
{
    static struct good good;

    for (size_t i = 0; i < N(calls); i++) {
        fake_reset(hostile_server);
        memset(&room, 0x5a, sizeof(room));
        CHECK_EQ(calls[i].call(), KERN_SUCCESS);
        memset(good.data, 0, sizeof(good.data));
        memcpy(good.data, fake.request, good.size = fake.send_size);
        fake_receive(good.data, 8);
        find_addresses(&good);
        refused = accepted = 0;
        serve(good.data);
        CHECK_EQ(accepted, 1);
        spoil(&good, serve);
        if (refused < calls[i].changes)
            FAIL("routine %zu: only %u of %u refused", i, refused, refused + accepted);
    }
}

TEST(a_request_of_any_other_size_is_refused, "M65 M66")
{
    static struct good good;
    static unsigned char message[FAKE_ROOM];

    for (size_t i = 0; i < N(calls); i++) {
        fake_reset(hostile_server);
        CHECK_EQ(calls[i].call(), KERN_SUCCESS);
        memset(good.data, 0, sizeof(good.data));
        memcpy(good.data, fake.request, good.size = fake.send_size);
        fake_receive(good.data, 8);
        accepted = 0;
        for (mach_msg_size_t size = 24; size < good.size + 200; size += 4) {
            memcpy(message, good.data, sizeof(message));
            memcpy(message + 4, &size, 4);
            serve(message);
        }
        CHECK_EQ(accepted, 1);
    }
}

static kern_return_t (*client)(void);

static void answer(unsigned char *message)
{
    const mach_msg_header_t *head = (const void *)message;
    kern_return_t kr;

    fake_reset(NULL);
    memset(&room, 0x5a, sizeof(room));
    fake.reply = message;
    fake.reply_size = head->msgh_size;
    kr = client();
    check_walls();
    CHECK_EQ(fake.destroyed, kr != KERN_SUCCESS && kr != MIG_ARRAY_TOO_LARGE && kr != MACH_RCV_TOO_LARGE);
    refused += kr != KERN_SUCCESS;
    accepted += kr == KERN_SUCCESS;
}

TEST(spoilt_replies_are_refused_or_harmless, "M46 M49 M50 M96 M97")
{
    static struct good good;

    for (size_t i = 0; i < N(calls); i++) {
        if (!calls[i].answers)
            continue;
        fake_reset(hostile_server);
        memset(&room, 0x5a, sizeof(room));
        client = calls[i].call;
        CHECK_EQ(client(), KERN_SUCCESS);
        check_walls();
        memset(good.data, 0, sizeof(good.data));
        memcpy(good.data, fake.received, good.size = fake.received_size);
        find_addresses(&good);
        refused = accepted = 0;
        answer(good.data);
        CHECK_EQ(accepted, 1);
        spoil(&good, answer);
        CHECK_GE(refused, 30);
    }
}
