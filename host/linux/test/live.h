/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/test/live.h - a machd of the test's own, and clients that speak the wire protocol by hand
 *
 * These clients can do what libmach never would: send half packets, jump with the request word, ring for
 * nothing. A test starts a machd with live_start(), which is ended with the test program at the latest (it is
 * the machd's root process).
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tests/harness/harness.h"
#include "wire/attach.h"
#include "wire/trap.h"

struct live {
    pid_t machd;
    char directory[64];
    char socket[128];
    char admin[140];
};

struct client {
    int fd; /* of the socket; -1: none */
    int table_fd, area_fd, bell;
    struct wake_table *table;
    uint8_t *area;
    int32_t kern_return; /* of REFUSED */
    char why[256];
};

struct client_thread {
    struct client *client;
    struct trap_page *page;
    uint32_t slot, wake;
};

/* Starts a machd without launchd and waits until it is ready. options: further arguments, NULL at the end, or
 * NULL. */
void live_start(struct live *live, const char *const *options);
/* The same with arguments of one's own; false if it ended instead of becoming ready. */
bool live_try(struct live *live, const char *const *options);
/* Ends it and checks that it ended as it should. */
void live_stop(struct live *live);
/* A number of the status, by the name of its field: the first one of that name. */
uint64_t live_number(struct live *live, const char *name);
/* The whole status; free() it. */
char *live_status(struct live *live);
/* Waits up to 3 s for the number to be what is wanted. */
bool live_wait_number(struct live *live, const char *name, uint64_t wanted);
int live_descriptors(const struct live *live);
bool live_wait_descriptors(const struct live *live, int wanted);

int client_connect(const char *path);
bool client_send_packet(int fd, const struct attach_packet *packet, size_t size, int with_fd);
/* Bytes, 0 at a hang-up, -1 after 2 s. fds: room for 3, -1 where none came; may be NULL. */
ssize_t client_receive(int fd, struct attach_packet *packet, int fds[3]);
/* False: refused (why), or hung up. */
bool client_hello(struct client *client, uint64_t image_id, uint64_t nonce, uint32_t flags);
bool client_attach(struct client *client, const char *path, uint64_t image_id);
/* Waits up to 2 s for machd to hang up. */
bool client_is_ended(struct client *client);
void client_close(struct client *client);
/* KERN_SUCCESS or what THREAD_OK says, -1 without an answer. tid 0: the calling thread. */
int client_thread_new(struct client *client, int32_t tid, struct client_thread *thread);

void ring(struct client *client);
/* Advances the request word and rings; the new number. */
uint32_t request_begin(struct client_thread *thread);
bool request_is_done(const struct client_thread *thread, uint32_t number);
/* Waits up to 2 s. */
bool request_wait(struct client_thread *thread, uint32_t number);
bool request_wait_accepted(struct client_thread *thread, uint32_t number);
/* mach_reply_port: a trap that is done at once. The name, 0 if there was no answer. */
uint32_t trap_reply_port(struct client_thread *thread);
/* Begins a receive on that port that nobody will end. */
uint32_t begin_receive(struct client_thread *thread, uint32_t port);
