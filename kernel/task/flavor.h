/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/task/flavor.h - the weaker ports of tasks and threads: read and inspect (K44, K45, K57-K61, K65)
 *
 * They are made when somebody asks and are the same while anybody has a right to one; the last right's death destroys the
 * port, and the next one who asks gets another. Their send rights stay in the space that got them.
 */
#pragma once

#include "kernel/ipc/port.h"

struct task;
struct thread;

/* As in the interface: the smaller, the stronger. */
enum port_flavor { FLAVOR_CONTROL, FLAVOR_READ, FLAVOR_INSPECT, FLAVOR_NAME };

/* Each a reference, or NULL; a port that has died since counts as NULL. */
struct flavored_ports {
    struct port *read, *inspect;
};

/* The object, if the port's flavor is at least this strong. NULL: not converted. */
struct task *task_of_port(const struct port *port, enum port_flavor weakest);
struct thread *thread_of_port_as(const struct port *port, enum port_flavor weakest);

/* Of a port that is one of a task's or a thread's. */
enum port_flavor flavor_of_port(const struct port *port);

/* Gives a send right. Its port is NULL without memory. */
struct right task_flavored(struct task *task, enum port_flavor flavor);
struct right thread_flavored(struct thread *thread, enum port_flavor flavor);

/* K25, K31: the object is detached. */
void flavored_disable(struct flavored_ports *ports);
/* One of the two, for good. */
void flavored_end(struct ipc *ipc, struct port **port_p);
