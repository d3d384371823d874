/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/vm_types.h> - types of the memory calls (abi-ipc 13.1) */
#ifndef _MACH_VM_TYPES_H_
#define _MACH_VM_TYPES_H_

#include <mach/port.h>
#include <mach/machine/vm_types.h>
#include <stdint.h>
#include <sys/cdefs.h>

typedef vm_offset_t pointer_t;
typedef vm_offset_t vm_address_t;

typedef uint64_t addr64_t;
typedef uint32_t reg64_t;
typedef uint32_t ppnum_t; /* a page number */
#define PPNUM_MAX UINT32_MAX

/* The memory of a task is named by its task port, of the flavor that the call demands (K50). */
typedef mach_port_t vm_map_t;
typedef mach_port_t vm_map_read_t;
typedef mach_port_t vm_map_inspect_t;
typedef mach_port_t upl_t;
typedef mach_port_t vm_named_entry_t;

#define VM_MAP_NULL ((vm_map_t)0)
#define VM_MAP_READ_NULL ((vm_map_read_t)0)
#define VM_MAP_INSPECT_NULL ((vm_map_inspect_t)0)
#define UPL_NULL ((upl_t)0)
#define VM_NAMED_ENTRY_NULL ((vm_named_entry_t)0)

typedef uint64_t vm_object_offset_t;
typedef uint64_t vm_object_size_t;
typedef mach_vm_offset_t *mach_vm_offset_list_t;

struct mach_vm_range {
    mach_vm_offset_t min_address;
    mach_vm_offset_t max_address;
};
typedef struct mach_vm_range *mach_vm_range_t;

__enum_decl(mach_vm_range_flavor_t, uint32_t, {
    MACH_VM_RANGE_FLAVOR_INVALID = 0,
    MACH_VM_RANGE_FLAVOR_V1 = 1,
});
typedef uint8_t *mach_vm_range_recipes_raw_t;

#endif /* _MACH_VM_TYPES_H_ */
