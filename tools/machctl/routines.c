/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/routines.c - message ids to names, from the tables that mig writes beside the declarations */
#include "tools/machctl/words.h"

#include "bootstrap_map.h"
#include "clock_map.h"
#include "clock_priv_map.h"
#include "exc_map.h"
#include "host_priv_map.h"
#include "mach_exc_map.h"
#include "mach_host_map.h"
#include "mach_port_map.h"
#include "mach_vm_map.h"
#include "mach_voucher_map.h"
#include "machd_map.h"
#include "memory_entry_map.h"
#include "notify_map.h"
#include "processor_map.h"
#include "processor_set_map.h"
#include "semaphore_map.h"
#include "task_map.h"
#include "thread_act_map.h"
#include "vm_map_map.h"

struct routine {
    const char *name;
    int32_t id;
};

static const struct routine of_kernel[] = {
    subsystem_to_name_map_clock,        subsystem_to_name_map_clock_priv,
    subsystem_to_name_map_host_priv,    subsystem_to_name_map_mach_host,
    subsystem_to_name_map_mach_port,    subsystem_to_name_map_mach_vm,
    subsystem_to_name_map_machd,        subsystem_to_name_map_memory_entry,
    subsystem_to_name_map_processor,    subsystem_to_name_map_processor_set,
    subsystem_to_name_map_semaphore,    subsystem_to_name_map_task,
    subsystem_to_name_map_thread_act,   subsystem_to_name_map_vm_map,
    subsystem_to_name_map_mach_voucher,
};

static const struct routine of_programs[] = {
    subsystem_to_name_map_bootstrap,
    subsystem_to_name_map_exc,
    subsystem_to_name_map_mach_exc,
    subsystem_to_name_map_notify,
};

#define REPLY_ID 100 /* added by mig */

static const char *find(const struct routine *table, size_t n, int32_t id)
{
    for (size_t i = 0; i < n; i++) {
        if (table[i].id == id)
            return table[i].name;
    }
    return NULL;
}

static const char *find_in(bool is_kernel, int32_t id)
{
    return is_kernel ? find(of_kernel, sizeof(of_kernel) / sizeof(of_kernel[0]), id)
                     : find(of_programs, sizeof(of_programs) / sizeof(of_programs[0]), id);
}

const char *routine_name(int32_t id, bool is_kernel, bool *is_reply_p)
{
    const char *name = find_in(is_kernel, id);

    *is_reply_p = name == NULL && id >= REPLY_ID;
    return *is_reply_p ? find_in(is_kernel, id - REPLY_ID) : name;
}
