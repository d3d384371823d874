/* SPDX-License-Identifier: Apache-2.0 */
/* bench/launch.c - starting a program (launch_spawn.c), and a service by its first call (ondemand.c) */
#include "launch.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "measure.h"

int main(int argc, char **argv)
{
    struct bench_options options =
        bench_parse(argc, argv, "Starts programs, and services by their first call, beside what Linux has.");
    char directory[4000];
    ssize_t n = readlink("/proc/self/exe", directory, sizeof(directory) - 1);
    directory[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(directory, '/');
    if (slash != NULL)
        *slash = '\0';
    if (!spawn_measure(directory, options.quick) || !ondemand_measure(directory, options.quick))
        return 1;
    spawn_show();
    printf("\n");
    ondemand_show();
    if (options.json) {
        json_begin();
        spawn_json();
        ondemand_json();
        json_end();
    }
    return 0;
}
