/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/port_introspect.c - subsystem mach_port: the calls that only look (P19, P95, P170-P175, K124-K126)
 *
 * Tables go out as out-of-line memory that is made here, filled and given to the reply.
 */
#include <string.h>

#include "base/alloc.h"
#include "kernel/ipc/attributes.h"
#include "kernel/ipc/members.h"
#include "kernel/server/call.h"
#include "mach_port_server.h"

enum { GENERATION_MASK = 0xff, RESERVE_MAX = 1 << 16 };

/* ---- the table of names ---- */

/* Slots up to the last chunk that exists; names of the program's choice may leave gaps. */
static uint32_t table_size(const struct space *space)
{
    uint32_t n = space->n_directory;
    while (n > 1 && !space->directory[n - 1])
        n--;
    return n ? n * SPACE_CHUNK : SPACE_CHUNK;
}

/* The first entry in use from *index_p on, which then stands behind it; NULL at the end. Gaps cost one step each. */
static struct entry *next_entry(const struct space *space, uint32_t *index_p)
{
    uint32_t end = space->n_directory * SPACE_CHUNK;
    while (*index_p < end) {
        struct entry *entry = space_slot(space, *index_p);
        *index_p += entry ? 1 : SPACE_CHUNK - *index_p % SPACE_CHUNK;
        if (entry && entry->kind != ENTRY_FREE)
            return entry;
    }
    return NULL;
}

kern_return_t serve_mach_port_names(struct space *task, void **names, mach_msg_type_number_t *namesCnt,
                                    void **types, mach_msg_type_number_t *typesCnt)
{
    if (!task)
        return KERN_INVALID_TASK;
    uint32_t n = 0, index = 0;
    mach_port_name_t *name_list = alloc_bytes((task->n_used + 1) * sizeof(*name_list));
    mach_port_type_t *type_list = alloc_bytes((task->n_used + 1) * sizeof(*type_list));
    if (!name_list || !type_list) {
        alloc_free(name_list);
        alloc_free(type_list);
        return KERN_RESOURCE_SHORTAGE;
    }
    for (struct entry *entry; (entry = next_entry(task, &index)); n++) {
        name_list[n] = entry_name(entry);
        type_list[n] = entry_type(entry, true);
    }
    ASSERT(n == task->n_used);
    call_ipc()->steps += n;
    *names = name_list;
    *types = type_list;
    *namesCnt = *typesCnt = n;
    return KERN_SUCCESS;
}

static ipc_info_name_t slot_info(const struct space *space, uint32_t index)
{
    const struct entry *entry = space_slot(space, index);
    if (!entry || entry->kind == ENTRY_FREE)
        return (ipc_info_name_t){ .iin_name = index << 8 | (entry ? entry->generation : 0) };
    ipc_info_name_t info = {
        .iin_name = entry_name(entry),
        .iin_type = entry_type(entry, true),
        .iin_urefs = entry->urefs,
    };
    if (entry->kind == ENTRY_SET)
        info.iin_object = (natural_t)entry->set->serial;
    else if (info.iin_type != MACH_PORT_TYPE_DEAD_NAME)
        info.iin_object = (natural_t)(object_id(entry->port) ? object_id(entry->port) : entry->port->serial);
    return info;
}

kern_return_t serve_mach_port_space_info(struct space *space, ipc_info_space_t *space_info, void **table_info,
                                         mach_msg_type_number_t *table_infoCnt, void **tree_info,
                                         mach_msg_type_number_t *tree_infoCnt)
{
    if (!space)
        return KERN_INVALID_ARGUMENT;
    uint32_t size = table_size(space);
    ipc_info_name_t *table = alloc_bytes((uint64_t)size * sizeof(*table));
    if (!table)
        return KERN_RESOURCE_SHORTAGE;
    for (uint32_t i = 0; i < size; i++)
        table[i] = slot_info(space, i);
    call_ipc()->steps += size;
    *space_info = (ipc_info_space_t){
        .iis_genno_mask = GENERATION_MASK,
        .iis_table_size = size,
        .iis_table_next = size + SPACE_CHUNK,
    };
    *table_info = table;
    *table_infoCnt = size;
    *tree_info = NULL;
    *tree_infoCnt = 0;
    return KERN_SUCCESS;
}

kern_return_t serve_mach_port_space_basic_info(struct space *task, ipc_info_space_basic_t *basic_info)
{
    if (!task)
        return KERN_INVALID_TASK;
    *basic_info = (ipc_info_space_basic_t){
        .iisb_genno_mask = GENERATION_MASK,
        .iisb_table_size = table_size(task),
        .iisb_table_next = table_size(task) + SPACE_CHUNK,
        .iisb_table_inuse = task->n_used,
    };
    return KERN_SUCCESS;
}

kern_return_t serve_task_set_port_space(struct space *task, int table_entries)
{
    if (!task)
        return KERN_INVALID_TASK;
    if (table_entries > 0)
        space_reserve(task, table_entries < RESERVE_MAX ? (uint32_t)table_entries : RESERVE_MAX);
    return KERN_SUCCESS;
}

/* ---- sets ---- */

static void sift_down(mach_port_name_t *names, uint32_t root, uint32_t n)
{
    for (uint32_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && names[child + 1] > names[child])
            child++;
        if (names[root] >= names[child])
            return;
        mach_port_name_t name = names[root];
        names[root] = names[child];
        names[child] = name;
    }
}

/* In place, without recursion, O(n log n) whatever stands there. */
static void sort_names(mach_port_name_t *names, uint32_t n)
{
    for (uint32_t i = n / 2; i-- > 0;)
        sift_down(names, i, n);
    for (uint32_t end = n; end-- > 1;) {
        mach_port_name_t largest = names[0];
        names[0] = names[end];
        names[end] = largest;
        sift_down(names, 0, end);
    }
}

kern_return_t serve_mach_port_get_set_status(struct space *task, mach_port_name_t name, void **members,
                                             mach_msg_type_number_t *membersCnt)
{
    struct pset *set;
    uint32_t n = 0;
    if (!task)
        return KERN_INVALID_ARGUMENT;
    kern_return_t kr = port_find_set(call_ipc(), task, name, &set);
    if (kr != KERN_SUCCESS)
        return kr;
    list_for_each(node, &set->members) n++;
    mach_port_name_t *names = alloc_bytes((n + 1) * sizeof(*names));
    if (!names)
        return KERN_RESOURCE_SHORTAGE;
    n = 0;
    list_for_each(node, &set->members) names[n++] = list_entry(node, struct membership, of_set)->port->name;
    sort_names(names, n);
    call_ipc()->steps += n;
    *members = names;
    *membersCnt = n;
    return KERN_SUCCESS;
}

/* ---- messages that wait ---- */

/* 0 for elements that cannot be asked for here. */
static uint32_t peek_trailer_size(mach_msg_trailer_type_t type)
{
    switch (GET_RCV_ELEMENTS(type)) {
    case MACH_RCV_TRAILER_NULL: return sizeof(mach_msg_trailer_t);
    case MACH_RCV_TRAILER_SEQNO: return sizeof(mach_msg_seqno_trailer_t);
    case MACH_RCV_TRAILER_SENDER: return sizeof(mach_msg_security_trailer_t);
    case MACH_RCV_TRAILER_AUDIT: return sizeof(mach_msg_audit_trailer_t);
    }
    return 0;
}

/* Number 0: the first. *seqno_p is the message's own number then. */
static struct message *find_message(struct ipc *ipc, struct port *port, mach_port_seqno_t *seqno_p)
{
    mach_port_seqno_t number = port->seqno;
    list_for_each(node, &port->messages)
    {
        if (*seqno_p == 0 || number == *seqno_p) {
            *seqno_p = number;
            return list_entry(node, struct message, link);
        }
        number++;
        ipc->steps++;
    }
    return NULL;
}

/* As the original's kernel holds it: the header is 8 bytes longer, and so are port descriptors, by 4. */
static uint32_t size_in_kernel(const struct message *message)
{
    uint32_t size = message->size + 8;
    for (uint32_t i = 0; i < message->n_descriptors; i++)
        if (message->descriptors[i].type == MACH_MSG_PORT_DESCRIPTOR)
            size += 4;
    return size;
}

kern_return_t serve_mach_port_peek(struct space *task, mach_port_name_t name,
                                   mach_msg_trailer_type_t trailer_type, mach_port_seqno_t *request_seqnop,
                                   mach_msg_size_t *msg_sizep, mach_msg_id_t *msg_idp,
                                   mach_msg_trailer_info_t trailer_infop,
                                   mach_msg_type_number_t *trailer_infopCnt)
{
    struct port *port;
    uint32_t trailer_size = peek_trailer_size(trailer_type);
    if (!task)
        return KERN_INVALID_TASK;
    if (!MACH_PORT_VALID(name))
        return KERN_INVALID_RIGHT;
    if (trailer_size == 0 || trailer_size > *trailer_infopCnt)
        return KERN_INVALID_VALUE;
    kern_return_t kr = port_find_receive(call_ipc(), task, name, &port);
    if (kr != KERN_SUCCESS)
        return kr;
    const struct message *message = find_message(call_ipc(), port, request_seqnop);
    if (!message)
        return KERN_FAILURE;
    mach_msg_audit_trailer_t trailer = {
        .msgh_trailer_size = trailer_size,
        .msgh_seqno = *request_seqnop,
        .msgh_sender = message->token.security,
        .msgh_audit = message->token.audit,
    };
    memcpy(trailer_infop, &trailer, trailer_size);
    *trailer_infopCnt = trailer_size;
    *msg_sizep = size_in_kernel(message);
    *msg_idp = message->id;
    return KERN_SUCCESS;
}

kern_return_t serve_mach_port_dnrequest_info(struct space *task, mach_port_name_t name, unsigned *dnr_total,
                                             unsigned *dnr_used)
{
    struct port *port;
    if (!task)
        return KERN_INVALID_TASK;
    if (!MACH_PORT_VALID(name))
        return KERN_INVALID_NAME;
    kern_return_t kr = port_find_receive(call_ipc(), task, name, &port);
    if (kr != KERN_SUCCESS)
        return kr;
    *dnr_total = *dnr_used = port->n_requests;
    return KERN_SUCCESS;
}

/* ---- kernel objects ---- */

static kern_return_t find_object(struct space *space, mach_port_name_t name, const struct port **port_p)
{
    struct entry *entry = MACH_PORT_VALID(name) ? space_lookup(call_ipc(), space, name) : NULL;
    if (!entry)
        return KERN_INVALID_NAME;
    if (!entry_has_receive(entry) && !entry_has_send(entry))
        return KERN_INVALID_RIGHT;
    *port_p = entry->port;
    return KERN_SUCCESS;
}

kern_return_t serve_mach_port_kobject(struct space *task, mach_port_name_t name, natural_t *object_type,
                                      mach_vm_address_t *object_addr)
{
    const struct port *port;
    if (!task)
        return KERN_INVALID_ARGUMENT;
    kern_return_t kr = find_object(task, name, &port);
    if (kr != KERN_SUCCESS)
        return kr;
    *object_type = port->ktype == KOBJECT_REPLY ? KOBJECT_NONE : port->ktype;
    *object_addr = 0; /* as XNU that is not made for debugging (P171); the description says more (K125) */
    return KERN_SUCCESS;
}

kern_return_t serve_mach_port_kernel_object(struct space *task, mach_port_name_t name, unsigned *object_type,
                                            unsigned *object_addr)
{
    mach_vm_address_t address;
    if (!task)
        return KERN_INVALID_TASK;
    kern_return_t kr = serve_mach_port_kobject(task, name, object_type, &address);
    if (kr == KERN_SUCCESS)
        *object_addr = (unsigned)address;
    return kr;
}

static char *append(char *at, const char *text)
{
    size_t n = strlen(text);
    memcpy(at, text, n + 1);
    return at + n;
}

static char *append_number(char *at, uint64_t number)
{
    char digits[20];
    int n = 0;
    do
        digits[n++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    while (n > 0)
        *at++ = digits[--n];
    *at = '\0';
    return at;
}

static void describe_task(char *at, const struct task *task, const char *flavor)
{
    at = append_number(append(at, "task "), (uint64_t)task->identity.pid);
    append(at, flavor);
}

static void describe_thread(char *at, const struct thread *thread, const char *flavor)
{
    at = append_number(append(at, "thread "), (uint64_t)thread->task->identity.pid);
    at = append_number(append(at, "/"), thread->control->serial);
    append(at, flavor);
}

/* K126. A disabled port is described by its type. */
static void describe(char *text, const struct port *port)
{
    text[0] = '\0';
    switch ((enum kobject_type)port->ktype) {
    case KOBJECT_NONE:
    case KOBJECT_REPLY: break;
    case KOBJECT_THREAD:
        port->kobject ? describe_thread(text, port->kobject, " control") : (void)append(text, "thread");
        break;
    case KOBJECT_TASK:
        port->kobject ? describe_task(text, port->kobject, " control") : (void)append(text, "task");
        break;
    case KOBJECT_TASK_NAME:
        port->kobject ? describe_task(text, port->kobject, " name") : (void)append(text, "task name");
        break;
    case KOBJECT_UX_HANDLER: append(text, "default exception handler"); break;
    case KOBJECT_TASK_RESUME: append(text, "task resume"); break;
    case KOBJECT_TASK_ID_TOKEN: append(text, "identity token"); break;
    case KOBJECT_CLOCK: append(text, "clock"); break;
    case KOBJECT_SEMAPHORE: append(text, "semaphore"); break;
    case KOBJECT_TIMER: append(text, "timer"); break;
    case KOBJECT_VOUCHER: append(text, "voucher"); break;
    case KOBJECT_NAMED_ENTRY: append(text, "memory entry"); break;
    case KOBJECT_FILEPORT: append(text, "file"); break;
    case KOBJECT_TASK_READ:
        port->kobject ? describe_task(text, port->kobject, " read") : (void)append(text, "task read");
        break;
    case KOBJECT_TASK_INSPECT:
        port->kobject ? describe_task(text, port->kobject, " inspect") : (void)append(text, "task inspect");
        break;
    case KOBJECT_THREAD_READ:
        port->kobject ? describe_thread(text, port->kobject, " read") : (void)append(text, "thread read");
        break;
    case KOBJECT_THREAD_INSPECT:
        port->kobject ? describe_thread(text, port->kobject, " inspect")
                      : (void)append(text, "thread inspect");
        break;
    case KOBJECT_PROCESSOR: append(text, "processor"); break;
    case KOBJECT_PROCESSOR_SET: append(text, "processor set"); break;
    case KOBJECT_PROCESSOR_SET_NAME: append(text, "processor set name"); break;
    case KOBJECT_HOST: append(text, "host"); break;
    case KOBJECT_HOST_PRIV: append(text, "host-priv"); break;
    }
}

kern_return_t serve_mach_port_kobject_description(struct space *task, mach_port_name_t name,
                                                  natural_t *object_type, mach_vm_address_t *object_addr,
                                                  kobject_description_t description)
{
    const struct port *port = NULL;
    kern_return_t kr = serve_mach_port_kobject(task, name, object_type, object_addr);
    if (kr != KERN_SUCCESS)
        return kr;
    kr = find_object(task, name, &port);
    ASSERT(kr == KERN_SUCCESS);
    describe(description, port);
    *object_addr = object_id(port);
    return KERN_SUCCESS;
}
