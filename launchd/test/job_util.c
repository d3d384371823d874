/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/test/job_util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bootstrap_user.h"

#define MINUTE_MS 60000

/* As libmach's own calls: the next launchd has undone what was half made. */
#define CALL(stub)                                                                                           \
    ({                                                                                                       \
        kern_return_t kr_;                                                                                   \
        do                                                                                                   \
            kr_ = (stub);                                                                                    \
        while (kr_ == MIG_SERVER_DIED);                                                                      \
        kr_;                                                                                                 \
    })

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
    kr = CALL(bootstrap_rpc_submit_jobs(domain, text, (mach_msg_type_number_t)strlen(text), errors, &n));
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

int job_load_shell(const char *label, const char *line, const char *out, const char *body)
{
    char text[8192];

    REQUIRE_LT(
        snprintf(
            text, sizeof(text),
            "<dict><key>Label</key><string>%s</string><key>ProgramArguments</key><array><string>sh</string>"
            "<string>-c</string><string>%s</string></array><key>StandardOutPath</key><string>%s</string>"
            "<key>RunAtLoad</key><true/>%s</dict>",
            label, line, out, body),
        (int)sizeof(text));
    return job_load_text(bootstrap_port, text);
}

static const char *text_of(const char *label, enum job_text_kind kind)
{
    static char copy[65536];
    bootstrap_text_t text = NULL;
    mach_msg_type_number_t size = 0;
    name_t name;

    snprintf(name, sizeof(name), "%s", label);
    copy[0] = 0;
    if (CALL(bootstrap_rpc_job_text(bootstrap_port, name, kind, &text, &size)) != KERN_SUCCESS || size == 0)
        return copy;
    snprintf(copy, sizeof(copy), "%.*s", (int)size, text);
    vm_deallocate(mach_task_self(), (vm_address_t)text, size);
    return copy;
}

const char *job_print(const char *label)
{
    return text_of(label, JOB_TEXT_PRINT);
}

const char *job_blame(const char *label)
{
    return text_of(label, JOB_TEXT_BLAME);
}

const char *job_list(void)
{
    return text_of("", JOB_TEXT_LIST);
}

pid_t job_pid(const char *label)
{
    const char *at = strstr(job_print(label), "\tpid = ");

    return at == NULL ? 0 : atoi(at + 7);
}

static kern_return_t with_label(kern_return_t (*request)(mach_port_t bp, name_t label), const char *label)
{
    name_t name;

    snprintf(name, sizeof(name), "%s", label);
    return CALL(request(bootstrap_port, name));
}

kern_return_t job_start(const char *label)
{
    return with_label(bootstrap_rpc_start_job, label);
}

kern_return_t job_stop(const char *label)
{
    return with_label(bootstrap_rpc_stop_job, label);
}

kern_return_t job_kickstart(const char *label, unsigned flags, int *pid_p)
{
    name_t name;

    snprintf(name, sizeof(name), "%s", label);
    return bootstrap_rpc_kickstart(bootstrap_port, name, flags, pid_p);
}

kern_return_t job_remove(const char *label)
{
    return with_label(bootstrap_rpc_remove_job, label);
}

int ask(mach_port_t service, int id)
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

int receive_id_long(mach_port_t port)
{
    int id = 0;

    for (int i = 0; i < MINUTE_MS / 1000 && id == 0; i++)
        id = receive_id(port);
    return id;
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

const char *contents(const char *file)
{
    static char text[8192];
    FILE *in = fopen(file, "r");
    size_t n = in == NULL ? 0 : fread(text, 1, sizeof(text) - 1, in);

    if (in != NULL)
        fclose(in);
    text[n] = 0;
    return text;
}

struct expected {
    const char *where, *text;
};

static bool is_contents(const void *context)
{
    const struct expected *expected = context;

    return strcmp(contents(expected->where), expected->text) == 0;
}

bool becomes_contents(const char *file, const char *text)
{
    struct expected expected = { file, text };

    if (wait_until(is_contents, &expected))
        return true;
    test_log("%s", contents(file));
    return false;
}

static bool is_shown(const void *context)
{
    const struct expected *expected = context;

    return strstr(job_print(expected->where), expected->text) != NULL;
}

bool job_shows(const char *label, const char *text)
{
    struct expected expected = { label, text };

    if (wait_until(is_shown, &expected))
        return true;
    test_log("%s", job_print(label));
    return false;
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
