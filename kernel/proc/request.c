/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/proc/request.h"

#include <errno.h>
#include <mach/task_special_ports.h>

#include "kernel/ipc/right.h"

enum { FLAG_SETEXEC = 0x40 };

enum {
    TYPE_MASK = 0xf00,
    TYPE_APPLICATION = 0x100,
    TYPE_STANDARD = 0x300,
    TYPE_INTERACTIVE = 0x400,
    TYPE_BACKGROUND = 0x500,
    TYPE_ADAPTIVE = 0x600,
    TYPE_DRIVER = 0x700,
};

enum { CLAMP_UTILITY = 1, CLAMP_BACKGROUND = 2, CLAMP_MAINTENANCE = 3 };

bool request_is_exec(const struct spawn_request *request)
{
    return request->flags & FLAG_SETEXEC;
}

/* ---- names ---- */

struct port *request_port(struct ipc *ipc, struct space *space, uint32_t name)
{
    struct entry *entry = MACH_PORT_VALID(name) ? space_lookup(ipc, space, name) : NULL;
    return entry && entry_has_send(entry) ? entry->port : NULL;
}

/* A send right, null or dead (F116). */
static bool is_given(struct task *caller, uint32_t name)
{
    if (!MACH_PORT_VALID(name))
        return true;
    struct entry *entry = space_lookup(&caller->system->ipc, caller->space, name);
    return entry && entry_has_send(entry) &&
           right_check_copyin(entry, MACH_MSG_TYPE_COPY_SEND, false) == KERN_SUCCESS;
}

/* T154: dead names are fine, there is just nothing to watch. */
static bool is_watchable(struct task *caller, uint32_t name)
{
    const struct entry *entry =
        MACH_PORT_VALID(name) ? space_lookup(&caller->system->ipc, caller->space, name) : NULL;
    return !MACH_PORT_VALID(name) || (entry && (entry_has_send(entry) || entry->kind == ENTRY_DEAD_NAME));
}

/* A right of its own for the child. */
static struct right copy(struct task *caller, uint32_t name)
{
    if (!MACH_PORT_VALID(name))
        return (struct right){ name == MACH_PORT_DEAD ? PORT_DEAD : NULL, MACH_MSG_TYPE_PORT_SEND };
    struct entry *entry = space_lookup(&caller->system->ipc, caller->space, name);
    return right_copyin(&caller->system->ipc, entry, MACH_MSG_TYPE_COPY_SEND);
}

/* ---- checks ---- */

static bool is_host_privileged(const struct task *task)
{
    return task->slots.host.port == task->system->host_priv;
}

static bool may_set(struct task *caller, const struct spawn_special *special, uint32_t n_access)
{
    if (!is_given(caller, special->name))
        return false;
    switch (special->which) {
    case TASK_HOST_PORT: return is_host_privileged(caller);
    case TASK_BOOTSTRAP_PORT:
    case TASK_DEBUG_CONTROL_PORT:
    case TASK_RESOURCE_NOTIFY_PORT: return true;
    case TASK_ACCESS_PORT: return !port_is_real(caller->slots.access.port) && n_access == 0; /* F117 */
    }
    return false;
}

static bool are_special_fine(struct task *caller, const struct spawn_request *request)
{
    uint32_t n_access = 0;
    for (uint32_t i = 0; i < request->n_special; i++) {
        if (!may_set(caller, &request->special[i], n_access))
            return false;
        n_access += request->special[i].which == TASK_ACCESS_PORT;
    }
    return true;
}

static bool is_exception_fine(struct task *caller, const struct spawn_exception *exception)
{
    struct ipc *ipc = &caller->system->ipc;
    struct exception_setting setting = {
        .mask = exception->mask,
        .port = { exception->name == MACH_PORT_DEAD ? PORT_DEAD
                                                    : request_port(ipc, caller->space, exception->name),
                  MACH_MSG_TYPE_PORT_SEND },
        .behavior = exception->behavior,
        .flavor = (int)exception->flavor,
    };
    return is_given(caller, exception->name) && exception_check_mask(exception->mask) == KERN_SUCCESS &&
           exception_check(&setting) == KERN_SUCCESS;
}

static bool are_names_fine(struct task *caller, const struct spawn_request *request)
{
    for (uint32_t i = 0; i < request->n_exceptions; i++)
        if (!is_exception_fine(caller, &request->exception[i]))
            return false;
    for (uint32_t i = 0; i < request->n_registered; i++)
        if (!is_given(caller, request->registered[i]))
            return false;
    for (uint32_t i = 0; i < request->n_watch; i++)
        if (!is_watchable(caller, request->watch[i]))
            return false;
    return are_special_fine(caller, request);
}

/* There are no personas and no coalitions but the default ones (F105, F136). */
static int check_groups(const struct task *caller, const struct spawn_request *request)
{
    bool has_coalition = false;
    for (int i = 0; i < SPAWN_COALITIONS; i++)
        has_coalition = has_coalition || request->coalition[i];
    if (request->persona && request_is_exec(request))
        return ENOTSUP;
    if (request->persona)
        return caller->identity.uid == 0 ? ESRCH : EPERM;
    if (has_coalition)
        return caller->identity.is_launchd ? ESRCH : EPERM;
    return 0;
}

static int check_numbers(const struct spawn_request *request)
{
    if (request->n_special > SPAWN_SPECIAL_MAX || request->n_exceptions > SPAWN_EXCEPTIONS_MAX ||
        request->n_registered > SPAWN_REGISTERED_MAX || request->n_watch > SPAWN_WATCH_MAX ||
        request->qos_clamp > CLAMP_MAINTENANCE)
        return EINVAL;
    return (request->process_type & TYPE_MASK) == TYPE_DRIVER ? EPERM : 0;
}

int request_check(struct task *caller, const struct spawn_request *request)
{
    int error = check_numbers(request);
    if (!error)
        error = check_groups(caller, request);
    if (error)
        return error;
    caller->system->ipc.steps +=
        request->n_special + request->n_exceptions + request->n_registered + request->n_watch;
    if (!are_names_fine(caller, request))
        return EINVAL;
    bool adds_watches = request->n_watch > 0 && !list_is_empty(&caller->watches);
    return request_is_exec(request) && adds_watches ? EINVAL : 0; /* F126, T168 */
}

/* ---- putting it into force ---- */

static void put(struct ipc *ipc, struct right *slot, struct right right)
{
    right_release(ipc, *slot);
    *slot = right;
}

static void put_special(struct task *caller, const struct spawn_special *special, struct task_slots *slots)
{
    struct ipc *ipc = &caller->system->ipc;
    struct right right = copy(caller, special->name);
    switch (special->which) {
    case TASK_HOST_PORT: put(ipc, &slots->host, right); return;
    case TASK_BOOTSTRAP_PORT: put(ipc, &slots->bootstrap, right); return;
    case TASK_ACCESS_PORT: put(ipc, &slots->access, right); return;
    case TASK_DEBUG_CONTROL_PORT: put(ipc, &slots->debug_control, right); return;
    case TASK_RESOURCE_NOTIFY_PORT: put(ipc, &slots->resource_notify, right); return;
    }
    ASSERT(!"a special port that was checked");
}

static void put_ports(struct task *caller, const struct spawn_request *request, struct task_slots *slots)
{
    struct ipc *ipc = &caller->system->ipc;
    for (uint32_t i = 0; i < request->n_special; i++)
        put_special(caller, &request->special[i], slots);
    for (uint32_t i = 0; i < request->n_exceptions; i++) {
        const struct spawn_exception *exception = &request->exception[i];
        exception_set(ipc, &slots->exceptions,
                      &(struct exception_setting){
                          .mask = exception->mask,
                          .port = copy(caller, exception->name),
                          .behavior = exception->behavior,
                          .flavor = (int)exception->flavor,
                          .is_privileged = caller->identity.uid == 0, /* K24 */
                      });
    }
    for (uint32_t i = 0; request->n_registered > 0 && i < REGISTERED_PORTS; i++) /* F120 */
        put(ipc, &slots->registered[i],
            i < request->n_registered ? copy(caller, request->registered[i]) : (struct right){ 0 });
}

static void put_kind(uint32_t type, struct inherit *inherit)
{
    switch (type) {
    case TYPE_APPLICATION: inherit->kind = SCHED_APPLICATION; break;
    case TYPE_STANDARD: inherit->kind = SCHED_DAEMON_STANDARD; break;
    case TYPE_INTERACTIVE: inherit->kind = SCHED_DAEMON_INTERACTIVE; break;
    case TYPE_BACKGROUND: inherit->kind = SCHED_DAEMON_BACKGROUND; break;
    case TYPE_ADAPTIVE: inherit->kind = SCHED_DAEMON_ADAPTIVE; break;
    default: return; /* F130: the inherited one */
    }
    inherit->kept.process_type = type;
}

static void put_clamp(uint32_t clamp, struct inherit *inherit)
{
    static const uint8_t classes[] = {
        [CLAMP_UTILITY] = SCHED_QOS_UTILITY,
        [CLAMP_BACKGROUND] = SCHED_QOS_BACKGROUND,
        [CLAMP_MAINTENANCE] = SCHED_QOS_MAINTENANCE,
    };
    if (clamp)
        inherit->clamp = classes[clamp];
}

void request_apply(struct task *caller, const struct spawn_request *request, struct inherit *inherit)
{
    put_ports(caller, request, &inherit->slots);
    put_kind(request->process_type & TYPE_MASK, inherit);
    put_clamp(request->qos_clamp, inherit);
    if (request->role && request->role < SCHED_ROLE_COUNT)
        inherit->role = (enum sched_role)request->role;
    inherit->kept.starvation = request->starvation;
    inherit->kept.cpu_percent = request->cpu_percent;
    inherit->kept.cpu_interval = request->cpu_interval;
    inherit->kept.jetsam_priority = request->jetsam_priority;
    inherit->kept.memory_active = request->memory_active;
    inherit->kept.memory_inactive = request->memory_inactive;
    inherit->kept.jetsam_flags = request->jetsam_flags;
    inherit->kept.thread_limit = request->thread_limit;
    inherit->kept.port_soft_limit = request->port_soft_limit;
    inherit->kept.port_hard_limit = request->port_hard_limit;
}
