/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/adopt.h"

#include <mach/mach.h>
#include <stdlib.h>

#include "launchd/domain.h"
#include "launchd/job.h"
#include "launchd/legacy.h"
#include "launchd/loading.h"
#include "launchd/log.h"
#include "launchd/service.h"
#include "launchd/stash.h"
#include "launchd/variables.h"
#include "launchd/watch.h"

/* ---- tables ---- */

static bool adopt_record(struct stash_record *record)
{
    switch ((enum stash_kind)record->kind) {
    case STASH_FREE: return true;
    case STASH_DOMAIN: return domain_adopt(record);
    case STASH_JOB: return job_adopt(record);
    case STASH_SERVICE: return service_adopt(record);
    case STASH_TEXT: loading_adopt_text(record); return true;
    case STASH_VARIABLE: return variables_adopt(record);
    }
    return false;
}

/* What was made earlier has the smaller id, and nothing stands on what is younger. */
void adopt_tables(void)
{
    size_t n;
    struct stash_record **records = stash_sorted(&n);

    for (size_t i = 0; i < n; i++) {
        if (!adopt_record(records[i])) {
            log_line("record %llu of the stash cannot be read", (unsigned long long)records[i]->id);
            exit(1);
        }
    }
    free(records);
}

/* ---- rights ---- */

static mach_port_t own[5];

/* Rights of this process that libmach holds. */
static void note_own(void)
{
    own[0] = mach_task_self();
    own[1] = mach_thread_self();
    own[2] = mach_host_self();
    own[3] = bootstrap_port;
    own[4] = mig_get_reply_port();
}

static bool is_own(mach_port_t name)
{
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (own[i] == name)
            return true;
    }
    return name == watch_notify_port();
}

static void undo_service(struct stash_record *record)
{
    struct domain *domain = domain_find_id(record->service.domain);
    struct service *service;

    TAILQ_FOREACH(service, &domain->services, in_domain)
    {
        if (service->record == record) {
            service_end(service);
            return;
        }
    }
}

/* An anonymous job may stay: it stands for a process. */
static void undo_record(struct stash_record *record)
{
    switch ((enum stash_kind)record->kind) {
    case STASH_FREE:
    case STASH_VARIABLE:    /* a request for it can be made again */
    case STASH_TEXT: break; /* gone with its job */
    case STASH_DOMAIN: domain_end(domain_find_id(record->id)); break;
    case STASH_SERVICE: undo_service(record); break;
    case STASH_JOB:
        if (record->job.kind == JOB_MANAGED)
            job_end(job_find_id(record->id));
        break;
    }
}

/* A request for which this was made has not been answered: it will come again. */
static void undo(void)
{
    struct stash_head *head = stash_head();
    uint64_t id = head->undo_id;
    mach_port_type_t type;
    size_t n;

    if (id == 0)
        return;
    if (mach_port_type(mach_task_self(), head->undo_reply, &type) == KERN_SUCCESS &&
        (type & MACH_PORT_TYPE_SEND_ONCE)) {
        struct stash_record **records = stash_sorted(&n);
        for (size_t i = 0; i < n; i++) {
            if (records[i]->id >= id)
                undo_record(records[i]);
        }
        free(records);
    }
    stash_undo_clear();
}

static void drop(mach_port_t name, mach_port_right_t right, mach_port_urefs_t keep)
{
    mach_port_urefs_t refs = 0;

    if (mach_port_get_refs(mach_task_self(), name, right, &refs) == KERN_SUCCESS && refs > keep)
        mach_port_mod_refs(mach_task_self(), name, right, (mach_port_delta_t)keep - (mach_port_delta_t)refs);
}

/* Receive rights at home are those of domains, of legacy servers and of inactive services; one that was on its way out, or had just come back,
 * is taken in as if it came back now. A name that is dead is told of again, in case it was told to our predecessor. */
static void account_for(mach_port_t name, mach_port_type_t type)
{
    size_t n_watches = watch_count(name);

    if ((type & MACH_PORT_TYPE_RECEIVE) && domain_find(name) == NULL && !service_is_home(name) &&
        legacy_find(name) == NULL)
        watch_port_returned(name);
    if (type & MACH_PORT_TYPE_SEND)
        drop(name, MACH_PORT_RIGHT_SEND, (mach_port_urefs_t)n_watches);
    if (type & MACH_PORT_TYPE_SEND_ONCE)
        drop(name, MACH_PORT_RIGHT_SEND_ONCE, 0);
    if (type & MACH_PORT_TYPE_PORT_SET)
        mach_port_mod_refs(mach_task_self(), name, MACH_PORT_RIGHT_PORT_SET, -1);
    if ((type & MACH_PORT_TYPE_DEAD_NAME) && n_watches == 0)
        drop(name, MACH_PORT_RIGHT_DEAD_NAME, 0);
    else if (type & MACH_PORT_TYPE_DEAD_NAME)
        watch_retell(name);
}

void adopt_rights(void)
{
    mach_port_name_array_t names;
    mach_port_type_array_t types;
    mach_msg_type_number_t n_names, n_types;

    note_own();
    undo();
    watch_drain();
    if (mach_port_names(mach_task_self(), &names, &n_names, &types, &n_types) != KERN_SUCCESS) {
        log_line("cannot list the names of the port space");
        exit(1);
    }
    for (mach_msg_type_number_t i = 0; i < n_names; i++) {
        if (!is_own(names[i]))
            account_for(names[i], types[i]);
    }
    vm_deallocate(mach_task_self(), (vm_address_t)names, n_names * sizeof(*names));
    vm_deallocate(mach_task_self(), (vm_address_t)types, n_types * sizeof(*types));
    watch_drain();
}
