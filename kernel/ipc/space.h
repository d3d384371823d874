/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/space.h - the table of names of one task
 *
 * Slots stand in chunks that never move, so an entry's address is good for as long as its name lives: ports
 * and requests point to it. Growing costs one chunk, whatever the size of the table. Freed slots are taken
 * again last in first out (P9).
 */
#pragma once

#include "kernel/ipc/port.h"
#include "kernel/ipc/pset.h"

enum { SPACE_CHUNK = 64, SPACE_MAX_INDEX = 1 << 20, UREFS_MAX = 65535 };

/* kind       refers to        urefs        by_space/of_port
 * FREE       -                -            free list
 * RECEIVE    port             0            -            (the port knows space and name)
 * SEND       port             1..65535     port.send_entries
 * SEND_RECEIVE port           1..65535     -
 * SEND_ONCE  port             1            port.once_entries
 * SET        set              0            -
 * DEAD_NAME  -                1..65535     -
 */
enum entry_kind {
    ENTRY_FREE,
    ENTRY_RECEIVE,
    ENTRY_SEND,
    ENTRY_SEND_RECEIVE,
    ENTRY_SEND_ONCE,
    ENTRY_SET,
    ENTRY_DEAD_NAME
};

struct entry {
    uint8_t kind; /* enum entry_kind */
    uint8_t generation;
    uint16_t urefs;
    uint32_t index;
    bool had_receive;     /* P35 */
    bool once_unexamined; /* a dead name that was SO when its port died and that no call has named since (P45) */
    struct space *space;
    union {
        struct port *port;
        struct pset *set;
    };
    struct request *request; /* P71: the slot, or NULL */
    union {
        struct tree_node by_space;
        struct list of_port;
        struct list free;
    };
};

/* A dead-name or send-possible request; owned by its entry, paid for by the space's account. */
struct request {
    struct list link;  /* port.requests */
    struct list armed; /* port.armed, while armed */
    struct entry *entry;
    struct port *notify; /* a send-once right */
    bool send_possible;
    bool is_armed;
};

struct space {
    uint64_t serial;
    uint32_t refs;
    bool is_dead;          /* dying: no more calls (P162) */
    uint32_t n_reaping;    /* dead things on the reap list that this space's traps caused */
    uint32_t n_used;
    uint32_t n_slots;      /* slots that ever existed: n_chunks * SPACE_CHUNK */
    uint32_t next_fresh;   /* lowest index never used */
    uint32_t n_directory;
    struct entry **directory; /* chunks; NULL where none was needed */
    struct list free;         /* struct entry.free, last freed first */
    struct account *account;
    void *owner;              /* the task, for the layers above; NULL in the stash */
    struct reapable reap;
    uint32_t reap_index;
    struct list all; /* ipc->all_spaces */
    uint64_t n_sent, n_received; /* messages of its owner's threads (K219) */
};

struct space *space_new(struct ipc *ipc, struct account *account);
struct space *space_get(struct space *space);
void space_put(struct ipc *ipc, struct space *space);
/* P162: no more calls from now on; the reaper releases entry by entry. The caller's reference is consumed. */
void space_die(struct ipc *ipc, struct space *space);

static inline mach_port_name_t entry_name(const struct entry *entry)
{
    return entry->index << 8 | entry->generation;
}

/* The entry that a name denotes, or NULL (P7). An entry whose port has died becomes a dead name first (P17). */
struct entry *space_lookup(struct ipc *ipc, struct space *space, mach_port_name_t name);
/* The same, but leaves an entry that nobody has looked at since its port died as it is (P45). */
struct entry *space_peek(struct space *space, mach_port_name_t name);
/* A call is about to look the name up: what it will read is fetched meanwhile. Of many ports most are far away, in memory. */
void space_expect(const struct space *space, mach_port_name_t name);
/* Slot by index, in use or not; NULL where no chunk is. For listings and the reaper. */
struct entry *space_slot(const struct space *space, uint32_t index);

/* Makes room for names up to index n - 1, as far as memory and the account allow (P20). */
void space_reserve(struct space *space, uint32_t n);
/* A fresh name: kind is still FREE, the caller makes it something at once. KERN_NO_SPACE,
 * KERN_RESOURCE_SHORTAGE. */
kern_return_t space_name_new(struct ipc *ipc, struct space *space, struct entry **entry_p);
/* A name of the caller's choice (P14), without the case of `insert_right`. KERN_NO_SPACE, KERN_INVALID_VALUE,
 * KERN_FAILURE, KERN_NAME_EXISTS, KERN_RESOURCE_SHORTAGE. */
kern_return_t space_name_at(struct ipc *ipc, struct space *space, mach_port_name_t name, struct entry **entry_p);
/* The slot becomes free; whatever the entry referred to has been dealt with. A request that is still there
 * gets PORT_DELETED (P74). */
void space_name_free(struct ipc *ipc, struct entry *entry);

/* Takes the entry's request away; its send-once right has been used or moved by the caller. */
void request_drop(struct ipc *ipc, struct entry *entry);

/* Type bits of mach_port_type (P18); with request bits as mach_port_names shows them (P19) if `all`. */
mach_port_type_t entry_type(const struct entry *entry, bool all);

/* The entry R, RS or S of this space for the port, or NULL (P4.2). O(log n), n spaces with a send right. */
struct entry *space_find_port(struct space *space, struct port *port);

static inline bool entry_has_receive(const struct entry *entry)
{
    return entry->kind == ENTRY_RECEIVE || entry->kind == ENTRY_SEND_RECEIVE;
}

static inline bool entry_has_send(const struct entry *entry)
{
    return entry->kind == ENTRY_SEND || entry->kind == ENTRY_SEND_RECEIVE;
}

/* Is its last reference one that no program can release (K72)? */
static inline bool entry_is_pinned(const struct entry *entry)
{
    return entry->kind == ENTRY_SEND && (entry->port->stays & STAYS_PINNED);
}

/* Makes a free entry hold the right, which is consumed. Counts of the port do not change. */
void entry_set_right(struct entry *entry, struct right right);
void entry_set_dead(struct entry *entry, uint16_t urefs);

/* The entry's port has died: it becomes a dead name, its request is told (P17, P73). */
void entry_bury(struct ipc *ipc, struct entry *entry);

/* An arriving right (P21-P25). Consumed on success; on KERN_NO_SPACE or KERN_RESOURCE_SHORTAGE still the
 * caller's. */
kern_return_t space_insert(struct ipc *ipc, struct space *space, struct right right, mach_port_name_t *name_p);
/* The same for a control port that arrives where it has a substitute, but shall not be substituted (K73). */
kern_return_t space_insert_as_it_is(struct ipc *ipc, struct space *space, struct right right, mach_port_name_t *name_p);
/* The same, consumed in any case; *name_p is MACH_PORT_NULL on failure. */
kern_return_t space_give(struct ipc *ipc, struct space *space, struct right right, mach_port_name_t *name_p);
/* What the self traps return of a right, which is consumed: its name, dead if the space refuses it, null without memory
 * (K38). */
mach_port_name_t space_give_name(struct ipc *ipc, struct space *space, struct right right);
void entry_add_uref(struct entry *entry);
