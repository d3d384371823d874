/* SPDX-License-Identifier: Apache-2.0 */
/* sim/segment.c - segments as blocks of the heap; those of memory entries as files in memory, since they are mapped
 *
 * A block is referred to by handles; a handle belongs either to the kernel or, under an id, to a task: registered by its
 * library (odd ids) or sent to it by the kernel (even ids). The block goes with its last handle. Bytes never change once a
 * segment is in a message. What is lent is lent once.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/internal.h"

#define LENT_MAX 64u
#define LENT_SIZE_MAX (64u << 20)

struct block {
    uint32_t refs;
    uint64_t size;
    int fd; /* of an entry's memory, which has no bytes here; else -1 */
    uint8_t bytes[];
};

struct handle {
    struct block *block;   /* NULL: free */
    struct sim_task *task; /* NULL: the kernel's */
    uint32_t id;
    bool read_only; /* of a file */
};

static struct {
    struct handle *handle;
    uint32_t n_handles, n_used;
    uint32_t next_odd, next_even;
} table;

static uint32_t handle_new(struct block *block, struct sim_task *task, uint32_t id)
{
    uint32_t at = 0;
    while (at < table.n_handles && table.handle[at].block != NULL)
        at++;
    if (at == table.n_handles) {
        table.n_handles = table.n_handles ? table.n_handles * 2 : 16;
        table.handle = realloc(table.handle, table.n_handles * sizeof(*table.handle));
        ASSERT(table.handle != NULL);
        memset(table.handle + at, 0, (table.n_handles - at) * sizeof(*table.handle));
    }
    block->refs++;
    table.n_used++;
    table.handle[at] = (struct handle){ .block = block, .task = task, .id = id };
    return at + 1;
}

static void handle_drop(struct handle *handle)
{
    ASSERT(handle->block != NULL);
    if (--handle->block->refs == 0) {
        if (handle->block->fd >= 0)
            close(handle->block->fd);
        free(handle->block);
    }
    table.n_used--;
    *handle = (struct handle){ 0 };
}

static struct handle *find(struct sim_task *task, uint32_t id)
{
    for (uint32_t i = 0; i < table.n_handles; i++)
        if (table.handle[i].block != NULL && table.handle[i].task == task && table.handle[i].id == id)
            return &table.handle[i];
    return NULL;
}

static struct handle *of_kernel(segment_handle segment)
{
    struct handle *handle;
    ASSERT(segment != 0 && segment <= table.n_handles);
    handle = &table.handle[segment - 1];
    ASSERT(handle->block != NULL && handle->task == NULL);
    return handle;
}

static struct block *block_new(const void *bytes, uint64_t size)
{
    struct block *block = malloc(sizeof(*block) + size);
    if (block == NULL)
        return NULL;
    *block = (struct block){ .size = size, .fd = -1 };
    if (size > 0 && bytes != NULL)
        memcpy(block->bytes, bytes, size);
    return block;
}

/* ---- the kernel's side ---- */

static segment_handle segment_claim(void *host, struct task *task, uint32_t id, uint64_t size)
{
    struct handle *handle = find(kernel_task_host(task), id);
    if (id == 0 || handle == NULL || handle->block->size < size)
        return 0;
    handle->task = NULL;
    handle->id = 0;
    return (segment_handle)(handle - table.handle) + 1;
}

static bool segment_read(void *host, segment_handle segment, uint64_t offset, void *bytes, uint64_t size)
{
    const struct block *block = of_kernel(segment)->block;
    if (offset > block->size || size > block->size - offset)
        return false;
    memcpy(bytes, block->bytes + offset, size);
    return true;
}

static segment_handle segment_make(void *host, const void *bytes, uint64_t size)
{
    struct block *block = block_new(bytes, size);
    return block != NULL ? handle_new(block, NULL, 0) : 0;
}

static uint32_t segment_send(void *host, struct task *task, segment_handle segment, uint64_t size)
{
    struct block *block = of_kernel(segment)->block;
    uint32_t id = table.next_even += 2;
    ASSERT(size <= block->size);
    handle_new(block, kernel_task_host(task), id);
    return id;
}

static void segment_drop(void *host, segment_handle segment)
{
    handle_drop(of_kernel(segment));
}

static segment_handle segment_new(void *host, uint64_t size)
{
    struct block *block = block_new(NULL, 0);
    if (block == NULL)
        return 0;
    block->fd = memfd_create("sim-memory", MFD_CLOEXEC);
    if (block->fd >= 0 && ftruncate(block->fd, (off_t)size) == 0)
        return handle_new(block, NULL, 0);
    if (block->fd >= 0)
        close(block->fd);
    free(block);
    return 0;
}

static uint32_t segment_share(void *host, struct task *task, segment_handle segment, bool writable)
{
    uint32_t id = table.next_even += 2;
    uint32_t at = handle_new(of_kernel(segment)->block, kernel_task_host(task), id);
    table.handle[at - 1].read_only = !writable;
    return id;
}

static uint32_t n_of_task(const struct sim_task *task)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < table.n_handles; i++)
        n += table.handle[i].block != NULL && table.handle[i].task == task;
    return n;
}

static void segment_lend(void *host, struct task *writer, struct task *reader, struct thread *waiting,
                         uint64_t size, uint64_t value[3])
{
    struct sim_task *task = kernel_task_host(writer);
    struct block *block = NULL;
    if (size > 0 && size <= LENT_SIZE_MAX && n_of_task(task) < LENT_MAX)
        block = block_new(NULL, size);
    if (block == NULL)
        return;
    table.next_even += 2;
    handle_new(block, task, table.next_even);
    value[0] = table.next_even | TRAP_LOAN_NEW;
    value[1] = size;
}

static void segment_done(void *host, struct task *task, uint32_t id)
{
    struct handle *handle = id != 0 ? find(kernel_task_host(task), id) : NULL;
    if (handle != NULL)
        handle_drop(handle);
}

static bool thread_usage(void *host, struct task *task, int32_t tid, struct host_thread_usage *usage)
{
    *usage = (struct host_thread_usage){ 20000000, 10000000, 'S' };
    return true;
}

const struct host_ops sim_ops = {
    .thread_done = sim_thread_done,
    .thread_stop = sim_thread_stop,
    .task_kill = sim_task_kill,
    .thread_signal = sim_thread_signal,
    .segment_claim = segment_claim,
    .segment_read = segment_read,
    .segment_make = segment_make,
    .segment_send = segment_send,
    .segment_drop = segment_drop,
    .segment_new = segment_new,
    .segment_share = segment_share,
    .segment_lend = segment_lend,
    .segment_done = segment_done,
    .task_broken = sim_task_broken,
    .process_claim = sim_process_claim,
    .process_born = sim_process_born,
    .process_unborn = sim_process_unborn,
    .process_command = sim_process_command,
    .task_usage = sim_task_usage,
    .machine_usage = sim_machine_usage,
    .thread_usage = thread_usage,
    .calendar_now = sim_calendar_now,
};

/* ---- the library's side ---- */

uint32_t sim_segment_give(const void *bytes, uint64_t size)
{
    struct block *block = block_new(bytes, size);
    if (block == NULL)
        return 0;
    table.next_odd = table.next_odd ? table.next_odd + 2 : 1;
    handle_new(block, sim_task_self(), table.next_odd);
    return table.next_odd;
}

const void *sim_segment_bytes(uint32_t id, uint64_t *size_p)
{
    struct handle *handle = find(sim_task_self(), id);
    if (handle == NULL)
        return NULL;
    *size_p = handle->block->size;
    return handle->block->bytes;
}

void *sim_segment_to_write(uint32_t id)
{
    struct handle *handle = find(sim_task_self(), id);
    return handle != NULL ? handle->block->bytes : NULL;
}

int sim_segment_file(uint32_t id)
{
    char path[40];
    struct handle *handle = find(sim_task_self(), id);
    if (handle == NULL || handle->block->fd < 0)
        return -1;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", handle->block->fd);
    return open(path, (handle->read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
}

void sim_segment_discard(uint32_t id)
{
    struct handle *handle = find(sim_task_self(), id);
    if (handle != NULL)
        handle_drop(handle);
}

void sim_segments_of_dead_task(struct sim_task *task)
{
    for (uint32_t i = 0; i < table.n_handles; i++)
        if (table.handle[i].block != NULL && table.handle[i].task == task)
            handle_drop(&table.handle[i]);
}

uint64_t sim_n_segments(void)
{
    return table.n_used;
}

void sim_segments_free(void)
{
    ASSERT(table.n_used == 0);
    free(table.handle);
    memset(&table, 0, sizeof(table));
}
