/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/task/machine.h - what programs are told of the machine; the host finds it out once, at start (K229-K231) */
#pragma once

#include <mach/host_info.h>
#include <stdbool.h>
#include <stdint.h>

struct machine {
    int32_t cpus, cpus_online; /* configured, online */
    int32_t cores;             /* distinct ones of those online */
    uint64_t memory;           /* bytes */
    uint32_t page_size;
    kernel_version_t version;
};

/* One of everything, for kernels that run on no machine. */
struct machine machine_default(void);
