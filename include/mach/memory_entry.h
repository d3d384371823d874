/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/memory_entry.h> - calls on memory entries (subsystem 4900, abi-ipc 13.3) */
#ifndef _memory_entry_user_
#define _memory_entry_user_

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

/* Reads and sets whether the memory may be thrown away: <mach/vm_purgable.h>. */
kern_return_t mach_memory_entry_purgable_control(mem_entry_name_port_t mem_entry, vm_purgable_t control,
                                                 int *state);

kern_return_t mach_memory_entry_access_tracking(mem_entry_name_port_t mem_entry, int *access_tracking,
                                                uint32_t *access_tracking_reads,
                                                uint32_t *access_tracking_writes);

/* On whose account the memory is: VM_LEDGER_TAG_*. */
kern_return_t mach_memory_entry_ownership(mem_entry_name_port_t mem_entry, task_t owner, int ledger_tag,
                                          int ledger_flags);

__END_DECLS

#endif /* _memory_entry_user_ */
