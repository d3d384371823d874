/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/mig_kernel.h - what stubs generated for kernelserver subsystems stand on (M82)
 *
 * A stub gets the request as a message in the kernel and a reply in the making. Data is plain bytes on both
 * sides; rights and memory stand beside them, in the message's descriptors, and are reached by the number of
 * the descriptor. server.c makes the reply before the stub runs, with room for the routine's largest one, so
 * that nothing that a handler did is lost for want of memory afterwards.
 *
 * Ownership: a handler that succeeds has taken every right of a port descriptor that it was given as a port;
 * arrays of rights and regions are lent to it for the time of the call. A handler that fails has taken
 * nothing (P179). Results are given.
 *
 * Handlers are called serve_ROUTINE: a simulation links the kernel together with the library's stubs.
 */
#pragma once

#include <mach/message.h>
#include <mach/mig_errors.h>
#include <mach/ndr.h>
#include <stdint.h>

struct message;
struct kreply;
struct port;
struct space;
struct task;
struct thread;
struct processor;
struct host_object; /* the system, as a port of the host or of its processor set shows it */

struct mig_k_routine {
    const char *name;
    void (*stub)(struct message *request, struct kreply *reply); /* NULL: no such number */
    unsigned max_reply;                                          /* bytes */
};

struct mig_k_subsystem {
    const char *name;
    int start, end; /* ids: start <= id < end */
    unsigned maxsize;
    const struct mig_k_routine *routine;
};

/* ---- the request; k: number of a descriptor ---- */

const uint8_t *mig_k_bytes(struct message *request);
mach_msg_size_t mig_k_size(struct message *request);
boolean_t mig_k_complex(struct message *request);
unsigned mig_k_ndesc(struct message *request);
struct port *mig_k_dest(struct message *request);
/* NULL for null, PORT_DEAD for dead. */
struct port *mig_k_right(struct message *request, unsigned k);
mach_msg_type_name_t mig_k_right_type(struct message *request, unsigned k);
unsigned mig_k_desc_type(struct message *request, unsigned k);
/* Out-of-line bytes until the call ends. NULL with *size 0: none; NULL with *size: they cannot be read, or
 * are more than a routine may ask the kernel to look at. */
uint8_t *mig_k_region(struct message *request, unsigned k, mach_msg_size_t *size);
/* An out-of-line array of rights, each as by mig_k_right. */
struct port **mig_k_rights(struct message *request, unsigned k);
mach_msg_type_number_t mig_k_rights_count(struct message *request, unsigned k);
/* Releases the send right of descriptor k. */
void mig_k_release_send(struct message *request, unsigned k);

/* ---- the reply ---- */

uint8_t *mig_k_reply(struct kreply *reply);
/* Gives one right, null or dead. */
void mig_k_reply_right(struct kreply *reply, unsigned k, struct port *port, mach_msg_type_name_t type);
/* Gives bytes from alloc_bytes(). Without memory to carry them the whole call fails: only for routines that
 * took nothing. */
void mig_k_reply_region(struct kreply *reply, unsigned k, void *bytes, mach_msg_size_t size);
/* Gives `count` send or send-once rights, and their array, which is from alloc_bytes(). */
void mig_k_reply_rights(struct kreply *reply, unsigned k, struct port **ports, mach_msg_type_number_t count,
                        mach_msg_type_name_t type);

/* ---- from ports to objects (K44-K52); NULL: not converted (K3) ---- */

struct task *mig_k_to_task(struct port *port);
struct task *mig_k_to_task_read(struct port *port);
struct task *mig_k_to_task_inspect(struct port *port);
struct task *mig_k_to_task_name(struct port *port);
struct task *mig_k_to_task_policy_set(struct port *port);
struct task *mig_k_to_task_policy_get(struct port *port);
struct task *mig_k_to_map(struct port *port);
struct task *mig_k_to_map_read(struct port *port);
struct task *mig_k_to_map_inspect(struct port *port);
struct space *mig_k_to_space(struct port *port);
struct space *mig_k_to_space_read(struct port *port);
struct space *mig_k_to_space_inspect(struct port *port);
struct thread *mig_k_to_thread(struct port *port);
struct thread *mig_k_to_thread_read(struct port *port);
struct thread *mig_k_to_thread_inspect(struct port *port);
struct host_object *mig_k_to_host(struct port *port);
struct host_object *mig_k_to_host_priv(struct port *port);
struct processor *mig_k_to_processor(struct port *port);
struct host_object *mig_k_to_processor_set(struct port *port);
struct host_object *mig_k_to_processor_set_name(struct port *port);
