/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/test/util.h - other processes, and shorthands for the calls under test
 *
 * These tests run as Mach programs under a private machd (`machctl run`). A child is forked and does what its
 * function says; the two talk over pipes, so that the order of things is certain.
 */
#pragma once

#include <bootstrap_priv.h>
#include <mach/mach.h>
#include <mach/notify.h>
#include <mach/mig_errors.h>
#include <servers/bootstrap.h>
#include <stdbool.h>
#include <sys/types.h>

#include "tests/harness/harness.h"

struct child {
    pid_t pid;
    int to, from;
};

/* fn runs in the child; it hears and tells through its own end, and the child exits when it returns. */
struct child child_start(void (*fn)(struct child *parent, const char *argument), const char *argument);
void child_tell(struct child *child, int value);
/* Waits for the other's word; -1 when it has ended. */
int child_hear(struct child *child);
/* kill -9 and wait: afterwards what it had is gone for us (F144). */
void child_kill(struct child *child);
/* Waits for its end: the exit status, -1 for a signal. */
int child_wait(struct child *child);

/* A child that checks `name` in, tells the result, and stays until it is killed. */
struct child child_with_name(const char *name);

kern_return_t look(const char *name, mach_port_t *port);
/* Only the result; the right is given back. */
kern_return_t look_result(mach_port_t domain, const char *name);
kern_return_t check_in(mach_port_t domain, const char *name, mach_port_t *port);
kern_return_t enlist(mach_port_t domain, const char *name, mach_port_t port); /* bootstrap_register */
void drop_receive(mach_port_t port);

mach_port_t port_new(void);      /* receive right only */
mach_port_t port_with_send(void); /* and a send right under the same name */
mach_port_urefs_t send_refs(mach_port_t name);
mach_port_type_t type_of(mach_port_t name);

/* An empty message with an id; and the id of the next one, 0 after a second without any. */
kern_return_t send_id(mach_port_t port, int id);
int receive_id(mach_port_t port);

/* Until the condition holds, 5 s at most. */
bool eventually(bool (*holds)(const void *context), const void *context);
void sleep_ms(int ms);

/* launchd's pid and this domain's name, by the request that machctl uses. */
pid_t launchd_pid(void);
void domain_name(mach_port_t domain, name_t name);
bool system_mode(void);

/* info of one domain, as one string: "A name (job)\n" for each; static. */
const char *listing(mach_port_t domain);
