/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/calls/port.c - calls on ports that have a trap (P2)
 *
 * The trap serves the caller's own task. For everything else it answers MACH_SEND_INVALID_DEST, and the same
 * request goes as a message to whatever the name stands for.
 */
#include "libmach/message/kernelrpc.h"

#include "libmach/message/guard.h"
#include "libmach/message/trap.h"

kern_return_t _kernelrpc_mach_port_allocate_trap(mach_port_name_t target, mach_port_right_t right,
                                                 mach_port_name_t *name)
{
    uint64_t value[3] = { 0 };
    kern_return_t kr = TRAP_KR(TRAP_PORT_ALLOCATE, value, target, right);
    if (kr == KERN_SUCCESS)
        *name = (mach_port_name_t)value[0];
    return kr;
}

kern_return_t mach_port_allocate(ipc_space_t task, mach_port_right_t right, mach_port_name_t *name)
{
    kern_return_t kr = _kernelrpc_mach_port_allocate_trap(task, right, name);
    return kr == MACH_SEND_INVALID_DEST ? _kernelrpc_mach_port_allocate(task, right, name) : kr;
}

kern_return_t _kernelrpc_mach_port_deallocate_trap(mach_port_name_t target, mach_port_name_t name)
{
    return TRAP_KR(TRAP_PORT_DEALLOCATE, NULL, target, name);
}

kern_return_t mach_port_deallocate(ipc_space_t task, mach_port_name_t name)
{
    kern_return_t kr = _kernelrpc_mach_port_deallocate_trap(task, name);
    return kr == MACH_SEND_INVALID_DEST ? _kernelrpc_mach_port_deallocate(task, name) : kr;
}

kern_return_t _kernelrpc_mach_port_mod_refs_trap(mach_port_name_t target, mach_port_name_t name,
                                                 mach_port_right_t right, mach_port_delta_t delta)
{
    return TRAP_KR(TRAP_PORT_MOD_REFS, NULL, target, name, right, (uint64_t)(int64_t)delta);
}

kern_return_t mach_port_mod_refs(ipc_space_t task, mach_port_name_t name, mach_port_right_t right,
                                 mach_port_delta_t delta)
{
    kern_return_t kr = _kernelrpc_mach_port_mod_refs_trap(task, name, right, delta);
    return kr == MACH_SEND_INVALID_DEST ? _kernelrpc_mach_port_mod_refs(task, name, right, delta) : kr;
}

kern_return_t _kernelrpc_mach_port_move_member_trap(mach_port_name_t target, mach_port_name_t member,
                                                    mach_port_name_t after)
{
    return TRAP_KR(TRAP_PORT_MOVE_MEMBER, NULL, target, member, after);
}

kern_return_t mach_port_move_member(ipc_space_t task, mach_port_name_t member, mach_port_name_t after)
{
    kern_return_t kr = _kernelrpc_mach_port_move_member_trap(task, member, after);
    return kr == MACH_SEND_INVALID_DEST ? _kernelrpc_mach_port_move_member(task, member, after) : kr;
}

kern_return_t _kernelrpc_mach_port_insert_right_trap(mach_port_name_t target, mach_port_name_t name,
                                                     mach_port_name_t poly, mach_msg_type_name_t polyPoly)
{
    return TRAP_KR(TRAP_PORT_INSERT_RIGHT, NULL, target, name, poly, polyPoly);
}

kern_return_t mach_port_insert_right(ipc_space_t task, mach_port_name_t name, mach_port_t poly,
                                     mach_msg_type_name_t polyPoly)
{
    kern_return_t kr = _kernelrpc_mach_port_insert_right_trap(task, name, poly, polyPoly);
    return kr == MACH_SEND_INVALID_DEST ? _kernelrpc_mach_port_insert_right(task, name, poly, polyPoly) : kr;
}

kern_return_t _kernelrpc_mach_port_insert_member_trap(mach_port_name_t target, mach_port_name_t name,
                                                      mach_port_name_t pset)
{
    return TRAP_KR(TRAP_PORT_INSERT_MEMBER, NULL, target, name, pset);
}

kern_return_t mach_port_insert_member(ipc_space_t task, mach_port_name_t name, mach_port_name_t pset)
{
    kern_return_t kr = _kernelrpc_mach_port_insert_member_trap(task, name, pset);
    return kr == MACH_SEND_INVALID_DEST ? _kernelrpc_mach_port_insert_member(task, name, pset) : kr;
}

kern_return_t _kernelrpc_mach_port_extract_member_trap(mach_port_name_t target, mach_port_name_t name,
                                                       mach_port_name_t pset)
{
    return TRAP_KR(TRAP_PORT_EXTRACT_MEMBER, NULL, target, name, pset);
}

kern_return_t mach_port_extract_member(ipc_space_t task, mach_port_name_t name, mach_port_name_t pset)
{
    kern_return_t kr = _kernelrpc_mach_port_extract_member_trap(task, name, pset);
    return kr == MACH_SEND_INVALID_DEST ? _kernelrpc_mach_port_extract_member(task, name, pset) : kr;
}

kern_return_t _kernelrpc_mach_port_construct_trap(mach_port_name_t target, mach_port_options_t *options,
                                                  uint64_t context, mach_port_name_t *name)
{
    mach_port_options_t copy;
    uint64_t value[3] = { 0 };
    if (!guard_copy(&copy, options, sizeof copy))
        return MACH_SEND_INVALID_DATA;
    kern_return_t kr = TRAP_KR(TRAP_PORT_CONSTRUCT, value, target, copy.flags, copy.mpl.mpl_qlimit, context,
                               copy.reserved[0]);
    if (kr == KERN_SUCCESS)
        *name = (mach_port_name_t)value[0];
    return kr;
}

kern_return_t mach_port_construct(ipc_space_t task, mach_port_options_ptr_t options,
                                  mach_port_context_t context, mach_port_name_t *name)
{
    kern_return_t kr = _kernelrpc_mach_port_construct_trap(task, options, context, name);
    return kr == MACH_SEND_INVALID_DEST ? _kernelrpc_mach_port_construct(task, options, context, name) : kr;
}

kern_return_t _kernelrpc_mach_port_destruct_trap(mach_port_name_t target, mach_port_name_t name,
                                                 mach_port_delta_t srdelta, uint64_t guard)
{
    return TRAP_KR(TRAP_PORT_DESTRUCT, NULL, target, name, (uint64_t)(int64_t)srdelta, guard);
}

kern_return_t mach_port_destruct(ipc_space_t task, mach_port_name_t name, mach_port_delta_t srdelta,
                                 mach_port_context_t guard)
{
    kern_return_t kr = _kernelrpc_mach_port_destruct_trap(task, name, srdelta, guard);
    return kr == MACH_SEND_INVALID_DEST ? _kernelrpc_mach_port_destruct(task, name, srdelta, guard) : kr;
}

kern_return_t _kernelrpc_mach_port_guard_trap(mach_port_name_t target, mach_port_name_t name, uint64_t guard,
                                              boolean_t strict)
{
    return TRAP_KR(TRAP_PORT_GUARD, NULL, target, name, guard, (uint32_t)strict);
}

kern_return_t mach_port_guard(ipc_space_t task, mach_port_name_t name, mach_port_context_t guard,
                              boolean_t strict)
{
    kern_return_t kr = _kernelrpc_mach_port_guard_trap(task, name, guard, strict);
    return kr == MACH_SEND_INVALID_DEST ? _kernelrpc_mach_port_guard(task, name, guard, strict) : kr;
}

kern_return_t _kernelrpc_mach_port_unguard_trap(mach_port_name_t target, mach_port_name_t name, uint64_t guard)
{
    return TRAP_KR(TRAP_PORT_UNGUARD, NULL, target, name, guard);
}

kern_return_t mach_port_unguard(ipc_space_t task, mach_port_name_t name, mach_port_context_t guard)
{
    kern_return_t kr = _kernelrpc_mach_port_unguard_trap(task, name, guard);
    return kr == MACH_SEND_INVALID_DEST ? _kernelrpc_mach_port_unguard(task, name, guard) : kr;
}

kern_return_t _kernelrpc_mach_port_type_trap(ipc_space_t task, mach_port_name_t name, mach_port_type_t *ptype)
{
    uint64_t value[3] = { 0 };
    kern_return_t kr = TRAP_KR(TRAP_PORT_TYPE, value, task, name);
    if (kr == KERN_SUCCESS)
        *ptype = (mach_port_type_t)value[0];
    return kr;
}

kern_return_t mach_port_type(ipc_space_t task, mach_port_name_t name, mach_port_type_t *ptype)
{
    kern_return_t kr = _kernelrpc_mach_port_type_trap(task, name, ptype);
    return kr == MACH_SEND_INVALID_DEST ? _kernelrpc_mach_port_type(task, name, ptype) : kr;
}

kern_return_t _kernelrpc_mach_port_request_notification_trap(ipc_space_t task, mach_port_name_t name,
                                                             mach_msg_id_t msgid, mach_port_mscount_t sync,
                                                             mach_port_name_t notify,
                                                             mach_msg_type_name_t notifyPoly,
                                                             mach_port_name_t *previous)
{
    uint64_t value[3] = { 0 };
    kern_return_t kr =
        TRAP_KR(TRAP_PORT_REQUEST_NOTIFICATION, value, task, name, (uint32_t)msgid, sync, notify, notifyPoly);
    if (kr == KERN_SUCCESS)
        *previous = (mach_port_name_t)value[0];
    return kr;
}

kern_return_t mach_port_request_notification(ipc_space_t task, mach_port_name_t name, mach_msg_id_t msgid,
                                             mach_port_mscount_t sync, mach_port_t notify,
                                             mach_msg_type_name_t notifyPoly, mach_port_t *previous)
{
    kern_return_t kr =
        _kernelrpc_mach_port_request_notification_trap(task, name, msgid, sync, notify, notifyPoly, previous);
    if (kr != MACH_SEND_INVALID_DEST)
        return kr;
    return _kernelrpc_mach_port_request_notification(task, name, msgid, sync, notify, notifyPoly, previous);
}

/* There is no trap of this one: it is a message in every case. */
kern_return_t _kernelrpc_mach_port_get_attributes_trap(mach_port_name_t target, mach_port_name_t name,
                                                       mach_port_flavor_t flavor,
                                                       mach_port_info_t port_info_out,
                                                       mach_msg_type_number_t *port_info_outCnt)
{
    return _kernelrpc_mach_port_get_attributes(target, name, flavor, port_info_out, port_info_outCnt);
}

/* The 32-bit form of mach_port_kobject, and served by it. */
kern_return_t mach_port_kernel_object(ipc_space_read_t task, mach_port_name_t name, unsigned *object_type,
                                      unsigned *object_addr)
{
    mach_vm_address_t address = 0;
    kern_return_t kr = _kernelrpc_mach_port_kobject(task, name, object_type, &address);
    *object_addr = (unsigned)address;
    return kr;
}
