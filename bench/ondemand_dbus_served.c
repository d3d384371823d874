/* SPDX-License-Identifier: Apache-2.0 */
/* bench/ondemand_dbus_served.c - takes the name, answers one call, ends */
#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "ondemand.h"

static bool answered;

static int on_echo(sd_bus_message *message, void *context, sd_bus_error *error)
{
    const char *text = "";
    (void)context;
    (void)error;
    answered = true;
    sd_bus_message_read(message, "s", &text);
    return sd_bus_reply_method_return(message, "s", text);
}

static const sd_bus_vtable vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("Echo", "s", "s", on_echo, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

int main(void)
{
    sd_bus *bus = NULL;
    if (sd_bus_open_user(&bus) < 0 ||
        sd_bus_add_object_vtable(bus, NULL, "/", ONDEMAND_DBUS, vtable, NULL) < 0 ||
        sd_bus_request_name(bus, ONDEMAND_DBUS, 0) < 0)
        return 1;
    while (!answered)
        if (sd_bus_process(bus, NULL) == 0 && sd_bus_wait(bus, UINT64_MAX) < 0)
            return 1;
    sd_bus_flush_close_unref(bus);
    return 0;
}
