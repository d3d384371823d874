/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/host_info.c - what the host's port tells of the machine (K229-K232) */
#include <mach/host_info.h>
#include <mach/processor_info.h>
#include <string.h>

#include "host_priv_server.h"
#include "kernel/server/call.h"
#include "kernel/server/info.h"
#include "kernel/task/processor.h"
#include "mach_host_server.h"

enum { BASIC_INFO_OLD_COUNT = 5, VM_PURGABLE_WORDS = 8 };

#if defined(__x86_64__)
static const struct host_preferred_user_arch processor = { 0x01000007, 3 };
#else
static const struct host_preferred_user_arch processor = { 0x0100000c, 0 };
#endif

void describe_processor(const struct processor *p, struct processor_basic_info *info)
{
    *info = (struct processor_basic_info){
        .cpu_type = processor.cpu_type,
        .cpu_subtype = processor.cpu_subtype,
        .running = p->slot < p->system->machine.cpus_online,
        .slot_num = p->slot,
        .is_main = p->slot == 0,
    };
}

static struct host_basic_info basic_info(const struct machine *machine)
{
    const uint64_t capped = 1ull << 31;
    return (struct host_basic_info){
        .max_cpus = machine->cpus,
        .avail_cpus = machine->cpus_online,
        .memory_size = (natural_t)(machine->memory < capped ? machine->memory : capped),
        .cpu_type = processor.cpu_type,
        .cpu_subtype = processor.cpu_subtype,
        .cpu_threadtype = machine->cores < machine->cpus_online,
        .physical_cpu = machine->cores,
        .physical_cpu_max = machine->cores,
        .logical_cpu = machine->cpus_online,
        .logical_cpu_max = machine->cpus,
        .max_mem = machine->memory,
    };
}

/* The older, shorter form is the beginning of the newer one. */
static kern_return_t write_basic(const struct machine *machine, host_info_t info,
                                 mach_msg_type_number_t *count_p)
{
    struct host_basic_info basic = basic_info(machine);
    if (*count_p < BASIC_INFO_OLD_COUNT)
        return KERN_FAILURE;
    if (*count_p >= HOST_BASIC_INFO_COUNT)
        *count_p = HOST_BASIC_INFO_COUNT;
    else
        *count_p = BASIC_INFO_OLD_COUNT;
    memcpy(info, &basic, *count_p * sizeof(*info));
    return KERN_SUCCESS;
}

kern_return_t give_host_record(const void *record, mach_msg_type_number_t n, integer_t *out,
                               mach_msg_type_number_t *count_p)
{
    if (*count_p < n)
        return KERN_FAILURE;
    memcpy(out, record, n * sizeof(*out));
    *count_p = n;
    return KERN_SUCCESS;
}

kern_return_t serve_host_info(struct host_object *host, host_flavor_t flavor, host_info_t host_info_out,
                              mach_msg_type_number_t *host_info_outCnt)
{
    static const struct host_sched_info sched = { 10, 10 };
    static const struct host_priority_info priority = { 80, 80, 64, 31, 0, 0, 0, 79 };
    static const integer_t purgable[VM_PURGABLE_WORDS];
    if (!host)
        return KERN_INVALID_ARGUMENT;
    const struct host_can_has_debugger_info debugger = { system_of_host(host)->developer_mode };
    switch (flavor) {
    case HOST_BASIC_INFO: return write_basic(&system_of_host(host)->machine, host_info_out, host_info_outCnt);
    case HOST_SCHED_INFO:
        return give_host_record(&sched, HOST_SCHED_INFO_COUNT, host_info_out, host_info_outCnt);
    case HOST_PRIORITY_INFO:
        return give_host_record(&priority, HOST_PRIORITY_INFO_COUNT, host_info_out, host_info_outCnt);
    case HOST_SEMAPHORE_TRAPS:
    case HOST_MACH_MSG_TRAP: *host_info_outCnt = 0; return KERN_SUCCESS;
    case HOST_VM_PURGABLE:
        return give_host_record(purgable, VM_PURGABLE_WORDS, host_info_out, host_info_outCnt);
    case HOST_DEBUG_INFO_INTERNAL: return KERN_NOT_SUPPORTED;
    case HOST_CAN_HAS_DEBUGGER:
        return give_host_record(&debugger, HOST_CAN_HAS_DEBUGGER_COUNT, host_info_out, host_info_outCnt);
    case HOST_PREFERRED_USER_ARCH:
        return give_host_record(&processor, HOST_PREFERRED_USER_ARCH_COUNT, host_info_out, host_info_outCnt);
    }
    return KERN_INVALID_ARGUMENT;
}

kern_return_t serve_host_kernel_version(struct host_object *host, kernel_version_t kernel_version)
{
    if (!host)
        return KERN_INVALID_ARGUMENT;
    memcpy(kernel_version, system_of_host(host)->machine.version, sizeof(kernel_version_t));
    return KERN_SUCCESS;
}

/* There is no IOKit (K100). */
kern_return_t serve_host_get_io_main(struct host_object *host, struct port **io_main)
{
    *io_main = NULL;
    return host ? KERN_SUCCESS : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_host_get_boot_info(struct host_object *host_priv, kernel_boot_info_t boot_info)
{
    if (!host_priv)
        return KERN_INVALID_ARGUMENT;
    boot_info[0] = '\0';
    return KERN_SUCCESS;
}

kern_return_t serve_host_reboot(struct host_object *host_priv, int options)
{
    return host_priv ? KERN_NO_ACCESS : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_host_page_size(struct host_object *host, vm_size_t *out_page_size)
{
    if (!host)
        return KERN_INVALID_ARGUMENT;
    *out_page_size = system_of_host(host)->machine.page_size;
    return KERN_SUCCESS;
}
