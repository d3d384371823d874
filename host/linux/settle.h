/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/settle.h - answering "is what that death does done?" (SETTLE; decision 2, F144) */
#pragma once

#include <stdint.h>

struct connection;
struct machd;
struct process;

/* The connection asks about `pid`. A pid that machd does not know is settled. */
void settle_ask(struct machd *m, struct connection *connection, int32_t pid);
/* The process has died: those who asked are answered when the kernel has drained what that caused. */
void settle_death(struct machd *m, struct process *process);
/* Answers them; to be called when the kernel has no work left, or has had some for too long. */
void settle_answer(struct machd *m);
/* The connection goes. */
void settle_forget(struct connection *connection);
