/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/host_statistics.c - loads, ticks and memory of the machine (K232)
 *
 * The calls wait for the host to find out (kernel/task/inquiry.h). What Linux does not count is 0.
 */
#include <mach/processor_info.h>
#include <string.h>

#include "base/alloc.h"
#include "host_priv_server.h"
#include "kernel/server/call.h"
#include "kernel/server/info.h"
#include "kernel/task/processor.h"
#include "mach_host_server.h"
#include "processor_server.h"
#include "processor_set_server.h"

enum { SCALE = 1000 }; /* LOAD_SCALE */

/* ---- records ---- */

/* How much of the processors a program more would get: all the idle ones, or its share. */
static integer_t factor_of(uint32_t load, uint32_t n_processors)
{
    uint32_t all = n_processors * SCALE;
    return (integer_t)(load < all ? all - load : (uint64_t)all * SCALE / (load + SCALE));
}

static struct host_load_info load_of(const struct system *system)
{
    struct host_load_info info = { { 0 }, { 0 } };
    for (int i = 0; i < HOST_LOADS; i++) {
        info.avenrun[i] = (integer_t)system->usage.load[i];
        info.mach_factor[i] = factor_of(system->usage.load[i], system->n_processors);
    }
    return info;
}

static struct host_cpu_load_info ticks_of(const struct system *system)
{
    struct host_cpu_load_info info = { { 0 } };
    for (uint32_t i = 0; i < system->n_processors; i++)
        for (int state = 0; state < CPU_STATE_MAX; state++)
            info.cpu_ticks[state] += system->usage.ticks[i][state];
    call_ipc()->steps += system->n_processors;
    return info;
}

static natural_t capped(uint64_t n)
{
    return n < UINT32_MAX ? (natural_t)n : UINT32_MAX;
}

static struct vm_statistics memory_of(const struct system *system)
{
    const struct machine_usage *usage = &system->usage;
    return (struct vm_statistics){
        .free_count = capped(usage->free),
        .active_count = capped(usage->active),
        .inactive_count = capped(usage->inactive),
        .wire_count = capped(usage->wired),
        .pageins = capped(usage->pages_in),
        .pageouts = capped(usage->pages_out),
        .faults = capped(usage->faults),
    };
}

static struct vm_statistics64 memory64_of(const struct system *system)
{
    const struct machine_usage *usage = &system->usage;
    return (struct vm_statistics64){
        .free_count = capped(usage->free),
        .active_count = capped(usage->active),
        .inactive_count = capped(usage->inactive),
        .wire_count = capped(usage->wired),
        .pageins = usage->pages_in,
        .pageouts = usage->pages_out,
        .faults = usage->faults,
    };
}

/* ---- host_statistics ---- */

/* Structures that have grown: a caller gets the form that it knows. */
static mach_msg_type_number_t form_of(mach_msg_type_number_t room, const mach_msg_type_number_t *forms, int n)
{
    for (int i = 0; i < n; i++)
        if (room >= forms[i])
            return forms[i];
    return 0;
}

static mach_msg_type_number_t words_of(host_flavor_t flavor, mach_msg_type_number_t room)
{
    static const mach_msg_type_number_t forms[] = { HOST_VM_INFO_REV2_COUNT, HOST_VM_INFO_REV1_COUNT,
                                                    HOST_VM_INFO_REV0_COUNT };
    static const mach_msg_type_number_t forms64[] = { HOST_VM_INFO64_REV1_COUNT, HOST_VM_INFO64_REV0_COUNT };
    switch (flavor) {
    case HOST_LOAD_INFO: return HOST_LOAD_INFO_COUNT;
    case HOST_CPU_LOAD_INFO: return HOST_CPU_LOAD_INFO_COUNT;
    case HOST_VM_INFO: return form_of(room, forms, 3);
    case HOST_VM_INFO64: return form_of(room, forms64, 2);
    }
    return 0;
}

static kern_return_t give_statistics(const struct system *system, host_flavor_t flavor,
                                     mach_msg_type_number_t n, integer_t *info,
                                     mach_msg_type_number_t *count_p)
{
    const struct host_load_info load = load_of(system);
    const struct host_cpu_load_info ticks = ticks_of(system);
    const struct vm_statistics memory = memory_of(system);
    const struct vm_statistics64 memory64 = memory64_of(system);
    switch (flavor) {
    case HOST_LOAD_INFO: return give_host_record(&load, n, info, count_p);
    case HOST_CPU_LOAD_INFO: return give_host_record(&ticks, n, info, count_p);
    case HOST_VM_INFO: return give_host_record(&memory, n, info, count_p);
    }
    return give_host_record(&memory64, n, info, count_p);
}

/* Of the two calls each knows one form of the memory's record. */
static kern_return_t statistics(struct system *system, host_flavor_t flavor, host_flavor_t of_memory,
                                integer_t *info, mach_msg_type_number_t *count_p)
{
    if (flavor != HOST_LOAD_INFO && flavor != HOST_CPU_LOAD_INFO && flavor != of_memory)
        return KERN_INVALID_ARGUMENT;
    mach_msg_type_number_t n = words_of(flavor, *count_p);
    if (n == 0 || *count_p < n)
        return KERN_FAILURE;
    kern_return_t kr = call_machine_usage(system);
    return kr == KERN_SUCCESS ? give_statistics(system, flavor, n, info, count_p) : kr;
}

kern_return_t serve_host_statistics(struct host_object *host_priv, host_flavor_t flavor,
                                    host_info_t host_info_out, mach_msg_type_number_t *host_info_outCnt)
{
    if (!host_priv)
        return KERN_INVALID_HOST;
    return statistics(system_of_host(host_priv), flavor, HOST_VM_INFO, host_info_out, host_info_outCnt);
}

static const integer_t no_module_was_changed[HOST_EXTMOD_INFO64_COUNT];

/* Of foreign modules (flavor 5) nobody keeps count. */
kern_return_t serve_host_statistics64(struct host_object *host_priv, host_flavor_t flavor,
                                      host_info64_t host_info64_out,
                                      mach_msg_type_number_t *host_info64_outCnt)
{
    if (!host_priv)
        return KERN_INVALID_HOST;
    if (flavor == HOST_EXTMOD_INFO64)
        return give_host_record(no_module_was_changed, HOST_EXTMOD_INFO64_COUNT, host_info64_out,
                                host_info64_outCnt);
    return statistics(system_of_host(host_priv), flavor, HOST_VM_INFO64, host_info64_out, host_info64_outCnt);
}

kern_return_t serve_host_priv_statistics(struct host_object *host_priv, host_flavor_t flavor,
                                         host_info_t host_info_out, mach_msg_type_number_t *host_info_outCnt)
{
    if (!host_priv)
        return KERN_INVALID_ARGUMENT;
    return statistics(system_of_host(host_priv), flavor, HOST_VM_INFO, host_info_out, host_info_outCnt);
}

/* ---- processors, one by one ---- */

kern_return_t serve_processor_info(struct processor *processor, processor_flavor_t flavor, struct port **host,
                                   processor_info_t info, mach_msg_type_number_t *infoCnt)
{
    struct processor_basic_info basic;
    kern_return_t kr = KERN_INVALID_ARGUMENT;
    if (!processor)
        return KERN_INVALID_ARGUMENT;
    if (flavor == PROCESSOR_BASIC_INFO) {
        describe_processor(processor, &basic);
        kr = give_host_record(&basic, PROCESSOR_BASIC_INFO_COUNT, info, infoCnt);
    } else if (flavor == PROCESSOR_CPU_LOAD_INFO) {
        kr = *infoCnt < CPU_STATE_MAX ? KERN_FAILURE : call_machine_usage(processor->system);
        if (kr == KERN_SUCCESS)
            kr = give_host_record(processor->system->usage.ticks[processor->slot], CPU_STATE_MAX, info,
                                  infoCnt);
    }
    if (kr == KERN_SUCCESS)
        *host = port_make_send(processor->system->host).port;
    return kr;
}

static void *records_of(const struct system *system, processor_flavor_t flavor, mach_msg_type_number_t *n_p)
{
    mach_msg_type_number_t words =
        flavor == PROCESSOR_BASIC_INFO ? PROCESSOR_BASIC_INFO_COUNT : PROCESSOR_CPU_LOAD_INFO_COUNT;
    uint8_t *records = alloc_bytes(system->n_processors * words * sizeof(integer_t)), *at = records;
    for (uint32_t i = 0; records && i < system->n_processors; i++, at += words * sizeof(integer_t)) {
        struct processor_basic_info basic;
        if (flavor == PROCESSOR_BASIC_INFO) {
            describe_processor(&system->processors[i], &basic);
            memcpy(at, &basic, sizeof(basic));
        } else {
            memcpy(at, system->usage.ticks[i], sizeof(system->usage.ticks[i]));
        }
    }
    *n_p = system->n_processors * words;
    call_ipc()->steps += system->n_processors;
    return records;
}

kern_return_t serve_host_processor_info(struct host_object *host, processor_flavor_t flavor,
                                        natural_t *out_processor_count, void **out_processor_info,
                                        mach_msg_type_number_t *out_processor_infoCnt)
{
    if (!host || (flavor != PROCESSOR_BASIC_INFO && flavor != PROCESSOR_CPU_LOAD_INFO))
        return KERN_INVALID_ARGUMENT;
    struct system *system = system_of_host(host);
    kern_return_t kr = flavor == PROCESSOR_CPU_LOAD_INFO ? call_machine_usage(system) : KERN_SUCCESS;
    if (kr != KERN_SUCCESS)
        return kr;
    *out_processor_info = records_of(system, flavor, out_processor_infoCnt);
    *out_processor_count = system->n_processors;
    return *out_processor_info ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
}

kern_return_t serve_processor_set_statistics(struct host_object *pset, processor_set_flavor_t flavor,
                                             processor_set_info_t info, mach_msg_type_number_t *infoCnt)
{
    if (!pset || flavor != PROCESSOR_SET_LOAD_INFO)
        return KERN_INVALID_ARGUMENT;
    struct system *system = system_of_host(pset);
    kern_return_t kr = call_machine_usage(system);
    if (kr != KERN_SUCCESS)
        return kr;
    const struct host_load_info load = load_of(system);
    const integer_t record[] = { (integer_t)system->n_tasks, (integer_t)system->n_threads, load.avenrun[0],
                                 load.mach_factor[0] };
    return give_host_record(record, sizeof(record) / sizeof(record[0]), info, infoCnt);
}
