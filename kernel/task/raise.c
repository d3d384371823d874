/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/task/raise.h"

#include <mach/ndr.h>
#include <string.h>

#include "kernel/ipc/upcall.h"
#include "kernel/task/stop.h"

enum { ID_RAISE = 2401, ID_MACH_RAISE = 2405, ID_PROTECTED = 2408, ID_STATE_PROTECTED = 2410 };
enum { N_CODES = 2, NDR_SIZE = 8 };

/* What the request looks like, by the action's behavior (K188). */
struct form {
    uint32_t n_ports; /* thread and task, or the token alone */
    bool has_state, has_wide_codes, is_protected;
    int32_t id;
};

int32_t exception_id(uint32_t behavior)
{
    uint32_t kind = behavior & ~MACH_EXCEPTION_MASK;
    if (kind == EXCEPTION_IDENTITY_PROTECTED)
        return ID_PROTECTED;
    if (kind == EXCEPTION_STATE_IDENTITY_PROTECTED)
        return ID_STATE_PROTECTED;
    return (behavior & MACH_EXCEPTION_CODES ? ID_MACH_RAISE : ID_RAISE) + (int32_t)kind - EXCEPTION_DEFAULT;
}

static bool find_form(uint32_t behavior, struct form *form)
{
    uint32_t kind = behavior & ~MACH_EXCEPTION_MASK;
    bool is_protected = kind == EXCEPTION_IDENTITY_PROTECTED || kind == EXCEPTION_STATE_IDENTITY_PROTECTED;
    if (kind < EXCEPTION_DEFAULT || kind > EXCEPTION_STATE_IDENTITY_PROTECTED)
        return false;
    *form = (struct form){
        .n_ports = is_protected              ? 1
                   : kind == EXCEPTION_STATE ? 0
                                             : 2,
        .has_state = kind != EXCEPTION_DEFAULT && kind != EXCEPTION_IDENTITY_PROTECTED,
        .has_wide_codes = behavior & MACH_EXCEPTION_CODES,
        .is_protected = is_protected,
    };
    form->id = exception_id(behavior);
    return true;
}

struct state {
    int flavor;
    mach_msg_type_number_t n_words;
    natural_t words[REGISTER_WORDS_MAX];
};

/* As it is now: an earlier handler may have set it. */
static bool find_state(const struct thread *thread, int flavor, struct state *state)
{
    if (registers_check_get(flavor, REGISTER_WORDS_MAX) != KERN_SUCCESS)
        return false;
    state->flavor = flavor;
    return registers_get(thread, flavor, state->words, &state->n_words) == KERN_SUCCESS;
}

/* ---- the message ---- */

static uint32_t size_of(const struct form *form, const struct state *state)
{
    uint32_t size = sizeof(mach_msg_header_t) + NDR_SIZE + 2 * sizeof(uint32_t);
    size += N_CODES * (form->has_wide_codes ? sizeof(int64_t) : sizeof(int32_t));
    if (form->n_ports)
        size += sizeof(mach_msg_body_t) + form->n_ports * (uint32_t)sizeof(mach_msg_port_descriptor_t);
    if (form->is_protected)
        size += sizeof(uint64_t);
    if (form->has_state)
        size += (2 + state->n_words) * (uint32_t)sizeof(uint32_t);
    return size;
}

static uint8_t *put(uint8_t *at, const void *bytes, size_t size)
{
    memcpy(at, bytes, size);
    return at + size;
}

static uint8_t *put_word(uint8_t *at, uint32_t word)
{
    return put(at, &word, sizeof(word));
}

static uint8_t *put_codes(uint8_t *at, const struct fault *fault, bool wide)
{
    for (int i = 0; i < N_CODES; i++)
        at = put(at, &fault->code[i], wide ? sizeof(int64_t) : sizeof(int32_t)); /* K189 */
    return at;
}

/* Gives the right. */
static void put_port(struct message *message, uint32_t i, struct right right)
{
    message->descriptors[i] = (struct message_descriptor){
        .type = MACH_MSG_PORT_DESCRIPTOR,
        .disposition = MACH_MSG_TYPE_PORT_SEND,
        .offset = (uint32_t)(sizeof(mach_msg_base_t) + i * sizeof(mach_msg_port_descriptor_t)),
        .port = right.port,
    };
    message->n_copied_in = i + 1;
}

/* token: the task's, or none (K193). */
static uint8_t *put_identity(struct message *message, uint8_t *at, struct thread *thread, struct right token)
{
    message->is_complex = true;
    if (token.port) {
        put_port(message, 0, token);
    } else {
        put_port(message, 0, port_make_send(thread->control));
        put_port(message, 1, port_make_send(thread->task->control));
    }
    at = put_word(at, message->n_descriptors);
    return at + message->n_descriptors * sizeof(mach_msg_port_descriptor_t);
}

static void fill(struct message *message, const struct form *form, struct thread *thread,
                 const struct state *state, struct right token)
{
    const struct fault *fault = &thread->fault;
    static const uint8_t ndr[NDR_SIZE] = { 0, 0, 0, 0, NDR_INT_LITTLE_ENDIAN, 0, 0, 0 };
    uint8_t *at = message->bytes + sizeof(mach_msg_header_t);
    memset(message->bytes, 0, message->size);
    message->id = form->id;
    message->is_from_kernel = true;
    message->voucher = right_copy(thread->voucher);
    if (form->n_ports)
        at = put_identity(message, at, thread, token);
    at = put(at, ndr, sizeof(ndr));
    if (form->is_protected)
        at = put(at, &thread->control->serial, sizeof(uint64_t));
    at = put_word(at, (uint32_t)fault->type);
    at = put_word(at, N_CODES);
    at = put_codes(at, fault, form->has_wide_codes);
    if (form->has_state) {
        at = put_word(at, (uint32_t)state->flavor);
        at = put_word(at, state->n_words);
        at = put(at, state->words, state->n_words * sizeof(uint32_t));
    }
    ASSERT(at == message->bytes + message->size);
}

static kern_return_t make(struct thread *thread, const struct exception_action *action,
                          struct message **message_p)
{
    struct form form;
    struct state state = { 0 };
    if (!find_form(action->behavior, &form))
        return KERN_NOT_SUPPORTED;
    if (form.has_state && !find_state(thread, action->flavor, &state))
        return KERN_INVALID_ARGUMENT;
    struct right token = { 0 };
    if (form.is_protected && task_token(thread->task, thread->ipc.account, &token) != KERN_SUCCESS)
        return KERN_RESOURCE_SHORTAGE;
    struct message *message =
        message_new(thread->ipc.ipc, thread->ipc.account, size_of(&form, &state), form.n_ports);
    if (!message) {
        right_release(thread->ipc.ipc, token);
        return KERN_RESOURCE_SHORTAGE;
    }
    fill(message, &form, thread, &state, token);
    *message_p = message;
    return KERN_SUCCESS;
}

/* ---- the level ---- */

static const struct exception_action *action_at(const struct thread *thread, enum exception_level level,
                                                int type)
{
    switch (level) {
    case LEVEL_THREAD: return thread->exceptions ? &thread->exceptions->of[type] : NULL;
    case LEVEL_TASK: return &thread->task->slots.exceptions.of[type];
    case LEVEL_HOST: return &thread->task->system->exceptions.of[type];
    case EXCEPTION_LEVELS: break;
    }
    return NULL;
}

/* K180: nobody is told of its own crash. */
static bool is_own_crash(const struct thread *thread, const struct port *port, int type)
{
    return type == EXC_CRASH && port->state == PORT_IN_SPACE && port->space == thread->ipc.space;
}

static kern_return_t check(const struct thread *thread, const struct exception_action *action, int type)
{
    const struct port *port = action ? action->port.port : NULL;
    if (!port_is_live(port) || is_own_crash(thread, port, type))
        return KERN_NOT_FOUND;
    if (port->state == PORT_IN_KERNEL)
        return KERN_FAILURE;
    return port->n_messages < MACH_PORT_QLIMIT_KERNEL ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
}

kern_return_t exception_tell(struct thread *thread, struct fault *fault)
{
    struct message *message = NULL;
    const struct exception_action *action = action_at(thread, fault->level, fault->type);
    kern_return_t kr = check(thread, action, fault->type);
    if (kr == KERN_SUCCESS && !upcall_prepare(&thread->ipc))
        kr = KERN_RESOURCE_SHORTAGE;
    if (kr == KERN_SUCCESS)
        kr = make(thread, action, &message);
    if (kr != KERN_SUCCESS)
        return kr;
    fault->behavior = action->behavior;
    message->dest = port_copy_send(action->port.port);
    upcall_ask(&thread->ipc, message);
    return KERN_SUCCESS;
}
