/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/stash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launchd/log.h"

#define MAGIC 0x73746173u
#define VERSION 3u
#define RECORD_SIZE 512u
#define GROW_RECORDS 128u
#define MAX_RECORDS 65536u /* 32 MB; the address space is taken at once, the file grows */

_Static_assert(sizeof(struct stash_record) <= RECORD_SIZE, "a record fits its slot");
_Static_assert(sizeof(struct stash_head) <= RECORD_SIZE, "the head fits slot 0");

static char *base;
static int file = -1;
static uint32_t n_slots;     /* that the file has, the head's included */
static uint32_t *free_slots; /* a stack */
static uint32_t n_free;

static struct stash_record *slot(uint32_t i)
{
    return (struct stash_record *)(base + (size_t)i * RECORD_SIZE);
}

static void give_slot(uint32_t i)
{
    free_slots[n_free++] = i;
}

static bool grow(void)
{
    uint32_t n = n_slots + GROW_RECORDS;

    if (n > MAX_RECORDS || ftruncate(file, (off_t)n * RECORD_SIZE) != 0)
        return false;
    for (uint32_t i = n; i-- > n_slots;) {
        if (i != 0)
            give_slot(i);
    }
    n_slots = n;
    return true;
}

static void map(int fd)
{
    struct stat st;

    file = fd >= 0 ? fd : memfd_create("launchd-stash", MFD_CLOEXEC);
    base = mmap(NULL, (size_t)MAX_RECORDS * RECORD_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    free_slots = calloc(MAX_RECORDS, sizeof(*free_slots));
    if (base == MAP_FAILED || free_slots == NULL || fstat(file, &st) != 0) {
        log_line("cannot map the stash: %s", strerror(errno));
        exit(1);
    }
    n_slots = (uint32_t)(st.st_size / RECORD_SIZE);
    if (n_slots > MAX_RECORDS)
        n_slots = MAX_RECORDS;
}

static void begin(void)
{
    memset(base, 0, (size_t)n_slots * RECORD_SIZE);
    for (uint32_t i = n_slots; i-- > 1;)
        give_slot(i);
    if (n_slots < 2 && !grow()) {
        log_line("cannot make the stash: %s", strerror(errno));
        exit(1);
    }
    *stash_head() = (struct stash_head){ .version = VERSION, .next_id = 1, .next_serial = 1 };
}

void stash_open(int fd, bool *fresh_p)
{
    map(fd);
    *fresh_p = n_slots < 2 || atomic_load(&stash_head()->magic) == 0;
    if (*fresh_p) {
        begin();
        return;
    }
    if (stash_head()->magic != MAGIC || stash_head()->version != VERSION) {
        log_line("the stash is of another launchd");
        exit(1);
    }
    for (uint32_t i = n_slots; i-- > 1;) {
        if (atomic_load(&slot(i)->kind) == STASH_FREE)
            give_slot(i);
    }
}

struct stash_head *stash_head(void)
{
    return (struct stash_head *)base;
}

void stash_head_done(void)
{
    atomic_store_explicit(&stash_head()->magic, MAGIC, memory_order_release);
}

struct stash_record *stash_new(void)
{
    struct stash_record *record;

    if (n_free == 0 && !grow())
        return NULL;
    record = slot(free_slots[--n_free]);
    memset(record, 0, sizeof(*record));
    record->id = stash_head()->next_id++;
    return record;
}

void stash_publish(struct stash_record *record, enum stash_kind kind)
{
    ASSERT(record->kind == STASH_FREE);
    atomic_store_explicit(&record->kind, kind, memory_order_release);
}

void stash_free(struct stash_record *record)
{
    ASSERT(record->kind != STASH_FREE);
    atomic_store_explicit(&record->kind, STASH_FREE, memory_order_release);
    stash_unuse(record);
}

void stash_unuse(struct stash_record *record)
{
    give_slot((uint32_t)(((char *)record - base) / RECORD_SIZE));
}

static int by_id(const void *a, const void *b)
{
    uint64_t x = (*(struct stash_record *const *)a)->id, y = (*(struct stash_record *const *)b)->id;

    return x < y ? -1 : x > y;
}

size_t stash_n_used(void)
{
    return n_slots - 1 - n_free;
}

struct stash_record **stash_sorted(size_t *n_p)
{
    struct stash_record **records = calloc(n_slots, sizeof(*records));
    size_t n = 0;

    if (records == NULL) {
        log_line("no memory to read the stash");
        exit(1);
    }
    for (uint32_t i = 1; i < n_slots; i++) {
        if (atomic_load(&slot(i)->kind) != STASH_FREE)
            records[n++] = slot(i);
    }
    qsort(records, n, sizeof(*records), by_id);
    *n_p = n;
    return records;
}

void stash_undo_begin(uint32_t reply)
{
    atomic_store_explicit(&stash_head()->undo_reply, reply, memory_order_release);
}

void stash_undo_set(const struct stash_record *record)
{
    if (atomic_load(&stash_head()->undo_id) == 0)
        atomic_store_explicit(&stash_head()->undo_id, record->id, memory_order_release);
}

void stash_undo_clear(void)
{
    atomic_store_explicit(&stash_head()->undo_id, 0, memory_order_release);
}
