/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/kqueue/workloop.c - kevent_id, and what the threads do that serve workloops (T108-T112, T133-T136) */
#include <errno.h>
#include <pthread/workqueue_private.h>

#include "libmach/message/guard.h"
#include "libmach/kqueue/kevent_trap.h"
#include "libmach/thread/qos.h"
#include "libmach/message/transport.h"
#include "libmach/message/trap.h"

enum { AREA_SIZE = 32 * 1024 };

#define IDLE_NS 5000000000u
#define SHORTAGE_NS 10000000u
#define OF_PROGRAMS                                                                                          \
    (KEVENT_FLAG_IMMEDIATE | KEVENT_FLAG_ERROR_EVENTS | KEVENT_FLAG_STACK_DATA | KEVENT_FLAG_WORKQ |         \
     KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_DYNAMIC_KQ_MUST_EXIST | KEVENT_FLAG_DYNAMIC_KQ_MUST_NOT_EXIST)

/* ---- changes that are more than one trap ---- */

struct list {
    const struct kevent_qos_s *changes;
    int n_changes, done;
    struct kevent_qos_s *events;
    int room, told;
    bool is_known; /* the first trap was made */
};

/* The errno with which Linux would refuse a change, before the kernel hears of it. */
static int check(const struct kevent_qos_s *at)
{
    struct kevent_qos_s change;
    if (!guard_copy(&change, at, sizeof change))
        return EFAULT;
    return transport_source_check(&change);
}

/* How many changes go into the next trap; *error_p is what the one after them fails with, or 0. */
static int next_part(const struct list *list, int *error_p)
{
    int n = 0;
    *error_p = 0;
    while (list->done + n < list->n_changes && n < (int)KEVENT_RECORDS_MAX && *error_p == 0) {
        *error_p = check(&list->changes[list->done + n]);
        n += *error_p == 0;
    }
    return n;
}

static int tell_error(struct list *list, int error)
{
    struct kevent_qos_s event;
    const struct kevent_qos_s *at = &list->changes[list->done];
    if (error == EFAULT || list->told == list->room || !guard_copy(&event, at, sizeof event))
        return error;
    event.flags |= EV_ERROR;
    event.data = error;
    list->done++;
    return guard_copy(&list->events[list->told++], &event, sizeof event) ? 0 : EFAULT;
}

/* Errors of a part are told; what waits is fetched with the last part, and only if there were none. */
static int apply_part(struct list *list, struct kevent_trap *trap, uint32_t flags, int n, bool is_last)
{
    trap->flags = is_last && list->told == 0 ? flags : flags | KEVENT_FLAG_ERROR_EVENTS;
    if (list->is_known)
        trap->flags &= ~(uint32_t)KEVENT_FLAG_DYNAMIC_KQ_MUST_NOT_EXIST;
    trap->changes = list->changes + list->done;
    trap->n_changes = (uint32_t)n;
    trap->events = list->events + list->told;
    trap->n_events = (uint32_t)(list->room - list->told);
    int error = kevent_trap_make(trap);
    list->is_known = true;
    list->done += n;
    list->told += (int)trap->n_told;
    return error;
}

int workloop_change(uint64_t id, const struct kevent_qos_s *changes, int n_changes,
                    struct kevent_qos_s *events, int *n_p, char *area, size_t *area_size, uint32_t flags)
{
    struct list list = { .changes = changes, .n_changes = n_changes, .events = events, .room = *n_p };
    struct kevent_trap trap = { .number = TRAP_KEVENT,
                                .kind = KQUEUE_WORKLOOP,
                                .id = id,
                                .area = area,
                                .area_size = *area_size,
                                .from_end = flags & KEVENT_FLAG_STACK_DATA,
                                .timeout = KEVENT_FOREVER };
    int error, bad;
    do {
        int n = next_part(&list, &bad);
        bool is_last = list.done + n == n_changes;
        error = n > 0 || is_last ? apply_part(&list, &trap, flags, n, is_last) : 0;
        if (error == 0 && bad != 0)
            error = tell_error(&list, bad);
    } while (error == 0 && list.done < n_changes);
    *n_p = list.told;
    *area_size -= trap.area_used;
    return error;
}

/* ---- what programs call ---- */

static int fail(int error)
{
    errno = error;
    return -1;
}

int kevent_id(kqueue_id_t id, const struct kevent_qos_s *changelist, int nchanges,
              struct kevent_qos_s *eventlist, int nevents, void *data_out, size_t *data_available,
              unsigned int flags)
{
    size_t area_size = 0;
    int n = nevents > 0 ? nevents : 0;
    if (!(flags & KEVENT_FLAG_WORKLOOP) || (flags & KEVENT_FLAG_WORKQ))
        return fail(EINVAL);
    if (data_available != NULL && !guard_copy(&area_size, data_available, sizeof area_size))
        return fail(EFAULT);
    if (data_out == NULL)
        area_size = 0;
    size_t left = area_size;
    int error = workloop_change(id, changelist, nchanges > 0 ? nchanges : 0, eventlist, &n, data_out, &left,
                                flags & OF_PROGRAMS);
    if (data_out != NULL && data_available != NULL && left != area_size &&
        !guard_copy(data_available, &left, sizeof left))
        error = EFAULT;
    return error != 0 ? fail(error) : n;
}

/* ---- serving ---- */

struct servicer {
    struct kevent_qos_s event[WORKQ_KEVENT_EVENT_BUFFER_LEN];
    char area[AREA_SIZE];
};

static bool fits(const struct kevent_qos_s *changes, int n)
{
    for (int i = 0; i < n && n <= (int)KEVENT_RECORDS_MAX; i++)
        if (check(&changes[i]) != 0)
            return false;
    return n <= (int)KEVENT_RECORDS_MAX;
}

/* T134: what the callback leaves goes along with the next park; a list that one trap cannot take goes before, and then
 * its errors are a reason to call again (T135). */
static void call(struct servicer *servicer, workloop_function function, struct kevent_trap *park)
{
    int n = (int)park->n_told;
    void *events = servicer->event;
    for (;;) {
        uint64_t id = park->workloop;
        size_t none = 0;
        function(&id, &events, &n);
        n = n > 0 ? n : 0;
        if (fits(events, n))
            break;
        int n_errors = WORKQ_KEVENT_EVENT_BUFFER_LEN;
        if (workloop_change(park->workloop, events, n, servicer->event, &n_errors, NULL, &none,
                            KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_ERROR_EVENTS) != 0)
            n_errors = 0;
        events = servicer->event;
        n = n_errors;
        if (n == 0)
            break;
    }
    park->changes = events;
    park->n_changes = (uint32_t)n;
}

void workloop_serve(workloop_function function, void (*spawn)(void))
{
    struct servicer servicer;
    struct kevent_trap park = { .number = TRAP_WORKQ_PARK,
                                .events = servicer.event,
                                .n_events = WORKQ_KEVENT_EVENT_BUFFER_LEN,
                                .area = servicer.area,
                                .area_size = sizeof servicer.area,
                                .timeout = IDLE_NS };
    for (;;) {
        int error = kevent_trap_make(&park);
        park.n_changes = 0;
        if (error == ENOMEM) /* what it was bound to waits for the next one, who may be this one again */
            transport_sleep_until(transport_now() + SHORTAGE_NS);
        if (error == EINTR || error == ENOMEM)
            continue;
        if (error != 0)
            break;
        if (park.reply & KEVENT_REPLY_SPAWN)
            spawn();
        if (park.workloop != 0) /* else there were sources to hear of */
            call(&servicer, function, &park);
    }
}

/* ---- workloops of a fixed priority ---- */

int _pthread_workloop_create(uint64_t workloop_id, uint64_t options, pthread_attr_t *attr)
{
    int policy = SCHED_OTHER, priority = attr != NULL ? sched_of_attributes(attr) : 0;
    uint64_t given = 0;
    if (attr == NULL || pthread_attr_getschedpolicy(attr, &policy) != 0 ||
        (options & ~(uint64_t)PTHREAD_WORKLOOP_CREATE_WITH_BOUND_THREAD) != 0)
        return EINVAL;
    if (priority != 0)
        given |= KQ_WORKLOOP_CREATE_SCHED_PRI;
    if (policy != SCHED_OTHER)
        given |= KQ_WORKLOOP_CREATE_SCHED_POL;
    const uint64_t arg[] = { workloop_id, given, (uint64_t)priority, (uint64_t)policy };
    return given == 0 ? EINVAL : kevent_errno(trap_call(TRAP_WORKLOOP_CREATE, arg, 4, NULL, ENOTCONN));
}

int _pthread_workloop_destroy(uint64_t workloop_id)
{
    const uint64_t arg[] = { workloop_id };
    return kevent_errno(trap_call(TRAP_WORKLOOP_DESTROY, arg, 1, NULL, ENOTCONN));
}
