/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/traps.h"

#include <mach/task_special_ports.h>

#include "kernel/ipc/attributes.h"
#include "kernel/ipc/members.h"
#include "kernel/ipc/refusal.h"
#include "kernel/ipc/request.h"
#include "kernel/ipc/right.h"
#include "kernel/traps_kevent.h"
#include "kernel/traps_memory.h"
#include "kernel/traps_exception.h"
#include "kernel/traps_policy.h"
#include "kernel/traps_process.h"
#include "kernel/traps_sync.h"
#include "kernel/traps_task.h"

typedef void trap_handler(struct thread *thread, const uint64_t *arg);

static void answer(struct thread *thread, kern_return_t kr)
{
    thread->ipc.reply.result = (uint32_t)kr;
    if (kr != KERN_SUCCESS && !thread->ipc.ipc->is_refused)
        refuse(&thread->ipc, kr, REFUSED_BY_ROUTINE, MACH_PORT_NULL);
}

/* No refusal: the library sends the message of the same routine instead (P2). */
static void leave_to_message(struct thread *thread)
{
    thread->ipc.reply.result = (uint32_t)MACH_SEND_INVALID_DEST;
}

static void answer_value(struct thread *thread, kern_return_t kr, uint64_t value)
{
    answer(thread, kr);
    thread->ipc.reply.value[0] = value;
}

static void answer_name(struct thread *thread, struct right right)
{
    thread->ipc.reply.result = space_give_name(thread->ipc.ipc, thread->ipc.space, right);
}

static void reply_port(struct thread *thread, const uint64_t *arg)
{
    mach_port_name_t name;
    (void)arg;
    kern_return_t kr = port_allocate(thread->ipc.ipc, thread->ipc.space, MACH_PORT_RIGHT_RECEIVE, &name);
    thread->ipc.reply.result = kr == KERN_SUCCESS ? name : MACH_PORT_NULL;
}

static void special_reply_port(struct thread *thread, const uint64_t *arg)
{
    (void)arg;
    thread->ipc.reply.result = thread_special_reply_port(thread);
}

static void thread_self(struct thread *thread, const uint64_t *arg)
{
    (void)arg;
    answer_name(thread, thread_self_right(thread));
}

static void task_self(struct thread *thread, const uint64_t *arg)
{
    (void)arg;
    answer_name(thread, task_self_right(thread->task));
}

static void host_self(struct thread *thread, const uint64_t *arg)
{
    (void)arg;
    answer_name(thread, task_host_right(thread->task));
}

static void bootstrap_self(struct thread *thread, const uint64_t *arg)
{
    struct right right = { 0 };
    (void)arg;
    task_get_special(thread->task, TASK_BOOTSTRAP_PORT, &right);
    answer_name(thread, right);
}

/* ---- rights ---- */

static void allocate(struct thread *thread, const uint64_t *arg)
{
    mach_port_name_t name = MACH_PORT_NULL;
    kern_return_t kr = port_allocate(thread->ipc.ipc, thread->ipc.space, (mach_port_right_t)arg[1], &name);
    answer_value(thread, kr, name);
}

static void deallocate(struct thread *thread, const uint64_t *arg)
{
    answer(thread, port_deallocate(thread->ipc.ipc, thread->ipc.space, (mach_port_name_t)arg[1]));
}

static void mod_refs(struct thread *thread, const uint64_t *arg)
{
    answer(thread, port_mod_refs(thread->ipc.ipc, thread->ipc.space, (mach_port_name_t)arg[1],
                                 (mach_port_right_t)arg[2], (mach_port_delta_t)arg[3]));
}

static void construct(struct thread *thread, const uint64_t *arg)
{
    mach_port_name_t name = MACH_PORT_NULL;
    kern_return_t kr = port_construct(thread->ipc.ipc, thread->ipc.space, (uint32_t)arg[1], (uint32_t)arg[2],
                                      arg[3], (mach_port_name_t)arg[4], &name);
    answer_value(thread, kr, name);
}

static void destruct(struct thread *thread, const uint64_t *arg)
{
    answer(thread, port_destruct(thread->ipc.ipc, thread->ipc.space, (mach_port_name_t)arg[1],
                                 (mach_port_delta_t)arg[2], arg[3]));
}

static void type(struct thread *thread, const uint64_t *arg)
{
    mach_port_type_t type = 0;
    kern_return_t kr = port_type(thread->ipc.ipc, thread->ipc.space, (mach_port_name_t)arg[1], &type);
    answer_value(thread, kr, type);
}

static void guard(struct thread *thread, const uint64_t *arg)
{
    answer(thread, port_guard(thread->ipc.ipc, thread->ipc.space, (mach_port_name_t)arg[1], arg[2],
                              arg[3] ? MPG_STRICT : 0));
}

static void unguard(struct thread *thread, const uint64_t *arg)
{
    answer(thread, port_unguard(thread->ipc.ipc, thread->ipc.space, (mach_port_name_t)arg[1], arg[2]));
}

static kern_return_t copyin(struct thread *thread, mach_port_name_t name, uint32_t disposition,
                            struct right *right_p)
{
    struct entry *entry =
        MACH_PORT_VALID(name) ? space_lookup(thread->ipc.ipc, thread->ipc.space, name) : NULL;
    kern_return_t kr = right_check_copyin(entry, disposition, true);
    if (kr != KERN_SUCCESS)
        return refuse_right(&thread->ipc, kr, thread->ipc.space, entry, name, disposition);
    *right_p = right_copyin(thread->ipc.ipc, entry, disposition);
    return KERN_SUCCESS;
}

static void release_failed(struct thread *thread, struct right right)
{
    right_release(thread->ipc.ipc, right);
}

/* P40: making or copying a send right under its own name. A dead name there is no wrong right, but one without a port. */
static bool is_dead_under_own_name(struct thread *thread, const uint64_t *arg)
{
    mach_port_name_t name = (mach_port_name_t)arg[1];
    uint32_t disposition = (uint32_t)arg[3];
    if (name != (mach_port_name_t)arg[2] ||
        (disposition != MACH_MSG_TYPE_MAKE_SEND && disposition != MACH_MSG_TYPE_COPY_SEND))
        return false;
    const struct entry *entry =
        MACH_PORT_VALID(name) ? space_lookup(thread->ipc.ipc, thread->ipc.space, name) : NULL;
    return entry && entry->kind == ENTRY_DEAD_NAME;
}

static void insert_right(struct thread *thread, const uint64_t *arg)
{
    struct right right;
    if (is_dead_under_own_name(thread, arg)) {
        answer(thread, KERN_INVALID_CAPABILITY);
        return;
    }
    kern_return_t kr = copyin(thread, (mach_port_name_t)arg[2], (uint32_t)arg[3], &right);
    if (kr == KERN_SUCCESS) {
        kr = port_insert_right(thread->ipc.ipc, thread->ipc.space, (mach_port_name_t)arg[1], right);
        if (kr != KERN_SUCCESS)
            release_failed(thread, right);
    }
    answer(thread, kr);
}

/* P70: what is not a send-once right by its disposition is left to the message, whose stub refuses it. */
static void request(struct thread *thread, const uint64_t *arg)
{
    mach_port_name_t notify_name = (mach_port_name_t)arg[4];
    uint32_t disposition = (uint32_t)arg[5];
    struct right notify = { NULL, MACH_MSG_TYPE_PORT_SEND_ONCE };
    struct port *previous = NULL;
    kern_return_t kr = KERN_SUCCESS;
    if (disposition != MACH_MSG_TYPE_MAKE_SEND_ONCE && disposition != MACH_MSG_TYPE_MOVE_SEND_ONCE) {
        leave_to_message(thread);
        return;
    }
    if (notify_name == MACH_PORT_DEAD)
        kr = KERN_INVALID_CAPABILITY;
    else if (notify_name != MACH_PORT_NULL)
        kr = copyin(thread, notify_name, disposition, &notify);
    if (kr == KERN_SUCCESS) {
        kr = request_notification(thread->ipc.ipc, thread->ipc.space, (mach_port_name_t)arg[1],
                                  (mach_msg_id_t)arg[2], (uint32_t)arg[3], notify.port, &previous);
        if (kr != KERN_SUCCESS)
            release_failed(thread, notify);
    }
    answer(thread, kr);
    if (kr == KERN_SUCCESS)
        thread->ipc.reply.value[0] = space_give_name(thread->ipc.ipc, thread->ipc.space,
                                                     (struct right){ previous, MACH_MSG_TYPE_PORT_SEND_ONCE });
}

/* ---- sets ---- */

static void move_member(struct thread *thread, const uint64_t *arg)
{
    answer(thread, port_move_member(thread->ipc.ipc, thread->ipc.space, (mach_port_name_t)arg[1],
                                    (mach_port_name_t)arg[2]));
}

static void insert_member(struct thread *thread, const uint64_t *arg)
{
    answer(thread, port_insert_member(thread->ipc.ipc, thread->ipc.space, (mach_port_name_t)arg[1],
                                      (mach_port_name_t)arg[2]));
}

static void extract_member(struct thread *thread, const uint64_t *arg)
{
    answer(thread, port_extract_member(thread->ipc.ipc, thread->ipc.space, (mach_port_name_t)arg[1],
                                       (mach_port_name_t)arg[2]));
}

static struct port *named_port(struct thread *thread, mach_port_name_t name)
{
    struct entry *entry = space_lookup(thread->ipc.ipc, thread->ipc.space, name);
    return entry && entry_has_send(entry) ? entry->port : NULL;
}

/* ---- the table ---- */

static const struct trap {
    uint32_t number;
    bool takes_own_task; /* first argument: the caller's own task, else MACH_SEND_INVALID_DEST (P2) */
    const char *name;
    trap_handler *handler;
} traps[] = {
    { TRAP_PORT_ALLOCATE, true, "mach_port_allocate", allocate },
    { TRAP_PORT_DEALLOCATE, true, "mach_port_deallocate", deallocate },
    { TRAP_PORT_MOD_REFS, true, "mach_port_mod_refs", mod_refs },
    { TRAP_PORT_MOVE_MEMBER, true, "mach_port_move_member", move_member },
    { TRAP_PORT_INSERT_RIGHT, true, "mach_port_insert_right", insert_right },
    { TRAP_PORT_INSERT_MEMBER, true, "mach_port_insert_member", insert_member },
    { TRAP_PORT_EXTRACT_MEMBER, true, "mach_port_extract_member", extract_member },
    { TRAP_PORT_CONSTRUCT, true, "mach_port_construct", construct },
    { TRAP_PORT_DESTRUCT, true, "mach_port_destruct", destruct },
    { TRAP_REPLY_PORT, false, "mach_reply_port", reply_port },
    { TRAP_THREAD_SELF, false, "thread_self", thread_self },
    { TRAP_TASK_SELF, false, "task_self", task_self },
    { TRAP_HOST_SELF, false, "host_self", host_self },
    { TRAP_SEMAPHORE_SIGNAL, false, "semaphore_signal", trap_semaphore_signal },
    { TRAP_SEMAPHORE_SIGNAL_ALL, false, "semaphore_signal_all", trap_semaphore_signal_all },
    { TRAP_SEMAPHORE_SIGNAL_THREAD, false, "semaphore_signal_thread", trap_semaphore_signal_thread },
    { TRAP_SEMAPHORE_WAIT, false, "semaphore_wait", trap_semaphore_wait },
    { TRAP_SEMAPHORE_WAIT_SIGNAL, false, "semaphore_wait_signal", trap_semaphore_wait_signal },
    { TRAP_SEMAPHORE_TIMEDWAIT, false, "semaphore_timedwait", trap_semaphore_timedwait },
    { TRAP_SEMAPHORE_TIMEDWAIT_SIGNAL, false, "semaphore_timedwait_signal", trap_semaphore_timedwait_signal },
    { TRAP_PORT_GUARD, true, "mach_port_guard", guard },
    { TRAP_PORT_UNGUARD, true, "mach_port_unguard", unguard },
    { TRAP_TASK_NAME_FOR_PID, false, "task_name_for_pid", trap_task_name_for_pid },
    { TRAP_TASK_FOR_PID, false, "task_for_pid", trap_task_for_pid },
    { TRAP_PID_FOR_TASK, false, "pid_for_task", trap_pid_for_task },
    { TRAP_DEBUG_CONTROL_FOR_PID, false, "debug_control_port_for_pid", trap_debug_control_for_pid },
    { TRAP_TASK_FLAVOR_FOR_PID, false, "task_flavor_for_pid", trap_task_flavor_for_pid },
    { TRAP_PID_SUSPEND, false, "pid_suspend", trap_pid_suspend },
    { TRAP_SPECIAL_REPLY_PORT, false, "thread_get_special_reply_port", special_reply_port },
    { TRAP_PORT_TYPE, true, "mach_port_type", type },
    { TRAP_PORT_REQUEST_NOTIFICATION, true, "mach_port_request_notification", request },
    { TRAP_CLOCK_SLEEP, false, "clock_sleep", trap_clock_sleep },
    { TRAP_TIMER_CREATE, false, "mk_timer_create", trap_timer_create },
    { TRAP_TIMER_DESTROY, false, "mk_timer_destroy", trap_timer_destroy },
    { TRAP_TIMER_ARM, false, "mk_timer_arm", trap_timer_arm },
    { TRAP_TIMER_CANCEL, false, "mk_timer_cancel", trap_timer_cancel },
    { TRAP_TIMER_ARM_LEEWAY, false, "mk_timer_arm_leeway", trap_timer_arm_leeway },
    { TRAP_EXCEPTION, false, "exception", trap_exception },
    { TRAP_PARK, false, "park", trap_park },
    { TRAP_BOOTSTRAP_PORT, false, "bootstrap_port", bootstrap_self },
    { TRAP_SEGMENT_BORROW, false, "segment_borrow", trap_segment_borrow },
    { TRAP_MEMORY_ENTRY, true, "make_memory_entry", trap_memory_entry },
    { TRAP_MAP_ENTRY, true, "map_memory_entry", trap_map_entry },
    { TRAP_FILE_PORT, false, "fileport_makeport", trap_file_port },
    { TRAP_FILE_PORT_OPEN, false, "fileport_makefd", trap_file_port_open },
    { TRAP_SET_QOS, false, "set_qos", trap_set_qos },
    { TRAP_OVERRIDE, false, "override", trap_override },
    { TRAP_GET_ROLE, false, "get_role", trap_get_role },
    { TRAP_SET_ROLE, false, "set_role", trap_set_role },
    { TRAP_SET_NAME, false, "set_name", trap_set_name },
    { TRAP_DEPRESS, false, "depress", trap_depress },
    { TRAP_BACKGROUND, false, "background", trap_background },
    { TRAP_KEVENT, false, "kevent", trap_kevent },
    { TRAP_WORKQ_SETUP, false, "workq_setup", trap_workq_setup },
    { TRAP_WORKQ_PARK, false, "workq_park", trap_workq_park },
    { TRAP_KNOTE_FIRE, false, "knote_fire", trap_knote_fire },
    { TRAP_WORKLOOP_CREATE, false, "workloop_create", trap_workloop_create },
    { TRAP_WORKLOOP_DESTROY, false, "workloop_destroy", trap_workloop_destroy },
    { TRAP_KQUEUE_WATCH, false, "kqueue_watch", trap_kqueue_watch },
    { TRAP_KQUEUE_CLOSE, false, "kqueue_close", trap_kqueue_close },
    { TRAP_SPAWN_PREPARE, false, "spawn_prepare", trap_spawn_prepare },
    { TRAP_SPAWN_COMMIT, false, "spawn_commit", trap_spawn_commit },
    { TRAP_SPAWN_DONE, false, "spawn_done", trap_spawn_done },
    { TRAP_SPAWN_UNDO, false, "spawn_undo", trap_spawn_undo },
    { TRAP_PROCESS_INFO, false, "process_info", trap_process_info },
    { TRAP_PROCESS_LIST, false, "process_list", trap_process_list },
    { TRAP_PROCESS_THREADS, false, "process_threads", trap_process_threads },
    { TRAP_PROCESS_SET, false, "process_set", trap_process_set },
};

static const struct trap *find(uint32_t number)
{
    for (size_t i = 0; i < ARRAY_SIZE(traps); i++)
        if (traps[i].number == number)
            return &traps[i];
    return NULL;
}

const char *trap_name(uint32_t number)
{
    const struct trap *trap = find(number);
    return trap ? trap->name : NULL;
}

void trap_simple(struct thread *thread, const struct trap_request *request)
{
    const struct trap *trap = find(request->number);
    if (!trap)
        answer(thread, refuse(&thread->ipc, KERN_NOT_SUPPORTED, REFUSED_NOT_BUILT, MACH_PORT_NULL));
    else if (trap->takes_own_task &&
             task_of_control_port(named_port(thread, (mach_port_name_t)request->arg[0])) != thread->task)
        leave_to_message(thread);
    else
        trap->handler(thread, request->arg);
}
