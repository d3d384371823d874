/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/connection/connection.h - the socket to machd, and everything of the process that is not of one thread
 *
 * All of it stands in `live`. One lock guards the socket and the tables (libmach/connection/lock.h).
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "libmach/connection/lock.h"
#include "libmach/message/transport.h"
#include "wire/attach.h"

#define LIVE_AREAS_MAX 256u
#define LIVE_ARRIVED_MAX 4096u /* one thread keeps what comes for the others: a message may bring a thousand to each */

/* state     means                                                   leaves by
 * DETACHED  no connection; the next Mach call tries to have one     attach, refusal
 * ATTACHED  connection, wake table and first trap area are there    hang-up -> LOST; fork -> DETACHED
 * REFUSED   machd will not have us; `refusal` says what to return   fork -> DETACHED
 * LOST      machd is gone, or ended us                              fork -> DETACHED
 * (fork: in the child) */
enum live_state { LIVE_DETACHED, LIVE_ATTACHED, LIVE_REFUSED, LIVE_LOST };

struct live_arrival {
    uint32_t id;
    uint32_t flags; /* SEGMENT_* */
    int fd;
};

struct live {
    _Atomic uint32_t *mark; /* 1; a page that fork wipes, so 0 in a child (F67). NULL before the first attach */
    _Atomic int state;      /* enum live_state */
    kern_return_t refusal;
    int socket, bell;
    struct wake_table *table;
    uint8_t *area[LIVE_AREAS_MAX];
    _Atomic uint32_t next_segment_id; /* of what we make */
    struct live_arrival arrived[LIVE_ARRIVED_MAX]; /* segments that came, until they have been read */
    uint32_t n_arrived;
    _Atomic uint32_t lock;
    bool named; /* mach_task_self_ and bootstrap_port are set */
};

extern struct live live __attribute__((visibility("hidden")));

static inline void live_lock(sigset_t *mask)
{
    lock_take(&live.lock, mask);
}

static inline void live_unlock(const sigset_t *mask)
{
    lock_give(&live.lock, mask);
}

/* ---- with the lock held ---- */

/* Sends one packet, with descriptors. False: the connection is lost. */
bool connection_send(int socket, const struct attach_packet *packet, const int *fd, unsigned n_fds);

#define CONNECTION_FDS_MAX 4
/* With who we are now: what a CHALLENGE is answered with. */
bool connection_send_credentials(int socket, const struct attach_packet *packet);

/* The next packet; fds it brought (unused entries -1). False: hung up, or nothing within the time. */
bool connection_receive(int socket, struct attach_packet *packet, int fd[CONNECTION_FDS_MAX], int timeout_ms);

/* Both descriptors are there, as far as one can tell in a process that may have closed everything. */
bool connection_is_whole(void);

/* A packet is there. */
bool connection_is_readable(void);

/* Receives until a packet of this type comes; segments on the way are kept in live.arrived. */
bool connection_await(enum attach_type type, struct attach_packet *packet, int fd[CONNECTION_FDS_MAX]);

/* Keeps the descriptor of a segment until somebody asks for it; without one (VOID), drops it. */
void connection_keep(const struct attach_packet *packet, int fd);

/* Closes and unmaps everything of a connection; the state becomes DETACHED. In a fork child only what fork
 * copied is there. */
void live_forget(bool fork_child);

/* Whether machd hung up; then the state is LOST. */
bool live_is_lost(void);
