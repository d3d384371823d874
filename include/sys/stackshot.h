/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/stackshot.h> - snapshots of all stacks: sources include it; there is nothing of it here */
#ifndef _MACHD_SYS_STACKSHOT_H_
#define _MACHD_SYS_STACKSHOT_H_

#endif /* _MACHD_SYS_STACKSHOT_H_ */
