/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rpc.c - calls by hand, without mig: a request with out-of-line memory, an array of ports and one more port, answered in kind
 *
 * The child looks the service up, sends its buffers away with the request and gets them back with each byte turned over. The
 * ports that it lends return as the names that they had, since they are its own.
 *
 * rules: P129 P133 P134
 */
#include <mach/mach.h>
#include <mach/mach_error.h>
#include <servers/bootstrap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ECHO_ID 1000
#define STOP_ID 1001
#define N_PORTS 8
#define ROUNDS 20

typedef struct {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_ool_descriptor_t memory;
    mach_msg_ool_ports_descriptor_t ports;
    mach_msg_port_descriptor_t task;
    int value;
    char text[64];
} call_t;

typedef struct {
    call_t call;
    mach_msg_max_trailer_t room;
} call_buffer_t;

static void must(kern_return_t kr, const char *what)
{
    if (kr == KERN_SUCCESS)
        return;
    mach_error(what, kr);
    exit(EXIT_FAILURE);
}

static void expect(int ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "not so: %s\n", what);
    exit(EXIT_FAILURE);
}

static mach_port_t make_port(void)
{
    mach_port_t port;
    must(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port), "mach_port_allocate");
    must(mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND),
         "mach_port_insert_right");
    return port;
}

static void fill(call_t *call, void *memory, mach_msg_size_t size, void *ports, mach_msg_type_name_t port_kind)
{
    call->header.msgh_size = sizeof(*call);
    call->body.msgh_descriptor_count = 3;
    call->memory = (mach_msg_ool_descriptor_t){ .address = memory,
                                                .size = size,
                                                .deallocate = TRUE,
                                                .copy = MACH_MSG_VIRTUAL_COPY,
                                                .type = MACH_MSG_OOL_DESCRIPTOR };
    call->ports = (mach_msg_ool_ports_descriptor_t){
        .address = ports, .count = N_PORTS, .disposition = port_kind, .type = MACH_MSG_OOL_PORTS_DESCRIPTOR
    };
}

/* ---- the service ---- */

static void answer(call_t *in, const audit_token_t *from)
{
    call_t out = { 0 };
    unsigned char *bytes = in->memory.address;
    for (mach_msg_size_t i = 0; i < in->memory.size; i++)
        bytes[i] ^= 0xff;
    fill(&out, bytes, in->memory.size, in->ports.address, MACH_MSG_TYPE_MOVE_SEND);
    out.ports.deallocate = TRUE;
    out.header.msgh_bits =
        MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(in->header.msgh_bits), 0);
    out.header.msgh_remote_port = in->header.msgh_remote_port;
    out.header.msgh_id = in->header.msgh_id + 100;
    out.task = (mach_msg_port_descriptor_t){ .name = in->task.name,
                                             .disposition = MACH_MSG_TYPE_MOVE_SEND,
                                             .type = MACH_MSG_PORT_DESCRIPTOR };
    out.value = (int)from->val[5];
    strlcpy(out.text, in->text, sizeof(out.text));
    strlcat(out.text, "!", sizeof(out.text));
    must(mach_msg_send(&out.header), "answer");
}

static void serve(mach_port_t service)
{
    for (;;) {
        call_buffer_t in = { 0 };
        must(mach_msg(&in.call.header,
                      MACH_RCV_MSG | MACH_RCV_TRAILER_TYPE(MACH_MSG_TRAILER_FORMAT_0) |
                          MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_AUDIT),
                      0, sizeof(in), service, MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL),
             "receive");
        if (in.call.header.msgh_id == STOP_ID)
            return;
        mach_msg_audit_trailer_t *trailer = (void *)((char *)&in + round_msg(in.call.header.msgh_size));
        expect(trailer->msgh_trailer_size == sizeof(*trailer), "a trailer with an audit token");
        answer(&in.call, &trailer->msgh_audit);
    }
}

/* ---- the client ---- */

static mach_port_urefs_t send_refs(mach_port_t port)
{
    mach_port_urefs_t refs = 0;
    must(mach_port_get_refs(mach_task_self(), port, MACH_PORT_RIGHT_SEND, &refs), "mach_port_get_refs");
    return refs;
}

static void call_once(mach_port_t service, int round)
{
    mach_port_t ports[N_PORTS], reply_port = mig_get_reply_port();
    mach_msg_size_t size = (mach_msg_size_t)vm_page_size * round + 17;
    vm_address_t memory = 0;
    call_buffer_t buffer = { 0 };
    call_t *call = &buffer.call;
    must(vm_allocate(mach_task_self(), &memory, size, VM_FLAGS_ANYWHERE), "vm_allocate");
    memset((void *)memory, round, size);
    for (int i = 0; i < N_PORTS; i++)
        ports[i] = make_port();
    fill(call, (void *)memory, size, ports, MACH_MSG_TYPE_MAKE_SEND);
    call->header.msgh_bits =
        MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    call->header.msgh_remote_port = service;
    call->header.msgh_local_port = reply_port;
    call->header.msgh_id = ECHO_ID;
    call->task = (mach_msg_port_descriptor_t){ .name = mach_task_self(),
                                               .disposition = MACH_MSG_TYPE_COPY_SEND,
                                               .type = MACH_MSG_PORT_DESCRIPTOR };
    strlcpy(call->text, "hello", sizeof(call->text));
    must(mach_msg(&call->header, MACH_SEND_MSG | MACH_RCV_MSG, sizeof(*call), sizeof(buffer), reply_port,
                  MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL),
         "call");

    expect(call->header.msgh_id == ECHO_ID + 100 && call->value == getpid() &&
               strcmp(call->text, "hello!") == 0,
           "answer");
    expect(call->task.name == mach_task_self(), "the task port keeps its name");
    expect(call->memory.size == size, "size of the memory");
    for (mach_msg_size_t i = 0; i < size; i++)
        expect(((unsigned char *)call->memory.address)[i] == (unsigned char)~round, "bytes");
    mach_port_t *back = call->ports.address;
    for (int i = 0; i < N_PORTS; i++)
        expect(back[i] == ports[i] && send_refs(ports[i]) == 2, "a right comes home to its name");
    mach_msg_destroy(&call->header);
    for (int i = 0; i < N_PORTS; i++) {
        expect(send_refs(ports[i]) == 1, "mach_msg_destroy gives up what came");
        mach_port_deallocate(mach_task_self(), ports[i]);
        mach_port_mod_refs(mach_task_self(), ports[i], MACH_PORT_RIGHT_RECEIVE, -1);
    }
}

static int client(const char *name)
{
    mach_port_t service;
    must(bootstrap_look_up(bootstrap_port, name, &service), "bootstrap_look_up");
    for (int round = 0; round < ROUNDS; round++)
        call_once(service, round);
    mach_msg_header_t stop = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND, 0),
                               .msgh_size = sizeof(stop),
                               .msgh_remote_port = service,
                               .msgh_id = STOP_ID };
    must(mach_msg_send(&stop), "stop");
    return EXIT_SUCCESS;
}

int main(void)
{
    char name[BOOTSTRAP_MAX_NAME_LEN];
    int status = 1;
    mach_port_t service = make_port();
    snprintf(name, sizeof(name), "org.example.rpc.%d", getpid());
    must(bootstrap_register(bootstrap_port, name, service), "bootstrap_register");
    pid_t child = fork();
    if (child == 0)
        return client(name);
    serve(service);
    waitpid(child, &status, 0);
    return status != 0;
}
