/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/spawn.c - posix_spawn (F101 to F108, F134, T153 to T157; the protocol: wire/process.h)
 *
 * The child is made by clone() on a stack of its own and shares our memory, so that it costs the same however large we are. It
 * waits until machd knows it, then does what spawn_child.c has. Its exec is told by the kernel itself: it stores 0
 * where the child's thread id stood when the child leaves our memory, and no descriptor can be in the way of file actions.
 * For the time in between our thread has all signals blocked, and machd's record of the child can be taken back.
 *
 * START_SUSPENDED needs somebody who stops the new image before its first instruction: a third process, the *stopper*, attaches
 * to the child as a debugger does, waits for the exec, leaves a SIGSTOP pending and lets go. It is no child that a wait sees.
 */
#include "libmach/process/file_port.h"
#include "libmach/process/spawn.h"

#include <errno.h>
#include <linux/futex.h>
#include <mach/machine.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libmach/live/live.h"
#include "libmach/connection/lock.h"
#include "libmach/calls/process.h"
#include "libmach/live/vfork.h"

enum { STACK_SIZE = 128 * 1024, GIVEN_UP = 127 };

static const struct spawn_attributes no_attributes = {
    .request = { .jetsam_priority = -1, .memory_active = -1, .memory_inactive = -1 },
};
static const struct spawn_actions no_actions;

/* ---- what can be refused before machd is asked (F104, F105) ---- */

static rlim_t soft_limit(int resource)
{
    struct rlimit limit = { .rlim_cur = RLIM_INFINITY };
    getrlimit(resource, &limit);
    return limit.rlim_cur;
}

static bool is_of_this_machine(cpu_type_t type)
{
#if defined(__x86_64__)
    return type == CPU_TYPE_ANY || type == CPU_TYPE_X86_64;
#else
    return type == CPU_TYPE_ANY || type == CPU_TYPE_ARM64;
#endif
}

static int check_preferences(const struct spawn_attributes *a)
{
    for (size_t i = 0; i < a->n_preferences; i++)
        if (is_of_this_machine(a->type[i]))
            return 0;
    return a->n_preferences == 0 ? 0 : ENOEXEC;
}

static int check_counts(const struct spawn_attributes *a)
{
    const struct spawn_request *request = &a->request;
    uint64_t all =
        (uint64_t)request->n_special + request->n_exceptions + request->n_registered + request->n_watch;
    bool fits = request->n_special <= SPAWN_SPECIAL_MAX && request->n_exceptions <= SPAWN_EXCEPTIONS_MAX &&
                request->n_registered <= SPAWN_REGISTERED_MAX && request->n_watch <= SPAWN_WATCH_MAX;
    return fits && all <= SPAWN_PORT_ACTIONS_MAX && a->n_ptrauth <= 1 ? 0 : EINVAL;
}

static bool sets_ids(const struct spawn_attributes *a)
{
    return a->has_uid || a->has_gid || a->has_groups || a->login[0] != '\0';
}

static int check(const struct spawn_attributes *a, const struct spawn_actions *actions)
{
    bool set_exec = a->flags & POSIX_SPAWN_SETEXEC;
    if (actions->n > soft_limit(RLIMIT_NOFILE))
        return EINVAL;
    int error = check_counts(a);
    if (error != 0)
        return error;
    if (a->wants_audit_session || a->wants_conclave)
        return set_exec && a->wants_conclave ? EINVAL : ENOTSUP;
    if (set_exec && (sets_ids(a) || a->has_persona || (a->flags & POSIX_SPAWN_START_SUSPENDED)))
        return ENOTSUP;
    if (sets_ids(a) && geteuid() != 0)
        return EPERM;
    return check_preferences(a);
}

/* ---- machd's part ---- */

struct ticket {
    uint64_t number;
    bool is_held; /* false: no machd, and nothing that would need one */
};

/* Programs that never use Mach start others also where no machd can be had, and as fast. */
static bool needs_machd(const struct spawn_request *request)
{
    return request->n_special + request->n_exceptions + request->n_registered + request->n_watch != 0;
}

static int error_of(kern_return_t kr)
{
    switch (kr) {
    case KERN_RESOURCE_SHORTAGE: return EAGAIN;
    case KERN_NOT_SUPPORTED: return ENOTSUP;
    }
    return EINVAL;
}

static int prepare(const struct spawn_attributes *a, struct ticket *ticket)
{
    struct spawn_request request = a->request;
    rlim_t limit = soft_limit(RLIMIT_NPROC);
    int error = 0;
    if (!needs_machd(&request) && !live_is_attached())
        return 0;
    request.flags = (uint16_t)a->flags;
    request.process_limit = limit > UINT32_MAX ? UINT32_MAX : (uint32_t)limit;
    kern_return_t kr = process_prepare(&request, &error, &ticket->number);
    ticket->is_held = kr == KERN_SUCCESS && error == 0;
    if (kr != KERN_SUCCESS)
        return kr == KERN_RESOURCE_SHORTAGE || needs_machd(&request) ? error_of(kr) : 0;
    return error;
}

static int commit(const struct ticket *ticket, pid_t pid)
{
    int error = 0;
    if (!ticket->is_held)
        return 0;
    kern_return_t kr = process_commit(ticket->number, pid, &error);
    if (kr != KERN_SUCCESS)
        return error_of(kr);
    return error == ESRCH ? EAGAIN : error;
}

static void settle_ticket(const struct ticket *ticket, bool success)
{
    int error;
    if (ticket->is_held && success)
        process_done(ticket->number, &error);
    else if (ticket->is_held)
        process_undo(ticket->number, &error);
}

/* ---- words on which both sides wait ---- */

static void wake(_Atomic uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void sleep_while(_Atomic uint32_t *word, uint32_t value)
{
    syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

static void await_end(struct spawn_child *child)
{
    for (uint32_t tid; (tid = atomic_load(&child->alive)) != 0;)
        sleep_while(&child->alive, tid);
}

/* ---- the child ---- */

static int child_main(void *argument)
{
    struct spawn_child *child = argument;
    bool is_suspended = child->attributes->flags & POSIX_SPAWN_START_SUSPENDED;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (syscall(SYS_getppid) != child->parent)
        return GIVEN_UP;
    if (is_suspended)
        prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
    while (atomic_load(&child->go) == SPAWN_WAIT)
        sleep_while(&child->go, SPAWN_WAIT);
    if (is_suspended)
        prctl(PR_SET_PTRACER, 0);
    prctl(PR_SET_PDEATHSIG, 0);
    if (atomic_load(&child->go) == SPAWN_GO)
        atomic_store(&child->error, spawn_become(child));
    return GIVEN_UP;
}

static uint8_t *stack_new(void)
{
    void *stack =
        mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED)
        return NULL;
    mprotect(stack, (size_t)sysconf(_SC_PAGESIZE), PROT_NONE);
    return stack;
}

/* Its id, or the negative error number. */
static pid_t make(int (*main)(void *), void *argument, uint8_t *stack, int flags, _Atomic uint32_t *tid)
{
    atomic_store(tid, 1);
    pid_t pid = clone(main, stack + STACK_SIZE, CLONE_VM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | flags,
                      argument, tid, NULL, tid);
    return pid < 0 ? -errno : pid;
}

/* ---- the stopper ---- */

struct stopper {
    pid_t target;
    pid_t parent;
    _Atomic uint32_t state; /* 0; then STOPPER_READY or an error */
    _Atomic uint32_t alive;
    uint8_t *stack;
    pid_t pid;
};

enum { STOPPER_READY = ~0u };

/* Waits as the debugger's own child would be waited for: nobody else in the program can take the news away. */
static void stop_after_exec(pid_t target)
{
    int status;
    while (syscall(SYS_wait4, target, &status, __WALL, NULL) == target && WIFSTOPPED(status)) {
        bool is_exec = status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8);
        if (is_exec)
            syscall(SYS_kill, target, SIGSTOP);
        if (is_exec || status >> 16 != 0)
            syscall(SYS_ptrace, is_exec ? PTRACE_DETACH : PTRACE_CONT, target, NULL, NULL);
        else
            syscall(SYS_ptrace, PTRACE_CONT, target, NULL, (unsigned long)WSTOPSIG(status));
        if (is_exec)
            return;
    }
}

static int stopper_main(void *argument)
{
    struct stopper *stopper = argument;
    pid_t target = stopper->target;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (syscall(SYS_getppid) != stopper->parent)
        return 1;
    long seized = syscall(SYS_ptrace, PTRACE_SEIZE, target, NULL, (unsigned long)PTRACE_O_TRACEEXEC);
    atomic_store(&stopper->state, seized == 0 ? STOPPER_READY : (uint32_t)errno);
    wake(&stopper->state);
    if (seized == 0)
        stop_after_exec(target);
    return 0;
}

static void stopper_end(struct stopper *stopper)
{
    if (stopper->pid > 0)
        syscall(SYS_wait4, stopper->pid, NULL, __WALL, NULL);
    stopper->pid = 0;
    if (stopper->stack != NULL)
        munmap(stopper->stack, STACK_SIZE);
    stopper->stack = NULL;
}

/* With the child waiting. An error: ENOTSUP where nobody may trace (Yama, containers). */
static int stopper_begin(struct stopper *stopper, pid_t target)
{
    stopper->target = target;
    stopper->parent = getpid();
    stopper->stack = stack_new();
    if (stopper->stack == NULL)
        return ENOMEM;
    stopper->pid = make(stopper_main, stopper, stopper->stack, 0, &stopper->alive);
    if (stopper->pid < 0) {
        stopper_end(stopper);
        return EAGAIN;
    }
    while (atomic_load(&stopper->state) == 0 && atomic_load(&stopper->alive) != 0)
        sleep_while(&stopper->state, 0);
    if (atomic_load(&stopper->state) == STOPPER_READY)
        return 0;
    stopper_end(stopper);
    return ENOTSUP;
}

/* ---- one start ---- */

static int launch(struct spawn_child *child, const struct ticket *ticket, pid_t pid, struct stopper *stopper)
{
    int error = commit(ticket, pid);
    if (error == 0 && (child->attributes->flags & POSIX_SPAWN_START_SUSPENDED))
        error = stopper_begin(stopper, pid);
    atomic_store(&child->go, error == 0 ? SPAWN_GO : SPAWN_GIVE_UP);
    wake(&child->go);
    await_end(child);
    stopper_end(stopper);
    return error != 0 ? error : atomic_load(&child->error);
}

static int start(struct spawn_child *child, pid_t *pid_p)
{
    struct ticket ticket = { 0 };
    struct stopper stopper = { 0 };
    uint8_t *stack = stack_new();
    if (stack == NULL)
        return ENOMEM;
    int error = prepare(child->attributes, &ticket);
    pid_t pid = error == 0 ? make(child_main, child, stack, SIGCHLD, &child->alive) : 0;
    if (pid > 0)
        error = launch(child, &ticket, pid, &stopper);
    else if (pid < 0)
        error = pid == -ENOMEM ? EAGAIN : -pid;
    settle_ticket(&ticket, error == 0);
    if (error != 0 && pid > 0)
        syscall(SYS_wait4, pid, NULL, __WALL, NULL);
    else if (error == 0 && pid_p != NULL)
        *pid_p = pid;
    munmap(stack, STACK_SIZE);
    return error;
}

/* On the caller's own descriptors: a failure leaves file actions done. */
static int become(struct spawn_child *child)
{
    struct ticket ticket = { 0 };
    int error = prepare(child->attributes, &ticket);
    if (error != 0)
        return error;
    child->is_caller = true;
    error = spawn_become(child);
    settle_ticket(&ticket, false);
    return error;
}

static int run(struct spawn_child *child, pid_t *pid_p)
{
    mask_block_all(&child->mask);
    sigset_t mask = child->mask;
    child->parent = getpid();
    int error = child->attributes->flags & POSIX_SPAWN_SETEXEC ? become(child) : start(child, pid_p);
    mask_set(&mask, NULL);
    return error;
}

/* A copy: others may use the program's object meanwhile. */
static int run_with_files(struct spawn_child *child, pid_t *pid_p)
{
    struct spawn_actions copy = *child->actions;
    copy.action = calloc(copy.n, sizeof *copy.action);
    if (copy.action == NULL)
        return ENOMEM;
    memcpy(copy.action, child->actions->action, copy.n * sizeof *copy.action);
    child->actions = &copy;
    file_ports_open(&copy);
    int error = run(child, pid_p);
    file_ports_close(&copy);
    free(copy.action);
    return error;
}

static bool has_files(const struct spawn_actions *actions)
{
    for (size_t i = 0; i < actions->n; i++)
        if (actions->action[i].kind == SPAWN_FILEPORT)
            return true;
    return false;
}

static int spawn(struct spawn_child *child, pid_t *pid_p)
{
    int error = vfork_is_child() ? EINVAL : check(child->attributes, child->actions); /* F18 */
    if (error != 0)
        return error;
    return has_files(child->actions) ? run_with_files(child, pid_p) : run(child, pid_p);
}

/* ---- what programs call ---- */

static char *no_environment[] = { NULL };

static struct spawn_child child_of(const posix_spawn_file_actions_t *actions,
                                   const posix_spawnattr_t *attributes, char *const *argv, char *const *envp)
{
    return (struct spawn_child){
        .attributes = attributes != NULL && *attributes != NULL ? *attributes : &no_attributes,
        .actions = actions != NULL && *actions != NULL ? *actions : &no_actions,
        .argv = argv,
        .envp = envp != NULL ? envp : no_environment,
        .first_error = ENOENT,
    };
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
    int saved = errno;
    char *paths[] = { (char *)path, NULL };
    struct spawn_child child = child_of(actions, attributes, argv, envp);
    child.paths = paths;
    int error = spawn(&child, pid);
    errno = saved;
    return error;
}

/* ---- PATH ---- */

struct search {
    char **paths;
    char **shell_argv;
    char *text;
};

static void search_fini(struct search *search)
{
    free(search->paths);
    free(search->shell_argv);
    free(search->text);
}

/* Every directory of PATH with the file behind it; an empty one is the current directory. */
static int search_init(struct search *search, const char *file, char *const *argv)
{
    const char *path = strchr(file, '/') != NULL ? "" : getenv("PATH");
    path = path != NULL ? path : "/usr/bin:/bin";
    size_t n = 2, n_argv = 0, file_size = strlen(file) + 2;
    for (const char *at = path; *at != '\0'; at++)
        n += *at == ':';
    while (argv != NULL && argv[n_argv] != NULL)
        n_argv++;
    search->paths = calloc(n, sizeof *search->paths);
    search->shell_argv = calloc(n_argv + 3, sizeof *search->shell_argv);
    search->text = malloc(strlen(path) + n * file_size);
    if (search->paths == NULL || search->shell_argv == NULL || search->text == NULL)
        return ENOMEM;
    char *to = search->text;
    for (size_t i = 0; i + 1 < n; i++) {
        size_t length = strcspn(path, ":");
        search->paths[i] = to;
        memcpy(to, path, length);
        to += length;
        if (length > 0)
            *to++ = '/';
        strcpy(to, file);
        to += strlen(file) + 1;
        path += length + (path[length] == ':');
    }
    search->shell_argv[0] = (char *)"sh";
    for (size_t i = 1; i < n_argv; i++)
        search->shell_argv[i + 1] = argv[i];
    return 0;
}

int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
    int saved = errno;
    struct search search = { 0 };
    struct spawn_child child = child_of(actions, attributes, argv, envp);
    int error = *file == '\0' ? ENOENT : search_init(&search, file, argv);
    child.paths = search.paths;
    child.shell_argv = search.shell_argv;
    if (error == 0)
        error = spawn(&child, pid);
    search_fini(&search);
    errno = saved;
    return error;
}
