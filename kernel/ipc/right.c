/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/right.h"

#include "kernel/ipc/guard.h"
#include "kernel/ipc/link.h"
#include "kernel/ipc/note.h"
#include "kernel/ipc/refusal.h"

/* ---- making ---- */

static kern_return_t fill_entry(struct ipc *ipc, struct entry *entry, mach_port_right_t right)
{
    switch (right) {
    case MACH_PORT_RIGHT_RECEIVE: {
        struct port *port = port_new(ipc, entry->space->account);
        if (!port)
            return KERN_RESOURCE_SHORTAGE;
        entry_set_right(entry, (struct right){ port, MACH_MSG_TYPE_PORT_RECEIVE });
        return KERN_SUCCESS;
    }
    case MACH_PORT_RIGHT_PORT_SET:
        entry->set = pset_new(ipc, entry->space, entry_name(entry));
        if (!entry->set)
            return KERN_RESOURCE_SHORTAGE;
        entry->kind = ENTRY_SET;
        return KERN_SUCCESS;
    }
    entry_set_dead(entry, 1);
    return KERN_SUCCESS;
}

static bool can_be_allocated(mach_port_right_t right)
{
    return right == MACH_PORT_RIGHT_RECEIVE || right == MACH_PORT_RIGHT_PORT_SET ||
           right == MACH_PORT_RIGHT_DEAD_NAME;
}

kern_return_t port_allocate(struct ipc *ipc, struct space *space, mach_port_right_t right,
                            mach_port_name_t *name_p)
{
    struct entry *entry;
    if (!can_be_allocated(right))
        return KERN_INVALID_VALUE;
    kern_return_t kr = space_name_new(ipc, space, &entry);
    if (kr != KERN_SUCCESS)
        return kr;
    kr = fill_entry(ipc, entry, right);
    if (kr != KERN_SUCCESS) {
        space_name_free(ipc, entry);
        return kr;
    }
    *name_p = entry_name(entry);
    return KERN_SUCCESS;
}

kern_return_t port_allocate_name(struct ipc *ipc, struct space *space, mach_port_right_t right,
                                 mach_port_name_t name)
{
    struct entry *entry;
    if (!MACH_PORT_VALID(name) || !can_be_allocated(right))
        return KERN_INVALID_VALUE;
    kern_return_t kr = space_name_at(ipc, space, name, &entry);
    if (kr != KERN_SUCCESS)
        return kr;
    kr = fill_entry(ipc, entry, right);
    if (kr != KERN_SUCCESS)
        space_name_free(ipc, entry);
    return kr;
}

/* ---- looking ---- */

kern_return_t port_type(struct ipc *ipc, struct space *space, mach_port_name_t name, mach_port_type_t *type_p)
{
    struct entry *entry;
    if (name == MACH_PORT_DEAD) {
        *type_p = MACH_PORT_TYPE_DEAD_NAME;
        return KERN_SUCCESS;
    }
    if (name == MACH_PORT_NULL || !(entry = space_lookup(ipc, space, name)))
        return refuse_name(ipc->served, KERN_INVALID_NAME, space, name);
    *type_p = entry_type(entry, false);
    return KERN_SUCCESS;
}

kern_return_t port_get_refs(struct ipc *ipc, struct space *space, mach_port_name_t name,
                            mach_port_right_t right, mach_port_urefs_t *refs_p)
{
    struct entry *entry;
    if (right >= MACH_PORT_RIGHT_NUMBER)
        return KERN_INVALID_VALUE;
    if (!MACH_PORT_VALID(name)) {
        *refs_p = 1;
        return right == MACH_PORT_RIGHT_SEND || right == MACH_PORT_RIGHT_SEND_ONCE ? KERN_SUCCESS
                                                                                   : KERN_INVALID_NAME;
    }
    if (!(entry = space_lookup(ipc, space, name)))
        return refuse_name(ipc->served, KERN_INVALID_NAME, space, name);
    bool has = entry_type(entry, false) & MACH_PORT_TYPE(right);
    bool counts = right == MACH_PORT_RIGHT_SEND || right == MACH_PORT_RIGHT_DEAD_NAME;
    *refs_p = !has ? 0 : counts ? entry->urefs : 1;
    return KERN_SUCCESS;
}

/* ---- refusing, and what that may provoke ---- */

static kern_return_t refuse_unknown(struct ipc *ipc, const struct space *space, mach_port_name_t name)
{
    guard_note(ipc->served, space, kGUARD_EXC_INVALID_NAME, name, 0);
    return refuse_name(ipc->served, KERN_INVALID_NAME, space, name);
}

static kern_return_t refuse_quietly(struct ipc *ipc, const struct entry *entry, enum refusal_reason reason)
{
    return refuse_kind(ipc->served, KERN_INVALID_RIGHT, entry->space, entry, entry_name(entry), reason);
}

static kern_return_t refuse_entry(struct ipc *ipc, const struct entry *entry, enum refusal_reason reason)
{
    guard_note(ipc->served, entry->space, kGUARD_EXC_INVALID_RIGHT, entry_name(entry), 0);
    return refuse_quietly(ipc, entry, reason);
}

/* Whoever destroys a receive right that the name has given away has made no mistake worth an exception (P35). */
static kern_return_t refuse_not_receive(struct ipc *ipc, const struct entry *entry)
{
    return entry->had_receive ? refuse_quietly(ipc, entry, REFUSED_RIGHT_KIND)
                              : refuse_entry(ipc, entry, REFUSED_RIGHT_KIND);
}

static kern_return_t refuse_delta(struct ipc *ipc, const struct entry *entry, enum refusal_reason reason,
                                  mach_port_delta_t delta)
{
    guard_note(ipc->served, entry->space, kGUARD_EXC_INVALID_VALUE, entry_name(entry), 0);
    return refuse_with(ipc->served, KERN_INVALID_VALUE, reason, entry_name(entry), entry->urefs,
                       (uint32_t)delta);
}

static kern_return_t refuse_guarded(struct ipc *ipc, const struct entry *entry, uint32_t kind,
                                    kern_return_t code)
{
    guard_note(ipc->served, entry->space, kind, entry_name(entry), entry->port->context);
    return refuse(ipc->served, code, code == KERN_INVALID_RIGHT ? REFUSED_GUARDED : REFUSED_GUARD_OTHER,
                  entry_name(entry));
}

/* What cannot be released (K72, P36): by which call says the subcode. */
static kern_return_t refuse_pinned(struct ipc *ipc, const struct entry *entry, uint64_t subcode)
{
    guard_note_pinned(ipc->served, entry, subcode);
    return refuse(ipc->served, KERN_INVALID_CAPABILITY, REFUSED_PINNED, entry_name(entry));
}

/* ---- releasing ---- */

/* The space's send right goes, the name stays: RS becomes R. */
static void drop_send_half(struct ipc *ipc, struct entry *entry)
{
    entry->kind = ENTRY_RECEIVE;
    entry->urefs = 0;
    right_release(ipc, (struct right){ entry->port, MACH_MSG_TYPE_PORT_SEND });
}

static void release_send_entry(struct ipc *ipc, struct entry *entry)
{
    tree_remove(&entry->port->send_entries, &entry->by_space);
    right_release(ipc, (struct right){ entry->port, MACH_MSG_TYPE_PORT_SEND });
    space_name_free(ipc, entry);
}

static void release_once_entry(struct ipc *ipc, struct entry *entry)
{
    list_remove(&entry->of_port);
    right_release(ipc, (struct right){ entry->port, MACH_MSG_TYPE_PORT_SEND_ONCE });
    space_name_free(ipc, entry);
}

/* The name is free at once, but what that tells others comes after the port's death, if it dies now (P30, P37). */
static void free_name_after_death(struct ipc *ipc, struct entry *entry, struct port *port,
                                  struct port *no_senders, uint32_t mscount)
{
    struct list earlier;
    list_init(&earlier);
    list_move_all(&earlier, &ipc->notes);
    if (no_senders)
        note_no_senders(ipc, no_senders, mscount);
    space_name_free(ipc, entry);
    if (port_is_dead(port))
        list_move_all(&port->epilogue, &ipc->notes);
    list_move_all(&earlier, &ipc->notes);
    list_move_all(&ipc->notes, &earlier);
}

/* The port's last sender may have been the space itself; then the no-senders request is honoured, though the port dies (P37). */
static void release_receive_entry(struct ipc *ipc, struct entry *entry)
{
    struct port *port = entry->port, *no_senders = NULL;
    uint32_t mscount = port->mscount;
    if (entry->kind == ENTRY_SEND_RECEIVE && port->srights == 1) {
        no_senders = port->no_senders;
        port->no_senders = NULL;
    }
    port_leave_space(ipc, port);
    if (entry->kind == ENTRY_SEND_RECEIVE) {
        port->srights--;
        port_put(ipc, port);
    }
    port_destroy(ipc, port, entry->space);
    free_name_after_death(ipc, entry, port, no_senders, mscount);
}

void right_release_entry(struct ipc *ipc, struct entry *entry)
{
    if ((entry->kind == ENTRY_SEND || entry->kind == ENTRY_SEND_ONCE) && port_is_dead(entry->port))
        entry_bury(ipc, entry);
    switch ((enum entry_kind)entry->kind) {
    case ENTRY_RECEIVE:
    case ENTRY_SEND_RECEIVE: release_receive_entry(ipc, entry); return;
    case ENTRY_SEND: release_send_entry(ipc, entry); return;
    case ENTRY_SEND_ONCE: release_once_entry(ipc, entry); return;
    case ENTRY_SET:
        pset_destroy(ipc, entry->set);
        space_name_free(ipc, entry);
        return;
    case ENTRY_DEAD_NAME: space_name_free(ipc, entry); return;
    case ENTRY_FREE: break;
    }
    ASSERT(!"a free slot has nothing to release");
}

kern_return_t port_deallocate(struct ipc *ipc, struct space *space, mach_port_name_t name)
{
    struct entry *entry;
    if (!MACH_PORT_VALID(name))
        return KERN_SUCCESS;
    if (!(entry = space_lookup(ipc, space, name)))
        return refuse_unknown(ipc, space, name);
    if (entry->kind == ENTRY_RECEIVE)
        return refuse_entry(ipc, entry, REFUSED_RIGHT_NOT_COUNTED);
    if (entry->urefs == UREFS_MAX)
        return KERN_SUCCESS;
    if (entry->urefs > 1)
        entry->urefs--;
    else if (entry_is_pinned(entry))
        return refuse_pinned(ipc, entry, GUARD_PINNED_RELEASED);
    else if (entry->kind == ENTRY_SEND_RECEIVE)
        drop_send_half(ipc, entry);
    else
        right_release_entry(ipc, entry);
    return KERN_SUCCESS;
}

void entry_unpin(struct ipc *ipc, struct entry *entry)
{
    ASSERT(entry_is_pinned(entry));
    if (entry->urefs == 1)
        right_release_entry(ipc, entry);
    else if (entry->urefs < UREFS_MAX)
        entry->urefs--;
}

kern_return_t port_destroy_name(struct ipc *ipc, struct space *space, mach_port_name_t name)
{
    struct entry *entry;
    if (!MACH_PORT_VALID(name))
        return KERN_SUCCESS;
    if (!(entry = space_lookup(ipc, space, name)))
        return refuse_unknown(ipc, space, name);
    if (entry_has_receive(entry) && entry->port->guarded && entry->port->context != 0)
        return refuse_guarded(ipc, entry, kGUARD_EXC_DESTROY, KERN_INVALID_RIGHT);
    if (entry_is_pinned(entry))
        return refuse_pinned(ipc, entry, GUARD_PINNED_DESTROYED);
    right_release_entry(ipc, entry);
    return KERN_SUCCESS;
}

/* ---- mod_refs ---- */

/* What remains of a name whose receive right was destroyed: nothing, a dead name, or (P81) a send right. The send half of RS
 * has been accounted for by the caller if urefs is 0. */
static void destroy_receive_half(struct ipc *ipc, struct entry *entry)
{
    struct port *port = entry->port;
    port_leave_space(ipc, port);
    if (entry->kind == ENTRY_RECEIVE) {
        port_destroy(ipc, port, entry->space);
        free_name_after_death(ipc, entry, port, NULL, 0);
        return;
    }
    entry->kind = ENTRY_SEND;
    tree_insert(&port->send_entries, &entry->by_space);
    port_destroy(ipc, port, entry->space);
    if (port_is_dead(port))
        entry_bury(ipc, entry);
}

static kern_return_t mod_receive(struct ipc *ipc, struct entry *entry, mach_port_delta_t delta)
{
    if (!entry_has_receive(entry))
        return refuse_not_receive(ipc, entry);
    if (delta == 0)
        return KERN_SUCCESS;
    if (delta != -1)
        return refuse_delta(ipc, entry, REFUSED_DELTA_ODD, delta);
    if (entry->port->guarded)
        return refuse_guarded(ipc, entry, kGUARD_EXC_MOD_REFS, KERN_INVALID_RIGHT);
    destroy_receive_half(ipc, entry);
    return KERN_SUCCESS;
}

/* PORT_SET and SEND_ONCE: 0 or -1. */
static kern_return_t mod_single(struct ipc *ipc, struct entry *entry, mach_port_delta_t delta)
{
    if (delta == 0)
        return KERN_SUCCESS;
    if (delta != -1)
        return refuse_delta(ipc, entry, REFUSED_DELTA_ODD, delta);
    right_release_entry(ipc, entry);
    return KERN_SUCCESS;
}

/* SEND and DEAD_NAME: P24, P32, P33. */
static kern_return_t mod_counted(struct ipc *ipc, struct entry *entry, mach_port_delta_t delta)
{
    int64_t sum = (int64_t)entry->urefs + delta;
    if (delta > UREFS_MAX || delta < -UREFS_MAX)
        return refuse_delta(ipc, entry, REFUSED_BELOW_ZERO, delta);
    if (entry->urefs == UREFS_MAX && delta != -UREFS_MAX)
        return KERN_SUCCESS;
    if (sum < 0)
        return refuse_delta(ipc, entry, REFUSED_BELOW_ZERO, delta);
    if (sum > 0)
        entry->urefs = sum > UREFS_MAX ? UREFS_MAX : (uint16_t)sum;
    else if (entry_is_pinned(entry))
        return refuse_pinned(ipc, entry, GUARD_PINNED_RELEASED);
    else if (entry->kind == ENTRY_SEND_RECEIVE)
        drop_send_half(ipc, entry);
    else
        right_release_entry(ipc, entry);
    return KERN_SUCCESS;
}

/* No exception for what another thread may have released meanwhile, nor for a send right that is to be made of nothing (P31, P33). */
static kern_return_t refuse_not_send(struct ipc *ipc, const struct entry *entry, mach_port_delta_t delta)
{
    return entry->kind == ENTRY_DEAD_NAME || (entry->kind == ENTRY_RECEIVE && delta == 1)
               ? refuse_quietly(ipc, entry, REFUSED_RIGHT_KIND)
               : refuse_entry(ipc, entry, REFUSED_RIGHT_KIND);
}

static kern_return_t refuse_not_once(struct ipc *ipc, const struct entry *entry, bool has_just_died)
{
    return has_just_died ? refuse_entry(ipc, entry, REFUSED_RIGHT_KIND)
                         : refuse_quietly(ipc, entry, REFUSED_RIGHT_KIND);
}

/* A send-once right whose port has died and that nobody has looked at since (P17). */
static bool is_once_that_died(struct space *space, mach_port_name_t name)
{
    const struct entry *entry = space_peek(space, name);
    return entry && (entry->once_unexamined || (entry->kind == ENTRY_SEND_ONCE && port_is_dead(entry->port)));
}

kern_return_t port_mod_refs(struct ipc *ipc, struct space *space, mach_port_name_t name,
                            mach_port_right_t right, mach_port_delta_t delta)
{
    struct entry *entry;
    if (right >= MACH_PORT_RIGHT_NUMBER)
        return KERN_INVALID_VALUE;
    if (!MACH_PORT_VALID(name))
        return right == MACH_PORT_RIGHT_SEND || right == MACH_PORT_RIGHT_SEND_ONCE ? KERN_SUCCESS
                                                                                   : KERN_INVALID_NAME;
    bool has_just_died = is_once_that_died(space, name);
    if (!(entry = space_lookup(ipc, space, name)))
        return refuse_unknown(ipc, space, name);
    switch (right) {
    case MACH_PORT_RIGHT_SEND:
        return entry_has_send(entry) ? mod_counted(ipc, entry, delta) : refuse_not_send(ipc, entry, delta);
    case MACH_PORT_RIGHT_RECEIVE: return mod_receive(ipc, entry, delta);
    case MACH_PORT_RIGHT_SEND_ONCE:
        return entry->kind == ENTRY_SEND_ONCE ? mod_single(ipc, entry, delta)
                                              : refuse_not_once(ipc, entry, has_just_died);
    case MACH_PORT_RIGHT_PORT_SET:
        return entry->kind == ENTRY_SET ? mod_single(ipc, entry, delta)
                                        : refuse_entry(ipc, entry, REFUSED_RIGHT_KIND);
    case MACH_PORT_RIGHT_DEAD_NAME:
        return entry->kind == ENTRY_DEAD_NAME ? mod_counted(ipc, entry, delta)
                                              : refuse_entry(ipc, entry, REFUSED_RIGHT_KIND);
    }
    return KERN_INVALID_RIGHT;
}

static kern_return_t check_destruct(struct ipc *ipc, const struct entry *entry, mach_port_delta_t srdelta,
                                    uint64_t guard)
{
    if (!entry_has_receive(entry))
        return refuse_not_receive(ipc, entry);
    if (srdelta != 0 && entry->kind != ENTRY_SEND_RECEIVE)
        return refuse_entry(ipc, entry, REFUSED_RIGHT_KIND);
    if (srdelta > 0 || (int64_t)entry->urefs + srdelta < 0)
        return refuse_delta(ipc, entry, REFUSED_BELOW_ZERO, srdelta);
    if (entry->port->guarded && entry->port->context != guard)
        return refuse_guarded(ipc, entry, kGUARD_EXC_DESTROY, KERN_INVALID_ARGUMENT);
    return KERN_SUCCESS;
}

kern_return_t port_destruct(struct ipc *ipc, struct space *space, mach_port_name_t name,
                            mach_port_delta_t srdelta, uint64_t guard)
{
    struct entry *entry;
    if (!MACH_PORT_VALID(name))
        return refuse_name(ipc->served, KERN_INVALID_NAME, space, name);
    if (!(entry = space_lookup(ipc, space, name)))
        return refuse_unknown(ipc, space, name);
    kern_return_t kr = check_destruct(ipc, entry, srdelta, guard);
    if (kr != KERN_SUCCESS)
        return kr;
    if (srdelta != 0)
        mod_counted(ipc, entry, srdelta);
    destroy_receive_half(ipc, entry);
    return KERN_SUCCESS;
}

/* ---- inserting and extracting ---- */

static kern_return_t insert_at(struct ipc *ipc, struct space *space, mach_port_name_t name, struct right right)
{
    struct entry *entry;
    kern_return_t kr = space_name_at(ipc, space, name, &entry);
    if (kr == KERN_SUCCESS)
        entry_set_right(entry, right);
    return kr;
}

/* K74: nobody chooses a name for a port that may be substituted, nor puts what stays into another space. */
static bool may_be_named(const struct ipc *ipc, const struct space *space, struct right right)
{
    if (right.type != MACH_MSG_TYPE_PORT_SEND)
        return true;
    if (right.port->stays || right.port->own)
        return false;
    return !right.port->immovable_send || (ipc->served && ipc->served->space == space);
}

static kern_return_t insert_or_join(struct ipc *ipc, struct space *space, mach_port_name_t name,
                                    struct right right)
{
    mach_port_name_t joined;
    if (!MACH_PORT_VALID(name))
        return refuse_name(ipc->served, KERN_INVALID_VALUE, space, name);
    if (!port_is_live(right.port))
        return refuse(ipc->served, KERN_INVALID_CAPABILITY, REFUSED_PORT_IS_DEAD, name);
    if (!may_be_named(ipc, space, right))
        return refuse(ipc->served, KERN_INVALID_CAPABILITY, REFUSED_RIGHT_IMMOVABLE, name);
    space_lookup(ipc, space, name);
    struct entry *present =
        right.type == MACH_MSG_TYPE_PORT_SEND_ONCE ? NULL : space_find_port(space, right.port);
    if (!present)
        return insert_at(ipc, space, name, right);
    if (entry_name(present) != name)
        return refuse_with(ipc->served, KERN_RIGHT_EXISTS, REFUSED_RIGHT_ELSEWHERE, name, entry_name(present),
                           0);
    return space_insert(ipc, space, right, &joined);
}

/* A receive right that came in a request was in transit until now. */
kern_return_t port_insert_right(struct ipc *ipc, struct space *space, mach_port_name_t name,
                                struct right right)
{
    kern_return_t kr = insert_or_join(ipc, space, name, right);
    if (kr == KERN_SUCCESS && right.type == MACH_MSG_TYPE_PORT_RECEIVE)
        link_right_out(ipc, right.port, NULL);
    return kr;
}

kern_return_t port_extract_right(struct ipc *ipc, struct space *space, mach_port_name_t name,
                                 uint32_t disposition, struct right *right_p)
{
    if (right_type_of(disposition) == 0)
        return KERN_INVALID_VALUE;
    if (!MACH_PORT_VALID(name))
        return KERN_INVALID_RIGHT;
    struct entry *entry = space_lookup(ipc, space, name);
    bool stays =
        disposition == MACH_MSG_TYPE_COPY_SEND && ipc->served && ipc->served->space == space; /* P201 */
    kern_return_t kr = right_check_copyin(entry, disposition, stays);
    if (kr == KERN_SUCCESS) {
        *right_p = right_copyin(ipc, entry, disposition);
        return KERN_SUCCESS;
    }
    guard_note_right(ipc->served, space, entry, name, disposition,
                     entry ? kGUARD_EXC_INVALID_RIGHT : kGUARD_EXC_INVALID_NAME);
    return refuse_right(ipc->served, kr, space, entry, name, disposition);
}
