/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/show.h - jobs as text for machctl (B166-B170) */
#pragma once

#include <mach/mach.h>
#include <stdio.h>

#include "wire/job_types.h"

struct domain;
struct managed;

/* In memory that goes away with the reply; m is NULL for what is about the domain. Refuses KERN_INVALID_ARGUMENT,
 * BOOTSTRAP_NO_MEMORY. */
kern_return_t show_text(const struct domain *domain, const struct managed *m, int kind, bootstrap_text_t *text_p,
                        mach_msg_type_number_t *size_p);

/* A line stays a line, whatever is in the text (B65). */
void show_escaped(const char *text, FILE *out);
/* B169 */
void show_domain(const struct domain *domain, FILE *out);
