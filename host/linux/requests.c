/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/requests.c - what an attached client or a tool asks over its socket */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mach/kern_return.h>

#include "host/linux/client.h"
#include "host/linux/fork.h"
#include "host/linux/ids.h"
#include "host/linux/log.h"
#include "host/linux/look.h"
#include "host/linux/machd.h"
#include "host/linux/outgoing.h"
#include "host/linux/requests.h"
#include "host/linux/segment.h"
#include "host/linux/settle.h"
#include "host/linux/status.h"
#include "host/linux/thread.h"
#include "host/linux/tracer.h"

/* ---- threads ---- */

/* The descriptor of an area goes out once, with the first thread that is given a page of it. */
static void send_thread(struct machd *m, struct connection *connection, struct attach_packet *packet)
{
    struct trap_area *area = NULL;
    if (packet->thread.kern_return == KERN_SUCCESS)
        area = connection->area[packet->thread.slot / TRAP_AREA_SLOTS];
    if (!area || area->fd < 0) {
        client_send(m, connection, packet, NULL, 0);
        return;
    }
    client_send(m, connection, packet, &area->fd, 1);
    close(area->fd);
    area->fd = -1;
}

static void thread_is_new(struct machd *m, struct connection *connection, int32_t tid)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_THREAD_OK, .thread = { .tid = tid } };
    struct trap_thread *t;
    packet.thread.kern_return = trap_thread_new(m, connection, tid, &t);
    if (packet.thread.kern_return == KERN_SUCCESS) {
        packet.thread.slot = t->slot;
        packet.thread.wake = t->wake;
    }
    send_thread(m, connection, &packet);
}

static bool thread_is_gone(struct machd *m, struct connection *connection, uint32_t slot)
{
    struct trap_thread *t = thread_at(connection, slot);
    if (t)
        thread_gone(m, t);
    return t != NULL;
}

/* ---- forks ---- */

static void prepare_fork(struct machd *m, struct connection *connection)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_FORK_READY };
    loans_retire_read(m, connection->process);
    packet.fork.nonce = fork_prepare(m, connection->process);
    client_send(m, connection, &packet, NULL, 0);
}

/* ---- segments ---- */

static bool take_segment(struct machd *m, struct process *process, const struct attach_packet *packet,
                         struct descriptor *came)
{
    if (came->fd < 0 && !came->is_lost)
        return false;
    enum segment_offer offer = segment_register(m, process, packet, came->fd);
    if (offer == OFFER_TAKEN)
        came->fd = -1;
    return offer != OFFER_BROKEN;
}

/* ---- status ---- */

static bool begin_text(struct machd *m, struct connection *connection)
{
    if (connection->text)
        return true; /* one answer at a time serves both */
    connection->text = status_text(m);
    connection->text_size = connection->text ? strlen(connection->text) : 0;
    connection->text_sent = 0;
    if (!account_charge(connection->account, ACCOUNT_BYTES, connection->text_size)) {
        connection->text_size = 0;
        client_doom(m, connection);
    }
    request_send_text(m, connection);
    return true;
}

void request_drop_text(struct connection *connection)
{
    if (!connection->text)
        return;
    account_release(connection->account, ACCOUNT_BYTES, connection->text_size);
    free(connection->text);
    connection->text = NULL;
}

static ssize_t send_piece(struct connection *connection)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_TEXT };
    size_t left = connection->text_size - connection->text_sent;
    packet.text.length = (uint32_t)(left < sizeof(packet.text.text) ? left : sizeof(packet.text.text));
    memcpy(packet.text.text, connection->text + connection->text_sent, packet.text.length);
    ssize_t n = send(connection->socket.fd, &packet, sizeof(packet), MSG_DONTWAIT | MSG_NOSIGNAL);
    return n < 0 ? -errno : (ssize_t)packet.text.length;
}

/* What the socket does not take now waits for it to be writable; unlike other packets, a status may be long. */
void request_send_text(struct machd *m, struct connection *connection)
{
    if (!connection->text)
        return;
    for (;;) {
        ssize_t n = send_piece(connection);
        if (n == -EAGAIN) {
            outgoing_watch(m, connection);
            return;
        }
        if (n > 0) {
            connection->text_sent += (size_t)n;
            continue;
        }
        if (n < 0)
            client_doom(m, connection);
        break;
    }
    request_drop_text(connection);
    outgoing_watch(m, connection);
}

static bool shut_down(struct machd *m, struct connection *connection)
{
    if (!connection->admin)
        return false;
    log_detail("ends: process %d asks for it", connection->pid);
    m->stop = true;
    return true;
}

/* ---- */

bool request_of_client(struct machd *m, struct connection *connection, const struct attach_packet *packet,
                       struct descriptor *came)
{
    struct process *process = connection->process;
    if (process->broken || !process->task)
        return true;
    switch (packet->type) {
    case ATTACH_THREAD_NEW: thread_is_new(m, connection, packet->thread.tid); return true;
    case ATTACH_THREAD_GONE: return thread_is_gone(m, connection, packet->thread.slot);
    case ATTACH_SEGMENT: return take_segment(m, process, packet, came);
    case ATTACH_IDS: ids_ask(m, connection); return true;
    case ATTACH_FORK_PREPARE: prepare_fork(m, connection); return true;
    case ATTACH_FORK_ABORT: fork_abort(m, process, packet->fork.nonce); return true;
    case ATTACH_SETTLE: settle_ask(m, connection, packet->settle.pid); return true;
    default: return request_of_tool(m, connection, packet);
    }
}

bool request_of_tool(struct machd *m, struct connection *connection, const struct attach_packet *packet)
{
    switch (packet->type) {
    case ATTACH_STATUS: return begin_text(m, connection);
    case ATTACH_LOOK: return look_answer(m, connection, packet);
    case ATTACH_TRACE: tracer_begin(m, connection, packet->trace.pid); return true;
    case ATTACH_SHUTDOWN: return shut_down(m, connection);
    default: return false;
    }
}
