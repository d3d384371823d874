/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/live/roster.h - the threads of this process by pthread_t (K36, H16) */
#pragma once

#include <mach/port.h>
#include <pthread.h>

struct lib_thread;

/* The calling thread was registered with machd: it is on the roster, and its end will be told. */
void roster_enter(struct lib_thread *thread);

/* In a fork child: nobody is on it. */
void roster_forget(void);

/* Before main: makes the key whose destructor tells the end of threads. */
void roster_begin(void);

mach_port_t pthread_mach_thread_np(pthread_t thread);
pthread_t pthread_from_mach_thread_np(mach_port_t port);
