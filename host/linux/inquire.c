/* SPDX-License-Identifier: Apache-2.0 */
#include "host/linux/helper.h"
#include "host/linux/inquire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "host/linux/log.h"
#include "host/linux/machd.h"
#include "host/linux/proc.h"
#include "host/linux/process.h"

enum { CPUS_MAX = 4096, LINES_MAX = 1 << 20 };

/* pid 0: the machine. */
struct question {
    int32_t pid;
    uint64_t number; /* of the process's last question: who has it now may be another process */
};

struct answer {
    struct question question;
    bool is_known;
    struct host_task_usage usage;
};

/* Of the machine there is one question at a time, so the helper and machd never use these at the same time. */
static struct host_machine_usage machine;
static uint32_t ticks[CPUS_MAX][HOST_CPU_STATES];

/* ---- the machine (on the helper) ---- */

static char *read_whole(const char *path)
{
    static char text[LINES_MAX];
    size_t n = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    for (ssize_t got; fd >= 0 && n < sizeof(text) - 1; n += (size_t)got)
        if ((got = read(fd, text + n, sizeof(text) - 1 - n)) <= 0)
            break;
    if (fd >= 0)
        close(fd);
    text[n] = '\0';
    return n ? text : NULL;
}

/* Of a line that begins with this name, behind a line end. */
static uint64_t number_of(const char *text, const char *name)
{
    for (const char *at = text; (at = strstr(at, name)); at++)
        if (at == text || at[-1] == '\n')
            return strtoull(at + strlen(name), NULL, 10);
    return 0;
}

static bool read_load(void)
{
    enum { SCALE = 1000 };
    double load[HOST_LOADS];
    const char *text = read_whole("/proc/loadavg");
    if (!text || sscanf(text, "%lf %lf %lf", &load[0], &load[1], &load[2]) != HOST_LOADS)
        return false;
    for (int i = 0; i < HOST_LOADS; i++)
        machine.load[i] = (uint32_t)(load[i] * SCALE);
    return true;
}

/* Interrupts count as the system's, waiting for a disk as idle. */
static bool read_ticks(void)
{
    const char *at = read_whole("/proc/stat");
    unsigned cpu;
    unsigned long long user, nice, system, idle, wait, irq, soft_irq;
    for (machine.n_cpus = 0; at && (at = strstr(at, "\ncpu")); at++) {
        if (sscanf(at, "\ncpu%u %llu %llu %llu %llu %llu %llu %llu", &cpu, &user, &nice, &system, &idle,
                   &wait, &irq, &soft_irq) != 8 ||
            cpu >= CPUS_MAX)
            continue;
        uint32_t *state = ticks[cpu];
        state[0] = (uint32_t)user;
        state[1] = (uint32_t)(system + irq + soft_irq);
        state[2] = (uint32_t)(idle + wait);
        state[3] = (uint32_t)nice;
        if (machine.n_cpus <= cpu)
            machine.n_cpus = cpu + 1;
    }
    machine.ticks = (const uint32_t(*)[HOST_CPU_STATES])ticks;
    return machine.n_cpus > 0;
}

static bool read_memory(void)
{
    enum { KIB = 1024 };
    uint64_t kib_of_page = (uint64_t)sysconf(_SC_PAGESIZE) / KIB;
    const char *text = read_whole("/proc/meminfo");
    if (!text)
        return false;
    machine.free = number_of(text, "MemFree:") / kib_of_page;
    machine.active = number_of(text, "Active:") / kib_of_page;
    machine.inactive = number_of(text, "Inactive:") / kib_of_page;
    machine.wired = (number_of(text, "Unevictable:") + number_of(text, "SUnreclaim:") +
                     number_of(text, "KernelStack:") + number_of(text, "PageTables:")) /
                    kib_of_page;
    text = read_whole("/proc/vmstat");
    if (!text)
        return false;
    machine.faults = number_of(text, "pgfault ");
    machine.pages_in = number_of(text, "pgpgin ") / kib_of_page;
    machine.pages_out = number_of(text, "pgpgout ") / kib_of_page;
    return true;
}

/* ---- the helper ---- */

static int question_pipe[2] = { -1, -1 }, answer_pipe[2] = { -1, -1 };

static void *help(void *argument)
{
    struct answer answer;
    (void)argument;
    while (read(question_pipe[0], &answer.question, sizeof(answer.question)) == sizeof(answer.question)) {
        answer.is_known = answer.question.pid ? proc_read_usage_of_task(answer.question.pid, &answer.usage)
                                              : read_load() && read_ticks() && read_memory();
        if (write(answer_pipe[1], &answer, sizeof(answer)) != sizeof(answer))
            break;
    }
    return NULL;
}

static void close_pipes(struct machd *m)
{
    watch_close(m, &m->answers);
    for (int i = 0; i < 2; i++)
        if (question_pipe[i] >= 0)
            close(question_pipe[i]);
    if (answer_pipe[1] >= 0)
        close(answer_pipe[1]);
    question_pipe[0] = question_pipe[1] = answer_pipe[0] = answer_pipe[1] = -1;
}

static bool start(struct machd *m)
{
    if (m->answers.kind != WATCH_NONE)
        return true;
    if (pipe2(question_pipe, O_CLOEXEC) == 0 && pipe2(answer_pipe, O_CLOEXEC) == 0 &&
        fcntl(question_pipe[1], F_SETFL, O_NONBLOCK) == 0 && fcntl(answer_pipe[0], F_SETFL, O_NONBLOCK) == 0 &&
        watch_open(m, &m->answers, WATCH_ANSWERS, answer_pipe[0], EPOLLIN) == 0 && helper_start(help, NULL))
        return true;
    log_line("there is no thread to find out what processes use: %s", strerror(errno));
    close_pipes(m);
    return false;
}

/* ---- machd's side ---- */

/* A pipe that is full says that the helper has too much to do. */
static bool ask(struct machd *m, int32_t pid, uint64_t number)
{
    const struct question question = { .pid = pid, .number = number };
    return start(m) && write(question_pipe[1], &question, sizeof(question)) == sizeof(question);
}

bool inquire_task(void *host, struct task *task)
{
    static uint64_t last;
    struct process *process = kernel_task_host(task);
    if (!process || !ask(host, process->pid, last + 1))
        return false;
    process->inquiry = ++last;
    return true;
}

bool inquire_machine(void *host)
{
    return ask(host, 0, 0);
}

/* The process was there all the time if it is the one that was asked about, and lives. Its image may be another one by now, and
 * that has not asked. */
static void answer_about_task(struct machd *m, const struct answer *answer)
{
    struct process *process = process_find(m, answer->question.pid);
    if (!process || !process->task || process->inquiry != answer->question.number)
        return;
    process->inquiry = 0;
    kernel_task_usage(m->kernel, process->task, answer->is_known ? &answer->usage : NULL);
}

void inquire_answer(struct machd *m)
{
    struct answer answer;
    while (read(m->answers.fd, &answer, sizeof(answer)) == sizeof(answer)) {
        if (answer.question.pid)
            answer_about_task(m, &answer);
        else
            kernel_machine_usage(m->kernel, answer.is_known ? &machine : NULL);
    }
}

/* The helper ends with the process. */
void inquire_fini(struct machd *m)
{
    if (m->answers.kind != WATCH_NONE)
        close_pipes(m);
}
