/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/schedule.h - what starts a job by time: StartInterval and StartCalendarInterval (B129, B130)
 *
 * A job that runs when its time comes is started once when it has ended, however many times have passed. The time of day may
 * be set: then what is past is due at once, and what is to come is computed anew.
 */
#pragma once

#include <stdbool.h>

struct managed;

/* Listens to the clock. False: no descriptors. */
bool schedule_listen(void);

/* For a job that was loaded, or taken over from another launchd. */
void schedule_start(struct managed *m);
void schedule_stop(struct managed *m);
