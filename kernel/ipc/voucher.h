/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/voucher.h - vouchers: unchangeable sets of attributes that travel in a message's header (P103, T106)
 *
 * A voucher holds at most one value for each key. It is kept as the recipes by which it could be told, in the order of
 * keys, so that telling it is a copy. Two vouchers of one uid with the same values are the same one; of two uids they
 * are not, lest one pays for what the other keeps. It is a kernel object: a port with send rights, and it ends with
 * the last of them.
 *
 * Keys with a value: PTHPRIORITY, USER_DATA, TEST. The manager of PTHPRIORITY takes a class, normalized; those of the other
 * two keep whatever bytes they are given. Other keys are known and always empty.
 */
#pragma once

#include <mach/kern_return.h>
#include <mach/mach_voucher_types.h>

#include "kernel/ipc/port.h"
#include "kernel/sched/encoding.h"

struct space;

struct voucher {
    struct port *port;
    struct tree_node node;   /* ipc->vouchers */
    struct account *account; /* of the task that made it first */
    struct sched_class qos;  /* of key PTHPRIORITY; none: absent, or the event manager */
    uint32_t uid;            /* whose tasks share it */
    uint32_t size;           /* of recipes */
    uint8_t recipes[];
};

/* Who makes one. */
struct voucher_payer {
    struct account *account;
    uint32_t uid;
};

void voucher_init(struct ipc *ipc);

/* Carries out the recipes, `size` bytes from a client, in their order; previous vouchers are names in `space`. No recipes:
 * success and no right. *right_p: a send right, the caller's.
 * KERN_INVALID_ARGUMENT: a recipe cut short, an unknown key, a command that its key does not take, content of another
 * size. KERN_INVALID_CAPABILITY: the previous voucher is none; value handles are for managers. KERN_NO_SPACE: more than
 * MACH_VOUCHER_ATTR_MAX_RAW_RECIPE_ARRAY_SIZE in all. KERN_RESOURCE_SHORTAGE. O(size + values), O(log n) vouchers. */
kern_return_t voucher_make(struct ipc *ipc, struct space *space, const struct voucher_payer *payer,
                           const uint8_t *recipes, uint32_t size, struct right *right_p);

/* The voucher behind a port, NULL if there is none. */
struct voucher *voucher_of(const struct port *port);

/* Telling: *size_p is the room, afterwards what was told. KERN_NO_SPACE: more room is needed. KERN_INVALID_ARGUMENT: unknown key.
 * An absent value has no content, and its recipe is NOOP. */
kern_return_t voucher_content(const struct voucher *voucher, mach_voucher_attr_key_t key, uint8_t *content,
                              uint32_t *size_p);
kern_return_t voucher_recipe(const struct voucher *voucher, mach_voucher_attr_key_t key, uint8_t *recipe, uint32_t *size_p);
kern_return_t voucher_recipes(const struct voucher *voucher, uint8_t *recipes, uint32_t *size_p);
bool voucher_knows_key(mach_voucher_attr_key_t key);

/* Its port dies. */
void voucher_end(struct ipc *ipc, struct voucher *voucher);
