/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/wait.h"

#include "kernel/ipc/link.h"
#include "kernel/ipc/pset.h"
#include "kernel/ipc/refusal.h"
#include "kernel/ipc/space.h"

enum { NANOSECONDS_PER_MILLISECOND = 1000000 };

void ipc_thread_init(struct ipc_thread *thread, struct ipc *ipc, struct space *space, struct account *account,
                     struct sched_task *task, enum sched_qos qos)
{
    *thread = (struct ipc_thread){
        .ipc = ipc,
        .space = space_get(space),
        .account = account,
    };
    thread->depression.kind = TIMER_DEPRESSION;
    sched_thread_init(&thread->sched, task, qos);
}

void ipc_thread_end(struct ipc_thread *thread)
{
    timer_clear(&thread->ipc->timers, &thread->depression);
    turnstile_thread_ends(&thread->ipc->sched, &thread->sched);
    space_put(thread->ipc, thread->space);
}

/* What the thread pushes on while it waits (T31); NULL: nothing, as on a set (T33). */
static struct turnstile *turnstile_of(const struct ipc_thread *thread)
{
    if (thread->wait == WAIT_EVENT)
        return thread->event.push;
    if (thread->wait == WAIT_SEND)
        return &message_port(thread->sending.message)->push;
    const struct port *port = thread->wait == WAIT_RECEIVE ? thread->receiving.port : NULL;
    return port && port->special_reply ? &port->special_reply->receive : NULL;
}

static uint64_t from_milliseconds(uint32_t timeout)
{
    return (uint64_t)timeout * NANOSECONDS_PER_MILLISECOND;
}

static uint64_t deadline_after(uint64_t now, uint64_t nanoseconds)
{
    return nanoseconds < TIMERS_NO_DEADLINE - 1 - now ? now + nanoseconds : TIMERS_NO_DEADLINE - 1;
}

static void begin(struct ipc_thread *thread, enum wait_kind kind, struct waitq *queue, bool has_timeout,
                  uint64_t nanoseconds)
{
    struct ipc *ipc = thread->ipc;
    ASSERT(thread->wait == WAIT_NONE && !list_is_linked(&thread->resumed));
    thread->wait = kind;
    waitq_insert(queue, &thread->sched.waiter, ipc_serial(ipc));
    struct turnstile *turnstile = turnstile_of(thread);
    if (turnstile)
        turnstile_block(&ipc->sched, turnstile, &thread->sched);
    if (has_timeout)
        timer_set(&ipc->timers, &thread->timer, deadline_after(ipc->now, nanoseconds));
    if (thread->waits)
        thread->waits(thread, true);
}

void thread_wait_send(struct ipc_thread *thread, struct message *message, bool is_kernel_reply,
                      bool has_timeout, uint32_t timeout)
{
    thread->sending.message = message;
    thread->sending.is_kernel_reply = is_kernel_reply;
    begin(thread, WAIT_SEND, &message_port(message)->senders, has_timeout, from_milliseconds(timeout));
}

void thread_wait_receive(struct ipc_thread *thread, struct port *port, struct pset *set, bool has_timeout,
                         uint32_t timeout)
{
    thread->receiving.port = port;
    thread->receiving.set = set;
    begin(thread, WAIT_RECEIVE, port ? &port->receivers : &set->receivers, has_timeout,
          from_milliseconds(timeout));
}

void thread_wait_semaphore(struct ipc_thread *thread, struct waitq *waiters, bool has_timeout,
                           uint64_t timeout)
{
    begin(thread, WAIT_SEMAPHORE, waiters, has_timeout, timeout);
}

void thread_wait_sleep(struct ipc_thread *thread, uint64_t timeout)
{
    begin(thread, WAIT_SLEEP, &thread->ipc->sleepers, true, timeout);
}

void thread_wait_event(struct ipc_thread *thread, const struct wait_ops *ops, struct waitq *queue,
                       struct turnstile *push, bool has_timeout, uint64_t timeout)
{
    thread->event.ops = ops;
    thread->event.push = push;
    begin(thread, WAIT_EVENT, queue, has_timeout, timeout);
}

static void resume(struct ipc_thread *thread, enum resume_kind kind)
{
    thread->resume = kind;
    list_append(&thread->ipc->resumed, &thread->resumed);
}

static void finish(struct ipc_thread *thread, kern_return_t result)
{
    thread->reply.result = (uint32_t)result;
    resume(thread, RESUME_FINISHED);
}

/* A send that waited for room and did not get it. */
static void give_back(struct ipc_thread *thread, struct message *message, kern_return_t code)
{
    if (code == MACH_SEND_TIMED_OUT)
        refuse_with(thread, code, REFUSED_QUEUE_FULL, MACH_PORT_NULL, message_port(message)->n_messages,
                    thread->call.msg.timeout);
    else
        refuse(thread, code, REFUSED_INTERRUPTED, MACH_PORT_NULL);
    thread->give_back = message;
    thread->give_back_code = code;
    resume(thread, RESUME_GIVE_BACK);
}

/* A kernel object's answer that could not be queued is dropped, and the call goes on (P178). */
static struct message *end_send(struct ipc_thread *thread, struct message *message, enum wait_end end)
{
    bool is_reply = thread->sending.is_kernel_reply;
    switch (end) {
    case WAIT_ENDED_ADMITTED: resume(thread, RESUME_RECEIVE); return message;
    case WAIT_ENDED_TIMEOUT:
    case WAIT_ENDED_INTERRUPTED:
        if (!is_reply) {
            give_back(thread, message,
                      end == WAIT_ENDED_TIMEOUT ? MACH_SEND_TIMED_OUT : MACH_SEND_INTERRUPTED);
            return NULL;
        }
        message_sink(thread->ipc, message, thread->space);
        resume(thread, RESUME_RECEIVE);
        return NULL;
    case WAIT_ENDED_CHANGED:
        message_sink(thread->ipc, message, NULL);
        resume(thread, RESUME_RECEIVE);
        return NULL;
    case WAIT_ENDED_DEATH: message_sink(thread->ipc, message, NULL); return NULL;
    case WAIT_ENDED_DELIVERED:
    case WAIT_ENDED_SIGNALLED: break;
    }
    ASSERT(!"a sender is not given messages");
    return NULL;
}

static kern_return_t refuse_wait(struct ipc_thread *thread, kern_return_t code, enum refusal_reason reason)
{
    return refuse_with(thread, code, reason, thread->call.msg.rcv_name, thread->call.msg.timeout, 0);
}

static void end_receive(struct ipc_thread *thread, enum wait_end end)
{
    switch (end) {
    case WAIT_ENDED_DELIVERED: resume(thread, RESUME_FINISHED); return;
    case WAIT_ENDED_TIMEOUT:
        finish(thread, refuse_wait(thread, MACH_RCV_TIMED_OUT, REFUSED_RECEIVE_EMPTY));
        return;
    case WAIT_ENDED_INTERRUPTED:
        finish(thread, refuse_wait(thread, MACH_RCV_INTERRUPTED, REFUSED_INTERRUPTED));
        return;
    case WAIT_ENDED_CHANGED:
        finish(thread, refuse_wait(thread, MACH_RCV_PORT_CHANGED, REFUSED_RECEIVE_CHANGED));
        return;
    case WAIT_ENDED_DEATH: return;
    case WAIT_ENDED_ADMITTED:
    case WAIT_ENDED_SIGNALLED: break;
    }
    ASSERT(!"a receiver is not admitted");
}

static void end_semaphore(struct ipc_thread *thread, enum wait_end end)
{
    switch (end) {
    case WAIT_ENDED_SIGNALLED: finish(thread, KERN_SUCCESS); return;
    case WAIT_ENDED_TIMEOUT: finish(thread, KERN_OPERATION_TIMED_OUT); return;
    case WAIT_ENDED_INTERRUPTED: finish(thread, KERN_ABORTED); return;
    case WAIT_ENDED_CHANGED: finish(thread, KERN_TERMINATED); return;
    case WAIT_ENDED_DEATH: return;
    case WAIT_ENDED_ADMITTED:
    case WAIT_ENDED_DELIVERED: break;
    }
    ASSERT(!"a semaphore has no messages");
}

static void end_sleep(struct ipc_thread *thread, enum wait_end end)
{
    if (end == WAIT_ENDED_DEATH)
        return;
    ASSERT(end == WAIT_ENDED_TIMEOUT || end == WAIT_ENDED_INTERRUPTED);
    thread->reply.value[0] = thread->ipc->now;
    finish(thread, end == WAIT_ENDED_TIMEOUT ? KERN_SUCCESS : KERN_ABORTED);
}

static void end_event(struct ipc_thread *thread, enum wait_end end)
{
    thread->event.end = end;
    thread->event.ops->ended(thread, end);
    if (end != WAIT_ENDED_DEATH)
        resume(thread, RESUME_EVENT);
}

struct message *thread_unwait(struct ipc_thread *thread, enum wait_end end)
{
    enum wait_kind kind = thread->wait;
    ASSERT(kind != WAIT_NONE);
    waitq_remove(&thread->sched.waiter);
    turnstile_unblock(&thread->ipc->sched, &thread->sched);
    timer_clear(&thread->ipc->timers, &thread->timer);
    thread->wait = WAIT_NONE;
    thread->ipc->steps++;
    if (thread->waits)
        thread->waits(thread, false);
    switch (kind) {
    case WAIT_NONE: break;
    case WAIT_SEND: return end_send(thread, thread->sending.message, end);
    case WAIT_RECEIVE:
        if (thread->receiving.port)
            link_received(thread->ipc, thread->receiving.port);
        end_receive(thread, end);
        break;
    case WAIT_SEMAPHORE: end_semaphore(thread, end); break;
    case WAIT_SLEEP: end_sleep(thread, end); break;
    case WAIT_EVENT: end_event(thread, end); break;
    }
    return NULL;
}

void waitq_unwait_all(struct waitq *queue, enum wait_end end)
{
    for (struct waiter *waiter; (waiter = waitq_first(queue));)
        thread_unwait(thread_of_waiter(waiter), end);
}
