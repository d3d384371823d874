/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/launch/launch_msg.c - the older way to talk to launchd about jobs (B175) */
#include <launch.h>

#include <errno.h>
#include <servers/bootstrap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bootstrap_user.h"
#include "libmach/launch/launch_sockets.h"
#include "libmach/launch/launch_xml.h"
#include "wire/job_types.h"
#include "wire/launchd_call.h"

static launch_data_t fail(int error)
{
    errno = error;
    return NULL;
}

static int errno_of(kern_return_t kr)
{
    switch (kr) {
    case KERN_SUCCESS: return 0;
    case BOOTSTRAP_NOT_PRIVILEGED: return EPERM;
    case BOOTSTRAP_UNKNOWN_SERVICE: return ESRCH;
    case BOOTSTRAP_NO_MEMORY: return ENOMEM;
    default: return EIO;
    }
}

static bool set_label(name_t label, const char *text)
{
    return text != NULL && (size_t)snprintf(label, sizeof(name_t), "%s", text) < sizeof(name_t);
}

/* What launchd says; vm_deallocate it. */
static kern_return_t ask(const char *about, enum job_text_kind kind, bootstrap_text_t *text,
                         mach_msg_type_number_t *size)
{
    name_t label;

    *text = NULL;
    *size = 0;
    if (!set_label(label, about))
        return BOOTSTRAP_UNKNOWN_SERVICE;
    return CALL(bootstrap_rpc_job_text(bootstrap_port, label, kind, text, size));
}

static void forget(bootstrap_text_t text, mach_msg_type_number_t size)
{
    if (text != NULL)
        vm_deallocate(mach_task_self(), (vm_address_t)text, size);
}

/* Or errno. */
static launch_data_t dictionary_of(const char *label)
{
    mach_msg_type_number_t size;
    bootstrap_text_t text;
    kern_return_t kr = ask(label, JOB_TEXT_DICTIONARY, &text, &size);
    launch_data_t dict = kr == KERN_SUCCESS ? launch_xml_read(text, size) : NULL;

    forget(text, size);
    if (kr != KERN_SUCCESS)
        return launch_data_new_errno(errno_of(kr));
    return dict != NULL ? dict : launch_data_new_errno(ENOMEM);
}

/* ---- all jobs ---- */

/* Of a line of launchd's list: pid or -, status, label, with tabs between. Processes that are no jobs are listed, too. */
static void tell_job(char *line, void (*function)(pid_t pid, const char *label, void *context), void *context)
{
    char *label = strrchr(line, '\t');

    if (label != NULL && strstr(label, ".anonymous.") == NULL)
        function((pid_t)strtol(line, NULL, 10), label + 1, context);
}

static kern_return_t each_job(void (*function)(pid_t pid, const char *label, void *context), void *context)
{
    mach_msg_type_number_t size;
    bootstrap_text_t text;
    char line[2 * sizeof(name_t)];
    kern_return_t kr = ask("", JOB_TEXT_LIST, &text, &size);

    for (const char *at = text, *end; kr == KERN_SUCCESS && at != NULL && at < text + size; at = end + 1) {
        end = memchr(at, '\n', (size_t)(text + size - at));
        if (end == NULL)
            break;
        snprintf(line, sizeof(line), "%.*s", (int)(end - at), at);
        tell_job(line, function, context);
    }
    forget(text, size);
    return kr;
}

static void add_job(pid_t pid, const char *label, void *jobs)
{
    launch_data_t dict = dictionary_of(label);

    (void)pid;
    if (dict == NULL || launch_data_get_type(dict) != LAUNCH_DATA_DICTIONARY ||
        !launch_data_dict_insert(jobs, dict, label))
        launch_data_free(dict); /* it has gone meanwhile */
}

static launch_data_t all_jobs(void)
{
    launch_data_t jobs = launch_data_alloc(LAUNCH_DATA_DICTIONARY);
    kern_return_t kr = each_job(add_job, jobs);

    if (kr == KERN_SUCCESS)
        return jobs;
    launch_data_free(jobs);
    return launch_data_new_errno(errno_of(kr));
}

/* ---- CheckIn ---- */

static void note_own_label(pid_t pid, const char *label, void *found)
{
    if (pid == getpid())
        snprintf(found, sizeof(name_t), "%s", label);
}

static void add_socket(const char *name, size_t length, int fd, void *context)
{
    launch_data_t sockets = context, all, number = launch_data_new_fd(fd);
    char key[256];

    snprintf(key, sizeof(key), "%.*s", (int)length, name);
    all = launch_data_dict_lookup(sockets, key);
    if (all == NULL) {
        all = launch_data_alloc(LAUNCH_DATA_ARRAY);
        launch_data_dict_insert(sockets, all, key);
    }
    launch_data_array_set_index(all, number, launch_data_array_get_count(all));
}

static void take_service(launch_data_t service, const char *name, void *context)
{
    launch_data_t taken = context;
    mach_port_t port;
    name_t copy;

    (void)service;
    if (set_label(copy, name) && bootstrap_check_in(bootstrap_port, copy, &port) == KERN_SUCCESS)
        launch_data_dict_insert(taken, launch_data_new_machport(port), name);
}

static launch_data_t check_in(void)
{
    launch_data_t dict, sockets, services;
    name_t label = "";

    each_job(note_own_label, label);
    if (*label == 0)
        return launch_data_new_errno(EACCES);
    dict = dictionary_of(label);
    sockets = launch_data_alloc(LAUNCH_DATA_DICTIONARY);
    services = launch_data_alloc(LAUNCH_DATA_DICTIONARY);
    launch_sockets_each(add_socket, sockets);
    launch_data_dict_iterate(launch_data_dict_lookup(dict, LAUNCH_JOBKEY_MACHSERVICES), take_service,
                             services);
    if (launch_data_dict_get_count(sockets) == 0 ||
        !launch_data_dict_insert(dict, sockets, LAUNCH_JOBKEY_SOCKETS))
        launch_data_free(sockets);
    if (launch_data_dict_get_count(services) == 0 ||
        !launch_data_dict_insert(dict, services, LAUNCH_JOBKEY_MACHSERVICES))
        launch_data_free(services);
    return dict;
}

/* ---- SubmitJob ---- */

static launch_data_t results_of(const int *errors, size_t n)
{
    launch_data_t all = launch_data_alloc(LAUNCH_DATA_ARRAY);

    for (size_t i = 0; i < n; i++)
        launch_data_array_set_index(all, launch_data_new_errno(errors[i]), i);
    return all;
}

static launch_data_t submit_all(launch_data_t jobs)
{
    bootstrap_error_array_t errors;
    mach_msg_type_number_t n = 0;
    kern_return_t kr;
    size_t size;
    char *text = launch_xml_write(jobs, &size);

    if (text == NULL)
        return fail(EINVAL);
    kr = CALL(bootstrap_rpc_submit_jobs(bootstrap_port, text, (mach_msg_type_number_t)size, errors, &n));
    free(text);
    return kr == KERN_SUCCESS ? results_of(errors, n) : launch_data_new_errno(errno_of(kr));
}

static launch_data_t submit_one(launch_data_t job)
{
    launch_data_t jobs = launch_data_alloc(LAUNCH_DATA_ARRAY), copy = launch_data_copy(job), results, first;

    if (copy == NULL || !launch_data_array_set_index(jobs, copy, 0)) {
        launch_data_free(copy);
        launch_data_free(jobs);
        return fail(ENOMEM);
    }
    results = submit_all(jobs);
    launch_data_free(jobs);
    if (launch_data_array_get_count(results) == 0)
        return results;
    first = launch_data_copy(launch_data_array_get_index(results, 0));
    launch_data_free(results);
    return first;
}

static launch_data_t submit(launch_data_t job)
{
    switch (launch_data_get_type(job)) {
    case LAUNCH_DATA_DICTIONARY: return submit_one(job);
    case LAUNCH_DATA_ARRAY: return submit_all(job);
    case LAUNCH_DATA_FD:
    case LAUNCH_DATA_INTEGER:
    case LAUNCH_DATA_REAL:
    case LAUNCH_DATA_BOOL:
    case LAUNCH_DATA_STRING:
    case LAUNCH_DATA_OPAQUE:
    case LAUNCH_DATA_ERRNO:
    case LAUNCH_DATA_MACHPORT: break;
    }
    return fail(EINVAL);
}

/* ---- all of them ---- */

static launch_data_t act_on(launch_data_t label, kern_return_t (*act)(mach_port_t, name_t))
{
    name_t name;

    if (!set_label(name, launch_data_get_string(label)))
        return fail(EINVAL);
    return launch_data_new_errno(errno_of(CALL(act(bootstrap_port, name))));
}

/* A launchd that dies before it answers leaves the rest to the next one, which may be done with it before it is asked. */
static kern_return_t remove_job(mach_port_t bp, name_t label)
{
    kern_return_t first = bootstrap_rpc_remove_job(bp, label), kr = first;

    if (first == MIG_SERVER_DIED)
        kr = CALL(bootstrap_rpc_remove_job(bp, label));
    return first == MIG_SERVER_DIED && kr == BOOTSTRAP_UNKNOWN_SERVICE ? KERN_SUCCESS : kr;
}

launch_data_t launch_msg(launch_data_t message)
{
    const char *word = launch_data_get_string(message);
    launch_data_t value;

    if (word != NULL)
        return strcmp(word, LAUNCH_KEY_CHECKIN) == 0   ? check_in()
               : strcmp(word, LAUNCH_KEY_GETJOBS) == 0 ? all_jobs()
                                                       : fail(ENOTSUP);
    if ((value = launch_data_dict_lookup(message, LAUNCH_KEY_SUBMITJOB)) != NULL)
        return submit(value);
    if ((value = launch_data_dict_lookup(message, LAUNCH_KEY_REMOVEJOB)) != NULL)
        return act_on(value, remove_job);
    if ((value = launch_data_dict_lookup(message, LAUNCH_KEY_STARTJOB)) != NULL)
        return act_on(value, bootstrap_rpc_start_job);
    if ((value = launch_data_dict_lookup(message, LAUNCH_KEY_STOPJOB)) != NULL)
        return act_on(value, bootstrap_rpc_stop_job);
    if ((value = launch_data_dict_lookup(message, LAUNCH_KEY_GETJOB)) != NULL)
        return launch_data_get_string(value) != NULL ? dictionary_of(launch_data_get_string(value))
                                                     : fail(EINVAL);
    return fail(ENOTSUP);
}
