/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/task/subject.h"

#include <sys/event_private.h>

bool subject_watch(struct subject *subject, struct subject_watch *watch,
                   void (*run)(struct ipc *ipc, struct signal *signal))
{
    if (watch->is_stranger && subject->n_strangers == STRANGERS_MAX)
        return false;
    subject->n_strangers += watch->is_stranger;
    watch->subject = subject;
    watch->signal.run = run;
    list_append(&subject->watches, &watch->link);
    return true;
}

static void part(struct subject_watch *watch)
{
    watch->subject->n_strangers -= watch->is_stranger;
    watch->subject = NULL;
    list_remove(&watch->link);
}

void subject_leave(struct subject_watch *watch)
{
    if (watch->subject)
        part(watch);
    signal_cancel(&watch->signal);
}

static void tell(struct ipc *ipc, struct subject_watch *watch, uint32_t notes)
{
    ipc->steps++;
    watch->happened |= watch->wanted & notes;
    if (watch->happened)
        signal_give(ipc, &watch->signal);
}

void subject_tell(struct ipc *ipc, struct subject *subject, uint32_t note)
{
    list_for_each(node, &subject->watches) tell(ipc, list_entry(node, struct subject_watch, link), note);
}

/* F170: who wants to hear of the collection too stays. */
void subject_end(struct ipc *ipc, struct subject *subject, const int32_t *status)
{
    list_for_each_safe(node, &subject->watches)
    {
        struct subject_watch *watch = list_entry(node, struct subject_watch, link);
        bool has_status = status && watch->may_have_status;
        if (has_status)
            watch->status = *status;
        watch->is_over = !(watch->wanted & NOTE_REAP);
        tell(ipc, watch, NOTE_EXIT | NOTE_EXIT_DETAIL | (has_status ? NOTE_EXITSTATUS : 0));
        if (watch->is_over)
            part(watch);
    }
}

void subject_collected(struct ipc *ipc, struct subject *subject)
{
    for (struct list *node; (node = list_first(&subject->watches));) {
        struct subject_watch *watch = list_entry(node, struct subject_watch, link);
        watch->is_over = true;
        tell(ipc, watch, NOTE_REAP);
        part(watch);
    }
}
