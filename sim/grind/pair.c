/* SPDX-License-Identifier: Apache-2.0 */
/* sim/grind/pair.c - a conversation that nothing may disturb
 *
 * The asker sends numbered messages to the clerk; every second one is a question and waits for its answer at a reply port made
 * for it alone. What a send accepted arrives once, in order, as it was sent, from whom the kernel says. A question is
 * answered, or its reply port hears SEND_ONCE when the clerk is gone. Either may be interrupted, run out of time, or die. */
#include <mach/notify.h>
#include <string.h>

#include "kernel/task/own_port.h"
#include "sim/grind/grind.h"

enum { QUESTION = 500, REMARK = 501, ANSWER = 502, PATTERN_WORDS = 12 };

struct numbered {
    mach_msg_header_t header;
    uint32_t number;
    uint32_t pattern[PATTERN_WORDS];
    mach_msg_audit_trailer_t trailer; /* received */
};

enum { SENT_SIZE = offsetof(struct numbered, trailer) };

static struct {
    struct being *asker, *clerk; /* NULL: there is none, or it has died */
    struct task_identity identity_of_asker;
    mach_port_name_t to_clerk, of_clerk; /* the channel, as each of the two names it */
    uint32_t n_accepted, n_arrived;
    uint32_t n_unsure; /* the asker died while it sent, or waited for an answer: nobody knows whether one more was accepted */
    mach_port_name_t reply; /* the asker's, of the question that it asks */
    uint32_t question;      /* its number */
    bool is_asking;         /* accepted, not answered yet */
    bool is_spoilt;         /* a send failed: a right to the reply port came back under another name */
    struct {
        mach_port_name_t right;
        uint32_t number;
    } promises[MAX_PROMISES]; /* answers that the clerk owes */
    uint32_t n_promises;
    struct {
        struct actor *actor;
        uint32_t turn, n, n_taken, at;
    } ahead; /* messages that the kernel has shown to the clerk (kernel/ipc/promise.h) */
} pair;

bool pair_owns(const struct being *task, mach_port_name_t name)
{
    if (!MACH_PORT_VALID(name) || !task)
        return false;
    if (task == pair.asker)
        return name == pair.to_clerk || name == pair.reply;
    if (task != pair.clerk)
        return false;
    for (uint32_t i = 0; i < pair.n_promises; i++)
        if (pair.promises[i].right == name)
            return true;
    return name == pair.of_clerk;
}

/* The channel is there when the world begins, as if somebody had brought them together. */
void pair_begin(struct being *asker, struct being *clerk)
{
    memset(&pair, 0, sizeof(pair));
    if (!asker || !clerk)
        return;
    struct ipc *ipc = asker->threads[0]->kernel->ipc.ipc;
    struct port *port = port_new(ipc, clerk->kernel->account);
    ASSERT(port);
    pair.asker = asker;
    pair.clerk = clerk;
    pair.identity_of_asker = asker->identity;
    ASSERT(space_insert(ipc, clerk->kernel->space, (struct right){ port, MACH_MSG_TYPE_PORT_RECEIVE },
                        &pair.of_clerk) == KERN_SUCCESS);
    ASSERT(space_insert(ipc, asker->kernel->space, port_make_send(port), &pair.to_clerk) == KERN_SUCCESS);
}

void pair_died(const struct being *task)
{
    if (task == pair.asker) {
        pair.n_unsure = task->threads[0]->is_busy;
        pair.asker = NULL;
    }
    if (task == pair.clerk)
        pair.clerk = NULL;
}

static struct actor *speaker(const struct being *task)
{
    return task && task->n_threads > 0 && actor_may_trap(task->threads[0]) ? task->threads[0] : NULL;
}

/* ---- messages ---- */

static void put(struct actor *actor, mach_port_name_t to, uint32_t how, mach_port_name_t reply, int32_t id,
                uint32_t number)
{
    struct numbered *message = (struct numbered *)trap_data(actor->page);
    *message = (struct numbered){ .number = number };
    message->header = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(how, reply ? MACH_MSG_TYPE_MAKE_SEND_ONCE : 0),
        .msgh_remote_port = to,
        .msgh_local_port = reply,
        .msgh_id = id,
    };
    for (uint32_t i = 0; i < PATTERN_WORDS; i++)
        message->pattern[i] = number * 31 + i;
    actor->page->req = (struct trap_request){ .number = TRAP_MSG, .payload_size = SENT_SIZE };
    actor->page->req.msg = (struct trap_msg){ .option = MACH_SEND_MSG, .send_size = SENT_SIZE };
}

static void set_receive(struct actor *actor, mach_port_name_t from, uint32_t timeout)
{
    struct trap_msg *msg = &actor->page->req.msg;
    msg->option |= MACH_RCV_MSG | MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_AUDIT);
    msg->rcv_name = from;
    msg->rcv_size = sizeof(struct numbered);
    if (timeout != UINT32_MAX)
        msg->option |= MACH_RCV_TIMEOUT;
    msg->timeout = timeout;
}

static uint32_t draw_timeout(void)
{
    return (uint32_t)DRAW_FROM(0, 0, 2, UINT32_MAX);
}

static const struct numbered *received(const struct actor *actor)
{
    return actor->page->reply.delivered == TRAP_DELIVERED_RECEIVED
               ? (const struct numbered *)trap_data(actor->page)
               : NULL;
}

static void check_whole(const struct numbered *message, uint32_t number)
{
    ASSERT(message->header.msgh_size == SENT_SIZE && message->number == number);
    for (uint32_t i = 0; i < PATTERN_WORDS; i++)
        ASSERT(message->pattern[i] == number * 31 + i);
}

/* ---- the asker ---- */

static void hear_answer(const struct actor *actor)
{
    const struct numbered *message = received(actor);
    ASSERT(message && pair.is_asking);
    if (message->header.msgh_id == MACH_NOTIFY_SEND_ONCE) {
        ASSERT(!pair.clerk && "a question was given up by a clerk that lives");
    } else {
        ASSERT(message->header.msgh_id == ANSWER);
        check_whole(message, pair.question);
    }
    pair.is_asking = false;
}

static void after_receive(struct actor *actor)
{
    uint32_t result = actor->page->reply.result;
    if (result == MACH_MSG_SUCCESS)
        hear_answer(actor);
    else
        ASSERT(result == MACH_RCV_TIMED_OUT || result == MACH_RCV_INTERRUPTED);
}

/* The send half failed, and what the message carried came back; or it was accepted, whatever the receive half says. */
static void after_send(struct actor *actor)
{
    uint32_t result = actor->page->reply.result;
    bool has_failed = result >= MACH_SEND_IN_PROGRESS && result < MACH_RCV_IN_PROGRESS;
    if (has_failed) {
        pair.is_spoilt = pair.reply != MACH_PORT_NULL;
        ASSERT(result == MACH_SEND_TIMED_OUT || result == MACH_SEND_INTERRUPTED || !pair.clerk);
        return;
    }
    pair.n_accepted++;
    pair.is_asking = pair.reply != MACH_PORT_NULL;
    if (pair.is_asking)
        after_receive(actor);
}

static void after_reply_port(struct actor *actor)
{
    pair.reply = actor->page->reply.result;
    ASSERT(pair.reply != MACH_PORT_NULL);
}

static void after_end_of_reply_port(struct actor *actor)
{
    ASSERT(actor->page->reply.result == KERN_SUCCESS);
    pair.reply = MACH_PORT_NULL;
    pair.is_spoilt = false;
}

static void say(struct actor *actor)
{
    bool asks = pair.reply != MACH_PORT_NULL;
    uint32_t timeout = draw_timeout();
    pair.question = pair.n_accepted;
    tell("says %s %u", asks ? "question" : "remark", pair.n_accepted);
    put(actor, pair.to_clerk, MACH_MSG_TYPE_COPY_SEND, pair.reply, asks ? QUESTION : REMARK, pair.n_accepted);
    if (asks)
        set_receive(actor, pair.reply, timeout);
    actor->page->req.msg.timeout = timeout;
    if (timeout != UINT32_MAX)
        actor->page->req.msg.option |= MACH_SEND_TIMEOUT;
    actor_trap(actor, after_send);
}

static void listen(struct actor *actor, uint32_t timeout)
{
    tell("listens for the answer to %u", pair.question);
    actor->page->req = (struct trap_request){ .number = TRAP_MSG };
    set_receive(actor, pair.reply, timeout);
    actor_trap(actor, after_receive);
}

/* A reply port serves one question, so that nothing of another can come to it. */
static void end_reply_port(struct actor *actor)
{
    const struct task *task = actor->task->kernel;
    const struct entry *self = space_find_port(task->space, own_port(task->control));
    if (!self) {
        tell("asks for its task port");
        actor->page->req = (struct trap_request){ .number = TRAP_TASK_SELF };
        actor_trap(actor, NULL);
        return;
    }
    tell("destroys its reply port");
    actor->page->req = (struct trap_request){
        .number = TRAP_PORT_MOD_REFS,
        .arg = { entry_name(self), pair.reply, MACH_PORT_RIGHT_RECEIVE, (uint64_t)-1 },
    };
    actor_trap(actor, after_end_of_reply_port);
}

static void ask(struct actor *actor)
{
    if (pair.is_asking) {
        listen(actor, draw_timeout());
    } else if (pair.reply != MACH_PORT_NULL && (pair.is_spoilt || pair.question != pair.n_accepted)) {
        end_reply_port(actor);
    } else if (pair.reply == MACH_PORT_NULL && chance(50)) {
        tell("makes a reply port");
        actor->page->req = (struct trap_request){ .number = TRAP_REPLY_PORT };
        actor_trap(actor, after_reply_port);
    } else {
        say(actor);
    }
}

/* ---- the clerk ---- */

static void promise(const struct numbered *message)
{
    ASSERT(pair.n_promises < MAX_PROMISES);
    pair.promises[pair.n_promises].right = message->header.msgh_remote_port;
    pair.promises[pair.n_promises++].number = message->number;
}

static void arrive(const struct numbered *message)
{
    check_whole(message, pair.n_arrived);
    pair.n_arrived++;
    ASSERT(message->header.msgh_local_port == pair.of_clerk);
    ASSERT(message->trailer.msgh_sender.val[0] == pair.identity_of_asker.uid);
    ASSERT(message->trailer.msgh_audit.val[5] == (uint32_t)pair.identity_of_asker.pid);
    ASSERT((message->header.msgh_id == QUESTION) == (message->header.msgh_remote_port != MACH_PORT_NULL));
    if (message->header.msgh_id == QUESTION && MACH_PORT_VALID(message->header.msgh_remote_port))
        promise(message);
}

/* Messages behind that one may be there, too, to be taken without a trap (wire/trap.h). */
static void after_arrival(struct actor *actor)
{
    const struct trap_reply *reply = &actor->page->reply;
    if (reply->result != MACH_MSG_SUCCESS) {
        ASSERT(reply->result == MACH_RCV_TIMED_OUT || reply->result == MACH_RCV_INTERRUPTED);
        return;
    }
    arrive(received(actor));
    pair.ahead.actor = actor;
    pair.ahead.n = reply->n_promised;
    pair.ahead.n_taken = 0;
    pair.ahead.turn = reply->promise;
    pair.ahead.at = TRAP_PROMISE_OFFSET;
}

/* False: there is none, or the kernel has taken it back. */
static bool take_ahead(struct actor *actor)
{
    if (pair.ahead.actor != actor || pair.ahead.n_taken == pair.ahead.n)
        return false;
    uint64_t word = (uint64_t)pair.ahead.turn << 32 | pair.ahead.n_taken, size;
    if (!atomic_compare_exchange_strong(&actor->page->promise, &word, word + 1)) {
        pair.ahead.n = pair.ahead.n_taken = 0;
        return false;
    }
    const uint8_t *at = trap_data(actor->page) + pair.ahead.at;
    memcpy(&size, at, sizeof(size));
    tell("has heard that already");
    arrive((const struct numbered *)(at + sizeof(size)));
    pair.ahead.n_taken++;
    pair.ahead.at += (uint32_t)(sizeof(size) + trap_round8(size));
    return true;
}

/* The asker may be gone, or may have given its question up. */
static void after_answer(struct actor *actor)
{
    ASSERT(actor->page->reply.result == MACH_MSG_SUCCESS ||
           actor->page->reply.result == MACH_SEND_INVALID_DEST);
}

static void hear(struct actor *actor, uint32_t timeout)
{
    if (chance(70) && take_ahead(actor))
        return;
    tell("hears what comes");
    actor->page->req = (struct trap_request){ .number = TRAP_MSG };
    set_receive(actor, pair.of_clerk, timeout);
    actor_trap(actor, after_arrival);
}

static void answer(struct actor *actor)
{
    uint32_t which = draw(pair.n_promises), number = pair.promises[which].number;
    mach_port_name_t right = pair.promises[which].right;
    pair.promises[which] = pair.promises[--pair.n_promises];
    tell("answers %u", number);
    put(actor, right, MACH_MSG_TYPE_MOVE_SEND_ONCE, MACH_PORT_NULL, ANSWER, number);
    actor_trap(actor, after_answer);
}

static void serve(struct actor *actor)
{
    if (pair.n_promises == MAX_PROMISES || (pair.n_promises > 0 && chance(60)))
        answer(actor);
    else
        hear(actor, draw_timeout());
}

/* ---- steps ---- */

void pair_step(void)
{
    bool asks = chance(50);
    struct actor *actor = speaker(asks ? pair.asker : pair.clerk);
    if (!actor)
        return;
    tell("the %s %d ", asks ? "asker" : "clerk", actor->task->identity.pid);
    if (asks)
        ask(actor);
    else
        serve(actor);
}

static void free_speaker(const struct being *task)
{
    if (task && task->n_threads > 0 && kernel_thread_waits(task->threads[0]->kernel))
        actor_abort(task->threads[0]);
    drain_all();
}

static void end_at_clerk(void)
{
    struct actor *actor;
    uint32_t before;
    free_speaker(pair.clerk);
    if (!(actor = speaker(pair.clerk)))
        return;
    do {
        before = pair.n_arrived;
        while (pair.n_promises > 0)
            answer(actor), drain_all();
        hear(actor, 0);
        drain_all();
    } while (pair.n_arrived != before);
    ASSERT(pair.n_arrived >= pair.n_accepted && pair.n_arrived <= pair.n_accepted + pair.n_unsure &&
           "a message was lost");
}

void pair_end(void)
{
    free_speaker(pair.asker);
    end_at_clerk();
    struct actor *actor = speaker(pair.asker);
    bool clerk_hears = pair.clerk && pair.clerk->n_threads > 0;
    if (!actor || !pair.is_asking || (pair.clerk && !clerk_hears))
        return;
    listen(actor, 0);
    ASSERT(!pair.is_asking && "a question was neither answered nor given up");
}
