/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/host_notify.h> - changes of the clock that a task can ask to hear of (host_request_notification) */
#ifndef _MACH_HOST_NOTIFY_H_
#define _MACH_HOST_NOTIFY_H_

#define HOST_NOTIFY_CALENDAR_CHANGE 0        /* the calendar clock was set */
#define HOST_NOTIFY_CALENDAR_SET 1           /* ... by a user */
#define HOST_NOTIFY_TYPE_MAX 1

/* Ids of the messages that tell it. */
#define HOST_CALENDAR_CHANGED_REPLYID 950
#define HOST_CALENDAR_SET_REPLYID 951

#endif /* _MACH_HOST_NOTIFY_H_ */
