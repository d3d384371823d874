/* SPDX-License-Identifier: Apache-2.0 */
#include "host/linux/ids.h"

#include <sys/random.h>
#include <sys/socket.h>

#include "host/linux/attach.h"
#include "host/linux/client.h"
#include "host/linux/machd.h"
#include "host/linux/proc.h"
#include "host/linux/process.h"

static void take_credentials(const struct connection *connection, int on)
{
    setsockopt(connection->socket.fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
}

void ids_ask(struct machd *m, struct connection *connection)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_CHALLENGE };
    if (getrandom(&connection->challenge, sizeof(connection->challenge), GRND_NONBLOCK) !=
        sizeof(connection->challenge))
        connection->challenge = m->now | 1;
    packet.fork.nonce = connection->challenge;
    take_credentials(connection, 1);
    client_send(m, connection, &packet, NULL, 0);
}

/* What speaks against them; NULL if nothing does. */
static const char *change(struct machd *m, struct connection *connection, const struct ucred *credentials)
{
    struct process *process = connection->process;
    const struct task_identity *old = kernel_task_identity(process->task);
    struct proc_status status;
    if (credentials->pid != connection->pid)
        return "another process speaks on its connection";
    if (!proc_read_status(connection->pid, &status) || status.euid != credentials->uid ||
        status.egid != credentials->gid)
        return "its ids are not those that it tells";
    if (!attach_serves(m, status.euid))
        return "this machd does not serve the user that it is now";
    struct task_identity identity =
        process_identity(process, status.euid, status.egid, old->privileged && status.euid == old->uid);
    identity.is_sugid = true;
    return kernel_task_set_ids(m->kernel, process->task, &identity)
               ? NULL
               : "machd is at a limit of the user that it is now";
}

bool ids_proven(struct machd *m, struct connection *connection, const struct attach_packet *packet,
                const struct ucred *credentials)
{
    struct attach_packet answer = { .magic = ATTACH_MAGIC, .type = ATTACH_IDS };
    if (!connection->challenge || packet->fork.nonce != connection->challenge)
        return false;
    connection->challenge = 0;
    take_credentials(connection, 0);
    if (!connection->process->task)
        return true;
    const char *why = change(m, connection, credentials);
    if (why)
        process_break(m, connection->process, why);
    else
        client_send(m, connection, &answer, NULL, 0);
    return true;
}
