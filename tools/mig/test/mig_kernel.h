/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/test/mig_kernel.h - what generated kernel stubs ask of the kernel (M82), for tests of mig alone
 *
 * Requests and replies are opaque. A request is a private copy in wire form, its size and number of
 * descriptors already validated by whoever received it; rights are borrowed until the handler returned. In
 * replies the stub writes the descriptors with name 0; the rights themselves are given here and get their
 * names at copy-out.
 */
#pragma once

#include <mach/boolean.h>
#include <mach/message.h>
#include <mach/mig_errors.h>
#include <stdint.h>

struct message;
struct kreply;
struct port;
struct space;
struct task;
struct thread;
struct host_object;

struct mig_k_routine {
    const char *name; /* NULL: the number is not served */
    void (*stub)(struct message *, struct kreply *);
    unsigned max_reply; /* bytes, without trailer */
};

struct mig_k_subsystem {
    const char *name;
    int start, end;   /* request ids: start ... end - 1 */
    unsigned maxsize; /* largest reply of all, at least 36 */
    const struct mig_k_routine *routine;
};

const uint8_t *mig_k_bytes(struct message *req);
mach_msg_size_t mig_k_size(struct message *req);
boolean_t mig_k_complex(struct message *req);
unsigned mig_k_ndesc(struct message *req);
struct port *mig_k_dest(struct message *req);
unsigned mig_k_desc_type(struct message *req, unsigned k);
struct port *mig_k_right(struct message *req, unsigned k);
mach_msg_type_name_t mig_k_right_type(struct message *req, unsigned k);
uint8_t *mig_k_region(struct message *req, unsigned k, mach_msg_size_t *size);
mach_msg_type_number_t mig_k_rights_count(struct message *req, unsigned k); /* names in rights array k */
struct port **mig_k_rights(struct message *req, unsigned k);                /* borrowed, as many */
void mig_k_release_send(struct message *req, unsigned k);

uint8_t *mig_k_reply(struct kreply *rep);
void mig_k_reply_right(struct kreply *rep, unsigned k, struct port *port, mach_msg_type_name_t type);
void mig_k_reply_region(struct kreply *rep, unsigned k, void *bytes, mach_msg_size_t size);
/* consumes the kernel memory `ports` and one right of each of the count entries */
void mig_k_reply_rights(struct kreply *rep, unsigned k, struct port **ports, mach_msg_type_number_t count,
                        mach_msg_type_name_t type);

struct space *mig_k_to_space(struct port *port);
struct space *mig_k_to_space_read(struct port *port);
struct space *mig_k_to_space_inspect(struct port *port);
struct task *mig_k_to_task(struct port *port);
struct task *mig_k_to_task_read(struct port *port);
struct task *mig_k_to_task_inspect(struct port *port);
struct task *mig_k_to_task_name(struct port *port);
struct task *mig_k_to_task_policy_get(struct port *port);
struct task *mig_k_to_task_policy_set(struct port *port);
struct task *mig_k_to_map(struct port *port);
struct task *mig_k_to_map_read(struct port *port);
struct task *mig_k_to_map_inspect(struct port *port);
struct thread *mig_k_to_thread(struct port *port);
struct thread *mig_k_to_thread_read(struct port *port);
struct thread *mig_k_to_thread_inspect(struct port *port);
struct host_object *mig_k_to_host(struct port *port);
struct host_object *mig_k_to_host_priv(struct port *port);
