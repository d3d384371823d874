/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/kqueue/sources.h - knotes that only Linux can fire (wire/kevent.h, sources) */
#pragma once

#include "kernel/kqueue/knote.h"

void sources_init(struct kqueues *all);

/* Linux says so. all NULL: the task has none. ENOENT: no such knote any more. What is not armed, or disabled, is ignored:
 * it is armed again when it is enabled. */
int source_fire(struct kqueues *all, uint64_t cookie, int64_t data, uint32_t fflags, uint16_t flags);
