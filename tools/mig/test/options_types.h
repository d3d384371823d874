/* SPDX-License-Identifier: Apache-2.0 */
/* C types of options.defs, and the hooks of its stubs */
#pragma once

#include <mach/mach_types.h>

typedef uint32_t hundred_t[100];
typedef char *line_t;

void options_hook(const char *when, int number, const char *name);

#define __BeforeSendRpc(number, name) options_hook("before", number, name);
#define __AfterSendRpc(number, name) options_hook("after", number, name);
#define __DeclareSendSimple(number, name) options_hook("declared", number, name);
#define __BeforeSendSimple(number, name) options_hook("before", number, name);
#define __AfterSendSimple(number, name) options_hook("after", number, name);
#define __DeclareRcvRpc(number, name) options_hook("served", number, name);
#define __AfterRcvRpc(number, name) options_hook("answered", number, name);
#define __BeforeRcvSimple(number, name) options_hook("served", number, name);
#define __AfterRcvSimple(number, name) options_hook("done", number, name);
