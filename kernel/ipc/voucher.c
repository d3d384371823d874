/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/voucher.h"

#include <string.h>
#include <voucher/ipc_pthread_priority_types.h>

#include "base/alloc.h"
#include "kernel/ipc/space.h"

enum {
    RECIPES_MAX = MACH_VOUCHER_ATTR_MAX_RAW_RECIPE_ARRAY_SIZE,
    HEAD = sizeof(mach_voucher_attr_recipe_data_t),
    BYTES_PER_STEP = 256,
};

/* ---- one recipe after another ---- */

/* The fixed part of a recipe; the content follows it. */
struct recipe_head {
    mach_voucher_attr_key_t key;
    mach_voucher_attr_recipe_command_t command;
    mach_voucher_name_t previous_voucher;
    uint32_t content_size;
};

_Static_assert(sizeof(struct recipe_head) == HEAD, "as in <mach/mach_voucher_types.h>");

static struct recipe_head head_at(const uint8_t *at)
{
    struct recipe_head head;
    memcpy(&head, at, HEAD);
    return head;
}

/* Where the recipe of this key stands, or would stand, in recipes that are in order. */
static uint32_t offset_of(const uint8_t *recipes, uint32_t size, uint32_t key, bool *is_there)
{
    uint32_t at = 0;
    *is_there = false;
    while (at < size) {
        struct recipe_head head = head_at(recipes + at);
        *is_there = head.key == key;
        if (head.key >= key)
            break;
        at += HEAD + head.content_size;
    }
    return at;
}

bool voucher_knows_key(mach_voucher_attr_key_t key)
{
    return key > MACH_VOUCHER_ATTR_KEY_NONE && key <= MACH_VOUCHER_ATTR_KEY_NUM_WELL_KNOWN;
}

static bool keeps_bytes(uint32_t key)
{
    return key == MACH_VOUCHER_ATTR_KEY_USER_DATA || key == MACH_VOUCHER_ATTR_KEY_TEST;
}

/* ---- a voucher in the making ---- */

struct draft {
    uint32_t size;
    uint8_t recipes[RECIPES_MAX];
};

static void draft_remove(struct draft *draft, uint32_t key)
{
    bool is_there;
    uint32_t at = offset_of(draft->recipes, draft->size, key, &is_there);
    if (!is_there)
        return;
    uint32_t size = HEAD + head_at(draft->recipes + at).content_size;
    memmove(draft->recipes + at, draft->recipes + at + size, draft->size - at - size);
    draft->size -= size;
}

static kern_return_t draft_set(struct draft *draft, uint32_t key, uint32_t command, const void *content,
                               uint32_t size)
{
    bool is_there;
    draft_remove(draft, key);
    if (size > RECIPES_MAX - HEAD || draft->size > RECIPES_MAX - HEAD - size)
        return KERN_NO_SPACE;
    uint32_t at = offset_of(draft->recipes, draft->size, key, &is_there);
    struct recipe_head head = { .key = key, .command = command, .content_size = size };
    memmove(draft->recipes + at + HEAD + size, draft->recipes + at, draft->size - at);
    memcpy(draft->recipes + at, &head, HEAD);
    memcpy(draft->recipes + at + HEAD, content, size);
    draft->size += HEAD + size;
    return KERN_SUCCESS;
}

/* T106. What is told of it says another command than what made it. */
static kern_return_t set_priority(struct draft *draft, const struct recipe_head *recipe,
                                  const uint8_t *content)
{
    uint32_t value;
    if (recipe->command != MACH_VOUCHER_ATTR_PTHPRIORITY_CREATE ||
        recipe->content_size != MACH_VOUCHER_PTHPRIORITY_CONTENT_SIZE)
        return KERN_INVALID_ARGUMENT;
    memcpy(&value, content, sizeof(value));
    uint32_t manager = value & PTHREAD_PRIORITY_EVENT_MANAGER;
    value = manager ? manager : sched_encode(sched_decode(value));
    if (value != 0)
        return draft_set(draft, recipe->key, MACH_VOUCHER_ATTR_PTHPRIORITY_NULL, &value, sizeof(value));
    draft_remove(draft, recipe->key);
    return KERN_SUCCESS;
}

/* The value of the voucher replaces that of the draft, also when it has none. */
static kern_return_t copy_value(struct draft *draft, uint32_t key, const struct voucher *from)
{
    bool is_there;
    uint32_t at = offset_of(from->recipes, from->size, key, &is_there);
    if (!is_there) {
        draft_remove(draft, key);
        return KERN_SUCCESS;
    }
    struct recipe_head head = head_at(from->recipes + at);
    return draft_set(draft, key, head.command, from->recipes + at + HEAD, head.content_size);
}

static bool has_same_value(const struct draft *draft, uint32_t key, const struct voucher *voucher)
{
    bool here, there;
    uint32_t a = offset_of(draft->recipes, draft->size, key, &here),
             b = offset_of(voucher->recipes, voucher->size, key, &there);
    if (!here || !there)
        return here == there;
    uint32_t size = HEAD + head_at(draft->recipes + a).content_size;
    return size == HEAD + head_at(voucher->recipes + b).content_size &&
           memcmp(draft->recipes + a, voucher->recipes + b, size) == 0;
}

/* ---- commands ---- */

static kern_return_t command_on(struct draft *draft, const struct recipe_head *recipe, uint32_t key,
                                const uint8_t *content, const struct voucher *previous)
{
    switch (recipe->command) {
    case MACH_VOUCHER_ATTR_NOOP: return KERN_SUCCESS;
    case MACH_VOUCHER_ATTR_COPY: return previous ? copy_value(draft, key, previous) : KERN_SUCCESS;
    case MACH_VOUCHER_ATTR_REMOVE:
        if (!previous || has_same_value(draft, key, previous))
            draft_remove(draft, key);
        return KERN_SUCCESS;
    case MACH_VOUCHER_ATTR_SET_VALUE_HANDLE: return KERN_INVALID_CAPABILITY;
    }
    if (key == MACH_VOUCHER_ATTR_KEY_PTHPRIORITY)
        return set_priority(draft, recipe, content);
    if (!keeps_bytes(key))
        return KERN_INVALID_ARGUMENT;
    if (recipe->command == MACH_VOUCHER_ATTR_USER_DATA_STORE)
        return draft_set(draft, key, recipe->command, content, recipe->content_size);
    if (recipe->command == MACH_VOUCHER_ATTR_REDEEM || recipe->command == MACH_VOUCHER_ATTR_AUTO_REDEEM)
        return previous ? copy_value(draft, key, previous) : KERN_SUCCESS;
    return KERN_INVALID_ARGUMENT;
}

/* Of the commands only those that mean the same for each key can be given for all. */
static kern_return_t command_on_all(struct draft *draft, const struct recipe_head *recipe,
                                    const struct voucher *previous)
{
    struct recipe_head each = *recipe;
    if (each.command == MACH_VOUCHER_ATTR_REDEEM)
        each.command = MACH_VOUCHER_ATTR_COPY;
    if (each.command > MACH_VOUCHER_ATTR_SET_VALUE_HANDLE)
        return KERN_INVALID_ARGUMENT;
    for (uint32_t key = 1; key <= MACH_VOUCHER_ATTR_KEY_NUM_WELL_KNOWN; key++) {
        kern_return_t kr = command_on(draft, &each, key, NULL, previous);
        if (kr != KERN_SUCCESS)
            return kr;
    }
    return KERN_SUCCESS;
}

static kern_return_t find_previous(struct space *space, mach_port_name_t name,
                                   const struct voucher **previous_p)
{
    *previous_p = NULL;
    if (name == MACH_PORT_NULL)
        return KERN_SUCCESS;
    struct entry *entry = space_peek(space, name);
    *previous_p = entry && entry_has_send(entry) ? voucher_of(entry->port) : NULL;
    return *previous_p ? KERN_SUCCESS : KERN_INVALID_CAPABILITY;
}

static kern_return_t carry_out(struct draft *draft, struct space *space, const struct recipe_head *recipe,
                               const uint8_t *content)
{
    const struct voucher *previous;
    kern_return_t kr = find_previous(space, recipe->previous_voucher, &previous);
    if (kr != KERN_SUCCESS)
        return kr;
    if (recipe->key == MACH_VOUCHER_ATTR_KEY_ALL)
        return command_on_all(draft, recipe, previous);
    return voucher_knows_key(recipe->key) ? command_on(draft, recipe, recipe->key, content, previous)
                                          : KERN_INVALID_ARGUMENT;
}

static kern_return_t carry_out_all(struct ipc *ipc, struct draft *draft, struct space *space,
                                   const uint8_t *recipes, uint32_t size)
{
    for (uint32_t at = 0; at < size;) {
        if (size - at < HEAD)
            return KERN_INVALID_ARGUMENT;
        struct recipe_head head = head_at(recipes + at);
        at += HEAD;
        if (head.content_size > size - at)
            return KERN_INVALID_ARGUMENT;
        kern_return_t kr = carry_out(draft, space, &head, recipes + at);
        if (kr != KERN_SUCCESS)
            return kr;
        at += head.content_size;
        ipc->steps += 1 + draft->size / BYTES_PER_STEP;
    }
    return KERN_SUCCESS;
}

/* ---- one voucher for the same values ---- */

struct values {
    uint32_t uid, size;
    const uint8_t *recipes;
};

static int compare_values(const struct values *a, const struct values *b)
{
    if (a->uid != b->uid)
        return a->uid < b->uid ? -1 : 1;
    if (a->size != b->size)
        return a->size < b->size ? -1 : 1;
    return a->size ? memcmp(a->recipes, b->recipes, a->size) : 0;
}

static struct values values_of(const struct tree_node *node)
{
    const struct voucher *voucher = container_of(node, struct voucher, node);
    return (struct values){ voucher->uid, voucher->size, voucher->recipes };
}

static int compare(const struct tree_node *a, const struct tree_node *b)
{
    struct values x = values_of(a), y = values_of(b);
    return compare_values(&x, &y);
}

static int probe(const struct tree_node *node, const void *key)
{
    struct values values = values_of(node);
    return compare_values(key, &values);
}

void voucher_init(struct ipc *ipc)
{
    tree_init(&ipc->vouchers, compare);
}

static uint64_t cost_of(uint32_t size)
{
    return alloc_cost(sizeof(struct voucher) + size);
}

static struct sched_class class_of(const uint8_t *recipes, uint32_t size)
{
    bool is_there;
    uint32_t value, at = offset_of(recipes, size, MACH_VOUCHER_ATTR_KEY_PTHPRIORITY, &is_there);
    if (!is_there)
        return (struct sched_class){ 0 };
    memcpy(&value, recipes + at + HEAD, sizeof(value));
    return sched_decode(value);
}

static struct voucher *voucher_new(struct ipc *ipc, struct account *account, const struct values *values)
{
    if (!account_charge(account, ACCOUNT_BYTES, cost_of(values->size)))
        return NULL;
    struct voucher *voucher = alloc_bytes(sizeof(*voucher) + values->size);
    struct port *port = voucher ? port_new_kernel(ipc, account, KOBJECT_VOUCHER, voucher) : NULL;
    if (!port) {
        alloc_free(voucher);
        account_release(account, ACCOUNT_BYTES, cost_of(values->size));
        return NULL;
    }
    *voucher = (struct voucher){
        .port = port,
        .account = account_get(account),
        .qos = class_of(values->recipes, values->size),
        .uid = values->uid,
        .size = values->size,
    };
    memcpy(voucher->recipes, values->recipes, values->size);
    port->ends_unsent = true;
    tree_insert(&ipc->vouchers, &voucher->node);
    return voucher;
}

kern_return_t voucher_make(struct ipc *ipc, struct space *space, const struct voucher_payer *payer,
                           const uint8_t *recipes, uint32_t size, struct right *right_p)
{
    struct draft draft;
    draft.size = 0;
    *right_p = (struct right){ 0 };
    if (size == 0)
        return KERN_SUCCESS;
    kern_return_t kr = carry_out_all(ipc, &draft, space, recipes, size);
    if (kr != KERN_SUCCESS)
        return kr;
    const struct values values = { payer->uid, draft.size, draft.recipes };
    struct tree_node *node = tree_find(&ipc->vouchers, probe, &values);
    struct voucher *voucher =
        node ? container_of(node, struct voucher, node) : voucher_new(ipc, payer->account, &values);
    if (!voucher)
        return KERN_RESOURCE_SHORTAGE;
    *right_p = port_make_send(voucher->port);
    return KERN_SUCCESS;
}

struct voucher *voucher_of(const struct port *port)
{
    return port_is_live(port) && port->ktype == KOBJECT_VOUCHER ? port->kobject : NULL;
}

void voucher_end(struct ipc *ipc, struct voucher *voucher)
{
    tree_remove(&ipc->vouchers, &voucher->node);
    account_release(voucher->account, ACCOUNT_BYTES, cost_of(voucher->size));
    account_put(voucher->account);
    alloc_free(voucher);
}

/* ---- telling ---- */

static kern_return_t tell(uint8_t *out, uint32_t *size_p, const void *from, uint32_t size)
{
    if (*size_p < size)
        return KERN_NO_SPACE;
    *size_p = size;
    memcpy(out, from, size);
    return KERN_SUCCESS;
}

kern_return_t voucher_content(const struct voucher *voucher, mach_voucher_attr_key_t key, uint8_t *content,
                              uint32_t *size_p)
{
    bool is_there;
    if (!voucher_knows_key(key))
        return KERN_INVALID_ARGUMENT;
    uint32_t at = offset_of(voucher->recipes, voucher->size, key, &is_there);
    const uint8_t *recipe = voucher->recipes + at;
    return tell(content, size_p, is_there ? recipe + HEAD : recipe,
                is_there ? head_at(recipe).content_size : 0);
}

kern_return_t voucher_recipe(const struct voucher *voucher, mach_voucher_attr_key_t key, uint8_t *recipe,
                             uint32_t *size_p)
{
    const struct recipe_head nothing = { .key = key, .command = MACH_VOUCHER_ATTR_NOOP };
    bool is_there;
    if (!voucher_knows_key(key))
        return KERN_INVALID_ARGUMENT;
    uint32_t at = offset_of(voucher->recipes, voucher->size, key, &is_there);
    if (!is_there)
        return tell(recipe, size_p, &nothing, HEAD);
    return tell(recipe, size_p, voucher->recipes + at, HEAD + head_at(voucher->recipes + at).content_size);
}

kern_return_t voucher_recipes(const struct voucher *voucher, uint8_t *recipes, uint32_t *size_p)
{
    return tell(recipes, size_p, voucher->recipes, voucher->size);
}
