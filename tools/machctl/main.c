/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/main.c - the tool of people who use machd (B96)
 *
 * This program is no Mach program: it must not attach to any machd before `run` has made one. The verbs that look at the
 * namespace are done by machctl-names, which is one, started with the administrative socket in its environment (B78).
 */
#include <stdio.h>
#include <string.h>

#include "machd-config.h"
#include "tools/machctl/verbs.h"

struct verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage;
    const char *what;
};

static const struct verb verbs[] = {
    { "run", verb_run, "[--config FILE] [--log FILE] [--] PROGRAM [ARGUMENT...]",
      "Runs PROGRAM under a fresh machd of its own. Everything below it ends with it;\n"
      "the exit status is PROGRAM's." },
    { "start", verb_start, "[LABEL]",
      "Starts the machd of this user, if it does not run; or a job, unless it is throttled." },
    { "stop", verb_stop, "[LABEL]", "Ends the machd of this user, and with it its launchd; or stops a job." },
    { "status", verb_status, "[--json]", "Shows the machd that a program started here would use." },
    { "top", verb_top, "[--once] [--json] [--users] [--sort COLUMN]",
      "Shows who holds and spends what of machd, every second anew; --once and --json once, with steps\n"
      "and traps since the start. Keys sort: s steps, r traps, p ports, n names, m messages, b bytes,\n"
      "e segments, g segment-bytes, t threads, i timers, k tasks, c connections, d descriptors;\n"
      "u: users or tasks, q: quit." },
    { "lsmp", verb_lsmp, "[-p PID | -a] [--json]",
      "Lists the names of the task of process PID, or of all tasks of this user: rights with\n"
      "their references, the port behind each, its queue, and who receives from it." },
    { "trace", verb_trace,
      "[-p PID] [--call NAME] [--port PORT] [--refused] [--json | --perfetto FILE] [-- PROGRAM...]",
      "Shows calls and messages as they happen, of process PID, of PROGRAM and what it starts, or of all\n"
      "processes of this user. --call: a trap, routine or msgh_id; --port: a name or port number;\n"
      "--refused: what failed; --perfetto: into a file that Perfetto opens." },
    { "why", verb_why, "[PID | TID | PORT] [--json | --dot]",
      "Says what the threads of process PID, thread TID, or those that wait at PORT (0x..., as lsmp\n"
      "shows it) wait for, whom that pushes, why and with which priority, and names deadlocks; without\n"
      "a number of everything that waits. --dot: for Graphviz." },
    { "why-not", verb_why_not, "TID [--json]",
      "Says why the last call of thread TID that failed was refused: which call, which argument,\n"
      "and the rule behind it." },
    { "bslist", verb_names, "[PID|..|/] [-j] [--json]",
      "Lists the names of a domain: one's own, that of process PID, the parent, the root.\n"
      "A: active, D: inactive and launched on demand, I: inactive. -j: with the owning job." },
    { "bstree", verb_names, "[-j] [--json]", "Shows all domains as a tree. Privileged." },
    { "bsexec", verb_names, "PID COMMAND [ARGUMENT...]", "Runs COMMAND in the namespace of process PID." },
    { "load", verb_names, "[-wF] [-S SESSION] [-D PLACES] [PATH...]",
      "Loads the jobs of property lists: files, or directories of them. -w: they are no\n"
      "longer disabled; -F: also those that are, without checks of who owns the file;\n"
      "-S: only those of this type of session; -D: of user, local, system, or all places." },
    { "unload", verb_names, "[-wF] [-S SESSION] [-D PLACES] [PATH...]",
      "Stops and removes the jobs that these files name. -w: they are disabled from now on." },
    { "submit", verb_names, "-l LABEL [-p PROGRAM] [-o OUT] [-e ERR] [--] COMMAND [ARGUMENT...]",
      "Loads a job that is kept running." },
    { "remove", verb_names, "LABEL", "Stops and removes a job." },
    { "kickstart", verb_names, "[-k] [-p] [-s] LABEL",
      "Starts a job now, throttled or not. -k: ends what runs first; -p: prints the pid;\n"
      "-s: stopped before its first instruction." },
    { "kill", verb_names, "SIGNAL LABEL", "Sends a signal to a job's process." },
    { "list", verb_names, "[-x|--json] [LABEL]",
      "Lists the jobs of a domain: pid, last exit status (negative: a signal), label; or\n"
      "shows one as a dictionary. -x: as an XML property list; --json: for programs." },
    { "print", verb_names, "LABEL|system|user/UID",
      "Shows a job: its state, its services and what waits for them; or a domain: its names, jobs and "
      "subsets." },
    { "blame", verb_names, "LABEL", "Says why a job was started last." },
    { "setenv", verb_names, "NAME VALUE [NAME VALUE...]",
      "Sets environment variables for the jobs of this domain that are started from now on." },
    { "unsetenv", verb_names, "NAME...", "Takes them away again." },
    { "getenv", verb_names, "NAME", "Prints the value of such a variable; status 1 if it is not set." },
    { "export", verb_names, "", "Prints all such variables for a shell: eval \"$(machctl export)\"." },
    { "managerpid", verb_names, "[--json]", "Prints the pid of launchd." },
    { "manageruid", verb_names, "[--json]", "Prints the uid of this domain." },
    { "managername", verb_names, "[--json]", "Prints the name of this domain." },
};

#define N_VERBS (sizeof(verbs) / sizeof(verbs[0]))

static void list_verbs(FILE *out, const char *program)
{
    fprintf(out, "usage: %s VERB [ARGUMENT...]\n\n", program);
    for (size_t i = 0; i < N_VERBS; i++)
        fprintf(out, "  %-11s %s\n", verbs[i].name, verbs[i].usage);
    fprintf(out, "\n`%s VERB --help` says more; so does machctl(1).\n", program);
}

static int help(const struct verb *verb, const char *program)
{
    printf("usage: %s %s%s%s\n\n%s\n", program, verb->name, verb->usage[0] ? " " : "", verb->usage,
           verb->what);
    return 0;
}

static const struct verb *find(const char *name)
{
    for (size_t i = 0; i < N_VERBS; i++) {
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    }
    return NULL;
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

bool take_option(int *argc_p, char **argv, const char *word)
{
    for (int i = 1; i < *argc_p && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], word) != 0)
            continue;
        memmove(&argv[i], &argv[i + 1], (size_t)(*argc_p - i) * sizeof(*argv));
        (*argc_p)--;
        return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    const char *program = argc > 0 && strstr(argv[0], "launchctl") != NULL ? "launchctl" : "machctl";
    const struct verb *verb;

    if (argc >= 2 && is_help(argv[1])) {
        list_verbs(stdout, program);
        return 0;
    }
    if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
        printf("%s %s\n", program, MACHD_VERSION);
        return 0;
    }
    verb = argc >= 2 ? find(argv[1]) : NULL;
    if (verb == NULL) {
        if (argc >= 2)
            fprintf(stderr, "%s: there is no verb %s\n", program, argv[1]);
        list_verbs(stderr, program);
        return 1;
    }
    if (argc >= 3 && is_help(argv[2]) && strcmp(argv[2], "help") != 0)
        return help(verb, program);
    return verb->run(argc - 1, argv + 1);
}
