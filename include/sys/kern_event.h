/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/kern_event.h> - events of the kernel by socket: sources include it; there is nothing of it here */
#ifndef _MACHD_SYS_KERN_EVENT_H_
#define _MACHD_SYS_KERN_EVENT_H_

#endif /* _MACHD_SYS_KERN_EVENT_H_ */
