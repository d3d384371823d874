/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/machctl/words.h"

#include <mach/kern_return.h>
#include <mach/message.h>
#include <mach/mig_errors.h>
#include <mach/port.h>
#include <servers/bootstrap.h>
#include <stdio.h>
#include <string.h>

#define N(table) (sizeof(table) / sizeof((table)[0]))

/* ---- codes ---- */

#define CODE(name)                                                                                           \
    {                                                                                                        \
        (uint32_t)(name), #name                                                                              \
    }

static const struct {
    uint32_t code;
    const char *name;
} codes[] = {
    CODE(KERN_SUCCESS),
    CODE(KERN_INVALID_ADDRESS),
    CODE(KERN_PROTECTION_FAILURE),
    CODE(KERN_NO_SPACE),
    CODE(KERN_INVALID_ARGUMENT),
    CODE(KERN_FAILURE),
    CODE(KERN_RESOURCE_SHORTAGE),
    CODE(KERN_NOT_RECEIVER),
    CODE(KERN_NO_ACCESS),
    CODE(KERN_MEMORY_FAILURE),
    CODE(KERN_MEMORY_ERROR),
    CODE(KERN_ALREADY_IN_SET),
    CODE(KERN_NOT_IN_SET),
    CODE(KERN_NAME_EXISTS),
    CODE(KERN_ABORTED),
    CODE(KERN_INVALID_NAME),
    CODE(KERN_INVALID_TASK),
    CODE(KERN_INVALID_RIGHT),
    CODE(KERN_INVALID_VALUE),
    CODE(KERN_UREFS_OVERFLOW),
    CODE(KERN_INVALID_CAPABILITY),
    CODE(KERN_RIGHT_EXISTS),
    CODE(KERN_INVALID_HOST),
    CODE(KERN_MEMORY_PRESENT),
    CODE(KERN_MEMORY_DATA_MOVED),
    CODE(KERN_MEMORY_RESTART_COPY),
    CODE(KERN_INVALID_PROCESSOR_SET),
    CODE(KERN_POLICY_LIMIT),
    CODE(KERN_INVALID_POLICY),
    CODE(KERN_INVALID_OBJECT),
    CODE(KERN_ALREADY_WAITING),
    CODE(KERN_DEFAULT_SET),
    CODE(KERN_EXCEPTION_PROTECTED),
    CODE(KERN_INVALID_LEDGER),
    CODE(KERN_INVALID_MEMORY_CONTROL),
    CODE(KERN_INVALID_SECURITY),
    CODE(KERN_NOT_DEPRESSED),
    CODE(KERN_TERMINATED),
    CODE(KERN_LOCK_SET_DESTROYED),
    CODE(KERN_LOCK_UNSTABLE),
    CODE(KERN_LOCK_OWNED),
    CODE(KERN_LOCK_OWNED_SELF),
    CODE(KERN_SEMAPHORE_DESTROYED),
    CODE(KERN_RPC_SERVER_TERMINATED),
    CODE(KERN_RPC_TERMINATE_ORPHAN),
    CODE(KERN_RPC_CONTINUE_ORPHAN),
    CODE(KERN_NOT_SUPPORTED),
    CODE(KERN_NODE_DOWN),
    CODE(KERN_NOT_WAITING),
    CODE(KERN_OPERATION_TIMED_OUT),
    CODE(KERN_CODESIGN_ERROR),
    CODE(KERN_POLICY_STATIC),
    CODE(KERN_INSUFFICIENT_BUFFER_SIZE),
    CODE(KERN_DENIED),
    CODE(KERN_MISSING_KC),
    CODE(KERN_INVALID_KC),
    CODE(KERN_NOT_FOUND),
    CODE(MIG_TYPE_ERROR),
    CODE(MIG_REPLY_MISMATCH),
    CODE(MIG_REMOTE_ERROR),
    CODE(MIG_BAD_ID),
    CODE(MIG_BAD_ARGUMENTS),
    CODE(MIG_NO_REPLY),
    CODE(MIG_EXCEPTION),
    CODE(MIG_ARRAY_TOO_LARGE),
    CODE(MIG_SERVER_DIED),
    CODE(MIG_TRAILER_ERROR),
    CODE(MACH_SEND_INVALID_DATA),
    CODE(MACH_SEND_INVALID_DEST),
    CODE(MACH_SEND_TIMED_OUT),
    CODE(MACH_SEND_INVALID_VOUCHER),
    CODE(MACH_SEND_INTERRUPTED),
    CODE(MACH_SEND_MSG_TOO_SMALL),
    CODE(MACH_SEND_INVALID_REPLY),
    CODE(MACH_SEND_INVALID_RIGHT),
    CODE(MACH_SEND_INVALID_NOTIFY),
    CODE(MACH_SEND_INVALID_MEMORY),
    CODE(MACH_SEND_NO_BUFFER),
    CODE(MACH_SEND_TOO_LARGE),
    CODE(MACH_SEND_INVALID_TYPE),
    CODE(MACH_SEND_INVALID_HEADER),
    CODE(MACH_SEND_INVALID_TRAILER),
    CODE(MACH_SEND_INVALID_CONTEXT),
    CODE(MACH_SEND_INVALID_OPTIONS),
    CODE(MACH_SEND_INVALID_RT_OOL_SIZE),
    CODE(MACH_SEND_NO_GRANT_DEST),
    CODE(MACH_SEND_MSG_FILTERED),
    CODE(MACH_SEND_AUX_TOO_SMALL),
    CODE(MACH_SEND_AUX_TOO_LARGE),
    CODE(MACH_RCV_INVALID_NAME),
    CODE(MACH_RCV_TIMED_OUT),
    CODE(MACH_RCV_TOO_LARGE),
    CODE(MACH_RCV_INTERRUPTED),
    CODE(MACH_RCV_PORT_CHANGED),
    CODE(MACH_RCV_INVALID_NOTIFY),
    CODE(MACH_RCV_INVALID_DATA),
    CODE(MACH_RCV_PORT_DIED),
    CODE(MACH_RCV_IN_SET),
    CODE(MACH_RCV_HEADER_ERROR),
    CODE(MACH_RCV_BODY_ERROR),
    CODE(MACH_RCV_INVALID_TYPE),
    CODE(MACH_RCV_SCATTER_SMALL),
    CODE(MACH_RCV_INVALID_TRAILER),
    CODE(MACH_RCV_INVALID_REPLY),
    CODE(MACH_RCV_INVALID_ARGUMENTS),
    CODE(BOOTSTRAP_NOT_PRIVILEGED),
    CODE(BOOTSTRAP_NAME_IN_USE),
    CODE(BOOTSTRAP_UNKNOWN_SERVICE),
    CODE(BOOTSTRAP_SERVICE_ACTIVE),
    CODE(BOOTSTRAP_BAD_COUNT),
    CODE(BOOTSTRAP_NO_MEMORY),
    CODE(BOOTSTRAP_NO_CHILDREN),
};

#define RESOURCE_BITS 0x3c00u /* MACH_MSG_IPC_SPACE ... VM_KERNEL */

static const char *find_code(uint32_t code)
{
    for (size_t i = 0; i < N(codes); i++) {
        if (codes[i].code == code)
            return codes[i].name;
    }
    return NULL;
}

const char *code_name(uint32_t code)
{
    const char *name = find_code(code);

    return name == NULL && (code & RESOURCE_BITS) ? find_code(code & ~RESOURCE_BITS) : name;
}

/* ---- rights ---- */

const char *disposition_words(uint32_t disposition)
{
    static const char *const words[] = {
        [MACH_MSG_TYPE_MOVE_RECEIVE] = "move-receive",     [MACH_MSG_TYPE_MOVE_SEND] = "move-send",
        [MACH_MSG_TYPE_MOVE_SEND_ONCE] = "move-send-once", [MACH_MSG_TYPE_COPY_SEND] = "copy-send",
        [MACH_MSG_TYPE_MAKE_SEND] = "make-send",           [MACH_MSG_TYPE_MAKE_SEND_ONCE] = "make-send-once"
    };

    if (disposition == 0)
        return "none";
    return disposition < N(words) && words[disposition] != NULL ? words[disposition] : "unknown";
}

const char *rights_words(uint32_t type)
{
    bool receives = type & MACH_PORT_TYPE_RECEIVE;

    if (type & MACH_PORT_TYPE_SEND)
        return receives ? "a receive and a send right" : "a send right";
    if (type & MACH_PORT_TYPE_SEND_ONCE)
        return "a send-once right";
    if (type & MACH_PORT_TYPE_PORT_SET)
        return "a port set";
    if (type & MACH_PORT_TYPE_DEAD_NAME)
        return "a dead name";
    return receives ? "a receive right" : "nothing";
}

/* ---- refusals ---- */

#define ROW(reason, rules, words) { rules, words },

static const struct {
    const char *rules, *words;
} reasons[] = { REFUSALS(ROW) };

const char *refusal_rules(uint32_t reason)
{
    return reason < N(reasons) ? reasons[reason].rules : "";
}

static void put(FILE *out, char letter, const struct refused *r)
{
    switch (letter) {
    case 'n': fprintf(out, "name 0x%x", r->name); break;
    case 'x': fprintf(out, "0x%x", r->detail); break;
    case 'u': fprintf(out, "%u", r->detail); break;
    case 'r': fputs(rights_words(r->detail), out); break;
    case 'd': fprintf(out, "%s (%u)", disposition_words(r->other), r->other); break;
    case 'o': fprintf(out, "%d", (int32_t)r->other); break;
    }
}

void refusal_words(const struct refused *refused, char *text, size_t size)
{
    const char *words = refused->reason < N(reasons) ? reasons[refused->reason].words
                                                     : "of a reason that this tool does not know";
    FILE *out = fmemopen(text, size, "w");

    text[0] = 0;
    if (out == NULL)
        return;
    for (; *words != 0; words++) {
        if (words[0] == '%' && words[1] != 0)
            put(out, *++words, refused);
        else
            putc(*words, out);
    }
    fclose(out);
    text[size - 1] = 0;
}

void argument_words(const struct refused *refused, char *text, size_t size)
{
    static const char *const words[] = { [REFUSED_ARGUMENT_NONE] = "",
                                         [REFUSED_REMOTE] = "msgh_remote_port",
                                         [REFUSED_LOCAL] = "msgh_local_port",
                                         [REFUSED_VOUCHER_PORT] = "msgh_voucher_port",
                                         [REFUSED_RCV_NAME] = "rcv_name" };

    if (refused->argument == REFUSED_DESCRIPTOR && refused->element != 0)
        snprintf(text, size, "descriptor %u, element %u", refused->index, refused->element - 1);
    else if (refused->argument == REFUSED_DESCRIPTOR)
        snprintf(text, size, "descriptor %u", refused->index);
    else
        snprintf(text, size, "%s", refused->argument < N(words) ? words[refused->argument] : "");
}
