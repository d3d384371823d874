/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/notify.h> - messages that the kernel sends about ports (abi-ipc 5, P67 to P83)
 *
 * A task asks with mach_port_request_notification and hands over a send-once right; the kernel uses it up to
 * send one message of 24 to 40 bytes. It is queued even on a full port, and is there when the call that
 * caused it returns.
 */
#ifndef _MACH_NOTIFY_H_
#define _MACH_NOTIFY_H_

#include <mach/port.h>
#include <mach/message.h>
#include <mach/ndr.h>

typedef mach_port_t notify_port_t;

/* Message ids. */
#define MACH_NOTIFY_FIRST 0100
#define MACH_NOTIFY_PORT_DELETED (MACH_NOTIFY_FIRST + 001) /* the name went away while its port lived (P74) */
#define MACH_NOTIFY_SEND_POSSIBLE (MACH_NOTIFY_FIRST + 002) /* there may be room in the queue again (P76) */
#define MACH_NOTIFY_PORT_DESTROYED (MACH_NOTIFY_FIRST + 005) /* here is the receive right itself (P81) */
#define MACH_NOTIFY_NO_SENDERS (MACH_NOTIFY_FIRST + 006) /* the last send right is gone (P78) */
#define MACH_NOTIFY_SEND_ONCE (MACH_NOTIFY_FIRST + 007) /* the send-once right was destroyed unused (P82) */
#define MACH_NOTIFY_DEAD_NAME (MACH_NOTIFY_FIRST + 010) /* the port died; one uref came with this (P73) */
#define MACH_NOTIFY_LAST (MACH_NOTIFY_FIRST + 015)

/*
 * The messages, with the smallest trailer that tells the sender. msgh_size is 36; 40 for port destroyed, 24
 * for send once. A receiver that must not be deceived looks at the trailer: the kernel's sender is {0, 1}
 * (P68, P157).
 */
typedef struct {
    mach_msg_header_t not_header;
    NDR_record_t NDR;
    mach_port_name_t not_port; /* MACH_MSG_TYPE_PORT_NAME: a number */
    mach_msg_format_0_trailer_t trailer;
} mach_port_deleted_notification_t;

typedef struct {
    mach_msg_header_t not_header;
    NDR_record_t NDR;
    mach_port_name_t not_port; /* MACH_MSG_TYPE_PORT_NAME: a number */
    mach_msg_format_0_trailer_t trailer;
} mach_send_possible_notification_t;

typedef struct {
    mach_msg_header_t not_header;
    mach_msg_body_t not_body;
    mach_msg_port_descriptor_t not_port; /* disposition 16: the receive right */
    mach_msg_format_0_trailer_t trailer;
} mach_port_destroyed_notification_t;

typedef struct {
    mach_msg_header_t not_header;
    NDR_record_t NDR;
    mach_msg_type_number_t not_count; /* the make-send count */
    mach_msg_format_0_trailer_t trailer;
} mach_no_senders_notification_t;

typedef struct {
    mach_msg_header_t not_header;
    mach_msg_format_0_trailer_t trailer;
} mach_send_once_notification_t;

typedef struct {
    mach_msg_header_t not_header;
    NDR_record_t NDR;
    mach_port_name_t not_port; /* MACH_MSG_TYPE_PORT_NAME: a number */
    mach_msg_format_0_trailer_t trailer;
} mach_dead_name_notification_t;

#endif /* _MACH_NOTIFY_H_ */
