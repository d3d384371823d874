/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <kern/exc_resource.h> - taking the code of an EXC_RESOURCE exception apart (abi-system 4.2, K213)
 *
 *     63  61 60    58 57                                                     0
 *    +------+--------+--------------------------------------------------------+
 *    | type | flavor |                          data                          |
 *    +------+--------+--------------------------------------------------------+
 *
 * Only a full name space is ever reported (RESOURCE_TYPE_PORTS).
 */
#ifndef _EXC_RESOURCE_H_
#define _EXC_RESOURCE_H_

#define EXC_RESOURCE_DECODE_RESOURCE_TYPE(code) (((code) >> 61) & 0x7ull)
#define EXC_RESOURCE_DECODE_FLAVOR(code) (((code) >> 58) & 0x7ull)

#define RESOURCE_TYPE_CPU 1
#define RESOURCE_TYPE_WAKEUPS 2
#define RESOURCE_TYPE_MEMORY 3
#define RESOURCE_TYPE_IO 4
#define RESOURCE_TYPE_THREADS 5
#define RESOURCE_TYPE_PORTS 6

#define FLAVOR_CPU_MONITOR 1
#define FLAVOR_CPU_MONITOR_FATAL 2
#define FLAVOR_WAKEUPS_MONITOR 1
#define FLAVOR_HIGH_WATERMARK 1
#define FLAVOR_THREADS_HIGH_WATERMARK 1
#define FLAVOR_PORT_SPACE_FULL 1

/* CPU: seconds and percent that were allowed; percent that were used, in code[1]. */
#define EXC_RESOURCE_CPUMONITOR_DECODE_INTERVAL(code) (((code) >> 7) & 0x1ffffffull)
#define EXC_RESOURCE_CPUMONITOR_DECODE_PERCENTAGE(code) ((code)&0x7full)
#define EXC_RESOURCE_CPUMONITOR_DECODE_PERCENTAGE_OBSERVED(subcode) ((subcode)&0x7full)

/* Threads, and names of ports, that the task had. */
#define EXC_RESOURCE_THREADS_DECODE_THREADS(code) ((code)&0x7fffull)
#define EXC_RESOURCE_PORTS_DECODE_PORTS(code) ((code)&0xffffffull)

#endif /* _EXC_RESOURCE_H_ */
