/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/task/machine.h"

struct machine machine_default(void)
{
    return (struct machine){
        .cpus = 1,
        .cpus_online = 1,
        .cores = 1,
        .memory = 1ull << 32,
        .page_size = 4096,
        .version = "machd",
    };
}
