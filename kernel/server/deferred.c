/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/deferred.c - requests that wait for somebody to stop, and are then carried out again (K245)
 *
 * The caller waits for its reply as for any other. A handler that finds that it must wait says so with call_defer() and is
 * called once more, with call_now()->is_again, when there is nothing to wait for; or not at all, if its caller has ended.
 */
#include "base/alloc.h"
#include "kernel/ipc/queue.h"
#include "kernel/server/call.h"
#include "kernel/server/server.h"
#include "kernel/task/errand.h"

enum {
    DEFERRED_MAX = 64, /* of one thread: its end drops them in one go */
    READY_AT_ONCE = 64,
};

struct deferred *deferred_new(struct thread *caller)
{
    if (caller->n_deferred == DEFERRED_MAX)
        return NULL;
    if (!account_charge(caller->ipc.account, ACCOUNT_BYTES, alloc_cost(sizeof(struct deferred))))
        return NULL;
    struct deferred *deferred = alloc_zeroed(sizeof(*deferred));
    if (!deferred) {
        account_release(caller->ipc.account, ACCOUNT_BYTES, alloc_cost(sizeof(*deferred)));
        return NULL;
    }
    deferred->caller = caller;
    list_append(&caller->deferred, &deferred->of_caller);
    caller->n_deferred++;
    return deferred;
}

static void send_reply(struct ipc *ipc, struct message *reply)
{
    if (port_is_live(reply->dest.port))
        queue_put(ipc, reply);
    else
        message_sink(ipc, reply, NULL);
}

void server_run_ready(struct system *system)
{
    struct list *node;
    for (int i = 0; i < READY_AT_ONCE && (node = list_pop(&system->ready)); i++) {
        struct deferred *deferred = list_entry(node, struct deferred, link);
        struct thread *caller = deferred->caller;
        struct message *request = deferred->request;
        struct right result = deferred->result;
        struct errand *errand = deferred->errand;
        deferred_free(deferred);
        system->ipc.steps++;
        struct message *reply = server_call_again(system, caller, request, result, errand);
        errand_free(errand);
        if (reply)
            send_reply(&system->ipc, reply);
    }
}
