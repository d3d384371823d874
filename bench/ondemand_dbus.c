/* SPDX-License-Identifier: Apache-2.0 */
/* bench/ondemand_dbus.c - D-Bus activation: a dbus-daemon of our own, with one service that it can start */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "ondemand.h"

extern char **environ;

static pid_t daemon_pid;
static sd_bus *bus;
static char config[4096], services[4096], service[4200];

static bool write_files(const char *directory, const char *scratch)
{
    snprintf(config, sizeof(config), "%s/bus.conf", scratch);
    snprintf(services, sizeof(services), "%s/services", scratch);
    snprintf(service, sizeof(service), "%s/" ONDEMAND_DBUS ".service", services);
    return mkdir(services, 0700) == 0 &&
           way_write(
               config,
               "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" "
               "\"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
               "<busconfig><type>session</type><listen>unix:dir=/tmp</listen><servicedir>%s</servicedir>"
               "<policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>"
               "<allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>\n",
               services) &&
           way_write(service, "[D-BUS Service]\nName=" ONDEMAND_DBUS "\nExec=%s\n",
                     way_path(directory, "ondemand-dbus"));
}

static bool start_daemon(char *address, size_t size)
{
    char option[4200];
    char *words[] = { "dbus-daemon", option, "--nofork", "--print-address=3", NULL };
    posix_spawn_file_actions_t actions;
    int out[2];
    snprintf(option, sizeof(option), "--config-file=%s", config);
    if (pipe(out) != 0)
        return false;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], 3);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0); /* it tells of every activation */
    bool good = posix_spawnp(&daemon_pid, words[0], &actions, NULL, words, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    ssize_t n = good ? read(out[0], address, size - 1) : 0;
    close(out[0]);
    address[n > 0 ? n : 0] = '\0';
    address[strcspn(address, "\n")] = '\0';
    return n > 1;
}

static const char *dbus_start(const char *directory, const char *scratch)
{
    char address[512];
    if (!write_files(directory, scratch))
        return "no files";
    if (!start_daemon(address, sizeof(address)))
        return "dbus-daemon is not installed";
    if (sd_bus_new(&bus) < 0 || sd_bus_set_address(bus, address) < 0 || sd_bus_set_bus_client(bus, 1) < 0 ||
        sd_bus_start(bus) < 0)
        return "no connection to dbus-daemon";
    return NULL;
}

static bool dbus_call(void)
{
    sd_bus_message *reply = NULL;
    int result = sd_bus_call_method(bus, ONDEMAND_DBUS, "/", ONDEMAND_DBUS, "Echo", NULL, &reply, "s", "one");
    sd_bus_message_unref(reply);
    return result >= 0;
}

static void dbus_wait(void)
{
    sd_bus_creds *owner;
    while (sd_bus_get_name_creds(bus, ONDEMAND_DBUS, 0, &owner) >= 0) {
        sd_bus_creds_unref(owner);
        usleep(500);
    }
    usleep(2000);
}

static void dbus_stop(void)
{
    sd_bus_flush_close_unref(bus);
    kill(daemon_pid, SIGTERM);
    waitpid(daemon_pid, NULL, 0);
    unlink(service);
    rmdir(services);
    unlink(config);
}

struct way way_dbus = { .name = "D-Bus activation",
                        .key = "dbus_activation",
                        .start = dbus_start,
                        .call = dbus_call,
                        .wait = dbus_wait,
                        .stop = dbus_stop };
