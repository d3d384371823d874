/* SPDX-License-Identifier: Apache-2.0 */
/* sim/transport.c - libmach/message/transport.h for simulated threads
 *
 * The kernel is in this process and a thread's page is ordinary memory: making a request is giving up control until the
 * scheduler has carried it out. Nothing is ever interrupted half-way (an abort comes as the result of the trap), so
 * transport_wait has one answer.
 */
#include "libmach/message/transport.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/assert.h"
#include "sim/sim.h"

struct lib_thread *transport_thread(kern_return_t *kr_p)
{
    if (kr_p != NULL)
        *kr_p = KERN_SUCCESS;
    return sim_thread_library(sim_thread_self());
}

enum transport_wait transport_wait(struct lib_thread *thread, uint32_t request, bool ring)
{
    ASSERT(ring && atomic_load(&thread->page->request) == request);
    sim_trap();
    return TRANSPORT_DONE;
}

uint64_t transport_now(void)
{
    return sim_now();
}

bool transport_sleep_until(uint64_t deadline)
{
    uint64_t now = sim_now();
    if (deadline > now)
        sim_sleep(deadline - now);
    return true;
}

/* The simulated program may pass any pointer: the copy is made by the system, which answers instead of faulting. */
static bool copy_guarded(void *to, const void *from, size_t size)
{
    struct iovec mine = { to, size }, theirs = { (void *)(uintptr_t)from, size };
    return size == 0 || process_vm_readv(getpid(), &mine, 1, &theirs, 1, 0) == (ssize_t)size;
}

static uint32_t give_parts(uint8_t *bytes, const struct transport_part *parts, size_t n_parts, int *bad_p)
{
    uint64_t at = 0;
    for (size_t i = 0; i < n_parts; i++) {
        if (!copy_guarded(bytes + at, parts[i].bytes, parts[i].size)) {
            *bad_p = (int)i;
            return 0;
        }
        at += parts[i].size;
    }
    return sim_segment_give(bytes, at);
}

uint32_t transport_segment_give(struct lib_thread *thread, const struct transport_part *parts, size_t n_parts,
                                int *bad_p)
{
    uint64_t size = 0;
    *bad_p = -1;
    for (size_t i = 0; i < n_parts; i++)
        size += parts[i].size;
    uint8_t *bytes = malloc(size + 1);
    if (bytes == NULL)
        return 0;
    uint32_t id = give_parts(bytes, parts, n_parts, bad_p);
    free(bytes);
    return id;
}

void *transport_segment_map(struct lib_thread *thread, uint32_t id, uint64_t size)
{
    uint64_t held = 0;
    const void *bytes = sim_segment_bytes(id, &held);
    void *map = MAP_FAILED;
    if (bytes != NULL && size > 0 && size <= held)
        map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map != MAP_FAILED)
        memcpy(map, bytes, size);
    sim_segment_discard(id);
    return map != MAP_FAILED ? map : NULL;
}

void transport_segment_discard(struct lib_thread *thread, uint32_t id)
{
    sim_segment_discard(id);
}

void *transport_segment_borrowed(struct lib_thread *thread, const uint64_t value[3], uint32_t *id_p,
                                 _Atomic uint64_t **progress_p)
{
    *progress_p = NULL;
    *id_p = (uint32_t)value[0];
    return *id_p != 0 ? sim_segment_to_write(*id_p) : NULL;
}

/* The simulated host needs no trap to hear of it. */
void transport_segment_done(struct lib_thread *thread, uint32_t id)
{
    sim_segment_discard(id);
}

uint32_t transport_segments_done(struct lib_thread *thread, uint32_t id[TRAP_DONE_MAX])
{
    return 0;
}

bool transport_memory_free(void *at, uint64_t size)
{
    return munmap(at, size) == 0;
}

void *transport_segment_share(struct lib_thread *thread, uint32_t id, void *address, size_t size,
                              int protection, int flags, uint64_t offset)
{
    int fd = sim_segment_file(id);
    void *at = fd < 0 ? MAP_FAILED : mmap(address, size, protection, flags, fd, (off_t)offset);
    if (fd >= 0)
        close(fd);
    sim_segment_discard(id);
    return at;
}

/* There is no Linux in here: tests fire by the trap. */
int transport_source_check(const struct kevent_qos_s *change)
{
    (void)change;
    return 0;
}

void transport_source(const struct kevent_record *source)
{
    (void)source;
}
