/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/watch.c - descriptors that epoll looks at */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "host/linux/machd.h"

static bool grow(struct watch_table *table)
{
    uint32_t n = table->n ? table->n * 2 : 64;
    struct watch_slot *slot = realloc(table->slot, n * sizeof(*slot));
    if (!slot)
        return false;
    table->slot = slot;
    for (uint32_t i = n; i-- > (table->n ? table->n : 1);) {
        slot[i] = (struct watch_slot){ .generation = 1, .next_free = table->free_head };
        table->free_head = i;
    }
    slot[0] = (struct watch_slot){ 0 }; /* index 0 is no watch */
    table->n = n;
    return true;
}

static uint32_t take_slot(struct watch_table *table, struct watch *watch)
{
    if (!table->free_head && !grow(table))
        return 0;
    uint32_t index = table->free_head;
    table->free_head = table->slot[index].next_free;
    table->slot[index].watch = watch;
    return index;
}

static void give_slot(struct watch_table *table, uint32_t index)
{
    table->slot[index].watch = NULL;
    table->slot[index].generation++;
    table->slot[index].next_free = table->free_head;
    table->free_head = index;
}

static int epoll_for(const struct machd *m, enum watch_kind kind)
{
    switch (kind) {
    case WATCH_LISTENER:
    case WATCH_ADMIN_LISTENER:
    case WATCH_SOCKET: return m->sockets_epoll;
    case WATCH_NONE:
    case WATCH_SOCKETS:
    case WATCH_BELL:
    case WATCH_PROCESS:
    case WATCH_ZOMBIE:
    case WATCH_LAUNCHD:
    case WATCH_ROOT:
    case WATCH_SIGNALS:
    case WATCH_ANSWERS: break;
    }
    return m->epoll;
}

static struct epoll_event event_for(struct machd *m, const struct watch *watch, uint32_t events)
{
    uint64_t generation = m->watches.slot[watch->index].generation;
    return (struct epoll_event){ .events = events, .data.u64 = generation << 32 | watch->index };
}

int watch_resume(struct machd *m, struct watch *watch, uint32_t events)
{
    ASSERT(watch->kind != WATCH_NONE && !watch->index);
    watch->index = take_slot(&m->watches, watch);
    if (!watch->index)
        return -ENOMEM;
    struct epoll_event event = event_for(m, watch, events);
    if (epoll_ctl(epoll_for(m, watch->kind), EPOLL_CTL_ADD, watch->fd, &event) == 0)
        return 0;
    int error = -errno;
    give_slot(&m->watches, watch->index);
    watch->index = 0;
    return error;
}

int watch_open(struct machd *m, struct watch *watch, enum watch_kind kind, int fd, uint32_t events)
{
    ASSERT(watch->kind == WATCH_NONE);
    *watch = (struct watch){ .kind = kind, .fd = fd };
    return watch_resume(m, watch, events);
}

int watch_modify(struct machd *m, struct watch *watch, uint32_t events)
{
    struct epoll_event event = event_for(m, watch, events);
    return epoll_ctl(epoll_for(m, watch->kind), EPOLL_CTL_MOD, watch->fd, &event) == 0 ? 0 : -errno;
}

void watch_pause(struct machd *m, struct watch *watch)
{
    if (!watch->index)
        return;
    epoll_ctl(epoll_for(m, watch->kind), EPOLL_CTL_DEL, watch->fd, NULL);
    give_slot(&m->watches, watch->index);
    watch->index = 0;
}

void watch_close(struct machd *m, struct watch *watch)
{
    if (watch->kind == WATCH_NONE)
        return;
    watch_pause(m, watch);
    close(watch->fd);
    *watch = (struct watch){ .fd = -1 };
}

struct watch *watch_of_event(struct machd *m, uint64_t data)
{
    uint32_t index = (uint32_t)data;
    if (!index || index >= m->watches.n || m->watches.slot[index].generation != data >> 32)
        return NULL;
    return m->watches.slot[index].watch;
}
