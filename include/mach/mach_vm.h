/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/mach_vm.h> - calls on the memory of a task (subsystem 4800, abi-ipc 13)
 *
 * A task's memory is named by its task port: reading wants a read port, everything else the control port
 * (K50). Null error KERN_INVALID_ARGUMENT. Addresses and sizes need not be those of pages; whole pages are
 * meant. KERN_SUCCESS;
 * KERN_INVALID_ADDRESS, nothing is mapped there; KERN_PROTECTION_FAILURE, it may not be accessed so;
 * KERN_NOT_SUPPORTED, not built (P1).
 */
#ifndef _mach_vm_user_
#define _mach_vm_user_

#include <string.h>
#include <mach/ndr.h>
#include <mach/boolean.h>
#include <mach/kern_return.h>
#include <mach/notify.h>
#include <mach/mach_types.h>
#include <mach/message.h>
#include <mach/mig_errors.h>
#include <mach/port.h>
#include <mach/std_types.h>
#include <mach/mig.h>
#include <sys/cdefs.h>
#include <Availability.h>

__BEGIN_DECLS

/* ---- allocating ---- */

/*
 * `size` bytes of zeros, rounded to pages; VM_FLAGS_ANYWHERE chooses the address. (Own task: without a
 * message.)
 *    KERN_INVALID_ADDRESS, KERN_NO_SPACE, KERN_INVALID_ARGUMENT
 */
kern_return_t mach_vm_allocate(vm_map_t target, mach_vm_address_t *address, mach_vm_size_t size, int flags);

/* The pages that the range touches are gone. Also frees out-of-line memory that came in a message. */
kern_return_t mach_vm_deallocate(vm_map_t target, mach_vm_address_t address, mach_vm_size_t size);

/* ---- mapping ---- */

/* Maps a memory entry, or zeros for MACH_PORT_NULL. `mask` are address bits that must be 0. */
kern_return_t mach_vm_map(vm_map_t target_task, mach_vm_address_t *address, mach_vm_size_t size,
                          mach_vm_offset_t mask, int flags, mem_entry_name_port_t object,
                          memory_object_offset_t offset, boolean_t copy, vm_prot_t cur_protection,
                          vm_prot_t max_protection, vm_inherit_t inheritance);

/*
 * Maps memory of another task, or a copy of it; the protections that resulted are returned. `_new`: in with
 * what is wanted.
 */
kern_return_t mach_vm_remap(vm_map_t target_task, mach_vm_address_t *target_address, mach_vm_size_t size,
                            mach_vm_offset_t mask, int flags, vm_map_t src_task,
                            mach_vm_address_t src_address, boolean_t copy, vm_prot_t *cur_protection,
                            vm_prot_t *max_protection, vm_inherit_t inheritance);
kern_return_t mach_vm_remap_new(vm_map_t target_task, mach_vm_address_t *target_address, mach_vm_size_t size,
                                mach_vm_offset_t mask, int flags, vm_map_read_t src_task,
                                mach_vm_address_t src_address, boolean_t copy, vm_prot_t *cur_protection,
                                vm_prot_t *max_protection, vm_inherit_t inheritance);

/* A port that stands for memory. The common call is mach_make_memory_entry_64 (<mach/vm_map.h>). */
kern_return_t _mach_make_memory_entry(vm_map_t target_task, memory_object_size_t *size,
                                      memory_object_offset_t offset, vm_prot_t permission,
                                      mem_entry_name_port_t *object_handle,
                                      mem_entry_name_port_t parent_handle);

/* ---- reading and writing ---- */

/*
 * Reads into new out-of-line memory that the caller frees; into memory that the caller has; a list of ranges,
 * each in place of its entry.
 */
kern_return_t mach_vm_read(vm_map_read_t target_task, mach_vm_address_t address, mach_vm_size_t size,
                           vm_offset_t *data, mach_msg_type_number_t *dataCnt);
kern_return_t mach_vm_read_overwrite(vm_map_read_t target_task, mach_vm_address_t address,
                                     mach_vm_size_t size, mach_vm_address_t data, mach_vm_size_t *outsize);
kern_return_t mach_vm_read_list(vm_map_read_t target_task, mach_vm_read_entry_t data_list, natural_t count);

/* Writes `dataCnt` bytes; copies within the task. */
kern_return_t mach_vm_write(vm_map_t target_task, mach_vm_address_t address, vm_offset_t data,
                            mach_msg_type_number_t dataCnt);
kern_return_t mach_vm_copy(vm_map_t target_task, mach_vm_address_t source_address, mach_vm_size_t size,
                           mach_vm_address_t dest_address);

/* ---- attributes ---- */

/* VM_PROT_*: the present protection, or with `set_maximum` the most that it can become. */
kern_return_t mach_vm_protect(vm_map_t target_task, mach_vm_address_t address, mach_vm_size_t size,
                              boolean_t set_maximum, vm_prot_t new_protection);

/* VM_INHERIT_*: what a child of fork gets. */
kern_return_t mach_vm_inherit(vm_map_t target_task, mach_vm_address_t address, mach_vm_size_t size,
                              vm_inherit_t new_inheritance);

kern_return_t mach_vm_msync(vm_map_t target_task, mach_vm_address_t address, mach_vm_size_t size,
                            vm_sync_t sync_flags);
kern_return_t mach_vm_behavior_set(vm_map_t target_task, mach_vm_address_t address, mach_vm_size_t size,
                                   vm_behavior_t new_behavior);
kern_return_t mach_vm_machine_attribute(vm_map_t target_task, mach_vm_address_t address, mach_vm_size_t size,
                                        vm_machine_attribute_t attribute, vm_machine_attribute_val_t *value);
kern_return_t mach_vm_purgable_control(vm_map_t target_task, mach_vm_address_t address, vm_purgable_t control,
                                       int *state);

/* ---- looking ---- */

/*
 * The region that contains the address, or the next one: *address and *size are set to it.
 * <mach/vm_region.h>.
 *    KERN_INVALID_ADDRESS   no region there or above
 */
kern_return_t mach_vm_region(vm_map_read_t target_task, mach_vm_address_t *address, mach_vm_size_t *size,
                             vm_region_flavor_t flavor, vm_region_info_t info,
                             mach_msg_type_number_t *infoCnt, mach_port_t *object_name);
kern_return_t mach_vm_region_recurse(vm_map_read_t target_task, mach_vm_address_t *address,
                                     mach_vm_size_t *size, natural_t *nesting_depth,
                                     vm_region_recurse_info_t info, mach_msg_type_number_t *infoCnt);

/* Pages: VM_PAGE_QUERY_PAGE_* bits, one page or many. */
kern_return_t mach_vm_page_query(vm_map_read_t target_map, mach_vm_offset_t offset, integer_t *disposition,
                                 integer_t *ref_count);
kern_return_t mach_vm_page_info(vm_map_read_t target_task, mach_vm_address_t address,
                                vm_page_info_flavor_t flavor, vm_page_info_t info,
                                mach_msg_type_number_t *infoCnt);
kern_return_t mach_vm_page_range_query(vm_map_read_t target_map, mach_vm_offset_t address,
                                       mach_vm_size_t size, mach_vm_address_t dispositions,
                                       mach_vm_size_t *dispositions_count);

/* KERN_NOT_SUPPORTED. */
kern_return_t mach_vm_range_create(vm_map_t target_task, mach_vm_range_flavor_t flavor,
                                   mach_vm_range_recipes_raw_t recipes, mach_msg_type_number_t recipesCnt);
kern_return_t mach_vm_update_pointers_with_remote_tags(vm_map_t target, mach_vm_offset_list_t in_pointer_list,
                                                       mach_msg_type_number_t in_pointer_listCnt,
                                                       mach_vm_offset_list_t out_pointer_list,
                                                       mach_msg_type_number_t *out_pointer_listCnt);

__END_DECLS

#endif /* _mach_vm_user_ */
