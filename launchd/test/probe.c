/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/test/probe.c - a small Mach program for tests: does what its words say and prints each result as a number
 *
 *   probe tell-domain        writes what a lookup answers, as an int, to descriptor 9
 *   probe WORD...            in, look, reg, create: with a name; subset; status NAME; parent; root; per-user UID; hold: waits
 *                            for the end of standard input; exec: runs itself anew with the words that follow;
 *                            quit N: ends with that status
 */
#include <bootstrap_priv.h>
#include <mach/mach.h>
#include <servers/bootstrap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print(const char *word, kern_return_t kr)
{
    printf("%s %d\n", word, kr);
    fflush(stdout);
}

static kern_return_t enlist(const char *name)
{
    mach_port_t port;
    name_t copy;

    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port);
    mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND);
    snprintf(copy, sizeof(copy), "%s", name);
    return bootstrap_register(bootstrap_port, copy, port);
}

static kern_return_t create(const char *name)
{
    mach_port_t port;
    name_t copy;

    snprintf(copy, sizeof(copy), "%s", name);
    return bootstrap_create_service(bootstrap_port, copy, &port);
}

static kern_return_t status(const char *name)
{
    bootstrap_status_t state = -1;
    name_t copy;
    kern_return_t kr;

    snprintf(copy, sizeof(copy), "%s", name);
    kr = bootstrap_status(bootstrap_port, copy, &state);
    return kr == KERN_SUCCESS ? state : kr;
}

static kern_return_t subset(void)
{
    mach_port_t port;
    kern_return_t kr = bootstrap_subset(bootstrap_port, mach_task_self(), &port);

    if (kr == KERN_SUCCESS) {
        task_set_bootstrap_port(mach_task_self(), port);
        bootstrap_port = port;
    }
    return kr;
}

/* A word with an argument: how many words it took. */
static int act(const char *word, const char *argument)
{
    mach_port_t port;

    if (strcmp(word, "in") == 0)
        print(word, bootstrap_check_in(bootstrap_port, argument, &port));
    else if (strcmp(word, "look") == 0)
        print(word, bootstrap_look_up(bootstrap_port, argument, &port));
    else if (strcmp(word, "reg") == 0)
        print(word, enlist(argument));
    else if (strcmp(word, "create") == 0)
        print(word, create(argument));
    else if (strcmp(word, "status") == 0)
        print(word, status(argument));
    else if (strcmp(word, "per-user") == 0)
        print(word, bootstrap_look_up_per_user(bootstrap_port, NULL, (uid_t)atoi(argument), &port));
    else if (strcmp(word, "quit") == 0)
        exit(atoi(argument));
    else
        return 1;
    return 2;
}

static void wait_for_end(void)
{
    char byte;

    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
}

static void act_alone(const char *word, char **rest)
{
    mach_port_t port;

    if (strcmp(word, "subset") == 0)
        print(word, subset());
    else if (strcmp(word, "parent") == 0)
        print(word, bootstrap_parent(bootstrap_port, &port));
    else if (strcmp(word, "root") == 0)
        print(word, bootstrap_get_root(bootstrap_port, &port));
    else if (strcmp(word, "hold") == 0)
        wait_for_end();
    else if (strcmp(word, "exec") == 0)
        execv("/proc/self/exe", rest);
    else
        exit(2);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "tell-domain") == 0) {
        mach_port_t port;
        int kr = bootstrap_look_up(bootstrap_port, "test.no.such.name", &port);
        return write(9, &kr, sizeof(kr)) == sizeof(kr) ? 0 : 1;
    }
    for (int i = 1; i < argc;) {
        int taken = act(argv[i], i + 1 < argc ? argv[i + 1] : "");
        if (taken == 1)
            act_alone(argv[i], argv + i);
        i += taken;
    }
    return 0;
}
