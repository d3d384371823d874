/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/test/fake.c - see fake.h */
#include "libmach/test/fake.h"

#include <mach/message.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "libmach/message/guard.h"

#define SEGMENTS_MAX 64

struct segment {
    uint8_t *bytes;
    uint64_t size;
};

bool (*fake_kernel)(struct trap_page *page);
void (*fake_handler)(void);
unsigned fake_aborts;
bool fake_lost;

static struct lib_thread thread;
static struct segment segment[SEGMENTS_MAX];
static uint32_t n_segments;
static uint32_t taken, word;
static bool waits;

struct lib_thread *fake_thread(void)
{
    return &thread;
}

void fake_reset(void)
{
    if (thread.page == NULL)
        thread.page = mmap(NULL, TRAP_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct trap_page *page = thread.page;
    memset(page, 0, TRAP_PAGE_SIZE);
    thread = (struct lib_thread){ .page = page };
    for (uint32_t i = 0; i < n_segments; i++)
        free(segment[i].bytes);
    n_segments = taken = word = fake_aborts = 0;
    waits = fake_lost = false;
    fake_kernel = NULL;
    fake_handler = NULL;
}

struct lib_thread *transport_thread(kern_return_t *kr_p)
{
    return &thread;
}

/* ---- the kernel's side ---- */

static void finish(void)
{
    waits = false;
    word = taken;
}

static void serve_one(void)
{
    struct trap_page *page = thread.page;
    taken++;
    if (atomic_load(&page->abort) == taken) {
        fake_aborts++;
        if (waits) {
            memset(&page->reply, 0, sizeof page->reply);
            page->reply.result =
                page->req.msg.option & MACH_SEND_MSG ? MACH_SEND_INTERRUPTED : MACH_RCV_INTERRUPTED;
        }
        finish();
        return;
    }
    memset(&page->reply, 0, sizeof page->reply);
    waits = fake_kernel != NULL && !fake_kernel(page);
    if (!waits)
        finish();
}

enum transport_wait transport_wait(struct lib_thread *lib, uint32_t request, bool ring)
{
    if (fake_lost)
        return TRANSPORT_LOST;
    while (taken != atomic_load(&thread.page->request))
        serve_one();
    if ((int32_t)(word - request) >= 0)
        return TRANSPORT_DONE;
    void (*handler)(void) = fake_handler;
    fake_handler = NULL;
    if (handler != NULL)
        handler();
    return (int32_t)(word - request) >= 0 ? TRANSPORT_DONE : TRANSPORT_INTERRUPTED;
}

/* ---- time ---- */

uint64_t transport_now(void)
{
    return taken;
}

bool transport_sleep_until(uint64_t deadline)
{
    return deadline <= taken;
}

/* ---- segments ---- */

uint32_t fake_segment_make(const void *bytes, uint64_t size)
{
    segment[n_segments].bytes = malloc(size);
    segment[n_segments].size = size;
    memcpy(segment[n_segments].bytes, bytes, size);
    return ++n_segments;
}

const uint8_t *fake_segment(uint32_t id, uint64_t *size_p)
{
    *size_p = segment[id - 1].size;
    return segment[id - 1].bytes;
}

unsigned fake_segments_open(void)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < n_segments; i++)
        n += segment[i].bytes != NULL;
    return n;
}

uint32_t transport_segment_give(struct lib_thread *lib, const struct transport_part *parts, size_t n_parts,
                                int *bad_p)
{
    uint64_t size = 0, at = 0;
    *bad_p = -1;
    for (size_t i = 0; i < n_parts; i++)
        size += parts[i].size;
    uint8_t *bytes = malloc(size);
    for (size_t i = 0; i < n_parts; i++) {
        if (!guard_copy(bytes + at, parts[i].bytes, parts[i].size)) {
            *bad_p = (int)i;
            free(bytes);
            return 0;
        }
        at += parts[i].size;
    }
    segment[n_segments] = (struct segment){ bytes, size };
    return ++n_segments;
}

void *transport_segment_map(struct lib_thread *lib, uint32_t id, uint64_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(at, segment[id - 1].bytes, size);
    transport_segment_discard(lib, id);
    return at;
}

void transport_segment_discard(struct lib_thread *lib, uint32_t id)
{
    free(segment[id - 1].bytes);
    segment[id - 1].bytes = NULL;
}

/* It lends nothing. */
void *transport_segment_borrowed(struct lib_thread *lib, const uint64_t value[3], uint32_t *id_p,
                                 _Atomic uint64_t **progress_p)
{
    *progress_p = NULL;
    *id_p = 0;
    return NULL;
}

void transport_segment_done(struct lib_thread *lib, uint32_t id)
{
}

uint32_t transport_segments_done(struct lib_thread *lib, uint32_t id[TRAP_DONE_MAX])
{
    return 0;
}

bool transport_memory_free(void *at, uint64_t size)
{
    return munmap(at, size) == 0;
}

void *transport_segment_share(struct lib_thread *lib, uint32_t id, void *address, size_t size, int protection,
                              int flags, uint64_t offset)
{
    return MAP_FAILED;
}

int transport_source_check(const struct kevent_qos_s *change)
{
    (void)change;
    return 0;
}

void transport_source(const struct kevent_record *source)
{
    (void)source;
}
