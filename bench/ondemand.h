/* SPDX-License-Identifier: Apache-2.0 */
/* bench/ondemand.h - a service that is started by its first call, answers it, and ends: one of several ways to have that */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define ONDEMAND_MACH "bench.ondemand"
#define ONDEMAND_DBUS "org.machd.OnDemand"

struct way {
    const char *name, *key;
    /* NULL, or why it cannot be had. `directory` holds the programs, `scratch` is for files. */
    const char *(*start)(const char *directory, const char *scratch);
    bool (*call)(void);
    /* Until nobody serves it any more: the next call starts it anew. */
    void (*wait)(void);
    void (*stop)(void);
};

extern struct way way_mach, way_inetd, way_dbus;

/* DIRECTORY/NAME; static. */
const char *way_path(const char *directory, const char *name);
bool way_write(const char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));
