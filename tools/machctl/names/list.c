/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/machctl/names/list.h"

#include "tools/machctl/names/look.h"
#include "tools/machctl/names/print.h"

#define STEP 4 /* columns that a level is moved to the right */

static char letter(bootstrap_status_t status)
{
    switch (status) {
    case BOOTSTRAP_STATUS_ACTIVE: return 'A';
    case BOOTSTRAP_STATUS_ON_DEMAND: return 'D';
    default: return 'I';
    }
}

static const char *kind(bootstrap_property_t property)
{
    if (property & BOOTSTRAP_PROPERTY_PERUSER)
        return "Per-user";
    if (property & BOOTSTRAP_PROPERTY_EXPLICITSUBSET)
        return "Explicit Subset";
    if (property & BOOTSTRAP_PROPERTY_IMPLICITSUBSET)
        return "Implicit Subset";
    if (property & BOOTSTRAP_PROPERTY_MOVEDSUBSET)
        return "Moved Subset";
    return "Unknown";
}

/* ---- for people ---- */

static bool print_names(mach_port_t domain, int depth, bool with_jobs)
{
    struct names names;

    if (!look_names(domain, &names))
        return false;
    for (mach_msg_type_number_t i = 0; i < names.n; i++) {
        printf("%*s%-3c", depth, "", letter(names.statuses[i]));
        print_name(names.names[i]);
        if (with_jobs) {
            fputs(" (", stdout);
            print_name(names.jobs[i]);
            putchar(')');
        }
        putchar('\n');
    }
    look_names_done(&names);
    return true;
}

/* No deeper than the domains are (B53). */
static bool print_below(mach_port_t domain, int depth, bool with_jobs)
{
    struct children children;
    bool ok = print_names(domain, depth, with_jobs) && look_children(domain, &children);

    for (mach_msg_type_number_t i = 0; ok && i < children.n; i++) {
        printf("%*s", depth, "");
        print_name(children.names[i]);
        printf(" (%s)/\n", kind(children.properties[i]));
        ok = print_below(children.ports[i], depth + STEP, with_jobs);
    }
    if (ok)
        look_children_done(&children);
    return ok;
}

/* ---- for programs ---- */

static bool json_names(mach_port_t domain)
{
    struct names names;

    if (!look_names(domain, &names))
        return false;
    fputs("\"names\":[", stdout);
    for (mach_msg_type_number_t i = 0; i < names.n; i++) {
        printf("%s{\"name\":", i == 0 ? "" : ",");
        print_json(names.names[i]);
        printf(",\"state\":\"%c\",\"job\":", letter(names.statuses[i]));
        print_json(names.jobs[i]);
        printf(",\"third_party\":%s}", names.third_party[i] ? "true" : "false");
    }
    putchar(']');
    look_names_done(&names);
    return true;
}

static bool json_domain(mach_port_t domain, const char *of_kind, bool with_children)
{
    struct domain_facts facts;
    struct children children;
    bool ok;

    if (!look_facts(domain, &facts))
        return false;
    fputs("{\"name\":", stdout);
    print_json(facts.name);
    printf(",\"kind\":\"%s\",\"uid\":%u,", of_kind, (unsigned)facts.uid);
    ok = json_names(domain);
    if (ok && with_children && (ok = look_children(domain, &children))) {
        fputs(",\"children\":[", stdout);
        for (mach_msg_type_number_t i = 0; ok && i < children.n; i++) {
            fputs(i == 0 ? "" : ",", stdout);
            ok = json_domain(children.ports[i], kind(children.properties[i]), true);
        }
        putchar(']');
        look_children_done(&children);
    }
    putchar('}');
    return ok;
}

/* ---- verbs ---- */

static int finish(bool ok, bool json)
{
    if (json && ok)
        putchar('\n');
    return ok && fflush(stdout) == 0 ? 0 : 1;
}

int list_domain(const char *word, bool with_jobs, bool json)
{
    mach_port_t domain;

    if (!MACH_PORT_VALID(bootstrap_port))
        return complain("Invalid bootstrap port");
    if (!look_domain(word, &domain))
        return 1;
    return finish(json ? json_domain(domain, "Domain", false) : print_names(domain, 0, with_jobs), json);
}

int list_tree(bool with_jobs, bool json)
{
    struct domain_facts facts;
    mach_port_t root;
    kern_return_t kr;

    if (!MACH_PORT_VALID(bootstrap_port))
        return complain("Invalid bootstrap port");
    kr = look_root(bootstrap_port, &root);
    if (kr == BOOTSTRAP_NOT_PRIVILEGED)
        return complain("You must be root to perform this operation.");
    if (kr != KERN_SUCCESS)
        return complain_result(kr);
    if (json)
        return finish(json_domain(root, "Root", true), true);
    if (!look_facts(root, &facts))
        return 1;
    print_name(facts.name);
    puts("/");
    return finish(print_below(root, STEP, with_jobs), false);
}
