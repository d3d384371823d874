/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/handlers.h - the library's own handler of SIGSEGV and SIGBUS, and the program's behind it */
#pragma once

/* Installs the handler that serves the fault guard (libmach/guard.h). */
void handlers_begin(void);
