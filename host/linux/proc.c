/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/proc.c - a few files of /proc/PID
 *
 * A command name may contain anything, parentheses and line ends too: the fields of stat are counted from the last ')', and
 * the line Name of status escapes line ends, so that a process cannot forge the lines below it.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host/linux/proc.h"

static bool read_file(int32_t pid, const char *name, char *text, size_t size)
{
    char path[48];
    snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, size - 1);
    close(fd);
    if (n <= 0)
        return false;
    text[n] = 0;
    return true;
}

static void copy_command(char command[17], const char *from, const char *to)
{
    size_t n = (size_t)(to - from) < 16 ? (size_t)(to - from) : 16;
    memcpy(command, from, n);
    command[n] = 0;
}

/* The main thread's: that of the process adds up the times of all its threads, however many these are. */
bool proc_read_stat(int32_t pid, struct proc_stat *stat)
{
    char text[1024], name[32];
    snprintf(name, sizeof(name), "task/%d/stat", pid);
    if (!read_file(pid, name, text, sizeof(text)))
        return false;
    char *open = strchr(text, '('), *close = strrchr(text, ')');
    if (!open || !close || close < open)
        return false;
    unsigned long long start;
    int n = sscanf(close + 1, " %c %d %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
                   &stat->state, &stat->parent, &stat->flags, &start);
    stat->start_time = start;
    copy_command(stat->command, open + 1, close);
    return n == 4;
}

/* The last field of stat, which Linux shows to who may look at the process. */
bool proc_read_exit(int32_t pid, int32_t *status)
{
    char text[1024];
    const char *close = read_file(pid, "stat", text, sizeof(text)) ? strrchr(text, ')') : NULL;
    const char *last = close ? strrchr(close, ' ') : NULL;
    *status = last ? (int32_t)strtol(last + 1, NULL, 10) : 0;
    return last && strncmp(close, ") Z", 3) == 0;
}

static int count_words(const char *line)
{
    int n = 0;
    while (*line && *line != '\n') {
        line += strspn(line, " \t");
        if (*line && *line != '\n')
            n++;
        line += strcspn(line, " \t\n");
    }
    return n;
}

/* The line Groups stands before NSpid, and may name hundreds. */
bool proc_read_status(int32_t pid, struct proc_status *status)
{
    char text[32768];
    if (!read_file(pid, "status", text, sizeof(text)))
        return false;
    const char *uid = strstr(text, "\nUid:"), *gid = strstr(text, "\nGid:"), *names = strstr(text, "\nNSpid:");
    if (!uid || !gid || !names)
        return false;
    status->n_namespaces = count_words(names + 7);
    return sscanf(uid + 5, "%u %u %u", &status->ruid, &status->euid, &status->svuid) == 3 &&
           sscanf(gid + 5, "%u %u %u", &status->rgid, &status->egid, &status->svgid) == 3;
}

/* The ids of the lines Gid, without the one for files, and Groups, which Linux sorts; -1: there are more than there is room. */
static int read_groups(int32_t pid, uint32_t *groups, int max)
{
    static char text[65536];
    int n = 0;
    const char *gid = read_file(pid, "status", text, sizeof(text)) ? strstr(text, "\nGid:") : NULL;
    const char *line = gid ? strstr(gid, "\nGroups:") : NULL;
    if (!line || sscanf(gid + 5, "%u %u %u", &groups[0], &groups[1], &groups[2]) != 3)
        return -1;
    line += 8;
    for (n = 3; *(line += strspn(line, " \t")) && *line != '\n'; n++) {
        char *end;
        if (n == max)
            return -1;
        groups[n] = (uint32_t)strtoul(line, &end, 10);
        if (end == line)
            return -1;
        line = end;
    }
    return *line == '\n' ? n : -1;
}

static int compare_ids(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

bool proc_has_groups_of(int32_t pid, int32_t target)
{
    enum { MAX = 4096 };
    static uint32_t mine[MAX], theirs[MAX];
    int n = read_groups(pid, mine, MAX), n_theirs = read_groups(target, theirs, MAX);
    if (n < 0 || n_theirs < 0)
        return false;
    qsort(mine, (size_t)n, sizeof(mine[0]), compare_ids);
    for (int i = 0; i < n_theirs; i++)
        if (!bsearch(&theirs[i], mine, (size_t)n, sizeof(mine[0]), compare_ids))
            return false;
    return true;
}

/* Its files, but not their directory, belong to root then. */
bool proc_is_dumpable(int32_t pid, uint32_t uid)
{
    char path[32];
    struct stat status;
    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    return stat(path, &status) == 0 && status.st_uid == uid;
}

/* ---- what is used ---- */

static uint64_t ns_of_ticks(uint64_t ticks)
{
    return ticks * (1000000000u / (uint64_t)sysconf(_SC_CLK_TCK));
}

/* Linux counts run time in nanoseconds and tells how it was spent in ticks only. */
static void split(uint64_t ns, uint64_t user_ticks, uint64_t system_ticks, uint64_t *user_p,
                  uint64_t *system_p)
{
    uint64_t ticks = user_ticks + system_ticks;
    *user_p = ticks ? (uint64_t)((double)ns * (double)user_ticks / (double)ticks) : ns;
    *system_p = ns - *user_p;
}

/* The fields of a stat from the third on: those that we want. */
struct times {
    char state;
    unsigned long long faults, major_faults, user, system;
};

static bool read_times(int32_t pid, const char *name, struct times *times)
{
    char text[1024];
    char *close = read_file(pid, name, text, sizeof(text)) ? strrchr(text, ')') : NULL;
    return close && sscanf(close + 1, " %c %*d %*d %*d %*d %*d %*u %llu %*u %llu %*u %llu %llu", &times->state,
                           &times->faults, &times->major_faults, &times->user, &times->system) == 5;
}

bool proc_read_usage(int32_t pid, int32_t tid, struct host_thread_usage *usage)
{
    char name[32];
    struct times times;
    snprintf(name, sizeof(name), "task/%d/stat", tid);
    if (!read_times(pid, name, &times))
        return false;
    uint64_t ns = proc_read_runtime(pid, tid);
    if (ns == 0)
        ns = ns_of_ticks(times.user + times.system);
    split(ns, times.user, times.system, &usage->user, &usage->system);
    usage->state = times.state;
    return true;
}

uint64_t proc_read_runtime(int32_t pid, int32_t tid)
{
    char name[32], text[96];
    snprintf(name, sizeof(name), "task/%d/schedstat", tid);
    return read_file(pid, name, text, sizeof(text)) ? strtoull(text, NULL, 10) : 0;
}

static uint64_t number_in_line(const char *text, const char *name)
{
    const char *line = strstr(text, name);
    return line ? strtoull(line + strlen(name), NULL, 10) : 0;
}

static bool read_memory(int32_t pid, struct host_task_usage *usage)
{
    enum { KIB = 1024 };
    char text[16384];
    if (!read_file(pid, "status", text, sizeof(text)))
        return false;
    usage->size = number_in_line(text, "\nVmSize:") * KIB;
    usage->resident = number_in_line(text, "\nVmRSS:") * KIB;
    usage->resident_peak = number_in_line(text, "\nVmHWM:") * KIB;
    usage->anonymous = number_in_line(text, "\nRssAnon:") * KIB;
    usage->files = (number_in_line(text, "\nRssFile:") + number_in_line(text, "\nRssShmem:")) * KIB;
    usage->swapped = number_in_line(text, "\nVmSwap:") * KIB;
    return true;
}

/* Sums over the threads that there are. */
struct live {
    uint64_t ns, user_ticks, system_ticks, switches;
};

static void add_thread(int32_t pid, int32_t tid, struct live *live)
{
    char name[32], text[16384];
    struct times times;
    snprintf(name, sizeof(name), "task/%d/stat", tid);
    if (!read_times(pid, name, &times))
        return;
    live->ns += proc_read_runtime(pid, tid);
    live->user_ticks += times.user;
    live->system_ticks += times.system;
    snprintf(name, sizeof(name), "task/%d/status", tid);
    if (read_file(pid, name, text, sizeof(text)))
        live->switches += number_in_line(text, "\nvoluntary_ctxt_switches:") +
                          number_in_line(text, "\nnonvoluntary_ctxt_switches:");
}

static bool add_threads(int32_t pid, struct live *live)
{
    char path[32];
    snprintf(path, sizeof(path), "/proc/%d/task", pid);
    DIR *directory = opendir(path);
    if (!directory)
        return false;
    for (struct dirent *entry; (entry = readdir(directory));)
        if (entry->d_name[0] != '.')
            add_thread(pid, atoi(entry->d_name), live);
    closedir(directory);
    return true;
}

static uint64_t runtime_of_process(int32_t pid, const struct times *times)
{
    clockid_t clock;
    struct timespec run;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &run) != 0)
        return ns_of_ticks(times->user + times->system);
    return (uint64_t)run.tv_sec * 1000000000u + (uint64_t)run.tv_nsec;
}

static uint64_t above(uint64_t all, uint64_t part)
{
    return all > part ? all - part : 0;
}

/* The whole is read before its parts, so that nothing that runs meanwhile counts as ended. */
bool proc_read_usage_of_task(int32_t pid, struct host_task_usage *usage)
{
    struct times times;
    struct live live = { 0 };
    *usage = (struct host_task_usage){ 0 };
    if (!read_times(pid, "stat", &times))
        return false;
    uint64_t all = runtime_of_process(pid, &times);
    if (!add_threads(pid, &live) || !read_memory(pid, usage))
        return false;
    split(live.ns, live.user_ticks, live.system_ticks, &usage->live_user, &usage->live_system);
    split(above(all, live.ns), above(times.user, live.user_ticks), above(times.system, live.system_ticks),
          &usage->ended_user, &usage->ended_system);
    usage->faults = times.faults + times.major_faults;
    usage->major_faults = times.major_faults;
    usage->switches = live.switches;
    return true;
}
