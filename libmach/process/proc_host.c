/* SPDX-License-Identifier: Apache-2.0 */
#include "libmach/process/proc_host.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { NS = 1000000000 };

/* The whole file as text; false if it cannot be read. */
static bool read_text(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, size - 1) : -1;
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return false;
    text[n] = '\0';
    return true;
}

static void path_of(char path[96], pid_t pid, pid_t tid, const char *file)
{
    if (tid != 0)
        snprintf(path, 96, "/proc/%d/task/%d/%s", pid, tid, file);
    else
        snprintf(path, 96, "/proc/%d/%s", pid, file);
}

static uint64_t ns_of_ticks(uint64_t ticks)
{
    return ticks * (NS / (uint64_t)sysconf(_SC_CLK_TCK));
}

/* The command in parentheses may hold anything, so fields are counted from the last ')'. */
static bool parse_stat(char *text, struct host_process *p)
{
    char *begin = strchr(text, '('), *end = strrchr(text, ')');
    int terminal = 0;
    long resident = 0;
    uint64_t user = 0, system = 0, start = 0;
    int64_t child_user = 0, child_system = 0;
    if (begin == NULL || end == NULL)
        return false;
    *end = '\0';
    snprintf(p->command, sizeof p->command, "%s", begin + 1);
    int n = sscanf(end + 1, " %c %d %d %d %d %d %u %lu %*u %lu %*u %lu %lu %ld %ld %*d %d %u %*d %lu %lu %ld",
                   &p->state, &p->parent, &p->group, &p->session, &terminal, &p->terminal_group,
                   &p->linux_flags, &p->minor_faults, &p->major_faults, &user, &system, &child_user,
                   &child_system, &p->nice, &p->n_threads, &start, &p->virtual_size, &resident);
    p->terminal = (uint32_t)terminal;
    p->user_ns = ns_of_ticks(user);
    p->system_ns = ns_of_ticks(system);
    p->child_user_ns = ns_of_ticks((uint64_t)child_user);
    p->child_system_ns = ns_of_ticks((uint64_t)child_system);
    p->start_ns = ns_of_ticks(start);
    p->resident_size = (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
    return n == 18;
}

static void parse_status(const char *text, struct host_process *p)
{
    unsigned long voluntary = 0, involuntary = 0;
    const char *at;
    if ((at = strstr(text, "\nTracerPid:")) != NULL)
        sscanf(at, " TracerPid: %d", &p->tracer);
    if ((at = strstr(text, "\nUid:")) != NULL)
        sscanf(at, " Uid: %u %u %u", &p->ruid, &p->uid, &p->svuid);
    if ((at = strstr(text, "\nGid:")) != NULL)
        sscanf(at, " Gid: %u %u %u", &p->rgid, &p->gid, &p->svgid);
    if ((at = strstr(text, "\nvoluntary_ctxt_switches:")) != NULL)
        sscanf(at, " voluntary_ctxt_switches: %lu", &voluntary);
    if ((at = strstr(text, "\nnonvoluntary_ctxt_switches:")) != NULL)
        sscanf(at, " nonvoluntary_ctxt_switches: %lu", &involuntary);
    p->switches = voluntary + involuntary;
}

bool host_process_read(pid_t pid, pid_t tid, struct host_process *process)
{
    char path[96], text[8192];
    *process = (struct host_process){ .pid = pid };
    path_of(path, pid, tid, "stat");
    if (!read_text(path, text, sizeof text) || !parse_stat(text, process))
        return false;
    path_of(path, pid, tid, "status");
    if (!read_text(path, text, sizeof text))
        return false;
    parse_status(text, process);
    return true;
}

/* The numbers among the names of a directory. */
static void each_number(const char *path, bool (*each)(pid_t number, void *context), void *context)
{
    DIR *directory = opendir(path);
    struct dirent *entry;
    bool more = directory != NULL;
    while (more && (entry = readdir(directory)) != NULL) {
        char *end;
        long number = strtol(entry->d_name, &end, 10);
        if (*end == '\0' && number > 0)
            more = each((pid_t)number, context);
    }
    if (directory != NULL)
        closedir(directory);
}

void host_process_each(bool (*each)(pid_t pid, void *context), void *context)
{
    each_number("/proc", each, context);
}

struct running {
    pid_t pid;
    uint32_t n;
};

static bool count_running(pid_t tid, void *context)
{
    struct running *running = context;
    struct host_process thread;
    running->n += host_process_read(running->pid, tid, &thread) && thread.state == 'R';
    return true;
}

uint32_t host_process_running(pid_t pid)
{
    char path[96];
    struct running running = { .pid = pid };
    path_of(path, pid, 0, "task");
    each_number(path, count_running, &running);
    return running.n;
}

uint64_t host_boot_time(void)
{
    struct timespec now, up;
    clock_gettime(CLOCK_REALTIME, &now);
    clock_gettime(CLOCK_BOOTTIME, &up);
    return (uint64_t)((now.tv_sec - up.tv_sec) * NS + now.tv_nsec - up.tv_nsec);
}
