/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/machctl/names/jobs.h"

#include <errno.h>
#include <mach/mig_errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bootstrap_user.h"
#include "tools/machctl/names/files.h"
#include "tools/machctl/names/look.h"
#include "wire/job_types.h"

#define TRIES 16

/* When launchd dies between a request and its answer, the next one has undone it (B14). */
#define CALL(stub)                                                                                           \
    ({                                                                                                       \
        kern_return_t kr_;                                                                                   \
        int tries_ = TRIES;                                                                                  \
        do                                                                                                   \
            kr_ = (stub);                                                                                    \
        while (kr_ == MIG_SERVER_DIED && --tries_ > 0);                                                      \
        kr_;                                                                                                 \
    })

static int wrong_usage(const char *name)
{
    fprintf(stderr, "usage: machctl %s %s\n", name, job_verb_find(name)->usage);
    return 1;
}

/* B172 */
static int complain_job(const char *label, kern_return_t kr)
{
    if (kr == BOOTSTRAP_UNKNOWN_SERVICE)
        return complain("%s: Not loaded", label);
    if (kr == BOOTSTRAP_NOT_PRIVILEGED)
        return complain("Operation not permitted");
    return complain_result(kr);
}

static void put_label(name_t to, const char *label)
{
    snprintf(to, sizeof(name_t), "%s", label);
}

/* ---- submitting ---- */

static const char *label_of(plist_t job)
{
    plist_t label = plist_dict_get_item(job, "Label");

    return PLIST_IS_STRING(label) ? plist_get_string_ptr(label, NULL) : "a job without a label";
}

static const char *words_of(int error)
{
    switch (error) {
    case EEXIST: return "Already loaded";
    case EINVAL: return "needs a Label, and a Program or ProgramArguments";
    case E2BIG: return "is too long";
    case ENOMEM: return "launchd has no memory for it, or is at a limit";
    default: return strerror(error);
    }
}

static int tell_errors(plist_t jobs, const int *errors, mach_msg_type_number_t n)
{
    int status = 0;

    for (mach_msg_type_number_t i = 0; i < n; i++) {
        if (errors[i] != 0)
            status = complain("%s: %s", label_of(plist_array_get_item(jobs, i)), words_of(errors[i]));
    }
    return status;
}

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
        return complain("%s: is too long", label_of(plist_array_get_item(jobs, 0)));
    }
    kr = CALL(bootstrap_rpc_submit_jobs(bootstrap_port, text, size, errors, &n));
    plist_to_xml_free(text);
    return kr == KERN_SUCCESS ? tell_errors(jobs, errors, n) : complain_job("", kr);
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
    int option;

    *files = (struct files){ .jobs = plist_new_array() };
    while ((option = getopt(argc, argv, "F")) == 'F')
        files->force = true;
    if (option != -1 || optind == argc)
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

static int remove_label(const char *label)
{
    name_t name;
    kern_return_t kr;

    put_label(name, label);
    kr = CALL(bootstrap_rpc_remove_job(bootstrap_port, name));
    return kr == KERN_SUCCESS ? 0 : complain_job(label, kr);
}

static int unload(int argc, char **argv)
{
    struct files files;
    int status = read_paths(argc, argv, &files);

    for (uint32_t i = 0; status == 0 && i < plist_array_get_size(files.jobs); i++)
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

/* ---- all of them ---- */

static const struct job_verb verbs[] = {
    { "load", load, "[-F] PATH..." },
    { "unload", unload, "[-F] PATH..." },
    { "submit", submit, "-l LABEL [-p PROGRAM] [-o OUT] [-e ERR] [--] COMMAND [ARGUMENT...]" },
    { "remove", remove_job, "LABEL" },
    { "start", start, "LABEL" },
    { "stop", stop, "LABEL" },
};

const struct job_verb *job_verb_find(const char *name)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    }
    return NULL;
}
