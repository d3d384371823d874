/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/kreply.h - a reply in the making: between server.c, which begins and ends it, and the
 * generated stub */
#pragma once

#include "kernel/ipc/message.h"

struct kreply {
    struct ipc *ipc;
    struct message *message; /* bytes and descriptors for the largest reply */
    bool is_as_it_is;        /* its port is no matter of substitution (K73) */
    uint64_t only_in;        /* serial of the space that alone may get its port (P201); 0: any */
    kern_return_t failure;   /* a result could not be carried: the reply becomes this error */
};

/* Room for a reply of max bytes, which the account pays; false: limit or no memory. */
bool kreply_begin(struct kreply *reply, struct ipc *ipc, struct account *account, uint32_t max);
/* Writes an error reply. */
void kreply_fail(struct kreply *reply, kern_return_t code);
/* After the stub: gives the message its real size and its descriptors, which own the results. The result of
 * the routine: 0, MIG_NO_REPLY or an error. */
kern_return_t kreply_end(struct kreply *reply);
