/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/token_port.h"

#include "base/alloc.h"

kern_return_t token_port_new(struct ipc *ipc, const struct identity_token *numbers, struct right *right_p)
{
    struct account *account = numbers->account;
    struct identity_token *token = NULL;
    if (account_charge(account, ACCOUNT_BYTES, alloc_cost(sizeof(*token)))) {
        token = alloc_zeroed(sizeof(*token));
        if (!token)
            account_release(account, ACCOUNT_BYTES, alloc_cost(sizeof(*token)));
    }
    if (!token)
        return KERN_RESOURCE_SHORTAGE;
    *token = *numbers;
    account_get(account);
    struct port *port = port_new_kernel(ipc, account, KOBJECT_TASK_ID_TOKEN, token);
    if (!port) {
        token_port_end(token);
        return KERN_RESOURCE_SHORTAGE;
    }
    port->ends_unsent = true;
    *right_p = port_make_send(port);
    return KERN_SUCCESS;
}

const struct identity_token *token_of_port(const struct port *port)
{
    return port_is_live(port) && port->ktype == KOBJECT_TASK_ID_TOKEN ? port->kobject : NULL;
}

void token_port_end(struct identity_token *token)
{
    account_release(token->account, ACCOUNT_BYTES, alloc_cost(sizeof(*token)));
    account_put(token->account);
    alloc_free(token);
}
