/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/fork.c - what children that are about to be made will inherit */
#include <stdlib.h>
#include <sys/random.h>
#include <sys/resource.h>

#include "host/linux/fork.h"
#include "host/linux/machd.h"
#include "host/linux/user.h"

#define LIFETIME (60 * SECOND)
#define ORPHAN_LIFETIME (10 * SECOND)
#define FORKS_PER_PROCESS 64u
#define FORKS_PER_USER 4096u

struct fork_record {
    struct list link; /* machd.forks, oldest first */
    uint64_t nonce;
    struct inherit *inherit;
    struct process *parent; /* NULL: has died */
    struct user *user;      /* holds a reference */
    uint64_t expires;
};

static void record_free(struct machd *m, struct fork_record *record)
{
    list_remove(&record->link);
    if (record->parent)
        record->parent->n_forks--;
    if (record->inherit)
        kernel_inherit_free(m->kernel, record->inherit);
    record->user->n_forks--;
    account_release(record->user->account, ACCOUNT_BYTES, sizeof(*record));
    user_put(m, record->user);
    free(record);
}

static uint64_t random_nonce(void)
{
    uint64_t nonce = 0;
    return getrandom(&nonce, sizeof(nonce), GRND_NONBLOCK) == sizeof(nonce) ? nonce : 0;
}

/* F16, F17 */
static bool may_fork(struct machd *m, const struct process *parent)
{
    struct rlimit limit;
    if (prlimit(parent->pid, RLIMIT_NPROC, NULL, &limit) != 0)
        limit.rlim_cur = RLIM_INFINITY;
    return kernel_has_room(m->kernel, kernel_task_identity(parent->task)->ruid, limit.rlim_cur);
}

uint64_t fork_prepare(struct machd *m, struct process *parent)
{
    if (parent->n_forks >= FORKS_PER_PROCESS || parent->user->n_forks >= FORKS_PER_USER)
        return 0;
    if (!may_fork(m, parent) ||
        !account_charge(parent->user->account, ACCOUNT_BYTES, sizeof(struct fork_record)))
        return 0;
    struct fork_record *record = calloc(1, sizeof(*record));
    uint64_t nonce = record ? random_nonce() : 0;
    struct inherit *inherit = nonce ? kernel_inherit_new(m->kernel, parent->task) : NULL;
    if (!inherit) {
        account_release(parent->user->account, ACCOUNT_BYTES, sizeof(*record));
        free(record);
        return 0;
    }
    record->nonce = nonce;
    record->inherit = inherit;
    record->parent = parent;
    record->user = parent->user;
    record->user->refs++;
    record->user->n_forks++;
    record->expires = m->now + LIFETIME;
    parent->n_forks++;
    list_append(&m->forks, &record->link);
    return record->nonce;
}

static struct fork_record *find(struct machd *m, uint64_t nonce)
{
    list_for_each(node, &m->forks)
    {
        struct fork_record *record = list_entry(node, struct fork_record, link);
        if (record->nonce == nonce)
            return record;
    }
    return NULL;
}

void fork_abort(struct machd *m, struct process *parent, uint64_t nonce)
{
    struct fork_record *record = find(m, nonce);
    if (record && record->parent == parent)
        record_free(m, record);
}

struct inherit *fork_take(struct machd *m, uint64_t nonce)
{
    struct fork_record *record = nonce ? find(m, nonce) : NULL;
    if (!record)
        return NULL;
    struct inherit *inherit = record->inherit;
    record->inherit = NULL;
    record_free(m, record);
    return inherit;
}

void forks_orphan(struct machd *m, struct process *parent)
{
    list_for_each(node, &m->forks)
    {
        struct fork_record *record = list_entry(node, struct fork_record, link);
        if (record->parent != parent)
            continue;
        record->parent = NULL;
        if (record->expires > m->now + ORPHAN_LIFETIME)
            record->expires = m->now + ORPHAN_LIFETIME;
    }
    parent->n_forks = 0;
}

void forks_expire(struct machd *m, uint64_t now)
{
    list_for_each_safe(node, &m->forks)
    {
        struct fork_record *record = list_entry(node, struct fork_record, link);
        if (record->expires <= now)
            record_free(m, record);
    }
}

void forks_fini(struct machd *m)
{
    forks_expire(m, UINT64_MAX);
}
