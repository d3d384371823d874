/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/traps_memory.h - traps about memory and files: borrowing a segment, memory entries and their mappings, file
 * ports */
#pragma once

#include "kernel/task/thread.h"

void trap_segment_borrow(struct thread *thread, const uint64_t *arg);
void trap_memory_entry(struct thread *thread, const uint64_t *arg);
void trap_map_entry(struct thread *thread, const uint64_t *arg);
void trap_file_port(struct thread *thread, const uint64_t *arg);
void trap_file_port_open(struct thread *thread, const uint64_t *arg);
