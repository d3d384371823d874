/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/task/processor.h"

#include "base/alloc.h"
#include "kernel/task/system.h"

bool processors_init(struct system *system)
{
    struct ipc *ipc = &system->ipc;
    uint32_t n = (uint32_t)system->machine.cpus;
    system->pset = port_new_kernel(ipc, system->account, KOBJECT_PROCESSOR_SET, system);
    system->pset_name = port_new_kernel(ipc, system->account, KOBJECT_PROCESSOR_SET_NAME, system);
    system->processors = alloc_zeroed(n * sizeof(*system->processors));
    system->usage.ticks = alloc_zeroed(n * sizeof(*system->usage.ticks));
    if (!system->pset || !system->pset_name || !system->processors || !system->usage.ticks)
        return false;
    for (; system->n_processors < n; system->n_processors++) {
        struct processor *processor = &system->processors[system->n_processors];
        *processor = (struct processor){ .system = system, .slot = (int32_t)system->n_processors };
        processor->port = port_new_kernel(ipc, system->account, KOBJECT_PROCESSOR, processor);
        if (!processor->port)
            return false;
    }
    return true;
}

void processors_fini(struct system *system)
{
    struct ipc *ipc = &system->ipc;
    for (uint32_t i = 0; i < system->n_processors; i++)
        port_die(ipc, system->processors[i].port, NULL);
    alloc_free(system->processors);
    alloc_free(system->usage.ticks);
    if (system->pset)
        port_die(ipc, system->pset, NULL);
    if (system->pset_name)
        port_die(ipc, system->pset_name, NULL);
}

struct processor *processor_of_port(const struct port *port)
{
    return port_is_live(port) && port->ktype == KOBJECT_PROCESSOR ? port->kobject : NULL;
}

struct system *processor_set_of_port(const struct port *port)
{
    return port_is_live(port) && port->ktype == KOBJECT_PROCESSOR_SET ? port->kobject : NULL;
}

struct system *processor_set_of_name_port(const struct port *port)
{
    bool is_set = port_is_live(port) &&
                  (port->ktype == KOBJECT_PROCESSOR_SET || port->ktype == KOBJECT_PROCESSOR_SET_NAME);
    return is_set ? port->kobject : NULL;
}
