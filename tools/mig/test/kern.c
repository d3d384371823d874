/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/test/kern.c - stubs of a kernelserver, on a kernel of a few lines (M82)
 *
 * A request is bytes as they lie in the kernel, the header not turned round, and beside them the ports of its
 * descriptors: pointers, which no 32-bit field could hold.
 */
#include "tests/harness/harness.h"

/* The stubs, as a part of this file: what they call is defined below. */
#include "kern_stubs.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define ROOM 512

struct message {
    uint8_t bytes[ROOM];
    struct port *dest;
    struct port *rights[8];
    uint8_t *region;
    mach_msg_size_t region_size;
};

struct kreply {
    uint8_t bytes[ROOM];
    struct port *rights[8];
    mach_msg_type_name_t types[8];
    void *region;
    mach_msg_size_t region_size;
    struct port **names;
    mach_msg_type_number_t n_names;
};

static struct thing things[4] = { { 0 }, { 1 }, { 2 }, { 3 } };
static struct port ports[4] = { { NULL }, { &things[1] }, { &things[2] }, { &things[3] } };
static struct message request;
static struct kreply reply;
static char events[256];
static kern_return_t result;
static unsigned handled;
static uint8_t memory[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static void note(const char *what, int value)
{
    size_t n = strlen(events);

    snprintf(events + n, sizeof(events) - n, " %s%d", what, value);
}

/* --- the kernel --- */

static const mach_msg_header_t *head(void)
{
    return (const void *)request.bytes;
}

static const mach_msg_port_descriptor_t *descriptor(unsigned k)
{
    const uint8_t *p = request.bytes + 28;

    for (; k > 0; k--)
        p += p[11] == MACH_MSG_PORT_DESCRIPTOR ? 12 : 16;
    return (const void *)p;
}

const uint8_t *mig_k_bytes(struct message *req)
{
    return req->bytes;
}

mach_msg_size_t mig_k_size(struct message *req)
{
    return head()->msgh_size;
}

boolean_t mig_k_complex(struct message *req)
{
    return (head()->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0;
}

unsigned mig_k_ndesc(struct message *req)
{
    return mig_k_complex(req) ? *(const uint32_t *)(const void *)(req->bytes + 24) : 0;
}

struct port *mig_k_dest(struct message *req)
{
    return req->dest;
}

unsigned mig_k_desc_type(struct message *req, unsigned k)
{
    return descriptor(k)->type;
}

struct port *mig_k_right(struct message *req, unsigned k)
{
    return req->rights[k];
}

mach_msg_type_name_t mig_k_right_type(struct message *req, unsigned k)
{
    return descriptor(k)->disposition;
}

uint8_t *mig_k_region(struct message *req, unsigned k, mach_msg_size_t *size)
{
    *size = req->region_size;
    return req->region;
}

mach_msg_type_number_t mig_k_rights_count(struct message *req, unsigned k)
{
    return ((const mach_msg_ool_ports_descriptor_t *)(const void *)descriptor(k))->count;
}

struct port **mig_k_rights(struct message *req, unsigned k)
{
    return req->rights;
}

void mig_k_release_send(struct message *req, unsigned k)
{
    note("release", (int)k);
}

uint8_t *mig_k_reply(struct kreply *rep)
{
    return rep->bytes;
}

void mig_k_reply_right(struct kreply *rep, unsigned k, struct port *port, mach_msg_type_name_t type)
{
    rep->rights[k] = port;
    rep->types[k] = type;
}

void mig_k_reply_region(struct kreply *rep, unsigned k, void *bytes, mach_msg_size_t size)
{
    rep->region = bytes;
    rep->region_size = size;
}

void mig_k_reply_rights(struct kreply *rep, unsigned k, struct port **names, mach_msg_type_number_t count,
                        mach_msg_type_name_t type)
{
    rep->names = names;
    rep->n_names = count;
    rep->types[k] = type;
}

struct thing *kern_thing(struct port *port)
{
    note("in", port && port->thing ? port->thing->number : 0);
    return port ? port->thing : NULL;
}

void kern_thing_done(struct thing *thing)
{
    note("done", thing ? thing->number : 0);
}

/* --- handlers --- */

static kern_return_t handle(const struct thing *target)
{
    handled++;
    note("handler", target ? target->number : 0);
    return result;
}

kern_return_t serve_kern_plain(struct thing *target, int a, int *b)
{
    *b = a + 1;
    return handle(target);
}

kern_return_t serve_kern_rights(struct thing *target, struct thing *a, struct port *b, struct thing *c,
                                struct thing *d, struct port **e, struct port **f, mach_msg_type_name_t *fPoly)
{
    CHECK(a == &things[2]);
    CHECK(b == &ports[3]);
    CHECK(c == &things[3]);
    *e = &ports[1];
    *f = &ports[2];
    *fPoly = MACH_MSG_TYPE_PORT_SEND_ONCE;
    return handle(target);
}

kern_return_t serve_kern_memory(struct thing *target, void *a, mach_msg_type_number_t aCnt, words_p_t b,
                                mach_msg_type_number_t bCnt, void **c, mach_msg_type_number_t *cCnt,
                                words_p_t d, mach_msg_type_number_t *dCnt)
{
    CHECK_EQ(aCnt, 8);
    CHECK_EQ(((uint8_t *)a)[7], 8);
    CHECK_LE(*dCnt, 4);
    *c = memory;
    *cCnt = 5;
    memcpy(d, b, bCnt * 4);
    *dCnt = result == 99 ? 5 : bCnt;
    return result == 99 ? KERN_SUCCESS : handle(target);
}

kern_return_t serve_kern_names(struct thing *target, struct port **a, mach_msg_type_number_t aCnt,
                               struct port **b, mach_msg_type_number_t bCnt, struct port ***c,
                               mach_msg_type_number_t *cCnt)
{
    static struct port *results[2] = { &ports[3], NULL };

    CHECK_EQ(aCnt, 2);
    CHECK(a[1] == &ports[2]);
    CHECK_LE(bCnt, 3);
    *c = results;
    *cCnt = 2;
    return handle(target);
}

kern_return_t serve_kern_tell(struct thing *target, int a)
{
    return handle(target);
}

/* --- requests --- */

#define BITS MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND, MACH_MSG_TYPE_PORT_SEND_ONCE)
#define PORT(disposition_)                                                                                   \
    {                                                                                                        \
        .disposition = disposition_, .type = MACH_MSG_PORT_DESCRIPTOR                                        \
    }

static void put(mach_msg_size_t at, const void *bytes, mach_msg_size_t size)
{
    memcpy(request.bytes + at, bytes, size);
}

static void put_word(mach_msg_size_t at, uint32_t word)
{
    put(at, &word, 4);
}

static void begin(int id, mach_msg_size_t size, unsigned n_descs)
{
    mach_msg_header_t h = { .msgh_bits = BITS | (n_descs ? MACH_MSGH_BITS_COMPLEX : 0),
                            .msgh_size = size,
                            .msgh_id = id };

    memset(&request, 0, sizeof(request));
    put(0, &h, sizeof(h));
    if (n_descs)
        put_word(24, n_descs);
    request.dest = &ports[1];
    result = KERN_SUCCESS;
}

static void begin_plain(void)
{
    begin(7300, 36, 0);
    put_word(32, 41);
}

static void begin_rights(void)
{
    const mach_msg_port_descriptor_t d[4] = { PORT(17), PORT(17), PORT(17), PORT(18) };

    begin(7301, 28 + 48, 4);
    put(28, d, sizeof(d));
    request.rights[0] = &ports[2];
    request.rights[1] = request.rights[2] = &ports[3];
    request.rights[3] = &ports[1];
}

static void begin_memory(void)
{
    const mach_msg_ool_descriptor_t d = { .size = 8, .type = MACH_MSG_OOL_DESCRIPTOR };

    begin(7302, 28 + 16 + 8 + 4 + 4 + 8 + 4, 1);
    put(28, &d, sizeof(d));
    put_word(52, 8); /* aCnt */
    put_word(56, 2); /* bCnt */
    put_word(60, 0x11);
    put_word(64, 0x22);
    put_word(68, 3); /* room for d */
    request.region = memory;
    request.region_size = 8;
}

static void begin_names(void)
{
    const mach_msg_ool_ports_descriptor_t d = { .count = 2,
                                                .disposition = 17,
                                                .type = MACH_MSG_OOL_PORTS_DESCRIPTOR };
    const mach_msg_port_descriptor_t p[3] = { PORT(17), PORT(17), PORT(17) };

    begin(7303, 28 + 16 + 36 + 8 + 8, 4);
    put(28, &d, sizeof(d));
    put(44, p, sizeof(p));
    put_word(88, 2);
    put_word(92, 1);
    request.rights[0] = &ports[1];
    request.rights[1] = &ports[2];
}

static void begin_tell(void)
{
    begin(7305, 36, 0);
}

/* The code of an error reply; 0 for a normal one. */
static kern_return_t serve(void)
{
    const mig_reply_error_t *error = (const void *)reply.bytes;
    const struct mig_k_routine *routine = &serve_kern_subsystem.routine[head()->msgh_id - 7300];

    memset(&reply, 0xee, sizeof(reply));
    memset(events, 0, sizeof(events));
    handled = 0;
    routine->stub(&request, &reply);
    CHECK_EQ(error->Head.msgh_id, head()->msgh_id + 100);
    CHECK_EQ(MACH_MSGH_BITS_REMOTE(error->Head.msgh_bits), MACH_MSG_TYPE_PORT_SEND_ONCE);
    CHECK_EQ(MACH_MSGH_BITS_LOCAL(error->Head.msgh_bits), 0);
    CHECK_LE(error->Head.msgh_size, routine->max_reply);
    return error->Head.msgh_bits & MACH_MSGH_BITS_COMPLEX ? KERN_SUCCESS : error->RetCode;
}

static const mach_msg_header_t *answer(void)
{
    return (const void *)reply.bytes;
}

TEST(the_kernels_table_knows_each_number, "M16 M82")
{
    const struct mig_k_subsystem *table = &serve_kern_subsystem;

    CHECK_EQ(table->start, 7300);
    CHECK_EQ(table->end, 7306);
    CHECK_STR_EQ(table->routine[0].name, "kern_plain");
    CHECK_EQ(table->routine[0].max_reply, 40);
    CHECK(table->routine[4].stub == NULL);
    CHECK_EQ(table->routine[5].max_reply, 36);
    for (int i = 0; i < 6; i++)
        CHECK_LE(table->routine[i].max_reply, table->maxsize);
}

TEST(a_handler_of_the_kernel_gets_the_object, "M82")
{
    begin_plain();
    CHECK_EQ(serve(), KERN_SUCCESS);
    CHECK_STR_EQ(events, " in1 handler1 done1");
    CHECK_EQ(((const uint32_t *)(const void *)reply.bytes)[9], 42);
    CHECK_EQ(answer()->msgh_size, 40);
    request.dest = &ports[0]; /* no such object: the handler decides */
    CHECK_EQ(serve(), KERN_SUCCESS);
    CHECK_STR_EQ(events, " in0 handler0 done0");
    result = KERN_INVALID_ARGUMENT;
    CHECK_EQ(serve(), KERN_INVALID_ARGUMENT);
    CHECK_EQ(answer()->msgh_size, 36);
    begin_tell();
    CHECK_EQ(serve(), KERN_SUCCESS);
    CHECK_EQ(answer()->msgh_size, 36);
}

TEST(carried_rights_of_objects_are_released_after_success_alone, "M82")
{
    const mach_msg_port_descriptor_t *d = (const void *)(reply.bytes + 28);

    begin_rights();
    CHECK_EQ(serve(), KERN_SUCCESS);
    CHECK_STR_EQ(events, " in1 in2 in3 in1 handler1 done3 done1 release0 release2");
    CHECK_EQ(answer()->msgh_size, 52);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(d[i].name, MACH_PORT_NULL);
        CHECK_EQ(d[i].type, MACH_MSG_PORT_DESCRIPTOR);
    }
    CHECK(reply.rights[0] == &ports[1]);
    CHECK_EQ(reply.types[0], MACH_MSG_TYPE_PORT_SEND);
    CHECK_EQ(d[0].disposition, MACH_MSG_TYPE_PORT_SEND);
    CHECK(reply.rights[1] == &ports[2]);
    CHECK_EQ(reply.types[1], MACH_MSG_TYPE_PORT_SEND_ONCE);
    CHECK_EQ(d[1].disposition, MACH_MSG_TYPE_PORT_SEND_ONCE);
    result = KERN_FAILURE;
    CHECK_EQ(serve(), KERN_FAILURE);
    CHECK_STR_EQ(events, " in1 in2 in3 in1 handler1 done3 done1");
    CHECK_EQ(answer()->msgh_size, 36);
}

TEST(memory_and_arrays_of_rights_go_through_the_kernel, "M69 M82")
{
    begin_memory();
    CHECK_EQ(serve(), KERN_SUCCESS);
    CHECK(reply.region == memory);
    CHECK_EQ(reply.region_size, 5);
    CHECK_EQ(answer()->msgh_size, 28 + 16 + 8 + 4 + 4 + 8);
    result = 99; /* a handler that says more than there is room for */
    CHECK_EQ(serve(), MIG_ARRAY_TOO_LARGE);
    begin_names();
    CHECK_EQ(serve(), KERN_SUCCESS);
    CHECK_EQ(reply.n_names, 2);
    CHECK(reply.names[0] == &ports[3]);
    CHECK_EQ(reply.types[0], MACH_MSG_TYPE_PORT_SEND);
}

/* --- requests are hostile --- */

#define WORD(at, value) at, 4, value
#define BYTE(at, value) at, 1, value

TEST(the_kernel_is_not_taken_in, "M65 M82")
{
    static const struct {
        void (*begin)(void);
        unsigned at, size;
        uint32_t value;
        kern_return_t want;
    } spoilt[] = {
        { begin_plain, WORD(4, 32), MIG_BAD_ARGUMENTS },
        { begin_plain, WORD(4, 40), MIG_BAD_ARGUMENTS },
        { begin_plain, WORD(0, BITS | MACH_MSGH_BITS_COMPLEX), MIG_BAD_ARGUMENTS },
        { begin_rights, WORD(0, BITS), MIG_BAD_ARGUMENTS },
        { begin_rights, WORD(24, 3), MIG_BAD_ARGUMENTS },
        { begin_rights, WORD(24, 5), MIG_BAD_ARGUMENTS },
        { begin_rights, WORD(4, 72), MIG_BAD_ARGUMENTS },
        { begin_rights, WORD(4, 80), MIG_BAD_ARGUMENTS },
        { begin_rights, BYTE(38, 18), MIG_TYPE_ERROR },
        { begin_rights, BYTE(38, 16), MIG_TYPE_ERROR },
        { begin_rights, BYTE(74, 17), MIG_TYPE_ERROR },
        { begin_rights, BYTE(39, 3), MIG_TYPE_ERROR },
        { begin_memory, BYTE(39, 0), MIG_TYPE_ERROR },
        { begin_memory, BYTE(39, 2), MIG_TYPE_ERROR },
        { begin_memory, WORD(52, 7), MIG_TYPE_ERROR },
        { begin_memory, WORD(52, 9), MIG_TYPE_ERROR },
        { begin_memory, WORD(52, 0xffffffff), MIG_TYPE_ERROR },
        { begin_memory, WORD(56, 1), MIG_BAD_ARGUMENTS },
        { begin_memory, WORD(56, 3), MIG_BAD_ARGUMENTS },
        { begin_memory, WORD(56, 5), MIG_BAD_ARGUMENTS },
        { begin_memory, WORD(56, 0x40000002), MIG_BAD_ARGUMENTS },
        { begin_memory, WORD(56, 0xffffffff), MIG_BAD_ARGUMENTS },
        { begin_memory, WORD(4, 68), MIG_BAD_ARGUMENTS },
        { begin_memory, WORD(4, 76), MIG_BAD_ARGUMENTS },
        { begin_names, BYTE(38, 18), MIG_TYPE_ERROR },
        { begin_names, BYTE(39, 1), MIG_TYPE_ERROR },
        { begin_names, WORD(88, 1), MIG_TYPE_ERROR },
        { begin_names, WORD(88, 3), MIG_TYPE_ERROR },
        { begin_names, WORD(92, 4), MIG_BAD_ARGUMENTS },
        { begin_names, WORD(92, 0xffffffff), MIG_BAD_ARGUMENTS },
        { begin_names, BYTE(79, 1), MIG_TYPE_ERROR },
        { begin_tell, WORD(4, 40), MIG_BAD_ARGUMENTS },
    };

    for (size_t i = 0; i < sizeof(spoilt) / sizeof(spoilt[0]); i++) {
        kern_return_t kr;

        spoilt[i].begin();
        put(spoilt[i].at, &spoilt[i].value, spoilt[i].size);
        kr = serve();
        if (kr != spoilt[i].want)
            FAIL("case %zu: %d", i, kr);
        CHECK_EQ(handled, 0);
        CHECK_STR_EQ(events, "");
        CHECK_EQ(answer()->msgh_size, 36);
    }
    begin_memory();
    request.region = NULL; /* memory that cannot be read */
    CHECK_EQ(serve(), KERN_MEMORY_ERROR);
    CHECK_EQ(handled, 0);
}
