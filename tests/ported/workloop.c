/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workloop.c - a service without a thread of its own: its port is on a workloop, and whoever serves that answers
 *
 * The message comes with the event. What the callback leaves in its list turns the port on again.
 */
#include <err.h>
#include <mach/mach.h>
#include <mach/mach_sync_ipc.h>
#include <pthread/qos.h>
#include <pthread/workqueue_private.h>
#include <stdlib.h>
#include <sys/event.h>

#define WORKLOOP 0x1234
#define CALLS 100
#define ANSWER 100 /* on top of the question's id */

static mach_port_t service;

static void must(kern_return_t kr, const char *what)
{
    if (kr != KERN_SUCCESS)
        errx(1, "%s: %s", what, mach_error_string(kr));
}

static struct kevent_qos_s listen_change(void)
{
    return (struct kevent_qos_s){
        .ident = service,
        .filter = EVFILT_MACHPORT,
        .flags = EV_ADD | EV_ENABLE | EV_DISPATCH | EV_UDATA_SPECIFIC | EV_VANISHED,
        .fflags = MACH_RCV_MSG | MACH_RCV_VOUCHER,
        .qos = (int32_t)_pthread_qos_class_encode(QOS_CLASS_UTILITY, 0, 0),
        .udata = (uint64_t)(uintptr_t)&service,
    };
}

static void answer(const mach_msg_header_t *in)
{
    mach_msg_header_t out = { .msgh_bits = MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(in->msgh_bits), 0),
                              .msgh_size = sizeof(out),
                              .msgh_remote_port = in->msgh_remote_port,
                              .msgh_id = in->msgh_id + ANSWER };
    must(mach_msg_send(&out), "answer");
}

static void serve(uint64_t *workloop, void **events, int *n_events)
{
    struct kevent_qos_s *event = *events;
    if (*workloop != WORKLOOP || *n_events != 1 || event->filter != EVFILT_MACHPORT ||
        event->fflags != MACH_MSG_SUCCESS)
        errx(1, "one message at a time");
    if (qos_class_self() < QOS_CLASS_UTILITY)
        errx(1, "served with less than the class of the event");
    answer((const mach_msg_header_t *)event->ext[0]);
    *event = listen_change();
}

static void no_queue(pthread_priority_t priority)
{
    errx(1, "there is no work without a workloop");
}

static void no_events(void **events, int *n_events)
{
    errx(1, "there are no events without a workloop");
}

static void call(int id)
{
    struct {
        mach_msg_header_t header;
        mach_msg_max_trailer_t room;
    } message = { 0 };
    mach_port_t reply = mig_get_special_reply_port();
    message.header = (mach_msg_header_t){ .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                                                      MACH_MSG_TYPE_MAKE_SEND_ONCE),
                                          .msgh_size = sizeof(message.header),
                                          .msgh_remote_port = service,
                                          .msgh_local_port = reply,
                                          .msgh_id = id };
    must(mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG | MACH_SEND_SYNC_OVERRIDE,
                  sizeof(message.header), sizeof(message), reply, MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL),
         "call");
    if (message.header.msgh_id != id + ANSWER)
        errx(1, "answer %d to %d", message.header.msgh_id, id);
    mig_dealloc_special_reply_port(reply);
}

int main(void)
{
    struct kevent_qos_s change, error;
    must(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &service), "mach_port_allocate");
    must(mach_port_insert_right(mach_task_self(), service, service, MACH_MSG_TYPE_MAKE_SEND),
         "mach_port_insert_right");
    if (_pthread_workqueue_init_with_workloop(no_queue, no_events, serve, 0, 0) != 0)
        errx(1, "_pthread_workqueue_init_with_workloop");
    change = listen_change();
    if (kevent_id(WORKLOOP, &change, 1, &error, 1, NULL, NULL,
                  KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_ERROR_EVENTS) != 0)
        errx(1, "kevent_id: %lld", (long long)error.data);
    for (int id = 0; id < CALLS; id++)
        call(id);
    return EXIT_SUCCESS;
}
