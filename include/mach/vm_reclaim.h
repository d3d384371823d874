/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/vm_reclaim.h> - memory that is given back later: sources include it; there is nothing of it here */
#ifndef _MACHD_MACH_VM_RECLAIM_H_
#define _MACHD_MACH_VM_RECLAIM_H_

#endif /* _MACHD_MACH_VM_RECLAIM_H_ */
