/* SPDX-License-Identifier: Apache-2.0 */
/* demo/launch.c - a call to a service that is not running, while a crowd of others keeps every CPU busy
 *
 *   launch DIRECTORY MACHCTL [--svg FILE]      DIRECTORY holds echo
 *
 * launchd starts the service for each call. A call with the thread's special reply port carries the priority of the thread, which
 * waits, to launchd and to the process that is made; one with an ordinary reply port does not.
 */
#include <limits.h>
#include <mach/mach_traps.h>
#include <pthread/qos.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bootstrap_user.h"
#include "demo/echo.h"
#include "wire/job_types.h"

enum { LAUNCHES = 21, CROWD_EACH = 4, CROWD_MAX = 512 };

static const char *directory, *machctl;
static char place[] = "/tmp/machd-demo-XXXXXX";

/* ---- the service ---- */

static void load_service(void)
{
    char file[PATH_MAX], command[2 * PATH_MAX];
    FILE *out;

    demo_check(mkdtemp(place) == NULL, "make a directory");
    snprintf(file, sizeof(file), "%s/echo.plist", place);
    out = fopen(file, "w");
    demo_check(out == NULL, "write a property list");
    fprintf(out,
            "<plist version=\"1.0\"><dict><key>Label</key><string>demo.launch</string>"
            "<key>Program</key><string>%s/echo</string><key>ThrottleInterval</key><integer>0</integer>"
            "<key>MachServices</key><dict><key>" ECHO_NAME "</key><true/></dict></dict></plist>\n",
            directory);
    fclose(out);
    snprintf(command, sizeof(command), "'%s' load %s", machctl, file);
    demo_check(system(command), "load the job");
    unlink(file);
    rmdir(place);
}

/* What launchd says about the last start, by the request that `machctl print` makes. */
static struct moment last_start(void)
{
    name_t label = "demo.launch";
    bootstrap_text_t text = NULL;
    mach_msg_type_number_t size = 0;
    unsigned long long seconds = 0, micros = 0;
    struct moment moment = { 0 };
    char copy[4096] = "", *at;

    demo_check(bootstrap_rpc_job_text(bootstrap_port, label, JOB_TEXT_PRINT, &text, &size),
               "ask about the job");
    snprintf(copy, sizeof(copy), "%.*s", (int)size, text);
    vm_deallocate(mach_task_self(), (vm_address_t)text, size);
    at = strstr(copy, "\tlast start = ");
    if (at != NULL)
        sscanf(at, "\tlast start = %llu.%llu", &seconds, &micros);
    at = strstr(copy, "\tlast start priority = ");
    if (at != NULL)
        sscanf(at, "\tlast start priority = %d", &moment.priority);
    moment.ns = seconds * 1000000000 + micros * 1000;
    return moment;
}

static bool runs(void)
{
    name_t label = "demo.launch";
    bootstrap_text_t text = NULL;
    mach_msg_type_number_t size = 0;
    bool waits;

    demo_check(bootstrap_rpc_job_text(bootstrap_port, label, JOB_TEXT_PRINT, &text, &size),
               "ask about the job");
    waits = memmem(text, size, "state = waiting", 15) != NULL;
    vm_deallocate(mach_task_self(), (vm_address_t)text, size);
    return !waits;
}

/* ---- the crowd ---- */

static pid_t crowd[CROWD_MAX];
static int n_crowd;

/* Where Linux is fair between sessions first (autogroup) a crowd in one of its own is one competitor, however many it is; launchd's
 * jobs have a session each, so the crowd does too. */
static _Noreturn void busy(void)
{
    setsid();
    while (true)
        ;
}

static void crowd_gather(void)
{
    long n = CROWD_EACH * sysconf(_SC_NPROCESSORS_ONLN);

    for (n_crowd = 0; n_crowd < n && n_crowd < CROWD_MAX; n_crowd++) {
        crowd[n_crowd] = fork();
        if (crowd[n_crowd] == 0)
            busy();
    }
}

static void crowd_leave(void)
{
    for (int i = 0; i < n_crowd; i++) {
        kill(crowd[i], SIGKILL);
        waitpid(crowd[i], NULL, 0);
    }
}

/* ---- the client ---- */

static void receive(mach_port_t from, struct echo_reply *reply)
{
    struct {
        struct echo_reply reply;
        mach_msg_max_trailer_t trailer;
    } message;

    demo_check(mach_msg(&message.reply.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message), from,
                        20000, MACH_PORT_NULL),
               "receive an answer");
    *reply = message.reply;
}

static struct launch call_once(mach_port_t service, mach_port_t answer_port, mach_port_t after_port)
{
    struct echo_call call = {
        .header = { .msgh_bits = MACH_MSGH_BITS_COMPLEX |
                                 MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                    .msgh_size = sizeof(call),
                    .msgh_remote_port = service,
                    .msgh_local_port = answer_port,
                    .msgh_id = ECHO_CALL },
        .body = { 1 },
        .after = { .name = after_port,
                   .disposition = MACH_MSG_TYPE_MAKE_SEND_ONCE,
                   .type = MACH_MSG_PORT_DESCRIPTOR },
    };
    struct moment sent = echo_now(), answered;
    struct echo_reply reply;
    struct launch launch;

    demo_check(mach_msg(&call.header, MACH_SEND_MSG, sizeof(call), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL),
               "call");
    receive(answer_port, &reply);
    answered = echo_now();
    receive(after_port, &reply);
    memcpy(launch.at, reply.at, sizeof(launch.at));
    launch.at[STEP_CALL] = sent;
    launch.at[STEP_ANSWER] = answered;
    launch.at[STEP_START] = last_start();
    while (runs())
        usleep(1000);
    return launch;
}

static int by_answer(const void *a, const void *b)
{
    double x = launch_ms(a, STEP_ANSWER), y = launch_ms(b, STEP_ANSWER);

    return x < y ? -1 : x > y;
}

/* Sorted by how long the answer took. */
static void call_many(struct launch *launches, bool with_priority)
{
    mach_port_t service, after = demo_port(),
                         answer = with_priority ? thread_get_special_reply_port() : demo_port();

    demo_check(bootstrap_look_up(bootstrap_port, ECHO_NAME, &service), "look up " ECHO_NAME);
    for (int i = 0; i < LAUNCHES; i++)
        launches[i] = call_once(service, answer, after);
    qsort(launches, LAUNCHES, sizeof(*launches), by_answer);
    mach_port_deallocate(mach_task_self(), service);
}

static void sum_up(const char *what, const struct launch *launches)
{
    printf("     %-28s half within %7.1f ms, 9 of 10 within %7.1f ms\n", what,
           launch_ms(&launches[LAUNCHES / 2], STEP_ANSWER),
           launch_ms(&launches[LAUNCHES * 9 / 10], STEP_ANSWER));
}

static void draw(const char *file, const struct launch *with, const struct launch *without)
{
    FILE *out = fopen(file, "w");

    demo_check(out == NULL, "write the picture");
    timeline_draw(out, with, without);
    fclose(out);
    printf("     %s shows both\n", file);
}

int main(int argc, char **argv)
{
    struct launch with[LAUNCHES], without[LAUNCHES];

    if (argc != 3 && !(argc == 5 && strcmp(argv[3], "--svg") == 0)) {
        fprintf(stderr, "usage: launch DIRECTORY MACHCTL [--svg FILE]   (see demo/run.sh)\n");
        return 2;
    }
    directory = argv[1];
    machctl = argv[2];
    alarm(60);
    load_service();
    setpriority(PRIO_DARWIN_ROLE, 0, PRIO_DARWIN_ROLE_UI_FOCAL);
    pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0);
    crowd_gather();
    printf("     %d processes, a session each, keep the %ld CPUs busy; each call starts the service\n",
           n_crowd, sysconf(_SC_NPROCESSORS_ONLN));
    call_many(without, false);
    call_many(with, true);
    crowd_leave();
    timeline_tell(&with[LAUNCHES / 2]);
    sum_up("with the caller's priority", with);
    sum_up("without it", without);
    if (geteuid() != 0)
        printf("     (Linux lets only root raise a process above the others: what was computed here had "
               "little effect)\n");
    if (argc == 5)
        draw(argv[4], &with[LAUNCHES / 2], &without[LAUNCHES / 2]);
    return 0;
}
