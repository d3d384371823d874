/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/trap.h - making one trap on the calling thread's page
 *
 *     struct trap_frame frame;
 *     struct trap_page *page = trap_begin(&frame, &kr);      NULL: no kernel, kr says what to answer
 *     ... write page->req and the payload ...
 *     if (trap_make(&frame))                                 false: the kernel was lost
 *         ... read page->reply and the payload ...
 *     trap_end(&frame);
 *
 * The frame stands on the caller's stack between begin and end. A signal handler may make traps of its own at
 * any instruction of this: its trap_begin takes back what is in progress, keeps the page's contents, and its
 * trap_end puts them back, so that the interrupted trap finds its result (often: interrupted) where it looks
 * for it. The same holds for an ordinary trap made between begin and end of another. A frame that a
 * siglongjmp jumped over is recognised by its address and dropped.
 */
#pragma once

#include <mach/kern_return.h>
#include <stdbool.h>
#include <stdint.h>

#include "libmach/message/transport.h"

struct trap_frame {
    struct lib_thread *thread;
};

struct trap_page *trap_begin(struct trap_frame *frame, kern_return_t *kr_p);
bool trap_make(struct trap_frame *frame);
/* The same, but a handler that returns without a trap of its own does not end the wait. */
bool trap_make_again(struct trap_frame *frame);
void trap_end(struct trap_frame *frame);

/* A vfork child makes its traps here, too, and may end in the middle of one. back: everything is as it was at mark; true if it
 * ended so. */
struct trap_mark {
    struct trap_frame *frame;
    struct trap_save *save;
};

struct trap_mark trap_mark(const struct lib_thread *thread);
bool trap_back(struct lib_thread *thread, struct trap_mark mark);

/* A whole trap without payload: number and arguments in, reply.result out; value (three words, may be NULL)
 * gets the out arguments. `none` is the answer when there is no kernel and no better code is known. */
uint32_t trap_call(enum trap_number number, const uint64_t *arg, unsigned n_args, uint64_t *value,
                   uint32_t none);

/* The same with the arguments as a list; a kern_return_t or a name, and MACH_SEND_INVALID_DEST or
 * MACH_PORT_NULL when the kernel was lost. */
#define TRAP_ARGS_(...) ((const uint64_t[]){ __VA_ARGS__ })
#define TRAP_KR(number, value, ...)                                                                          \
    ((kern_return_t)trap_call(number, TRAP_ARGS_(__VA_ARGS__), sizeof TRAP_ARGS_(__VA_ARGS__) / 8, value,    \
                              TRAP_NO_KERNEL))
#define TRAP_NAME(number) ((mach_port_name_t)trap_call(number, NULL, 0, NULL, 0))

#define TRAP_NO_KERNEL 0x10000003u /* MACH_SEND_INVALID_DEST: the kernel's ports are as dead as it is */
