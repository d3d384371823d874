/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/test/job_util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bootstrap_user.h"

#define MINUTE_MS 60000

int job_load_text(mach_port_t domain, const char *dictionary)
{
    bootstrap_error_array_t errors;
    mach_msg_type_number_t n = JOB_SUBMIT_MAX;
    char text[16384];
    kern_return_t kr;

    REQUIRE_LT(
        snprintf(text, sizeof(text),
                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?><plist version=\"1.0\"><array>%s</array></plist>",
                 dictionary),
        (int)sizeof(text));
    kr = bootstrap_rpc_submit_jobs(domain, text, (mach_msg_type_number_t)strlen(text), errors, &n);
    return kr == KERN_SUCCESS ? errors[0] : kr;
}

int job_load(mach_port_t domain, const char *label, const char *words, const char *body)
{
    char text[8192], copy[1024], *rest = copy;
    size_t at = (size_t)snprintf(text, sizeof(text),
                                 "<dict><key>Label</key><string>%s</string>"
                                 "<key>ProgramArguments</key><array><string>%s</string>",
                                 label, getenv("PROBE"));

    snprintf(copy, sizeof(copy), "%s", words);
    for (char *word; (word = strsep(&rest, " ")) != NULL;)
        at += (size_t)snprintf(text + at, sizeof(text) - at, "<string>%s</string>", word);
    snprintf(text + at, sizeof(text) - at, "</array>%s</dict>", body);
    return job_load_text(domain, text);
}

kern_return_t job_remove(const char *label)
{
    name_t copy;

    snprintf(copy, sizeof(copy), "%s", label);
    return bootstrap_rpc_remove_job(bootstrap_port, copy);
}

int call(mach_port_t service, int id)
{
    struct {
        mach_msg_header_t header;
        char room[512];
    } message = { .header = { .msgh_bits =
                                  MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                              .msgh_size = sizeof(mach_msg_header_t),
                              .msgh_remote_port = service,
                              .msgh_local_port = mig_get_reply_port(),
                              .msgh_id = id } };
    kern_return_t kr =
        mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_TIMEOUT, sizeof(mach_msg_header_t),
                 sizeof(message), mig_get_reply_port(), MINUTE_MS, MACH_PORT_NULL);

    if (kr != KERN_SUCCESS)
        return 0;
    return message.header.msgh_id == MACH_NOTIFY_SEND_ONCE ? -1 : message.header.msgh_id;
}

bool wait_until(bool (*holds)(const void *context), const void *context)
{
    for (int i = 0; i < MINUTE_MS / 5; i++) {
        if (holds(context))
            return true;
        sleep_ms(5);
    }
    return false;
}

/* ---- what jobs write ---- */

const char *scratch(const char *name)
{
    static char directory[64], paths[8][128];
    static int next;
    char *path = paths[next++ % 8];

    if (*directory == 0) {
        snprintf(directory, sizeof(directory), "/tmp/launchd-test.XXXXXX");
        REQUIRE(mkdtemp(directory) != NULL);
    }
    snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
    return path;
}

bool line_of(const char *file, int i, int *pid_p, unsigned *uid_p, long long *ms_p)
{
    FILE *in = fopen(file, "r");
    int n = 0;

    if (in == NULL)
        return false;
    while (n <= i && fscanf(in, "%d %u %lld\n", pid_p, uid_p, ms_p) == 3)
        n++;
    fclose(in);
    return n > i;
}

struct lines {
    const char *file;
    int n;
};

static bool are_there(const void *context)
{
    const struct lines *lines = context;
    long long ms;
    unsigned uid;
    int pid;

    return line_of(lines->file, lines->n - 1, &pid, &uid, &ms);
}

bool has_lines(const char *file, int n)
{
    struct lines lines = { file, n };

    return wait_until(are_there, &lines);
}

struct answer {
    const char *name;
    kern_return_t result;
};

static bool is_answer(const void *context)
{
    const struct answer *answer = context;

    return look_result(bootstrap_port, answer->name) == answer->result;
}

bool becomes(const char *name, kern_return_t result)
{
    struct answer answer = { name, result };

    return wait_until(is_answer, &answer);
}
