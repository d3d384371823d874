/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz/message.c - one message of raw bytes, sent to whoever its header names, and then received by everybody
 *
 * input: lie | n_patches | n_patches x (offset in words, name) | option, sizes, items as `lie` says |
 * payload
 *
 * A patch puts a name that means something into the payload: names have generations, and are not found by
 * chance.
 */
#include <mach/mach.h>
#include <string.h>

#include "fuzz/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PAYLOAD_ROOM = 4096, PATCHES_MAX = 12, SEGMENTS = 2, SEGMENT_SIZE = 4096 };

struct patch {
    uint8_t at;
    uint32_t name;
};

static void read_patches(struct input *in, struct patch *patch, uint8_t n, const struct world_task *task)
{
    for (uint8_t i = 0; i < n; i++) {
        patch[i].at = input_byte(in);
        patch[i].name = input_name(in, task);
    }
}

/* Segments 1 and 3 exist; the payload may be one of a third. */
static void make_segments(struct world_task *task)
{
    static uint8_t bytes[SEGMENT_SIZE];

    for (int i = 0; i < SEGMENTS; i++)
        world_segment(task, bytes, sizeof(bytes));
}

static void fill(struct input *in, struct world_task *task, struct trap_page *page)
{
    uint8_t lie = input_byte(in), n_patches = input_byte(in) % (PATCHES_MAX + 1);
    struct patch patch[PATCHES_MAX];
    struct trap_request request = { .number = TRAP_MSG };
    uint8_t *payload = trap_data(page);
    size_t size;

    read_patches(in, patch, n_patches, task);
    request.msg.option = MACH_SEND_MSG | (lie & 1 ? (uint32_t)input_number(in, 4) : MACH_SEND_TIMEOUT);
    uint32_t tail = lie & 2 ? (uint32_t)input_number(in, 2) : 0;
    request.n_items = lie & 4 ? (uint32_t)input_number(in, 4) : (uint32_t)(lie >> 4);
    request.msg.notify = lie & 8 ? input_name(in, task) : 0;
    size = input_bytes(in, payload, PAYLOAD_ROOM);
    for (uint8_t i = 0; i < n_patches; i++)
        memcpy(payload + (size_t)patch[i].at * 4, &patch[i].name, sizeof(patch[i].name));
    request.payload_size = (uint32_t)size;
    /* what stands behind the message: items and their bytes */
    request.msg.send_size = tail < size ? (uint32_t)size - tail : (uint32_t)size;
    if (lie & 8)
        request.segment = world_segment(task, payload, size);
    page->req = request;
}

static void receive_all(struct world_task *task)
{
    struct world_thread *thread = &task->thread[1];

    for (unsigned i = 0; i < task->n_names && i < WORLD_NAMES; i++) {
        thread->page->req = (struct trap_request){
            .number = TRAP_MSG,
            .msg = { .option = MACH_RCV_MSG | MACH_RCV_TIMEOUT | (i % 4 == 0 ? MACH_RCV_GUARDED_DESC : 0),
                     .rcv_size = i % 2 ? 64 : 8192,
                     .rcv_name = task->name[i] },
        };
        world_trap(task, thread);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = { data, data + size };
    struct world_task *task;

    world_begin();
    task = world_task(input_byte(&in));
    make_segments(task);
    fill(&in, task, task->thread[0].page);
    world_trap(task, &task->thread[0]);
    for (unsigned i = 0; i < WORLD_TASKS; i++)
        receive_all(world_task(i));
    world_end();
    return 0;
}
