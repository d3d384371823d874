/* SPDX-License-Identifier: Apache-2.0 */
/* wire/job_types.h - what machctl and launchd tell each other about jobs (libmach/launch/bootstrap.defs) */
#pragma once

#define JOB_SUBMIT_MAX 64        /* jobs of one request */
#define JOB_SUBMIT_SIZE 131072u  /* bytes of one request's property list */

#define JOB_PATH_KEY "MachdPropertyListPath" /* put into what is submitted: the file that it came from */
#define JOB_FD_OBJECT "file-descriptor-object"
#define JOB_PORT_OBJECT "mach-port-object"   /* what a dictionary shows in place of a port (B167) */

/* What a job knows of the sockets that it inherits: "PID NAME US FD RS NAME US FD RS ..." (B175) */
#define JOB_SOCKETS_ENV "LAUNCHD_SOCKETS"
#define JOB_SOCKETS_UNIT '\x1f'
#define JOB_SOCKETS_RECORD '\x1e'
#define JOB_SOCKETS_FIRST 3 /* descriptor */

#define JOB_KICKSTART_KILL 1u      /* stop what runs first */
#define JOB_KICKSTART_SUSPENDED 2u /* stopped before its first instruction */

typedef char *bootstrap_text_t;
typedef int bootstrap_error_array_t[JOB_SUBMIT_MAX];

/* What job_text answers; each ends without a zero byte. */
enum job_text_kind {
    JOB_TEXT_LIST = 1,   /* of the domain: lines of pid, status and label, with tabs between (B166) */
    JOB_TEXT_PRINT,      /* of a job: B168 */
    JOB_TEXT_BLAME,      /* of a job: why it was started last, one line; empty: never (B170) */
    JOB_TEXT_VARIABLES,  /* of the domain: NAME=value with a zero byte behind each (B164) */
    JOB_TEXT_DICTIONARY, /* of a job: B167, as an XML property list */
};
