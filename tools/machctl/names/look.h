/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/names/look.h - reading launchd's tables, for the verbs that show them */
#pragma once

#include <bootstrap_priv.h>
#include <mach/mach.h>
#include <servers/bootstrap.h>
#include <stdbool.h>

/* One domain's names; the arrays are given back with look_done. */
struct names {
    mach_msg_type_number_t n;
    name_array_t names;
    name_array_t jobs;
    bootstrap_status_array_t statuses;
    bootstrap_property_array_t third_party;
};

struct children {
    mach_msg_type_number_t n;
    mach_port_array_t ports;
    name_array_t names;
    bootstrap_property_array_t properties;
};

struct domain_facts {
    name_t name;
    uid_t uid;
    int launchd_pid;
};

/* Each prints why not, and returns false, when it cannot. */
bool look_names(mach_port_t domain, struct names *names);
bool look_facts(mach_port_t domain, struct domain_facts *facts);
bool look_children(mach_port_t domain, struct children *children);
void look_names_done(struct names *names);
void look_children_done(struct children *children);

/* The domain that "PID", ".." or "/" means; NULL: our own. (B97, B98) */
bool look_domain(const char *word, mach_port_t *domain_p);
/* The root, for privileged callers. */
kern_return_t look_root(mach_port_t from, mach_port_t *root_p);
/* The kernel-side bootstrap port of a process (B101). */
bool look_task_domain(const char *pid_text, mach_port_t *domain_p);

/* One message on standard error; the exit status of a failure. */
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* For a result of launchd: a dead or null bootstrap port has words of its own (B98). */
int complain_result(kern_return_t kr);
