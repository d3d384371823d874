/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/live/park.c - where a thread stands while it is stopped
 *
 * The signal may come at any instruction, also on top of a trap: that is taken back, as for every handler that makes traps
 * (trap.h), and machd sees to it that what was interrupted goes on afterwards.
 */
#include "libmach/live/park.h"

#include <errno.h>

#include "libmach/exception/context.h"
#include "libmach/exception/errand.h"
#include "libmach/exception/exception.h"
#include "libmach/live/live.h"
#include "libmach/message/trap.h"

void park_keep_open(sigset_t *set)
{
    sigdelset(set, TRAP_PARK_SIGNAL);
}

static void park(void *context)
{
    struct trap_frame frame;
    kern_return_t kr;
    struct trap_page *page = trap_begin(&frame, &kr);
    if (page == NULL)
        return;
    page->req =
        (struct trap_request){ .number = TRAP_PARK, .arg = { context_states(context, trap_data(page)) } };
    if (errand_trap(&frame, page) && page->reply.value[0] <= TRAP_EXCEPTION_STATES_MAX)
        exception_install(context_set_state, context, trap_data(page), page->reply.value[0]);
    trap_end(&frame);
}

void park_on_signal(int signal, siginfo_t *info, void *context)
{
    int error = errno;
    if (live_thread_is_known())
        park(context);
    errno = error;
}
