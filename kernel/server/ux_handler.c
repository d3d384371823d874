/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/ux_handler.c - what the default exception handler answers to those who have a right to it (K201, K202)
 *
 * A fault of a program never comes here: the thread's library does what Unix does (K200). This is for handlers that pass an
 * exception on as a message.
 */
#include <sys/ux_exception.h>

#include "exc_server.h"
#include "kernel/server/call.h"
#include "mach_exc_server.h"

/* Linux's numbers. */
enum {
    SIGNAL_ILL = 4,
    SIGNAL_TRAP = 5,
    SIGNAL_ABRT = 6,
    SIGNAL_BUS = 7,
    SIGNAL_FPE = 8,
    SIGNAL_KILL = 9,
    SIGNAL_SEGV = 11,
    SIGNAL_PIPE = 13,
    SIGNAL_SYS = 31
};

enum { CODE_PROTECTION = 13, CODE_BOUNDS = 7, CODE_SIGNAL = 0x10003 };

static int signal_of_software(int64_t code)
{
    switch (code) {
    case EXC_UNIX_BAD_SYSCALL: return SIGNAL_SYS;
    case EXC_UNIX_BAD_PIPE: return SIGNAL_PIPE;
    case EXC_UNIX_ABORT: return SIGNAL_ABRT;
    case CODE_SIGNAL: return SIGNAL_KILL;
    case CODE_BOUNDS: return SIGNAL_TRAP;
    }
    return 0;
}

/* 0: none */
static int signal_of(exception_type_t type, int64_t code)
{
    switch (type) {
    case EXC_BAD_ACCESS:
        return code == KERN_INVALID_ADDRESS || code == CODE_PROTECTION ? SIGNAL_SEGV : SIGNAL_BUS;
    case EXC_BAD_INSTRUCTION:
    case EXC_EMULATION: return SIGNAL_ILL;
    case EXC_ARITHMETIC: return SIGNAL_FPE;
    case EXC_SOFTWARE: return signal_of_software(code);
    case EXC_BREAKPOINT: return SIGNAL_TRAP;
    case EXC_SYSCALL: return SIGNAL_SYS;
    }
    return 0;
}

/* A request that succeeds owns what it brought. */
static void release(struct port *port)
{
    right_release(call_ipc(), (struct right){ port, MACH_MSG_TYPE_PORT_SEND });
}

static kern_return_t take(struct port *handler, struct port *thread_port, struct port *task_port,
                          exception_type_t type, int64_t code)
{
    struct thread *thread = mig_k_to_thread_read(thread_port);
    struct ipc *ipc = call_ipc();
    if (!port_is_live(handler) || handler->ktype != KOBJECT_UX_HANDLER || !thread)
        return KERN_INVALID_ARGUMENT;
    int signal = signal_of(type, code);
    if (signal && ipc->ops->thread_signal)
        ipc->ops->thread_signal(ipc->host, thread, signal);
    release(thread_port);
    release(task_port);
    return KERN_SUCCESS;
}

kern_return_t serve_exception_raise(struct port *exception_port, struct port *thread, struct port *task,
                                    exception_type_t exception, exception_data_t code,
                                    mach_msg_type_number_t codeCnt)
{
    return take(exception_port, thread, task, exception, codeCnt > 0 ? code[0] : 0);
}

kern_return_t serve_mach_exception_raise(struct port *exception_port, struct port *thread, struct port *task,
                                         exception_type_t exception, mach_exception_data_t code,
                                         mach_msg_type_number_t codeCnt)
{
    return take(exception_port, thread, task, exception, codeCnt > 0 ? code[0] : 0);
}

/* ---- the forms that it does not take ---- */

kern_return_t serve_exception_raise_state(struct port *exception_port, exception_type_t exception,
                                          const exception_data_t code, mach_msg_type_number_t codeCnt,
                                          int *flavor, const thread_state_t old_state,
                                          mach_msg_type_number_t old_stateCnt, thread_state_t new_state,
                                          mach_msg_type_number_t *new_stateCnt)
{
    return KERN_INVALID_ARGUMENT;
}

kern_return_t serve_exception_raise_state_identity(
    struct port *exception_port, struct port *thread, struct port *task, exception_type_t exception,
    exception_data_t code, mach_msg_type_number_t codeCnt, int *flavor, thread_state_t old_state,
    mach_msg_type_number_t old_stateCnt, thread_state_t new_state, mach_msg_type_number_t *new_stateCnt)
{
    return KERN_INVALID_ARGUMENT;
}

kern_return_t serve_mach_exception_raise_state(struct port *exception_port, exception_type_t exception,
                                               const mach_exception_data_t code,
                                               mach_msg_type_number_t codeCnt, int *flavor,
                                               const thread_state_t old_state,
                                               mach_msg_type_number_t old_stateCnt, thread_state_t new_state,
                                               mach_msg_type_number_t *new_stateCnt)
{
    return KERN_INVALID_ARGUMENT;
}

kern_return_t serve_mach_exception_raise_state_identity(
    struct port *exception_port, struct port *thread, struct port *task, exception_type_t exception,
    mach_exception_data_t code, mach_msg_type_number_t codeCnt, int *flavor, thread_state_t old_state,
    mach_msg_type_number_t old_stateCnt, thread_state_t new_state, mach_msg_type_number_t *new_stateCnt)
{
    return KERN_INVALID_ARGUMENT;
}

kern_return_t serve_mach_exception_raise_identity_protected(struct port *exception_port, uint64_t thread_id,
                                                            struct port *task_id_token_t,
                                                            exception_type_t exception,
                                                            mach_exception_data_t code,
                                                            mach_msg_type_number_t codeCnt)
{
    return KERN_INVALID_ARGUMENT;
}

kern_return_t serve_mach_exception_raise_backtrace(struct port *exception_port, struct port *kcdata_object_t,
                                                   exception_type_t exception, mach_exception_data_t code,
                                                   mach_msg_type_number_t codeCnt)
{
    return KERN_INVALID_ARGUMENT;
}

kern_return_t serve_mach_exception_raise_state_identity_protected(
    struct port *exception_port, uint64_t thread_id, struct port *task_id_token_t, exception_type_t exception,
    mach_exception_data_t code, mach_msg_type_number_t codeCnt, int *flavor, thread_state_t old_state,
    mach_msg_type_number_t old_stateCnt, thread_state_t new_state, mach_msg_type_number_t *new_stateCnt)
{
    return KERN_INVALID_ARGUMENT;
}
