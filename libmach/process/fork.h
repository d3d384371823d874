/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/fork.h - fork and wait, wrapped */
#pragma once

/* Before main, and before the program's own pthread_atfork: registers what a child does first. */
void fork_begin(void);
