/* SPDX-License-Identifier: Apache-2.0 */
/* wire/machd_types.h - C types of wire/machd.defs */
#pragma once

typedef char machd_command_t[32];
