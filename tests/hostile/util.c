/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/hostile/util.h"

#include <mach/notify.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint32_t random_next(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

uint64_t random_seed(void)
{
    const char *given = getenv("HOSTILE_SEED");
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return given != NULL ? strtoull(given, NULL, 0) : (uint64_t)now.tv_nsec / 100 + 1;
}

/* ---- census ---- */

static const char *const fields[CENSUS_FIELDS] = {
    "tasks",
    "threads",
    "spaces",
    "names",
    "ports",
    "port_sets",
    "messages",
    "message_bytes",
    "memory_objects",
    "requests",
    "processes",
    "connections",
    "client_descriptors",
};

/* Only what comes before the list of tasks, whose fields have the same names. */
static void read_status(char *text, size_t size)
{
    char command[512];
    const char *machctl = getenv("MACHCTL");
    FILE *pipe;
    char *tasks;

    snprintf(command, sizeof(command), "%s status --json", machctl != NULL ? machctl : "machctl");
    pipe = popen(command, "re");
    REQUIRE(pipe != NULL);
    text[fread(text, 1, size - 1, pipe)] = 0;
    while (getc(pipe) != EOF)
        continue;
    REQUIRE_EQ(pclose(pipe), 0);
    tasks = strstr(text, "\"tasks\":[");
    if (tasks != NULL)
        *tasks = 0;
}

static uint64_t number_in(const char *text, const char *name)
{
    char pattern[64];
    const char *at;

    snprintf(pattern, sizeof(pattern), "\"%s\":", name);
    at = strstr(text, pattern);
    return at != NULL ? strtoull(at + strlen(pattern), NULL, 10) : UINT64_MAX;
}

struct census census_take(void)
{
    static char text[1 << 16];
    struct census census;

    read_status(text, sizeof(text));
    for (int i = 0; i < CENSUS_FIELDS; i++)
        census.n[i] = number_in(text, fields[i]);
    return census;
}

pid_t launchd_pid_now(void)
{
    static char text[1 << 16];
    const char *launchd;

    read_status(text, sizeof(text));
    launchd = strstr(text, "\"launchd\":{");
    REQUIRE(launchd != NULL);
    return (pid_t)number_in(launchd, "pid");
}

pid_t machd_pid(void)
{
    static char text[1 << 16];

    read_status(text, sizeof(text));
    return (pid_t)number_in(text, "pid");
}

static uint64_t kilobytes_of(const char *key)
{
    char path[64], line[256], format[32];
    unsigned long long number = 0;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)machd_pid());
    snprintf(format, sizeof(format), "%s: %%llu kB", key);
    FILE *file = fopen(path, "re");
    REQUIRE(file != NULL);
    while (fgets(line, sizeof(line), file) != NULL && sscanf(line, format, &number) != 1)
        continue;
    fclose(file);
    return number * 1024;
}

uint64_t machd_peak(void)
{
    return kilobytes_of("VmHWM");
}

uint64_t machd_resident(void)
{
    return kilobytes_of("VmRSS");
}

const char *machd_socket(void)
{
    static char line[512];
    char command[512], *at = NULL;
    const char *machctl = getenv("MACHCTL");

    snprintf(command, sizeof(command), "%s status", machctl != NULL ? machctl : "machctl");
    FILE *pipe = popen(command, "re");
    REQUIRE(pipe != NULL);
    while (at == NULL && fgets(line, sizeof(line), pipe) != NULL)
        at = strncmp(line, "socket ", 7) == 0 ? strchr(line, '/') : NULL;
    while (getc(pipe) != EOF)
        continue;
    pclose(pipe);
    REQUIRE(at != NULL);
    at[strcspn(at, "\n")] = 0;
    return at;
}

static bool same(const struct census *a, const struct census *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/* What first requests make for good: launchd's record of this process, and libmach's reply ports. */
void warm_up(void)
{
    mach_port_t port;

    REQUIRE_EQ(check_in(bootstrap_port, "test.hostile.warm", &port), KERN_SUCCESS);
    REQUIRE_EQ(mach_port_destroy(mach_task_self(), port), KERN_SUCCESS);
}

struct census census_at_rest(void)
{
    struct census census = census_take();

    for (int i = 0, n_same = 0; i < 200 && n_same < 3; i++) {
        sleep_ms(50);
        struct census next = census_take();
        n_same = same(&census, &next) ? n_same + 1 : 0;
        census = next;
    }
    return census;
}

/* launchd's pool has as many threads as it needed at some time; each has up to two ports. */
static bool field_is_back(const struct census *now, const struct census *then, int field)
{
    bool is_of_pool = strcmp(fields[field], "threads") == 0 || strcmp(fields[field], "names") == 0 ||
                      strcmp(fields[field], "ports") == 0;
    uint64_t slack = is_of_pool ? POOL_SLACK : 0;

    return now->n[field] <= then->n[field] + slack && then->n[field] <= now->n[field] + slack;
}

static bool is_back(const struct census *now, const struct census *then)
{
    for (int i = 0; i < CENSUS_FIELDS; i++) {
        if (!field_is_back(now, then, i))
            return false;
    }
    return true;
}

void census_check_back(const struct census *then, const char *after_what)
{
    struct census now = census_take();

    for (uint64_t end = now_ms() + 10000; !is_back(&now, then) && now_ms() < end;) {
        sleep_ms(20);
        now = census_take();
    }
    for (int i = 0; i < CENSUS_FIELDS; i++) {
        if (!field_is_back(&now, then, i))
            FAIL("after %s machd holds %llu %s, before %llu", after_what, (unsigned long long)now.n[i],
                 fields[i], (unsigned long long)then->n[i]);
    }
}

/* ---- calls ---- */

struct call_message {
    mach_msg_header_t header;
    char room[256];
};

int call(mach_port_t port, mach_port_t reply, int id)
{
    struct call_message message = {
        .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                    .msgh_remote_port = port,
                    .msgh_local_port = reply,
                    .msgh_id = id },
    };
    kern_return_t kr = mach_msg(&message.header, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof(message.header), 0,
                                MACH_PORT_NULL, PATIENCE_MS, MACH_PORT_NULL);

    if (kr == MACH_SEND_INVALID_DEST)
        return CALL_REFUSED;
    if (kr == KERN_SUCCESS)
        kr = mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message), reply,
                      PATIENCE_MS, MACH_PORT_NULL);
    CHECK_EQ(kr, KERN_SUCCESS);
    return kr == KERN_SUCCESS ? message.header.msgh_id : CALL_HANGS;
}

void serve(mach_port_t port)
{
    struct call_message message;

    for (;;) {
        REQUIRE_EQ(mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof(message), port, 0, MACH_PORT_NULL),
                   KERN_SUCCESS);
        message.header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
        message.header.msgh_local_port = MACH_PORT_NULL;
        message.header.msgh_id += 100;
        mach_msg(&message.header, MACH_SEND_MSG, sizeof(message.header), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
    }
}
