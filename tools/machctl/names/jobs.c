/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/machctl/names/jobs.h"

#include <errno.h>
#include <mach/mig_errors.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "bootstrap_user.h"
#include "tools/machctl/names/files.h"
#include "tools/machctl/names/look.h"
#include "tools/machctl/names/reason.h"
#include "tools/machctl/names/show.h"
#include "tools/machctl/names/variables.h"
#include "wire/job_types.h"
#include "wire/launchd_call.h"

int wrong_usage(const char *name)
{
    fprintf(stderr, "usage: machctl %s %s\n", name, job_verb_find(name)->usage);
    return 1;
}

int complain_job(const char *label, kern_return_t kr)
{
    if (kr == BOOTSTRAP_UNKNOWN_SERVICE)
        return complain("%s: Not loaded", label);
    if (kr == BOOTSTRAP_NOT_PRIVILEGED)
        return complain("Operation not permitted");
    return complain_result(kr);
}

void put_label(name_t to, const char *label)
{
    snprintf(to, sizeof(name_t), "%s", label);
}

/* ---- submitting ---- */

static const char *label_of(plist_t job)
{
    plist_t label = plist_dict_get_item(job, "Label");

    return PLIST_IS_STRING(label) ? plist_get_string_ptr(label, NULL) : "a job without a label";
}

/* A job without a label that could be told is known by its file. */
static const char *name_of(plist_t job)
{
    plist_t label = plist_dict_get_item(job, "Label"), path = plist_dict_get_item(job, JOB_PATH_KEY);

    return !PLIST_IS_STRING(label) && PLIST_IS_STRING(path) ? plist_get_string_ptr(path, NULL) : label_of(job);
}

static const char *words_of(plist_t job, int error)
{
    switch (error) {
    case EEXIST: return "Already loaded";
    case EINVAL: return reason_invalid(job);
    case E2BIG: return "is longer than 65536 bytes as XML";
    case ENOMEM:
        return "launchd has no memory for it, is at a limit of its domain (1024 jobs, 4096 names), or ends";
    default: return strerror(error);
    }
}

static int tell_errors(plist_t jobs, const int *errors, mach_msg_type_number_t n)
{
    int status = 0;

    for (mach_msg_type_number_t i = 0; i < n; i++) {
        if (errors[i] != 0)
            status = complain("%s: %s", name_of(plist_array_get_item(jobs, i)),
                              words_of(plist_array_get_item(jobs, i), errors[i]));
    }
    return status;
}

static int submit_singly(plist_t jobs);

/* One request, as XML. */
static int submit_some(plist_t jobs)
{
    bootstrap_error_array_t errors;
    mach_msg_type_number_t n = JOB_SUBMIT_MAX;
    char *text = NULL;
    uint32_t size = 0;
    kern_return_t kr;

    plist_to_xml(jobs, &text, &size);
    if (text == NULL)
        return complain("no memory");
    if (size > JOB_SUBMIT_SIZE) {
        plist_to_xml_free(text);
        return complain("%s: %s", name_of(plist_array_get_item(jobs, 0)), words_of(NULL, E2BIG));
    }
    kr = CALL(bootstrap_rpc_submit_jobs(bootstrap_port, text, size, errors, &n));
    plist_to_xml_free(text);
    if (kr == KERN_INVALID_ARGUMENT)
        return submit_singly(jobs);
    return kr == KERN_SUCCESS ? tell_errors(jobs, errors, n) : complain_job("", kr);
}

/* One that launchd cannot read shall not keep the others from being loaded. */
static int submit_singly(plist_t jobs)
{
    int status = 0;

    if (plist_array_get_size(jobs) == 1)
        return complain("%s: is nested deeper than 64 times", name_of(plist_array_get_item(jobs, 0)));
    for (uint32_t i = 0; i < plist_array_get_size(jobs); i++) {
        plist_t one = plist_new_array();
        plist_array_append_item(one, plist_copy(plist_array_get_item(jobs, i)));
        status |= submit_some(one);
        plist_free(one);
    }
    return status;
}

static uint32_t size_as_xml(plist_t jobs)
{
    char *text = NULL;
    uint32_t size = 0;

    plist_to_xml(jobs, &text, &size);
    plist_to_xml_free(text);
    return size;
}

/* As many at a time as a request holds. */
static int submit_all(plist_t jobs)
{
    uint32_t n = plist_array_get_size(jobs);
    int status = 0;

    for (uint32_t i = 0; i < n;) {
        plist_t some = plist_new_array();
        do {
            plist_array_append_item(some, plist_copy(plist_array_get_item(jobs, i++)));
            if (size_as_xml(some) <= JOB_SUBMIT_SIZE || plist_array_get_size(some) == 1)
                continue;
            plist_array_remove_item(some, plist_array_get_size(some) - 1);
            i--;
            break;
        } while (i < n && plist_array_get_size(some) < JOB_SUBMIT_MAX);
        status |= submit_some(some);
        plist_free(some);
    }
    return status;
}

/* The options of load and unload; the paths are what is left. */
static int read_paths(int argc, char **argv, struct files *files)
{
    const char *places = NULL;
    struct domain_facts facts;
    int option;

    *files = (struct files){ .jobs = plist_new_array(), .unload = strcmp(argv[0], "unload") == 0 };
    while ((option = getopt(argc, argv, "wFS:D:")) != -1) {
        switch (option) {
        case 'w': files->write = true; break;
        case 'F': files->force = true; break;
        case 'S': files->session = optarg; break;
        case 'D': places = optarg; break;
        default: return wrong_usage(argv[0]);
        }
    }
    if (optind == argc && places == NULL)
        return wrong_usage(argv[0]);
    if (!look_facts(bootstrap_port, &facts))
        return 1;
    files->is_system = strcmp(facts.name, "System") == 0;
    if (places != NULL && !files_read_places(files, places))
        return wrong_usage(argv[0]);
    for (int i = optind; i < argc; i++)
        files_read(files, argv[i]);
    if (plist_array_get_size(files->jobs) == 0)
        return complain("nothing found to %s", argv[0]);
    return 0;
}

static int load(int argc, char **argv)
{
    struct files files;
    int status = read_paths(argc, argv, &files);

    if (status == 0)
        status = submit_all(files.jobs) | files.skipped;
    plist_free(files.jobs);
    return status;
}

/* A launchd that dies before it answers leaves the rest to the next one, which may be done with it before it is asked. */
static int remove_label(const char *label)
{
    name_t name;
    kern_return_t kr, first;

    put_label(name, label);
    kr = first = bootstrap_rpc_remove_job(bootstrap_port, name);
    if (first == MIG_SERVER_DIED)
        kr = CALL(bootstrap_rpc_remove_job(bootstrap_port, name));
    if (first == MIG_SERVER_DIED && kr == BOOTSTRAP_UNKNOWN_SERVICE)
        return 0;
    return kr == KERN_SUCCESS ? 0 : complain_job(label, kr);
}

static int unload(int argc, char **argv)
{
    struct files files;
    int status = read_paths(argc, argv, &files);
    uint32_t n = plist_array_get_size(files.jobs);

    if (status != 0)
        n = 0;
    for (uint32_t i = 0; i < n; i++)
        status |= remove_label(label_of(plist_array_get_item(files.jobs, i)));
    plist_free(files.jobs);
    return status | files.skipped;
}

static void put_string(plist_t job, const char *key, const char *value)
{
    if (value != NULL)
        plist_dict_set_item(job, key, plist_new_string(value));
}

static int submit(int argc, char **argv)
{
    const char *label = NULL, *program = NULL, *out = NULL, *error = NULL;
    plist_t jobs = plist_new_array(), job = plist_new_dict(), words = plist_new_array();
    int option, status;

    while ((option = getopt(argc, argv, "+l:p:o:e:")) != -1) {
        switch (option) {
        case 'l': label = optarg; break;
        case 'p': program = optarg; break;
        case 'o': out = optarg; break;
        case 'e': error = optarg; break;
        default: return wrong_usage(argv[0]);
        }
    }
    if (label == NULL || (optind == argc && program == NULL))
        return wrong_usage(argv[0]);
    put_string(job, "Label", label);
    put_string(job, "Program", program);
    put_string(job, "StandardOutPath", out);
    put_string(job, "StandardErrorPath", error);
    for (int i = optind; i < argc; i++)
        plist_array_append_item(words, plist_new_string(argv[i]));
    if (optind < argc)
        plist_dict_set_item(job, "ProgramArguments", words);
    plist_dict_set_item(job, "KeepAlive", plist_new_bool(1));
    plist_array_append_item(jobs, job);
    status = submit_some(jobs);
    plist_free(jobs);
    return status;
}

/* ---- by label ---- */

static int remove_job(int argc, char **argv)
{
    return argc == 2 ? remove_label(argv[1]) : wrong_usage(argv[0]);
}

static int start(int argc, char **argv)
{
    name_t name;
    kern_return_t kr;

    if (argc != 2)
        return wrong_usage(argv[0]);
    put_label(name, argv[1]);
    kr = CALL(bootstrap_rpc_start_job(bootstrap_port, name));
    return kr == KERN_SUCCESS ? 0 : complain_job(argv[1], kr);
}

static int stop(int argc, char **argv)
{
    name_t name;
    kern_return_t kr;

    if (argc != 2)
        return wrong_usage(argv[0]);
    put_label(name, argv[1]);
    kr = CALL(bootstrap_rpc_stop_job(bootstrap_port, name));
    return kr == KERN_SUCCESS ? 0 : complain_job(argv[1], kr);
}

static int kickstart(int argc, char **argv)
{
    uint32_t flags = 0;
    bool print = false;
    int option, pid = 0;
    name_t name;
    kern_return_t kr;

    while ((option = getopt(argc, argv, "kps")) != -1) {
        switch (option) {
        case 'k': flags |= JOB_KICKSTART_KILL; break;
        case 'p': print = true; break;
        case 's': flags |= JOB_KICKSTART_SUSPENDED; break;
        default: return wrong_usage(argv[0]);
        }
    }
    if (optind + 1 != argc)
        return wrong_usage(argv[0]);
    put_label(name, argv[optind]);
    kr = CALL(bootstrap_rpc_kickstart(bootstrap_port, name, flags, &pid));
    if (kr != KERN_SUCCESS)
        return complain_job(argv[optind], kr);
    if (print)
        printf("%d\n", pid);
    return 0;
}

/* 0: no signal of that name or number. */
static int signal_number(const char *word)
{
    if (strncasecmp(word, "SIG", 3) == 0)
        word += 3;
    for (int number = 1; number < NSIG; number++) {
        const char *name = sigabbrev_np(number);
        if ((name != NULL && strcasecmp(name, word) == 0) || atoi(word) == number)
            return number;
    }
    return 0;
}

static int send_signal(int argc, char **argv)
{
    name_t name;
    kern_return_t kr;

    if (argc != 3 || signal_number(argv[1]) == 0)
        return wrong_usage(argv[0]);
    put_label(name, argv[2]);
    kr = CALL(bootstrap_rpc_send_signal(bootstrap_port, name, signal_number(argv[1])));
    if (kr == KERN_INVALID_ARGUMENT)
        return complain("%s: has no process", argv[2]);
    return kr == KERN_SUCCESS ? 0 : complain_job(argv[2], kr);
}

/* ---- all of them ---- */

static const struct job_verb verbs[] = {
    { "load", load, "[-wF] [-S SESSION] [-D PLACES] [PATH...]" },
    { "unload", unload, "[-wF] [-S SESSION] [-D PLACES] [PATH...]" },
    { "submit", submit, "-l LABEL [-p PROGRAM] [-o OUT] [-e ERR] [--] COMMAND [ARGUMENT...]" },
    { "remove", remove_job, "LABEL" },
    { "start", start, "LABEL" },
    { "stop", stop, "LABEL" },
    { "kickstart", kickstart, "[-k] [-p] [-s] LABEL" },
    { "kill", send_signal, "SIGNAL LABEL" },
    { "list", show_list, "[-x|--json] [LABEL]" },
    { "print", show_print, "LABEL|system|user/UID" },
    { "blame", show_blame, "LABEL" },
    { "setenv", variables_setenv, "NAME VALUE [NAME VALUE...]" },
    { "unsetenv", variables_unsetenv, "NAME..." },
    { "getenv", variables_getenv, "NAME" },
    { "export", variables_export, "" },
};

const struct job_verb *job_verb_find(const char *name)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    }
    return NULL;
}
