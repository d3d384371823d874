/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/test/vectors.h - the bytes of messages, in both directions (M96)
 *
 * Each vector is produced by our stub and accepted by its counterpart (vectors.c); then it is spoilt in every way that M96 lists,
 * and the counterpart must answer with the code of M46 or M65 and leave the handler alone (vectors_spoilt.c). */
#pragma once

#include "fake.h"
#include "tests/harness/harness.h"

#include "chars.h"
#include "chars_server.h"
#include "child_port.h"
#include "child_port_server.h"
#include "job.h"
#include "job_reply.h"
#include "job_reply_server.h"
#include "job_server.h"
#include "mach_exc.h"
#include "mach_exc_server.h"
#include "notify.h"
#include "notify_server.h"
#include "port.h"
#include "port_server.h"
#include "task.h"
#include "task_server.h"
#include "vm.h"
#include "vm_server.h"

#define V1 "13150000 24000000 03020000 03160000  00000000 840c0000 00000000 01000000  01000000"
#define V2 "12000000 28000000 032b0000 00000000  00000000 e80c0000 00000000 01000000  00000000 071a0000"
#define V3 "12000000 24000000 032b0000 00000000  00000000 e80c0000 00000000 01000000  03000000"
#define V4                                                                                                   \
    "12000080 4c000000 032b0000 00000000  00000000 e40c0000 02000000 00100000"                               \
    "007f0000 00010001 0c000000 00200000  007f0000 00010001 0c000000 00000000"                               \
    "01000000 03000000 03000000"
#define V5                                                                                                   \
    "13150080 34000000 03020000 03160000  00000000 8e0c0000 01000000 071a0000"                               \
    "00000000 00001400 00000000 01000000  071a0000"
#define V6 "12000080 28000000 032b0000 00000000  00000000 f30c0000 01000000 031b0000  00000000 00001300"
#define V7 "13150000 28000000 03020000 03160000  00000000 4d0d0000 00000000 01000000  14000000 0a000000"
#define V8                                                                                                   \
    "12000000 34000000 032b0000 00000000  00000000 b10d0000 00000000 01000000"                               \
    "00000000 03000000 10000000 11000000  12000000"
#define V9                                                                                                   \
    "13150080 64000000 03090000 03160000  00000000 67090000 02000000 03110000"                               \
    "00000000 00001300 03120000 00000000  00001300 00000000 01000000 01000000"                               \
    "02000000 0d000000 00000000 00100000  00000000 04000000 02000000 51000000  52000000"
#define V10                                                                                                  \
    "12000000 34000000 032b0000 00000000  00000000 cb090000 00000000 01000000"                               \
    "00000000 04000000 02000000 61000000  62000000"
#define V11                                                                                                  \
    "13150080 40000000 03020000 03160000  00000000 c6120000 01000000 00400000"                               \
    "007f0000 00010001 20000000 00000000  01000000 00200000 01000000 20000000"
#define V12                                                                                                  \
    "12000080 38000000 032b0000 00000000  00000000 28130000 01000000 00300000"                               \
    "007f0000 00010001 00100000 00000000  01000000 00100000"
#define V13                                                                                                  \
    "13150000 3c000000 07070000 03160000  00000000 a1010000 00000000 01000000"                               \
    "05000000 02000000 00000000 0a000000  6469736b 2066756c 6c000000"
#define V14 "12000000 24000000 031c0000 00000000  00000000 46000000 00000000 01000000  05000000"
#define V15 "12000080 28000000 031c0000 00000000  00000000 45000000 01000000 031d0000  00000000 00001000"
#define V16 "12000000 18000000 031c0000 00000000  00000000 47000000"
#define V17 "12000000 24000000 032b0000 00000000  00000000 03100000 00000000 01000000  d1feffff"
#define V18                                                                                                  \
    "13150000 4c000000 03090000 03160000  00000000 88130000 00000000 01000000"                               \
    "05000000 61626364 65000000 00000000  03000000 68690000 03000000 78797a00"                               \
    "34120000 88776655 44332211"
#define V19                                                                                                  \
    "13000080 38000000 03090000 00000000  00000000 1b270000 01000000 031d0000"                               \
    "00000000 00001000 00000000 01000000  08070605 04030201"
#define ZERO_16 "00000000 00000000 00000000 00000000 "
#define V20                                                                                                  \
    "13150080 bc000000 07070000 03160000  00000000 94010000 00000000 01000000"                               \
    "636f6d2e 6578616d 706c652e 6563686f" ZERO_16 ZERO_16 ZERO_16 ZERO_16 ZERO_16 ZERO_16 ZERO_16            \
    "4d000000 00010203 04050607 08090a0b  0c0d0e0f 01000000 00000000"
#define V21                                                                                                  \
    "12000080 34000000 031c0000 00000000  00000000 17020000 01000000 031d0000"                               \
    "00000000 00001000 00000000 01000000  4d000000"
#define V22 "12000000 24000000 031c0000 00000000  00000000 17020000 00000000 01000000  05000000"

/* ---- playing them ---- */

struct bytes {
    unsigned char data[FAKE_ROOM];
    mach_msg_size_t size;
};

struct bytes bytes_of(const char *hex);
void check_bytes(const void *got, mach_msg_size_t size, const char *hex);

/* What the handlers were given, and what they are to return; begin() clears it. */
struct seen {
    unsigned calls;
    kern_return_t answer;
    mach_port_t ports[4];
    uint64_t numbers[8];
    char text[64];
    unsigned char data[64];
};
extern struct seen seen;

void begin(fake_demux_t demux);

/* Serves a request vector; the reply is left in `reply`. */
boolean_t serve(const char *hex, fake_demux_t demux, unsigned char *reply);
/* A reply vector as the client receives it. */
void set_reply(struct bytes *b);
/* The same before `call`, whose result it is. */
kern_return_t receive(kern_return_t (*call)(void), struct bytes *b);
extern unsigned char reply_room[FAKE_ROOM + 128];

/* ---- calls, each as its vector says ---- */

kern_return_t call_allocate(void);
kern_return_t call_names(void);
kern_return_t call_insert(void);
kern_return_t call_extract(void);
kern_return_t call_task_info(void);
kern_return_t call_exception(void);
kern_return_t call_vm_write(void);
kern_return_t call_vm_read(void);
kern_return_t call_log(void);
kern_return_t call_no_senders(void);
kern_return_t call_port_destroyed(void);
kern_return_t call_send_once(void);
kern_return_t call_chars(void);
kern_return_t call_check_in(void);
kern_return_t call_look_up2(void);
kern_return_t call_spawn_reply(void);
kern_return_t call_spawn_failed(void);

/* The replies that a call accepts, and its result. */
struct reply_vector {
    kern_return_t (*call)(void);
    const char *reply;
    kern_return_t want;
};
extern const struct reply_vector replies[];
extern const size_t n_replies;
