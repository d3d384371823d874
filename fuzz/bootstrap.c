/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz/bootstrap.c - launchd's request server: each input is what one client sends it
 *
 * launchd runs as a task of the simulator, without heralds and without the power to start processes
 * (bootstrap_host.c); it lives through all inputs of the process, as it lives through all clients of a
 * machine. Each input is a task of its own that sends a few messages and then dies. What a message carries
 * is drawn from the input: ports that mean something, memory, raw bytes.
 */
#include <mach/mach.h>
#include <mach/mach_traps.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "fuzz/input.h"
#include "launchd/adopt.h"
#include "launchd/domain.h"
#include "launchd/events.h"
#include "launchd/loading.h"
#include "launchd/managed.h"
#include "launchd/stash.h"
#include "launchd/watch.h"
#include "sim/sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

enum {
    PORTS = 8,
    MESSAGES_MAX = 16,
    RAW_MAX = 512,
    DESCRIPTORS_MAX = 3,
    WORD_SELF = 1,
    WORD_BOOTSTRAP,
    FIRST_ID = 400
};

struct hello {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port;
    mach_msg_max_trailer_t trailer;
};

static void begin_task(void)
{
    mach_task_self_ = task_self_trap();
    task_get_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, &bootstrap_port);
}

/* ---- launchd ---- */

static void tell_domain(mach_port_t to)
{
    struct hello hello = {
        .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND, 0) | MACH_MSGH_BITS_COMPLEX,
                    .msgh_remote_port = to },
        .body = { 1 },
        .port = { .name = domain_root()->r->port,
                  .disposition = MACH_MSG_TYPE_MAKE_SEND,
                  .type = MACH_MSG_PORT_DESCRIPTOR },
    };

    ASSERT(mach_msg(&hello.header, MACH_SEND_MSG, offsetof(struct hello, trailer), 0, MACH_PORT_NULL, 0,
                    MACH_PORT_NULL) == KERN_SUCCESS);
}

/* As launchd/main.c does it, but for events. */
static int be_launchd(void *unused)
{
    bool fresh;

    (void)unused;
    begin_task();
    stash_open(-1, &fresh);
    ASSERT(watch_start(stash_head()->notify));
    stash_head()->notify = watch_notify_port();
    domain_make_root();
    stash_head_done();
    adopt_rights();
    ASSERT(domain_listen());
    loading_resume();
    tell_domain(bootstrap_port);
    events_run();
}

static void leave_task(struct sim_task *task)
{
    *sim_task_word(task, WORD_SELF) = mach_task_self_;
    *sim_task_word(task, WORD_BOOTSTRAP) = bootstrap_port;
}

static void enter_task(struct sim_task *task)
{
    mach_task_self_ = (mach_port_t)*sim_task_word(task, WORD_SELF);
    bootstrap_port = (mach_port_t)*sim_task_word(task, WORD_BOOTSTRAP);
}

/* Children of the first task inherit what launchd answers with. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct hello hello;
    mach_port_t port = MACH_PORT_NULL;

    (void)argc;
    (void)argv;
    sim_leave_task_hook = leave_task;
    sim_enter_task_hook = enter_task;
    sim_begin(1);
    begin_task();
    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port);
    mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND);
    task_set_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, port);
    sim_task_spawn(be_launchd, NULL);
    ASSERT(mach_msg(&hello.header, MACH_RCV_MSG, 0, sizeof(hello), port, 0, MACH_PORT_NULL) == KERN_SUCCESS);
    task_set_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, hello.port.name);
    return 0;
}

/* ---- a client ---- */

/* port[0] is the bootstrap port, port[1] a port of the client's own; the rest came in answers. */
struct client {
    struct input *in;
    mach_port_t port[PORTS], reply;
    unsigned n_learned;
};

struct message {
    mach_msg_header_t header;
    uint8_t room[1024];
};

static mach_port_t any_port(struct client *c)
{
    uint8_t choice = input_byte(c->in);

    if (choice >= 0xf0)
        return choice & 1 ? MACH_PORT_NULL : MACH_PORT_DEAD;
    return c->port[choice % PORTS];
}

static size_t put_descriptor(struct client *c, uint8_t *at)
{
    static uint8_t memory[1024];
    mach_msg_port_descriptor_t port = { .type = MACH_MSG_PORT_DESCRIPTOR };
    mach_msg_ool_descriptor_t ool = { .address = memory, .type = MACH_MSG_OOL_DESCRIPTOR };
    uint8_t kind = input_byte(c->in);

    if (kind % 2) {
        ool.size = (mach_msg_size_t)input_bytes(c->in, memory, input_number(c->in, 2) % sizeof(memory));
        memcpy(at, &ool, sizeof(ool));
        return sizeof(ool);
    }
    port.name = any_port(c);
    port.disposition = (uint8_t)(kind % 8 < 4 ? MACH_MSG_TYPE_COPY_SEND : MACH_MSG_TYPE_MAKE_SEND);
    memcpy(at, &port, sizeof(port));
    return sizeof(port);
}

static size_t put_body(struct client *c, struct message *message)
{
    uint8_t n = input_byte(c->in) % (DESCRIPTORS_MAX + 1);
    mach_msg_body_t body = { n };
    NDR_record_t ndr = { .int_rep = 1 };
    size_t at = 0;

    if (n > 0) {
        message->header.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
        memcpy(message->room, &body, sizeof(body));
        at += sizeof(body);
    }
    for (uint8_t i = 0; i < n; i++)
        at += put_descriptor(c, message->room + at);
    memcpy(message->room + at, &ndr, sizeof(ndr));
    at += sizeof(ndr);
    return at + input_bytes(c->in, message->room + at, input_number(c->in, 2) % RAW_MAX);
}

static void learn(struct client *c, mach_port_t port)
{
    if (MACH_PORT_VALID(port))
        c->port[2 + c->n_learned++ % (PORTS - 2)] = port;
}

/* The answers that have come; the names in them are kept. */
static void take_answers(struct client *c)
{
    struct message message;

    while (mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message), c->reply, 0,
                    MACH_PORT_NULL) == KERN_SUCCESS) {
        const mach_msg_body_t *body = (const mach_msg_body_t *)message.room;
        const mach_msg_port_descriptor_t *port = (const mach_msg_port_descriptor_t *)(body + 1);
        if ((message.header.msgh_bits & MACH_MSGH_BITS_COMPLEX) && body->msgh_descriptor_count > 0 &&
            port->type == MACH_MSG_PORT_DESCRIPTOR)
            learn(c, port->name);
        else
            mach_msg_destroy(&message.header);
    }
}

static void send_one(struct client *c)
{
    struct message message = { 0 };
    uint8_t how = input_byte(c->in);

    message.header.msgh_bits =
        MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, how & 1 ? 0 : MACH_MSG_TYPE_MAKE_SEND_ONCE);
    message.header.msgh_remote_port = how & 2 ? any_port(c) : c->port[0];
    message.header.msgh_local_port = how & 1 ? MACH_PORT_NULL : c->reply;
    message.header.msgh_id =
        FIRST_ID + (how & 4 ? (mach_msg_id_t)input_number(c->in, 2) : input_byte(c->in) % 48);
    size_t size = sizeof(message.header) + put_body(c, &message);
    mach_msg(&message.header, MACH_SEND_MSG | MACH_SEND_TIMEOUT, (mach_msg_size_t)(size & ~(size_t)3), 0,
             MACH_PORT_NULL, 0, MACH_PORT_NULL);
    if (how & 8)
        sim_settle();
    take_answers(c);
}

static int be_client(void *argument)
{
    struct client c = { .in = argument };

    begin_task();
    c.port[0] = bootstrap_port;
    c.reply = mach_reply_port();
    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &c.port[1]);
    mach_port_insert_right(mach_task_self(), c.port[1], c.port[1], MACH_MSG_TYPE_MAKE_SEND);
    for (int i = 0; i < MESSAGES_MAX && input_left(c.in) > 0; i++)
        send_one(&c);
    sim_settle();
    take_answers(&c);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = { data, data + size };

    sim_task_wait(sim_task_spawn(be_client, &in));
    sim_settle();
    return 0;
}
