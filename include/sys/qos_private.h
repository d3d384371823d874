/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/qos_private.h> - the class below BACKGROUND (abi-system 6.1) */
#ifndef _SYS_QOS_PRIVATE_H
#define _SYS_QOS_PRIVATE_H

#include <sys/qos.h>

#define QOS_CLASS_MAINTENANCE ((qos_class_t)0x05)

#endif /* _SYS_QOS_PRIVATE_H */
