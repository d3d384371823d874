/* SPDX-License-Identifier: Apache-2.0 */
/* bench/ondemand_inetd_super.c - PATH PROGRAM: listens, starts PROGRAM with the socket as descriptor 0 when somebody connects, waits
 * for its end, and says so with a byte on standard output; one at first, when it listens. As inetd does for `wait`. */
#include <poll.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct pollfd listening = { .fd = socket(AF_UNIX, SOCK_SEQPACKET, 0), .events = POLLIN };
    if (argc != 3 || strlen(argv[1]) >= sizeof(address.sun_path))
        return 2;
    strcpy(address.sun_path, argv[1]);
    if (bind(listening.fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(listening.fd, 16) != 0 || dup2(listening.fd, 0) != 0 || write(1, "l", 1) != 1)
        return 1;
    while (poll(&listening, 1, -1) == 1) {
        char *words[] = { argv[2], NULL };
        pid_t pid;
        if (posix_spawn(&pid, argv[2], NULL, NULL, words, environ) != 0 || waitpid(pid, NULL, 0) != pid ||
            write(1, "e", 1) != 1)
            return 1;
    }
    return 1;
}
