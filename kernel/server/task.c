/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/task.c - subsystem task: what a control or name port of a task answers (K76-K96, K119, K214-K220) */
#include <mach/policy.h>
#include <mach/task_info.h>
#include <mach/task_special_ports.h>
#include <string.h>

#include "base/alloc.h"
#include "kernel/server/call.h"
#include "kernel/task/policy.h"
#include "task_server.h"

kern_return_t serve_task_terminate(struct task *target_task)
{
    if (!target_task)
        return KERN_INVALID_ARGUMENT;
    struct system *system = target_task->system;
    if (!system->allow_task_terminate)
        return KERN_FAILURE;
    task_is_terminated(target_task);
    system->ipc.ops->task_broken(system->ipc.host, target_task, "task_terminate");
    return KERN_SUCCESS;
}

/* In the order of creation; each element is a send right more to the thread's port. */
kern_return_t serve_task_threads(struct task *target_task, struct port ***act_list,
                                 mach_msg_type_number_t *act_listCnt)
{
    uint32_t n = 0;
    if (!target_task)
        return KERN_INVALID_ARGUMENT;
    struct port **ports = alloc_bytes((target_task->n_threads + 1) * sizeof(*ports));
    if (!ports)
        return KERN_RESOURCE_SHORTAGE;
    enum port_flavor flavor = flavor_of_port(call_now()->port); /* K61, K122 */
    list_for_each(node, &target_task->threads) ports[n++] =
        thread_flavored(list_entry(node, struct thread, link), flavor).port;
    ASSERT(n == target_task->n_threads);
    call_ipc()->steps += n;
    *act_list = ports;
    *act_listCnt = n;
    return KERN_SUCCESS;
}

kern_return_t serve_mach_task_is_self(struct task *task, boolean_t *is_self)
{
    if (!task)
        return KERN_INVALID_ARGUMENT;
    *is_self = task == call_now()->caller->task;
    return KERN_SUCCESS;
}

/* ---- special and registered ports ---- */

/* Which of them a port of this flavor may ask for (K76). */
static bool may_get(enum port_flavor flavor, int which)
{
    return flavor == FLAVOR_CONTROL || which == TASK_NAME_PORT || which == TASK_INSPECT_PORT ||
           (which == TASK_READ_PORT && flavor == FLAVOR_READ);
}

kern_return_t serve_task_get_special_port(struct task *task, int which_port, struct port **special_port)
{
    struct right right;
    if (!task)
        return KERN_INVALID_ARGUMENT;
    if (!may_get(flavor_of_port(call_now()->port), which_port))
        return KERN_INVALID_CAPABILITY;
    kern_return_t kr = task_get_special(task, which_port, &right);
    if (kr == KERN_SUCCESS)
        *special_port = right.port;
    return kr;
}

kern_return_t serve_task_set_special_port(struct task *task, int which_port, struct port *special_port)
{
    if (!task)
        return KERN_INVALID_ARGUMENT;
    return task_set_special(task, which_port, (struct right){ special_port, MACH_MSG_TYPE_PORT_SEND });
}

kern_return_t serve_mach_ports_register3(struct task *task, struct port *port1, struct port *port2,
                                         struct port *port3)
{
    struct right rights[REGISTERED_PORTS] = {
        { port1, MACH_MSG_TYPE_PORT_SEND },
        { port2, MACH_MSG_TYPE_PORT_SEND },
        { port3, MACH_MSG_TYPE_PORT_SEND },
    };
    return task ? task_register_ports(task, rights) : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_mach_ports_lookup3(struct task *task, struct port **port1, struct port **port2,
                                       struct port **port3)
{
    struct right rights[REGISTERED_PORTS];
    if (!task)
        return KERN_INVALID_ARGUMENT;
    kern_return_t kr = task_lookup_ports(task, rights);
    if (kr != KERN_SUCCESS)
        return kr;
    *port1 = rights[0].port;
    *port2 = rights[1].port;
    *port3 = rights[2].port;
    return KERN_SUCCESS;
}

/* ---- semaphores ---- */

kern_return_t serve_semaphore_create(struct task *task, struct port **semaphore, int policy, int value)
{
    struct right right;
    if (!task)
        return KERN_INVALID_ARGUMENT;
    kern_return_t kr = semaphore_new(call_ipc(), task->account, &task->semaphores, policy, value, &right);
    if (kr == KERN_SUCCESS)
        *semaphore = right.port;
    return kr;
}

kern_return_t serve_semaphore_destroy(struct task *task, struct port *semaphore)
{
    if (!task)
        return KERN_INVALID_ARGUMENT;
    kern_return_t kr = semaphore_destroy_by(call_ipc(), &task->semaphores, semaphore_of_port(semaphore));
    if (kr == KERN_SUCCESS)
        right_release(call_ipc(), (struct right){ semaphore, MACH_MSG_TYPE_PORT_SEND });
    return kr;
}

/* ---- information ---- */

/* Count 0: a flavor that needs more than the kernel knows about a process. */
static mach_msg_type_number_t info_count(task_flavor_t flavor)
{
    switch (flavor) {
    case TASK_SECURITY_TOKEN: return TASK_SECURITY_TOKEN_COUNT;
    case TASK_AUDIT_TOKEN: return TASK_AUDIT_TOKEN_COUNT;
    case TASK_FLAGS_INFO: return TASK_FLAGS_INFO_COUNT;
    case MACH_TASK_BASIC_INFO: return MACH_TASK_BASIC_INFO_COUNT;
    case TASK_BASIC_INFO_32:
    case TASK_BASIC2_INFO_32: return TASK_BASIC_INFO_32_COUNT;
    case TASK_BASIC_INFO_64: return TASK_BASIC_INFO_64_COUNT;
    }
    return 0;
}

static natural_t capped(uint64_t bytes)
{
    return bytes < UINT32_MAX ? (natural_t)bytes : UINT32_MAX;
}

/* K215-K217. Times are those of threads that have ended, and nobody keeps them yet. */
static void write_basic(const struct task *task, const struct host_task_memory *memory, task_flavor_t flavor,
                        integer_t *info)
{
    integer_t stops = (integer_t)task->suspension.stops;
    const struct mach_task_basic_info newest = { .virtual_size = memory->size,
                                                 .resident_size = memory->resident,
                                                 .resident_size_max = memory->resident_peak,
                                                 .policy = POLICY_TIMESHARE,
                                                 .suspend_count = stops };
    const struct task_basic_info_64 wide = { .virtual_size = memory->size,
                                             .resident_size = memory->resident,
                                             .policy = POLICY_TIMESHARE,
                                             .suspend_count = stops };
    const struct task_basic_info_32 narrow = {
        .virtual_size = capped(memory->size),
        .resident_size = capped(flavor == TASK_BASIC2_INFO_32 ? memory->resident_peak : memory->resident),
        .policy = POLICY_TIMESHARE,
        .suspend_count = stops,
    };
    switch (flavor) {
    case MACH_TASK_BASIC_INFO: memcpy(info, &newest, sizeof(newest)); break;
    case TASK_BASIC_INFO_64: memcpy(info, &wide, sizeof(wide)); break;
    default: memcpy(info, &narrow, sizeof(narrow)); break;
    }
}

static bool is_basic(task_flavor_t flavor)
{
    return flavor == MACH_TASK_BASIC_INFO || flavor == TASK_BASIC_INFO_32 || flavor == TASK_BASIC2_INFO_32 ||
           flavor == TASK_BASIC_INFO_64;
}

static kern_return_t basic_info(struct task *task, task_flavor_t flavor, integer_t *info)
{
    struct host_task_memory memory;
    call_ipc()->steps += HOST_STEPS_OF_A_FILE;
    if (!call_ipc()->ops->task_memory(call_ipc()->host, task, &memory))
        return KERN_INVALID_ARGUMENT;
    write_basic(task, &memory, flavor, info);
    return KERN_SUCCESS;
}

static void write_info(const struct task *task, task_flavor_t flavor, integer_t *info)
{
    const struct task_flags_info flags = { .flags = TF_LP64 | TF_64B_DATA };
    switch (flavor) {
    case TASK_SECURITY_TOKEN: memcpy(info, &task->token.security, sizeof(task->token.security)); break;
    case TASK_AUDIT_TOKEN: memcpy(info, &task->token.audit, sizeof(task->token.audit)); break;
    case TASK_FLAGS_INFO: memcpy(info, &flags, sizeof(flags)); break;
    }
}

/* K223 names the codes of flavors that are not served for good; times of a process are not known here. */
static kern_return_t other_flavor(task_flavor_t flavor)
{
    enum { SCHED_RR = 11, SCHED_FIFO = 12, SCHED = 14, TRACE_MEMORY = 24, LAST = 32 };
    if (flavor == SCHED_RR || flavor == SCHED_FIFO)
        return KERN_INVALID_POLICY;
    if (flavor == 0 || flavor > LAST || flavor == SCHED || flavor == TRACE_MEMORY)
        return KERN_INVALID_ARGUMENT;
    return KERN_NOT_SUPPORTED;
}

kern_return_t serve_task_info(struct task *target_task, task_flavor_t flavor, task_info_t task_info_out,
                              mach_msg_type_number_t *task_info_outCnt)
{
    mach_msg_type_number_t count = info_count(flavor);
    if (!target_task)
        return KERN_INVALID_ARGUMENT;
    if (count == 0)
        return other_flavor(flavor);
    if (*task_info_outCnt < count)
        return KERN_INVALID_ARGUMENT;
    *task_info_outCnt = count;
    if (is_basic(flavor))
        return basic_info(target_task, flavor, task_info_out);
    write_info(target_task, flavor, task_info_out);
    return KERN_SUCCESS;
}

kern_return_t serve_task_set_info(struct task *target_task, task_flavor_t flavor, task_info_t task_info_in,
                                  mach_msg_type_number_t task_info_inCnt)
{
    return KERN_INVALID_ARGUMENT;
}

/* There are no vouchers, so no task has one. */
kern_return_t serve_task_get_mach_voucher(struct task *task, mach_voucher_selector_t which,
                                          struct port **voucher)
{
    if (!task)
        return KERN_INVALID_TASK;
    *voucher = NULL;
    return KERN_SUCCESS;
}

/* K165: there is no state for threads to come. */
kern_return_t serve_task_get_state(struct task *task, thread_state_flavor_t flavor, thread_state_t old_state,
                                   mach_msg_type_number_t *old_stateCnt)
{
    return KERN_INVALID_ARGUMENT;
}

kern_return_t serve_task_set_state(struct task *task, thread_state_flavor_t flavor, thread_state_t new_state,
                                   mach_msg_type_number_t new_stateCnt)
{
    return KERN_INVALID_ARGUMENT;
}
