/* SPDX-License-Identifier: Apache-2.0 */
#include "libmach/live/fault.h"

#include <errno.h>
#include <mach/exception_types.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libmach/connection/connection.h"
#include "libmach/exception/context.h"
#include "libmach/exception/exception.h"

enum { CRASH_SIGNAL_SHIFT = 24, CRASH_TYPE_SHIFT = 20, CRASH_CODE_MASK = 0xfffff };

static bool is_attached(void)
{
    return atomic_load(&live.state) == LIVE_ATTACHED; /* a crash is no reason to look for a machd (K197) */
}

/* The process dies with the registers of the fault (K206). */
static bool leave_state(void *context, int flavor, const uint32_t *words, unsigned n_words)
{
    return true;
}

/* Nothing of the program runs on a thread that waits for its handler, other handlers neither (K184). What is done for others
 * meanwhile may touch memory that is not there (errand.h). */
static void keep_out(sigset_t *before)
{
    sigset_t all;
    sigfillset(&all);
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, before, _NSIG / 8);
}

static void let_in(const sigset_t *before)
{
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, before, NULL, _NSIG / 8);
}

static bool deliver(struct exception_fault *fault, void *context)
{
    sigset_t before;
    uint8_t states[TRAP_EXCEPTION_STATES_MAX];
    int error = errno;
    fault->states = states;
    fault->states_size = context_states(context, states);
    fault->context = context;
    keep_out(&before);
    bool is_handled = exception_deliver(fault);
    let_in(&before);
    errno = error;
    return is_handled;
}

bool fault_deliver(int signal, const siginfo_t *info, void *context)
{
    struct exception_fault fault = { .set_state = context_set_state };
    return !fault_was_sent(info) && is_attached() && context_exception(signal, info, context, &fault) &&
           deliver(&fault, context);
}

/* K205 */
void fault_tell_crash(int signal, const siginfo_t *info, void *context)
{
    struct exception_fault cause = { 0 };
    if (!is_attached())
        return;
    if (!fault_was_sent(info))
        context_exception(signal, info, context, &cause);
    struct exception_fault crash = {
        .type = EXC_CRASH,
        .set_state = leave_state,
        .code = { (int64_t)signal << CRASH_SIGNAL_SHIFT | (int64_t)(cause.type & 15) << CRASH_TYPE_SHIFT |
                      (cause.code[0] & CRASH_CODE_MASK),
                  cause.code[1] },
    };
    deliver(&crash, context);
}
