/* SPDX-License-Identifier: Apache-2.0 */
/* bench/peer_nodbus.c - stands in for peer_dbus.c where libsystemd was not found when this was built */
#include "peer.h"

static const char *dbus_start(struct peer *peer, int cpu)
{
    (void)peer;
    (void)cpu;
    return "built without libsystemd";
}

struct peer peer_dbus = { .name = "D-Bus (sd-bus)", .key = "dbus", .start = dbus_start };
