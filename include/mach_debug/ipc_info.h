/* SPDX-License-Identifier: Apache-2.0 */
/* <mach_debug/ipc_info.h> - what mach_port_space_info tells about a name space (abi-ipc 3, P172, P173) */
#ifndef _MACH_DEBUG_IPC_INFO_H_
#define _MACH_DEBUG_IPC_INFO_H_

#include <mach/boolean.h>
#include <mach/port.h>
#include <mach/machine/vm_types.h>

/* The table as a whole. Sizes count slots. The tree does not exist any more: its three words are 0. */
typedef struct ipc_info_space {
    natural_t iis_genno_mask; /* the generation bits of a name: 0xff (P6) */
    natural_t iis_table_size;
    natural_t iis_table_next; /* the size that it would grow to next */
    natural_t iis_tree_size;
    natural_t iis_tree_small;
    natural_t iis_tree_hash;
} ipc_info_space_t;

typedef struct ipc_info_space_basic {
    natural_t iisb_genno_mask;
    natural_t iisb_table_size;
    natural_t iisb_table_next;
    natural_t iisb_table_inuse;
    natural_t iisb_reserved[2];
} ipc_info_space_basic_t;

/* One slot of the table; a free one has type 0. */
typedef struct ipc_info_name {
    mach_port_name_t iin_name;
    integer_t iin_collision;    /* 0 */
    mach_port_type_t iin_type;  /* with the request bits of P19 */
    mach_port_urefs_t iin_urefs;
    natural_t iin_object;       /* equal for names of the same port; tells nothing else */
    natural_t iin_next;
    natural_t iin_hash;
} ipc_info_name_t;
typedef ipc_info_name_t *ipc_info_name_array_t;

typedef struct ipc_info_tree_name {
    ipc_info_name_t iitn_name;
    mach_port_name_t iitn_lchild;
    mach_port_name_t iitn_rchild;
} ipc_info_tree_name_t;
typedef ipc_info_tree_name_t *ipc_info_tree_name_array_t;

/* A port as the exception calls ending in _info report it: numbers to compare, no rights. */
typedef struct ipc_info_port {
    natural_t iip_port_object;
    natural_t iip_receiver_object;
} ipc_info_port_t;
typedef ipc_info_port_t *exception_handler_info_array_t;

#endif /* _MACH_DEBUG_IPC_INFO_H_ */
