/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/traps.c - traps by name, with the names of their arguments and results (wire/trap.h) */
#include <string.h>

#include "tools/machctl/trace.h"
#include "tools/machctl/words.h"
#include "wire/trap.h"

#define ARGUMENTS 7

/* result: of value[0]; "=" the result itself is it, and no code; "!" none, and the code is an error number; "?" value[0] is an
 * error number; NULL: there is none. */
static const struct trap {
    uint32_t number;
    const char *name;
    const char *arguments[ARGUMENTS];
    const char *result;
} traps[] = {
    { TRAP_PORT_ALLOCATE, "mach_port_allocate", { "task", "right" }, "name" },
    { TRAP_PORT_DEALLOCATE, "mach_port_deallocate", { "task", "name" }, NULL },
    { TRAP_PORT_MOD_REFS, "mach_port_mod_refs", { "task", "name", "right", "delta" }, NULL },
    { TRAP_PORT_MOVE_MEMBER, "mach_port_move_member", { "task", "member", "after" }, NULL },
    { TRAP_PORT_INSERT_RIGHT, "mach_port_insert_right", { "task", "name", "poly", "disposition" }, NULL },
    { TRAP_PORT_INSERT_MEMBER, "mach_port_insert_member", { "task", "member", "set" }, NULL },
    { TRAP_PORT_EXTRACT_MEMBER, "mach_port_extract_member", { "task", "member", "set" }, NULL },
    { TRAP_PORT_CONSTRUCT, "mach_port_construct", { "task", "flags", "qlimit", "context" }, "name" },
    { TRAP_PORT_DESTRUCT, "mach_port_destruct", { "task", "name", "delta", "guard" }, NULL },
    { TRAP_REPLY_PORT, "mach_reply_port", { NULL }, "=" },
    { TRAP_THREAD_SELF, "thread_self", { NULL }, "=" },
    { TRAP_TASK_SELF, "task_self", { NULL }, "=" },
    { TRAP_HOST_SELF, "host_self", { NULL }, "=" },
    { TRAP_MSG, "mach_msg", { "option", "send_size", "rcv_size", "rcv_name", "timeout", "notify" }, NULL },
    { TRAP_SEMAPHORE_SIGNAL, "semaphore_signal", { "name" }, NULL },
    { TRAP_SEMAPHORE_SIGNAL_ALL, "semaphore_signal_all", { "name" }, NULL },
    { TRAP_SEMAPHORE_SIGNAL_THREAD, "semaphore_signal_thread", { "name", "thread" }, NULL },
    { TRAP_SEMAPHORE_WAIT, "semaphore_wait", { "name" }, NULL },
    { TRAP_SEMAPHORE_WAIT_SIGNAL, "semaphore_wait_signal", { "name", "signal" }, NULL },
    { TRAP_SEMAPHORE_TIMEDWAIT, "semaphore_timedwait", { "name", "seconds", "nanoseconds" }, NULL },
    { TRAP_SEMAPHORE_TIMEDWAIT_SIGNAL,
      "semaphore_timedwait_signal",
      { "name", "signal", "seconds", "nanoseconds" },
      NULL },
    { TRAP_PORT_GUARD, "mach_port_guard", { "task", "name", "guard", "strict" }, NULL },
    { TRAP_PORT_UNGUARD, "mach_port_unguard", { "task", "name", "guard" }, NULL },
    { TRAP_TASK_NAME_FOR_PID, "task_name_for_pid", { "task", "pid" }, "name" },
    { TRAP_TASK_FOR_PID, "task_for_pid", { "task", "pid" }, "name" },
    { TRAP_DEBUG_CONTROL_FOR_PID, "debug_control_port_for_pid", { "task", "pid" }, "name" },
    { TRAP_TASK_FLAVOR_FOR_PID, "task_flavor_for_pid", { "task", "pid", "flavor" }, "error" },
    { TRAP_PID_FOR_TASK, "pid_for_task", { "name" }, "pid" },
    { TRAP_SPECIAL_REPLY_PORT, "thread_get_special_reply_port", { NULL }, "=" },
    { TRAP_PORT_TYPE, "mach_port_type", { "task", "name" }, "type" },
    { TRAP_PORT_REQUEST_NOTIFICATION,
      "mach_port_request_notification",
      { "task", "name", "id", "sync", "notify", "disposition" },
      "previous" },
    { TRAP_CLOCK_SLEEP, "clock_sleep", { "clock", "type", "seconds", "nanoseconds" }, NULL },
    { TRAP_TIMER_CREATE, "mk_timer_create", { NULL }, "=" },
    { TRAP_TIMER_DESTROY, "mk_timer_destroy", { "name" }, NULL },
    { TRAP_TIMER_ARM, "mk_timer_arm", { "name", "deadline" }, NULL },
    { TRAP_TIMER_CANCEL, "mk_timer_cancel", { "name" }, "deadline" },
    { TRAP_TIMER_ARM_LEEWAY, "mk_timer_arm_leeway", { "name", "flags", "deadline", "leeway" }, NULL },
    { TRAP_BOOTSTRAP_PORT, "bootstrap_port", { NULL }, "=" },
    { TRAP_SEGMENT_BORROW, "segment_borrow", { "name", "size" }, NULL },
    { TRAP_MEMORY_ENTRY, "make_memory_entry", { "task", "size", "offset", "permission", "parent" }, "name" },
    { TRAP_MAP_ENTRY, "map_memory_entry", { "task", "name", "offset", "size", "permission" }, "segment" },
    { TRAP_FILE_PORT, "fileport_makeport", { "segment" }, "name" },
    { TRAP_FILE_PORT_OPEN, "fileport_makefd", { "name" }, "segment" },
    { TRAP_PID_SUSPEND, "pid_suspend", { "pid", "stop" }, "error" },
    { TRAP_SET_QOS, "set_qos", { "thread", "class", "relative" }, NULL },
    { TRAP_OVERRIDE, "override", { "thread", "class", "begins" }, NULL },
    { TRAP_GET_ROLE, "get_role", { "pid" }, "role" },
    { TRAP_SET_ROLE, "set_role", { "pid", "role" }, NULL },
    { TRAP_SET_NAME, "set_name", { NULL }, NULL },
    { TRAP_DEPRESS, "depress", { "milliseconds" }, NULL },
    { TRAP_BACKGROUND, "background", { "which", "who", "command" }, "is" },
    { TRAP_EXCEPTION, "exception", { "type", "code", "subcode", "bytes" }, "bytes" },
    { TRAP_PARK, "park", { "bytes", "errand", "result", "out_0", "out_1", "size" }, "bytes" },
    { TRAP_KEVENT, "kevent", { "kind", "id", "flags", "changes", "events", "area", "timeout" }, "!" },
    { TRAP_WORKQ_SETUP, "workq_setup", { NULL }, "!" },
    { TRAP_WORKQ_PARK, "workq_park", { "changes", "events", "area", "idle" }, "!" },
    { TRAP_KNOTE_FIRE, "knote_fire", { "cookie", "data", "fflags", "flags" }, "!" },
    { TRAP_WORKLOOP_CREATE, "workloop_create", { "id", "flags", "priority", "policy" }, "!" },
    { TRAP_WORKLOOP_DESTROY, "workloop_destroy", { "id" }, "!" },
    { TRAP_KQUEUE_WATCH, "kqueue_watch", { NULL }, "!" },
    { TRAP_KQUEUE_CLOSE, "kqueue_close", { "id" }, "!" },
    { TRAP_SPAWN_PREPARE, "spawn_prepare", { "bytes" }, "?" },
    { TRAP_SPAWN_COMMIT, "spawn_commit", { "ticket", "pid" }, "?" },
    { TRAP_SPAWN_DONE, "spawn_done", { "ticket" }, "?" },
    { TRAP_SPAWN_UNDO, "spawn_undo", { "ticket" }, "?" },
    { TRAP_PROCESS_INFO, "process_info", { "pid", "options" }, "?" },
    { TRAP_PROCESS_LIST, "process_list", { "cursor", "max" }, "?" },
    { TRAP_PROCESS_THREADS, "process_threads", { "pid", "skip" }, "?" },
    { TRAP_PROCESS_SET, "process_set", { "setting", "value" }, "?" },
};

static const struct trap *find(uint32_t number)
{
    for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); i++) {
        if (traps[i].number == number)
            return &traps[i];
    }
    return NULL;
}

const char *trap_words(uint32_t number)
{
    const struct trap *trap = find(number);

    return trap != NULL ? trap->name : NULL;
}

const char *trace_argument(uint32_t number, unsigned i)
{
    const struct trap *trap = find(number);

    return trap != NULL && i < ARGUMENTS ? trap->arguments[i] : NULL;
}

static bool result_is(uint32_t number, char what)
{
    const struct trap *trap = find(number);

    return trap != NULL && trap->result != NULL && trap->result[0] == what;
}

bool trace_result_is_name(uint32_t number)
{
    return result_is(number, '=');
}

bool trace_error(const struct trace_trap *trap, uint32_t *error_p)
{
    bool is_value = result_is(trap->number, '?') && trap->result == 0;

    *error_p = is_value ? (uint32_t)trap->value[0] : trap->result;
    return is_value || result_is(trap->number, '!');
}

const char *trace_result(uint32_t number)
{
    const struct trap *trap = find(number);

    return trap != NULL && trap->result != NULL && strchr("=!?", trap->result[0]) == NULL ? trap->result
                                                                                          : NULL;
}
