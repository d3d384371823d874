/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/machctl/names/look.h"

#include <mach/mach_error.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bootstrap_user.h"

int complain(const char *format, ...)
{
    va_list args;

    fputs("machctl: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return 1;
}

int complain_result(kern_return_t kr)
{
    if (kr == MACH_SEND_INVALID_DEST)
        return complain("Invalid bootstrap port");
    if (kr == BOOTSTRAP_NOT_PRIVILEGED)
        return complain("Permission denied");
    return complain("%s", bootstrap_strerror(kr));
}

static bool succeeded(kern_return_t kr)
{
    if (kr == KERN_SUCCESS)
        return true;
    complain_result(kr);
    return false;
}

bool look_names(mach_port_t domain, struct names *names)
{
    mach_msg_type_number_t n;

    return succeeded(bootstrap_rpc_info(domain, 0, &names->names, &names->n, &names->jobs, &n,
                                        &names->statuses, &n, &names->third_party, &n));
}

bool look_facts(mach_port_t domain, struct domain_facts *facts)
{
    return succeeded(bootstrap_rpc_domain_info(domain, facts->name, &facts->uid, &facts->launchd_pid));
}

bool look_children(mach_port_t domain, struct children *children)
{
    kern_return_t kr;

    memset(children, 0, sizeof(*children));
    kr = bootstrap_lookup_children(domain, &children->ports, &children->names, &children->properties,
                                   &children->n);
    return kr == BOOTSTRAP_NO_CHILDREN || succeeded(kr);
}

static void give_back(void *array, size_t size)
{
    if (array != NULL)
        vm_deallocate(mach_task_self(), (vm_address_t)array, size);
}

void look_names_done(struct names *names)
{
    give_back(names->names, names->n * sizeof(*names->names));
    give_back(names->jobs, names->n * sizeof(*names->jobs));
    give_back(names->statuses, names->n * sizeof(*names->statuses));
    give_back(names->third_party, names->n * sizeof(*names->third_party));
}

void look_children_done(struct children *children)
{
    for (mach_msg_type_number_t i = 0; i < children->n; i++)
        mach_port_deallocate(mach_task_self(), children->ports[i]);
    give_back(children->ports, children->n * sizeof(*children->ports));
    give_back(children->names, children->n * sizeof(*children->names));
    give_back(children->properties, children->n * sizeof(*children->properties));
}

bool look_task_domain(const char *pid_text, mach_port_t *domain_p)
{
    mach_port_t task = MACH_PORT_NULL;
    char *end;
    long pid = strtol(pid_text, &end, 10);
    kern_return_t kr;

    if (*pid_text == 0 || *end != 0 || pid <= 0 || pid > INT32_MAX) {
        complain("%s is neither a pid, nor \"..\" or \"/\"", pid_text);
        return false;
    }
    kr = task_for_pid(mach_task_self(), (int)pid, &task);
    if (kr == KERN_SUCCESS)
        kr = task_get_bootstrap_port(task, domain_p);
    if (kr != KERN_SUCCESS)
        complain("the task of process %ld: %s", pid, mach_error_string(kr));
    if (MACH_PORT_VALID(task))
        mach_port_deallocate(mach_task_self(), task);
    return kr == KERN_SUCCESS;
}

/* The root is its own parent (B57). */
kern_return_t look_root(mach_port_t from, mach_port_t *root_p)
{
    mach_port_t domain = from, parent;
    kern_return_t kr;

    while ((kr = bootstrap_parent(domain, &parent)) == KERN_SUCCESS && parent != domain)
        domain = parent;
    *root_p = domain;
    return kr;
}

bool look_domain(const char *word, mach_port_t *domain_p)
{
    *domain_p = bootstrap_port;
    if (word == NULL)
        return true;
    if (strcmp(word, "..") == 0)
        return succeeded(bootstrap_parent(bootstrap_port, domain_p));
    if (strcmp(word, "/") == 0)
        return succeeded(look_root(bootstrap_port, domain_p));
    return look_task_domain(word, domain_p);
}
