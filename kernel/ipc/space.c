/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/space.h"

#include <string.h>

#include "base/alloc.h"
#include "kernel/ipc/note.h"
#include "kernel/ipc/promise.h"
#include "kernel/ipc/refusal.h"

enum { FIRST_GENERATION = 3, GENERATION_STEP = 4, LAST_GENERATION = 0xfb, FIRST_DIRECTORY = 8 };

struct space *space_new(struct ipc *ipc, struct account *account)
{
    struct space *space = alloc_zeroed(sizeof(*space));
    if (!space)
        return NULL;
    space->serial = ipc_serial(ipc);
    space->refs = 1;
    space->next_fresh = 1;
    space->account = account_get(account);
    list_init(&space->free);
    list_append(&ipc->all_spaces, &space->all);
    ipc->census.spaces++;
    return space;
}

struct space *space_get(struct space *space)
{
    space->refs++;
    return space;
}

static uint64_t directory_cost(uint32_t n)
{
    return alloc_cost(n * sizeof(struct entry *));
}

static void free_directory(struct space *space)
{
    if (space->directory)
        account_release(space->account, ACCOUNT_BYTES, directory_cost(space->n_directory));
    alloc_free(space->directory);
}

static void free_table(struct space *space)
{
    for (uint32_t i = 0; i < space->n_directory; i++) {
        if (!space->directory[i])
            continue;
        account_release(space->account, ACCOUNT_BYTES, alloc_cost(SPACE_CHUNK * sizeof(struct entry)));
        alloc_free(space->directory[i]);
    }
    free_directory(space);
    space->directory = NULL;
    space->n_directory = 0;
}

void space_put(struct ipc *ipc, struct space *space)
{
    ASSERT(space->refs > 0);
    if (--space->refs > 0)
        return;
    ASSERT(space->n_used == 0);
    free_table(space);
    account_put(space->account);
    list_remove(&space->all);
    ipc->census.spaces--;
    alloc_free(space);
}

void space_die(struct ipc *ipc, struct space *space)
{
    ASSERT(!space->is_dead);
    space->is_dead = true;
    space->reap.kind = REAP_SPACE;
    space->reap_index = 1;
    list_append(&ipc->reap, &space->reap.link);
}

/* ---- the table ---- */

struct entry *space_slot(const struct space *space, uint32_t index)
{
    uint32_t chunk = index / SPACE_CHUNK;
    if (chunk >= space->n_directory || !space->directory[chunk])
        return NULL;
    return &space->directory[chunk][index % SPACE_CHUNK];
}

static bool grow_directory(struct space *space, uint32_t chunk)
{
    uint32_t n = space->n_directory ? space->n_directory : FIRST_DIRECTORY;
    while (n <= chunk)
        n *= 2;
    if (!account_charge(space->account, ACCOUNT_BYTES, directory_cost(n)))
        return false;
    struct entry **directory = alloc_zeroed(n * sizeof(*directory));
    if (!directory) {
        account_release(space->account, ACCOUNT_BYTES, directory_cost(n));
        return false;
    }
    if (space->n_directory)
        memcpy(directory, space->directory, space->n_directory * sizeof(*directory));
    free_directory(space);
    space->directory = directory;
    space->n_directory = n;
    return true;
}

static bool ensure_slot(struct space *space, uint32_t index)
{
    uint32_t chunk = index / SPACE_CHUNK;
    if (chunk >= space->n_directory && !grow_directory(space, chunk))
        return false;
    if (space->directory[chunk])
        return true;
    if (!account_charge(space->account, ACCOUNT_BYTES, alloc_cost(SPACE_CHUNK * sizeof(struct entry))))
        return false;
    struct entry *entries = alloc_zeroed(SPACE_CHUNK * sizeof(struct entry));
    if (!entries) {
        account_release(space->account, ACCOUNT_BYTES, alloc_cost(SPACE_CHUNK * sizeof(struct entry)));
        return false;
    }
    for (uint32_t i = 0; i < SPACE_CHUNK; i++) {
        entries[i].index = chunk * SPACE_CHUNK + i;
        entries[i].space = space;
    }
    space->directory[chunk] = entries;
    space->n_slots += SPACE_CHUNK;
    return true;
}

void space_reserve(struct space *space, uint32_t n)
{
    for (uint32_t index = 0; index < n && index <= SPACE_MAX_INDEX; index += SPACE_CHUNK)
        if (!ensure_slot(space, index))
            return;
}

struct entry *space_peek(struct space *space, mach_port_name_t name)
{
    uint32_t index = name >> 8;
    struct entry *entry = index ? space_slot(space, index) : NULL;
    if (!entry || entry->kind == ENTRY_FREE || entry->generation != (uint8_t)name)
        return NULL;
    return entry;
}

static bool refers_to_dead_port(const struct entry *entry)
{
    switch ((enum entry_kind)entry->kind) {
    case ENTRY_SEND:
    case ENTRY_SEND_ONCE: return port_is_dead(entry->port);
    case ENTRY_RECEIVE:
    case ENTRY_SEND_RECEIVE:
    case ENTRY_SET:
    case ENTRY_DEAD_NAME:
    case ENTRY_FREE: return false;
    }
    return false;
}

void space_expect(const struct space *space, mach_port_name_t name)
{
    const struct entry *entry = space_slot(space, name >> 8);
    if (entry) {
        __builtin_prefetch(entry);
        __builtin_prefetch(entry + 1);
    }
}

struct entry *space_lookup(struct ipc *ipc, struct space *space, mach_port_name_t name)
{
    struct entry *entry = space_peek(space, name);
    if (!entry)
        return NULL;
    if (refers_to_dead_port(entry))
        entry_bury(ipc, entry);
    if (entry_has_receive(entry))
        promise_end_any(ipc, entry->port);
    entry->once_unexamined = false;
    return entry;
}

static uint8_t next_generation(uint8_t generation)
{
    return generation == 0 || generation >= LAST_GENERATION ? FIRST_GENERATION : generation + GENERATION_STEP;
}

static void take_slot(struct ipc *ipc, struct entry *entry, uint8_t generation)
{
    if (list_is_linked(&entry->free))
        list_remove(&entry->free);
    uint32_t index = entry->index;
    struct space *space = entry->space;
    *entry = (struct entry){ .index = index, .space = space, .generation = generation };
    space->n_used++;
    ipc->census.names++;
}

static bool is_fresh(const struct space *space, uint32_t index)
{
    const struct entry *entry = space_slot(space, index);
    return !entry || entry->generation == 0;
}

kern_return_t space_name_new(struct ipc *ipc, struct space *space, struct entry **entry_p)
{
    struct list *node = list_first(&space->free);
    struct entry *entry;
    if (node) {
        entry = list_entry(node, struct entry, free);
    } else {
        while (space->next_fresh <= SPACE_MAX_INDEX && !is_fresh(space, space->next_fresh))
            space->next_fresh++;
        if (space->next_fresh > SPACE_MAX_INDEX)
            return KERN_NO_SPACE;
        if (!ensure_slot(space, space->next_fresh))
            return KERN_RESOURCE_SHORTAGE;
        entry = space_slot(space, space->next_fresh);
    }
    if (!account_charge(space->account, ACCOUNT_NAMES, 1))
        return KERN_NO_SPACE;
    take_slot(ipc, entry, next_generation(entry->generation));
    *entry_p = entry;
    return KERN_SUCCESS;
}

kern_return_t space_name_at(struct ipc *ipc, struct space *space, mach_port_name_t name,
                            struct entry **entry_p)
{
    uint32_t index = name >> 8;
    struct entry *entry;
    if (index > SPACE_MAX_INDEX)
        return refuse(ipc->served, KERN_NO_SPACE, REFUSED_NAME_TOO_LARGE, name);
    if ((name & 3) != 3 || index == 0)
        return refuse(ipc->served, (name & 3) != 3 ? KERN_INVALID_VALUE : KERN_FAILURE,
                      REFUSED_NAME_MALFORMED, name);
    entry = space_slot(space, index);
    if (entry && entry->kind != ENTRY_FREE && entry->generation == (uint8_t)name)
        return refuse(ipc->served, KERN_NAME_EXISTS, REFUSED_NAME_IN_USE, name);
    if (entry && entry->kind != ENTRY_FREE)
        return refuse_with(ipc->served, KERN_FAILURE, REFUSED_NAME_SLOT_IN_USE, name, entry_name(entry), 0);
    if (!ensure_slot(space, index) || !account_charge(space->account, ACCOUNT_NAMES, 1))
        return KERN_RESOURCE_SHORTAGE;
    entry = space_slot(space, index);
    take_slot(ipc, entry, (uint8_t)name);
    *entry_p = entry;
    return KERN_SUCCESS;
}

void request_drop(struct ipc *ipc, struct entry *entry)
{
    struct request *request = entry->request;
    list_remove(&request->link);
    if (list_is_linked(&request->armed))
        list_remove(&request->armed);
    entry->request = NULL;
    entry->port->n_requests--;
    ipc->census.requests--;
    account_release(entry->space->account, ACCOUNT_BYTES, alloc_cost(sizeof(*request)));
    alloc_free(request);
}

void space_name_free(struct ipc *ipc, struct entry *entry)
{
    struct space *space = entry->space;
    if (entry->request) {
        note_port_deleted(ipc, entry->request->notify, entry_name(entry));
        request_drop(ipc, entry);
    }
    uint8_t generation = entry->generation;
    uint32_t index = entry->index;
    *entry = (struct entry){ .index = index, .space = space, .generation = generation };
    list_prepend(&space->free, &entry->free);
    space->n_used--;
    ipc->census.names--;
    account_release(space->account, ACCOUNT_NAMES, 1);
}

/* ---- entries ---- */

mach_port_type_t entry_type(const struct entry *entry, bool all)
{
    static const mach_port_type_t types[] = {
        [ENTRY_FREE] = 0,
        [ENTRY_RECEIVE] = MACH_PORT_TYPE_RECEIVE,
        [ENTRY_SEND] = MACH_PORT_TYPE_SEND,
        [ENTRY_SEND_RECEIVE] = MACH_PORT_TYPE_SEND_RECEIVE,
        [ENTRY_SEND_ONCE] = MACH_PORT_TYPE_SEND_ONCE,
        [ENTRY_SET] = MACH_PORT_TYPE_PORT_SET,
        [ENTRY_DEAD_NAME] = MACH_PORT_TYPE_DEAD_NAME,
    };
    if (refers_to_dead_port(entry))
        return MACH_PORT_TYPE_DEAD_NAME;
    mach_port_type_t type = types[entry->kind];
    if (!entry->request)
        return type;
    type |= MACH_PORT_TYPE_DNREQUEST;
    if (all && entry->request->send_possible) {
        type |= MACH_PORT_TYPE_SPREQUEST;
        if (!entry->request->is_armed)
            type |= MACH_PORT_TYPE_SPREQUEST_DELAYED;
    }
    return type;
}

static int probe_space(const struct tree_node *node, const void *key)
{
    uint64_t serial = container_of(node, struct entry, by_space)->space->serial;
    uint64_t wanted = ((const struct space *)key)->serial;
    return wanted < serial ? -1 : wanted > serial;
}

struct entry *space_find_port(struct space *space, struct port *port)
{
    if (port->state == PORT_IN_SPACE && port->space == space)
        return space_peek(space, port->name);
    struct tree_node *node = tree_find(&port->send_entries, probe_space, space);
    return node ? container_of(node, struct entry, by_space) : NULL;
}

void entry_set_right(struct entry *entry, struct right right)
{
    ASSERT(entry->kind == ENTRY_FREE);
    entry->port = right.port;
    switch (right.type) {
    case MACH_MSG_TYPE_PORT_RECEIVE:
        entry->kind = ENTRY_RECEIVE;
        entry->had_receive = true;
        port_enter_space(right.port, entry->space, entry_name(entry));
        break;
    case MACH_MSG_TYPE_PORT_SEND:
        entry->kind = ENTRY_SEND;
        entry->urefs = 1;
        tree_insert(&right.port->send_entries, &entry->by_space);
        break;
    case MACH_MSG_TYPE_PORT_SEND_ONCE:
        entry->kind = ENTRY_SEND_ONCE;
        entry->urefs = 1;
        list_append(&right.port->once_entries, &entry->of_port);
        break;
    }
}

void entry_set_dead(struct entry *entry, uint16_t urefs)
{
    entry->kind = ENTRY_DEAD_NAME;
    entry->urefs = urefs;
    entry->port = NULL;
}

void entry_add_uref(struct entry *entry)
{
    if (entry->urefs < UREFS_MAX)
        entry->urefs++;
}

void entry_bury(struct ipc *ipc, struct entry *entry)
{
    struct port *port = entry->port;
    bool was_once = entry->kind == ENTRY_SEND_ONCE, was_send = entry_has_send(entry);
    ASSERT(port_is_dead(port));
    if (entry->kind == ENTRY_SEND)
        tree_remove(&port->send_entries, &entry->by_space);
    else if (was_once)
        list_remove(&entry->of_port);
    bool had_request = entry->request != NULL;
    if (had_request) {
        note_dead_name(ipc, entry->request->notify, entry_name(entry));
        request_drop(ipc, entry);
    }
    entry_set_dead(entry, entry->urefs);
    if (had_request)
        entry_add_uref(entry);
    entry->once_unexamined = was_once && !had_request;
    if (was_send)
        port->srights--;
    if (was_once)
        port->sorights--;
    if (was_send || was_once)
        port_put(ipc, port);
}

/* ---- arriving rights ---- */

static kern_return_t insert_new(struct ipc *ipc, struct space *space, struct right right,
                                mach_port_name_t *name_p)
{
    struct entry *entry;
    kern_return_t kr = space_name_new(ipc, space, &entry);
    if (kr != KERN_SUCCESS)
        return kr;
    entry_set_right(entry, right);
    if (entry_is_pinned(entry)) /* the arriving reference can be released, the pinned one is another */
        entry_add_uref(entry);
    *name_p = entry_name(entry);
    return KERN_SUCCESS;
}

/* A send right joins what the space has for the port: the naked right is used up, unless it is the entry's first. */
static void join_send(struct ipc *ipc, struct entry *entry, struct right right)
{
    if (entry->kind == ENTRY_RECEIVE) {
        entry->kind = ENTRY_SEND_RECEIVE;
        entry->urefs = 1;
        return;
    }
    entry_add_uref(entry);
    right.port->srights--;
    ASSERT(right.port->srights > 0);
    port_put(ipc, right.port);
}

/* The entry S becomes RS: name and urefs stay (P21). */
static void join_receive(struct entry *entry, struct right right)
{
    tree_remove(&right.port->send_entries, &entry->by_space);
    entry->kind = ENTRY_SEND_RECEIVE;
    entry->had_receive = true;
    port_enter_space(right.port, entry->space, entry_name(entry));
}

kern_return_t space_insert_as_it_is(struct ipc *ipc, struct space *space, struct right right,
                                    mach_port_name_t *name_p)
{
    if (!right.port || right.port == PORT_DEAD) {
        *name_p = right.port ? MACH_PORT_DEAD : MACH_PORT_NULL;
        return KERN_SUCCESS;
    }
    if (port_is_dead(right.port)) {
        right_release(ipc, right);
        *name_p = MACH_PORT_DEAD;
        return KERN_SUCCESS;
    }
    struct entry *entry =
        right.type == MACH_MSG_TYPE_PORT_SEND_ONCE ? NULL : space_find_port(space, right.port);
    if (!entry)
        return insert_new(ipc, space, right, name_p);
    if (right.type == MACH_MSG_TYPE_PORT_SEND)
        join_send(ipc, entry, right);
    else
        join_receive(entry, right);
    *name_p = entry_name(entry);
    return KERN_SUCCESS;
}

/* A send right to the movable control port of a task or thread, in that task's own space (K69). */
static bool has_substitute(const struct space *space, struct right right)
{
    return right.type == MACH_MSG_TYPE_PORT_SEND && port_is_live(right.port) &&
           right.port->state == PORT_IN_KERNEL && right.port->own && right.port->space == space;
}

kern_return_t space_insert(struct ipc *ipc, struct space *space, struct right right, mach_port_name_t *name_p)
{
    if (!has_substitute(space, right))
        return space_insert_as_it_is(ipc, space, right, name_p);
    struct right own = port_copy_send(right.port->own);
    kern_return_t kr = space_insert_as_it_is(ipc, space, own, name_p);
    right_release(ipc, kr == KERN_SUCCESS ? right : own);
    return kr;
}

kern_return_t space_give(struct ipc *ipc, struct space *space, struct right right, mach_port_name_t *name_p)
{
    *name_p = MACH_PORT_NULL;
    kern_return_t kr = space_insert(ipc, space, right, name_p);
    if (kr != KERN_SUCCESS)
        right_release(ipc, right);
    return kr;
}

mach_port_name_t space_give_name(struct ipc *ipc, struct space *space, struct right right)
{
    mach_port_name_t name;
    return space_give(ipc, space, right, &name) == KERN_NO_SPACE ? MACH_PORT_DEAD : name;
}
