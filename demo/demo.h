/* SPDX-License-Identifier: Apache-2.0 */
/* demo/demo.h - what the three programs of the demo share: their messages, their words, and the account of
 * what moved
 *
 *   tour       declares a name, starts the others, kills one, shows what is left
 *   clerk      checks the name in; opens a session, a port of its own, for each customer
 *   customer   looks the name up, and writes before the clerk has even started
 */
#pragma once

#include <mach/mach.h>
#include <servers/bootstrap.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define CLERK_NAME "org.machd.demo.clerk"
#define TOUR_NAME "org.machd.demo.tour"
#define SECRET_NAME "org.machd.demo.secret"

/* Requests to the clerk's name (1, 2) and to a session (3, 4); to the tour (5, 6). Replies have the same
 * number. */
enum {
    DEMO_ECHO = 1,   /* text -> text */
    DEMO_OPEN,       /* -> a send right to a new session */
    DEMO_SAY,        /* text -> text */
    DEMO_BYTES,      /* memory -> its checksum, as text */
    DEMO_HAND_OVER,  /* customer -> tour: the session right, and a right to watch */
    DEMO_SESSION_OVER, /* clerk -> tour */
};

/* One shape for all: up to two rights, a region, a text. What is absent is null, or has no bytes. */
struct demo_message {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t rights[2];
    mach_msg_ool_descriptor_t memory;
    char text[128];
};

struct demo_received {
    struct demo_message message;
    mach_msg_audit_trailer_t trailer;
};

/* A message whose descriptors are all empty. */
void demo_message_init(struct demo_message *message, int id, mach_port_t to, const char *text);
void demo_put_right(struct demo_message *message, int i, mach_port_t right, mach_msg_type_name_t disposition);
void demo_put_memory(struct demo_message *message, void *bytes, size_t size);

/* Each ends the program with words when it fails. */
void demo_send(struct demo_message *message);
void demo_receive(mach_port_t port, struct demo_received *received);
/* Sends, and waits for the answer on a port of its own. */
void demo_call(struct demo_message *message, struct demo_received *answer);
/* To the reply right of what was received. */
void demo_answer(const struct demo_received *to, struct demo_message *answer);
mach_port_t demo_port(void);
mach_port_t demo_notify(mach_port_t name, int id, int sync, mach_port_t to);

void demo_check(kern_return_t kr, const char *what);
uint32_t demo_checksum(const uint8_t *bytes, size_t size);

/* What all programs together have received, in memory that they share (descriptor number in DEMO_ACCOUNT). */
struct demo_account {
    _Atomic uint64_t messages, rights, bytes;
};
struct demo_account *demo_account(void);

/* Lines of the show. say: `<who>[<pid>] text`; account: the running sum. */
void demo_scene(int number, const char *title);
void demo_say(const char *who, const char *format, ...) __attribute__((format(printf, 2, 3)));
