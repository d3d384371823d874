/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/calls/port_calls.c - calls on ports that are always messages; see libmach/calls/port.c for the others */
#include "libmach/message/kernelrpc.h"

kern_return_t mach_port_names(ipc_space_t task, mach_port_name_array_t *names,
                              mach_msg_type_number_t *namesCnt, mach_port_type_array_t *types,
                              mach_msg_type_number_t *typesCnt)
{
    return _kernelrpc_mach_port_names(task, names, namesCnt, types, typesCnt);
}

kern_return_t mach_port_rename(ipc_space_t task, mach_port_name_t old_name, mach_port_name_t new_name)
{
    return _kernelrpc_mach_port_rename(task, old_name, new_name);
}

kern_return_t mach_port_allocate_name(ipc_space_t task, mach_port_right_t right, mach_port_name_t name)
{
    return _kernelrpc_mach_port_allocate_name(task, right, name);
}

kern_return_t mach_port_allocate_qos(ipc_space_t task, mach_port_right_t right, mach_port_qos_t *qos,
                                     mach_port_name_t *name)
{
    return _kernelrpc_mach_port_allocate_qos(task, right, qos, name);
}

kern_return_t mach_port_allocate_full(ipc_space_t task, mach_port_right_t right, mach_port_t proto,
                                      mach_port_qos_t *qos, mach_port_name_t *name)
{
    return _kernelrpc_mach_port_allocate_full(task, right, proto, qos, name);
}

kern_return_t mach_port_destroy(ipc_space_t task, mach_port_name_t name)
{
    return _kernelrpc_mach_port_destroy(task, name);
}

kern_return_t mach_port_get_refs(ipc_space_t task, mach_port_name_t name, mach_port_right_t right,
                                 mach_port_urefs_t *refs)
{
    return _kernelrpc_mach_port_get_refs(task, name, right, refs);
}

kern_return_t mach_port_extract_right(ipc_space_t task, mach_port_name_t name, mach_msg_type_name_t msgt_name,
                                      mach_port_t *poly, mach_msg_type_name_t *polyPoly)
{
    return _kernelrpc_mach_port_extract_right(task, name, msgt_name, poly, polyPoly);
}

kern_return_t mach_port_get_set_status(ipc_space_read_t task, mach_port_name_t name,
                                       mach_port_name_array_t *members, mach_msg_type_number_t *membersCnt)
{
    return _kernelrpc_mach_port_get_set_status(task, name, members, membersCnt);
}

kern_return_t mach_port_set_mscount(ipc_space_t task, mach_port_name_t name, mach_port_mscount_t mscount)
{
    return _kernelrpc_mach_port_set_mscount(task, name, mscount);
}

kern_return_t mach_port_set_seqno(ipc_space_t task, mach_port_name_t name, mach_port_seqno_t seqno)
{
    return _kernelrpc_mach_port_set_seqno(task, name, seqno);
}

kern_return_t mach_port_peek(ipc_space_t task, mach_port_name_t name, mach_msg_trailer_type_t trailer_type,
                             mach_port_seqno_t *request_seqnop, mach_msg_size_t *msg_sizep,
                             mach_msg_id_t *msg_idp, mach_msg_trailer_info_t trailer_infop,
                             mach_msg_type_number_t *trailer_infopCnt)
{
    return _kernelrpc_mach_port_peek(task, name, trailer_type, request_seqnop, msg_sizep, msg_idp,
                                     trailer_infop, trailer_infopCnt);
}

kern_return_t mach_port_get_attributes(ipc_space_read_t task, mach_port_name_t name,
                                       mach_port_flavor_t flavor, mach_port_info_t port_info_out,
                                       mach_msg_type_number_t *port_info_outCnt)
{
    return _kernelrpc_mach_port_get_attributes(task, name, flavor, port_info_out, port_info_outCnt);
}

kern_return_t mach_port_set_attributes(ipc_space_t task, mach_port_name_t name, mach_port_flavor_t flavor,
                                       mach_port_info_t port_info, mach_msg_type_number_t port_infoCnt)
{
    return _kernelrpc_mach_port_set_attributes(task, name, flavor, port_info, port_infoCnt);
}

kern_return_t mach_port_assert_attributes(ipc_space_t task, mach_port_name_t name, mach_port_flavor_t flavor,
                                          mach_port_info_t info, mach_msg_type_number_t infoCnt)
{
    return _kernelrpc_mach_port_assert_attributes(task, name, flavor, info, infoCnt);
}

kern_return_t mach_port_get_srights(ipc_space_t task, mach_port_name_t name, mach_port_rights_t *srights)
{
    return _kernelrpc_mach_port_get_srights(task, name, srights);
}

kern_return_t mach_port_get_context(ipc_space_read_t task, mach_port_name_t name, mach_port_context_t *context)
{
    return _kernelrpc_mach_port_get_context(task, name, context);
}

kern_return_t mach_port_set_context(ipc_space_t task, mach_port_name_t name, mach_port_context_t context)
{
    return _kernelrpc_mach_port_set_context(task, name, context);
}

kern_return_t mach_port_guard_with_flags(ipc_space_t task, mach_port_name_t name, mach_port_context_t guard,
                                         uint64_t flags)
{
    return _kernelrpc_mach_port_guard_with_flags(task, name, guard, flags);
}

kern_return_t mach_port_swap_guard(ipc_space_t task, mach_port_name_t name, mach_port_context_t old_guard,
                                   mach_port_context_t new_guard)
{
    return _kernelrpc_mach_port_swap_guard(task, name, old_guard, new_guard);
}

kern_return_t task_set_port_space(ipc_space_t task, int table_entries)
{
    return _kernelrpc_task_set_port_space(task, table_entries);
}

kern_return_t mach_port_space_info(ipc_space_read_t space, ipc_info_space_t *space_info,
                                   ipc_info_name_array_t *table_info, mach_msg_type_number_t *table_infoCnt,
                                   ipc_info_tree_name_array_t *tree_info, mach_msg_type_number_t *tree_infoCnt)
{
    return _kernelrpc_mach_port_space_info(space, space_info, table_info, table_infoCnt, tree_info,
                                           tree_infoCnt);
}

kern_return_t mach_port_space_basic_info(ipc_space_inspect_t task, ipc_info_space_basic_t *basic_info)
{
    return _kernelrpc_mach_port_space_basic_info(task, basic_info);
}

kern_return_t mach_port_dnrequest_info(ipc_space_t task, mach_port_name_t name, unsigned *dnr_total,
                                       unsigned *dnr_used)
{
    return _kernelrpc_mach_port_dnrequest_info(task, name, dnr_total, dnr_used);
}

kern_return_t mach_port_kobject(ipc_space_read_t task, mach_port_name_t name, natural_t *object_type,
                                mach_vm_address_t *object_addr)
{
    return _kernelrpc_mach_port_kobject(task, name, object_type, object_addr);
}

kern_return_t mach_port_kobject_description(ipc_space_read_t task, mach_port_name_t name,
                                            natural_t *object_type, mach_vm_address_t *object_addr,
                                            kobject_description_t description)
{
    return _kernelrpc_mach_port_kobject_description(task, name, object_type, object_addr, description);
}

kern_return_t mach_port_is_connection_for_service(ipc_space_t task, mach_port_name_t connection_port,
                                                  mach_port_name_t service_port, uint64_t *filter_policy_id)
{
    return _kernelrpc_mach_port_is_connection_for_service(task, connection_port, service_port,
                                                          filter_policy_id);
}

kern_return_t mach_port_get_service_port_info(ipc_space_read_t task, mach_port_name_t name,
                                              mach_service_port_info_data_t *sp_info_out)
{
    return _kernelrpc_mach_port_get_service_port_info(task, name, sp_info_out);
}
