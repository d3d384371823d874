/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/show_domain.c - a domain in words (B169) */
#include "launchd/show.h"

#include "launchd/domain.h"
#include "launchd/job.h"
#include "launchd/service.h"

static const char *kind_name(enum domain_kind kind)
{
    switch (kind) {
    case DOMAIN_SYSTEM: return "System";
    case DOMAIN_PER_USER: return "Per-user";
    case DOMAIN_SUBSET: return "Explicit Subset";
    }
    return "?";
}

static void print_counts(const struct domain *domain, FILE *out)
{
    unsigned n_services = 0, n_jobs = 0, n_processes = 0, n_domains = 0;
    const struct service *service;
    const struct domain *child;
    const struct job *job;

    TAILQ_FOREACH(service, &domain->services, in_domain)
    n_services++;
    TAILQ_FOREACH(job, &domain->jobs, in_domain)
    {
        n_jobs += job->managed != NULL;
        n_processes += job->managed == NULL;
    }
    TAILQ_FOREACH(child, &domain->children, siblings)
    n_domains++;
    fprintf(out, "\tservices = %u\n\tjobs = %u\n\tother processes = %u\n\tsubdomains = %u\n", n_services,
            n_jobs, n_processes, n_domains);
}

static void print_services(const struct domain *domain, FILE *out)
{
    const struct service *service;
    char label[BOOTSTRAP_MAX_NAME_LEN];

    fputs("\tservice list = {\n", out);
    TAILQ_FOREACH(service, &domain->services, in_domain)
    {
        job_label(service->job, label, sizeof(label));
        fprintf(out, "\t\t%c ", "IAD"[service_status(service)]);
        show_escaped(service->r->name, out);
        fputs(" (", out);
        show_escaped(label, out);
        fprintf(out, ")%s\n", service->r->flags & SERVICE_PRIVATE ? " private" : "");
    }
    fputs("\t}\n", out);
}

static void print_jobs(const struct domain *domain, FILE *out)
{
    const struct job *job;
    char label[BOOTSTRAP_MAX_NAME_LEN];

    fputs("\tjob list = {\n", out);
    TAILQ_FOREACH(job, &domain->jobs, in_domain)
    {
        job_label(job, label, sizeof(label));
        if (job->r->pid != 0)
            fprintf(out, "\t\t%d ", (int)job->r->pid);
        else
            fputs("\t\t- ", out);
        show_escaped(label, out);
        fputc('\n', out);
    }
    fputs("\t}\n", out);
}

static void print_children(const struct domain *domain, FILE *out)
{
    const struct domain *child;

    fputs("\tsubdomain list = {\n", out);
    TAILQ_FOREACH(child, &domain->children, siblings)
    {
        fputs("\t\t", out);
        show_escaped(child->r->name, out);
        fprintf(out, " (%s)\n", kind_name((enum domain_kind)child->r->kind));
    }
    fputs("\t}\n", out);
}

void show_domain(const struct domain *domain, FILE *out)
{
    show_escaped(domain->r->name, out);
    fprintf(out, " = {\n\tkind = %s\n\tuid = %u\n\tport = 0x%x\n",
            kind_name((enum domain_kind)domain->r->kind), (unsigned)domain->r->uid, (unsigned)domain->r->port);
    print_counts(domain, out);
    print_services(domain, out);
    print_jobs(domain, out);
    print_children(domain, out);
    fputs("}\n", out);
}
