/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/host.h - what launchd asks of machd and of Linux beyond the Mach interface */
#pragma once

#include <mach/mach.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* New tasks of this uid get this bootstrap port (B8). */
void host_domain_set(uid_t uid, mach_port_t port);

/* Who receives on a port (B81). False: it cannot be told. */
struct host_receiver {
    int pid;        /* 0: nobody, or the kernel */
    int object;     /* kernel object type, 0: an ordinary port */
    int object_pid; /* of the task that the object stands for or belongs to */
};
bool host_port_receiver(mach_port_t port, struct host_receiver *receiver);

/* Callers whose requests are queued on a port of ours get this error for an answer; how many. *left_p: messages that want
 * none, and stay. */
unsigned host_port_refuse(mach_port_t port, kern_return_t result, unsigned *left_p);

/* A task that attached through the administrative socket (B78). */
bool host_task_privileged(pid_t pid, uint32_t version);

/* The command name of a live task: false when this image is gone. */
/* How a process ended that another launchd made. False: nobody knows. */
bool host_process_status(pid_t pid, uint64_t start_time, int *status_p);
bool host_task_command(pid_t pid, uint32_t version, char *command, size_t size);

/* A send right to the name port of the task that now runs as pid; null when there is none. */
mach_port_t host_task_name(pid_t pid);

/* When the process began, in ticks since boot; 0 when there is none. *running_p (may be NULL): its main
 * thread has not ended, which is so right after every exec. */
uint64_t host_start_time(pid_t pid, bool *running_p);

/* Linux's word for what a process runs, for the time between its exec and its next request. */
void host_comm(pid_t pid, char *command, size_t size);
