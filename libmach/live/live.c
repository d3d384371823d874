/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/live/live.c - the transport of real processes: trap pages, the bell, and words to wait on
 *
 * A thread's record is thread-local. On its way to a trap it is good when it has a page and the mark is 1:
 * after a fork the mark is 0, and whatever the copy of the parent's memory says is wrong. Everything else
 * happens in transport_thread's slow half.
 */
#include "libmach/live/live.h"

#include <errno.h>
#include <fcntl.h>
#include <mach/message.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "libmach/connection/autostart.h"
#include "libmach/connection/connection.h"
#include "libmach/connection/attach.h"
#include "libmach/live/roster.h"
#include "libmach/connection/segment.h"
#include "libmach/live/vfork.h"
#include "libmach/connection/warm.h"

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define SPIN_NS 5000
#define SPINS_PER_CLOCK 32u
#define LOOK_EVERY_S 2 /* while waiting: whether machd still lives */

struct live_thread {
    struct lib_thread lib;
    _Atomic uint32_t *word;
    uint32_t slot;
    uint32_t woken; /* the last request whose delegated wakes were made */
};

static __thread struct live_thread self __attribute__((tls_model("initial-exec")));
static bool spin_is_useful;

/* ---- the calling thread ---- */

static bool is_ready(void)
{
    return self.lib.page != NULL && atomic_load_explicit(live.mark, memory_order_relaxed) == 1;
}

/* machd must not poll on the CPU on which we wait for it. */
static void tell_cpu(void)
{
    atomic_store_explicit(&self.lib.page->cpu, (uint32_t)sched_getcpu() + 1, memory_order_relaxed);
}

static bool map_area(uint32_t index, int fd)
{
    size_t size = (size_t)TRAP_AREA_SLOTS * TRAP_PAGE_SIZE;
    void *area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (area == MAP_FAILED)
        return false;
    madvise(area, size, MADV_DONTFORK);
    live.area[index] = area;
    return true;
}

static void use_slot(uint32_t slot, uint32_t wake)
{
    memset(&self, 0, sizeof self);
    self.slot = slot;
    self.word = wake_word(live.table, wake);
    self.lib.live = &self;
    self.lib.page =
        (struct trap_page *)(live.area[slot / TRAP_AREA_SLOTS] + slot % TRAP_AREA_SLOTS * TRAP_PAGE_SIZE);
    self.woken = atomic_load_explicit(&self.lib.page->request, memory_order_relaxed);
}

/* With the lock held and the process attached. */
static kern_return_t register_thread(void)
{
    int fd[CONNECTION_FDS_MAX];
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_THREAD_NEW };
    packet.thread.tid = (int32_t)syscall(SYS_gettid);
    if (!connection_send(live.socket, &packet, NULL, 0) || !connection_await(ATTACH_THREAD_OK, &packet, fd)) {
        atomic_store(&live.state, LIVE_LOST);
        return MACH_SEND_INVALID_DEST;
    }
    uint32_t area = packet.thread.slot / TRAP_AREA_SLOTS;
    bool mapped = area < LIVE_AREAS_MAX && (live.area[area] != NULL || (fd[0] >= 0 && map_area(area, fd[0])));
    for (int i = 0; i < CONNECTION_FDS_MAX; i++)
        if (fd[i] >= 0)
            close(fd[i]);
    if (packet.thread.kern_return != KERN_SUCCESS)
        return packet.thread.kern_return;
    if (!mapped || packet.thread.wake == 0 || packet.thread.wake >= WAKE_TABLE_LINES)
        return KERN_RESOURCE_SHORTAGE;
    use_slot(packet.thread.slot, packet.thread.wake);
    return KERN_SUCCESS;
}

static void complain(void)
{
    static bool told;
    if (told || autostart_refusal() == NULL)
        return;
    told = true;
    fprintf(stderr, "libmach: no machd is running, and none was started: %s. `machctl start` starts one.\n",
            autostart_refusal());
}

/* A child that the wrapped fork did not make finds the mark wiped: it begins anew (F67). */
static void notice_fork(void)
{
    if (live.mark == NULL || atomic_load(live.mark) == 1)
        return;
    live_forget(true);
    warm_forget(false);
    atomic_store(live.mark, 1);
    memset(&self, 0, sizeof self);
}

static kern_return_t ready_locked(void)
{
    notice_fork();
    if (atomic_load(&live.state) == LIVE_DETACHED)
        attach_process(0, true);
    switch ((enum live_state)atomic_load(&live.state)) {
    case LIVE_DETACHED: return KERN_FAILURE;
    case LIVE_REFUSED: return live.refusal;
    case LIVE_LOST: return MACH_SEND_INVALID_DEST;
    case LIVE_ATTACHED: break;
    }
    return self.lib.page != NULL ? KERN_SUCCESS : register_thread();
}

/* The lock may be one that a thread of the parent held when a raw fork was made. */
static void break_inherited_lock(void)
{
    if (live.mark != NULL && atomic_load(live.mark) == 0)
        atomic_store(&live.lock, 0);
}

/* Signals stay blocked until the thread is registered and the names are known: a handler must find either
 * nothing or all. */
static kern_return_t become_ready(bool quiet)
{
    sigset_t mask, blocked;
    if (vfork_is_child())
        return MACH_SEND_INVALID_DEST; /* nor has its parent a machd */
    break_inherited_lock();
    live_lock(&mask);
    kern_return_t kr = ready_locked();
    bool name = kr == KERN_SUCCESS && !live.named;
    live.named |= name;
    memset(&blocked, 0xff, sizeof blocked);
    live_unlock(&blocked);
    if (kr == KERN_SUCCESS) {
        roster_enter(&self.lib);
        if (name)
            names_set();
    } else if (!quiet) {
        complain();
    }
    mask_set(&mask, NULL);
    return kr;
}

struct lib_thread *transport_thread(kern_return_t *kr_p)
{
    if (LIKELY(is_ready())) {
        tell_cpu();
        return &self.lib;
    }
    kern_return_t kr = become_ready(false);
    if (kr_p != NULL)
        *kr_p = kr;
    return kr == KERN_SUCCESS ? &self.lib : NULL;
}

bool live_is_attached(void)
{
    return atomic_load(&live.state) == LIVE_ATTACHED && atomic_load(live.mark) == 1;
}

void live_begin(void)
{
    spin_is_useful = sysconf(_SC_NPROCESSORS_ONLN) > 1;
    become_ready(true);
}

void live_thread_begin(void)
{
    if (atomic_load(&live.state) == LIVE_ATTACHED)
        become_ready(true);
}

bool live_thread_is_known(void)
{
    return is_ready();
}

struct lib_thread *live_thread(void)
{
    return is_ready() ? &self.lib : NULL;
}

void live_thread_end(void)
{
    sigset_t mask;
    if (self.lib.page == NULL || atomic_load(live.mark) == 0 || vfork_is_child())
        return;
    live_lock(&mask);
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_THREAD_GONE };
    packet.thread.tid = (int32_t)syscall(SYS_gettid);
    packet.thread.slot = self.slot;
    if (atomic_load(&live.state) == LIVE_ATTACHED)
        connection_send(live.socket, &packet, NULL, 0);
    memset(&self, 0, sizeof self);
    live_unlock(&mask);
}

/* ---- fork and wait: a vfork child asks nothing, since what machd answers is its parent's to read ---- */

bool live_fork_request(uint64_t *nonce_p)
{
    sigset_t mask;
    int fd[CONNECTION_FDS_MAX];
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_FORK_PREPARE };
    *nonce_p = 0;
    if (atomic_load(&live.state) != LIVE_ATTACHED || atomic_load(live.mark) == 0 || vfork_is_child())
        return true;
    live_lock(&mask);
    bool answered =
        connection_send(live.socket, &packet, NULL, 0) && connection_await(ATTACH_FORK_READY, &packet, fd);
    live_unlock(&mask);
    if (answered)
        *nonce_p = packet.fork.nonce;
    return !answered || *nonce_p != 0;
}

void live_fork_abort(uint64_t nonce)
{
    sigset_t mask;
    struct attach_packet packet = { .magic = ATTACH_MAGIC,
                                    .type = ATTACH_FORK_ABORT,
                                    .fork = { .nonce = nonce } };
    live_lock(&mask);
    connection_send(live.socket, &packet, NULL, 0);
    live_unlock(&mask);
}

/* A handler may fork on top of a trap. In the child that trap's code still runs on, on a page that was not
 * copied: it finds zeroes there, and then that its transport is lost. */
static void keep_address_of_page(void)
{
    size_t size = (size_t)TRAP_AREA_SLOTS * TRAP_PAGE_SIZE;
    if (self.lib.frame != NULL && self.lib.page != NULL)
        mmap(live.area[self.slot / TRAP_AREA_SLOTS], size, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE, -1, 0);
}

void live_fork_child(uint64_t nonce)
{
    bool attached = atomic_load(&live.state) == LIVE_ATTACHED;
    warm_forget(atomic_exchange(&live.lock, 0) == 0);
    if (live.mark == NULL)
        return;
    keep_address_of_page();
    live_forget(true);
    atomic_store(live.mark, 1);
    memset(&self, 0, sizeof self);
    roster_forget();
    names_forget();
    if (!attached)
        return;
    attach_process(nonce, false);
    if (atomic_load(&live.state) == LIVE_ATTACHED)
        become_ready(true);
}

void live_tell_ids(void)
{
    sigset_t mask;
    int fd[CONNECTION_FDS_MAX];
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_IDS };
    if (!live_is_attached())
        return;
    live_lock(&mask);
    if (connection_send(live.socket, &packet, NULL, 0) && connection_await(ATTACH_CHALLENGE, &packet, fd) &&
        connection_send_credentials(live.socket, &packet))
        connection_await(ATTACH_IDS, &packet, fd);
    live_unlock(&mask);
}

void live_settle(pid_t pid)
{
    sigset_t mask;
    int fd[CONNECTION_FDS_MAX];
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_SETTLE, .settle = { .pid = pid } };
    if (atomic_load(&live.state) != LIVE_ATTACHED || atomic_load(live.mark) == 0 || vfork_is_child())
        return;
    live_lock(&mask);
    bool asked = connection_send(live.socket, &packet, NULL, 0);
    while (asked && connection_await(ATTACH_SETTLED, &packet, fd))
        asked = packet.settle.pid != pid;
    live_unlock(&mask);
}

/* ---- waiting ---- */

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void ring_bell(struct trap_page *page, uint32_t slot)
{
    uint32_t at = slot % TRAP_AREA_SLOTS;
    uint64_t one = 1;
    atomic_fetch_or(trap_rung((struct trap_page *)((uint8_t *)page - at * TRAP_PAGE_SIZE)), 1ull << at);
    while (syscall(SYS_write, live.bell, &one, sizeof one) < 0)
        if (errno != EINTR)
            return; /* full: it has been rung enough */
}

static bool is_done(const struct live_thread *thread, uint32_t request)
{
    return (int32_t)(atomic_load_explicit(thread->word, memory_order_acquire) - request) >= 0;
}

/* What our request made ready, and machd leaves to us to wake: the scheduler then goes straight from us to them. */
static void make_wakes(struct live_thread *thread, uint32_t request)
{
    struct trap_page *page = thread->lib.page;
    if (thread->woken == request || page->wake_request != request)
        return;
    thread->woken = request;
    for (uint32_t i = 0; i < page->n_wakes && i < TRAP_MAX_WAKES; i++)
        if (page->wake[i] > 0 && page->wake[i] < WAKE_TABLE_LINES)
            syscall(SYS_futex, wake_word(live.table, page->wake[i]), FUTEX_WAKE, TRAP_WAKE_MAX, NULL, NULL, 0);
}

static bool is_accepted(const struct trap_page *page, uint32_t request)
{
    return atomic_load_explicit(&page->accepted, memory_order_acquire) == request;
}

/* True if the request completed within a moment. Ends early when machd says that it will take longer. */
static bool spin(const struct live_thread *thread, uint32_t request)
{
    int64_t end = 0;
    for (uint32_t i = 1;; i++) {
        if (is_done(thread, request))
            return true;
        if (is_accepted(thread->lib.page, request) || !spin_is_useful)
            return false;
        relax();
        if (i % SPINS_PER_CLOCK != 0)
            continue;
        int64_t now = now_ns();
        if (end == 0)
            end = now + SPIN_NS;
        else if (now > end)
            return false;
    }
}

/* One sleep on the word. The timeout is absolute and far: only so does every handler end the sleep, whatever
 * SA_RESTART says. */
static int sleep_on(struct live_thread *thread, uint32_t request)
{
    struct trap_page *page = thread->lib.page;
    struct timespec until;
    long result = 0;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &until);
    until.tv_sec += LOOK_EVERY_S;
    atomic_store_explicit(&page->sleeping, 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
    if (is_accepted(page, request))
        make_wakes(thread, request);
    uint32_t word = atomic_load_explicit(thread->word, memory_order_acquire);
    if ((int32_t)(word - request) < 0)
        result =
            syscall(SYS_futex, thread->word, FUTEX_WAIT_BITSET, word, &until, NULL, FUTEX_BITSET_MATCH_ANY);
    int error = result == 0 ? 0 : errno;
    atomic_store_explicit(&page->sleeping, 0, memory_order_relaxed);
    return error;
}

static enum transport_wait sleep_until(struct live_thread *thread, uint32_t request)
{
    const struct trap_page *page = thread->lib.page;
    for (;;) {
        if (atomic_load_explicit(&live.state, memory_order_relaxed) != LIVE_ATTACHED)
            return TRANSPORT_LOST;
        int error = sleep_on(thread, request);
        if (thread->lib.page != page)
            return TRANSPORT_LOST; /* a handler forked, and this is the child */
        if (is_done(thread, request))
            return TRANSPORT_DONE;
        if (error == EINTR)
            return TRANSPORT_INTERRUPTED;
        if (atomic_load_explicit(&page->ahead, memory_order_relaxed) != 0)
            segment_read_ahead(thread->lib.page, thread->word, request);
        else if (error != EAGAIN && live_is_lost())
            return TRANSPORT_LOST;
    }
}

/* What machd has just written comes from its CPU: all lines at once, not one after the other. */
static void expect_reply(struct trap_page *page)
{
    const uint8_t *data = trap_data(page);
    __builtin_prefetch(&page->reply);
    __builtin_prefetch(data);
    __builtin_prefetch(data + 64);
}

enum transport_wait transport_wait(struct lib_thread *lib, uint32_t request, bool ring)
{
    struct live_thread *thread = lib->live;
    struct trap_page *page = lib->page;
    bool asleep = atomic_load(&live.table->asleep);
    if (ring && (asleep || !atomic_load(&page->hot)))
        ring_bell(page, thread->slot);
    enum transport_wait wait = TRANSPORT_DONE;
    if (!LIKELY(spin(thread, request)))
        wait = sleep_until(thread, request);
    expect_reply(page);
    if (wait == TRANSPORT_DONE)
        make_wakes(thread, request);
    if (!LIKELY(atomic_load_explicit(&page->ahead, memory_order_relaxed) == 0) && wait == TRANSPORT_DONE)
        segment_skip_ahead(page);
    return wait;
}
