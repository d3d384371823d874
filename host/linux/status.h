/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/status.h - machd about itself, as one JSON object (machctl-status(1)) */
#pragma once

struct machd;

/* Allocated; NULL without memory. */
char *status_text(struct machd *m);
