/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/task/fault.h"

#include <mach/message.h>
#include <mach/mig_errors.h>
#include <string.h>

#include "kernel/ipc/upcall.h"
#include "kernel/task/raise.h"
#include "kernel/task/stop.h"

/* ---- level by level ---- */

static bool finish(struct thread *thread, kern_return_t result)
{
    thread->fault.state = FAULT_OVER;
    thread->fault.result = result;
    thread->ipc.reply.result = (uint32_t)result;
    upcall_settle(&thread->ipc);
    if (thread->fault.is_fatal)
        thread->ipc.ipc->ops->task_kill(thread->ipc.ipc->host, thread->task, "it violated a guard");
    return true;
}

static void ended(struct ipc_thread *ipc_thread, enum wait_end end)
{
    (void)ipc_thread;
    (void)end;
}

/* Only the thread's own library takes the trap back. */
static bool wake(struct ipc_thread *ipc_thread, enum wait_end end)
{
    struct thread *thread = thread_of_ipc(ipc_thread);
    if (end != WAIT_ENDED_INTERRUPTED)
        return fault_go_on(thread);
    upcall_abandon(ipc_thread);
    return finish(thread, KERN_ABORTED);
}

static const struct wait_ops wait_ops = { .ended = ended, .go_on = wake };

/* The first one from here on that is told, or nobody. */
static bool tell(struct thread *thread)
{
    struct fault *fault = &thread->fault;
    for (; fault->level < EXCEPTION_LEVELS; fault->level++) {
        kern_return_t kr = exception_tell(thread, fault);
        thread->ipc.ipc->steps++;
        if (kr == KERN_SUCCESS)
            return true;
        if (kr == KERN_FAILURE) /* the ux handler is: a matter of Unix */
            return false;
    }
    return false;
}

static bool next_level(struct thread *thread)
{
    thread->fault.level++;
    return tell(thread);
}

bool fault_begin(struct thread *thread, int type, const int64_t code[2], bool is_fatal)
{
    ASSERT(thread->fault.state == FAULT_NONE && thread->park == PARK_HERE);
    thread->fault =
        (struct fault){ .state = FAULT_TOLD, .type = type, .code = { code[0], code[1] }, .is_fatal = is_fatal };
    return tell(thread) ? fault_go_on(thread) : finish(thread, KERN_FAILURE);
}

bool fault_go_on(struct thread *thread)
{
    struct fault *fault = &thread->fault;
    ASSERT(fault->state != FAULT_NONE);
    thread->ipc.reply.result = (uint32_t)fault->result;
    if (fault->state == FAULT_OVER)
        return true;
    if (thread->ipc.upcall.state == UPCALL_ANSWERED && fault->is_handled)
        return finish(thread, KERN_SUCCESS);
    if (thread->ipc.upcall.state != UPCALL_ASKED && !next_level(thread))
        return finish(thread, KERN_FAILURE);
    if (thread_has_errand(thread))
        return true;
    upcall_wait(&thread->ipc, &wait_ops);
    return false;
}

void fault_abort(struct thread *thread)
{
    if (thread->fault.type != EXC_CRASH && thread->fault.type != EXC_GUARD)
        upcall_abandon(&thread->ipc);
}

void fault_end(struct thread *thread)
{
    if (thread->fault.state == FAULT_TOLD)
        upcall_abandon(&thread->ipc);
    upcall_settle(&thread->ipc);
    thread->fault = (struct fault){ 0 };
}

/* ---- answers (K190) ---- */

enum { REPLY_WORDS_MAX = 160, NO_STATE_SIZE = sizeof(mig_reply_error_t) };

struct reply {
    mig_reply_error_t head;
    int flavor;
    uint32_t n_words;
    natural_t words[REPLY_WORDS_MAX];
};

_Static_assert(offsetof(struct reply, words) == 44, "the layout of replies is that of the stubs");

/* The size is right, the processor has such registers, and the thread has shown them (K159, K161). */
static bool installs_state(struct thread *thread, const struct reply *reply, uint32_t size)
{
    return size >= offsetof(struct reply, words) && reply->n_words <= REPLY_WORDS_MAX &&
           size == offsetof(struct reply, words) + reply->n_words * sizeof(natural_t) &&
           registers_check_set(reply->flavor, reply->words, reply->n_words) == KERN_SUCCESS &&
           registers_set(thread, reply->flavor, reply->words, reply->n_words) == KERN_SUCCESS;
}

static bool is_success(struct thread *thread, const struct message *message)
{
    uint32_t behavior = thread->fault.behavior, kind = behavior & ~MACH_EXCEPTION_MASK;
    bool has_state = kind != EXCEPTION_DEFAULT && kind != EXCEPTION_IDENTITY_PROTECTED;
    struct reply reply = { 0 };
    memcpy(&reply, message->bytes, message->size < sizeof(reply) ? message->size : sizeof(reply));
    if (message->id != exception_id(behavior) + 100 || message->is_complex || message->size < NO_STATE_SIZE ||
        reply.head.RetCode != KERN_SUCCESS)
        return false;
    return has_state ? installs_state(thread, &reply, message->size) : message->size == NO_STATE_SIZE;
}

void fault_answered(struct thread *thread, const struct message *message)
{
    ASSERT(thread->fault.state == FAULT_TOLD);
    thread->fault.is_handled = is_success(thread, message);
    upcall_end(&thread->ipc);
}
