/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <dispatch/dispatch.h> - what sources include it for without calling libdispatch (H19, abi-system 11.2)
 *
 * There is no libdispatch here, and nothing is declared that would not work.
 */
#ifndef __DISPATCH_PUBLIC__
#define __DISPATCH_PUBLIC__

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/cdefs.h>
#include <sys/qos.h>
#include <sys/types.h>
#include <unistd.h>

#ifndef NSEC_PER_SEC
#define NSEC_PER_SEC 1000000000ull
#endif
#ifndef NSEC_PER_MSEC
#define NSEC_PER_MSEC 1000000ull
#endif
#ifndef USEC_PER_SEC
#define USEC_PER_SEC 1000000ull
#endif
#ifndef NSEC_PER_USEC
#define NSEC_PER_USEC 1000ull
#endif

typedef qos_class_t dispatch_qos_class_t;

#endif /* __DISPATCH_PUBLIC__ */
