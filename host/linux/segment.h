/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/segment.h - memory that travels as a descriptor (the segment part of struct host_ops)
 *
 *   registered (by a client, under an id of its choice) -> claimed (owned by the kernel, has a handle) ->
 *   dropped
 *                                     made (by machd)   -^
 *                                     lent (loan.h)     -^  and back
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/host_ops.h"
#include "host/linux/loan.h"

struct machd;
struct process;
struct account;
struct attach_packet;

enum closing_state { CLOSING_WAITS, CLOSING_RUNS, CLOSING_DONE };

struct segment {
    struct list link;        /* process.segments while registered; of a file that is being closed: closing.c's */
    struct account *account; /* of its maker, or of a loan's writer; NULL: made by machd, charged by the kernel */
    uint32_t id;             /* the client's; of a loan: its present use by the writer */
    segment_handle handle;
    int fd;
    uint64_t size;
    bool is_lent;
    enum closing_state closing;
    uint32_t uid; /* of a file: whose it was */
    bool is_file; /* no memory: any descriptor of a client's, which nobody reads here */
    struct loan loan;
};

enum segment_offer {
    OFFER_TAKEN,   /* with its descriptor; a file at a limit: to be closed */
    OFFER_REFUSED, /* at a limit: who names it hears of that */
    OFFER_BROKEN,  /* neither a file nor a memfd that nobody can change any more, or a number in use: the client is to be ended */
};

/* A descriptor that came from a client; -1 if it was lost because machd had room for no more. But for OFFER_TAKEN it is still the
 * caller's. One too many: the oldest that waits for its trap gives way. */
enum segment_offer segment_register(struct machd *m, struct process *process, const struct attach_packet *packet,
                                    int fd);
/* Drops what the process registered and nothing claimed. */
void segments_forget(struct machd *m, struct process *process);
/* At the end of machd; every handle must be dropped. */
void segments_fini(struct machd *m);

/* Closes a descriptor of unknown kind that a client sent, without waiting for whoever serves it. */
void junk_close(struct machd *m, int fd);

/* Tells the process of a segment, with a descriptor of it (-1: none). False: it cannot be told, or does not listen. */
bool segment_tell(struct machd *m, struct process *process, int fd, uint32_t flags, uint64_t size, uint32_t id);
/* One descriptor and the record, for whoever makes it. */
bool segment_charge(struct account *account);
void segment_release(struct account *account);
/* Closes it; it is on no list and has no handle. */
void segment_free(struct segment *segment);

/* host_ops */
segment_handle segment_claim(void *host, struct task *task, uint32_t id, uint64_t size);
bool segment_read(void *host, segment_handle handle, uint64_t offset, void *bytes, uint64_t size);
segment_handle segment_make(void *host, const void *bytes, uint64_t size);
uint32_t segment_send(void *host, struct task *task, segment_handle handle, uint64_t size);
void segment_drop(void *host, segment_handle handle);
segment_handle segment_new(void *host, uint64_t size);
segment_handle segment_claim_file(void *host, struct task *task, uint32_t id);
uint32_t segment_send_file(void *host, struct task *task, segment_handle handle);
uint32_t segment_share(void *host, struct task *task, segment_handle handle, bool writable);
