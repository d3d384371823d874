/* SPDX-License-Identifier: Apache-2.0 */
/* C types of the descriptions beside it */
#pragma once

#include <mach/mach_types.h>
#include <sys/types.h>

typedef char name_t[128];
typedef char *logmsg_t;
typedef char *chars_t;
typedef char *short_string_t;
