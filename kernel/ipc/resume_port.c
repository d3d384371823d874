/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/resume_port.h"

bool resume_port_make(struct ipc *ipc, struct account *account, struct resume_port *resume)
{
    if (!resume->port) {
        struct port *port = port_new_kernel(ipc, account, KOBJECT_TASK_RESUME, resume);
        resume->port = port ? port_get(port) : NULL;
    }
    return resume->port != NULL;
}

void resume_port_disable(struct resume_port *resume)
{
    if (resume->port)
        resume->port->kobject = NULL;
    if (list_is_linked(&resume->link))
        list_remove(&resume->link);
}

void resume_port_end(struct ipc *ipc, struct resume_port *resume)
{
    struct port *port = resume->port;
    resume->port = NULL;
    if (!port)
        return;
    port->kobject = NULL;
    port_die(ipc, port, NULL);
    port_put(ipc, port);
}

struct resume_port *resume_of_port(const struct port *port)
{
    return port_is_live(port) && port->ktype == KOBJECT_TASK_RESUME ? port->kobject : NULL;
}

static void note(struct ipc *ipc, struct resume_port *resume)
{
    if (!list_is_linked(&resume->link))
        list_append(&ipc->resumes, &resume->link);
}

void resume_port_token_gone(struct ipc *ipc, struct port *port)
{
    struct resume_port *resume = resume_of_port(port);
    if (!resume)
        return;
    resume->n_returned++;
    note(ipc, resume);
}

void resume_port_unsent(struct ipc *ipc, struct port *port)
{
    struct resume_port *resume = resume_of_port(port);
    if (!resume)
        return;
    resume->is_unsent = true;
    note(ipc, resume);
}
