/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/trap.c - one trap on the page of the calling thread, also when handlers nest and frames are jumped over
 *
 * Two facts tell what goes on, and both survive every interruption:
 *
 *   page->request != page->seen   a request is in progress; it is the one after `seen`, or that and the abort after it
 *   thread->frame != NULL         the page's contents belong to a trap that is being built or collected
 *
 * Whoever finds the first true when it wants the page ends the request with an abort and stores `seen`. Whoever
 * finds the second true keeps the contents in a save of its own. Saves hold copies of what is needed to go on,
 * never pointers into frames, since the stack of a frame that was jumped over is somebody else's by now.
 */
#include "libmach/message/trap.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "libmach/message/tsan.h"

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define CONTENTS_OFFSET offsetof(struct trap_page, req)
#define CONTENTS_SIZE (TRAP_PAGE_SIZE - CONTENTS_OFFSET)

/* The contents of a page that belonged to `outer` when `owner` began on top of it. */
struct trap_save {
    struct trap_save *below;
    struct trap_frame *owner;
    struct trap_frame *outer;
    uint8_t contents[CONTENTS_SIZE];
};

/* Everything that was requested is complete whenever this thread runs outside of a wait: handlers on top
 * finish theirs before they return. The loop covers a handler between the two lines. */
static void mark_seen(struct trap_page *page)
{
    uint32_t request;
    do {
        request = atomic_load_explicit(&page->request, memory_order_relaxed);
        atomic_store_explicit(&page->seen, request, memory_order_release);
    } while (atomic_load_explicit(&page->request, memory_order_relaxed) != request);
}

/* Takes request `number` back; it fails harmlessly if a handler did so before. */
static enum transport_wait take_back(struct lib_thread *thread, uint32_t number)
{
    struct trap_page *page = thread->page;
    uint32_t expected = number;
    atomic_store_explicit(&page->abort, number + 1, memory_order_relaxed);
    bool ours = atomic_compare_exchange_strong(&page->request, &expected, number + 1);
    enum transport_wait wait = transport_wait(thread, ours ? number + 1 : number, ours);
    while (wait == TRANSPORT_INTERRUPTED)
        wait = transport_wait(thread, ours ? number + 1 : number, false);
    return wait;
}

/* A request is in progress below us: end it. What it brought stands in the page afterwards. */
static void settle(struct lib_thread *thread)
{
    struct trap_page *page = thread->page;
    for (;;) {
        uint32_t seen = atomic_load_explicit(&page->seen, memory_order_relaxed);
        uint32_t request = atomic_load_explicit(&page->request, memory_order_relaxed);
        if (request == seen)
            return;
        if (request - seen == 1) {
            take_back(thread, request);
        } else {
            bool ring = true;
            while (transport_wait(thread, request, ring) == TRANSPORT_INTERRUPTED)
                ring = false;
        }
        mark_seen(page);
    }
}

/* ---- frames ---- */

struct stack_view {
    uintptr_t here;
    uintptr_t alternate, alternate_end;
    bool on_alternate;
};

static struct stack_view look_at_stack(const struct trap_frame *frame)
{
    struct stack_view view = { .here = (uintptr_t)frame };
    stack_t alternate;
    if (sigaltstack(NULL, &alternate) == 0 && !(alternate.ss_flags & SS_DISABLE)) {
        view.alternate = (uintptr_t)alternate.ss_sp;
        view.alternate_end = view.alternate + alternate.ss_size;
        view.on_alternate = view.here >= view.alternate && view.here < view.alternate_end;
    }
    return view;
}

/* Stacks grow down: a frame of a function that has not returned lies above us, if it is on our stack. */
static bool is_live(const struct stack_view *view, const struct trap_frame *frame)
{
    uintptr_t at = (uintptr_t)frame;
    bool alternate = at >= view->alternate && at < view->alternate_end;
    if (alternate != view->on_alternate)
        return view->on_alternate;
    return at > view->here;
}

/* What was promised stands in the page no more; the kernel keeps it. */
static void forget_promise(struct lib_thread *thread)
{
    thread->promise.n = thread->promise.n_taken = 0;
}

static void restore(struct lib_thread *thread, struct trap_save *save)
{
    forget_promise(thread);
    memcpy((uint8_t *)thread->page + CONTENTS_OFFSET, save->contents, CONTENTS_SIZE);
    thread->frame = save->outer;
    atomic_signal_fence(memory_order_seq_cst);
    thread->save = save->below;
    munmap(save, sizeof *save);
}

static void drop_reply(struct lib_thread *thread)
{
    struct trap_reply *reply = &thread->page->reply;
    if (reply->segment != 0)
        transport_segment_discard(thread, reply->segment);
    reply->segment = 0;
}

/* Forgets the frames that were jumped over. */
static void drop_dead(struct lib_thread *thread, const struct trap_frame *frame)
{
    struct stack_view view = look_at_stack(frame);
    for (;;) {
        if (thread->save != NULL && !is_live(&view, thread->save->owner)) {
            drop_reply(thread);
            restore(thread, thread->save);
        } else if (thread->frame != NULL && !is_live(&view, thread->frame)) {
            drop_reply(thread);
            thread->frame = NULL;
        } else {
            return;
        }
    }
}

static bool nest(struct lib_thread *thread, struct trap_frame *frame)
{
    settle(thread);
    drop_dead(thread, frame);
    if (thread->frame != NULL) {
        struct trap_save *save =
            mmap(NULL, sizeof *save, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (save == MAP_FAILED)
            return false;
        save->owner = frame;
        save->outer = thread->frame;
        save->below = thread->save;
        memcpy(save->contents, (uint8_t *)thread->page + CONTENTS_OFFSET, CONTENTS_SIZE);
        thread->save = save; /* before the frame: dropping the frame must find it */
        atomic_signal_fence(memory_order_seq_cst);
    }
    thread->frame = frame;
    atomic_signal_fence(memory_order_seq_cst);
    thread->page->reply.segment = 0;
    return true;
}

struct trap_mark trap_mark(const struct lib_thread *thread)
{
    return (struct trap_mark){ thread->frame, thread->save };
}

bool trap_back(struct lib_thread *thread, struct trap_mark mark)
{
    bool was_in_trap = thread->frame != mark.frame || thread->save != mark.save;
    settle(thread);
    while (thread->save != mark.save) {
        drop_reply(thread);
        restore(thread, thread->save);
    }
    if (thread->frame != mark.frame)
        drop_reply(thread);
    if (was_in_trap)
        forget_promise(thread);
    thread->frame = mark.frame;
    return was_in_trap;
}

/* ---- a trap ---- */

struct trap_page *trap_begin(struct trap_frame *frame, kern_return_t *kr_p)
{
    struct lib_thread *thread = transport_thread(kr_p);
    if (thread == NULL)
        return NULL;
    frame->thread = thread;
    if (LIKELY(thread->frame == NULL)) {
        thread->frame = frame;
        atomic_signal_fence(memory_order_seq_cst);
    } else if (!nest(thread, frame)) {
        *kr_p = KERN_RESOURCE_SHORTAGE;
        return NULL;
    }
    return thread->page;
}

static inline __attribute__((always_inline)) bool make(struct trap_frame *frame, bool waits_again)
{
    struct lib_thread *thread = frame->thread;
    struct trap_page *page = thread->page;
    static char machd; /* only its address is used */
    page->req.n_done = transport_segments_done(thread, page->req.done);
    if (page->req.payload_size > TRAP_PROMISE_OFFSET)
        forget_promise(thread);
    TSAN_BEFORE_TRAP(&machd);
    uint32_t number = atomic_fetch_add(&page->request, 1) + 1;
    enum transport_wait wait = transport_wait(thread, number, true);
    while (wait == TRANSPORT_INTERRUPTED && waits_again)
        wait = transport_wait(thread, number, false);
    if (!LIKELY(wait == TRANSPORT_DONE) && wait == TRANSPORT_INTERRUPTED)
        wait = take_back(thread, number);
    mark_seen(page);
    atomic_thread_fence(memory_order_acquire);
    TSAN_AFTER_TRAP(&machd);
    if (page->reply.payload_size > TRAP_PROMISE_OFFSET)
        forget_promise(thread);
    return wait == TRANSPORT_DONE;
}

bool trap_make(struct trap_frame *frame)
{
    return make(frame, false);
}

bool trap_make_again(struct trap_frame *frame)
{
    return make(frame, true);
}

void trap_end(struct trap_frame *frame)
{
    struct lib_thread *thread = frame->thread;
    atomic_signal_fence(memory_order_seq_cst);
    if (!LIKELY(thread->save == NULL) && thread->save->owner == frame)
        restore(thread, thread->save);
    else
        thread->frame = NULL;
}

uint32_t trap_call(enum trap_number number, const uint64_t *arg, unsigned n_args, uint64_t *value,
                   uint32_t none)
{
    struct trap_frame frame;
    kern_return_t kr = KERN_FAILURE;
    struct trap_page *page = trap_begin(&frame, &kr);
    if (page == NULL)
        return none == TRAP_NO_KERNEL ? (uint32_t)kr : none;
    page->req.number = number;
    page->req.n_items = 0;
    page->req.segment = 0;
    page->req.payload_size = 0;
    for (unsigned i = 0; i < n_args; i++)
        page->req.arg[i] = arg[i];
    uint32_t result = none;
    if (trap_make(&frame)) {
        result = page->reply.result;
        if (value != NULL)
            memcpy(value, page->reply.value, sizeof page->reply.value);
    }
    trap_end(&frame);
    return result;
}
