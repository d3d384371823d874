/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/descriptions.c - special ports by number and by name (abi-ipc 9)
 *
 * One table for each kind of object, indexed by the port's number. The id is the name of the constant, the
 * text is what a tool prints. Numbers without a constant are unknown: text NULL, and no id leads to them.
 */
#include <mach/host_special_ports.h>
#include <mach/port_descriptions.h>
#include <mach/task_special_ports.h>
#include <mach/thread_special_ports.h>
#include <stddef.h>
#include <string.h>

struct entry {
    const char *id, *text;
};

#define PORT(id, text) [id] = { #id, text }
#define LENGTH(table) ((int)(sizeof(table) / sizeof(*(table))))

static const struct entry host_ports[] = {
    PORT(HOST_SECURITY_PORT, "host security (retired)"),
    PORT(HOST_PORT, "host"),
    PORT(HOST_PRIV_PORT, "host privileged"),
    PORT(HOST_IO_MAIN_PORT, "host I/O main"),
    PORT(HOST_DYNAMIC_PAGER_PORT, "dynamic pager"),
    PORT(HOST_AUDIT_CONTROL_PORT, "audit control"),
    PORT(HOST_USER_NOTIFICATION_PORT, "user notification"),
    PORT(HOST_AUTOMOUNTD_PORT, "automounter"),
    PORT(HOST_LOCKD_PORT, "lock daemon"),
    PORT(HOST_KTRACE_BACKGROUND_PORT, "background tracing"),
    PORT(HOST_SEATBELT_PORT, "sandbox"),
    PORT(HOST_KEXTD_PORT, "kernel extensions"),
    PORT(HOST_LAUNCHCTL_PORT, "launchctl"),
    PORT(HOST_UNFREED_PORT, "unfreed"),
    PORT(HOST_AMFID_PORT, "file integrity"),
    PORT(HOST_GSSD_PORT, "GSS daemon"),
    PORT(HOST_TELEMETRY_PORT, "telemetry"),
    PORT(HOST_ATM_NOTIFICATION_PORT, "activity trace notification"),
    PORT(HOST_COALITION_PORT, "coalition"),
    PORT(HOST_SYSDIAGNOSE_PORT, "system diagnosis"),
    PORT(HOST_XPC_EXCEPTION_PORT, "XPC exception"),
    PORT(HOST_CONTAINERD_PORT, "container manager"),
    PORT(HOST_NODE_PORT, "node"),
    PORT(HOST_RESOURCE_NOTIFY_PORT, "resource notification"),
    PORT(HOST_CLOSURED_PORT, "closure daemon"),
    PORT(HOST_SYSPOLICYD_PORT, "system policy"),
    PORT(HOST_FILECOORDINATIOND_PORT, "file coordination"),
    PORT(HOST_FAIRPLAYD_PORT, "FairPlay"),
    PORT(HOST_IOCOMPRESSIONSTATS_PORT, "I/O compression statistics"),
    PORT(HOST_MEMORY_ERROR_PORT, "memory error"),
    PORT(HOST_MANAGEDAPPDISTD_PORT, "managed application distribution"),
    PORT(HOST_DOUBLEAGENTD_PORT, "double agent"),
};

static const struct entry task_ports[] = {
    PORT(TASK_KERNEL_PORT, "task control"),
    PORT(TASK_HOST_PORT, "task host"),
    PORT(TASK_NAME_PORT, "task name"),
    PORT(TASK_BOOTSTRAP_PORT, "bootstrap"),
    PORT(TASK_INSPECT_PORT, "task inspect"),
    PORT(TASK_READ_PORT, "task read"),
    PORT(TASK_ACCESS_PORT, "task access"),
    PORT(TASK_DEBUG_CONTROL_PORT, "debug control"),
    PORT(TASK_RESOURCE_NOTIFY_PORT, "resource notification"),
};

static const struct entry thread_ports[] = {
    PORT(THREAD_KERNEL_PORT, "thread control"),
    PORT(THREAD_INSPECT_PORT, "thread inspect"),
    PORT(THREAD_READ_PORT, "thread read"),
};

static const char *text_of(const struct entry *table, int length, int number)
{
    return number >= 0 && number < length ? table[number].text : NULL;
}

static int number_of(const struct entry *table, int length, const char *id)
{
    for (int i = 0; id != NULL && i < length; i++)
        if (table[i].id != NULL && strcmp(table[i].id, id) == 0)
            return i;
    return -1;
}

const char *mach_host_special_port_description(int offset)
{
    return text_of(host_ports, LENGTH(host_ports), offset);
}

const char *mach_task_special_port_description(int offset)
{
    return text_of(task_ports, LENGTH(task_ports), offset);
}

const char *mach_thread_special_port_description(int offset)
{
    return text_of(thread_ports, LENGTH(thread_ports), offset);
}

int mach_host_special_port_for_id(const char *id)
{
    return number_of(host_ports, LENGTH(host_ports), id);
}

int mach_task_special_port_for_id(const char *id)
{
    return number_of(task_ports, LENGTH(task_ports), id);
}

int mach_thread_special_port_for_id(const char *id)
{
    return number_of(thread_ports, LENGTH(thread_ports), id);
}
