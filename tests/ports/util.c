/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/ports/util.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

const char *const kind_name[N_KINDS] = { "R", "S", "RS", "SO", "DN", "S-dead", "SO-dead", "set", "unknown" };

enum { PARK_ID = 0x7061726b };

bool under_thread_sanitizer(void)
{
    const char *sanitizer = getenv("MACHD_SANITIZER");
    return sanitizer && strcmp(sanitizer, "thread") == 0;
}

/* ---- making ---- */

static mach_port_t allocate(mach_port_right_t right)
{
    mach_port_t name = MACH_PORT_NULL;
    REQUIRE_EQ(mach_port_allocate(SELF, right, &name), OK);
    return name;
}

mach_port_t make_port(void)
{
    return allocate(RECEIVE);
}

mach_port_t port_new_with_sends(uint32_t urefs)
{
    mach_port_t port = make_port();
    send_add(port, 1);
    if (urefs > 1)
        REQUIRE_EQ(mach_port_mod_refs(SELF, port, SEND, (int)urefs - 1), OK);
    return port;
}

mach_port_t set_new(void)
{
    return allocate(PORT_SET);
}

mach_port_t dead_name_new(uint32_t urefs)
{
    mach_port_t name = allocate(DEAD_NAME);
    if (urefs > 1)
        REQUIRE_EQ(mach_port_mod_refs(SELF, name, DEAD_NAME, (int)urefs - 1), OK);
    return name;
}

mach_port_name_t name_unknown(void)
{
    mach_port_t name = allocate(DEAD_NAME);
    REQUIRE_EQ(mach_port_deallocate(SELF, name), OK);
    return name;
}

mach_port_t so_make(mach_port_t receive)
{
    mach_port_t name = MACH_PORT_NULL;
    mach_msg_type_name_t type = 0;
    REQUIRE_EQ(mach_port_extract_right(SELF, receive, MAKE_SEND_ONCE, &name, &type), OK);
    return name;
}

void send_add(mach_port_t receive, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        REQUIRE_EQ(mach_port_insert_right(SELF, receive, receive, MAKE_SEND), OK);
}

mach_port_t destroy_port(mach_port_t port)
{
    if (MACH_PORT_VALID(port))
        mach_port_destroy(SELF, port);
    return MACH_PORT_NULL;
}

/* ---- looking ---- */

mach_port_type_t type_of(mach_port_t name)
{
    mach_port_type_t type = 0;
    kern_return_t kr = mach_port_type(SELF, name, &type);
    if (kr == KERN_INVALID_NAME)
        return 0;
    CHECK_EQ(kr, OK);
    return type;
}

mach_port_type_t rights_of(mach_port_t name)
{
    return type_of(name) & MACH_PORT_TYPE_ALL_RIGHTS;
}

int64_t refs_of(mach_port_t name, mach_port_right_t right)
{
    mach_port_urefs_t refs = 0;
    return mach_port_get_refs(SELF, name, right, &refs) == OK ? (int64_t)refs : -1;
}

mach_port_status_t status_of(mach_port_t receive)
{
    mach_port_status_t status;
    mach_msg_type_number_t count = MACH_PORT_RECEIVE_STATUS_COUNT;
    memset(&status, 0xee, sizeof(status));
    CHECK_EQ(mach_port_get_attributes(SELF, receive, MACH_PORT_RECEIVE_STATUS, (mach_port_info_t)&status,
                                      &count),
             OK);
    CHECK_EQ(count, MACH_PORT_RECEIVE_STATUS_COUNT);
    return status;
}

void qlimit_set(mach_port_t receive, uint32_t qlimit)
{
    mach_port_limits_t limits = { qlimit };
    REQUIRE_EQ(mach_port_set_attributes(SELF, receive, MACH_PORT_LIMITS_INFO, (mach_port_info_t)&limits,
                                        MACH_PORT_LIMITS_INFO_COUNT),
               OK);
}

/* ---- parking ---- */

mach_port_t park(mach_port_t port)
{
    mach_port_t holder = make_port();
    struct message message = message_with_port(holder, MAKE_SEND_ONCE, PARK_ID, port, MOVE_RECEIVE);
    REQUIRE_EQ(message_send(&message, 0), OK);
    return holder;
}

mach_port_t unpark(mach_port_t holder)
{
    struct message message;
    REQUIRE_EQ(message_receive(&message, holder, 0), OK);
    REQUIRE_EQ(message.header.msgh_id, PARK_ID);
    destroy_port(holder);
    return message.port[0].name;
}

/* ---- kinds of names ---- */

static mach_port_t dead_once(void)
{
    mach_port_t receive = make_port();
    mach_port_t name = so_make(receive);
    destroy_port(receive);
    return name;
}

struct item item_new(enum kind kind, uint32_t urefs)
{
    struct item item = { .kind = kind };
    switch (kind) {
    case K_R: item.name = make_port(); break;
    case K_S:
    case K_S_DEAD:
        item.name = port_new_with_sends(urefs);
        item.holder = park(item.name);
        if (kind == K_S_DEAD)
            item.holder = destroy_port(item.holder);
        break;
    case K_RS: item.name = port_new_with_sends(urefs); break;
    case K_SO:
        item.receive = make_port();
        item.name = so_make(item.receive);
        break;
    case K_DN: item.name = dead_name_new(urefs); break;
    case K_SO_DEAD: item.name = dead_once(); break;
    case K_SET: item.name = set_new(); break;
    case K_UNKNOWN: item.name = name_unknown(); break;
    case N_KINDS: break;
    }
    return item;
}

void item_free(struct item *item)
{
    destroy_port(item->receive);
    destroy_port(item->holder);
    destroy_port(item->name);
}

mach_port_t item_receive(struct item *item)
{
    switch (item->kind) {
    case K_SO: return item->receive;
    case K_S:
        item->receive = unpark(item->holder);
        item->holder = MACH_PORT_NULL;
        return item->receive;
    case K_R:
    case K_RS: return item->name;
    case K_DN:
    case K_S_DEAD:
    case K_SO_DEAD:
    case K_SET:
    case K_UNKNOWN:
    case N_KINDS: break;
    }
    REQUIRE(!"this kind has no receive right");
    return MACH_PORT_NULL;
}

/* ---- messages ---- */

struct message message_plain(mach_port_t dest, uint32_t how, mach_port_t reply, uint32_t reply_how, int id)
{
    struct message message;
    memset(&message, 0, sizeof(message));
    message.header.msgh_bits = MACH_MSGH_BITS(how, reply_how);
    message.header.msgh_size = sizeof(message.header);
    message.header.msgh_remote_port = dest;
    message.header.msgh_local_port = reply;
    message.header.msgh_id = id;
    return message;
}

struct message message_with_port(mach_port_t dest, uint32_t how, int id, mach_port_t name, uint32_t name_how)
{
    struct message message = message_plain(dest, how, MACH_PORT_NULL, 0, id);
    add_port(&message, name, name_how);
    return message;
}

static void *append(struct message *message, uint32_t size)
{
    if (!(message->header.msgh_bits & MACH_MSGH_BITS_COMPLEX)) {
        message->header.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
        message->header.msgh_size = sizeof(mach_msg_header_t) + sizeof(mach_msg_body_t);
    }
    uint8_t *at = (uint8_t *)message + message->header.msgh_size;
    message->body.msgh_descriptor_count++;
    message->header.msgh_size += size;
    return at;
}

uint32_t add_port(struct message *message, mach_port_t name, uint32_t how)
{
    mach_msg_port_descriptor_t *port = append(message, sizeof(*port));
    *port = (mach_msg_port_descriptor_t){ .name = name, .disposition = how, .type = MACH_MSG_PORT_DESCRIPTOR };
    return message->header.msgh_size;
}

uint32_t add_memory(struct message *message, const void *address, uint32_t size, bool deallocate,
                    uint32_t copy)
{
    mach_msg_ool_descriptor_t *ool = append(message, sizeof(*ool));
    *ool = (mach_msg_ool_descriptor_t){ .address = (void *)(uintptr_t)address,
                                        .deallocate = deallocate,
                                        .copy = copy,
                                        .type = MACH_MSG_OOL_DESCRIPTOR,
                                        .size = size };
    return message->header.msgh_size;
}

uint32_t add_ports(struct message *message, const mach_port_t *names, uint32_t count, uint32_t how,
                   bool deallocate)
{
    mach_msg_ool_ports_descriptor_t *ports = append(message, sizeof(*ports));
    *ports = (mach_msg_ool_ports_descriptor_t){ .address = (void *)(uintptr_t)names,
                                                .deallocate = deallocate,
                                                .copy = MACH_MSG_PHYSICAL_COPY,
                                                .disposition = how,
                                                .type = MACH_MSG_OOL_PORTS_DESCRIPTOR,
                                                .count = count };
    return message->header.msgh_size;
}

void *descriptor(struct message *message, uint32_t n)
{
    uint8_t *at = message->descriptors;
    for (uint32_t i = 0; i < n; i++)
        at += at[11] == MACH_MSG_PORT_DESCRIPTOR ? 12 : 16;
    return at;
}

kern_return_t message_send(struct message *message, int timeout_ms)
{
    mach_msg_option_t option = MACH_SEND_MSG | (timeout_ms >= 0 ? MACH_SEND_TIMEOUT : 0);
    return mach_msg(&message->header, option, message->header.msgh_size, 0, MACH_PORT_NULL,
                    timeout_ms >= 0 ? (mach_msg_timeout_t)timeout_ms : 0, MACH_PORT_NULL);
}

kern_return_t message_receive_with(struct message *message, mach_port_t from, uint32_t options, int timeout_ms)
{
    mach_msg_option_t option =
        (mach_msg_option_t)(MACH_RCV_MSG | options | (timeout_ms >= 0 ? MACH_RCV_TIMEOUT : 0));
    memset(message, 0xee, sizeof(*message));
    return mach_msg(&message->header, option, 0, sizeof(*message), from,
                    timeout_ms >= 0 ? (mach_msg_timeout_t)timeout_ms : 0, MACH_PORT_NULL);
}

kern_return_t message_receive(struct message *message, mach_port_t from, int timeout_ms)
{
    return message_receive_with(message, from, 0, timeout_ms);
}

kern_return_t say(mach_port_t dest, int id)
{
    uint32_t how = rights_of(dest) & MACH_PORT_TYPE_RECEIVE ? MAKE_SEND : COPY_SEND;
    struct message message = message_plain(dest, how, MACH_PORT_NULL, 0, id);
    return message_send(&message, 0);
}

int nothing_at(mach_port_t from)
{
    struct message message;
    kern_return_t kr = message_receive(&message, from, 0);
    if (kr == MACH_RCV_TIMED_OUT)
        return 0;
    CHECK_EQ(kr, OK);
    return kr == OK ? message.header.msgh_id : -1;
}

void expect_message(mach_port_t from, int id)
{
    struct message message;
    kern_return_t kr = message_receive(&message, from, PATIENCE_MS);
    CHECK_EQ(kr, OK);
    if (kr == OK)
        CHECK_EQ(message.header.msgh_id, id);
}

void fill(mach_port_t receive)
{
    mach_port_status_t status = status_of(receive);
    for (uint32_t n = status.mps_msgcount; n < status.mps_qlimit; n++)
        REQUIRE_EQ(say(receive, 1), OK);
}

void drain(mach_port_t receive)
{
    struct message message;
    while (message_receive(&message, receive, 0) == OK)
        mach_msg_destroy(&message.header);
}

/* ---- notifications ---- */

static uint32_t notified(const struct message *message, int id)
{
    switch (id) {
    case MACH_NOTIFY_PORT_DESTROYED: return message->port[0].name;
    case MACH_NOTIFY_SEND_ONCE: return 0;
    default: return message->words[2];
    }
}

uint32_t expect_notification(mach_port_t from, int id)
{
    struct message message;
    kern_return_t kr = message_receive(&message, from, PATIENCE_MS);
    CHECK_EQ(kr, OK);
    if (kr != OK)
        return 0xdddddddd;
    CHECK_EQ(message.header.msgh_id, id);
    return message.header.msgh_id == id ? notified(&message, id) : 0xdddddddd;
}

kern_return_t request_previous(mach_port_t name, int id, uint32_t sync, mach_port_t notify, uint32_t how,
                               mach_port_t *previous_p)
{
    *previous_p = MACH_PORT_NULL;
    return mach_port_request_notification(SELF, name, id, sync, notify, how, previous_p);
}

kern_return_t request(mach_port_t name, int id, uint32_t sync, mach_port_t notify)
{
    mach_port_t previous;
    kern_return_t kr = request_previous(name, id, sync, notify, MAKE_SEND_ONCE, &previous);
    if (kr == OK)
        CHECK_EQ(previous, MACH_PORT_NULL);
    return kr;
}

/* ---- memory ---- */

uint32_t page_size(void)
{
    return (uint32_t)sysconf(_SC_PAGESIZE);
}

void *make_memory(uint32_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    return memory;
}

bool is_mapped(const void *address)
{
    char byte;
    struct iovec mine = { &byte, 1 }, theirs = { (void *)(uintptr_t)address, 1 };
    return process_vm_readv(getpid(), &mine, 1, &theirs, 1, 0) == 1;
}
