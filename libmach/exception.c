/* SPDX-License-Identifier: Apache-2.0 */
#include "libmach/exception.h"

#include <mach/exception_types.h>
#include <mach/mach.h>
#include <mach/mach_traps.h>
#include <string.h>

#include "libmach/trap.h"

enum {
    LEVELS = 3,
    REPLY_WORDS_MAX = 160,
    ID_RAISE = 2401,
    ID_MACH_RAISE = 2405,
    ID_STATE_PROTECTED = 2410,
    NO_STATE_SIZE = 36,
    STATE_AT = 44
};

enum outcome { OUTCOME_NEXT, OUTCOME_HANDLED, OUTCOME_OVER };

/* Both forms (K190): the second one has registers behind the code. */
struct reply {
    mach_msg_header_t header;
    NDR_record_t ndr;
    kern_return_t code;
    int flavor;
    uint32_t n_words;
    uint32_t words[REPLY_WORDS_MAX];
    mach_msg_max_trailer_t trailer;
};

_Static_assert(offsetof(struct reply, words) == STATE_AT, "the layout of replies is that of the stubs");

uint8_t *exception_put_state(uint8_t *at, uint32_t flavor, const void *words, uint32_t n_words)
{
    memcpy(at, &flavor, sizeof flavor);
    memcpy(at + sizeof flavor, &n_words, sizeof n_words);
    memcpy(at + 2 * sizeof flavor, words, n_words * sizeof(uint32_t));
    return at + (2 + n_words) * sizeof(uint32_t);
}

static kern_return_t raise_at(const struct exception_fault *fault, int level, mach_port_t reply_port,
                              uint32_t *behavior_p)
{
    struct trap_frame frame;
    kern_return_t kr = KERN_FAILURE;
    struct trap_page *page = trap_begin(&frame, &kr);
    if (page == NULL)
        return KERN_FAILURE;
    page->req = (struct trap_request){
        .number = TRAP_EXCEPTION,
        .arg = { (uint64_t)level, (uint64_t)fault->type, (uint64_t)fault->code[0], (uint64_t)fault->code[1],
                 reply_port, fault->states_size },
    };
    memcpy(trap_data(page), fault->states, fault->states_size);
    kr = trap_make(&frame) ? (kern_return_t)page->reply.result : KERN_FAILURE;
    *behavior_p = (uint32_t)page->reply.value[0];
    trap_end(&frame);
    return kr;
}

/* K190; behind the one with the token alone another routine has its number. */
static int reply_id_of(uint32_t behavior)
{
    if ((behavior & ~MACH_EXCEPTION_MASK) == EXCEPTION_STATE_IDENTITY_PROTECTED)
        return ID_STATE_PROTECTED + 100;
    int first = behavior & MACH_EXCEPTION_CODES ? ID_MACH_RAISE : ID_RAISE;
    return first + (int)(behavior & ~MACH_EXCEPTION_MASK) - EXCEPTION_DEFAULT + 100;
}

static bool installs_state(const struct exception_fault *fault, const struct reply *reply)
{
    mach_msg_size_t size = reply->header.msgh_size;
    return size >= STATE_AT && reply->n_words <= REPLY_WORDS_MAX &&
           size == STATE_AT + reply->n_words * sizeof(uint32_t) &&
           fault->set_state(fault->context, reply->flavor, reply->words, reply->n_words);
}

/* K181, K182 */
static bool is_success(const struct exception_fault *fault, const struct reply *reply, uint32_t behavior)
{
    uint32_t kind = behavior & ~MACH_EXCEPTION_MASK;
    bool has_state = kind != EXCEPTION_DEFAULT && kind != EXCEPTION_IDENTITY_PROTECTED;
    if (reply->header.msgh_id != reply_id_of(behavior) || (reply->header.msgh_bits & MACH_MSGH_BITS_COMPLEX) ||
        reply->header.msgh_size < NO_STATE_SIZE || reply->code != KERN_SUCCESS)
        return false;
    return has_state ? installs_state(fault, reply) : reply->header.msgh_size == NO_STATE_SIZE;
}

static enum outcome await(const struct exception_fault *fault, mach_port_t port, uint32_t behavior)
{
    struct reply reply = { .code = KERN_FAILURE };
    kern_return_t kr =
        mach_msg(&reply.header, MACH_RCV_MSG, 0, sizeof reply, port, MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL);
    if (kr == MACH_RCV_PORT_DIED || kr == MACH_RCV_PORT_CHANGED)
        return OUTCOME_HANDLED; /* the thread is going away */
    if (kr != MACH_MSG_SUCCESS)
        return OUTCOME_NEXT;
    if (is_success(fault, &reply, behavior))
        return OUTCOME_HANDLED;
    mach_msg_destroy(&reply.header);
    return OUTCOME_NEXT;
}

static enum outcome try_level(const struct exception_fault *fault, int level, mach_port_t reply_port)
{
    uint32_t behavior = 0;
    kern_return_t kr = raise_at(fault, level, reply_port, &behavior);
    if (kr == KERN_SUCCESS)
        return await(fault, reply_port, behavior);
    return kr == KERN_FAILURE ? OUTCOME_OVER : OUTCOME_NEXT;
}

bool exception_deliver(const struct exception_fault *fault)
{
    enum outcome outcome = OUTCOME_NEXT;
    mach_port_t reply_port = mach_reply_port();
    if (reply_port == MACH_PORT_NULL)
        return false;
    for (int level = 0; level < LEVELS && outcome == OUTCOME_NEXT; level++)
        outcome = try_level(fault, level, reply_port);
    mach_port_mod_refs(mach_task_self(), reply_port, MACH_PORT_RIGHT_RECEIVE, -1);
    return outcome == OUTCOME_HANDLED;
}
