/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/server.h - the loop that takes requests, and the handlers of libmach/bootstrap.defs */
#pragma once

/* Serves for ever. */
_Noreturn void server_run(void);
