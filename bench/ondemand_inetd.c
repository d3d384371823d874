/* SPDX-License-Identifier: Apache-2.0 */
/* bench/ondemand_inetd.c - a super-server (ondemand_inetd_super.c), which starts a program when somebody connects */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ondemand.h"

static struct sockaddr_un address = { .sun_family = AF_UNIX };
static pid_t super;
static int told = -1; /* the super-server says when the program has ended */

static const char *inetd_start(const char *directory, const char *scratch)
{
    char server[4096], program[4096], byte;
    int ends[2];
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/inetd", scratch);
    snprintf(server, sizeof(server), "%s", way_path(directory, "ondemand-super"));
    snprintf(program, sizeof(program), "%s", way_path(directory, "ondemand-inetd"));
    if (pipe(ends) != 0)
        return "no pipe";
    super = fork();
    if (super == 0) {
        dup2(ends[1], 1);
        close(ends[0]);
        execl(server, server, address.sun_path, program, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    told = ends[0];
    return read(told, &byte, 1) == 1 ? NULL : "the super-server does not run";
}

static bool inetd_call(void)
{
    char message[24] = { 1 };
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    bool good = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
                write(fd, message, sizeof(message)) == sizeof(message) &&
                read(fd, message, sizeof(message)) == sizeof(message) && message[0] == 2;
    close(fd);
    return good;
}

static void inetd_wait(void)
{
    char byte;
    (void)!read(told, &byte, 1);
}

static void inetd_stop(void)
{
    kill(super, SIGTERM);
    waitpid(super, NULL, 0);
    unlink(address.sun_path);
}

struct way way_inetd = { .name = "super-server, AF_UNIX",
                         .key = "super_server",
                         .start = inetd_start,
                         .call = inetd_call,
                         .wait = inetd_wait,
                         .stop = inetd_stop };
