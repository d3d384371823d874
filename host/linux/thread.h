/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/thread.h - registered threads: trap areas, and taking requests off trap pages */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct account;
struct connection;
struct machd;
struct process;
struct trap_thread;

/* Makes the next trap area of the connection. 0 or -errno. */
int area_new(struct machd *m, struct connection *connection);
/* The charge for the areas of the connection, beside that of their making: for a change of who pays. */
bool areas_charge(const struct connection *connection, struct account *account);
void areas_release(const struct connection *connection);
/* Unmaps all; no thread may be left in them. */
void areas_free(struct connection *connection);

/* Registers thread `tid` of the connection's process. KERN_SUCCESS, KERN_RESOURCE_SHORTAGE, or
 * KERN_INVALID_ARGUMENT for a tid that is no thread of that process. *thread_p is borrowed. */
int trap_thread_new(struct machd *m, struct connection *connection, int32_t tid, struct trap_thread **thread_p);
/* The thread's page is free for the next one when this returns. */
void thread_gone(struct machd *m, struct trap_thread *t);
/* The thread of this slot or NULL. */
struct trap_thread *thread_at(struct connection *connection, uint32_t slot);
/* Frees the records of all threads of a process after kernel_task_died. */
void threads_free(struct machd *m, struct process *process);
/* The same for those of one connection, whose threads the kernel still knows. */
void threads_of_connection_gone(struct machd *m, struct connection *connection);

bool thread_has_request(const struct trap_thread *t);
/* Takes what stands in t's page: a request, an abort, or both. Returns the steps it took, at least 1. */
uint32_t thread_take(struct machd *m, struct trap_thread *t);
/* Queues the threads of a connection that have a request; returns how many. */
uint32_t threads_look(struct machd *m, struct connection *connection);
