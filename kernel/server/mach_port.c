/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/mach_port.c - subsystem mach_port: names, rights, attributes and requests in a task's space (P2, P3)
 *
 * Names are the target's; rights that are arguments or results are the caller's and travel in descriptors. What the calls do
 * is in kernel/ipc; here it is bound to the wire. Calls that only look stand in port_introspect.c.
 */
#include <string.h>

#include "kernel/ipc/attributes.h"
#include "kernel/ipc/link.h"
#include "kernel/ipc/members.h"
#include "kernel/ipc/request.h"
#include "kernel/ipc/right.h"
#include "kernel/server/call.h"
#include "mach_port_server.h"

enum { MESSAGE_MAX = 50331580 };

/* ---- names and references ---- */

kern_return_t serve_mach_port_type(struct space *task, mach_port_name_t name, mach_port_type_t *ptype)
{
    return task ? port_type(call_ipc(), task, name, ptype) : KERN_INVALID_TASK;
}

kern_return_t serve_mach_port_rename(struct space *task, mach_port_name_t old_name, mach_port_name_t new_name)
{
    return task ? KERN_NOT_SUPPORTED : KERN_INVALID_TASK;
}

kern_return_t serve_mach_port_allocate_name(struct space *task, mach_port_right_t right, mach_port_name_t name)
{
    return task ? port_allocate_name(call_ipc(), task, right, name) : KERN_INVALID_TASK;
}

kern_return_t serve_mach_port_allocate(struct space *task, mach_port_right_t right, mach_port_name_t *name)
{
    return task ? port_allocate(call_ipc(), task, right, name) : KERN_INVALID_TASK;
}

/* P15: preallocation is checked and then has no effect. */
static kern_return_t check_preallocation(mach_port_right_t right, const mach_port_qos_t *qos)
{
    if (!qos->prealloc)
        return KERN_SUCCESS;
    if (qos->len > MESSAGE_MAX - sizeof(mach_msg_max_trailer_t))
        return KERN_RESOURCE_SHORTAGE;
    return right == MACH_PORT_RIGHT_RECEIVE ? KERN_SUCCESS : KERN_INVALID_VALUE;
}

kern_return_t serve_mach_port_allocate_qos(struct space *task, mach_port_right_t right, mach_port_qos_t *qos,
                                           mach_port_name_t *name)
{
    if (!task)
        return KERN_INVALID_TASK;
    if (qos->name)
        return KERN_INVALID_ARGUMENT;
    kern_return_t kr = check_preallocation(right, qos);
    return kr == KERN_SUCCESS ? port_allocate(call_ipc(), task, right, name) : kr;
}

kern_return_t serve_mach_port_allocate_full(struct space *task, mach_port_right_t right, struct port *proto,
                                            mach_port_qos_t *qos, mach_port_name_t *name)
{
    if (!task)
        return KERN_INVALID_TASK;
    if (proto || (qos->name && !MACH_PORT_VALID(*name)))
        return KERN_INVALID_VALUE;
    kern_return_t kr = check_preallocation(right, qos);
    if (kr != KERN_SUCCESS)
        return kr;
    if (qos->name)
        return port_allocate_name(call_ipc(), task, right, *name);
    return port_allocate(call_ipc(), task, right, name);
}

kern_return_t serve_mach_port_construct(struct space *task, void *options, mach_port_context_t context,
                                        mach_port_name_t *name)
{
    mach_port_options_t copy;
    if (!task)
        return KERN_INVALID_TASK;
    if (!options)
        return MACH_SEND_INVALID_DATA;
    memcpy(&copy, options, sizeof(copy));
    return port_construct(call_ipc(), task, copy.flags, copy.mpl.mpl_qlimit, context, copy.service_port_name,
                          name);
}

kern_return_t serve_mach_port_destroy(struct space *task, mach_port_name_t name)
{
    return task ? port_destroy_name(call_ipc(), task, name) : KERN_INVALID_TASK;
}

kern_return_t serve_mach_port_deallocate(struct space *task, mach_port_name_t name)
{
    return task ? port_deallocate(call_ipc(), task, name) : KERN_INVALID_TASK;
}

kern_return_t serve_mach_port_get_refs(struct space *task, mach_port_name_t name, mach_port_right_t right,
                                       mach_port_urefs_t *refs)
{
    return task ? port_get_refs(call_ipc(), task, name, right, refs) : KERN_INVALID_TASK;
}

kern_return_t serve_mach_port_mod_refs(struct space *task, mach_port_name_t name, mach_port_right_t right,
                                       mach_port_delta_t delta)
{
    return task ? port_mod_refs(call_ipc(), task, name, right, delta) : KERN_INVALID_TASK;
}

kern_return_t serve_mach_port_destruct(struct space *task, mach_port_name_t name, mach_port_delta_t srdelta,
                                       mach_port_context_t guard)
{
    return task ? port_destruct(call_ipc(), task, name, srdelta, guard) : KERN_INVALID_TASK;
}

/* ---- rights that come and go ---- */

kern_return_t serve_mach_port_insert_right(struct space *task, mach_port_name_t name, struct port *poly,
                                           mach_msg_type_name_t polyPoly)
{
    if (!task)
        return KERN_INVALID_TASK;
    return port_insert_right(call_ipc(), task, name, (struct right){ poly, (uint8_t)polyPoly });
}

kern_return_t serve_mach_port_extract_right(struct space *task, mach_port_name_t name,
                                            mach_msg_type_name_t msgt_name, struct port **poly,
                                            mach_msg_type_name_t *polyPoly)
{
    struct right right;
    if (!task)
        return KERN_INVALID_TASK;
    kern_return_t kr = port_extract_right(call_ipc(), task, name, msgt_name, &right);
    if (kr != KERN_SUCCESS)
        return kr;
    if (port_is_live(right.port) && right.port->immovable_send)
        call_answers_only(task);
    *poly = right.port;
    *polyPoly = right.type;
    return KERN_SUCCESS;
}

kern_return_t serve_mach_port_request_notification(struct space *task, mach_port_name_t name,
                                                   mach_msg_id_t msgid, mach_port_mscount_t sync,
                                                   struct port *notify, struct port **previous)
{
    return task ? request_notification(call_ipc(), task, name, msgid, sync, notify, previous)
                : KERN_INVALID_TASK;
}

/* ---- sets ---- */

kern_return_t serve_mach_port_move_member(struct space *task, mach_port_name_t member, mach_port_name_t after)
{
    return task ? port_move_member(call_ipc(), task, member, after) : KERN_INVALID_TASK;
}

kern_return_t serve_mach_port_insert_member(struct space *task, mach_port_name_t name, mach_port_name_t pset)
{
    return task ? port_insert_member(call_ipc(), task, name, pset) : KERN_INVALID_TASK;
}

kern_return_t serve_mach_port_extract_member(struct space *task, mach_port_name_t name, mach_port_name_t pset)
{
    return task ? port_extract_member(call_ipc(), task, name, pset) : KERN_INVALID_TASK;
}

/* ---- attributes of a receive right ---- */

kern_return_t serve_mach_port_set_mscount(struct space *task, mach_port_name_t name,
                                          mach_port_mscount_t mscount)
{
    return task ? port_set_mscount(call_ipc(), task, name, mscount) : KERN_INVALID_TASK;
}

kern_return_t serve_mach_port_set_seqno(struct space *task, mach_port_name_t name, mach_port_seqno_t seqno)
{
    return task ? port_set_seqno(call_ipc(), task, name, seqno) : KERN_INVALID_TASK;
}

kern_return_t serve_mach_port_get_srights(struct space *task, mach_port_name_t name,
                                          mach_port_rights_t *srights)
{
    return task ? port_get_srights(call_ipc(), task, name, srights) : KERN_INVALID_TASK;
}

kern_return_t serve_mach_port_get_context(struct space *task, mach_port_name_t name,
                                          mach_port_context_t *context)
{
    return task ? port_get_context(call_ipc(), task, name, context) : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_mach_port_set_context(struct space *task, mach_port_name_t name,
                                          mach_port_context_t context)
{
    return task ? port_set_context(call_ipc(), task, name, context) : KERN_INVALID_TASK;
}

kern_return_t serve_mach_port_get_attributes(struct space *task, mach_port_name_t name,
                                             mach_port_flavor_t flavor, mach_port_info_t port_info_out,
                                             mach_msg_type_number_t *port_info_outCnt)
{
    if (!task)
        return KERN_INVALID_ARGUMENT;
    return port_get_attributes(call_ipc(), task, name, flavor, port_info_out, port_info_outCnt);
}

kern_return_t serve_mach_port_set_attributes(struct space *task, mach_port_name_t name,
                                             mach_port_flavor_t flavor, mach_port_info_t port_info,
                                             mach_msg_type_number_t port_infoCnt)
{
    return task ? port_set_attributes(call_ipc(), task, name, flavor, port_info, port_infoCnt)
                : KERN_INVALID_TASK;
}

kern_return_t serve_mach_port_assert_attributes(struct space *task, mach_port_name_t name,
                                                mach_port_flavor_t flavor, mach_port_info_t info,
                                                mach_msg_type_number_t infoCnt)
{
    return task ? port_assert_attributes(call_ipc(), task, name, flavor, info, infoCnt) : KERN_INVALID_TASK;
}

/* ---- guards ---- */

kern_return_t serve_mach_port_guard(struct space *task, mach_port_name_t name, mach_port_context_t guard,
                                    boolean_t strict)
{
    return task ? port_guard(call_ipc(), task, name, guard, strict ? MPG_STRICT : 0) : KERN_INVALID_TASK;
}

kern_return_t serve_mach_port_guard_with_flags(struct space *task, mach_port_name_t name,
                                               mach_port_context_t guard, uint64_t flags)
{
    return task ? port_guard(call_ipc(), task, name, guard, flags) : KERN_INVALID_TASK;
}

kern_return_t serve_mach_port_unguard(struct space *task, mach_port_name_t name, mach_port_context_t guard)
{
    return task ? port_unguard(call_ipc(), task, name, guard) : KERN_INVALID_TASK;
}

kern_return_t serve_mach_port_swap_guard(struct space *task, mach_port_name_t name,
                                         mach_port_context_t old_guard, mach_port_context_t new_guard)
{
    return task ? port_swap_guard(call_ipc(), task, name, old_guard, new_guard) : KERN_INVALID_TASK;
}

/* T63: only the caller's own, which must have one. */
kern_return_t serve_mach_port_special_reply_port_reset_link(struct space *task, mach_port_name_t name,
                                                            boolean_t *srp_lost_link)
{
    const struct thread *caller = call_now()->caller;
    struct port *port;
    if (!task || task != caller->ipc.space)
        return KERN_INVALID_TASK;
    kern_return_t kr = port_find_receive(call_ipc(), task, name, &port);
    if (kr != KERN_SUCCESS)
        return kr;
    if (!caller->special_reply)
        return KERN_INVALID_VALUE;
    if (port != caller->special_reply)
        return KERN_INVALID_ARGUMENT;
    *srp_lost_link = link_take_lost(port);
    return KERN_SUCCESS;
}

/* ---- service and connection ports: there are none (P196, P198) ---- */

kern_return_t serve_mach_port_is_connection_for_service(struct space *task, mach_port_name_t connection_port,
                                                        mach_port_name_t service_port,
                                                        uint64_t *filter_policy_id)
{
    struct port *port;
    if (!task)
        return KERN_INVALID_TASK;
    kern_return_t kr = port_find_receive(call_ipc(), task, connection_port, &port);
    return kr == KERN_SUCCESS ? KERN_INVALID_CAPABILITY : kr;
}

kern_return_t serve_mach_port_get_service_port_info(struct space *task, mach_port_name_t name,
                                                    mach_service_port_info_data_t *sp_info_out)
{
    struct port *port;
    if (!task)
        return KERN_INVALID_TASK;
    kern_return_t kr = port_find_receive(call_ipc(), task, name, &port);
    return kr == KERN_SUCCESS ? KERN_INVALID_CAPABILITY : kr;
}
