/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/show.h"

#include <plist/plist.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "launchd/config.h"
#include "launchd/domain.h"
#include "launchd/instance.h"
#include "launchd/job.h"
#include "launchd/managed.h"
#include "launchd/service.h"

/* ---- list (B166) ---- */

static void list_status(const struct job *job, FILE *out)
{
    const struct job_record *r = job->r;

    if (r->pid != 0)
        fputs("\t-\t", out);
    else if (r->end != JOB_END_STATUS)
        fprintf(out, "\t%d\t", r->end == JOB_END_EXEC ? 127 : 0);
    else
        fprintf(out, "\t%d\t",
                WIFSIGNALED(r->end_status) ? -WTERMSIG(r->end_status) : WEXITSTATUS(r->end_status));
}

static void list(const struct domain *domain, FILE *out)
{
    const struct job *job;
    char label[BOOTSTRAP_MAX_NAME_LEN];

    TAILQ_FOREACH(job, &domain->jobs, in_domain)
    {
        if (job->r->pid != 0)
            fprintf(out, "%d", (int)job->r->pid);
        else
            fputc('-', out);
        list_status(job, out);
        job_label(job, label, sizeof(label));
        fprintf(out, "%s\n", label);
    }
}

/* ---- print (B168) ---- */

void show_escaped(const char *text, FILE *out)
{
    for (; *text != 0; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 32 || c == 127)
            fprintf(out, "\\x%02x", c);
        else if (c == '\\')
            fputs("\\\\", out);
        else
            fputc(c, out);
    }
}

static void print_word(const char *before, const char *word, FILE *out)
{
    fputs(before, out);
    show_escaped(word, out);
    fputc('\n', out);
}

static const char *type_name(int type)
{
    switch (type) {
    case 0x100: return "App";
    case 0x400: return "Interactive";
    case 0x500: return "Background";
    case 0x600: return "Adaptive";
    default: return "Standard";
    }
}

static void print_state(const struct managed *m, FILE *out)
{
    fprintf(out, "\tstate = %s", managed_state_name(m));
    if (m->state == MANAGED_THROTTLED)
        fprintf(out, " (%u s)", managed_throttle_left(m));
    fputc('\n', out);
    if (m->job->r->pid != 0)
        fprintf(out, "\tpid = %d\n", (int)m->job->r->pid);
}

static void print_endpoints(const struct managed *m, FILE *out)
{
    const struct service *service;

    fputs("\tendpoints = {\n", out);
    TAILQ_FOREACH(service, &m->job->services, in_job)
    {
        fputs("\t\t", out);
        show_escaped(service->r->name, out);
        fprintf(out, " %c %u ", "IAD"[service_status(service)], service -> r -> generation);
        if (service->r->state == SERVICE_INACTIVE)
            fprintf(out, "%u", service_n_messages(service));
        else
            fputc('-', out);
        fprintf(out, "%s%s\n", service->r->flags & SERVICE_RESET ? " reset" : "",
                service->r->flags & SERVICE_HIDE ? " hide" : "");
    }
    fputs("\t}\n", out);
}

static void print(const struct managed *m, FILE *out)
{
    const struct job_config *config = m->config;
    const struct job_record *r = m->job->r;
    char end[64];

    instance_last_end(m, end, sizeof(end));
    fprintf(out, "%s = {\n\tdomain = %s\n", r->label, m->job->domain->r->name);
    print_word("\tpath = ", config->path != NULL ? config->path : "(submitted)", out);
    print_state(m, out);
    print_word("\tprogram = ", config->program != NULL ? config->program : config->arguments[0], out);
    fputs("\targuments = {\n", out);
    for (char **word = config->arguments; *word != NULL; word++)
        print_word("\t\t", *word, out);
    fprintf(out, "\t}\n\tlast exit = %s\n\truns = %u\n", end, r->n_runs);
    print_word("\tlast start reason = ", r->n_runs > 0 ? r->reason : "not started", out);
    if (r->n_runs > 0)
        fprintf(out, "\tlast start = %llu.%06llu\n", (unsigned long long)(r->started / TIMER_SECOND),
                (unsigned long long)(r->started % TIMER_SECOND / 1000));
    if (r->n_runs > 0 && m->start_priority != 0)
        fprintf(out, "\tlast start priority = %d\n", m->start_priority);
    fprintf(out, "\tthrottle = %u\n\texit timeout = %u\n", config->throttle, config->exit_timeout);
    fprintf(out, "\tprocess type = %s\n", type_name(config->process_type));
    print_endpoints(m, out);
    fputs("}\n", out);
}

/* ---- the dictionary (B167) ---- */

static void put_string(plist_t dict, const char *key, const char *value)
{
    if (value != NULL)
        plist_dict_set_item(dict, key, plist_new_string(value));
}

static plist_t words_as_plist(char **words)
{
    plist_t array = plist_new_array();

    for (; *words != NULL; words++)
        plist_array_append_item(array, plist_new_string(*words));
    return array;
}

/* Each declared name with the word that stands for a port. */
static plist_t services_as_plist(const struct managed *m)
{
    const struct service *service;
    plist_t dict = NULL;

    TAILQ_FOREACH(service, &m->job->services, in_job)
    {
        if (!(service->r->flags & SERVICE_DECLARED))
            continue;
        if (dict == NULL)
            dict = plist_new_dict();
        plist_dict_set_item(dict, service->r->name, plist_new_string(JOB_PORT_OBJECT));
    }
    return dict;
}

/* Each name with a word for each of its descriptors. */
static plist_t sockets_as_plist(const struct job_config *config)
{
    plist_t dict = config->n_sockets > 0 ? plist_new_dict() : NULL;

    for (size_t i = 0; i < config->n_sockets; i++) {
        const char *name = config->sockets[i].name;
        if (plist_dict_get_item(dict, name) == NULL)
            plist_dict_set_item(dict, name, plist_new_array());
        plist_array_append_item(plist_dict_get_item(dict, name), plist_new_string(JOB_FD_OBJECT));
    }
    return dict;
}

static void put_inetd(plist_t dict, enum inetd inetd)
{
    plist_t options;

    if (inetd == INETD_NOT)
        return;
    options = plist_new_dict();
    plist_dict_set_item(options, "Wait", plist_new_bool(inetd == INETD_WAIT));
    plist_dict_set_item(dict, "inetdCompatibility", options);
}

static void dictionary(const struct managed *m, FILE *out)
{
    const struct job_config *config = m->config;
    const struct job_record *r = m->job->r;
    plist_t dict = plist_new_dict(), services = services_as_plist(m), sockets = sockets_as_plist(config);
    char *text = NULL;
    uint32_t size = 0;

    put_string(dict, "Label", r->label);
    put_string(dict, "LimitLoadToSessionType",
               m->job->domain->r->kind == DOMAIN_SYSTEM ? "System" : "Background");
    plist_dict_set_item(dict, "OnDemand", plist_new_bool(!config->keep_alive));
    plist_dict_set_item(dict, "LastExitStatus",
                        plist_new_uint(r->end == JOB_END_STATUS ? (uint32_t)r->end_status : 0));
    if (r->pid != 0)
        plist_dict_set_item(dict, "PID", plist_new_uint((uint32_t)r->pid));
    if (config->has_timeout)
        plist_dict_set_item(dict, "TimeOut", plist_new_uint(config->timeout));
    put_string(dict, "Program", config->program);
    put_string(dict, "StandardInPath", config->standard_in);
    put_string(dict, "StandardOutPath", config->standard_out);
    put_string(dict, "StandardErrorPath", config->standard_error);
    plist_dict_set_item(dict, "ProgramArguments", words_as_plist(config->arguments));
    if (config->transactions)
        plist_dict_set_item(dict, "EnableTransactions", plist_new_bool(1));
    put_inetd(dict, config->inetd);
    if (sockets != NULL)
        plist_dict_set_item(dict, "Sockets", sockets);
    if (services != NULL)
        plist_dict_set_item(dict, "MachServices", services);
    plist_to_xml(dict, &text, &size);
    if (text != NULL)
        fwrite(text, 1, size, out);
    plist_to_xml_free(text);
    plist_free(dict);
}

/* ---- variables ---- */

static void variables(const struct domain *domain, FILE *out)
{
    const struct variable *variable;

    TAILQ_FOREACH(variable, &domain->variables, link)
    {
        fputs(variable->record->variable.text, out);
        fputc(0, out);
    }
}

/* ---- all of them ---- */

static void write_text(const struct domain *domain, const struct managed *m, enum job_text_kind kind,
                       FILE *out)
{
    switch (kind) {
    case JOB_TEXT_LIST: list(domain, out); break;
    case JOB_TEXT_PRINT: m != NULL ? print(m, out) : show_domain(domain, out); break;
    case JOB_TEXT_BLAME: fputs(m->job->r->n_runs > 0 ? m->job->r->reason : "", out); break;
    case JOB_TEXT_VARIABLES: variables(domain, out); break;
    case JOB_TEXT_DICTIONARY: dictionary(m, out); break;
    }
}

/* The reply takes its memory with it. */
static kern_return_t give(const char *text, size_t size, bootstrap_text_t *text_p,
                          mach_msg_type_number_t *size_p)
{
    vm_address_t address = 0;

    *text_p = NULL;
    *size_p = (mach_msg_type_number_t)size;
    if (size == 0)
        return KERN_SUCCESS;
    if (vm_allocate(mach_task_self(), &address, size, VM_FLAGS_ANYWHERE) != KERN_SUCCESS)
        return BOOTSTRAP_NO_MEMORY;
    memcpy((void *)address, text, size);
    *text_p = (bootstrap_text_t)address;
    return KERN_SUCCESS;
}

kern_return_t show_text(const struct domain *domain, const struct managed *m, int kind,
                        bootstrap_text_t *text_p, mach_msg_type_number_t *size_p)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out;
    kern_return_t kr;

    if (kind < JOB_TEXT_LIST || kind > JOB_TEXT_DICTIONARY)
        return KERN_INVALID_ARGUMENT;
    out = open_memstream(&text, &size);
    if (out == NULL)
        return BOOTSTRAP_NO_MEMORY;
    write_text(domain, m, (enum job_text_kind)kind, out);
    kr = fclose(out) == 0 ? give(text, size, text_p, size_p) : BOOTSTRAP_NO_MEMORY;
    free(text);
    return kr;
}
