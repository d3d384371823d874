/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/connection/segment.c - see segment.h
 *
 * Every descriptor that arrives stands in live.arrived until it is closed, so that a fork child finds and closes those
 * that another thread of its parent was just reading.
 *
 * A vfork child reads nothing from the socket: the descriptors of what it read would be its own, also of what another thread of
 * its parent waits for. It says so with each trap, and gives files of its own.
 */
#include "libmach/connection/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libmach/connection/connection.h"
#include "libmach/connection/view.h"
#include "libmach/connection/warm.h"

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

#define DONE_MAX 128u
#define IDLE_MOST 4000u /* looks at a writer that does not move: some 0.1 ms */

/* Guarded by live.lock. */
static struct {
    struct loan {
        uint8_t *at;    /* NULL: not lent to us, or not mapped */
        uint64_t size;  /* bytes; behind them a page for the progress */
        uint32_t since; /* sequence of the answer that brought it */
    } loan[TRAP_LOAN_SLOTS];
    struct ahead {   /* what a waiting thread copies, or copied, while it is written */
        uint32_t id; /* 0: nothing */
        uint8_t *to;
        uint64_t size, copied;
    } ahead;
    bool is_copying; /* some thread is at it */
    int copying_fd;
    uint32_t done[DONE_MAX]; /* to be told with the next traps */
    _Atomic uint32_t n_done;
} own;

static uint64_t page_size(void)
{
    return (uint64_t)sysconf(_SC_PAGESIZE);
}

/* ---- what arrives ---- */

static struct live_arrival *find_arrived(uint32_t id)
{
    for (uint32_t i = 0; i < live.n_arrived; i++)
        if (live.arrived[i].id == id)
            return &live.arrived[i];
    return NULL;
}

/* machd sent it before it published the reply that names it. The descriptor stays in the table. */
static struct live_arrival await_arrival_locked(uint32_t id)
{
    struct attach_packet packet;
    int fd[CONNECTION_FDS_MAX];
    struct live_arrival *found = find_arrived(id);
    while (found == NULL && atomic_load(&live.state) == LIVE_ATTACHED &&
           connection_await(ATTACH_SEGMENT, &packet, fd)) {
        connection_keep(&packet, fd[0]);
        found = find_arrived(id);
        if (packet.segment.id == id)
            break;
    }
    return found != NULL ? *found : (struct live_arrival){ .fd = -1 };
}

/* The same for what need not come any more: the message that it belongs to may have been received by another thread. */
static struct live_arrival look_for_arrival_locked(uint32_t id)
{
    struct attach_packet packet;
    int fd[CONNECTION_FDS_MAX];
    while (find_arrived(id) == NULL && connection_is_readable() &&
           connection_await(ATTACH_SEGMENT, &packet, fd))
        connection_keep(&packet, fd[0]);
    struct live_arrival *found = find_arrived(id);
    return found != NULL ? *found : (struct live_arrival){ .fd = -1 };
}

static void release_arrival_locked(uint32_t id)
{
    struct live_arrival *found = find_arrived(id);
    if (found == NULL)
        return;
    syscall(SYS_close, found->fd);
    *found = live.arrived[--live.n_arrived];
}

static struct live_arrival await_arrival(uint32_t id)
{
    sigset_t mask;
    live_lock(&mask);
    struct live_arrival arrival = await_arrival_locked(id);
    live_unlock(&mask);
    return arrival;
}

static void release_arrival(uint32_t id)
{
    sigset_t mask;
    live_lock(&mask);
    release_arrival_locked(id);
    live_unlock(&mask);
}

/* ---- telling machd ---- */

/* What does not fit is not told: the writer then does without that segment. */
void transport_segment_done(struct lib_thread *thread, uint32_t id)
{
    sigset_t mask;
    live_lock(&mask);
    uint32_t n = atomic_load(&own.n_done);
    if (n < DONE_MAX) {
        own.done[n] = id;
        atomic_store(&own.n_done, n + 1);
    }
    live_unlock(&mask);
}

uint32_t transport_segments_done(struct lib_thread *thread, uint32_t id[TRAP_DONE_MAX])
{
    sigset_t mask;
    if (thread_is_lent())
        return TRAP_TAKES_NO_SEGMENTS;
    if (atomic_load_explicit(&own.n_done, memory_order_relaxed) == 0)
        return 0;
    live_lock(&mask);
    uint32_t n = atomic_load(&own.n_done);
    uint32_t taken = n < TRAP_DONE_MAX ? n : TRAP_DONE_MAX;
    memcpy(id, &own.done[n - taken], taken * sizeof *id);
    atomic_store(&own.n_done, n - taken);
    live_unlock(&mask);
    return taken;
}

/* ---- borrowed ---- */

static void unmap_loan(struct loan *loan)
{
    if (loan->at != NULL)
        munmap(loan->at, loan->size + page_size());
    *loan = (struct loan){ NULL, 0, 0 };
}

/* Answers to several threads may be looked at in another order than they were given in. */
static void unmap_ended(uint32_t slots, uint32_t sequence)
{
    for (uint32_t i = 0; i < TRAP_LOAN_SLOTS; i++)
        if (!(slots >> i & 1) && (int32_t)(own.loan[i].since - sequence) < 0)
            unmap_loan(&own.loan[i]);
}

/* The seal leaves this mapping the only one that can write. */
static void map_loan(struct loan *loan, uint32_t id, uint64_t size, uint32_t sequence)
{
    int fd = await_arrival_locked(id).fd;
    unmap_loan(loan);
    if (fd < 0)
        return;
    void *at = mmap(NULL, size + page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at != MAP_FAILED) {
        madvise(at, size + page_size(), MADV_DONTFORK);
        *loan = (struct loan){ at, size, sequence };
        syscall(SYS_fcntl, fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_SEAL);
    }
    release_arrival_locked(id);
}

void *transport_segment_borrowed(struct lib_thread *thread, const uint64_t value[3], uint32_t *id_p,
                                 _Atomic uint64_t **progress_p)
{
    sigset_t mask;
    uint32_t slot = (uint32_t)(value[0] >> 32) % TRAP_LOAN_SLOTS;
    uint32_t sequence = (uint32_t)(value[2] >> 32);
    *id_p = (uint32_t)value[0];
    if (*id_p == 0)
        return NULL;
    live_lock(&mask);
    unmap_ended((uint32_t)value[2], sequence);
    if (value[0] & TRAP_LOAN_NEW)
        map_loan(&own.loan[slot], *id_p, value[1], sequence);
    uint8_t *at = own.loan[slot].at;
    if (at != NULL && (value[0] & TRAP_LOAN_AHEAD))
        *progress_p = (_Atomic uint64_t *)(at + own.loan[slot].size);
    live_unlock(&mask);
    if (at == NULL)
        transport_segment_done(thread, *id_p);
    return at;
}

/* ---- made ---- */

static bool write_part(int fd, const struct transport_part *part)
{
    const char *at = part->bytes;
    for (size_t left = part->size; left > 0;) {
        ssize_t n = syscall(SYS_write, fd, at, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        left -= (size_t)n;
    }
    return true;
}

/* write() answers EFAULT for memory that is not there: the system is the guard. */
static bool fill_file(int fd, const struct transport_part *parts, size_t n_parts, int *bad_p)
{
    for (size_t i = 0; i < n_parts; i++) {
        if (write_part(fd, &parts[i]))
            continue;
        *bad_p = errno == EFAULT ? (int)i : -1;
        return false;
    }
    return syscall(SYS_fcntl, fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0;
}

/* One packet, whole or not at all: there is nothing to be guarded by the lock. */
static uint32_t announce(int fd, uint64_t size, uint32_t flags)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC,
                                    .type = ATTACH_SEGMENT,
                                    .segment = { .size = size, .flags = flags } };
    packet.segment.id = atomic_fetch_add(&live.next_segment_id, 2);
    if (atomic_load(&live.state) != LIVE_ATTACHED || (thread_is_lent() && !connection_is_whole()) ||
        !connection_send(live.socket, &packet, &fd, 1))
        return 0;
    return packet.segment.id;
}

uint32_t transport_segment_give(struct lib_thread *thread, const struct transport_part *parts, size_t n_parts,
                                int *bad_p)
{
    uint32_t id = 0;
    uint64_t size = 0;
    *bad_p = -1;
    int fd = (int)syscall(SYS_memfd_create, "libmach-segment", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return 0;
    for (size_t i = 0; i < n_parts; i++)
        size += parts[i].size;
    if (fill_file(fd, parts, n_parts, bad_p))
        id = announce(fd, size, 0);
    syscall(SYS_close, fd);
    return id;
}

/* ---- files of the program ---- */

uint32_t segment_give_file(int fd)
{
    return announce(fd, 0, SEGMENT_FILE);
}

int segment_take_file(uint32_t id)
{
    sigset_t mask;
    live_lock(&mask);
    int fd = await_arrival_locked(id).fd;
    struct live_arrival *found = find_arrived(id);
    if (found != NULL)
        *found = live.arrived[--live.n_arrived];
    live_unlock(&mask);
    return fd;
}

/* ---- received ---- */

struct source {
    int fd;
    struct view *view; /* NULL: read the file */
};

static bool read_range(const struct source *source, uint8_t *to, uint64_t at, uint64_t end)
{
    if (source->view != NULL && end <= source->view->size) {
        memcpy(to + at, source->view->at + at, end - at);
        return true;
    }
    while (at < end) {
        ssize_t n = syscall(SYS_pread64, source->fd, to + at, end - at, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += (uint64_t)n;
    }
    return true;
}

static bool copy_rest(const struct ahead *copy, int fd)
{
    struct source source = { fd, view_get(fd) };
    bool ok = read_range(&source, copy->to, copy->copied, copy->size);
    if (source.view != NULL)
        view_put(source.view);
    return ok;
}

static void drop_copy(struct ahead *copy)
{
    if (copy->to != NULL)
        warm_give(copy->to, (copy->size + page_size() - 1) & ~(page_size() - 1));
}

/* What was copied of this segment while it was written; nothing of others. */
static struct ahead take_ahead(uint32_t id, uint64_t size)
{
    sigset_t mask;
    struct ahead copy = { .size = size };
    live_lock(&mask);
    if (own.ahead.id == id && own.ahead.size == size) {
        copy = own.ahead;
        own.ahead = (struct ahead){ 0 };
    }
    live_unlock(&mask);
    return copy;
}

/* Its writer could still change it: the program gets a copy. */
static void *copy_lent(int fd, uint32_t id, uint64_t size)
{
    struct ahead copy = take_ahead(id, size);
    if (copy.to == NULL)
        copy.to = warm_take(size);
    if (copy.to == NULL)
        return NULL;
    if (copy.copied == size || copy_rest(&copy, fd)) {
        memset(copy.to + size, 0, -size & (page_size() - 1));
        return copy.to;
    }
    drop_copy(&copy);
    return NULL;
}

/* ---- while it is written ---- */

/* Bytes that the writer says are there, of this use. */
static uint64_t written(const _Atomic uint64_t *progress, uint32_t use, uint64_t size)
{
    uint64_t word = atomic_load_explicit(progress, memory_order_acquire);
    uint64_t bytes = word >> 32 == use ? (uint32_t)word : 0;
    return bytes < size ? bytes : size;
}

/* Until all is copied, the wait is over, or the writer has not moved for a while. */
static void follow(struct ahead *copy, const struct source *source, const _Atomic uint64_t *progress,
                   uint32_t use, const _Atomic uint32_t *word, uint32_t request)
{
    for (uint32_t idle = 0; copy->copied < copy->size && idle < IDLE_MOST; idle++) {
        uint64_t there = written(progress, use, copy->size);
        if (there > copy->copied) {
            if (!read_range(source, copy->to, copy->copied, there))
                return;
            copy->copied = there;
            idle = 0;
        } else if ((int32_t)(atomic_load_explicit(word, memory_order_acquire) - request) >= 0) {
            return;
        } else {
            relax();
        }
    }
}

/* A descriptor of its own: the message may arrive meanwhile, and then the other one is closed. -1: nothing to be done. */
static int begin_ahead(uint32_t id, struct ahead *old)
{
    sigset_t mask;
    int fd = -1;
    live_lock(&mask);
    if (!own.is_copying) {
        struct live_arrival arrival = look_for_arrival_locked(id);
        if (arrival.fd >= 0)
            fd = (int)syscall(SYS_fcntl, arrival.fd, F_DUPFD_CLOEXEC, 512);
    }
    if (fd >= 0) {
        *old = own.ahead;
        own.ahead = (struct ahead){ 0 };
        own.is_copying = true;
        own.copying_fd = fd;
    }
    live_unlock(&mask);
    return fd;
}

static void end_ahead(const struct ahead *copy)
{
    sigset_t mask;
    live_lock(&mask);
    own.ahead = *copy;
    own.is_copying = false;
    syscall(SYS_close, own.copying_fd);
    live_unlock(&mask);
}

/* Only a segment that has come before: the progress is read through its view. */
static void copy_ahead(struct ahead *copy, int fd, const struct trap_page *page, const _Atomic uint32_t *word,
                       uint32_t request)
{
    struct source source = { fd, view_get(fd) };
    uint64_t at = page->ahead_progress;
    if (source.view == NULL)
        return;
    if (copy->size <= source.view->size && at % 8 == 0 && at < source.view->size)
        copy->to = warm_take(copy->size);
    if (copy->to != NULL)
        follow(copy, &source, (const _Atomic uint64_t *)(source.view->at + at), page->ahead_use, word,
               request);
    view_put(source.view);
}

void segment_skip_ahead(struct trap_page *page)
{
    struct attach_packet packet;
    int fd[CONNECTION_FDS_MAX];
    sigset_t mask;
    live_lock(&mask);
    atomic_store_explicit(&page->ahead, 0, memory_order_relaxed);
    while (connection_is_readable() && connection_await(ATTACH_SEGMENT, &packet, fd))
        connection_keep(&packet, fd[0]);
    live_unlock(&mask);
}

void segment_read_ahead(struct trap_page *page, const _Atomic uint32_t *word, uint32_t request)
{
    struct ahead old, copy = { .id = atomic_load_explicit(&page->ahead, memory_order_acquire) };
    atomic_store_explicit(&page->ahead, 0, memory_order_relaxed);
    if (page->ahead_request != request)
        return;
    copy.size = page->ahead_size;
    int fd = begin_ahead(copy.id, &old);
    if (fd < 0)
        return;
    drop_copy(&old);
    copy_ahead(&copy, fd, page, word, request);
    end_ahead(&copy);
}

static void *map_sealed(int fd, uint64_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    return at == MAP_FAILED ? NULL : at;
}

void *transport_segment_map(struct lib_thread *thread, uint32_t id, uint64_t size)
{
    struct live_arrival arrival = await_arrival(id);
    if (arrival.fd < 0)
        return NULL;
    bool is_lent = arrival.flags & SEGMENT_READ;
    void *at = is_lent ? copy_lent(arrival.fd, id, size) : map_sealed(arrival.fd, size);
    release_arrival(id);
    if (is_lent)
        transport_segment_done(thread, id);
    return at;
}

void *transport_segment_share(struct lib_thread *thread, uint32_t id, void *address, size_t size,
                              int protection, int flags, uint64_t offset)
{
    int fd = await_arrival(id).fd;
    void *at = fd < 0 ? MAP_FAILED : mmap(address, size, protection, flags, fd, (off_t)offset);
    int error = errno;
    release_arrival(id);
    errno = error;
    return at;
}

void transport_segment_discard(struct lib_thread *thread, uint32_t id)
{
    if (await_arrival(id).flags & SEGMENT_READ)
        transport_segment_done(thread, id);
    release_arrival(id);
}

/* What was received long ago is not known to be so by a vfork child: that takes the lock. */
bool transport_memory_free(void *at, uint64_t size)
{
    return thread_is_lent() ? munmap(at, size) == 0 : warm_give(at, size);
}

/* ---- ends ---- */

void segments_forget(bool fork_child)
{
    views_forget(fork_child);
    for (uint32_t i = 0; !fork_child && i < TRAP_LOAN_SLOTS; i++)
        unmap_loan(&own.loan[i]);
    if (own.is_copying)
        close(own.copying_fd);
    memset(&own, 0, sizeof own);
}
