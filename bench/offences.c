/* SPDX-License-Identifier: Apache-2.0 */
/* bench/offences.c - the hostile client's misuse of single kinds of traps (abuser.h) */
#include <mach/message.h>
#include <mach/ndr.h>
#include <mach/port.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/abuser.h"
#include "wire/kevent.h"
#include "wire/process.h"

enum { CHILD_LIVES_US = 300000, NOBODY = 99999999 };

/* Small, a name, or anything. */
static uint64_t any(struct hand *h)
{
    switch (next(h) % 5) {
    case 0: return next(h) % 4;
    case 1: return h->port[next(h) % 4];
    case 2: return next(h) % 300;
    case 3: return UINT64_MAX - next(h) % 2;
    default: return (uint64_t)next(h) << 33 | next(h);
    }
}

/* The payload is what stands there. */
static bool ask_for(struct hand *h, uint32_t number, const uint64_t arg[7])
{
    h->page->req = (struct trap_request){ .number = number };
    memcpy(h->page->req.arg, arg, sizeof(h->page->req.arg));
    return ask(h);
}

/* ---- kernel queues ---- */

static struct kevent_record any_record(struct hand *h)
{
    return (struct kevent_record){
        .event = { .ident = any(h),
                   .filter = (int16_t) - (int)(next(h) % 20),
                   .flags = (uint16_t)(next(h) % 3 ? EV_ADD | (next(h) % 2 ? EV_DISPATCH2 : 0) : next(h)),
                   .qos = next(h) % 4 ? 0x8ff : (int32_t)next(h),
                   .udata = any(h),
                   .fflags = next(h) % 2 ? 1u << next(h) % 32 : next(h),
                   .data = (int64_t)any(h),
                   .ext = { any(h), any(h), any(h), any(h) } },
        .word = { any(h), next(h) % 4, 0 },
    };
}

static uint64_t put_records(struct hand *h)
{
    uint64_t n = next(h) % 4 ? next(h) % 4 : next(h) % (KEVENT_RECORDS_MAX + 8);
    for (uint64_t i = 0; i < n && i < KEVENT_RECORDS_MAX; i++) {
        struct kevent_record record = any_record(h);
        memcpy(trap_data(h->page) + i * sizeof(record), &record, sizeof(record));
    }
    return n;
}

void lie_about_events(struct hand *h, uint64_t end)
{
    bool goes_on = true;
    while (goes_on && now_us() < end) {
        uint32_t number = TRAP_KEVENT + next(h) % (TRAP_KQUEUE_CLOSE - TRAP_KEVENT + 1);
        uint64_t arg[7] = { any(h), any(h), any(h), any(h) };
        if (next(h) % 2) {
            const uint64_t sensible[7] = { KQUEUE_WORKLOOP,  1 + next(h) % 3, KEVENT_FLAG_WORKLOOP | any(h),
                                           put_records(h),   next(h) % 200,   any(h),
                                           next(h) % 2000000 };
            number = TRAP_KEVENT;
            memcpy(arg, sensible, sizeof(arg));
        } else if (number == TRAP_WORKQ_PARK) {
            arg[0] = put_records(h);
            arg[3] = next(h) % 2000000;
        }
        goes_on = ask_for(h, number, arg);
    }
}

/* ---- processes ---- */

static void put_announcement(struct hand *h)
{
    struct spawn_request request = {
        .flags = next(h) % 8 ? 0 : 0x40, /* SETEXEC */
        .process_type = next(h) % 4 ? 0 : (next(h) % 8) << 8,
        .role = next(h) % 12,
        .process_limit = UINT32_MAX,
        .n_special = next(h) % 8 ? 0 : next(h) % (SPAWN_SPECIAL_MAX + 2),
        .n_exceptions = next(h) % 8 ? 0 : next(h) % (SPAWN_EXCEPTIONS_MAX + 2),
        .n_registered = next(h) % 8 ? 0 : next(h) % (SPAWN_REGISTERED_MAX + 2),
        .n_watch = next(h) % 8 ? next(h) % (SPAWN_WATCH_MAX + 1) : (uint32_t)any(h),
    };
    for (uint32_t i = 0; i < SPAWN_WATCH_MAX; i++)
        request.watch[i] = next(h) % 4 ? h->port[i % 3] : h->service;
    for (uint32_t i = 0; i < SPAWN_SPECIAL_MAX; i++)
        request.special[i] = (struct spawn_special){ next(h) % 20, (uint32_t)any(h) };
    memcpy(trap_data(h->page), &request, sizeof(request));
}

static pid_t child_that_waits(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        usleep(CHILD_LIVES_US);
        _exit(0);
    }
    return pid;
}

static uint64_t whose_pid(struct hand *h, pid_t child)
{
    const int64_t pids[] = { child, child,  child, getppid(), getpid(), (int64_t)h->a->table->pid,
                             1,     NOBODY, -1,    0 };
    return (uint64_t)pids[next(h) % (sizeof(pids) / sizeof(pids[0]))];
}

/* What becomes of the last ticket, or of one that nobody was given. */
static bool use_ticket(struct hand *h, uint32_t number, pid_t child)
{
    uint64_t ticket = next(h) % 4 ? h->ticket : next(h) % 64;
    return ask_for(h, number, (const uint64_t[7]){ ticket, whose_pid(h, child) });
}

void announce_children(struct hand *h, uint64_t end)
{
    bool goes_on = true;
    while (goes_on && now_us() < end) {
        pid_t child = next(h) % 4 ? 0 : child_that_waits();
        put_announcement(h);
        goes_on = ask_for(h, TRAP_SPAWN_PREPARE, (const uint64_t[7]){ sizeof(struct spawn_request) });
        if (goes_on && h->page->reply.value[0] == 0)
            h->ticket = h->page->reply.value[1];
        for (uint32_t i = next(h) % 6; goes_on && i > 0; i--)
            goes_on = use_ticket(h, TRAP_SPAWN_COMMIT + next(h) % 3, child);
    }
}

void look_at_everybody(struct hand *h, uint64_t end)
{
    static const uint32_t numbers[] = { TRAP_PROCESS_INFO, TRAP_PROCESS_LIST,     TRAP_PROCESS_LIST,
                                        TRAP_PROCESS_SET,  TRAP_PROCESS_THREADS,  TRAP_TASK_FOR_PID,
                                        TRAP_TASK_FOR_PID, TRAP_TASK_NAME_FOR_PID };
    bool goes_on = true;
    while (goes_on && now_us() < end) {
        uint32_t number = numbers[next(h) % 8];
        uint64_t pid = next(h) % 2 ? (uint64_t)getppid() : (uint64_t)NOBODY - next(h) % 2;
        bool is_of_task = number == TRAP_TASK_FOR_PID || number == TRAP_TASK_NAME_FOR_PID;
        uint64_t first = is_of_task ? h->port[3] : number == TRAP_PROCESS_LIST ? any(h) : pid;
        goes_on = ask_for(h, number, (const uint64_t[7]){ first, is_of_task ? pid : any(h), any(h) });
    }
}

/* ---- stopping, and errands ---- */

static void ask_itself(struct hand *h, int32_t id, uint64_t a, uint64_t b)
{
    struct {
        mach_msg_header_t header;
        NDR_record_t ndr;
        uint64_t a, b;
    } request = {
        .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                    .msgh_remote_port = h->port[3],
                    .msgh_local_port = h->port[0],
                    .msgh_id = id },
        .ndr = { .int_rep = NDR_INT_LITTLE_ENDIAN },
        .a = a,
        .b = b,
    };
    bool has_arguments = id >= 4800;
    uint32_t size = has_arguments ? sizeof(request) : sizeof(request.header);
    h->page->req =
        (struct trap_request){ .number = TRAP_MSG,
                               .payload_size = (uint32_t)trap_round8(size),
                               .msg = { .option = MACH_SEND_MSG | MACH_SEND_TIMEOUT, .send_size = size } };
    memcpy(trap_data(h->page), &request, size);
    ask(h);
}

/* The ids: task_suspend, task_resume, mach_vm_deallocate, mach_vm_read. */
void refuse_errands(struct hand *h, uint64_t end)
{
    static const int32_t ids[] = { 3407, 3408, 3408, 3408, 4801, 4801, 4804, 4804 };
    while (now_us() < end) {
        ask_itself(h, ids[next(h) % 8], any(h), next(h) % 10000);
        for (uint32_t i = next(h) % 3; i > 0; i--)
            if (!ask_for(h, TRAP_PARK,
                         (const uint64_t[7]){ any(h), next(h) % 3, any(h), any(h), any(h), any(h) }))
                return;
    }
}

/* ---- messages shown ahead ---- */

void scribble_promises(struct hand *h, uint64_t end)
{
    while (now_us() < end) {
        for (uint32_t i = next(h) % 20; i > 0; i--)
            send_message(h, h->port[0], 24 + 4 * (next(h) % 60));
        for (uint32_t i = next(h) % 8; i > 0; i--) {
            receive_message(h, h->port[next(h) % 2], 0);
            uint64_t number = next(h) % 8 ? h->page->reply.promise : next(h);
            atomic_store(&h->page->promise, number << 32 | next(h) % 40);
        }
    }
}

/* ---- priorities ---- */

void flood_priorities(struct hand *h, uint64_t end)
{
    uint64_t thread = trap(h, TRAP_THREAD_SELF, 0, 0, 0);
    bool goes_on = true;
    while (goes_on && now_us() < end) {
        static const uint32_t classes[] = { 0x09, 0x11, 0x15, 0x19, 0x21 };
        uint64_t class = classes[next(h) % 5];
        switch (next(h) % 5) {
        case 0: goes_on = ask_for(h, TRAP_SET_ROLE, (const uint64_t[7]){ 0, next(h) % 8 }); break;
        case 1: goes_on = ask_for(h, TRAP_SET_QOS, (const uint64_t[7]){ thread, class, 0 }); break;
        case 2: goes_on = ask_for(h, TRAP_OVERRIDE, (const uint64_t[7]){ thread, class, next(h) % 2 }); break;
        case 3:
            goes_on = ask_for(h, TRAP_BACKGROUND, (const uint64_t[7]){ 3 + next(h) % 2, 0, next(h) % 3 });
            break;
        case 4: goes_on = ask_for(h, TRAP_DEPRESS, (const uint64_t[7]){ next(h) % 10 }); break;
        }
    }
}

void push_on_launchd(struct hand *h, uint64_t end)
{
    enum { ROLE_FOCAL = 1, SYNC_OVERRIDE = 0x00100000 };
    uint32_t reply = trap(h, TRAP_SPECIAL_REPLY_PORT, 0, 0, 0);
    bool goes_on = ask_for(h, TRAP_SET_ROLE, (const uint64_t[7]){ 0, ROLE_FOCAL });
    while (goes_on && now_us() < end) {
        mach_msg_header_t call = {
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
            .msgh_size = sizeof(call),
            .msgh_remote_port = h->service,
            .msgh_local_port = reply,
            .msgh_id = 400 + (int32_t)(next(h) % 40),
        };
        h->page->req = (struct trap_request){
            .number = TRAP_MSG,
            .payload_size = sizeof(call),
            .msg = { .option =
                         MACH_SEND_MSG | MACH_RCV_MSG | MACH_SEND_TIMEOUT | MACH_RCV_TIMEOUT | SYNC_OVERRIDE,
                     .send_size = sizeof(call),
                     .rcv_size = 4096,
                     .rcv_name = reply,
                     .timeout = 1 + next(h) % 3 },
        };
        memcpy(trap_data(h->page), &call, sizeof(call));
        goes_on = ask(h);
    }
}
