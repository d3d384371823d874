/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/status.c - what machd says about itself, as a table or as it comes */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/machctl/control.h"
#include "tools/machctl/json.h"
#include "tools/machctl/place.h"
#include "tools/machctl/verbs.h"

static unsigned long long at(const char *status, const char *group, const char *key)
{
    return json_number(json_member(json_member(status, group), key));
}

static void print_head(const char *status, const char *socket)
{
    unsigned long long starts = at(status, "launchd", "starts");
    char mode[16], version[32];

    json_string(json_member(status, "mode"), mode, sizeof(mode));
    json_string(json_member(status, "version"), version, sizeof(version));
    printf("machd    %s, %s mode, pid %llu, uid %llu, up %.1f s\n", version, mode,
           json_number(json_member(status, "pid")), json_number(json_member(status, "uid")),
           (double)json_number(json_member(status, "uptime_ns")) / 1e9);
    printf("socket   %s\n", socket);
    printf("launchd  pid %llu, started %llu time%s\n", at(status, "launchd", "pid"), starts,
           starts == 1 ? "" : "s");
}

static void print_counts(const char *status)
{
    printf("holds    %llu tasks, %llu threads, %llu ports, %llu names, %llu messages (%llu bytes), %llu "
           "memory objects\n",
           at(status, "census", "tasks"), at(status, "census", "threads"), at(status, "census", "ports"),
           at(status, "census", "names"), at(status, "census", "messages"),
           at(status, "census", "message_bytes"), at(status, "census", "memory_objects"));
    printf("traps    %llu, of them %llu seen by polling; %llu sleeps, %llu rings\n",
           at(status, "counters", "traps"), at(status, "counters", "polls"), at(status, "counters", "sleeps"),
           at(status, "counters", "rings"));
    printf("wakes    %llu delegated, %llu by machd, %llu of them late\n",
           at(status, "counters", "delegated_wakes"), at(status, "counters", "wakes"),
           at(status, "counters", "late_wakes"));
    printf("polling  %s, %llu usable CPUs\n",
           json_bool(json_member(json_member(status, "polling"), "allowed")) ? "allowed" : "not allowed",
           at(status, "polling", "usable_cpus"));
}

static void print_tasks(const char *status)
{
    const char *task = json_first(json_member(status, "tasks"));
    char command[64];

    printf("\n%8s %8s %-16s %8s %8s %8s %8s\n", "PID", "UID", "COMMAND", "THREADS", "NAMES", "PORTS",
           "MESSAGES");
    for (; task != NULL; task = json_after(task)) {
        json_string(json_member(task, "command"), command, sizeof(command));
        printf("%8llu %8llu %-16s %8llu %8llu %8llu %8llu%s\n", json_number(json_member(task, "pid")),
               json_number(json_member(task, "uid")), command, json_number(json_member(task, "threads")),
               json_number(json_member(task, "names")), json_number(json_member(task, "ports")),
               json_number(json_member(task, "messages")),
               json_bool(json_member(task, "privileged")) ? "  privileged" : "");
    }
}

int verb_status(int argc, char **argv)
{
    bool json = take_option(&argc, argv, "--json");
    char socket[PATH_MAX], *status;
    int fd;

    if (argc > 1) {
        fprintf(stderr, "usage: machctl status [--json]\n");
        return 1;
    }
    fd = place_find(socket) ? control_open(socket, 0) : -1;
    if (fd < 0) {
        fprintf(stderr, "machctl: no machd runs here\n");
        return 1;
    }
    status = control_status(fd);
    if (status == NULL) {
        fprintf(stderr, "machctl: machd does not answer\n");
        return 1;
    }
    if (json) {
        fputs(status, stdout);
    } else {
        print_head(status, socket);
        print_counts(status);
        print_tasks(status);
    }
    free(status);
    return 0;
}
