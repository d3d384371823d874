/* SPDX-License-Identifier: Apache-2.0 */
/* demo/tour.c - leads through the demo: starts the programs, kills one, shows the namespace and the account
 *
 *   tour DIRECTORY MACHCTL      DIRECTORY holds clerk and customer
 */
#include <fcntl.h>
#include <limits.h>
#include <mach/notify.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "demo/demo.h"

static const char *directory, *machctl;

static void make_account(void)
{
    int fd = memfd_create("demo-account", 0);
    char text[16];

    if (fd < 0 || ftruncate(fd, sizeof(struct demo_account)) != 0)
        exit(1);
    snprintf(text, sizeof(text), "%d", fd);
    setenv("DEMO_ACCOUNT", text, 1);
    demo_account();
}

static pid_t start(const char *program)
{
    char path[PATH_MAX];
    pid_t pid;

    snprintf(path, sizeof(path), "%s/%s", directory, program);
    pid = fork();
    if (pid == 0) {
        execl(path, program, NULL);
        perror(path);
        _exit(127);
    }
    return pid;
}

/* A program that ends by itself ends the show: something went wrong, and it has said what. */
static void watch_children(int sig)
{
    int status;
    pid_t pid = waitpid(-1, &status, WNOHANG);

    (void)sig;
    if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) != 0)
        _exit(1);
}

/* ---- scenes ---- */

static pid_t name_and_messages(pid_t *clerk_p)
{
    name_t name = CLERK_NAME;
    mach_port_t unused;
    pid_t customer;

    demo_scene(1, "A name exists before anybody serves it");
    demo_check(bootstrap_create_service(bootstrap_port, name, &unused), "declare " CLERK_NAME);
    demo_say("tour", "declares %s: launchd makes the port and keeps the queue", CLERK_NAME);
    customer = start("customer");
    usleep(200000);
    demo_scene(2, "A message waits, and is answered");
    *clerk_p = start("clerk");
    return customer;
}

static void use_right(mach_port_t session)
{
    struct demo_received answer;
    struct demo_message request;

    demo_message_init(&request, DEMO_SAY, session, "I use the customer's right now");
    demo_call(&request, &answer);
}

static void wait_for(mach_port_t port, int id, struct demo_received *received)
{
    do {
        demo_receive(port, received);
    } while (received->message.header.msgh_id != id);
}

static void rights_and_death(mach_port_t port, pid_t customer)
{
    struct demo_received received;
    mach_port_t session, watched;

    wait_for(port, DEMO_HAND_OVER, &received);
    session = received.message.rights[0].name;
    watched = received.message.rights[1].name;
    use_right(session);
    demo_notify(watched, MACH_NOTIFY_DEAD_NAME, 0, port);
    demo_say("tour", "kills customer[%d] with -9", (int)customer);
    kill(customer, SIGKILL);
    wait_for(port, MACH_NOTIFY_DEAD_NAME, &received);
    demo_say("tour", "dead-name: the customer's port has died with it; the session lives, its right is here");
    mach_port_deallocate(mach_task_self(), session);
    wait_for(port, DEMO_SESSION_OVER, &received);
}

static const char *found(mach_port_t domain)
{
    mach_port_t port;
    kern_return_t kr = bootstrap_look_up(domain, SECRET_NAME, &port);

    if (kr == KERN_SUCCESS)
        mach_port_deallocate(mach_task_self(), port);
    return kr == KERN_SUCCESS ? "found" : bootstrap_strerror(kr);
}

/* The child's bootstrap port is the one that the kernel holds for us at the time of the fork. */
static pid_t subset(mach_port_t port)
{
    mach_port_t domain, service, outside = bootstrap_port;
    struct demo_received received;
    pid_t child;

    demo_scene(6, "A namespace of one's own");
    demo_check(bootstrap_subset(bootstrap_port, mach_task_self(), &domain), "make a subset");
    demo_check(task_set_bootstrap_port(mach_task_self(), domain), "set the bootstrap port");
    child = fork();
    if (child == 0) {
        struct demo_message ready;
        mach_port_t tour;
        demo_check(bootstrap_check_in(bootstrap_port, SECRET_NAME, &service), "check in " SECRET_NAME);
        demo_check(bootstrap_look_up(bootstrap_port, TOUR_NAME, &tour), "look up " TOUR_NAME);
        demo_say("child", "is born into a subset and checks in %s there", SECRET_NAME);
        demo_message_init(&ready, DEMO_HAND_OVER, tour, "");
        demo_send(&ready);
        while (true)
            pause();
    }
    wait_for(port, DEMO_HAND_OVER, &received);
    demo_say("tour", "looks it up in the subset: %s; outside: %s", found(domain), found(outside));
    demo_check(task_set_bootstrap_port(mach_task_self(), outside), "set the bootstrap port back");
    return child;
}

static void run_tool(const char *verb)
{
    char line[512];
    FILE *out;

    snprintf(line, sizeof(line), "'%s' %s", machctl, verb);
    out = popen(line, "r");
    while (out != NULL && fgets(line, sizeof(line), out) != NULL)
        printf("     %s", line);
    if (out == NULL || pclose(out) != 0) {
        fprintf(stderr, "demo: machctl %s failed\n", verb);
        exit(1);
    }
}

static void tree(void)
{
    demo_scene(7, "What the namespace looks like: machctl bstree");
    run_tool("bstree");
}

int main(int argc, char **argv)
{
    struct sigaction watch = { .sa_handler = watch_children, .sa_flags = SA_RESTART | SA_NOCLDSTOP };
    pid_t customer, clerk, child;
    mach_port_t port;

    if (argc != 3) {
        fprintf(stderr, "usage: tour DIRECTORY MACHCTL   (see demo/run.sh)\n");
        return 2;
    }
    directory = argv[1];
    machctl = argv[2];
    make_account();
    sigaction(SIGCHLD, &watch, NULL);
    alarm(30);
    demo_check(bootstrap_check_in(bootstrap_port, TOUR_NAME, &port), "check in " TOUR_NAME);
    customer = name_and_messages(&clerk);
    rights_and_death(port, customer);
    child = subset(port);
    signal(SIGCHLD, SIG_DFL);
    tree();
    kill(child, SIGKILL);
    kill(clerk, SIGKILL);
    printf("In all %llu messages received, with %llu port rights and %.1f MB of memory; none of this needs "
           "root.\n",
           (unsigned long long)demo_account()->messages, (unsigned long long)demo_account()->rights,
           (double)demo_account()->bytes / 1e6);
    return 0;
}
