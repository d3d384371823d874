/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/task/thread.h"

#include "base/alloc.h"
#include "kernel/ipc/link.h"
#include "kernel/ipc/promise.h"
#include "kernel/ipc/upcall.h"
#include "kernel/ipc/watch.h"
#include "kernel/task/own_port.h"
#include "kernel/task/stop.h"
#include "wire/trap.h"

/* What a main thread asks for by its task's kind (F131). */
static enum sched_qos default_qos(const struct task *task, bool is_main)
{
    if (!is_main)
        return SCHED_QOS_DEFAULT;
    switch (task->sched.kind) {
    case SCHED_APPLICATION: return SCHED_QOS_USER_INTERACTIVE;
    case SCHED_DAEMON_BACKGROUND: return SCHED_QOS_BACKGROUND;
    case SCHED_DAEMON_STANDARD:
    case SCHED_DAEMON_INTERACTIVE:
    case SCHED_DAEMON_ADAPTIVE: return SCHED_QOS_DEFAULT;
    }
    return SCHED_QOS_DEFAULT;
}

static struct thread *give_page(struct thread *thread, struct trap_page *page)
{
    thread->page = page;
    thread->ipc.data = trap_data(page);
    return thread;
}

struct thread *thread_new(struct task *task, int32_t tid, struct trap_page *page)
{
    struct system *system = task->system;
    if (page && task->main && task->main->tid == tid && !task->main->page)
        return give_page(task->main, page);
    if (!account_charge_object(task->account, ACCOUNT_THREADS, alloc_cost(sizeof(struct thread))))
        return NULL;
    struct thread *thread = alloc_zeroed(sizeof(*thread));
    struct port *control =
        thread ? port_new_kernel(&system->ipc, task->account, KOBJECT_THREAD, thread) : NULL;
    if (control &&
        !own_port_make(&system->ipc, task->account, control, task->space, task->slots.control_options)) {
        port_die(&system->ipc, control, NULL);
        control = NULL;
    }
    if (!control) {
        alloc_free(thread);
        account_release_object(task->account, ACCOUNT_THREADS, alloc_cost(sizeof(struct thread)));
        return NULL;
    }
    bool is_main = tid == task->identity.pid && task->n_threads == 0;
    ipc_thread_init(&thread->ipc, &system->ipc, task->space, task->account, &task->sched,
                    default_qos(task, is_main));
    thread->ipc.token = &task->token;
    thread->ipc.task = task;
    thread->ipc.data = page ? trap_data(page) : NULL;
    thread->ipc.promise_word = page ? &page->promise : NULL;
    thread->ipc.promise.wanted = PROMISE_AT_FIRST;
    thread->task = task;
    thread->tid = tid;
    thread->is_main = is_main;
    if (is_main)
        task->main = thread;
    thread->page = page;
    thread->control = control;
    thread->settable_self = port_copy_send(control);
    list_init(&thread->owned);
    list_init(&thread->waiting);
    list_init(&thread->deferred);
    list_append(&task->threads, &thread->link);
    task->n_threads++;
    if (sched_base(&thread->ipc.sched) != PRIORITY_DEFAULT) /* which hosts take for granted */
        thread_tell(thread);
    system->n_threads++;
    return thread;
}

void thread_tell(struct thread *thread)
{
    struct sched_thread *sched = &thread->ipc.sched;
    if (!list_is_linked(&sched->changed))
        list_append(&thread->ipc.ipc->sched.changed, &sched->changed);
}

static void unbind_special_reply(struct thread *thread)
{
    struct port *port = thread->special_reply;
    struct ipc *ipc = thread->ipc.ipc;
    thread->special_reply = NULL;
    if (!port)
        return;
    link_unbind(ipc, port);
    port_put(ipc, port);
}

/* A thread that is on its way to its result gets none any more; a message on its way back is sunk. */
static void forget_result(struct thread *thread)
{
    struct ipc_thread *ipc_thread = &thread->ipc;
    if (list_is_linked(&ipc_thread->resumed))
        list_remove(&ipc_thread->resumed);
    if (ipc_thread->give_back)
        message_sink(ipc_thread->ipc, ipc_thread->give_back, NULL);
    ipc_thread->give_back = NULL;
    ipc_thread->resume = RESUME_NOTHING;
}

/* T161: no other thread of the task gets the push. */
static void lose_watches(struct thread *thread)
{
    if (thread->task->main != thread)
        return;
    thread->task->main = NULL;
    watches_lose_thread(thread->ipc.ipc, &thread->task->watches);
}

void thread_disable(struct thread *thread)
{
    if (thread->ipc.wait != WAIT_NONE)
        thread_unwait(&thread->ipc, WAIT_ENDED_DEATH);
    upcall_disable(&thread->ipc);
    forget_result(thread);
    if (thread->ipc.promise.port)
        promise_end(thread->ipc.ipc, thread->ipc.promise.port);
    unbind_special_reply(thread);
    lose_watches(thread);
    thread->control->kobject = NULL;
    own_port_disable(thread->ipc.ipc, thread->control);
    flavored_disable(&thread->flavored);
    thread->page = NULL;
    thread->ipc.data = NULL;
    thread->ipc.promise_word = NULL;
    thread_stop_ends(thread);
}

void thread_finish(struct thread *thread)
{
    struct task *task = thread->task;
    struct ipc *ipc = &task->system->ipc;
    thread_disable(thread);
    right_release(ipc, thread->settable_self);
    right_release(ipc, thread->voucher);
    thread_exceptions_free(thread);
    flavored_end(ipc, &thread->flavored.read);
    own_port_end(ipc, thread->control);
    port_die(ipc, thread->control, NULL);
    flavored_end(ipc, &thread->flavored.inspect);
    upcall_free(&thread->ipc);
    ipc_thread_end(&thread->ipc);
    list_remove(&thread->link);
    task->n_threads--;
    task->system->n_threads--;
    account_release_object(task->account, ACCOUNT_THREADS, alloc_cost(sizeof(struct thread)));
    alloc_free(thread);
}

struct thread *thread_of_port(struct port *port)
{
    return port_is_live(port) && port->ktype == KOBJECT_THREAD ? port->kobject : NULL;
}

mach_port_name_t thread_special_reply_port(struct thread *thread)
{
    struct ipc *ipc = thread->ipc.ipc;
    struct space *space = thread->ipc.space;
    struct entry *entry;
    unbind_special_reply(thread);
    struct port *port = port_new(ipc, space->account);
    if (!port)
        return MACH_PORT_NULL;
    if (!link_bind(ipc, port, &thread->ipc) || space_name_new(ipc, space, &entry) != KERN_SUCCESS) {
        port_die(ipc, port, NULL);
        return MACH_PORT_NULL;
    }
    entry_set_right(entry, (struct right){ port, MACH_MSG_TYPE_PORT_RECEIVE });
    port_make_send(port);
    entry->kind = ENTRY_SEND_RECEIVE;
    entry->urefs = 1;
    thread->special_reply = port_get(port);
    return entry_name(entry);
}
