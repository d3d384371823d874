/* SPDX-License-Identifier: Apache-2.0 */
/* sim/grind/calls.c - requests to kernel objects, by the layout of their descriptions or without any */
#include <mach/mach_voucher_types.h>
#include <mach/ndr.h>
#include <string.h>

#include "kernel/server/server.h"
#include "sim/grind/grind.h"

/* Descriptors before the bar (P: a port, A: an array of ports), words behind it: letters of draw_argument, G for a guard, U
 * for any value of 64 bits, R for recipes of a voucher. */
static const struct {
    const char *name, *form;
} forms[] = {
    { "mach_port_names", "|" },
    { "mach_port_type", "|n" },
    { "mach_port_rename", "|nn" },
    { "mach_port_allocate_name", "|ru" },
    { "mach_port_allocate", "|r" },
    { "mach_port_destroy", "|n" },
    { "mach_port_deallocate", "|n" },
    { "mach_port_get_refs", "|nr" },
    { "mach_port_mod_refs", "|nrd" },
    { "mach_port_allocate_full", "P|rssr" },
    { "mach_port_peek", "|nsss" },
    { "mach_port_set_mscount", "|ns" },
    { "mach_port_get_set_status", "|n" },
    { "mach_port_move_member", "|nn" },
    { "mach_port_request_notification", "P|nis" },
    { "mach_port_insert_right", "P|n" },
    { "mach_port_extract_right", "|nD" },
    { "mach_port_set_seqno", "|ns" },
    { "mach_port_get_attributes", "|nww" },
    { "mach_port_set_attributes", "|n\1\1q" },
    { "task_set_port_space", "|q" },
    { "mach_port_get_srights", "|n" },
    { "mach_port_space_info", "|" },
    { "mach_port_dnrequest_info", "|n" },
    { "mach_port_kernel_object", "|n" },
    { "mach_port_insert_member", "|nn" },
    { "mach_port_extract_member", "|nn" },
    { "mach_port_get_context", "|n" },
    { "mach_port_set_context", "|nG" },
    { "mach_port_kobject", "|n" },
    { "mach_port_destruct", "|ndG" },
    { "mach_port_guard", "|nGs" },
    { "mach_port_unguard", "|nG" },
    { "mach_port_space_basic_info", "|" },
    { "mach_port_guard_with_flags", "|nGs\0" },
    { "mach_port_swap_guard", "|nGG" },
    { "task_terminate", "|" },
    { "task_threads", "|" },
    { "mach_ports_register3", "PPP|" },
    { "mach_ports_lookup3", "|" },
    { "task_info", "|su" },
    { "task_get_special_port", "|w" },
    { "task_set_special_port", "P|w" },
    { "thread_get_special_port", "|w" },
    { "thread_set_special_port", "P|w" },
    { "thread_info", "|su" },
    { "host_get_special_port", "|sw" },
    { "host_set_special_port", "P|w" },
    { "machd_domain_set", "P|\1" },
    { "machd_port_receiver", "P|" },
    { "task_suspend", "|" },
    { "task_resume", "|" },
    { "task_suspend2", "|" },
    { "thread_suspend", "|" },
    { "thread_resume", "|" },
    { "thread_get_state", "|sq" },
    { "mach_vm_read", "|Uq\0" },
    { "mach_vm_allocate", "|UUs" },
    { "mach_vm_region", "|Uqq" },
    { "task_create_identity_token", "|" },
    { "task_identity_token_get_task_port", "|s" },
    { "semaphore_create", "|ss" },
    { "host_create_mach_voucher", "|R" },
    { "thread_set_mach_voucher", "P|" },
    { "thread_get_mach_voucher", "|s" },
    { "thread_depress_abort", "|" },
    { "thread_policy_get", "|wqs" },
    { "thread_policy_set", "|w\1w" },
    { "task_policy_get", "|wqs" },
    { "task_policy_set", "|w\1w" },
    { "mach_voucher_extract_attr_content", "|fq" },
    { "mach_voucher_extract_all_attr_recipes", "|q" },
    { "semaphore_destroy", "P|" },
    { "task_set_exception_ports", "P|EBw" },
    { "task_get_exception_ports", "|E" },
    { "task_swap_exception_ports", "P|EBw" },
    { "thread_set_exception_ports", "P|EBw" },
    { "thread_swap_exception_ports", "P|EBw" },
    { "thread_abort", "|" },
    { "thread_abort_safely", "|" },
};

/* The ids that the kernel knows, found once. */
static struct {
    int32_t id;
    const char *form; /* NULL: not described here */
} routines[512];
static uint32_t n_routines;

static const char *form_of(const char *name)
{
    for (unsigned i = 0; i < ARRAY_SIZE(forms); i++)
        if (strcmp(forms[i].name, name) == 0)
            return forms[i].form;
    return NULL;
}

static void find_range(int32_t first, int32_t last)
{
    for (int32_t id = first; id <= last && n_routines < ARRAY_SIZE(routines); id++) {
        const char *name = server_routine_name(id);
        if (!name)
            continue;
        routines[n_routines].id = id;
        routines[n_routines++].form = form_of(name);
    }
}

static void find_routines(void)
{
    if (n_routines > 0)
        return;
    find_range(200, 500);
    find_range(1000, 1300);
    find_range(3000, 7100);
    find_range(617000, 617300);
    ASSERT(n_routines < ARRAY_SIZE(routines));
}

/* Those who hold a conversation do not stop themselves in the middle of it. */
static bool is_for(const struct being *task, int32_t id)
{
    const char *name = server_routine_name(id);
    return !task->is_honest || !name || !strstr(name, "_suspend");
}

/* Most of the time one whose layout is known. */
static uint32_t draw_routine(const struct being *task)
{
    uint32_t n;
    do
        n = draw(n_routines);
    while ((!routines[n].form && !chance(10)) || !is_for(task, routines[n].id));
    return n;
}

static uint32_t count_descriptors(const char *form)
{
    return (uint32_t)(strchr(form, '|') - form);
}

/* Two of them, or what is left when they are cut; few values, so that the same vouchers are made again. */
static void build_recipes(struct builder *builder, const struct being *task)
{
    struct {
        mach_voucher_attr_recipe_data_t head;
        uint32_t content;
    } recipe[2];
    uint32_t size = chance(85) ? sizeof(recipe) : draw(sizeof(recipe));
    for (unsigned i = 0; i < 2; i++) {
        recipe[i].head = (mach_voucher_attr_recipe_data_t){
            .key = DRAW_FROM(4, 4, 7, 8, 3, MACH_VOUCHER_ATTR_KEY_ALL),
            .command = DRAW_FROM(710, 710, 211, 0, 1, 2, 3, 10),
            .previous_voucher = chance(40) ? name_of(task, VOUCHERS) : MACH_PORT_NULL,
            .content_size = chance(95) ? 4 : (uint32_t)draw_bits(),
        };
        recipe[i].content = 1u << (8 + draw(4)) | 0xff;
    }
    build_word(builder, size);
    build_bytes(builder, recipe, (size + 3) & ~3u);
}

static void build_call(struct builder *builder, struct actor *actor, const char *form)
{
    static const NDR_record_t ndr = { .int_rep = NDR_INT_LITTLE_ENDIAN };
    const struct being *task = actor->task;
    uint32_t n = count_descriptors(form);
    if (n > 0)
        build_word(builder, n);
    for (uint32_t i = 0; i < n; i++) {
        mach_port_name_t name = name_of(task, SENDABLE);
        uint32_t how = disposition_for(task, name, false);
        tell("; port 0x%x by %u", name, how);
        build_port(builder, name, how);
    }
    if (form[n + 1] != '\0')
        build_bytes(builder, &ndr, sizeof(ndr));
    for (const char *letter = form + n + 1; *letter; letter++) {
        if (*letter == 'R') {
            build_recipes(builder, task);
            continue;
        }
        bool is_long = *letter == 'G' || *letter == 'U';
        uint64_t value = *letter == '\1' ? 1 : draw_argument(task, *letter == 'G' ? 'g' : *letter);
        tell(" 0x%llx", (unsigned long long)value);
        build_bytes(builder, &value, is_long ? 8 : 4);
    }
    if (chance(3))
        build_word(builder, (uint32_t)draw_bits());
}

/* A task port for tasks' calls, and so on; sometimes any object for any call. */
static mach_port_name_t draw_object(const struct being *task, int32_t id)
{
    if (id >= 5400 && id < 5500)
        return name_of(task, VOUCHERS);
    enum wanted wanted = id < 1000 || id >= 7000 ? HOSTS : id >= 3600 && id < 3800 ? THREADS : TASKS;
    return name_of(task, chance(92) ? wanted : OBJECTS);
}

void step_call(struct actor *actor)
{
    static struct builder builder;
    static const char guess[] = "nnsssnn";
    const struct being *task = actor->task;
    find_routines();
    uint32_t which = draw_routine(task);
    int32_t id = chance(98) || task->is_honest ? routines[which].id : (int32_t)draw(8000);
    const char *form = routines[which].form, *name = server_routine_name(id);
    char guessed[16] = "|";
    if (!form) {
        memcpy(guessed + 1, guess, draw(sizeof(guess)));
        form = guessed;
    }
    mach_port_name_t object = draw_object(task, id);
    mach_port_name_t reply = chance(90) ? name_of(task, RECEIVABLE) : MACH_PORT_NULL;
    uint32_t reply_how = reply == MACH_PORT_NULL ? 0
                         : chance(85)            ? MACH_MSG_TYPE_MAKE_SEND_ONCE
                                                 : disposition_for(task, reply, true);
    tell("calls %s (%d) of 0x%x, reply 0x%x by %u", name ? name : "?", id, object, reply, reply_how);
    build_begin(&builder, actor, object,
                chance(95) ? MACH_MSG_TYPE_COPY_SEND : disposition_for(task, object, true), reply, reply_how,
                id, count_descriptors(form) > 0);
    build_call(&builder, actor, form);
    actor->page->req.msg.rcv_name = reply;
    bool receives = chance(80);
    uint32_t option = MACH_SEND_MSG | MACH_SEND_TIMEOUT | MACH_RCV_TIMEOUT | (receives ? MACH_RCV_MSG : 0);
    build_end(&builder, actor, option, chance(80) ? 0 : 3);
    actor_trap(actor, NULL);
}
