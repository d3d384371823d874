/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/rank.h - machd's own place in the scheduler: above everything it serves (design section 5) */
#pragma once

#include "host/linux/config.h"

/* Round robin if it may, else nice -20, else as it is; children start as if nothing had been asked for. */
void rank_raise(enum rank_policy policy);
/* In words, for status. */
const char *rank_name(void);
