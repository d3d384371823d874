/* SPDX-License-Identifier: Apache-2.0 */
/* bench/abuser.h - one of the hostile client's threads, and what its offences are made of
 *
 * abuser.c lives and dies, and commits those that are about memory, descriptors and connections; offences.c those that are
 * about single kinds of traps.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "wire/trap.h"

struct abuser {
    const char *path;
    int socket, table_fd, area_fd, bell;
    struct wake_table *table;
    uint8_t *area;
    const char *only; /* offence */
};

/* One of its threads; n counts the turns. */
struct hand {
    struct abuser *a;
    struct trap_page *page;
    uint32_t wake;
    uint64_t state;
    uint32_t port[4]; /* names that it made; the last is its task's */
    uint32_t service; /* what it inherited as its bootstrap port */
    uint64_t ticket;  /* of what it announced last */
};

uint64_t now_us(void);
uint32_t next(struct hand *h); /* a random number of 31 bits */

/* What stands in the page is asked for. A wait that machd has accepted is taken back after a moment.
 * False: machd does not answer any more. */
bool ask(struct hand *h);
/* The result; ~0 without an answer. Before the arguments comes the task's own name. */
uint32_t trap(struct hand *h, uint32_t number, uint64_t a1, uint64_t a2, uint64_t a3);
bool send_message(struct hand *h, uint32_t to, uint32_t size);
void receive_message(struct hand *h, uint32_t from, uint32_t timeout);

/* Each goes on until `end`, in now_us(), or until machd does not answer. */
typedef void offence_function(struct hand *h, uint64_t end);
offence_function lie_about_events;   /* kernel queues, workloops, the pool */
offence_function announce_children;  /* that never come, that are others', that are taken back */
offence_function refuse_errands;     /* suspends itself, asks itself for memory, and brings back nonsense */
offence_function scribble_promises;  /* says that it took messages that it was not shown */
offence_function flood_priorities;   /* another role, class or override with each trap */
offence_function push_on_launchd;    /* urgent calls that make no sense */
offence_function look_at_everybody;  /* lists, processes, tasks by pid */
