/* SPDX-License-Identifier: Apache-2.0 */
/* tests/process/report.h - what a program that was started tells of itself, to the port that it finds as its bootstrap port */
#pragma once

#include <mach/mach.h>
#include <stdint.h>
#include <stdlib.h>

enum { ID_REPORT = 4711, REPORT_DESCRIPTORS = 64, REPORT_TEXT = 200 };

/* A tenth of n, unless LONG is set. */
static inline int rounds(int n)
{
    return getenv("LONG") != NULL ? n : n / 10;
}

struct report {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port; /* the first registered port, or null */
    int32_t pid, parent, group, session;
    uint32_t uid, gid, n_groups;
    int32_t n_arguments, n_variables;
    int32_t priority;         /* the first thing that it did */
    uint32_t n_registered;
    uint32_t same_bootstrap;  /* variable and task agree */
    uint32_t exception_behavior; /* of EXC_ARITHMETIC's port, 0: none */
    uint32_t persona_bits;    /* Linux's personality() */
    uint64_t descriptors;     /* which of the first 64 are open */
    uint64_t mask, ignored;   /* signals: bit n - 1 */
    char directory[REPORT_TEXT];
    char argument[REPORT_TEXT]; /* the last */
    mach_msg_max_trailer_t trailer;
};
