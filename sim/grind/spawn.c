/* SPDX-License-Identifier: Apache-2.0 */
/* sim/grind/spawn.c - children and images that are announced (wire/process.h), in any order and with any ticket */
#include <mach/task_special_ports.h>
#include <string.h>

#include "sim/grind/grind.h"
#include "wire/process.h"

enum { FLAG_SETEXEC = 0x40, TICKETS = 12 };

static uint64_t draw_ticket(const struct being *task)
{
    return chance(80) ? task->ticket : draw(TICKETS);
}

static void keep_ticket(struct actor *actor)
{
    if (actor->page->reply.value[0] == 0)
        actor->task->ticket = actor->page->reply.value[1];
}

static void draw_ports(struct spawn_request *request, const struct being *task)
{
    request->n_watch = chance(80) ? draw(6) : 0;
    for (uint32_t i = 0; i < request->n_watch; i++)
        request->watch[i] = name_of(task, chance(95) ? SENDABLE : ANY);
    if (chance(60))
        return;
    request->n_special = chance(30) ? 1 + draw(2) : 0;
    for (uint32_t i = 0; i < request->n_special; i++)
        request->special[i] = (struct spawn_special){
            (uint32_t)DRAW_FROM(TASK_BOOTSTRAP_PORT, TASK_ACCESS_PORT, TASK_HOST_PORT, TASK_KERNEL_PORT,
                                TASK_DEBUG_CONTROL_PORT),
            name_of(task, SENDABLE),
        };
    request->n_exceptions = chance(20) ? 1 : 0;
    request->exception[0] =
        (struct spawn_exception){ (uint32_t)DRAW_FROM(2, 4, 0x3ffe, 1), name_of(task, SENDABLE), 1, 0 };
    request->n_registered = chance(20) ? 1 + draw(3) : 0;
    for (uint32_t i = 0; i < request->n_registered; i++)
        request->registered[i] = name_of(task, SENDABLE);
}

static struct spawn_request draw_request(const struct being *task)
{
    struct spawn_request request = {
        .flags = chance(20) ? FLAG_SETEXEC : 0,
        .process_type = (uint32_t)DRAW_FROM(0, 0, 0, 0, 0x100, 0x300, 0x300, 0x500, 0x600, 0x600, 0x700),
        .role = draw(9),
        .qos_clamp = chance(10) ? draw(5) : 0,
        .process_limit = chance(97) ? UINT32_MAX : draw(8),
    };
    draw_ports(&request, task);
    return request;
}

static void use_ticket(struct actor *actor, uint32_t number, uint64_t ticket)
{
    actor->page->req = (struct trap_request){ .number = number, .arg = { ticket, draw_bits() } };
    tell("%s of ticket %llu",
         number == TRAP_SPAWN_COMMIT ? "commit"
         : number == TRAP_SPAWN_DONE ? "done"
                                     : "undo",
         (unsigned long long)ticket);
    actor_trap(actor, NULL);
}

static void prepare(struct actor *actor)
{
    const struct spawn_request request = draw_request(actor->task);
    actor->page->req = (struct trap_request){ .number = TRAP_SPAWN_PREPARE, .arg = { sizeof(request) } };
    memcpy(trap_data(actor->page), &request, sizeof(request));
    tell("announces %s with %u watch ports", request.flags ? "an exec" : "a child", request.n_watch);
    actor_trap(actor, keep_ticket);
}

void step_spawn(struct actor *actor)
{
    uint64_t before = actor->task->ticket;
    uint32_t number = TRAP_SPAWN_COMMIT;
    if (chance(60)) {
        prepare(actor);
        if (actor->task->ticket == before || !actor_may_trap(actor) || chance(20))
            return;
        tell(" and ");
    } else {
        number = (uint32_t)DRAW_FROM(TRAP_SPAWN_COMMIT, TRAP_SPAWN_DONE, TRAP_SPAWN_DONE, TRAP_SPAWN_UNDO);
    }
    use_ticket(actor, number, draw_ticket(actor->task));
}
