/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/loop.c - one request at a time, and never a wait for a client
 *
 *   take every notification that is queued (B72)
 *   dispatch by number to a handler of server.c or server_jobs.c
 *   send the answer with a time limit of 0 (B84): an answer that nobody takes destroys its rights again (B68)
 *   forget the undo: the caller has been told
 *   examine the jobs that something has changed for
 */
#include "launchd/loop.h"

#include <mach/mach.h>
#include <mach/mig_errors.h>
#include <pthread.h>
#include <stdlib.h>

#include "bootstrap_server.h"
#include "launchd/events.h"
#include "launchd/legacy.h"
#include "launchd/managed.h"
#include "launchd/stash.h"
#include "launchd/watch.h"

#define ROOM 4096u

union buffer {
    mach_msg_header_t header;
    mig_reply_error_t error;
    char room[ROOM];
};

_Static_assert(sizeof(union __RequestUnion__serve_bootstrap_subsystem) + MAX_TRAILER_SIZE <= ROOM,
               "requests fit");
_Static_assert(sizeof(union __ReplyUnion__serve_bootstrap_subsystem) <= ROOM, "replies fit");

/* What an unanswered request brought; its reply right is spoken for. */
static void give_back(mach_msg_header_t *request)
{
    request->msgh_remote_port = MACH_PORT_NULL;
    mach_msg_destroy(request);
}

static bool is_refusal(const union buffer *reply)
{
    return !(reply->header.msgh_bits & MACH_MSGH_BITS_COMPLEX) && reply->error.RetCode != KERN_SUCCESS;
}

static void answer(mach_msg_header_t *reply)
{
    kern_return_t kr;

    if (reply->msgh_remote_port == MACH_PORT_NULL)
        return;
    kr = mach_msg(reply, MACH_SEND_MSG | MACH_SEND_TIMEOUT, reply->msgh_size, 0, MACH_PORT_NULL, 0,
                  MACH_PORT_NULL);
    if (kr != KERN_SUCCESS)
        mach_msg_destroy(reply);
}

/* ---- answers that come later ---- */

static const mach_msg_header_t *served; /* the request of the handler that runs */

struct later *later_new(void)
{
    struct later *later = calloc(1, sizeof(*later));

    if (later != NULL)
        *later = (struct later){ .port = served->msgh_remote_port,
                                 .bits = MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(served->msgh_bits), 0),
                                 .id = served->msgh_id };
    return later;
}

void later_answer(struct later *later, kern_return_t result)
{
    union buffer reply = { .error = { .Head = { .msgh_bits = later->bits,
                                                .msgh_size = sizeof(mig_reply_error_t),
                                                .msgh_remote_port = later->port,
                                                .msgh_id = later->id + 100 },
                                      .NDR = NDR_record,
                                      .RetCode = result } };

    answer(&reply.header);
    free(later);
}

/* ---- requests ---- */

static void serve(mach_msg_header_t *request)
{
    union buffer reply;
    bool is_later;

    stash_undo_begin(request->msgh_remote_port);
    served = request;
    launchd_server(request, &reply.header);
    is_later = is_refusal(&reply) && reply.error.RetCode == MIG_NO_REPLY;
    if (is_refusal(&reply))
        give_back(request);
    else if (MACH_PORT_VALID(request->msgh_voucher_port))
        mach_port_deallocate(mach_task_self(), request->msgh_voucher_port);
    if (!is_later)
        answer(&reply.header);
    stash_undo_clear();
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void loop_enter(void)
{
    pthread_mutex_lock(&lock);
}

void loop_leave(void)
{
    managed_examine();
    events_set_alarm();
    pthread_mutex_unlock(&lock);
}

void loop_serve(mach_msg_header_t *message)
{
    loop_enter();
    if (message->msgh_local_port == watch_notify_port()) {
        watch_take(message);
    } else {
        watch_drain();
        if (!legacy_take(message))
            serve(message);
    }
    loop_leave();
}
