/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/adopt.h - how a launchd goes on where the one before it was killed (B14) */
#pragma once

/* Builds the tables from the stash's records. */
void adopt_tables(void);

/* Makes the port space and the tables agree: see stash.h. After it every right in the space is accounted for. */
void adopt_rights(void);
