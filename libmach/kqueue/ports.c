/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/kqueue/ports.c - the thread that hears for which kqueues ports have something (wire/kevent.h, descriptors) */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "libmach/kqueue/events.h"
#include "libmach/kqueue/kqueue.h"
#include "libmach/message/trap.h"
#include "libmach/kqueue/workqueue.h"
#include "wire/kevent.h"

static _Atomic bool is_watching;

void ports_forget(void)
{
    atomic_store(&is_watching, false);
}

/* The number of ids, or -1 when the kernel is gone. */
static int wait_for_ids(uint64_t id[KEVENT_READY_MAX])
{
    struct trap_frame frame;
    kern_return_t kr;
    struct trap_page *page = trap_begin(&frame, &kr);
    if (page == NULL)
        return -1;
    page->req.number = TRAP_KQUEUE_WATCH;
    page->req.n_items = 0;
    page->req.segment = 0;
    page->req.payload_size = 0;
    int n = -1;
    if (trap_make(&frame)) {
        uint64_t said = page->reply.value[0] < KEVENT_READY_MAX ? page->reply.value[0] : KEVENT_READY_MAX;
        if (page->reply.result == 0)
            memcpy(id, trap_data(page), said * sizeof *id);
        n = page->reply.result == 0 ? (int)said : page->reply.result == EINTR ? 0 : -1;
    }
    trap_end(&frame);
    return n;
}

static void *watch(void *argument)
{
    uint64_t id[KEVENT_READY_MAX];
    int n;
    while ((n = wait_for_ids(id)) >= 0)
        for (int i = 0; i < n; i++)
            kqueue_ports_ready(id[i]);
    atomic_store(&is_watching, false);
    return argument;
}

bool ports_watch(void)
{
    if (atomic_exchange(&is_watching, true) || thread_of_library(watch, NULL))
        return true;
    atomic_store(&is_watching, false);
    return false;
}
