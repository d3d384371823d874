/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/loading.h - from a property list to a job, and from the stash back to one (B104-B114, B14)
 *
 * The list is kept in the stash as XML, in pieces that are published before the job's own record: pieces without a job are of
 * a loading that was not finished.
 */
#pragma once

#include <mach/mach.h>
#include <plist/plist.h>
#include <stdbool.h>
#include <sys/types.h>

struct domain;
struct stash_record;

/* Loads one job into the domain, which is no subset. 0, or the error number of B104, B105; ENOMEM at a limit; E2BIG. */
int loading_import(struct domain *domain, plist_t dict);

/* A legacy server (legacy.h) that runs as uid, and whose port this is; that is the job's on success. */
int loading_import_server(struct domain *domain, plist_t dict, uid_t uid, mach_port_t port);

/* The program that loads the property lists of a domain's places (B108), machctl as a rule; NULL: nobody does. */
void loading_set_loader(const char *program);
/* For a domain that was just made: has that done, by a job that runs once as the domain's user. */
void loading_places(struct domain *domain);

/* Reading the stash: job records, then their texts, then all of it. */
bool loading_adopt(struct stash_record *record);
void loading_adopt_text(struct stash_record *record);
void loading_resume(void);
