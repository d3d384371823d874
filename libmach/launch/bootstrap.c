/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/launch/bootstrap.c - the calls of <servers/bootstrap.h> (B15-B22)
 *
 * Each is one remote call to the port that the program gives, made by the stubs of libmach/launch/bootstrap.defs: they copy at most
 * 127 bytes of a name (B64), accept a reply only on the reply port of this call and discard what is ill-formed (B21).
 *
 * When launchd dies between taking a request and answering it, the reply right dies with it and the stub returns
 * MIG_SERVER_DIED; the launchd that follows has undone the half-made request, so it is simply made again (B14).
 */
#include <bootstrap_priv.h>
#include <mach/mach.h>
#include <mach/mach_error.h>
#include <servers/bootstrap.h>
#include <string.h>

#include "bootstrap_user.h"
#include "wire/launchd_call.h"

void bootstrap_init(void)
{
    task_get_bootstrap_port(mach_task_self(), &bootstrap_port);
}

/* ---- offering a name ---- */

kern_return_t bootstrap_check_in3(mach_port_t bp, const char *name, mach_port_t *sp, uuid_t instance,
                                  uint64_t flags)
{
    return CALL(bootstrap_rpc_check_in2(bp, (char *)name, flags, sp, instance));
}

kern_return_t bootstrap_check_in2(mach_port_t bp, const char *name, mach_port_t *sp, uint64_t flags)
{
    uuid_t instance;

    return bootstrap_check_in3(bp, name, sp, instance, flags);
}

kern_return_t bootstrap_check_in(mach_port_t bp, const char *name, mach_port_t *sp)
{
    return bootstrap_check_in2(bp, name, sp, 0);
}

kern_return_t bootstrap_register2(mach_port_t bp, char *name, mach_port_t sp, uint64_t flags)
{
    return CALL(bootstrap_rpc_register2(bp, name, sp, flags));
}

kern_return_t bootstrap_register(mach_port_t bp, char *name, mach_port_t sp)
{
    return bootstrap_register2(bp, name, sp, 0);
}

kern_return_t bootstrap_create_service(mach_port_t bp, char *name, mach_port_t *sp)
{
    return CALL(bootstrap_rpc_create_service(bp, name, sp));
}

kern_return_t bootstrap_create_server(mach_port_t bp, char *command, uid_t uid, boolean_t on_demand,
                                      mach_port_t *server_port)
{
    return CALL(bootstrap_rpc_create_server(bp, command, uid, on_demand, server_port));
}

/* ---- finding one ---- */

/* B38: a privileged server runs as uid 0, whatever name it took. */
static kern_return_t refuse_unprivileged(mach_port_t *sp, audit_token_t answerer)
{
    if (answerer.val[1] == 0)
        return KERN_SUCCESS;
    mach_port_deallocate(mach_task_self(), *sp);
    *sp = MACH_PORT_NULL;
    return BOOTSTRAP_NOT_PRIVILEGED;
}

kern_return_t bootstrap_look_up3(mach_port_t bp, const char *name, mach_port_t *sp, pid_t target,
                                 const uuid_t instance, uint64_t flags)
{
    static const uuid_t none;
    uint8_t *id = (uint8_t *)(instance != NULL ? instance : none);
    audit_token_t answerer;
    kern_return_t kr;

    *sp = MACH_PORT_NULL;
    kr = CALL(bootstrap_rpc_look_up2(bp, (char *)name, target, id, flags, sp, &answerer));
    if (kr != KERN_SUCCESS)
        *sp = MACH_PORT_NULL;
    else if (flags & BOOTSTRAP_PRIVILEGED_SERVER)
        kr = refuse_unprivileged(sp, answerer);
    return kr;
}

kern_return_t bootstrap_look_up2(mach_port_t bp, const char *name, mach_port_t *sp, pid_t target,
                                 uint64_t flags)
{
    return bootstrap_look_up3(bp, name, sp, target, NULL, flags);
}

kern_return_t bootstrap_look_up(mach_port_t bp, const char *name, mach_port_t *sp)
{
    return bootstrap_look_up2(bp, name, sp, 0, 0);
}

kern_return_t bootstrap_look_up_per_user(mach_port_t bp, const char *name, uid_t uid, mach_port_t *sp)
{
    mach_port_t domain;
    kern_return_t kr;

    *sp = MACH_PORT_NULL;
    kr = CALL(bootstrap_rpc_lookup_per_user_context(bp, uid, &domain));
    if (kr != KERN_SUCCESS)
        return kr;
    if (name == NULL) {
        *sp = domain;
        return KERN_SUCCESS;
    }
    kr = bootstrap_look_up(domain, name, sp);
    mach_port_deallocate(mach_task_self(), domain);
    return kr;
}

static kern_return_t look_up_all(mach_port_t bp, name_array_t names, mach_msg_type_number_t n,
                                 mach_port_t *ports, boolean_t *all_known)
{
    kern_return_t kr = KERN_SUCCESS;

    *all_known = TRUE;
    for (mach_msg_type_number_t i = 0; i < n && kr == KERN_SUCCESS; i++) {
        kr = bootstrap_look_up(bp, names[i], &ports[i]);
        if (kr != BOOTSTRAP_UNKNOWN_SERVICE)
            continue;
        *all_known = FALSE;
        kr = KERN_SUCCESS;
    }
    for (mach_msg_type_number_t i = 0; i < n && kr != KERN_SUCCESS; i++)
        mach_port_deallocate(mach_task_self(), ports[i]);
    return kr;
}

kern_return_t bootstrap_look_up_array(mach_port_t bp, name_array_t names, mach_msg_type_number_t n_names,
                                      mach_port_array_t *ports, mach_msg_type_number_t *n_ports,
                                      boolean_t *all_known)
{
    const vm_size_t size = BOOTSTRAP_MAX_LOOKUP_COUNT * sizeof(mach_port_t);
    vm_address_t address = 0;
    kern_return_t kr;

    if (n_names > BOOTSTRAP_MAX_LOOKUP_COUNT)
        return BOOTSTRAP_BAD_COUNT;
    if (vm_allocate(mach_task_self(), &address, size, VM_FLAGS_ANYWHERE) != KERN_SUCCESS)
        return BOOTSTRAP_NO_MEMORY;
    kr = look_up_all(bp, names, n_names, (mach_port_t *)address, all_known);
    if (kr != KERN_SUCCESS) {
        vm_deallocate(mach_task_self(), address, size);
        return kr;
    }
    *ports = (mach_port_array_t)address;
    *n_ports = n_names;
    return KERN_SUCCESS;
}

kern_return_t bootstrap_status(mach_port_t bp, char *name, bootstrap_status_t *status)
{
    return CALL(bootstrap_rpc_status(bp, name, status));
}

/* ---- domains ---- */

kern_return_t bootstrap_subset(mach_port_t bp, mach_port_t requestor, mach_port_t *subset)
{
    return CALL(bootstrap_rpc_subset(bp, requestor, subset));
}

kern_return_t bootstrap_parent(mach_port_t bp, mach_port_t *parent)
{
    return CALL(bootstrap_rpc_parent(bp, parent));
}

kern_return_t bootstrap_get_root(mach_port_t bp, mach_port_t *root)
{
    return CALL(bootstrap_rpc_get_root_bootstrap(bp, root));
}

/* B58: a second reference to the same port. */
kern_return_t bootstrap_unprivileged(mach_port_t bp, mach_port_t *unprivileged)
{
    kern_return_t kr = mach_port_mod_refs(mach_task_self(), bp, MACH_PORT_RIGHT_SEND, 1);

    *unprivileged = kr == KERN_SUCCESS ? bp : MACH_PORT_NULL;
    return kr;
}

kern_return_t bootstrap_info(mach_port_t bp, name_array_t *names, mach_msg_type_number_t *n_names,
                             name_array_t *jobs, mach_msg_type_number_t *n_jobs,
                             bootstrap_status_array_t *statuses, mach_msg_type_number_t *n_statuses,
                             uint64_t flags)
{
    bootstrap_property_array_t marks;
    mach_msg_type_number_t n_marks;
    kern_return_t kr;

    kr = CALL(
        bootstrap_rpc_info(bp, flags, names, n_names, jobs, n_jobs, statuses, n_statuses, &marks, &n_marks));
    if (kr == KERN_SUCCESS && n_marks > 0)
        vm_deallocate(mach_task_self(), (vm_address_t)marks, n_marks * sizeof(*marks));
    return kr;
}

kern_return_t bootstrap_lookup_children(mach_port_t bp, mach_port_array_t *ports, name_array_t *names,
                                        bootstrap_property_array_t *properties,
                                        mach_msg_type_number_t *n_children)
{
    mach_msg_type_number_t n_names, n_properties;

    return CALL(
        bootstrap_rpc_lookup_children(bp, ports, n_children, names, &n_names, properties, &n_properties));
}

/* ---- words ---- */

/* B22: the words are ours. */
const char *bootstrap_strerror(kern_return_t kr)
{
    switch (kr) {
    case BOOTSTRAP_SUCCESS: return "Success";
    case BOOTSTRAP_NOT_PRIVILEGED: return "Not allowed for this caller";
    case BOOTSTRAP_NAME_IN_USE:
    case BOOTSTRAP_SERVICE_ACTIVE: return "This name is taken";
    case BOOTSTRAP_UNKNOWN_SERVICE: return "Nothing has this name";
    case BOOTSTRAP_BAD_COUNT: return "More names than one call may ask for";
    case BOOTSTRAP_NO_MEMORY: return "No memory, or a limit was reached";
    case BOOTSTRAP_NO_CHILDREN: return "This domain has no children";
    default: return mach_error_string(kr);
    }
}
