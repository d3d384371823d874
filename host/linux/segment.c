/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/segment.c - memory that travels as a descriptor
 *
 * What a client hands over must be a memfd with the seals SHRINK, GROW, WRITE and SEAL: nobody can then change what machd
 * has checked, and a read can neither fault nor wait for anybody. F_GET_SEALS answers only for such files, without asking
 * the file itself; anything else that comes as a descriptor (a file of a FUSE server, a terminal) is closed elsewhere,
 * because close may wait for the one who serves it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/linux/client.h"
#include "host/linux/closing.h"
#include "host/linux/log.h"
#include "host/linux/machd.h"
#include "host/linux/process.h"
#include "host/linux/segment.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)
#define JUNK_STUCK_MAX 16

/* Its record and its places in the table, of which up to half are empty. */
#define SEGMENT_RECORD (sizeof(struct segment) + 2 * sizeof(struct segment *))

bool segment_charge(struct account *account)
{
    if (!account_charge(account, ACCOUNT_BYTES, SEGMENT_RECORD))
        return false;
    if (account_charge(account, ACCOUNT_DESCRIPTORS, 1))
        return true;
    account_release(account, ACCOUNT_BYTES, SEGMENT_RECORD);
    return false;
}

void segment_release(struct account *account)
{
    account_release(account, ACCOUNT_BYTES, SEGMENT_RECORD);
    account_release(account, ACCOUNT_DESCRIPTORS, 1);
}

void segment_free(struct segment *segment)
{
    if (segment->is_file) {
        closing_begin(segment);
        return;
    }
    close(segment->fd);
    if (segment->account) {
        segment_release(segment->account);
        account_put(segment->account);
    }
    free(segment);
}

/* ---- junk ---- */

static _Atomic int n_stuck;

static void *close_slowly(void *argument)
{
    close((int)(intptr_t)argument);
    atomic_fetch_sub(&n_stuck, 1);
    return NULL;
}

/* When too many closes hang already the descriptor is left open: who sends such descriptors is ended each time, so this
 * grows by one per process that a user is willing to start, and every one of those was charged to him. */
void junk_close(struct machd *m, int fd)
{
    pthread_t thread;
    pthread_attr_t attributes;
    if (fcntl(fd, F_GET_SEALS) >= 0) {
        close(fd);
        return;
    }
    if (atomic_load(&n_stuck) >= JUNK_STUCK_MAX) {
        log_line("descriptor %d cannot be closed: its server does not answer", fd);
        return;
    }
    atomic_fetch_add(&n_stuck, 1);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 65536);
    if (pthread_create(&thread, &attributes, close_slowly, (void *)(intptr_t)fd) != 0)
        atomic_fetch_sub(&n_stuck, 1);
    pthread_attr_destroy(&attributes);
}

/* ---- handles ---- */

static bool table_grow(struct segment_table *table)
{
    uint32_t n = table->n ? table->n * 2 : 64;
    struct segment **entry = realloc(table->entry, n * sizeof(*entry));
    if (!entry)
        return false;
    table->entry = entry;
    for (uint32_t i = table->n; i < n; i++)
        entry[i] = NULL;
    table->free_head = table->n ? table->n : 1; /* 0 is no segment */
    table->n = n;
    return true;
}

/* The search begins where the last one ended; the table is never more than half full for long. */
static segment_handle take_handle(struct segment_table *table, struct segment *segment)
{
    for (uint32_t i = 1; i < table->n; i++) {
        uint32_t at = (table->free_head + i - 1) % table->n;
        if (at && !table->entry[at]) {
            table->entry[at] = segment;
            table->free_head = (at + 1) % table->n;
            return at;
        }
    }
    return 0;
}

static segment_handle give_handle(struct machd *m, struct segment *segment)
{
    segment->handle = take_handle(&m->segments, segment);
    if (!segment->handle && table_grow(&m->segments))
        segment->handle = take_handle(&m->segments, segment);
    return segment->handle;
}

static struct segment *of_handle(struct machd *m, segment_handle handle)
{
    ASSERT(handle && handle < m->segments.n && m->segments.entry[handle]);
    return m->segments.entry[handle];
}

/* ---- from clients ---- */

static bool is_fixed_memory(int fd, uint64_t size)
{
    struct stat stat;
    int seals = fcntl(fd, F_GET_SEALS);
    return seals >= 0 && (seals & SEALS) == SEALS && fstat(fd, &stat) == 0 && (uint64_t)stat.st_size >= size;
}

static struct segment *registered(struct process *process, uint32_t id)
{
    list_for_each(node, &process->segments)
    {
        struct segment *segment = list_entry(node, struct segment, link);
        if (segment->id == id)
            return segment;
    }
    return NULL;
}

static void forget(struct machd *m, struct process *process, struct segment *segment)
{
    list_remove(&segment->link);
    process->n_segments--;
    segment_free(segment);
}

static void note_refused(struct process *process, uint32_t id)
{
    process->refused_segment[process->n_refused_segments++ % REFUSED_SEGMENTS] = id;
}

static bool was_refused(const struct process *process, uint32_t id)
{
    for (uint32_t i = 0; i < REFUSED_SEGMENTS; i++)
        if (process->refused_segment[i] == id)
            return true;
    return false;
}

/* What has waited longest belongs to a call that was given up: its thread jumped out of it, or its vfork child was killed. If it
 * does come, it is refused as at any limit. */
static void make_room(struct machd *m, struct process *process)
{
    struct list *oldest = list_first(&process->segments);
    if (process->n_segments < m->config.process_segments || oldest == NULL)
        return;
    struct segment *segment = list_entry(oldest, struct segment, link);
    note_refused(process, segment->id);
    forget(m, process, segment);
}

static struct segment *make_registered(const struct process *process, const struct attach_packet *packet,
                                       int fd)
{
    struct account *account = kernel_task_account(process->task);
    struct segment *segment;
    if (!segment_charge(account))
        return NULL;
    if (!(segment = calloc(1, sizeof(*segment)))) {
        segment_release(account);
        return NULL;
    }
    segment->account = account_get(account);
    segment->id = packet->segment.id;
    segment->fd = fd;
    segment->is_file = packet->segment.flags & SEGMENT_FILE;
    segment->uid = process_uid(process);
    segment->size = segment->is_file ? 0 : packet->segment.size;
    return segment;
}

enum segment_offer segment_register(struct machd *m, struct process *process,
                                    const struct attach_packet *packet, int fd)
{
    uint32_t id = packet->segment.id;
    bool is_memory = !(packet->segment.flags & SEGMENT_FILE);
    struct segment *segment = NULL;
    if (id % 2 == 0 || registered(process, id))
        return OFFER_BROKEN;
    if (fd >= 0 && is_memory && !is_fixed_memory(fd, packet->segment.size))
        return OFFER_BROKEN;
    if (fd >= 0) {
        closing_sweep();
        make_room(m, process);
        segment = make_registered(process, packet, fd);
    }
    if (!segment) {
        note_refused(process, id);
        if (fd >= 0 && !is_memory)
            return closing_uncharged(fd, process_uid(process)) ? OFFER_TAKEN : OFFER_BROKEN;
        return OFFER_REFUSED;
    }
    list_append(&process->segments, &segment->link);
    process->n_segments++;
    return OFFER_TAKEN;
}

void segments_forget(struct machd *m, struct process *process)
{
    list_for_each_safe(node, &process->segments) forget(m, process, list_entry(node, struct segment, link));
}

void segments_fini(struct machd *m)
{
    for (uint32_t i = 0; i < m->segments.n; i++)
        ASSERT(!m->segments.entry[i]);
    free(m->segments.entry);
}

/* The packet was sent before the trap was made; it may still lie in the socket, behind others. */
static struct segment *await_registered(struct machd *m, struct process *process, uint32_t id)
{
    list_for_each(node, &process->connections)
    {
        struct connection *connection = list_entry(node, struct connection, process_link);
        while (!registered(process, id) && client_take_segment(m, connection))
            ;
    }
    return registered(process, id);
}

static segment_handle claim_lent(struct machd *m, struct process *process, uint32_t id, uint64_t size)
{
    struct segment *segment = loan_claim_check(process, id, size);
    if (!segment || !give_handle(m, segment))
        return 0;
    loan_claim_commit(segment);
    return segment->handle;
}

static segment_handle claim(struct machd *m, struct process *process, uint32_t id, uint64_t size, bool is_file)
{
    struct segment *segment = registered(process, id);
    if (!segment)
        segment = await_registered(m, process, id);
    if (!segment)
        return was_refused(process, id) ? SEGMENT_OVER_LIMIT : 0;
    if (segment->is_file != is_file || segment->size < size || !give_handle(m, segment)) {
        forget(m, process, segment);
        return 0;
    }
    list_remove(&segment->link);
    process->n_segments--;
    return segment->handle;
}

segment_handle segment_claim(void *host, struct task *task, uint32_t id, uint64_t size)
{
    struct process *process = kernel_task_host(task);
    return id % 2 == 0 ? claim_lent(host, process, id, size) : claim(host, process, id, size, false);
}

segment_handle segment_claim_file(void *host, struct task *task, uint32_t id)
{
    return claim(host, kernel_task_host(task), id, 0, true);
}

/* ---- for the kernel ---- */

bool segment_read(void *host, segment_handle handle, uint64_t offset, void *bytes, uint64_t size)
{
    struct segment *segment = of_handle(host, handle);
    uint8_t *at = bytes;
    if (offset > segment->size || size > segment->size - offset)
        return false;
    while (size) {
        ssize_t n = pread(segment->fd, at, size, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        offset += (uint64_t)n;
        size -= (uint64_t)n;
    }
    return true;
}

static bool write_all(int fd, const uint8_t *bytes, uint64_t size)
{
    while (size) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        size -= (uint64_t)n;
    }
    return true;
}

segment_handle segment_make(void *host, const void *bytes, uint64_t size)
{
    struct segment *segment = calloc(1, sizeof(*segment));
    if (!segment)
        return 0;
    segment->size = size;
    segment->fd = memfd_create("machd-segment", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (segment->fd < 0) {
        free(segment);
        return 0;
    }
    if (!write_all(segment->fd, bytes, size) || fcntl(segment->fd, F_ADD_SEALS, SEALS) != 0 ||
        !give_handle(host, segment)) {
        segment_free(segment);
        return 0;
    }
    return segment->handle;
}

/* A second copy of libmach in one image has a connection of its own; segments go to the first. */
bool segment_tell(struct machd *m, struct process *process, int fd, uint32_t flags, uint64_t size, uint32_t id)
{
    struct list *node = list_first(&process->connections);
    if (!node || process->broken)
        return false;
    struct attach_packet packet = {
        .magic = ATTACH_MAGIC,
        .type = ATTACH_SEGMENT,
        .segment = { .id = id, .flags = flags, .size = size },
    };
    struct connection *connection = list_entry(node, struct connection, process_link);
    return client_send(m, connection, &packet, &fd, fd >= 0 ? 1 : 0);
}

uint32_t segment_send(void *host, struct task *task, segment_handle handle, uint64_t size)
{
    struct process *process = kernel_task_host(task);
    struct segment *segment = of_handle(host, handle);
    uint32_t id = segment->is_lent ? loan_ahead_id(segment, process) : 0;
    bool has_it = id != 0;
    if (!has_it)
        id = process_segment_id(process);
    if (!has_it && !segment_tell(host, process, segment->fd, segment->is_lent ? SEGMENT_READ : 0, size, id))
        return 0;
    if (segment->is_lent)
        loan_given(host, segment, process, id);
    return id;
}

uint32_t segment_send_file(void *host, struct task *task, segment_handle handle)
{
    struct process *process = kernel_task_host(task);
    uint32_t id = process_segment_id(process);
    return segment_tell(host, process, of_handle(host, handle)->fd, SEGMENT_FILE, 0, id) ? id : 0;
}

void segment_drop(void *host, segment_handle handle)
{
    struct machd *m = host;
    struct segment *segment = of_handle(m, handle);
    m->segments.entry[handle] = NULL;
    segment->handle = 0;
    if (segment->is_lent)
        loan_dropped(m, segment);
    else
        segment_free(segment);
}

/* ---- memory entries ---- */

/* The file's owner is machd: a client of another uid that got a descriptor for reading cannot open it for writing. */
static int make_shared_file(uint64_t size)
{
    int fd = memfd_create("machd-memory", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0 && (fchmod(fd, 0600) != 0 || ftruncate(fd, (off_t)size) != 0 ||
                    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

segment_handle segment_new(void *host, uint64_t size)
{
    int fd = size <= INT64_MAX ? make_shared_file(size) : -1;
    struct segment *segment = fd >= 0 ? calloc(1, sizeof(*segment)) : NULL;
    if (!segment) {
        if (fd >= 0)
            close(fd);
        return 0;
    }
    segment->size = size;
    segment->fd = fd;
    if (give_handle(host, segment))
        return segment->handle;
    segment_free(segment);
    return 0;
}

uint32_t segment_share(void *host, struct task *task, segment_handle handle, bool writable)
{
    struct process *process = kernel_task_host(task);
    struct segment *segment = of_handle(host, handle);
    uint32_t id = process_segment_id(process);
    char path[40];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", segment->fd);
    int fd = open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    bool told = fd >= 0 && segment_tell(host, process, fd, SEGMENT_SHARE, segment->size, id);
    if (fd >= 0)
        close(fd);
    return told ? id : 0;
}
