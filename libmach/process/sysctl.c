/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/sysctl.c - <sys/sysctl.h>: the names of Darwin, the facts of Linux */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <mach/machine.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "libmach/process/kinfo.h"
#include "libmach/calls/process.h"

enum { TEXT_SIZE = 512, MAX_PROCESSES = 2500 }; /* F23: where no machd says otherwise */

struct value {
    enum { NUMBER, WIDE, TEXT, TIME, RECORD } kind;
    int64_t number;
    char text[TEXT_SIZE];
    struct timeval time;
    union {
        struct clockinfo clock;
        struct loadavg load;
        struct xsw_usage swap;
    } record;
    size_t record_size;
};

static void set_text(struct value *value, const char *text)
{
    snprintf(value->text, sizeof value->text, "%s", text);
}

/* ---- facts that need more than a number ---- */

static int64_t physical_memory(void)
{
    return (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
}

static int64_t cache_line(void)
{
    long size = sysconf(_SC_LEVEL1_DCACHE_LINESIZE);
    return size > 0 ? size : 64;
}

static int64_t max_files(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max < INT_MAX ? (int64_t)limit.rlim_max
                                                                             : INT_MAX;
}

static int64_t max_processes(void)
{
    uint64_t max = 0;
    int error = 0;
    kern_return_t kr = process_set(PROCESS_SET_MAX, 0, &error, &max);
    return kr == KERN_SUCCESS && max != 0 ? (int64_t)max : MAX_PROCESSES;
}

static struct timeval boot_time(void)
{
    struct timespec now, up;
    clock_gettime(CLOCK_REALTIME, &now);
    clock_gettime(CLOCK_BOOTTIME, &up);
    int64_t ns = (now.tv_sec - up.tv_sec) * 1000000000ll + now.tv_nsec - up.tv_nsec;
    return (struct timeval){ .tv_sec = ns / 1000000000, .tv_usec = ns % 1000000000 / 1000 };
}

static void of_system(struct value *value, size_t member)
{
    struct utsname system;
    if (uname(&system) == 0)
        set_text(value, (const char *)&system + member);
}

/* One line of a small file that Linux shows, or the value behind a key of it, is all that these need. */
static void of_file(struct value *value, const char *path, const char *key)
{
    char line[TEXT_SIZE];
    FILE *in = fopen(path, "re");
    while (in != NULL && fgets(line, sizeof line, in) != NULL) {
        const char *colon = strchr(line, ':');
        line[strcspn(line, "\n")] = '\0';
        if (key != NULL && (strncmp(line, key, strlen(key)) != 0 || colon == NULL))
            continue;
        set_text(value, key != NULL ? colon + 1 + strspn(colon + 1, " ") : line);
        break;
    }
    if (in != NULL)
        fclose(in);
}

static void boot_session(struct value *value)
{
    of_file(value, "/proc/sys/kernel/random/boot_id", NULL);
    for (char *at = value->text; *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
}

static void clock_record(struct value *value)
{
    int hz = (int)sysconf(_SC_CLK_TCK);
    value->record.clock = (struct clockinfo){ .hz = hz, .tick = 1000000 / hz, .stathz = hz, .profhz = hz };
    value->record_size = sizeof value->record.clock;
}

static void load_record(struct value *value)
{
    enum { SCALE = 2048 };
    double load[3] = { 0 };
    value->record.load.fscale = SCALE;
    if (getloadavg(load, 3) == 3)
        for (int i = 0; i < 3; i++)
            value->record.load.ldavg[i] = (fixpt_t)(load[i] * SCALE);
    value->record_size = sizeof value->record.load;
}

static void swap_record(struct value *value)
{
    struct sysinfo system;
    if (sysinfo(&system) == 0)
        value->record.swap = (struct xsw_usage){
            .xsu_total = (uint64_t)system.totalswap * system.mem_unit,
            .xsu_avail = (uint64_t)system.freeswap * system.mem_unit,
            .xsu_used = (uint64_t)(system.totalswap - system.freeswap) * system.mem_unit,
            .xsu_pagesize = (uint32_t)sysconf(_SC_PAGESIZE),
        };
    value->record_size = sizeof value->record.swap;
}

static const char *machine(void)
{
#if defined(__x86_64__)
    return "x86_64";
#else
    return "arm64";
#endif
}

#if defined(__x86_64__)
enum { PROCESSOR = CPU_TYPE_X86_64, PROCESSOR_SUB = CPU_SUBTYPE_X86_64_ALL };
#else
enum { PROCESSOR = CPU_TYPE_ARM64, PROCESSOR_SUB = CPU_SUBTYPE_ARM64_ALL };
#endif

/* ---- the table: how a value is made, by name and by numbers ---- */

enum fact {
    CONSTANT,
    ONLINE_CPUS,
    ALL_CPUS,
    MEMORY,
    PAGE_SIZE_OF_SYSTEM,
    CACHE_LINE,
    ARGUMENTS_MAX,
    FILES_MAX,
    PROCESSES,
    PROCESSES_OF_USER,
    BOOT_TIME,
    MACHINE,
    MODEL,
    SYSTEM,
    RELEASE,
    VERSION_OF_SYSTEM,
    BUILD,
    PRODUCT_VERSION,
    HOST_NAME,
    CACHE,
    BRAND,
    VENDOR,
    BOOT_SESSION,
    CLOCK_RATE,
    LOAD,
    SWAP,
    NOTHING,
};

static const struct entry {
    const char *name;
    int mib[2]; /* 0: by name alone */
    int kind;
    enum fact fact;
    int64_t constant;
} entries[] = {
    { "hw.ncpu", { CTL_HW, HW_NCPU }, NUMBER, ONLINE_CPUS, 0 },
    { "hw.activecpu", { CTL_HW, HW_AVAILCPU }, NUMBER, ONLINE_CPUS, 0 },
    { "hw.physicalcpu", { 0 }, NUMBER, ONLINE_CPUS, 0 },
    { "hw.physicalcpu_max", { 0 }, NUMBER, ALL_CPUS, 0 },
    { "hw.logicalcpu", { 0 }, NUMBER, ONLINE_CPUS, 0 },
    { "hw.logicalcpu_max", { 0 }, NUMBER, ALL_CPUS, 0 },
    { "hw.byteorder", { CTL_HW, HW_BYTEORDER }, NUMBER, CONSTANT, 1234 },
    { "hw.cputype", { 0 }, NUMBER, CONSTANT, PROCESSOR },
    { "hw.cpusubtype", { 0 }, NUMBER, CONSTANT, PROCESSOR_SUB },
    { "hw.cpu64bit_capable", { 0 }, NUMBER, CONSTANT, 1 },
    { "hw.memsize", { CTL_HW, HW_MEMSIZE }, WIDE, MEMORY, 0 },
    { "hw.pagesize", { CTL_HW, HW_PAGESIZE }, WIDE, PAGE_SIZE_OF_SYSTEM, 0 },
    { "hw.cachelinesize", { CTL_HW, HW_CACHELINE }, WIDE, CACHE_LINE, 0 },
    { "hw.availcpu", { 0 }, NUMBER, ONLINE_CPUS, 0 },
    { "hw.packages", { 0 }, NUMBER, CONSTANT, 1 },
    { "hw.physmem", { CTL_HW, HW_PHYSMEM }, WIDE, MEMORY, 0 },
    { "hw.usermem", { CTL_HW, HW_USERMEM }, WIDE, MEMORY, 0 },
    { "hw.l1icachesize", { CTL_HW, HW_L1ICACHESIZE }, WIDE, CACHE, _SC_LEVEL1_ICACHE_SIZE },
    { "hw.l1dcachesize", { CTL_HW, HW_L1DCACHESIZE }, WIDE, CACHE, _SC_LEVEL1_DCACHE_SIZE },
    { "hw.l2cachesize", { CTL_HW, HW_L2CACHESIZE }, WIDE, CACHE, _SC_LEVEL2_CACHE_SIZE },
    { "hw.l3cachesize", { CTL_HW, HW_L3CACHESIZE }, WIDE, CACHE, _SC_LEVEL3_CACHE_SIZE },
    { "hw.optional.floatingpoint", { CTL_HW, HW_FLOATINGPT }, NUMBER, CONSTANT, 1 },
    { "machdep.cpu.brand_string", { 0 }, TEXT, BRAND, 0 },
    { "machdep.cpu.vendor", { 0 }, TEXT, VENDOR, 0 },
    { "machdep.cpu.core_count", { 0 }, NUMBER, ALL_CPUS, 0 },
    { "machdep.cpu.thread_count", { 0 }, NUMBER, ALL_CPUS, 0 },
    { "vm.loadavg", { CTL_VM, VM_LOADAVG }, RECORD, LOAD, 0 },
    { "vm.swapusage", { CTL_VM, VM_SWAPUSAGE }, RECORD, SWAP, 0 },
    { "vm.pagesize", { 0 }, NUMBER, PAGE_SIZE_OF_SYSTEM, 0 },
    { "kern.clockrate", { CTL_KERN, KERN_CLOCKRATE }, RECORD, CLOCK_RATE, 0 },
    { "kern.bootsessionuuid", { 0 }, TEXT, BOOT_SESSION, 0 },
    { "kern.maxfilesperproc", { CTL_KERN, KERN_MAXFILESPERPROC }, NUMBER, FILES_MAX, 0 },
    { "kern.posix1version", { CTL_KERN, KERN_POSIX1 }, NUMBER, CONSTANT, 200112 },
    { "kern.job_control", { CTL_KERN, KERN_JOB_CONTROL }, NUMBER, CONSTANT, 1 },
    { "kern.saved_ids", { CTL_KERN, KERN_SAVED_IDS }, NUMBER, CONSTANT, 1 },
    { "kern.safeboot", { CTL_KERN, KERN_SAFEBOOT }, NUMBER, CONSTANT, 0 },
    { "kern.hv_support", { 0 }, NUMBER, CONSTANT, 0 },
    { "sysctl.proc_native", { 0 }, NUMBER, CONSTANT, 1 },
    { "hw.tbfrequency", { CTL_HW, HW_TB_FREQ }, WIDE, CONSTANT, 1000000000 },
    { "hw.machine", { CTL_HW, HW_MACHINE }, TEXT, MACHINE, 0 },
    { "hw.model", { CTL_HW, HW_MODEL }, TEXT, MODEL, 0 },
    { "hw.targettype", { 0 }, TEXT, MODEL, 0 },
    { "kern.ostype", { CTL_KERN, KERN_OSTYPE }, TEXT, SYSTEM, 0 },
    { "kern.osrelease", { CTL_KERN, KERN_OSRELEASE }, TEXT, RELEASE, 0 },
    { "kern.version", { CTL_KERN, KERN_VERSION }, TEXT, VERSION_OF_SYSTEM, 0 },
    { "kern.osversion", { CTL_KERN, KERN_OSVERSION }, TEXT, BUILD, 0 },
    { "kern.osproductversion", { 0 }, TEXT, PRODUCT_VERSION, 0 },
    { "kern.hostname", { CTL_KERN, KERN_HOSTNAME }, TEXT, HOST_NAME, 0 },
    { "kern.bootargs", { 0 }, TEXT, NOTHING, 0 },
    { "kern.boottime", { CTL_KERN, KERN_BOOTTIME }, TIME, BOOT_TIME, 0 },
    { "kern.osrevision", { CTL_KERN, KERN_OSREV }, NUMBER, CONSTANT, 199506 },
    { "kern.maxproc", { CTL_KERN, KERN_MAXPROC }, NUMBER, PROCESSES, 0 },
    { "kern.maxprocperuid", { CTL_KERN, KERN_MAXPROCPERUID }, NUMBER, PROCESSES_OF_USER, 0 },
    { "kern.maxfiles", { CTL_KERN, KERN_MAXFILES }, NUMBER, FILES_MAX, 0 },
    { "kern.argmax", { CTL_KERN, KERN_ARGMAX }, NUMBER, ARGUMENTS_MAX, 0 },
    { "kern.ngroups", { CTL_KERN, KERN_NGROUPS }, NUMBER, CONSTANT, 16 },
    { "kern.tfp.policy", { 0 }, NUMBER, CONSTANT, 2 },
    { "kern.secure_kernel", { 0 }, NUMBER, CONSTANT, 0 },
    { "kern.development", { 0 }, NUMBER, CONSTANT, 0 },
    { "kern.hv_vmm_present", { 0 }, NUMBER, CONSTANT, 0 },
    { "kern.exc_resource_threads_enabled", { 0 }, NUMBER, CONSTANT, 0 },
    { "kern.wq_max_threads", { 0 }, NUMBER, CONSTANT, 512 },
    { "kern.wq_max_constrained_threads", { 0 }, NUMBER, CONSTANT, 64 },
};
#define N_ENTRIES (sizeof entries / sizeof entries[0])

static void find_out(const struct entry *entry, struct value *value)
{
    value->kind = entry->kind;
    switch (entry->fact) {
    case CONSTANT: value->number = entry->constant; break;
    case ONLINE_CPUS: value->number = sysconf(_SC_NPROCESSORS_ONLN); break;
    case ALL_CPUS: value->number = sysconf(_SC_NPROCESSORS_CONF); break;
    case MEMORY: value->number = physical_memory(); break;
    case PAGE_SIZE_OF_SYSTEM: value->number = sysconf(_SC_PAGESIZE); break;
    case CACHE_LINE: value->number = cache_line(); break;
    case ARGUMENTS_MAX: value->number = sysconf(_SC_ARG_MAX); break;
    case FILES_MAX: value->number = max_files(); break;
    case PROCESSES: value->number = max_processes(); break;
    case PROCESSES_OF_USER: value->number = max_processes() / 2; break;
    case BOOT_TIME: value->time = boot_time(); break;
    case MACHINE: set_text(value, machine()); break;
    case MODEL: set_text(value, "Linux"); break;
    case SYSTEM: of_system(value, offsetof(struct utsname, sysname)); break;
    case RELEASE: of_system(value, offsetof(struct utsname, release)); break;
    case VERSION_OF_SYSTEM: of_system(value, offsetof(struct utsname, version)); break;
    case BUILD: set_text(value, "19A583"); break; /* of the generation that machd follows */
    case PRODUCT_VERSION: set_text(value, "10.15"); break;
    case HOST_NAME: of_system(value, offsetof(struct utsname, nodename)); break;
    case CACHE: value->number = sysconf((int)entry->constant); break;
    case BRAND: of_file(value, "/proc/cpuinfo", "model name"); break;
    case VENDOR: of_file(value, "/proc/cpuinfo", "vendor_id"); break;
    case BOOT_SESSION: boot_session(value); break;
    case CLOCK_RATE: clock_record(value); break;
    case LOAD: load_record(value); break;
    case SWAP: swap_record(value); break;
    case NOTHING: break;
    }
}

/* ---- giving and setting it ---- */

static int fail(int error)
{
    errno = error;
    return -1;
}

/* A number as wide as the room, if that is one of the two usual widths. */
static const void *bytes_of(struct value *value, size_t room, size_t *size_p)
{
    static const size_t sizes[] = {
        [NUMBER] = sizeof(int32_t), [WIDE] = sizeof(int64_t), [TIME] = sizeof(struct timeval)
    };
    switch (value->kind) {
    case TEXT: *size_p = strlen(value->text) + 1; return value->text;
    case TIME: *size_p = sizes[TIME]; return &value->time;
    case RECORD: *size_p = value->record_size; return &value->record;
    case NUMBER:
    case WIDE: break;
    }
    bool is_usual = room == sizeof(int32_t) || room == sizeof(int64_t);
    *size_p = is_usual ? room : sizes[value->kind];
    return &value->number; /* little-endian: the low half comes first */
}

static int give(const struct entry *entry, void *old, size_t *old_size)
{
    size_t size, room = old != NULL && old_size != NULL ? *old_size : 0;
    struct value value = { 0 };
    find_out(entry, &value);
    const void *bytes = bytes_of(&value, room, &size);
    if (old != NULL && old_size != NULL)
        memcpy(old, bytes, size < room ? size : room);
    if (old_size != NULL)
        *old_size = old != NULL && size > room ? room : size;
    return old != NULL && size > room ? fail(ENOMEM) : 0;
}

/* F23: kern.maxproc alone. 0 sets nothing in machd, so it is refused here. */
static int set(const struct entry *entry, const void *new_value, size_t size)
{
    int32_t max;
    int error = 0;
    if (entry->fact != PROCESSES)
        return EPERM;
    if (size != sizeof max)
        return EINVAL;
    memcpy(&max, new_value, sizeof max);
    if (process_set(PROCESS_SET_MAX, max > 0 ? (uint64_t)max : UINT64_MAX, &error, NULL) != KERN_SUCCESS)
        return EPERM;
    return error;
}

static int give_and_set(const struct entry *entry, void *old, size_t *old_size, const void *new_value,
                        size_t new_size)
{
    int result = old != NULL || old_size != NULL || new_value == NULL ? give(entry, old, old_size) : 0;
    int error = result == 0 && new_value != NULL ? set(entry, new_value, new_size) : 0;
    return error != 0 ? fail(error) : result;
}

static const struct entry *find(const char *name)
{
    for (size_t i = 0; i < N_ENTRIES; i++)
        if (strcmp(entries[i].name, name) == 0)
            return &entries[i];
    return NULL;
}

/* Names whose values are lists: all of them, or with one number more. */
static const struct branch {
    const char *name;
    int mib[3], n_mib;
} branches[] = {
    { "kern.proc.all", { CTL_KERN, KERN_PROC, KERN_PROC_ALL }, 3 },
    { "kern.proc.pid", { CTL_KERN, KERN_PROC, KERN_PROC_PID }, 3 },
    { "kern.proc.pgrp", { CTL_KERN, KERN_PROC, KERN_PROC_PGRP }, 3 },
    { "kern.proc.tty", { CTL_KERN, KERN_PROC, KERN_PROC_TTY }, 3 },
    { "kern.proc.uid", { CTL_KERN, KERN_PROC, KERN_PROC_UID }, 3 },
    { "kern.proc.ruid", { CTL_KERN, KERN_PROC, KERN_PROC_RUID }, 3 },
    { "kern.procargs2", { CTL_KERN, KERN_PROCARGS2 }, 2 },
};

static const struct branch *find_branch(const char *name)
{
    for (size_t i = 0; i < sizeof branches / sizeof branches[0]; i++)
        if (strcmp(branches[i].name, name) == 0)
            return &branches[i];
    return NULL;
}

static bool is_branch(const int *name, u_int n)
{
    return n >= 3 && name[0] == CTL_KERN && (name[1] == KERN_PROC || name[1] == KERN_PROCARGS2);
}

static int list(const int *name, u_int n, void *old, size_t *old_size, const void *new_value)
{
    int error;
    if (new_value != NULL)
        error = EPERM;
    else if (name[1] == KERN_PROCARGS2)
        error = kinfo_arguments(name[2], old, old_size);
    else if (n < 4 && name[2] != KERN_PROC_ALL)
        error = EINVAL;
    else
        error = kinfo_processes(name[2], n > 3 ? name[3] : 0, old, old_size);
    return error != 0 ? fail(error) : 0;
}

int sysctlbyname(const char *name, void *old, size_t *old_size, void *new_value, size_t new_size)
{
    const struct entry *entry = find(name);
    const struct branch *branch = find_branch(name);
    if (branch != NULL && branch->n_mib == 3)
        return list(branch->mib, 3, old, old_size, new_value);
    return entry != NULL ? give_and_set(entry, old, old_size, new_value, new_size) : fail(ENOENT);
}

int sysctl(int *name, u_int n_name, void *old, size_t *old_size, void *new_value, size_t new_size)
{
    if (n_name < 2 || n_name > CTL_MAXNAME)
        return fail(EINVAL);
    if (is_branch(name, n_name))
        return list(name, n_name, old, old_size, new_value);
    for (size_t i = 0; i < N_ENTRIES; i++)
        if (n_name == 2 && entries[i].mib[0] != 0 && entries[i].mib[0] == name[0] &&
            entries[i].mib[1] == name[1])
            return give_and_set(&entries[i], old, old_size, new_value, new_size);
    return fail(ENOENT);
}

int sysctlnametomib(const char *name, int *mib, size_t *n_mib)
{
    const struct entry *entry = find(name);
    const struct branch *branch = find_branch(name);
    size_t n = branch != NULL ? (size_t)branch->n_mib : 2;
    if (branch == NULL && (entry == NULL || entry->mib[0] == 0))
        return fail(ENOENT);
    if (*n_mib < n)
        return fail(ENOMEM);
    memcpy(mib, branch != NULL ? branch->mib : entry->mib, n * sizeof *mib);
    *n_mib = n;
    return 0;
}
