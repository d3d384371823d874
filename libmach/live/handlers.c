/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/live/handlers.c - faults go to the fault guard first, then to whatever the program wants
 *
 * The program's sigaction and signal calls for the signals that faults and crashes come as change a note of ours instead of
 * the disposition, and are answered from the note. The disposition is always our handler, with the flags and the
 * mask that the program asked for, so that its handler runs on the stack and under the mask that it expects.
 * Before that, the Mach handlers of a hardware fault are asked (K196, K200). Where the program wants the default, those of
 * EXC_CRASH hear of it (K205), and the default happens: core dump and all. A signal that is ignored stays so, also over an
 * exec; only for SIGSEGV and SIGBUS our handler is there even then, for the fault guard.
 *
 * The same is done with any signal as long as a kqueue watches it (filter_signal.c): it is counted, then it does what the
 * program wants.
 */
#include "libmach/live/handlers.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libmach/connection/lock.h"
#include "libmach/connection/real.h"
#include "libmach/live/fault.h"
#include "libmach/live/park.h"
#include "libmach/live/vfork.h"
#include "libmach/message/guard.h"

#define EXPORT __attribute__((visibility("default")))

sighandler_t bsd_signal(int signal,
                        sighandler_t handler); /* older than what the C library declares by default */

FIND_REAL(sigaction)
FIND_REAL(signal)
FIND_REAL(ssignal)
FIND_REAL(bsd_signal)
FIND_REAL(sysv_signal)
FIND_REAL(pthread_sigmask)
FIND_REAL(sigprocmask)
FIND_REAL(sigsuspend)

#define NOTE_WORDS (sizeof(struct sigaction) / sizeof(uint64_t))
_Static_assert(sizeof(struct sigaction) % sizeof(uint64_t) == 0, "a note is whole words");

enum { SIGNALS = 65 };

static struct {
    _Atomic uint32_t lock;
    _Atomic uint32_t version; /* odd while a note is being changed */
    _Atomic bool installed;
    _Atomic uint32_t watchers[SIGNALS];
    _Atomic uint64_t note[SIGNALS][NOTE_WORDS];
} handlers;

static const int our_signals[8] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS, SIGABRT, SIGQUIT };

static bool is_ours(int signal)
{
    for (int i = 0; i < 8; i++)
        if (our_signals[i] == signal)
            return true;
    return false;
}

static bool is_watched(int signal)
{
    return signal > 0 && signal < SIGNALS && atomic_load(&handlers.watchers[signal]) > 0;
}

/* There is a note of what the program wants. */
static bool is_noted(int signal)
{
    return (is_ours(signal) && handlers.installed) || is_watched(signal);
}

static bool is_memory_fault(int signal)
{
    return signal == SIGSEGV || signal == SIGBUS;
}

static _Atomic uint64_t *note_of(int signal)
{
    return handlers.note[signal];
}

/* ---- the note: written under the lock, read by handlers without ---- */

static struct sigaction read_note(int signal)
{
    const _Atomic uint64_t *note = note_of(signal);
    uint64_t words[NOTE_WORDS];
    struct sigaction copy;
    uint32_t version;
    do {
        version = atomic_load(&handlers.version) & ~1u;
        for (size_t i = 0; i < NOTE_WORDS; i++)
            words[i] = atomic_load(&note[i]);
    } while (atomic_load(&handlers.version) != version);
    memcpy(&copy, words, sizeof copy);
    return copy;
}

static void write_note(int signal, const struct sigaction *action)
{
    _Atomic uint64_t *note = note_of(signal);
    uint64_t words[NOTE_WORDS];
    memcpy(words, action, sizeof words);
    atomic_fetch_add(&handlers.version, 1);
    for (size_t i = 0; i < NOTE_WORDS; i++)
        atomic_store(&note[i], words[i]);
    atomic_fetch_add(&handlers.version, 1);
}

/* The note is the parent's of a vfork child, whose disposition is its own. */
static void forget_note(int signal)
{
    sigset_t mask;
    struct sigaction by_default = { .sa_handler = SIG_DFL };
    if (vfork_is_child()) {
        REAL(sigaction)(signal, &by_default, NULL);
        return;
    }
    lock_take(&handlers.lock, &mask);
    write_note(signal, &by_default);
    lock_give(&handlers.lock, &mask);
}

/* ---- our handler ---- */

/* Of these the instruction is over when the signal comes. */
static bool does_not_repeat(int signal)
{
    return signal == SIGTRAP || signal == SIGSYS;
}

/* A fault happens again when we return; what was sent must be sent again. */
static void let_default_happen(int signal, const siginfo_t *info)
{
    struct sigaction by_default = { .sa_handler = SIG_DFL };
    REAL(sigaction)(signal, &by_default, NULL);
    if (fault_was_sent(info) || does_not_repeat(signal))
        syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), signal);
}

static void run_program(int signal, siginfo_t *info, void *context, const struct sigaction *program)
{
    if (program->sa_flags & (int)SA_RESETHAND)
        forget_note(signal);
    if (program->sa_flags & SA_SIGINFO)
        program->sa_sigaction(signal, info, context);
    else
        program->sa_handler(signal);
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
    if (is_watched(signal) && fault_was_sent(info))
        signal_seen(signal);
    bool may_be_guards = is_memory_fault(signal) && !fault_was_sent(info);
    if ((may_be_guards && guard_fixup(context)) || fault_deliver(signal, info, context))
        return;
    struct sigaction program = read_note(signal);
    if (program.sa_handler == SIG_IGN && fault_was_sent(info))
        return;
    if (program.sa_handler == SIG_DFL || program.sa_handler == SIG_IGN) {
        fault_tell_crash(signal, info, context);
        let_default_happen(signal, info);
        return;
    }
    run_program(signal, info, context, &program);
}

/* By default: it does nothing, it stops, or it ends the process. */
static void let_default_happen_to(int signal)
{
    static const struct sigaction by_default = { .sa_handler = SIG_DFL };
    switch (signal) {
    case SIGCHLD:
    case SIGCONT:
    case SIGURG:
    case SIGWINCH: return;
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU: signal = SIGSTOP; break;
    default: REAL(sigaction)(signal, &by_default, NULL);
    }
    syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), signal);
}

/* How often a handler ran in this thread of which the program knows nothing. */
static __thread volatile uint32_t n_silent __attribute__((tls_model("initial-exec")));

uint32_t handlers_n_silent(void)
{
    return n_silent;
}

static void on_watched(int signal, siginfo_t *info, void *context)
{
    signal_seen(signal);
    struct sigaction program = read_note(signal);
    if (program.sa_handler == SIG_DFL || program.sa_handler == SIG_IGN)
        n_silent++;
    if (program.sa_handler == SIG_DFL)
        let_default_happen_to(signal);
    else if (program.sa_handler != SIG_IGN)
        run_program(signal, info, context, &program);
}

/* Where the program has no handler ours must not show: calls go on, and ended children are kept or not as before. */
static int flags_without_handler(int signal, const struct sigaction *program)
{
    int flags = SA_SIGINFO | SA_ONSTACK;
    if (is_ours(signal))
        return flags;
    flags |= (int)SA_RESTART | (program->sa_flags & (SA_NOCLDSTOP | SA_NOCLDWAIT));
    return signal == SIGCHLD && program->sa_handler == SIG_IGN ? flags | SA_NOCLDWAIT : flags;
}

static int install(int signal, const struct sigaction *program)
{
    if (program->sa_handler == SIG_IGN && !is_memory_fault(signal) && !is_watched(signal))
        return REAL(sigaction)(signal, program, NULL);
    struct sigaction action = { .sa_sigaction = is_ours(signal) ? on_fault : on_watched,
                                .sa_flags = flags_without_handler(signal, program) };
    if (program->sa_handler != SIG_DFL && program->sa_handler != SIG_IGN) {
        action.sa_mask = program->sa_mask;
        action.sa_flags = (int)((unsigned)program->sa_flags & ~(unsigned)SA_RESETHAND) | SA_SIGINFO;
    }
    return REAL(sigaction)(signal, &action, NULL);
}

/* Nothing of the program runs on a thread that is parked, handlers neither. It parks on the stack that it runs on: what others
 * ask of it there may take more than an alternate stack has. */
static void install_park(void)
{
    struct sigaction action = { .sa_sigaction = park_on_signal, .sa_flags = SA_SIGINFO | (int)SA_RESTART };
    sigfillset(&action.sa_mask);
    for (int i = 0; i < 8; i++)
        sigdelset(&action.sa_mask, our_signals[i]); /* an errand may touch memory that is not there */
    REAL(sigaction)(TRAP_PARK_SIGNAL, &action, NULL);
}

void handlers_begin(void)
{
    sigset_t mask;
    install_park();
    lock_take(&handlers.lock, &mask);
    for (int i = 0; i < 8 && !handlers.installed; i++) {
        struct sigaction program;
        if (REAL(sigaction)(our_signals[i], NULL, &program) == 0) {
            write_note(our_signals[i], &program);
            install(our_signals[i], &program);
        }
    }
    handlers.installed = true;
    lock_give(&handlers.lock, &mask);
}

void handlers_watch(int signal, bool begin)
{
    sigset_t mask;
    struct sigaction program;
    lock_take(&handlers.lock, &mask);
    bool had_note = is_noted(signal);
    if (!had_note && REAL(sigaction)(signal, NULL, &program) == 0)
        write_note(signal, &program);
    program = read_note(signal);
    atomic_fetch_add(&handlers.watchers[signal], begin ? 1u : -1u);
    if (is_noted(signal))
        install(signal, &program);
    else
        REAL(sigaction)(signal, &program, NULL);
    lock_give(&handlers.lock, &mask);
}

bool handlers_ignored(int signal)
{
    return is_noted(signal) && read_note(signal).sa_handler == SIG_IGN;
}

/* A vfork child takes no lock: if it were killed its parent would wait for it. Its dispositions are its own. */
static void change_ignored(bool for_exec)
{
    const struct sigaction ignore = { .sa_handler = SIG_IGN };
    for (int signal = 1; signal < SIGNALS; signal++)
        if (handlers_ignored(signal) && (for_exec || vfork_is_child()))
            REAL(sigaction)(signal, &ignore, NULL);
        else if (handlers_ignored(signal))
            install(signal, &ignore);
}

static void change_ignored_locked(bool for_exec)
{
    sigset_t mask;
    if (vfork_is_child()) {
        change_ignored(for_exec);
        return;
    }
    lock_take(&handlers.lock, &mask);
    change_ignored(for_exec);
    lock_give(&handlers.lock, &mask);
}

void handlers_before_exec(void)
{
    change_ignored_locked(true);
}

void handlers_after_exec(void)
{
    change_ignored_locked(false);
}

void handlers_forget(void)
{
    atomic_store(&handlers.lock, 0);
    atomic_store(&handlers.version, 0);
}

/* ---- what the program calls ---- */

/* With the lock held. What was there before goes to *before. */
static int change(int signal, const struct sigaction *wanted, struct sigaction *before)
{
    if (!is_noted(signal))
        return REAL(sigaction)(signal, wanted, before);
    *before = read_note(signal);
    int result = wanted != NULL ? install(signal, wanted) : 0;
    if (wanted != NULL && result == 0)
        write_note(signal, wanted);
    return result;
}

EXPORT int sigaction(int signal, const struct sigaction *restrict action, struct sigaction *restrict old)
{
    sigset_t mask;
    struct sigaction wanted, before;
    if (signal == TRAP_PARK_SIGNAL) {
        errno = EINVAL;
        return -1;
    }
    if (vfork_is_child()) /* the notes are its parent's */
        return REAL(sigaction)(signal, action, old);
    if (action != NULL)
        wanted = *action; /* before the lock: the program's pointer may be bad */
    lock_take(&handlers.lock, &mask);
    int result = change(signal, action != NULL ? &wanted : NULL, &before);
    lock_give(&handlers.lock, &mask);
    if (result == 0 && old != NULL)
        *old = before;
    return result;
}

static sighandler_t set_simple(int signal, sighandler_t handler, int flags)
{
    struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
    struct sigaction old;
    if (handler == SIG_ERR) {
        errno = EINVAL;
        return SIG_ERR;
    }
    sigemptyset(&action.sa_mask);
    if (!(flags & SA_NODEFER))
        sigaddset(&action.sa_mask, signal);
    return sigaction(signal, &action, &old) == 0 ? old.sa_handler : SIG_ERR;
}

/* For other signals the C library's own: siginterrupt() keeps a note in there. */
EXPORT sighandler_t signal(int number, sighandler_t handler)
{
    return is_noted(number) ? set_simple(number, handler, SA_RESTART) : REAL(signal)(number, handler);
}

EXPORT sighandler_t ssignal(int number, sighandler_t handler)
{
    return is_noted(number) ? set_simple(number, handler, SA_RESTART) : REAL(ssignal)(number, handler);
}

EXPORT sighandler_t bsd_signal(int number, sighandler_t handler)
{
    return is_noted(number) ? set_simple(number, handler, SA_RESTART) : REAL(bsd_signal)(number, handler);
}

EXPORT sighandler_t sysv_signal(int number, sighandler_t handler)
{
    return is_noted(number) ? set_simple(number, handler, (int)SA_RESETHAND | SA_NODEFER)
                            : REAL(sysv_signal)(number, handler);
}

EXPORT sighandler_t __sysv_signal(int signal, sighandler_t handler)
{
    return sysv_signal(signal, handler);
}

/* ---- what may be blocked: all but the signal that stops threads (K145) ---- */

typedef int (*mask_function)(int, const sigset_t *, sigset_t *);

static int change_mask(mask_function function, int how, const sigset_t *set, sigset_t *old)
{
    sigset_t wanted;
    if (set == NULL || how == SIG_UNBLOCK)
        return function(how, set, old);
    wanted = *set;
    park_keep_open(&wanted);
    return function(how, &wanted, old);
}

EXPORT int pthread_sigmask(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
    return change_mask(REAL(pthread_sigmask), how, set, old);
}

EXPORT int sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
    return change_mask(REAL(sigprocmask), how, set, old);
}

/* Where the thread is in sigsuspend, while a handler runs on top of it. siglongjmp may have left it without a word: then
 * something else stands there by now, or below us. */
struct suspension {
    const struct suspension *own; /* itself */
    sigset_t mask;                /* before */
};

static __thread const struct suspension *suspension __attribute__((tls_model("initial-exec")));

bool handlers_mask_before_suspension(sigset_t *mask)
{
    const struct suspension *at = suspension;
    if (at == NULL || (uintptr_t)at < (uintptr_t)__builtin_frame_address(0) || at->own != at)
        return false;
    *mask = at->mask;
    return true;
}

const void *handlers_hide_suspension(void)
{
    const void *hidden = suspension;
    suspension = NULL;
    return hidden;
}

void handlers_show_suspension(const void *hidden)
{
    suspension = hidden;
}

/* H13: Darwin sleeps with an empty mask when given none. */
EXPORT int sigsuspend(const sigset_t *mask)
{
    sigset_t none;
    const sigset_t *volatile given = mask; /* declared as never NULL */
    struct suspension here = { .own = &here };
    sigemptyset(&none);
    sigprocmask(SIG_BLOCK, NULL, &here.mask);
    suspension = &here;
    int result = REAL(sigsuspend)(given != NULL ? given : &none);
    suspension = NULL;
    here.own = NULL;
    return result;
}
