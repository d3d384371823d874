/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/mig.h - the part of the MIG run time that is not public */
#pragma once

struct lib_thread;

/* Frees the reply ports of the calling thread: what may still come there is not wanted. */
void mig_forget_replies(struct lib_thread *thread);

/* Frees the reply ports and the cached name of a thread that ends; it may still make traps (M89). */
void mig_thread_fini(struct lib_thread *thread);
