/* SPDX-License-Identifier: Apache-2.0 */
/* bench/peer_dbus.c - a D-Bus method call through a dbus-daemon of our own, with sd-bus on both sides */
#include <signal.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "peer.h"

#define BENCH_NAME "org.machd.Bench"

extern char **environ;

struct dbus {
    pid_t daemon;
    char address[512];
    sd_bus *bus;
};

/* Starts a private dbus-daemon; it prints its address and keeps running. */
static bool start_daemon(struct dbus *dbus)
{
    int out[2];
    if (pipe(out))
        return false;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], 3);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY,
                                     0); /* what it says is not of the bench */
    char *argv[] = { "dbus-daemon", "--session", "--nofork", "--print-address=3", NULL };
    int failed = posix_spawnp(&dbus->daemon, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    ssize_t size = failed ? 0 : read(out[0], dbus->address, sizeof(dbus->address) - 1);
    close(out[0]);
    if (size <= 1)
        return false;
    dbus->address[size] = '\0';
    dbus->address[strcspn(dbus->address, "\n")] = '\0';
    return true;
}

static sd_bus *connect_to(const char *address)
{
    sd_bus *bus = NULL;
    if (sd_bus_new(&bus) < 0 || sd_bus_set_address(bus, address) < 0 || sd_bus_set_bus_client(bus, 1) < 0 ||
        sd_bus_start(bus) < 0)
        return NULL;
    return bus;
}

static int on_echo(sd_bus_message *message, void *context, sd_bus_error *error)
{
    const void *bytes;
    size_t size;
    sd_bus_message *reply = NULL;
    (void)context;
    (void)error;
    peer_work();
    if (sd_bus_message_read_array(message, 'y', &bytes, &size) < 0 ||
        sd_bus_message_new_method_return(message, &reply) < 0)
        return -1;
    sd_bus_message_append_array(reply, 'y', bytes, size);
    int sent = sd_bus_send(NULL, reply, NULL);
    sd_bus_message_unref(reply);
    return sent < 0 ? sent : 1;
}

static const sd_bus_vtable vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("Echo", "ay", "ay", on_echo, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

static void dbus_echo(struct peer *peer)
{
    struct dbus *dbus = peer->state;
    sd_bus *bus = connect_to(dbus->address);
    if (!bus || sd_bus_add_object_vtable(bus, NULL, "/", BENCH_NAME, vtable, NULL) < 0 ||
        sd_bus_request_name(bus, BENCH_NAME, 0) < 0)
        return;
    for (;;)
        if (sd_bus_process(bus, NULL) == 0 && sd_bus_wait(bus, UINT64_MAX) < 0)
            return;
}

static bool dbus_call(struct peer *peer)
{
    struct dbus *dbus = peer->state;
    static const char bytes[MESSAGE_SIZE] = { 1 };
    sd_bus_message *request = NULL, *reply = NULL;
    if (sd_bus_message_new_method_call(dbus->bus, &request, BENCH_NAME, "/", BENCH_NAME, "Echo") < 0)
        return false;
    sd_bus_message_append_array(request, 'y', bytes, sizeof(bytes));
    int result = sd_bus_call(dbus->bus, request, 0, NULL, &reply);
    sd_bus_message_unref(request);
    sd_bus_message_unref(reply);
    return result >= 0;
}

static void dbus_stop(struct peer *peer)
{
    struct dbus *dbus = peer->state;
    peer_kill(peer);
    sd_bus_flush_close_unref(dbus->bus);
    if (dbus->daemon > 0) {
        kill(dbus->daemon, SIGTERM);
        waitpid(dbus->daemon, NULL, 0);
    }
    free(dbus);
}

/* The name may take a moment to appear. */
static bool wait_for_echo(struct peer *peer)
{
    for (int tries = 0; tries < 200; tries++) {
        if (dbus_call(peer))
            return true;
        usleep(10000);
    }
    return false;
}

static const char *dbus_start(struct peer *peer, int cpu)
{
    struct dbus *dbus = calloc(1, sizeof(*dbus));
    peer->state = dbus;
    if (!start_daemon(dbus)) {
        free(dbus);
        return "dbus-daemon is not installed";
    }
    dbus->bus = connect_to(dbus->address);
    if (dbus->bus && peer_fork(peer, cpu, dbus_echo) > 0 && wait_for_echo(peer))
        return NULL;
    dbus_stop(peer);
    return "no connection to dbus-daemon";
}

struct peer peer_dbus = {
    .name = "D-Bus (sd-bus)", .key = "dbus", .start = dbus_start, .call = dbus_call, .stop = dbus_stop
};
