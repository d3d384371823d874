/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/live/vfork.h - what to know of a vfork child: it runs on its parent's thread record, page and task (F69, F76) */
#pragma once

#include <stdbool.h>

/* The caller is one, in the memory of its parent, whose own thread stands still meanwhile. */
bool vfork_is_child(void);

/* A fork child of a vfork child is a process of its own. */
void vfork_forget(void);

/* Around an exec, whoever makes it: a vfork child gets a task of its own, with what its parent's has now (F73). */
void vfork_exec_begins(void);
void vfork_exec_failed(void);
