/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/connection/attach.h - making the connection of this process (design section 6) */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* With the live lock held and the state DETACHED: finds machd (starting one if `start`), introduces this
 * process and maps what comes. The state tells the outcome: ATTACHED, REFUSED, or still DETACHED: nobody
 * there, and the next call may try again. */
void attach_process(uint64_t fork_nonce, bool start);
