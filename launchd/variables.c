/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/variables.h"

#include <servers/bootstrap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launchd/domain.h"
#include "launchd/stash.h"

#define MAX_VARIABLES 256 /* of one domain */

static const char *text_of(const struct variable *variable)
{
    return variable->record->variable.text;
}

static bool is_named(const struct variable *variable, const char *name, size_t length)
{
    return strncmp(text_of(variable), name, length) == 0 && text_of(variable)[length] == '=';
}

static void end(struct domain *domain, struct variable *variable)
{
    TAILQ_REMOVE(&domain->variables, variable, link);
    stash_free(variable->record);
    free(variable);
}

static struct variable *put(struct domain *domain, struct stash_record *record)
{
    struct variable *variable = calloc(1, sizeof(*variable));

    if (variable == NULL)
        return NULL;
    variable->record = record;
    TAILQ_INSERT_TAIL(&domain->variables, variable, link);
    return variable;
}

static bool is_full(const struct domain *domain)
{
    const struct variable *variable;
    int n = 0;

    TAILQ_FOREACH(variable, &domain->variables, link)
    n++;
    return n >= MAX_VARIABLES;
}

/* The new one is there before the old one goes: a launchd that finds both takes the later. */
kern_return_t variables_set(struct domain *domain, uint64_t job, const char *name, const char *value)
{
    struct variable *variable, *next, *new;
    struct stash_record *record;

    if (*name == 0 || strchr(name, '=') != NULL)
        return KERN_INVALID_ARGUMENT;
    record = strlen(name) + strlen(value) + 2 > STASH_VARIABLE_SIZE || is_full(domain) ? NULL : stash_new();
    new = record == NULL ? NULL : put(domain, record);
    if (new == NULL) {
        if (record != NULL)
            stash_unuse(record);
        return BOOTSTRAP_NO_MEMORY;
    }
    record->variable.domain = domain->record->id;
    record->variable.job = job;
    snprintf(record->variable.text, STASH_VARIABLE_SIZE, "%s=%s", name, value);
    stash_publish(record, STASH_VARIABLE);
    for (variable = TAILQ_FIRST(&domain->variables); variable != NULL; variable = next) {
        next = TAILQ_NEXT(variable, link);
        if (variable != new &&is_named(variable, name, strlen(name)))
            end(domain, variable);
    }
    return KERN_SUCCESS;
}

void variables_unset(struct domain *domain, const char *name)
{
    struct variable *variable, *next;

    for (variable = TAILQ_FIRST(&domain->variables); variable != NULL; variable = next) {
        next = TAILQ_NEXT(variable, link);
        if (is_named(variable, name, strlen(name)))
            end(domain, variable);
    }
}

void variables_end(struct domain *domain, uint64_t job)
{
    struct variable *variable, *next;

    for (variable = TAILQ_FIRST(&domain->variables); variable != NULL; variable = next) {
        next = TAILQ_NEXT(variable, link);
        if (job == 0 || variable->record->variable.job == job)
            end(domain, variable);
    }
}

void variables_put(const struct variable_list *variables)
{
    struct variable *variable;

    TAILQ_FOREACH(variable, variables, link)
    putenv(variable->record->variable.text);
}

bool variables_adopt(struct stash_record *record)
{
    struct domain *domain = domain_find_id(record->variable.domain);

    if (domain == NULL) {
        stash_free(record);
        return true;
    }
    record->variable.text[STASH_VARIABLE_SIZE - 1] = 0;
    return put(domain, record) != NULL;
}
