/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/receive.h - the receive half of mach_msg (P139-P146) */
#pragma once

#include "kernel/ipc/wait.h"

/* Looks the name up, and takes a message or begins to wait. True: the reply is complete. */
bool receive_begin(struct ipc_thread *thread);
