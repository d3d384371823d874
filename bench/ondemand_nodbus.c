/* SPDX-License-Identifier: Apache-2.0 */
/* bench/ondemand_nodbus.c - stands in for ondemand_dbus.c where libsystemd was not found when this was built */
#include "ondemand.h"

static const char *dbus_start(const char *directory, const char *scratch)
{
    (void)directory;
    (void)scratch;
    return "built without libsystemd";
}

struct way way_dbus = { .name = "D-Bus activation", .key = "dbus_activation", .start = dbus_start };
