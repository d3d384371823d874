/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/user.h - what one uid has of machd: a wake table, descriptors, a share of the work */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct machd;
struct user;

/* The record of this uid, made if need be, with a reference for the caller; NULL without memory. */
struct user *user_get(struct machd *m, uint32_t uid);
void user_put(struct machd *m, struct user *user);

/* Makes the wake table if it is not there. 0 or -errno. */
int user_need_table(struct machd *m, struct user *user);
/* An unused line whose word is 0; TRAP_NO_WORD when there is none left. */
uint32_t user_take_line(struct user *user);
void user_give_line(struct user *user, uint32_t index);

/* Tells every client that machd is going to sleep (ring the bell), or is awake. With the fence that the
 * dance of wire/trap.h needs. */
void users_set_asleep(struct machd *m, bool asleep);
