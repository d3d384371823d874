/* SPDX-License-Identifier: Apache-2.0 */
#include "libmach/calls/process.h"

#include <string.h>

#include "libmach/message/trap.h"

/* What stands at data[] before and after a trap. */
struct data {
    const void *in;
    size_t in_size;
    void *out;
    size_t item_size, max; /* of out; max 0: none */
};

/* An answer of one structure; a list tells its number in value[1]. */
static size_t items(const struct data *data, const uint64_t *value, bool is_list)
{
    size_t n = is_list ? value[1] : 1;
    if (data->max == 0 || value[0] != 0)
        return 0;
    return n < data->max ? n : data->max;
}

static kern_return_t call(enum trap_number number, uint64_t first, uint64_t second, const struct data *data,
                          bool is_list, uint64_t value[3])
{
    struct trap_frame frame;
    kern_return_t kr = KERN_FAILURE;
    struct trap_page *page = trap_begin(&frame, &kr);
    if (page == NULL)
        return kr;
    page->req = (struct trap_request){ .number = number, .arg = { first, second } };
    if (data != NULL && data->in != NULL)
        memcpy(trap_data(page), data->in, data->in_size);
    kr = (kern_return_t)TRAP_NO_KERNEL;
    if (trap_make(&frame)) {
        kr = (kern_return_t)page->reply.result;
        memcpy(value, page->reply.value, sizeof page->reply.value);
        if (kr == KERN_SUCCESS && data != NULL && data->out != NULL)
            memcpy(data->out, trap_data(page), items(data, value, is_list) * data->item_size);
    }
    trap_end(&frame);
    return kr;
}

kern_return_t process_prepare(const struct spawn_request *request, int *error_p, uint64_t *ticket_p)
{
    uint64_t value[3] = { 0 };
    struct data data = { .in = request, .in_size = sizeof *request };
    kern_return_t kr = call(TRAP_SPAWN_PREPARE, sizeof *request, 0, &data, false, value);
    *error_p = (int)value[0];
    *ticket_p = value[1];
    return kr;
}

static kern_return_t of_ticket(enum trap_number number, uint64_t ticket, uint64_t argument, int *error_p)
{
    uint64_t value[3] = { 0 };
    kern_return_t kr = call(number, ticket, argument, NULL, false, value);
    *error_p = (int)value[0];
    return kr;
}

kern_return_t process_commit(uint64_t ticket, int32_t pid, int *error_p)
{
    return of_ticket(TRAP_SPAWN_COMMIT, ticket, (uint64_t)pid, error_p);
}

kern_return_t process_done(uint64_t ticket, int *error_p)
{
    return of_ticket(TRAP_SPAWN_DONE, ticket, 0, error_p);
}

kern_return_t process_undo(uint64_t ticket, int *error_p)
{
    return of_ticket(TRAP_SPAWN_UNDO, ticket, 0, error_p);
}

kern_return_t process_info(int32_t pid, int zombies, int *error_p, struct process_info *info)
{
    uint64_t value[3] = { 0 };
    struct data data = { .out = info, .item_size = sizeof *info, .max = 1 };
    kern_return_t kr =
        call(TRAP_PROCESS_INFO, (uint64_t)pid, zombies ? PROCESS_FIND_ZOMBIES : 0, &data, false, value);
    *error_p = (int)value[0];
    return kr;
}

kern_return_t process_list(uint64_t *cursor_p, struct process_item *list, uint32_t max, uint32_t *n_p)
{
    uint64_t value[3] = { 0 };
    struct data data = { .out = list, .item_size = sizeof *list, .max = max };
    kern_return_t kr = call(TRAP_PROCESS_LIST, *cursor_p, max, &data, true, value);
    *n_p = kr == KERN_SUCCESS ? (uint32_t)items(&data, value, true) : 0;
    *cursor_p = kr == KERN_SUCCESS ? value[2] : 0;
    return kr;
}

kern_return_t process_threads(int32_t pid, uint32_t skip, int *error_p, struct process_thread *threads,
                              uint32_t max, uint32_t *n_p, uint32_t *all_p)
{
    uint64_t value[3] = { 0 };
    struct data data = { .out = threads, .item_size = sizeof *threads, .max = max };
    kern_return_t kr = call(TRAP_PROCESS_THREADS, (uint64_t)pid, skip, &data, true, value);
    *error_p = (int)value[0];
    *n_p = kr == KERN_SUCCESS ? (uint32_t)items(&data, value, true) : 0;
    *all_p = (uint32_t)value[2];
    return kr;
}

kern_return_t process_set(enum process_setting setting, uint64_t value, int *error_p, uint64_t *now_p)
{
    uint64_t result[3] = { 0 };
    kern_return_t kr = call(TRAP_PROCESS_SET, (uint64_t)setting, value, NULL, false, result);
    *error_p = (int)result[0];
    if (now_p != NULL)
        *now_p = result[1];
    return kr;
}
