/* SPDX-License-Identifier: Apache-2.0 */
/* C types of stubs.defs, and its translations */
#pragma once

#include <mach/mach_types.h>

typedef mach_port_t door_t;
typedef mach_port_t translated_right_t;
typedef struct {
    mach_port_t port;
} door_object_t;
typedef int mark_t;
typedef struct {
    int value;
} mark_object_t;
typedef uint32_t *lent_words_t;

door_object_t stubs_door(mach_port_t port);
void stubs_door_done(door_object_t door);
mark_object_t stubs_mark_in(mark_t mark);
mark_t stubs_mark_out(mark_object_t mark);
void stubs_mark_done(mark_object_t mark);
