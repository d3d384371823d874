/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/test/job_util.h - loading jobs and calling their services
 *
 * A job of these tests runs $PROBE with words (probe.c). Property lists are written as text: `body` is what stands inside the
 * dictionary besides Label and ProgramArguments.
 */
#pragma once

#include "launchd/test/util.h"
#include "wire/job_types.h"

#define THROTTLE(seconds) "<key>ThrottleInterval</key><integer>" #seconds "</integer>"
#define NO_THROTTLE THROTTLE(0)
#define RUN_AT_LOAD "<key>RunAtLoad</key><true/>"
#define KEEP_ALIVE "<key>KeepAlive</key><true/>"
#define STRING(key, value) "<key>" key "</key><string>" value "</string>"
#define INTEGER(key, value) "<key>" key "</key><integer>" #value "</integer>"
#define TRUTH(key, value) "<key>" key "</key><" #value "/>"

/* The words, divided by blanks, follow the program's name. */
#define SERVICE(name)                                                                                        \
    "<key>MachServices</key><dict><key>" name "</key><true/></dict>"

/* One job into the domain: the result of the request, or the job's error number. */
int job_load(mach_port_t domain, const char *label, const char *words, const char *body);
/* The same of a whole dictionary. */
int job_load_text(mach_port_t domain, const char *dictionary);
kern_return_t job_remove(const char *label);

/* A job that runs a line of shell, whose standard output is the file. */
int job_load_shell(const char *label, const char *line, const char *out, const char *body);
/* What launchd says of a job (B168, B170, B166), "" when it says nothing; static. */
const char *job_print(const char *label);
const char *job_blame(const char *label);
const char *job_list(void);
/* Until print contains the text, a minute at most. */
bool job_shows(const char *label, const char *text);
pid_t job_pid(const char *label); /* 0: none */
kern_return_t job_start(const char *label);
kern_return_t job_stop(const char *label);
kern_return_t job_kickstart(const char *label, unsigned flags, int *pid_p);

/* Sends a request and waits for the answer, a minute at most: the answer's number, 0 if there is none, -1 when the reply right
 * died, which is told by a message of number 71. */
int ask(mach_port_t service, int id);

/* As receive_id, but waits a minute. */
int receive_id_long(mach_port_t port);

/* Whether a file has so many lines, before a minute has passed; and one line's pid, uid and time. */
bool has_lines(const char *file, int n);
bool line_of(const char *file, int i, int *pid_p, unsigned *uid_p, long long *ms_p);
/* The whole of a small file, "" if there is none; static. */
const char *contents(const char *file);
bool becomes_contents(const char *file, const char *text);
/* A new name in a directory of this test's own. */
const char *scratch(const char *name);

/* Until it holds, a minute at most. */
bool wait_until(bool (*holds)(const void *context), const void *context);
/* Until look_result answers this. */
bool becomes(const char *name, kern_return_t result);
