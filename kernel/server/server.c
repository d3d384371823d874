/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/server/server.h"

#include "clock_server.h"
#include "exc_server.h"
#include "host_priv_server.h"
#include "kernel/ipc/drain.h"
#include "kernel/ipc/refusal.h"
#include "kernel/ipc/upcall.h"
#include "kernel/server/call.h"
#include "kernel/server/kreply.h"
#include "kernel/task/stop.h"
#include "mach_exc_server.h"
#include "mach_host_server.h"
#include "mach_port_server.h"
#include "mach_vm_server.h"
#include "mach_voucher_server.h"
#include "machd_server.h"
#include "processor_server.h"
#include "processor_set_server.h"
#include "task_server.h"
#include "thread_act_server.h"

enum { INLINE_STEPS = 16 };

static struct call current;
static struct kreply *answer;     /* of the current call */
static struct deferred *deferral; /* of the current call; NULL: it has not asked for one */
static struct right result;       /* made before the current call had to wait */

const struct call *call_now(void)
{
    ASSERT(current.system);
    return &current;
}

void call_answers_as_it_is(void)
{
    answer->is_as_it_is = true;
}

void call_answers_only(const struct space *space)
{
    answer->only_in = space->serial;
}

/* ---- finding the routine (P180, K2) ---- */

static const struct mig_k_subsystem *const subsystems[] = {
    &serve_mach_port_subsystem,     &serve_task_subsystem,         &serve_thread_act_subsystem,
    &serve_mach_host_subsystem,     &serve_host_priv_subsystem,    &serve_machd_subsystem,
    &serve_clock_subsystem,         &serve_mach_voucher_subsystem, &serve_mach_vm_subsystem,
    &serve_exc_subsystem,           &serve_mach_exc_subsystem,     &serve_processor_subsystem,
    &serve_processor_set_subsystem,
};

static const struct mig_k_routine *find_routine(int32_t id)
{
    for (unsigned i = 0; i < ARRAY_SIZE(subsystems); i++) {
        const struct mig_k_subsystem *subsystem = subsystems[i];
        if (id >= subsystem->start && id < subsystem->end) {
            const struct mig_k_routine *routine = &subsystem->routine[id - subsystem->start];
            return routine->stub ? routine : NULL;
        }
    }
    return NULL;
}

/* Routines of subsystems of which nothing is built (P1). Other numbers are unknown. */
static const struct {
    int32_t first, last;
    const char *name;
} not_built[] = {
    { 1200, 1201, "clock_priv" },
    { 3800, 3832, "vm_map" },
    { 4800, 4827, "mach_vm" },
    { 4900, 4902, "memory_entry" },
    { 5600, 5601, "mach_voucher_attr_control" },
    { 617200, 617206, "semaphore" },
};

static const char *name_of_not_built(int32_t id)
{
    for (unsigned i = 0; i < ARRAY_SIZE(not_built); i++)
        if (id >= not_built[i].first && id <= not_built[i].last)
            return not_built[i].name;
    return NULL;
}

const char *server_routine_name(int32_t id)
{
    const struct mig_k_routine *routine = find_routine(id);
    return routine ? routine->name : name_of_not_built(id);
}

/* ---- the end of a request (P177-P179) ---- */

/* A routine that succeeded owns the rights that it was given one by one. */
static void mark_taken(struct message *request)
{
    for (uint32_t i = 0; i < request->n_copied_in; i++) {
        struct message_descriptor *d = &request->descriptors[i];
        if (d->type == MACH_MSG_PORT_DESCRIPTOR)
            *d = (struct message_descriptor){ .type = d->type, .offset = d->offset };
    }
}

/* Most requests hold next to nothing; the others are left to the reaper. */
static void consume(struct ipc *ipc, struct thread *caller, struct message *request)
{
    for (int i = 0; i < INLINE_STEPS; i++) {
        ipc->steps++;
        if (message_sink_step(ipc, request, caller->ipc.space)) {
            message_free(ipc, request);
            return;
        }
    }
    message_sink(ipc, request, caller->ipc.space);
}

static bool wants_reply(const struct message *request)
{
    return request->reply.type && port_is_live(request->reply.port) &&
           request->reply.port->state != PORT_IN_KERNEL;
}

/* ---- calls that have to wait ---- */

bool call_may_defer(void)
{
    if (!deferral)
        deferral = deferred_new(call_now()->caller);
    return deferral != NULL;
}

kern_return_t call_defer_errand(struct list *waiting, struct errand *errand)
{
    deferral->errand = errand;
    return call_defer(waiting);
}

kern_return_t call_defer_with(struct list *waiting, struct right made)
{
    ASSERT(deferral && !list_is_linked(&deferral->link));
    deferral->result = made;
    list_append(waiting, &deferral->link);
    return MIG_NO_REPLY;
}

kern_return_t call_defer(struct list *waiting)
{
    return call_defer_with(waiting, (struct right){ 0 });
}

struct right call_result(void)
{
    struct right made = result;
    result = (struct right){ 0 };
    return made;
}

/* True: the request is kept, and carried out again when it need not wait. */
static bool end_deferral(struct message *request)
{
    struct deferred *kept = deferral;
    deferral = NULL;
    if (!kept)
        return false;
    kept->request = request;
    if (list_is_linked(&kept->link))
        return true;
    deferred_free(kept);
    return false;
}

/* ---- the call ---- */

/* Where no closer reason was given. */
static void note_refusal(struct thread *caller, const struct message *request, kern_return_t kr)
{
    struct ipc_thread *thread = &caller->ipc;
    enum refusal_reason reason = kr == KERN_NOT_SUPPORTED ? REFUSED_NOT_BUILT
                                 : kr == MIG_BAD_ID       ? REFUSED_UNKNOWN_CALL
                                                          : REFUSED_BY_ROUTINE;
    if (!thread->ipc->is_refused)
        refuse(thread, kr, reason, MACH_PORT_NULL);
    thread->refused.code = (uint32_t)kr;
    thread->refused.id = request->id;
}

static kern_return_t carry_out(const struct mig_k_routine *routine, struct message *request,
                               struct kreply *reply)
{
    if (routine)
        routine->stub(request, reply);
    else
        kreply_fail(reply, name_of_not_built(request->id) ? KERN_NOT_SUPPORTED : MIG_BAD_ID);
    return kreply_end(reply);
}

static struct message *serve(const struct call *call, struct message *request)
{
    struct system *system = call->system;
    struct thread *caller = call->caller;
    struct ipc *ipc = &system->ipc;
    const struct mig_k_routine *routine = find_routine(request->id);
    struct kreply reply;
    if (!kreply_begin(&reply, ipc, caller->ipc.account,
                      routine ? routine->max_reply : sizeof(mig_reply_error_t))) {
        consume(ipc, caller, request);
        return NULL;
    }
    current = *call;
    answer = &reply;
    kern_return_t kr = carry_out(routine, request, &reply);
    current = (struct call){ 0 };
    answer = NULL;
    bool is_kept = end_deferral(request);
    if (kr != KERN_SUCCESS && kr != MIG_NO_REPLY)
        note_refusal(caller, request, kr);
    struct message *message = reply.message;
    message->id = (int32_t)((uint32_t)request->id + 100);
    if (is_kept) {
        consume(ipc, caller, message);
        return NULL;
    }
    bool is_due = kr != MIG_NO_REPLY && wants_reply(request);
    if (is_due) {
        message->dest = request->reply;
        request->reply = (struct right){ 0 };
    }
    if (kr == KERN_SUCCESS || kr == MIG_NO_REPLY)
        mark_taken(request);
    consume(ipc, caller, request);
    ipc_send_notes(ipc);
    if (is_due)
        return message;
    consume(ipc, caller, message);
    return NULL;
}

/* The kernel was asked nothing: it has asked. */
static void take_answer(struct thread *caller, struct message *message)
{
    struct ipc *ipc = caller->ipc.ipc;
    struct ipc_thread *asker = upcall_of_port(message->dest.port);
    struct right used = message->dest;
    if (asker && used.type == MACH_MSG_TYPE_PORT_SEND_ONCE) {
        message->dest = (struct right){ 0 };
        right_use_once(ipc, used.port);
        fault_answered(thread_of_ipc(asker), message);
    }
    consume(ipc, caller, message);
    ipc_send_notes(ipc);
}

struct message *server_call(struct system *system, struct thread *caller, struct message *request)
{
    if (request->dest.port->ktype == KOBJECT_REPLY) {
        take_answer(caller, request);
        return NULL;
    }
    return serve(&(struct call){ .system = system, .caller = caller, .port = request->dest.port }, request);
}

struct message *server_call_again(struct system *system, struct thread *caller, struct message *request,
                                  struct right made, const struct errand *errand)
{
    const struct call again = {
        .system = system, .caller = caller, .port = request->dest.port, .is_again = true, .errand = errand
    };
    result = made;
    struct message *reply = serve(&again, request);
    right_release(&system->ipc, call_result()); /* it was not wanted after all */
    return reply;
}
