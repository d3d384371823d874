/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/names/main.c - machctl-names: the verbs of machctl that are Mach programs (B96-B103)
 *
 * machctl starts it with the verb as argv[0]. It sees the namespace of whoever called machctl, and is privileged in user mode
 * if the environment led it to the administrative socket (B78).
 */
#include <stdio.h>
#include <string.h>

#include "tools/machctl/names/exec.h"
#include "tools/machctl/names/jobs.h"
#include "tools/machctl/names/list.h"
#include "tools/machctl/names/look.h"
#include "tools/machctl/names/print.h"

bool take_option(int *argc_p, char **argv, const char *word)
{
    for (int i = 1; i < *argc_p; i++) {
        if (strcmp(argv[i], word) != 0)
            continue;
        memmove(&argv[i], &argv[i + 1], (size_t)(*argc_p - i) * sizeof(*argv));
        (*argc_p)--;
        return true;
    }
    return false;
}

static int bslist(int argc, char **argv)
{
    bool jobs = take_option(&argc, argv, "-j"), json = take_option(&argc, argv, "--json");

    if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
        fprintf(stderr, "usage: machctl bslist [PID|..|/] [-j] [--json]\n");
        return 1;
    }
    return list_domain(argc == 2 ? argv[1] : NULL, jobs, json);
}

static int bstree(int argc, char **argv)
{
    bool jobs = take_option(&argc, argv, "-j"), json = take_option(&argc, argv, "--json");

    if (argc > 1) {
        fprintf(stderr, "usage: machctl bstree [-j] [--json]\n");
        return 1;
    }
    return list_tree(jobs, json);
}

static int bsexec(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: machctl bsexec PID COMMAND [ARGUMENT...]\n");
        return 1;
    }
    return exec_in(argv[1], argv + 2);
}

static void print_fact(const char *verb, const struct domain_facts *facts, bool json)
{
    if (strcmp(verb, "managerpid") == 0) {
        printf(json ? "{\"pid\":%d}\n" : "%d\n", facts->launchd_pid);
    } else if (strcmp(verb, "manageruid") == 0) {
        printf(json ? "{\"uid\":%u}\n" : "%u\n", (unsigned)facts->uid);
    } else if (json) {
        fputs("{\"name\":", stdout);
        print_json(facts->name);
        puts("}");
    } else {
        print_name(facts->name);
        putchar('\n');
    }
}

static int manager(int argc, char **argv)
{
    bool json = take_option(&argc, argv, "--json");
    struct domain_facts facts;

    if (argc > 1) {
        fprintf(stderr, "usage: machctl %s [--json]\n", argv[0]);
        return 1;
    }
    if (!MACH_PORT_VALID(bootstrap_port))
        return complain("Invalid bootstrap port");
    if (!look_facts(bootstrap_port, &facts))
        return 1;
    print_fact(argv[0], &facts, json);
    return 0;
}

int main(int argc, char **argv)
{
    const struct job_verb *job_verb = job_verb_find(argv[0]);

    if (job_verb != NULL)
        return job_verb->run(argc, argv);
    if (strcmp(argv[0], "bslist") == 0)
        return bslist(argc, argv);
    if (strcmp(argv[0], "bstree") == 0)
        return bstree(argc, argv);
    if (strcmp(argv[0], "bsexec") == 0)
        return bsexec(argc, argv);
    return manager(argc, argv);
}
