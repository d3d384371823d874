/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/errors.c - error numbers in words
 *
 * One list per range, in the order of the numbers; a hole is NULL. What is in no list gets a general text.
 * The texts are constant although the prototype, as everybody else's, says char *.
 */
#include <mach/mach.h>
#include <stdio.h>
#include <string.h>

#define KNOWN(list) list, sizeof(list) / sizeof(list[0])

static const char *const kern_text[] = {
    [KERN_SUCCESS] = "success",
    [KERN_INVALID_ADDRESS] = "no memory at that address",
    [KERN_PROTECTION_FAILURE] = "the memory does not allow that access",
    [KERN_NO_SPACE] = "no room in the address range or name space",
    [KERN_INVALID_ARGUMENT] = "invalid argument",
    [KERN_FAILURE] = "failure",
    [KERN_RESOURCE_SHORTAGE] = "resource shortage, or a limit was reached",
    [KERN_NOT_RECEIVER] = "not the receiver of that port",
    [KERN_NO_ACCESS] = "access not permitted",
    [KERN_MEMORY_FAILURE] = "the memory's backing object is gone",
    [KERN_MEMORY_ERROR] = "the memory could not be read",
    [KERN_ALREADY_IN_SET] = "the port is in that set already",
    [KERN_NOT_IN_SET] = "the port is in no such set",
    [KERN_NAME_EXISTS] = "the name is in use",
    [KERN_ABORTED] = "the wait was ended",
    [KERN_INVALID_NAME] = "the name denotes no right",
    [KERN_INVALID_TASK] = "no such task, or it has ended",
    [KERN_INVALID_RIGHT] = "the name denotes another kind of right",
    [KERN_INVALID_VALUE] = "value out of range",
    [KERN_UREFS_OVERFLOW] = "too many user references",
    [KERN_INVALID_CAPABILITY] = "the right cannot be used that way",
    [KERN_RIGHT_EXISTS] = "the task has that right under another name",
    [KERN_INVALID_HOST] = "not a host port",
    [KERN_MEMORY_PRESENT] = "memory is present already",
    [KERN_MEMORY_DATA_MOVED] = "the memory's data moved",
    [KERN_MEMORY_RESTART_COPY] = "the copy must be started again",
    [KERN_INVALID_PROCESSOR_SET] = "not a processor set",
    [KERN_POLICY_LIMIT] = "beyond the policy's limits",
    [KERN_INVALID_POLICY] = "invalid policy",
    [KERN_INVALID_OBJECT] = "invalid object",
    [KERN_ALREADY_WAITING] = "somebody waits there already",
    [KERN_DEFAULT_SET] = "not possible for the default set",
    [KERN_EXCEPTION_PROTECTED] = "the exception port is protected",
    [KERN_INVALID_LEDGER] = "not a ledger",
    [KERN_INVALID_MEMORY_CONTROL] = "not a memory control port",
    [KERN_INVALID_SECURITY] = "not a host security port",
    [KERN_NOT_DEPRESSED] = "the thread was not depressed",
    [KERN_TERMINATED] = "the object has ended",
    [KERN_LOCK_SET_DESTROYED] = "the lock set was destroyed",
    [KERN_LOCK_UNSTABLE] = "the lock's holder ended without releasing it",
    [KERN_LOCK_OWNED] = "the lock is held",
    [KERN_LOCK_OWNED_SELF] = "the lock is held by the caller",
    [KERN_SEMAPHORE_DESTROYED] = "the semaphore was destroyed",
    [KERN_RPC_SERVER_TERMINATED] = "the server ended during the call",
    [KERN_RPC_TERMINATE_ORPHAN] = "the orphaned call must end",
    [KERN_RPC_CONTINUE_ORPHAN] = "the orphaned call may go on",
    [KERN_NOT_SUPPORTED] = "not supported",
    [KERN_NODE_DOWN] = "the node is down",
    [KERN_NOT_WAITING] = "the thread was not waiting",
    [KERN_OPERATION_TIMED_OUT] = "timed out",
    [KERN_CODESIGN_ERROR] = "bad code signature",
    [KERN_POLICY_STATIC] = "the policy cannot be changed",
    [KERN_INSUFFICIENT_BUFFER_SIZE] = "the buffer is too small",
    [KERN_DENIED] = "denied by policy",
    [KERN_MISSING_KC] = "missing kernel collection",
    [KERN_INVALID_KC] = "invalid kernel collection",
    [KERN_NOT_FOUND] = "not found",
};

static const char *const send_text[] = {
    [0x01] = "(send) in progress",
    [0x02] = "(send) the message cannot be read",
    [0x03] = "(send) invalid or dead destination port",
    [0x04] = "(send) timed out: the destination's queue is full",
    [0x05] = "(send) invalid voucher",
    [0x07] = "(send) interrupted",
    [0x08] = "(send) message too small",
    [0x09] = "(send) invalid reply port",
    [0x0a] = "(send) invalid right in the message",
    [0x0b] = "(send) invalid notify port",
    [0x0c] = "(send) out-of-line memory cannot be read",
    [0x0d] = "(send) no memory for the message",
    [0x0e] = "(send) message too large",
    [0x0f] = "(send) invalid descriptor in the message",
    [0x10] = "(send) invalid dispositions in the header",
    [0x11] = "(send) invalid trailer",
    [0x12] = "(send) wrong context for a strict reply",
    [0x13] = "(send) contradictory options",
    [0x15] = "(send) invalid size of out-of-line memory",
    [0x16] = "(send) the destination takes no port rights",
    [0x17] = "(send) refused by a filter",
    [0x18] = "(send) auxiliary data too small",
    [0x19] = "(send) auxiliary data too large",
};

static const char *const receive_text[] = {
    [0x01] = "(receive) in progress",
    [0x02] = "(receive) not a receive right or port set",
    [0x03] = "(receive) timed out",
    [0x04] = "(receive) the message does not fit the buffer",
    [0x05] = "(receive) interrupted",
    [0x06] = "(receive) the port or set ended, or its right moved away",
    [0x07] = "(receive) invalid notify port",
    [0x08] = "(receive) the buffer cannot be written",
    [0x09] = "(receive) the port died",
    [0x0a] = "(receive) the port is in a set",
    [0x0b] = "(receive) no name for the header's rights",
    [0x0c] = "(receive) rights or memory of the message are missing",
    [0x0d] = "(receive) invalid type",
    [0x0e] = "(receive) scatter list too small",
    [0x0f] = "(receive) invalid trailer",
    [0x11] = "(receive) in progress, timed",
    [0x12] = "(receive) invalid reply port for a strict reply",
    [0x13] = "(receive) invalid arguments",
};

/* From -300 downwards. */
static const char *const mig_text[] = {
    "(mig) message of an unexpected shape",
    "(mig) reply to another request",
    "(mig) the server failed",
    "(mig) unknown request",
    "(mig) bad arguments in a request",
    "(mig) no reply is to be sent",
    "(mig) the server raised an exception",
    "(mig) array too large",
    "(mig) the server died",
    "(mig) bad trailer",
};

/* From 1100 upwards. */
static const char *const bootstrap_text[] = {
    "(bootstrap) not permitted",   "(bootstrap) the name is in use",
    "(bootstrap) unknown service", "(bootstrap) the service is active",
    "(bootstrap) bad count",       "(bootstrap) no memory",
    "(bootstrap) no child",
};

static const char *pick(const char *const *list, size_t n, long index)
{
    return index >= 0 && (size_t)index < n ? list[index] : NULL;
}

static const char *known_text(mach_error_t error)
{
    unsigned code = (unsigned)error;
    const char *text = NULL;
    if (err_get_system(code) == err_get_system((unsigned)err_mach_ipc)) {
        code &= ~(unsigned)(MACH_MSG_IPC_SPACE | MACH_MSG_VM_SPACE | MACH_MSG_IPC_KERNEL | MACH_MSG_VM_KERNEL);
        long index = (long)(code & 0x3ff);
        if (err_get_sub(code) == 0)
            text = pick(KNOWN(send_text), index);
        else if (err_get_sub(code) == 1)
            text = pick(KNOWN(receive_text), index);
    } else if (error < 0) {
        text = pick(KNOWN(mig_text), -300L - error);
    } else if ((text = pick(KNOWN(kern_text), error)) == NULL) {
        text = pick(KNOWN(bootstrap_text), error - 1100L);
    }
    if (text == NULL && err_get_system(code) == 0 && err_get_sub(code) == 3)
        text = strerror((int)err_get_code(code));
    return text;
}

char *mach_error_string(mach_error_t error)
{
    const char *text = known_text(error);
    return (char *)(text != NULL ? text : "unknown error code");
}

void mach_error(const char *str, mach_error_t error)
{
    const char *text = known_text(error);
    if (text != NULL)
        fprintf(stderr, "%s %s\n", str, text);
    else
        fprintf(stderr, "%s unknown error code 0x%x\n", str, (unsigned)error);
}

char *mach_error_type(mach_error_t error)
{
    unsigned code = (unsigned)error;
    const char *type = "(?/?)";
    if (error < 0)
        type = "(ipc/mig)";
    else if (err_get_system(code) == err_get_system((unsigned)err_mach_ipc))
        type = err_get_sub(code) == 0 ? "(ipc/send)" : err_get_sub(code) == 1 ? "(ipc/rcv)" : "(ipc/?)";
    else if (err_get_system(code) == 0)
        type = err_get_sub(code) == 0 ? "(os/kern)" : err_get_sub(code) == 3 ? "(os/unix)" : "(os/?)";
    return (char *)type;
}
