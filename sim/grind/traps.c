/* SPDX-License-Identifier: Apache-2.0 */
/* sim/grind/traps.c - the traps that are not messages */
#include <mach/exception_types.h>
#include <mach/notify.h>

#include "kernel/traps.h"
#include "sim/grind/grind.h"

enum { TRAP_NUMBERS = 256 };

/* Stopped honest tasks would neither answer nor give up. */
static uint64_t pid_of_hostile_task(void)
{
    const struct being *task = &world.tasks[draw(MAX_TASKS)];
    return task->is_honest ? 0 : (uint64_t)task->identity.pid;
}

uint64_t draw_argument(const struct being *task, char letter)
{
    mach_port_name_t name;
    switch (letter) {
    case 't': return name_of(task, TASKS);
    case 'n': return name_of(task, (enum wanted)draw(OBJECTS));
    case 'h': return name_of(task, OBJECTS);
    case 'r': return draw(7);
    case 'd':
        return (uint64_t)(int64_t)(int32_t)DRAW_FROM(0, 1, 2, -1, -1, -1, -2, 65535, -65535, 65534, 1 << 30);
    case 'D': name = name_of(task, ANY); return disposition_for(task, name, false);
    case 'i':
        return DRAW_FROM(MACH_NOTIFY_DEAD_NAME, MACH_NOTIFY_SEND_POSSIBLE, MACH_NOTIFY_NO_SENDERS,
                         MACH_NOTIFY_PORT_DESTROYED, MACH_NOTIFY_SEND_ONCE);
    case 's': return draw(4);
    case 'g': return DRAW_FROM(0, 7, 7, 9);
    case 'p': return (uint64_t)world.tasks[draw(MAX_TASKS)].identity.pid;
    case 'v': return pid_of_hostile_task();
    case 'm': return world.now + draw(20000000);
    case 'f': return chance(80) ? draw(128) : draw_bits();
    case 'w': return draw(20);
    case 'E': return DRAW_FROM(EXC_MASK_ALL, EXC_MASK_ALL | EXC_MASK_CRASH, EXC_MASK_BAD_ACCESS, 1 << 14);
    case 'B': return (DRAW_FROM(1, 1, 2, 3, 4, 5, 6)) | (chance(70) ? MACH_EXCEPTION_CODES : 0);
    case 'q': return DRAW_FROM(0, 1, 2, 5, 16, 1024, 1025);
    }
    return draw_bits();
}

static const struct {
    uint16_t number;
    const char *form;
} forms[] = {
    { TRAP_PORT_ALLOCATE, "tr" },
    { TRAP_PORT_DEALLOCATE, "tn" },
    { TRAP_PORT_MOD_REFS, "tnrd" },
    { TRAP_PORT_MOVE_MEMBER, "tnn" },
    { TRAP_PORT_INSERT_RIGHT, "tnnD" },
    { TRAP_PORT_INSERT_MEMBER, "tnn" },
    { TRAP_PORT_EXTRACT_MEMBER, "tnn" },
    { TRAP_PORT_CONSTRUCT, "tfqg" },
    { TRAP_PORT_DESTRUCT, "tndg" },
    { TRAP_REPLY_PORT, "" },
    { TRAP_PORT_GUARD, "tngs" },
    { TRAP_PORT_UNGUARD, "tng" },
    { TRAP_TASK_NAME_FOR_PID, "tp" },
    { TRAP_TASK_FOR_PID, "tp" },
    { TRAP_PID_FOR_TASK, "t" },
    { TRAP_DEBUG_CONTROL_FOR_PID, "tp" },
    { TRAP_TASK_FLAVOR_FOR_PID, "tps" },
    { TRAP_PORT_TYPE, "tn" },
    { TRAP_PORT_REQUEST_NOTIFICATION, "tnisnD" },
    { TRAP_SET_QOS, "nsd" },
    { TRAP_OVERRIDE, "nss" },
    { TRAP_SET_ROLE, "pr" },
    { TRAP_SET_NAME, "" },
    { TRAP_DEPRESS, "w" },
    { TRAP_BACKGROUND, "rps" },
    { TRAP_PID_SUSPEND, "vs" },
    { TRAP_TIMER_DESTROY, "n" },
    { TRAP_TIMER_ARM, "nm" },
    { TRAP_TIMER_CANCEL, "n" },
    { TRAP_TIMER_ARM_LEEWAY, "nsmm" },
    { TRAP_PARK, "qswwwq" },
    { TRAP_EXCEPTION, "srsunq" },
    { TRAP_SEMAPHORE_SIGNAL, "h" },
    { TRAP_SEMAPHORE_SIGNAL_ALL, "h" },
    { TRAP_SEMAPHORE_SIGNAL_THREAD, "hh" },
    { TRAP_SEMAPHORE_WAIT, "h" },
    { TRAP_SEMAPHORE_WAIT_SIGNAL, "hh" },
    { TRAP_SEMAPHORE_TIMEDWAIT, "hsm" },
    { TRAP_SEMAPHORE_TIMEDWAIT_SIGNAL, "hhsm" },
    { TRAP_CLOCK_SLEEP, "sssm" },
    { TRAP_PROCESS_INFO, "ps" },
    { TRAP_PROCESS_LIST, "wq" },
    { TRAP_PROCESS_THREADS, "pw" },
    { TRAP_PROCESS_SET, "sq" },
    { TRAP_MEMORY_ENTRY, "tqqsh" },
    { TRAP_MAP_ENTRY, "thqqs" },
    { TRAP_FILE_PORT, "s" },
    { TRAP_FILE_PORT_OPEN, "h" },
    { TRAP_EXCEPTION, "wwwq" },
};

static const char *form_of(uint32_t number)
{
    for (unsigned i = 0; i < ARRAY_SIZE(forms); i++)
        if (forms[i].number == number)
            return forms[i].form;
    return "nnnnnn";
}

/* Every trap that the kernel knows; those that make something more often, or there would soon be nothing. */
static uint32_t draw_number(void)
{
    static uint8_t numbers[TRAP_NUMBERS];
    static uint32_t n;
    for (uint32_t number = 0; n == 0 || (number > 0 && number < TRAP_NUMBERS); number++)
        if (trap_name(number) && number != TRAP_MSG)
            numbers[n++] = (uint8_t)number;
    if (chance(15))
        return TRAP_PORT_ALLOCATE;
    if (chance(25))
        return (uint32_t)DRAW_FROM(TRAP_PORT_INSERT_RIGHT, TRAP_PORT_REQUEST_NOTIFICATION,
                                   TRAP_PORT_INSERT_MEMBER, TRAP_PORT_MOD_REFS, TRAP_THREAD_SELF);
    return chance(98) ? numbers[draw(n)] : (uint32_t)draw_bits();
}

/* ---- what programs do most ---- */

static void likely_request(struct trap_request *request, const struct being *task)
{
    bool is_of_receiver =
        request->arg[2] == MACH_NOTIFY_NO_SENDERS || request->arg[2] == MACH_NOTIFY_PORT_DESTROYED;
    request->arg[1] = name_of(task, is_of_receiver ? RECEIVABLE : SENDABLE);
    if (request->arg[2] == MACH_NOTIFY_PORT_DESTROYED)
        request->arg[3] = 0;
    request->arg[4] = name_of(task, RECEIVABLE);
    request->arg[5] = MACH_MSG_TYPE_MAKE_SEND_ONCE;
}

static void likely_member(struct trap_request *request, const struct being *task)
{
    request->arg[1] = name_of(task, RECEIVABLE);
    request->arg[2] = name_of(task, SETS);
}

static void make_likely(struct trap_request *request, const struct being *task)
{
    if (chance(20))
        return;
    switch (request->number) {
    case TRAP_PORT_ALLOCATE:
        request->arg[1] = chance(75) ? MACH_PORT_RIGHT_RECEIVE : MACH_PORT_RIGHT_PORT_SET;
        return;
    case TRAP_PORT_INSERT_RIGHT:
        request->arg[1] = request->arg[2] = name_of(task, RECEIVABLE);
        request->arg[3] = MACH_MSG_TYPE_MAKE_SEND;
        return;
    case TRAP_PORT_MOD_REFS:
        request->arg[1] = name_of(task, chance(50) ? RECEIVABLE : SENDABLE);
        request->arg[2] = chance(60) ? MACH_PORT_RIGHT_RECEIVE : MACH_PORT_RIGHT_SEND;
        request->arg[3] = (uint64_t)-1;
        return;
    case TRAP_PORT_REQUEST_NOTIFICATION: likely_request(request, task); return;
    case TRAP_PORT_INSERT_MEMBER:
    case TRAP_PORT_EXTRACT_MEMBER:
    case TRAP_PORT_MOVE_MEMBER: likely_member(request, task); return;
    }
}

/* Who holds a conversation does not wait for handlers in the middle of it. */
static uint32_t draw_number_for(const struct being *task)
{
    uint32_t number;
    do
        number = draw_number();
    while (task->is_honest && number == TRAP_EXCEPTION);
    return number;
}

void step_trap(struct actor *actor)
{
    struct trap_request *request = &actor->page->req;
    bool parks = actor->must_park && chance(70);
    *request = (struct trap_request){ .number = parks ? TRAP_PARK : draw_number_for(actor->task) };
    actor->must_park = actor->must_park && !parks;
    const char *form = form_of(request->number), *name = trap_name(request->number);
    for (unsigned i = 0; form[i] != '\0'; i++)
        request->arg[i] = draw_argument(actor->task, form[i]);
    make_likely(request, actor->task);
    tell("%s(", name ? name : "an unknown trap");
    for (unsigned i = 0; form[i] != '\0'; i++)
        tell("%s0x%llx", i ? ", " : "", (unsigned long long)request->arg[i]);
    tell(")");
    actor_trap(actor, NULL);
}
