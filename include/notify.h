/* SPDX-License-Identifier: Apache-2.0 */
/* <notify.h> - notifications by name: sources include it; there is nothing of it here */
#ifndef _MACHD_NOTIFY_H_
#define _MACHD_NOTIFY_H_

#endif /* _MACHD_NOTIFY_H_ */
