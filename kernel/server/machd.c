/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/machd.c - subsystem machd: what launchd asks beyond Mach (wire/machd.defs; B6, B8, B78, B81) */
#include <string.h>

#include "kernel/ipc/queue.h"
#include "kernel/proc/proc.h"
#include "kernel/server/call.h"
#include "kernel/server/kreply.h"
#include "machd_server.h"

kern_return_t serve_machd_domain_set(struct host_object *host_priv, uint32_t uid, struct port *port)
{
    struct uid *domain = host_priv ? system_uid(system_of_host(host_priv), uid) : NULL;
    if (!host_priv)
        return KERN_INVALID_ARGUMENT;
    if (!domain)
        return KERN_RESOURCE_SHORTAGE;
    struct right old = domain->bootstrap;
    domain->bootstrap = (struct right){ port, port ? MACH_MSG_TYPE_PORT_SEND : 0 };
    right_release(call_ipc(), old);
    return KERN_SUCCESS;
}

static const struct task *task_of_object(const struct port *port)
{
    switch ((enum kobject_type)port->ktype) {
    case KOBJECT_TASK:
    case KOBJECT_TASK_READ:
    case KOBJECT_TASK_INSPECT:
    case KOBJECT_TASK_NAME: return port->kobject;
    case KOBJECT_THREAD:
    case KOBJECT_THREAD_READ:
    case KOBJECT_THREAD_INSPECT: return port->kobject ? ((const struct thread *)port->kobject)->task : NULL;
    case KOBJECT_NONE:
    case KOBJECT_TIMER:
    case KOBJECT_NAMED_ENTRY:
    case KOBJECT_FILEPORT:
    case KOBJECT_VOUCHER:
    case KOBJECT_SEMAPHORE:
    case KOBJECT_CLOCK:
    case KOBJECT_UX_HANDLER:
    case KOBJECT_TASK_ID_TOKEN:
    case KOBJECT_TASK_RESUME:
    case KOBJECT_REPLY:
    case KOBJECT_HOST:
    case KOBJECT_PROCESSOR:
    case KOBJECT_PROCESSOR_SET:
    case KOBJECT_PROCESSOR_SET_NAME:
    case KOBJECT_HOST_PRIV: break;
    }
    return NULL;
}

kern_return_t serve_machd_port_receiver(struct host_object *host_priv, struct port *port, int *pid,
                                        int *object, int *object_pid)
{
    if (!host_priv)
        return KERN_INVALID_ARGUMENT;
    const struct task *receiver = NULL, *behind = NULL;
    if (port_is_live(port)) {
        receiver = port->state == PORT_IN_SPACE ? port->space->owner : NULL;
        behind = task_of_object(port);
        *object = port->ktype;
    }
    *pid = receiver ? receiver->identity.pid : 0;
    *object_pid = behind ? behind->identity.pid : 0;
    right_release(call_ipc(), (struct right){ port, MACH_MSG_TYPE_PORT_SEND });
    return KERN_SUCCESS;
}

/* The request dies as if it had never been received, but for its reply right, which gets the result. */
static void refuse_request(struct ipc *ipc, struct message *request, kern_return_t result)
{
    struct account *account = call_now()->caller->ipc.account;
    struct kreply reply;
    if (kreply_begin(&reply, ipc, account, sizeof(mig_reply_error_t))) {
        kreply_fail(&reply, result);
        kreply_end(&reply);
        reply.message->id = (int32_t)((uint32_t)request->id + 100);
        reply.message->dest = request->reply;
        request->reply = (struct right){ 0 };
        queue_put_note(ipc, reply.message);
    }
    message_sink(ipc, request, NULL);
}

static bool wants_answer(const struct message *message)
{
    return message->reply.type == MACH_MSG_TYPE_PORT_SEND_ONCE && port_is_live(message->reply.port) &&
           message->reply.port->state != PORT_IN_KERNEL;
}

/* O(messages and senders that wait). */
static uint32_t refuse_requests(struct ipc *ipc, struct port *port, kern_return_t result)
{
    struct list *at = &port->messages;
    uint32_t n = 0;
    while (at->next != &port->messages) {
        struct message *message = list_entry(at->next, struct message, link);
        ipc->steps++;
        if (wants_answer(message)) {
            queue_withdraw(ipc, message);
            refuse_request(ipc, message, result);
            n++;
        } else {
            at = at->next;
        }
    }
    return n;
}

kern_return_t serve_machd_port_refuse(struct host_object *host_priv, struct port *port, int result,
                                      uint32_t *count, uint32_t *left)
{
    if (!host_priv)
        return KERN_INVALID_ARGUMENT;
    if (!port_is_live(port) || port->state != PORT_IN_SPACE || port->space != call_now()->caller->ipc.space)
        return KERN_INVALID_RIGHT;
    *count = refuse_requests(call_ipc(), port, result);
    *left = port->n_messages;
    right_release(call_ipc(), (struct right){ port, MACH_MSG_TYPE_PORT_SEND });
    return KERN_SUCCESS;
}

static const struct task *find_image(struct host_object *host_priv, int pid, uint32_t pid_version)
{
    const struct proc *proc = proc_find(system_of_host(host_priv)->procs, pid);
    const struct task *task = proc ? proc->task : NULL;
    return task && task->pid_version == pid_version ? task : NULL;
}

kern_return_t serve_machd_task_privileged(struct host_object *host_priv, int pid, uint32_t pid_version,
                                          boolean_t *privileged)
{
    if (!host_priv)
        return KERN_INVALID_ARGUMENT;
    const struct task *task = find_image(host_priv, pid, pid_version);
    *privileged = task && task->identity.privileged;
    return KERN_SUCCESS;
}

kern_return_t serve_machd_process_status(struct host_object *host_priv, int pid, uint64_t start_time,
                                         int *status)
{
    if (!host_priv)
        return KERN_INVALID_ARGUMENT;
    const struct ipc *ipc = call_ipc();
    bool is_known = ipc->ops->process_status && ipc->ops->process_status(ipc->host, pid, start_time, status);
    return is_known ? KERN_SUCCESS : KERN_FAILURE;
}

kern_return_t serve_machd_task_command(struct host_object *host_priv, int pid, uint32_t pid_version,
                                       machd_command_t command)
{
    if (!host_priv)
        return KERN_INVALID_ARGUMENT;
    const struct task *task = find_image(host_priv, pid, pid_version);
    if (!task)
        return KERN_FAILURE;
    memcpy(command, task->identity.command, sizeof(task->identity.command));
    return KERN_SUCCESS;
}
