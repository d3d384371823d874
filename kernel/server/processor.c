/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/processor.c - subsystems processor and processor_set: one set with all processors in it (K116-K118)
 *
 * Everybody may have the set's name port; its control port, through which all tasks are reached, comes only from the host's
 * privileged port.
 */
#include <mach/policy.h>

#include "base/alloc.h"
#include "host_priv_server.h"
#include "kernel/proc/proc.h"
#include "kernel/server/call.h"
#include "kernel/server/info.h"
#include "kernel/task/processor.h"
#include "mach_host_server.h"
#include "processor_server.h"
#include "processor_set_server.h"

/* ---- from the host ---- */

kern_return_t serve_processor_set_default(struct host_object *host, struct port **default_set)
{
    if (!host)
        return KERN_INVALID_ARGUMENT;
    *default_set = port_make_send(system_of_host(host)->pset_name).port;
    return KERN_SUCCESS;
}

static kern_return_t give_array(struct port **ports, uint32_t n, struct port ***array_p,
                                mach_msg_type_number_t *n_p)
{
    *array_p = ports;
    *n_p = n;
    call_ipc()->steps += n;
    return KERN_SUCCESS;
}

kern_return_t serve_host_processor_sets(struct host_object *host_priv, struct port ***processor_sets,
                                        mach_msg_type_number_t *processor_setsCnt)
{
    struct port **ports = host_priv ? alloc_bytes(sizeof(*ports)) : NULL;
    if (!ports)
        return host_priv ? KERN_RESOURCE_SHORTAGE : KERN_INVALID_ARGUMENT;
    ports[0] = port_make_send(system_of_host(host_priv)->pset_name).port;
    return give_array(ports, 1, processor_sets, processor_setsCnt);
}

kern_return_t serve_host_processor_set_priv(struct host_object *host_priv, struct host_object *set_name,
                                            struct port **set)
{
    if (!host_priv || !set_name)
        return KERN_INVALID_ARGUMENT;
    *set = port_make_send(system_of_host(set_name)->pset).port;
    return KERN_SUCCESS;
}

kern_return_t serve_host_processors(struct host_object *host_priv, struct port ***out_processor_list,
                                    mach_msg_type_number_t *out_processor_listCnt)
{
    if (!host_priv)
        return KERN_INVALID_ARGUMENT;
    const struct system *system = system_of_host(host_priv);
    struct port **ports = alloc_bytes(system->n_processors * sizeof(*ports));
    if (!ports)
        return KERN_RESOURCE_SHORTAGE;
    for (uint32_t i = 0; i < system->n_processors; i++)
        ports[i] = port_make_send(system->processors[i].port).port;
    return give_array(ports, system->n_processors, out_processor_list, out_processor_listCnt);
}

/* ---- processors ---- */

kern_return_t serve_processor_get_assignment(struct processor *processor, struct port **assigned_set)
{
    if (!processor)
        return KERN_INVALID_ARGUMENT;
    *assigned_set = port_make_send(processor->system->pset_name).port;
    return KERN_SUCCESS;
}

/* ---- the set ---- */

kern_return_t serve_processor_set_destroy(struct host_object *set)
{
    return set ? KERN_FAILURE : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_processor_set_info(struct host_object *set_name, int flavor, struct port **host,
                                       processor_set_info_t info_out, mach_msg_type_number_t *info_outCnt)
{
    if (!set_name || flavor != PROCESSOR_SET_BASIC_INFO)
        return KERN_INVALID_ARGUMENT;
    const struct system *system = system_of_host(set_name);
    const integer_t info[] = { system->machine.cpus_online, POLICY_TIMESHARE };
    if (*info_outCnt < sizeof(info) / sizeof(info[0]))
        return KERN_FAILURE;
    *host = port_make_send(system->host).port;
    return give_integers(info_out, info_outCnt, info, sizeof(info));
}

/* ---- all tasks (K117) ---- */

/* As long as its making may be taken back, and when it has been, nobody sees it. */
static bool is_listed(const struct task *task)
{
    return task->is_enabled && task->proc && !task->proc->is_undone;
}

kern_return_t serve_processor_set_tasks_with_flavor(struct host_object *processor_set,
                                                    mach_task_flavor_t flavor, struct port ***task_list,
                                                    mach_msg_type_number_t *task_listCnt)
{
    struct task *caller = call_now()->caller->task;
    uint32_t n = 0;
    if (!processor_set || flavor > TASK_FLAVOR_NAME)
        return KERN_INVALID_ARGUMENT;
    struct system *system = system_of_host(processor_set);
    struct port **ports = alloc_bytes((system->n_tasks + 1) * sizeof(*ports));
    if (!ports)
        return KERN_RESOURCE_SHORTAGE;
    list_for_each(node, &system->tasks)
    {
        struct task *task = list_entry(node, struct task, link);
        if (is_listed(task))
            ports[n++] = task_give(task, (enum port_flavor)flavor, caller).port;
    }
    ASSERT(n <= system->n_tasks);
    return give_array(ports, n, task_list, task_listCnt);
}

kern_return_t serve_processor_set_tasks(struct host_object *processor_set, struct port ***task_list,
                                        mach_msg_type_number_t *task_listCnt)
{
    return serve_processor_set_tasks_with_flavor(processor_set, TASK_FLAVOR_CONTROL, task_list, task_listCnt);
}

kern_return_t serve_processor_set_threads(struct host_object *processor_set, struct port ***thread_list,
                                          mach_msg_type_number_t *thread_listCnt)
{
    return KERN_NOT_SUPPORTED;
}
