/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/watch.h - ports that a new task was started to serve push on its main thread (T64 reason 3, T156-T166)
 *
 *     watch_may_be_armed(port)                       T155: is there anything to watch?
 *     watch_new(port, account)                       everything that can fail
 *     watch_arm(ipc, watch, &task->watches, thread)  from now on the port's waiters push on the thread
 *     watch_settle(ipc, watch)                       for good: what was pushed before has lost it
 *     watch_end(ipc, watch)                          or it is over
 *
 * Until it is settled a watch can be undone without a trace (S51): the one that it took the port from waits behind it, and
 * the port's link is kept. The watches of one port form a stack; the top one counts. A port that leaves its space ends all
 * of them by itself (T163, T164), so whoever holds a watch finds it through the owner's list only.
 */
#pragma once

#include "kernel/ipc/wait.h"

/* state      on port   owner's list   leaves by
 * NEW        no        no             watch_arm, watch_free
 * ARMED      yes       yes            watch_settle, watch_end, watch_port_left
 * SETTLED    yes       yes            watch_end, watch_port_left; another one is settled above it
 */
enum watch_state { WATCH_NEW, WATCH_ARMED, WATCH_SETTLED };

struct watch {
    struct list link; /* the owner's list */
    enum watch_state state;
    struct port *port;         /* a reference */
    struct watch *below;       /* the one that it took the port from; settled: NULL */
    struct watch *above;       /* the one that took the port from it; NULL: it counts */
    struct ipc_thread *thread; /* NULL: has ended (T161) */
    struct account *account;   /* a reference */
};

/* Alive, no special reply port, and its receive right in a space (T155). */
bool watch_may_be_armed(const struct port *port);

/* NULL: limit or no memory. */
struct watch *watch_new(struct port *port, struct account *account);
void watch_free(struct ipc *ipc, struct watch *watch);

/* O(1) and the walk of the push. */
void watch_arm(struct ipc *ipc, struct watch *watch, struct list *owner, struct ipc_thread *thread);
/* O(watches of the port that are not settled). */
void watch_settle(struct ipc *ipc, struct watch *watch);
void watch_end(struct ipc *ipc, struct watch *watch);

/* All of one owner: they end, get another owner and thread (T166; NULL: they push on nobody), or have lost their thread
 * (T161). */
void watches_end(struct ipc *ipc, struct list *owner);
void watches_move(struct ipc *ipc, struct list *owner, struct list *to, struct ipc_thread *thread);
void watches_lose_thread(struct ipc *ipc, struct list *owner);

/* ---- for link.c ---- */

/* The receive right has left its place: all of the port's watches are over. The caller says the inheritor anew. */
void watch_port_left(struct ipc *ipc, struct port *port);
struct inheritor watch_inheritor(const struct port *port);
