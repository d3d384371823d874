/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/unreached.c - a program that faults when its machd is gone, and tells by descriptor 9 that its own handler ran
 *
 *     unreached before    machd is killed, then it faults
 *     unreached during    a thread faults and waits for a handler that never answers; then machd is killed
 */
#include <mach/exception_types.h>
#include <mach/mach.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { REPORT = 9, BAD_ADDRESS = 16, DEFAULT_CODES = (int)(EXCEPTION_DEFAULT | MACH_EXCEPTION_CODES) };

static void on_fault(int signal, siginfo_t *info, void *context)
{
    const char *word = (uintptr_t)info->si_addr == BAD_ADDRESS && signal == SIGSEGV ? "c" : "?";
    _exit(write(REPORT, word, 1) == 1 ? 0 : 1);
}

static pid_t machd_pid(void)
{
    static char text[1 << 16];
    FILE *status = popen("\"$MACHCTL\" status --json", "r");
    if (status == NULL)
        return 0;
    size_t n = fread(text, 1, sizeof text - 1, status);
    pclose(status);
    text[n] = '\0';
    const char *pid = strstr(text, "\"pid\":");
    return pid ? atoi(pid + strlen("\"pid\":")) : 0;
}

static void *fault(void *argument)
{
    static volatile uintptr_t address = BAD_ADDRESS; /* the compiler shall not know */
    return (void *)(uintptr_t) * (volatile uint64_t *)address;
}

static void fault_in_vain(void)
{
    union {
        mach_msg_header_t header;
        uint8_t bytes[1024];
    } request;
    mach_port_t port = MACH_PORT_NULL;
    pthread_t thread;
    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port);
    mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND);
    task_set_exception_ports(mach_task_self(), EXC_MASK_BAD_ACCESS, port, DEFAULT_CODES, 0);
    pthread_create(&thread, NULL, fault, NULL);
    mach_msg(&request.header, MACH_RCV_MSG, 0, sizeof request, port, 0, MACH_PORT_NULL);
}

int main(int argc, char **argv)
{
    struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
    struct rlimit none = { 0, 0 };
    pid_t machd = machd_pid();
    setrlimit(RLIMIT_CORE, &none);
    if (argc < 2 || machd <= 1 || mach_reply_port() == MACH_PORT_NULL)
        return 2;
    sigaction(SIGSEGV, &action, NULL);
    if (strcmp(argv[1], "during") == 0)
        fault_in_vain();
    kill(machd, SIGKILL);
    if (strcmp(argv[1], "before") == 0)
        fault(NULL);
    pause();
    return 3;
}
