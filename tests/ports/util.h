/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/util.h - the few words in which the tests of the P-rules are written
 *
 * Most rules can be seen from one task alone. To hold a send right without the receive right, a receive right
 * is *parked*: it lies in a message queued on another port of ours, where it lives, takes messages, and can
 * be got back. A `struct item` is a name of a given kind made in that way. */
#pragma once

#include <mach/mach.h>
#include <mach/notify.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/world.h"

#define SELF mach_task_self()
#define OK KERN_SUCCESS

enum { SEND = MACH_PORT_RIGHT_SEND, RECEIVE = MACH_PORT_RIGHT_RECEIVE, SEND_ONCE = MACH_PORT_RIGHT_SEND_ONCE,
       PORT_SET = MACH_PORT_RIGHT_PORT_SET, DEAD_NAME = MACH_PORT_RIGHT_DEAD_NAME, LABELH = MACH_PORT_RIGHT_LABELH };

enum { MOVE_RECEIVE = MACH_MSG_TYPE_MOVE_RECEIVE, MOVE_SEND = MACH_MSG_TYPE_MOVE_SEND,
       MOVE_SEND_ONCE = MACH_MSG_TYPE_MOVE_SEND_ONCE, COPY_SEND = MACH_MSG_TYPE_COPY_SEND,
       MAKE_SEND = MACH_MSG_TYPE_MAKE_SEND, MAKE_SEND_ONCE = MACH_MSG_TYPE_MAKE_SEND_ONCE };

enum { PATIENCE_MS = 5000 }; /* for what another task causes; never reached when all is well */

/* ---- making ports; each ends the test when it fails ---- */

mach_port_t make_port(void);                    /* R */
mach_port_t port_new_with_sends(uint32_t urefs); /* RS */
mach_port_t set_new(void);
mach_port_t dead_name_new(uint32_t urefs);
mach_port_name_t name_unknown(void);           /* was a name once */
mach_port_t so_make(mach_port_t receive);      /* a send-once right to it, under a name of its own */
void send_add(mach_port_t receive, uint32_t n); /* n MAKE_SENDs under the receive right's name */
mach_port_t destroy_port(mach_port_t port);    /* gives MACH_PORT_NULL */

/* ---- looking ---- */

mach_port_type_t type_of(mach_port_t name); /* 0: unknown */
mach_port_type_t rights_of(mach_port_t name); /* the same without request bits */
/* -1: the call failed */
int64_t refs_of(mach_port_t name, mach_port_right_t right);
mach_port_status_t status_of(mach_port_t receive);
void qlimit_set(mach_port_t receive, uint32_t qlimit);

/* ---- parking ---- */

/* Moves the receive right under `port` into a queue; gives the port that holds it. `port` stays S if it was
 * RS. */
mach_port_t park(mach_port_t port);
/* Takes it back (and frees the holder); gives its name. */
mach_port_t unpark(mach_port_t holder);

/* ---- kinds of names ---- */

enum kind { K_R, K_S, K_RS, K_SO, K_DN, K_S_DEAD, K_SO_DEAD, K_SET, K_UNKNOWN, N_KINDS };
extern const char *const kind_name[N_KINDS];

struct item {
    enum kind kind;
    mach_port_t name;    /* what is looked at */
    mach_port_t receive; /* SO: the receive right, under its own name */
    mach_port_t holder;  /* S: where the receive right is parked */
};

/* urefs: of S, RS, DN, S_DEAD; others have none to choose. */
struct item item_new(enum kind kind, uint32_t urefs);
void item_free(struct item *item);
/* The name (in this space) of the item's receive right; unparks. Kinds R, S, RS, SO. */
mach_port_t item_receive(struct item *item);

/* ---- messages ---- */

struct message {
    mach_msg_header_t header;
    union {
        struct {
            mach_msg_body_t body;
            union {
                uint8_t descriptors[480];
                mach_msg_port_descriptor_t port[40];
                mach_msg_ool_descriptor_t ool;
                mach_msg_ool_ports_descriptor_t ool_ports;
            };
        };
        uint8_t bytes[484];
        uint32_t words[121];
    };
    uint8_t trailer_room[68];
};

/* A message without body. reply_how 0: no reply. */
struct message message_plain(mach_port_t dest, uint32_t how, mach_port_t reply, uint32_t reply_how, int id);
/* With one port descriptor. */
struct message message_with_port(mach_port_t dest, uint32_t how, int id, mach_port_t name, uint32_t name_how);
/* Appends descriptors to a message that is or becomes complex; gives its new size. */
uint32_t add_port(struct message *message, mach_port_t name, uint32_t how);
uint32_t add_memory(struct message *message, const void *address, uint32_t size, bool deallocate, uint32_t copy);
uint32_t add_ports(struct message *message, const mach_port_t *names, uint32_t count, uint32_t how, bool deallocate);
/* The n-th descriptor of a message. */
void *descriptor(struct message *message, uint32_t n);

/* Size in header.msgh_size. timeout: -1 for ever */
kern_return_t message_send(struct message *message, int timeout_ms);
kern_return_t message_receive(struct message *message, mach_port_t from, int timeout_ms);
kern_return_t message_receive_with(struct message *message, mach_port_t from, uint32_t options, int timeout_ms);

/* A plain message with MAKE_SEND or COPY_SEND, whichever the name allows, timeout 0. */
kern_return_t say(mach_port_t dest, int id);
/* Takes the next message and checks its id; 0 is "there is none". */
void expect_message(mach_port_t from, int id);
#define expect_nothing(from) CHECK_EQ(nothing_at(from), 0)
/* 0: the queue is empty; else the id of the first message, which is taken. */
int nothing_at(mach_port_t from);
/* Fills the queue up to its limit with messages of id 1; needs the receive right. */
void fill(mach_port_t receive);
void drain(mach_port_t receive);

/* ---- notifications ---- */

/* The next message must be this notification; its port, count or 0. Waits a little for what other tasks do. */
uint32_t expect_notification(mach_port_t from, int id);
/* Registers; `previous` must be NULL, or is checked by the caller with the second one. */
kern_return_t request(mach_port_t name, int id, uint32_t sync, mach_port_t notify);
kern_return_t request_previous(mach_port_t name, int id, uint32_t sync, mach_port_t notify, uint32_t how,
                               mach_port_t *previous_p);

/* ---- where the test runs ---- */

/* Each call takes ten times as long there: what has no threads does less, or nothing. */
bool under_thread_sanitizer(void);

/* ---- memory ---- */

uint32_t page_size(void);
void *make_memory(uint32_t size); /* whole pages, zero */
bool is_mapped(const void *address);
