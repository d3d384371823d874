/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/test/probe.c - a small Mach program for tests: does what its words say and prints each result as a number
 *
 *   probe tell-domain        writes what a lookup answers, as an int, to descriptor 9
 *   probe WORD...            in, look, reg, create: with a name; subset; status NAME; parent; root; per-user UID; hold: waits
 *                            for the end of standard input; exec: runs itself anew with the words that follow;
 *                            quit N: ends with that status; signal N: sends itself that signal; stay: for ever;
 *                            times N, then answer NAME: checks it in, and answers N messages with their number plus 1,
 *                            but aborts at number 666; unpack NAME: answers N messages on the right they carry, with their
 *                            number plus the sum of their memory; return NAME: checks it in and destroys the right;
 *                            give NAME: checks it in, and sends the receive right to NAME.keeper;
 *                            socket NAME: serves one connection on the job's socket of that name;
 *                            wait FILE: goes on when it exists;
 *                            port: 1 if there is a bootstrap port; load LABEL: loads a job that takes LABEL.name and stays;
 *                            remove, start, stop: with a label;
 *                            checkin NAME: checks in by launch_msg and tells what came on the job's socket of that name;
 *                            greet WORD: writes WORD to descriptor 1, reads from 0, and writes that to 2;
 *                            inetd X: answers one connection on descriptor 0; mark WORD: appends a line with WORD and the priority of this thread to the file $MARK, as is
 *                            done with "begin" before main; take X, reply X: receives from what was checked in last, and answers;
 *                            other NAME: a second thread checks NAME in, marks "other", and waits; over X: it receives, answers;
 *                            say FILE: appends a line with its pid, its uid and the milliseconds since boot
 */
#include <bootstrap_priv.h>
#include <fcntl.h>
#include <launch.h>
#include <mach/mach.h>
#include <pthread.h>
#include <semaphore.h>
#include <servers/bootstrap.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bootstrap_user.h"

static void print(const char *word, kern_return_t kr)
{
    printf("%s %d\n", word, kr);
    fflush(stdout);
}

/* ---- what priority it has ---- */

static int own_priority(void)
{
    struct thread_extended_info info = { 0 };
    mach_msg_type_number_t count = THREAD_EXTENDED_INFO_COUNT;
    mach_port_t self = mach_thread_self();

    thread_info(self, THREAD_EXTENDED_INFO, (thread_info_t)&info, &count);
    mach_port_deallocate(mach_task_self(), self);
    return info.pth_priority;
}

static void mark(const char *word)
{
    const char *file = getenv("MARK");
    FILE *out = file != NULL ? fopen(file, "a") : NULL;

    if (out == NULL)
        return;
    fprintf(out, "%s %d\n", word, own_priority());
    fclose(out);
}

__attribute__((constructor)) static void begin(void)
{
    mark("begin");
}

/* ---- names ---- */

static kern_return_t enlist(const char *name)
{
    mach_port_t port;
    name_t copy;

    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port);
    mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND);
    snprintf(copy, sizeof(copy), "%s", name);
    return bootstrap_register(bootstrap_port, copy, port);
}

static kern_return_t create(const char *name)
{
    mach_port_t port;
    name_t copy;

    snprintf(copy, sizeof(copy), "%s", name);
    return bootstrap_create_service(bootstrap_port, copy, &port);
}

static kern_return_t status(const char *name)
{
    bootstrap_status_t state = -1;
    name_t copy;
    kern_return_t kr;

    snprintf(copy, sizeof(copy), "%s", name);
    kr = bootstrap_status(bootstrap_port, copy, &state);
    return kr == KERN_SUCCESS ? state : kr;
}

static kern_return_t subset(void)
{
    mach_port_t port;
    kern_return_t kr = bootstrap_subset(bootstrap_port, mach_task_self(), &port);

    if (kr == KERN_SUCCESS) {
        task_set_bootstrap_port(mach_task_self(), port);
        bootstrap_port = port;
    }
    return kr;
}

static int times = 1;

static void answer_one(mach_port_t port)
{
    struct {
        mach_msg_header_t header;
        char room[4096];
    } message;

    if (mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof(message), port, 0, MACH_PORT_NULL) != KERN_SUCCESS)
        exit(3);
    if (message.header.msgh_id == 666)
        abort();
    message.header.msgh_bits = MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(message.header.msgh_bits), 0);
    message.header.msgh_local_port = MACH_PORT_NULL;
    message.header.msgh_size = sizeof(message.header);
    message.header.msgh_id++;
    if (message.header.msgh_remote_port != MACH_PORT_NULL)
        mach_msg(&message.header, MACH_SEND_MSG, sizeof(message.header), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

static mach_port_t checked_in;
static struct {
    mach_msg_header_t header;
    char room[512];
} taken;

static void take(void)
{
    if (mach_msg(&taken.header, MACH_RCV_MSG, 0, sizeof(taken), checked_in, 0, MACH_PORT_NULL) != KERN_SUCCESS)
        exit(3);
}

static void reply(void)
{
    taken.header.msgh_bits = MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(taken.header.msgh_bits), 0);
    taken.header.msgh_local_port = MACH_PORT_NULL;
    taken.header.msgh_size = sizeof(taken.header);
    taken.header.msgh_id++;
    mach_msg(&taken.header, MACH_SEND_MSG, sizeof(taken.header), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

/* ---- a second thread ---- */

static sem_t there, go_on;
static pthread_t other_thread;

static void *be_other(void *name)
{
    if (bootstrap_check_in(bootstrap_port, name, &checked_in) != KERN_SUCCESS)
        exit(3);
    mark("other");
    sem_post(&there);
    while (sem_wait(&go_on) != 0)
        ;
    take();
    reply();
    return NULL;
}

static void start_other(const char *name)
{
    sem_init(&there, 0, 0);
    sem_init(&go_on, 0, 0);
    pthread_create(&other_thread, NULL, be_other, (void *)name);
    while (sem_wait(&there) != 0)
        ;
}

static void end_other(void)
{
    sem_post(&go_on);
    pthread_join(other_thread, NULL);
}

static kern_return_t answer(const char *name)
{
    mach_port_t port;
    kern_return_t kr = bootstrap_check_in(bootstrap_port, name, &port);

    for (int i = 0; kr == KERN_SUCCESS && i < times; i++)
        answer_one(port);
    return kr;
}

struct parcel {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port;
    mach_msg_ool_descriptor_t memory;
    mach_msg_max_trailer_t trailer;
};

static void unpack_one(mach_port_t from)
{
    struct parcel parcel;
    mach_msg_header_t answer = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND, 0),
                                 .msgh_size = sizeof(answer) };

    if (mach_msg(&parcel.header, MACH_RCV_MSG, 0, sizeof(parcel), from, 0, MACH_PORT_NULL) != KERN_SUCCESS ||
        parcel.body.msgh_descriptor_count != 2)
        exit(3);
    answer.msgh_remote_port = parcel.port.name;
    answer.msgh_id = parcel.header.msgh_id;
    for (mach_msg_size_t i = 0; i < parcel.memory.size; i++)
        answer.msgh_id += ((unsigned char *)parcel.memory.address)[i];
    mach_msg(&answer, MACH_SEND_MSG, sizeof(answer), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

static kern_return_t unpack(const char *name)
{
    mach_port_t port;
    kern_return_t kr = bootstrap_check_in(bootstrap_port, name, &port);

    for (int i = 0; kr == KERN_SUCCESS && i < times; i++)
        unpack_one(port);
    return kr;
}

static kern_return_t bring_back(const char *name)
{
    mach_port_t port;
    kern_return_t kr = bootstrap_check_in(bootstrap_port, name, &port);

    return kr == KERN_SUCCESS ? mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1) : kr;
}

static kern_return_t give(const char *name)
{
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
    } message = { .header = { .msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND, 0),
                              .msgh_size = sizeof(message) },
                  .body = { .msgh_descriptor_count = 1 } };
    mach_port_t port;
    name_t keeper;
    kern_return_t kr = bootstrap_check_in(bootstrap_port, name, &port);

    snprintf(keeper, sizeof(keeper), "%.100s.keeper", name);
    if (kr == KERN_SUCCESS)
        kr = bootstrap_look_up(bootstrap_port, keeper, &message.header.msgh_remote_port);
    message.port = (mach_msg_port_descriptor_t){ .name = port,
                                                 .disposition = MACH_MSG_TYPE_MOVE_RECEIVE,
                                                 .type = MACH_MSG_PORT_DESCRIPTOR };
    return kr != KERN_SUCCESS ? kr
                              : mach_msg(&message.header, MACH_SEND_MSG, sizeof(message), 0, MACH_PORT_NULL,
                                         0, MACH_PORT_NULL);
}

/* Answers one connection with what three calls said. */
static kern_return_t serve_socket(const char *name)
{
    int *fds = NULL, *again = NULL, error = launch_activate_socket(name, &fds, &(size_t){ 0 }), fd;

    if (error != 0)
        return error;
    fd = accept(fds[0], NULL, NULL);
    dprintf(fd, "%d %d %d\n", error, launch_activate_socket(name, &again, &(size_t){ 0 }),
            launch_activate_socket("no such name", &again, &(size_t){ 0 }));
    close(fd);
    free(fds);
    return 0;
}

static void take_port(launch_data_t value, const char *name, void *port)
{
    (void)name;
    *(mach_port_t *)port = launch_data_get_machport(value);
}

/* The older way: sockets and receive rights come in one answer. It is told to the first one that connects to the socket. */
static void check_in_by_message(const char *name)
{
    launch_data_t job = launch_msg(launch_data_new_string(LAUNCH_KEY_CHECKIN)),
                  sockets = launch_data_dict_lookup(job, LAUNCH_JOBKEY_SOCKETS),
                  services = launch_data_dict_lookup(job, LAUNCH_JOBKEY_MACHSERVICES),
                  all = launch_data_dict_lookup(sockets, name);
    int fd = accept(launch_data_get_fd(launch_data_array_get_index(all, 0)), NULL, NULL);
    mach_port_t port = MACH_PORT_NULL;
    mach_port_type_t type = 0;

    launch_data_dict_iterate(services, take_port, &port);
    mach_port_type(mach_task_self(), port, &type);
    dprintf(fd, "%s, %zu socket, %zu service, %s\n",
            launch_data_get_string(launch_data_dict_lookup(job, LAUNCH_JOBKEY_LABEL)),
            launch_data_array_get_count(all), launch_data_dict_get_count(services),
            type & MACH_PORT_TYPE_RECEIVE ? "the right to receive on it" : "no right");
    close(fd);
}

/* Its descriptors 0, 1 and 2 are one listening socket. */
static void serve_as_inetd_does(void)
{
    int fd = accept(0, NULL, NULL), listens[3] = { 0 };

    for (int i = 0; i < 3; i++)
        getsockopt(i, SOL_SOCKET, SO_ACCEPTCONN, &listens[i], &(socklen_t){ sizeof(int) });
    dprintf(fd, "%d%d%d\n", listens[0], listens[1], listens[2]);
    close(fd);
}

/* Descriptors 0 to 2 are one connection, and there is no other. */
static void serve_connection(const char *greeting)
{
    char word[32] = "";

    if (write(1, greeting, strlen(greeting)) < 0 || read(0, word, sizeof(word) - 1) <= 0)
        exit(1);
    dprintf(2, "%s %d\n", word, fcntl(3, F_GETFD) < 0);
}

static void wait_for(const char *file)
{
    while (access(file, F_OK) != 0)
        usleep(1000);
}

static void say(const char *file)
{
    FILE *out = fopen(file, "a");
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    if (out == NULL)
        exit(4);
    fprintf(out, "%d %u %lld\n", (int)getpid(), (unsigned)geteuid(),
            now.tv_sec * 1000LL + now.tv_nsec / 1000000);
    fclose(out);
}

static kern_return_t load(const char *label)
{
    bootstrap_error_array_t errors = { 0 };
    mach_msg_type_number_t n = JOB_SUBMIT_MAX;
    char self[1024] = "", text[4096];
    kern_return_t kr;

    (void)!readlink("/proc/self/exe", self, sizeof(self) - 1);
    snprintf(
        text, sizeof(text),
        "<plist version=\"1.0\"><array><dict><key>Label</key><string>%s</string><key>RunAtLoad</key><true/>"
        "<key>ProgramArguments</key><array><string>%s</string><string>in</string><string>%s.name</string>"
        "<string>stay</string></array></dict></array></plist>",
        label, self, label);
    kr = bootstrap_rpc_submit_jobs(bootstrap_port, text, (mach_msg_type_number_t)strlen(text), errors, &n);
    return kr == KERN_SUCCESS ? errors[0] : kr;
}

static kern_return_t with_label(kern_return_t (*request)(mach_port_t bp, name_t label), const char *label)
{
    name_t name;

    snprintf(name, sizeof(name), "%s", label);
    return request(bootstrap_port, name);
}

/* Whatever a sanitizer does about it. */
static void die_by(int number)
{
    signal(number, SIG_DFL);
    kill(getpid(), number);
}

/* A word about a job: false, it is another. */
static bool act_on_job(const char *word, const char *label)
{
    if (strcmp(word, "load") == 0)
        print(word, load(label));
    else if (strcmp(word, "remove") == 0)
        print(word, with_label(bootstrap_rpc_remove_job, label));
    else if (strcmp(word, "start") == 0)
        print(word, with_label(bootstrap_rpc_start_job, label));
    else if (strcmp(word, "stop") == 0)
        print(word, with_label(bootstrap_rpc_stop_job, label));
    else
        return false;
    return true;
}

/* A word with an argument: how many words it took. */
static int act(const char *word, const char *argument)
{
    mach_port_t port;

    if (strcmp(word, "in") == 0)
        print(word, bootstrap_check_in(bootstrap_port, argument, &checked_in));
    else if (strcmp(word, "mark") == 0)
        mark(argument);
    else if (strcmp(word, "other") == 0)
        start_other(argument);
    else if (strcmp(word, "over") == 0)
        end_other();
    else if (strcmp(word, "take") == 0)
        take();
    else if (strcmp(word, "reply") == 0)
        reply();
    else if (strcmp(word, "look") == 0)
        print(word, bootstrap_look_up(bootstrap_port, argument, &port));
    else if (strcmp(word, "reg") == 0)
        print(word, enlist(argument));
    else if (strcmp(word, "create") == 0)
        print(word, create(argument));
    else if (strcmp(word, "status") == 0)
        print(word, status(argument));
    else if (strcmp(word, "per-user") == 0)
        print(word, bootstrap_look_up_per_user(bootstrap_port, NULL, (uid_t)atoi(argument), &port));
    else if (strcmp(word, "quit") == 0)
        exit(atoi(argument));
    else if (strcmp(word, "signal") == 0)
        die_by(atoi(argument));
    else if (strcmp(word, "times") == 0)
        times = atoi(argument);
    else if (strcmp(word, "answer") == 0)
        print(word, answer(argument));
    else if (strcmp(word, "unpack") == 0)
        print(word, unpack(argument));
    else if (strcmp(word, "return") == 0)
        print(word, bring_back(argument));
    else if (strcmp(word, "give") == 0)
        print(word, give(argument));
    else if (strcmp(word, "socket") == 0)
        print(word, serve_socket(argument));
    else if (strcmp(word, "checkin") == 0)
        check_in_by_message(argument);
    else if (strcmp(word, "inetd") == 0)
        serve_as_inetd_does();
    else if (strcmp(word, "greet") == 0)
        serve_connection(argument);
    else if (strcmp(word, "server") == 0)
        print(word, bootstrap_create_server(bootstrap_port, (char *)argument, geteuid(), TRUE, &port));
    else if (strcmp(word, "become") == 0)
        print(word, setuid((uid_t)atoi(argument)));
    else if (strcmp(word, "wait") == 0)
        wait_for(argument);
    else if (strcmp(word, "say") == 0)
        say(argument);
    else
        return act_on_job(word, argument) ? 2 : 1;
    return 2;
}

static void wait_for_end(void)
{
    char byte;

    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
}

static void act_alone(const char *word, char **rest)
{
    mach_port_t port;

    if (strcmp(word, "subset") == 0)
        print(word, subset());
    else if (strcmp(word, "parent") == 0)
        print(word, bootstrap_parent(bootstrap_port, &port));
    else if (strcmp(word, "root") == 0)
        print(word, bootstrap_get_root(bootstrap_port, &port));
    else if (strcmp(word, "port") == 0)
        print(word, MACH_PORT_VALID(bootstrap_port));
    else if (strcmp(word, "hold") == 0)
        wait_for_end();
    else if (strcmp(word, "stay") == 0)
        pause();
    else if (strcmp(word, "exec") == 0)
        execv("/proc/self/exe", rest);
    else
        exit(2);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "tell-domain") == 0) {
        mach_port_t port;
        int kr = bootstrap_look_up(bootstrap_port, "test.no.such.name", &port);
        return write(9, &kr, sizeof(kr)) == sizeof(kr) ? 0 : 1;
    }
    for (int i = 1; i < argc;) {
        int taken = act(argv[i], i + 1 < argc ? argv[i + 1] : "");
        if (taken == 1)
            act_alone(argv[i], argv + i);
        i += taken;
    }
    return 0;
}
