/* SPDX-License-Identifier: Apache-2.0 */
#include "host/linux/facts.h"

#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "machd-config.h"

enum { CPUS_MAX = 4096 };

static int read_topology(int cpu, const char *name)
{
    char path[96];
    int number = -1;
    snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/topology/%s", cpu, name);
    FILE *file = fopen(path, "re");
    if (!file)
        return -1;
    if (fscanf(file, "%d", &number) != 1)
        number = -1;
    fclose(file);
    return number;
}

/* Threads of one core have the same first sibling: a core is counted where it is its own first one. */
static int32_t count_cores(int32_t cpus)
{
    int32_t cores = 0;
    for (int cpu = 0; cpu < cpus && cpu < CPUS_MAX; cpu++)
        cores += read_topology(cpu, "thread_siblings_list") == cpu;
    return cores;
}

struct machine facts_find(void)
{
    struct machine machine = machine_default();
    struct utsname name;
    long cpus = sysconf(_SC_NPROCESSORS_CONF), online = sysconf(_SC_NPROCESSORS_ONLN);
    long pages = sysconf(_SC_PHYS_PAGES), page_size = sysconf(_SC_PAGESIZE);
    if (cpus > 0)
        machine.cpus = (int32_t)cpus;
    if (online > 0)
        machine.cpus_online = (int32_t)online;
    int32_t cores = count_cores(machine.cpus);
    machine.cores = cores > 0 && cores <= machine.cpus_online ? cores : machine.cpus_online;
    if (page_size > 0)
        machine.page_size = (uint32_t)page_size;
    if (pages > 0)
        machine.memory = (uint64_t)pages * machine.page_size;
    if (uname(&name) == 0)
        snprintf(machine.version, sizeof(machine.version), "machd " MACHD_VERSION " on Linux %s",
                 name.release);
    return machine;
}
