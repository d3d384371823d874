/* SPDX-License-Identifier: Apache-2.0 */
/* tests/users/bare.c - a program without libmach that has three user ids: RUID EUID SUID; says "ready" and waits to be killed */
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 4 || setresuid((uid_t)atoi(argv[1]), (uid_t)atoi(argv[2]), (uid_t)atoi(argv[3])) != 0 ||
        prctl(PR_SET_DUMPABLE, 1) != 0)
        return 1;
    puts("ready");
    fflush(stdout);
    for (;;)
        pause();
}
