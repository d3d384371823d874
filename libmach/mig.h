/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/mig.h - the part of the MIG run time that is not public */
#pragma once

#include <mach/vm_types.h>

struct lib_thread;

/* Frees the reply ports and the cached name of a thread that ends; it may still make traps (M89). */
void mig_thread_fini(struct lib_thread *thread);

/* vm_allocate and vm_deallocate for servers whose description names them (M91). NULL when there is no memory. */
char *mig_user_allocate(vm_size_t size);
void mig_user_deallocate(char *data, vm_size_t size);
