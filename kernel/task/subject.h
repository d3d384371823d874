/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/task/subject.h - a process as those see it who watch it (F53, F97, F168-F170)
 *
 * The record of a process (kernel/proc) has the subject, a knote (kernel/kqueue) is what watches: neither knows the other. What
 * happens is added up in each watch that asked for it, and its signal is given, so that several events between two looks are one.
 *
 *   subject_watch -> ... subject_tell, subject_end, subject_collected -> subject_leave
 *
 * Events have the numbers of <sys/event.h>: NOTE_FORK and its kin. Telling costs one step for each watch; watches of other users
 * are at most STRANGERS_MAX, the rest the user of the process pays for.
 */
#pragma once

#include "kernel/ipc/signal.h"

enum { STRANGERS_MAX = 64 };

struct subject {
    struct list watches; /* struct subject_watch.link */
    uint32_t n_strangers;
};

struct subject_watch {
    struct signal signal;
    struct list link;        /* unlinked: nothing more will happen */
    struct subject *subject; /* NULL then */
    uint32_t wanted;         /* may be changed at any time */
    uint32_t happened;       /* of what is wanted; who tells it clears it */
    int32_t status;          /* as wait has it, once NOTE_EXITSTATUS has happened */
    bool is_stranger;        /* of another user than the process */
    bool may_have_status;    /* F168 */
    bool is_over;            /* what has happened is the last */
};

static inline void subject_init(struct subject *subject)
{
    *subject = (struct subject){ 0 };
    list_init(&subject->watches);
}

/* False: there are STRANGERS_MAX already. run: what the signal does. */
bool subject_watch(struct subject *subject, struct subject_watch *watch, void (*run)(struct ipc *ipc, struct signal *signal));
/* Whoever watched ends. Nothing if the process has ended before, but that the signal is not run any more. */
void subject_leave(struct subject_watch *watch);

void subject_tell(struct ipc *ipc, struct subject *subject, uint32_t note);
/* NOTE_EXIT, and what comes with it. status: NULL: nobody knows it. */
void subject_end(struct ipc *ipc, struct subject *subject, const int32_t *status);
/* NOTE_REAP. Afterwards nobody watches. */
void subject_collected(struct ipc *ipc, struct subject *subject);
