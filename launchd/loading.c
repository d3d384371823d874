/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/loading.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launchd/config.h"
#include "launchd/domain.h"
#include "launchd/instance.h"
#include "launchd/job.h"
#include "launchd/legacy.h"
#include "launchd/log.h"
#include "launchd/managed.h"
#include "launchd/paths.h"
#include "launchd/plist.h"
#include "launchd/schedule.h"
#include "launchd/service.h"
#include "launchd/sockets.h"
#include "launchd/variables.h"

/* ---- loading ---- */

/* Before the job's own record is published: pieces without a job mean nothing. */
static bool store_text(struct managed *m, const char *text, size_t size)
{
    size_t n = (size + STASH_TEXT_SIZE - 1) / STASH_TEXT_SIZE;

    m->pieces = calloc(n, sizeof(*m->pieces));
    for (size_t i = 0; m->pieces != NULL && i < n; i++) {
        struct stash_record *record = stash_new();
        size_t offset = i * STASH_TEXT_SIZE,
               part = size - offset < STASH_TEXT_SIZE ? size - offset : STASH_TEXT_SIZE;
        if (record == NULL)
            return false;
        record->text.job = m->job->record->id;
        record->text.offset = (uint32_t)offset;
        record->text.size = (uint32_t)part;
        memcpy(record->text.bytes, text + offset, part);
        stash_publish(record, STASH_TEXT);
        m->pieces[m->n_pieces++] = record;
    }
    return m->pieces != NULL;
}

static void declare_services(struct managed *m)
{
    for (size_t i = 0; i < m->config->n_services; i++) {
        const struct config_service *wanted = &m->config->services[i];
        struct service *other = service_find_live(m->job->domain, wanted->name, 0);
        char label[BOOTSTRAP_MAX_NAME_LEN];
        if (other != NULL) {
            job_label(other->job, label, sizeof(label));
            managed_tell(m, "the name %s belongs to %s already and is left out", wanted->name, label);
        } else if (!service_declare(m->job, wanted->name, wanted->flags)) {
            managed_tell(m, "no memory for the name %s, which is left out", wanted->name);
        }
    }
}

static void set_variables(struct managed *m)
{
    for (char **text = m->config->for_domain; text != NULL && *text != NULL; text++) {
        char *equals = strchr(*text, '=');
        *equals = 0;
        if (variables_set(m->job->domain, m->job->record->id, *text, equals + 1) != KERN_SUCCESS)
            managed_tell(m, "the variable %.64s is too long, or one too many, and is left out", *text);
        *equals = '=';
    }
}

/* All users share one stash: what one domain's property lists take of it is bounded. */
static bool is_full(const struct domain *domain, const struct job_config *config, size_t size)
{
    size_t n_jobs = 1, n_services = config->n_services, n_pieces = size / STASH_TEXT_SIZE + 1;
    const struct job *job;

    TAILQ_FOREACH(job, &domain->jobs, in_domain)
    {
        if (job->managed == NULL)
            continue;
        n_jobs++;
        n_services += job->managed->config->n_services;
        n_pieces += job->managed->n_pieces;
    }
    return n_jobs > MANAGED_MAX || n_services > MANAGED_MAX_SERVICES || n_pieces > MANAGED_MAX_PIECES;
}

struct server {
    mach_port_t port; /* null: it is no legacy server */
    uid_t uid;
};

/* Consumes config. */
static int make(struct domain *domain, struct job_config *config, const char *text, size_t size,
                struct server server)
{
    struct stash_record *record = is_full(domain, config, size) ? NULL : stash_new();
    struct managed *m;

    if (record == NULL) {
        config_free(config);
        return ENOMEM;
    }
    record->job.domain = domain->record->id;
    record->job.kind = JOB_MANAGED;
    record->job.uid = server.port != MACH_PORT_NULL ? server.uid : domain->r->uid;
    record->job.text_size = (uint32_t)size;
    snprintf(record->job.label, sizeof(record->job.label), "%s", config->label);
    m = managed_new(record);
    if (m == NULL) {
        stash_unuse(record);
        config_free(config);
        return ENOMEM;
    }
    m->config = config;
    stash_undo_set(record);
    if (!store_text(m, text, size)) {
        stash_publish(record, STASH_JOB);
        job_end(m->job);
        return ENOMEM;
    }
    if (config->run_at_load) {
        managed_pend(m, "run at load");
    }
    if (server.port != MACH_PORT_NULL) {
        record->job.task = server.port;
        managed_mark(m, JOB_LEGACY, 0);
    }
    stash_publish(record, STASH_JOB);
    declare_services(m);
    set_variables(m);
    schedule_start(m);
    paths_start(m);
    sockets_start(m);
    managed_tell(m, "is loaded into %s", domain->r->name);
    managed_others_changed();
    managed_touch(m);
    return 0;
}

static bool is_taken(const char *label)
{
    struct managed *m = managed_find(label);

    return m != NULL && !managed_has(m, JOB_REMOVING);
}

static int import(struct domain *domain, plist_t dict, struct server server)
{
    struct job_config *config = NULL;
    char *text = NULL;
    uint32_t size = 0;
    int error = managed_is_shutting_down() ? ENOMEM : config_read(dict, &config);

    if (error == 0 && is_taken(config->label))
        error = EEXIST;
    if (error == 0)
        plist_to_xml(dict, &text, &size);
    if (error == 0 && text == NULL)
        error = ENOMEM;
    if (error == 0 && size > MANAGED_MAX_TEXT)
        error = E2BIG;
    if (error == 0)
        error = make(domain, config, text, size, server);
    else
        config_free(config);
    plist_to_xml_free(text);
    return error;
}

int loading_import(struct domain *domain, plist_t dict)
{
    return import(domain, dict, (struct server){ .port = MACH_PORT_NULL });
}

int loading_import_server(struct domain *domain, plist_t dict, uid_t uid, mach_port_t port)
{
    return import(domain, dict, (struct server){ .port = port, .uid = uid });
}

/* ---- places (B108) ---- */

static const char *loader;

void loading_set_loader(const char *program)
{
    loader = program;
}

static plist_t words_for_loader(void)
{
    static const char *const rest[] = { "load", "-D", "all" };
    plist_t words = plist_new_array();

    plist_array_append_item(words, plist_new_string(loader));
    for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++)
        plist_array_append_item(words, plist_new_string(rest[i]));
    return words;
}

void loading_places(struct domain *domain)
{
    plist_t dict;
    char label[64];
    int error;

    if (loader == NULL)
        return;
    snprintf(label, sizeof(label), "machd.places.%u", domain->r->uid);
    dict = plist_new_dict();
    plist_dict_set_item(dict, "Label", plist_new_string(label));
    plist_dict_set_item(dict, "ProgramArguments", words_for_loader());
    plist_dict_set_item(dict, "RunAtLoad", plist_new_bool(1));
    plist_dict_set_item(dict, "LaunchOnlyOnce", plist_new_bool(1));
    error = loading_import(domain, dict);
    plist_free(dict);
    if (error != 0)
        log_line("the places of %s are not read: %s", domain->r->name, strerror(error));
}

/* ---- after another launchd (B14) ---- */

bool loading_adopt(struct stash_record *record)
{
    struct managed *m = managed_new(record);

    if (m == NULL || record->job.text_size > MANAGED_MAX_TEXT)
        return false;
    m->text = calloc(1, record->job.text_size + 1);
    m->pieces = calloc(record->job.text_size / STASH_TEXT_SIZE + 1, sizeof(*m->pieces));
    return m->text != NULL && m->pieces != NULL;
}

void loading_adopt_text(struct stash_record *record)
{
    const struct text_record *piece = &record->text;
    struct job *job = job_find_id(piece->job);
    struct managed *m = job == NULL ? NULL : job->managed;

    if (m == NULL || piece->size > STASH_TEXT_SIZE || piece->offset > job->r->text_size ||
        piece->size > job->r->text_size - piece->offset || m->n_pieces > job->r->text_size / STASH_TEXT_SIZE) {
        stash_free(record);
        return;
    }
    memcpy(m->text + piece->offset, piece->bytes, piece->size);
    m->pieces[m->n_pieces++] = record;
}

static bool read_again(struct managed *m)
{
    plist_t dict = plist_read(m->text, m->job->r->text_size);
    int error = dict == NULL ? EINVAL : config_read(dict, &m->config);

    plist_free(dict);
    free(m->text);
    m->text = NULL;
    return error == 0;
}

void loading_resume(void)
{
    struct managed *m, *next;

    for (m = TAILQ_FIRST(managed_all()); m != NULL; m = next) {
        next = TAILQ_NEXT(m, link);
        if (!read_again(m)) {
            managed_tell(m, "cannot be read from the stash, and is removed");
            job_end(m->job);
        }
    }
    sockets_adopt();
    for (m = TAILQ_FIRST(managed_all()); m != NULL; m = next) {
        next = TAILQ_NEXT(m, link);
        legacy_take_over(m);
        instance_take_over(m);
        schedule_start(m);
        paths_start(m);
        sockets_start(m);
        managed_touch(m);
    }
}
