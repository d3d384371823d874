/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ported/dialect.c - a program for macOS in strict C11: what its headers show there without being asked */
#include <dlfcn.h>
#include <mach/mach.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t seen;

static void see(int number, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    seen = number;
}

int main(void)
{
    struct sigaction action = { .sa_sigaction = see, .sa_flags = SA_SIGINFO | SA_RESTART };
    struct tm when;
    char *text = NULL;
    Dl_info info;
    void *area = mmap(NULL, vm_page_size, PROT_READ, MAP_ANON | MAP_PRIVATE,
                      VM_MAKE_TAG(VM_MEMORY_APPLICATION_SPECIFIC_1), 0);
    u_int bytes = (u_int)asprintf(&text, "%.2f", M_PI);
    bzero(&when, sizeof when);
    int ok = sigaction(SIGUSR1, &action, NULL) == 0 && raise(SIGUSR1) == 0 && seen == SIGUSR1 && bytes == 4 &&
             strcasestr("Pi is 3.14", text) != NULL && strptime("12", "%d", &when) != NULL &&
             when.tm_mday == 12 && dladdr(dlsym(RTLD_DEFAULT, "mach_msg"), &info) != 0 &&
             strstr(info.dli_fname, "libmach") != NULL && area != MAP_FAILED && usleep(1) == 0;
    free(text);
    pid_t child = fork();
    if (child == 0)
        _exit(ok ? 0 : 1);
    int status = -1;
    return waitpid(child, &status, 0) == child && status == 0 ? 0 : 1;
}
