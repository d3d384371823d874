/* SPDX-License-Identifier: Apache-2.0 */
#include "demo/demo.h"

#include <mach/mach_error.h>
#include <mach/notify.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void demo_check(kern_return_t kr, const char *what)
{
    if (kr == KERN_SUCCESS)
        return;
    fprintf(stderr, "demo: %s: 0x%x %s\n", what, (unsigned)kr, mach_error_string(kr));
    exit(1);
}

/* ---- messages ---- */

void demo_message_init(struct demo_message *message, int id, mach_port_t to, const char *text)
{
    memset(message, 0, sizeof(*message));
    message->header.msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0);
    message->header.msgh_size = sizeof(*message);
    message->header.msgh_remote_port = to;
    message->header.msgh_id = id;
    message->body.msgh_descriptor_count = 3;
    demo_put_right(message, 0, MACH_PORT_NULL, MACH_MSG_TYPE_COPY_SEND);
    demo_put_right(message, 1, MACH_PORT_NULL, MACH_MSG_TYPE_COPY_SEND);
    demo_put_memory(message, NULL, 0);
    snprintf(message->text, sizeof(message->text), "%s", text);
}

void demo_put_right(struct demo_message *message, int i, mach_port_t right, mach_msg_type_name_t disposition)
{
    message->rights[i] = (mach_msg_port_descriptor_t){ .name = right,
                                                       .disposition = disposition,
                                                       .type = MACH_MSG_PORT_DESCRIPTOR };
}

void demo_put_memory(struct demo_message *message, void *bytes, size_t size)
{
    message->memory = (mach_msg_ool_descriptor_t){ .address = bytes,
                                                   .size = (mach_msg_size_t)size,
                                                   .copy = MACH_MSG_VIRTUAL_COPY,
                                                   .type = MACH_MSG_OOL_DESCRIPTOR };
}

void demo_send(struct demo_message *message)
{
    demo_check(mach_msg(&message->header, MACH_SEND_MSG, sizeof(*message), 0, MACH_PORT_NULL, 0,
                        MACH_PORT_NULL),
               "send");
}

/* The reply right counts too: it moves from one program to the other. */
static void count(const struct demo_received *received)
{
    const struct demo_message *message = &received->message;
    uint64_t rights = MACH_PORT_VALID(message->header.msgh_remote_port);

    if (message->header.msgh_bits & MACH_MSGH_BITS_COMPLEX) {
        rights += MACH_PORT_VALID(message->rights[0].name) + MACH_PORT_VALID(message->rights[1].name);
        atomic_fetch_add(&demo_account()->bytes, message->memory.size);
    }
    atomic_fetch_add(&demo_account()->rights, rights);
    atomic_fetch_add(&demo_account()->messages, 1);
}

void demo_receive(mach_port_t port, struct demo_received *received)
{
    demo_check(mach_msg(&received->message.header,
                        MACH_RCV_MSG | MACH_RCV_TRAILER_TYPE(MACH_MSG_TRAILER_FORMAT_0) |
                            MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_AUDIT),
                        0, sizeof(*received), port, 0, MACH_PORT_NULL),
               "receive");
    count(received);
}

void demo_call(struct demo_message *message, struct demo_received *answer)
{
    static mach_port_t reply;

    if (reply == MACH_PORT_NULL)
        reply = demo_port();
    message->header.msgh_bits |= MACH_MSGH_BITS(0, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    message->header.msgh_local_port = reply;
    demo_send(message);
    demo_receive(reply, answer);
}

void demo_answer(const struct demo_received *to, struct demo_message *answer)
{
    answer->header.msgh_remote_port = to->message.header.msgh_remote_port;
    answer->header.msgh_bits =
        MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(to->message.header.msgh_bits), 0);
    demo_send(answer);
}

/* ---- ports and memory ---- */

mach_port_t demo_port(void)
{
    mach_port_t port;

    demo_check(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port), "allocate a port");
    return port;
}

mach_port_t demo_notify(mach_port_t name, int id, int sync, mach_port_t to)
{
    mach_port_t previous = MACH_PORT_NULL;

    demo_check(mach_port_request_notification(mach_task_self(), name, id, sync, to,
                                              MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
               "request a notification");
    return previous;
}

uint32_t demo_checksum(const uint8_t *bytes, size_t size)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < size; i++)
        sum = sum * 31 + bytes[i];
    return sum;
}

struct demo_account *demo_account(void)
{
    static struct demo_account *account;
    const char *fd = getenv("DEMO_ACCOUNT");

    if (account == NULL)
        account =
            mmap(NULL, sizeof(*account), PROT_READ | PROT_WRITE, MAP_SHARED, fd != NULL ? atoi(fd) : -1, 0);
    if (account == MAP_FAILED) {
        fprintf(stderr, "demo: start it with demo/run.sh\n");
        exit(1);
    }
    return account;
}

/* ---- words ---- */

static const char *style(const char *code)
{
    return isatty(STDOUT_FILENO) ? code : "";
}

void demo_scene(int number, const char *title)
{
    struct demo_account *a = demo_account();

    printf("%s%d  %-46s%s%s  so far: %llu messages, %llu rights, %.1f MB%s\n", style("\033[1m"), number,
           title, style("\033[0m"), style("\033[2m"), (unsigned long long)a->messages,
           (unsigned long long)a->rights, (double)a->bytes / 1e6, style("\033[0m"));
    fflush(stdout);
}

void demo_say(const char *who, const char *format, ...)
{
    char line[512];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    printf("     %s%s[%d]%s %s\n", style("\033[36m"), who, (int)getpid(), style("\033[0m"), line);
    fflush(stdout);
}
