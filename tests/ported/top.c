/* SPDX-License-Identifier: Apache-2.0 */
/* top.c - a reporter like top: the processes with their arguments, and the threads of this one */
#include <err.h>
#include <libproc.h>
#include <mach/mach.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysctl.h>
#include <unistd.h>

static void must(kern_return_t kr, const char *what)
{
    if (kr != KERN_SUCCESS)
        errx(1, "%s: %s", what, mach_error_string(kr));
}

/* The table grows while we look: ask again until it fits. */
static struct kinfo_proc *read_table(size_t *n_p)
{
    int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_ALL, 0 };
    struct kinfo_proc *table = NULL;
    size_t size;
    do {
        if (sysctl(name, 4, NULL, &size, NULL, 0) != 0)
            err(1, "the size of the table");
        table = reallocf(table, size);
    } while (sysctl(name, 4, table, &size, NULL, 0) != 0);
    *n_p = size / sizeof(*table);
    return table;
}

static const struct kinfo_proc *find(const struct kinfo_proc *table, size_t n, pid_t pid)
{
    for (size_t i = 0; i < n; i++)
        if (table[i].kp_proc.p_pid == pid)
            return &table[i];
    errx(1, "process %d is not in the table", (int)pid);
}

static void show_processes(void)
{
    size_t n;
    struct kinfo_proc *table = read_table(&n);
    const struct kinfo_proc *mine = find(table, n, getpid());
    find(table, n, getppid());
    if (mine->kp_eproc.e_ppid != getppid() || mine->kp_eproc.e_ucred.cr_uid != geteuid() ||
        mine->kp_eproc.e_pgid != getpgrp())
        errx(1, "what the table says of this process");
    if (strncmp(mine->kp_proc.p_comm, getprogname(), MAXCOMLEN - 1) != 0)
        errx(1, "its name: %s", mine->kp_proc.p_comm);
    printf("%zu processes; this one %s traced\n", n, mine->kp_proc.p_flag & P_TRACED ? "is" : "is not");
    free(table);
}

/* An int, the path, and as many strings as the int says. */
static void show_arguments(char *first)
{
    int name[] = { CTL_KERN, KERN_PROCARGS2, getpid() }, n_words, most;
    size_t size = sizeof(most);
    if (sysctlbyname("kern.argmax", &most, &size, NULL, 0) != 0)
        err(1, "kern.argmax");
    size = (size_t)most;
    char *bytes = malloc(size);
    if (sysctl(name, 3, bytes, &size, NULL, 0) != 0)
        err(1, "the arguments");
    memcpy(&n_words, bytes, sizeof(n_words));
    const char *at = bytes + sizeof(n_words);
    at += strlen(at);
    while (*at == '\0')
        at++;
    if (n_words != 1 || strcmp(at, first) != 0)
        errx(1, "%d arguments, the first %s", n_words, at);
    free(bytes);
}

static void show_threads(void)
{
    thread_act_array_t threads;
    mach_msg_type_number_t n;
    must(task_threads(mach_task_self(), &threads, &n), "task_threads");
    for (mach_msg_type_number_t i = 0; i < n; i++) {
        thread_basic_info_data_t basic;
        thread_identifier_info_data_t id;
        mach_msg_type_number_t n_basic = THREAD_BASIC_INFO_COUNT, n_id = THREAD_IDENTIFIER_INFO_COUNT;
        must(thread_info(threads[i], THREAD_BASIC_INFO, (thread_info_t)&basic, &n_basic),
             "THREAD_BASIC_INFO");
        must(thread_info(threads[i], THREAD_IDENTIFIER_INFO, (thread_info_t)&id, &n_id),
             "THREAD_IDENTIFIER_INFO");
        printf("thread %llu: state %d, %d ms\n", (unsigned long long)id.thread_id, basic.run_state,
               (int)basic.user_time.seconds * 1000 + basic.user_time.microseconds / 1000);
        must(mach_port_deallocate(mach_task_self(), threads[i]), "mach_port_deallocate");
    }
    must(vm_deallocate(mach_task_self(), (vm_address_t)threads, n * sizeof(*threads)), "vm_deallocate");
}

int main(int argc, char *argv[])
{
    struct mach_task_basic_info basic;
    mach_msg_type_number_t n = MACH_TASK_BASIC_INFO_COUNT;
    host_basic_info_data_t host;
    mach_msg_type_number_t n_host = HOST_BASIC_INFO_COUNT;
    must(host_info(mach_host_self(), HOST_BASIC_INFO, (host_info_t)&host, &n_host), "HOST_BASIC_INFO");
    must(task_info(mach_task_self(), MACH_TASK_BASIC_INFO, (task_info_t)&basic, &n), "MACH_TASK_BASIC_INFO");
    if (host.avail_cpus < 1 || host.max_mem < basic.resident_size || basic.resident_size == 0)
        errx(1, "CPUs and memory");
    show_processes();
    show_arguments(argv[0]);
    show_threads();
    return argc != 1;
}
