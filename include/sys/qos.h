/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/qos.h> - quality-of-service classes: what a thread works for (abi-system 6.1)
 *
 *    class              thread QoS   Mach priority
 *    USER_INTERACTIVE   6            47 (46 outside the foreground)
 *    USER_INITIATED     5            37
 *    DEFAULT            4            31
 *    UTILITY            3            20
 *    BACKGROUND         2            4
 */
#ifndef _SYS_QOS_H
#define _SYS_QOS_H

#include <sys/cdefs.h>
#include <Availability.h>

__enum_decl(qos_class_t, unsigned int, {
    QOS_CLASS_USER_INTERACTIVE = 0x21,
    QOS_CLASS_USER_INITIATED = 0x19,
    QOS_CLASS_DEFAULT = 0x15,
    QOS_CLASS_UTILITY = 0x11,
    QOS_CLASS_BACKGROUND = 0x09,
    QOS_CLASS_UNSPECIFIED = 0x00,
});

#define QOS_MIN_RELATIVE_PRIORITY (-15) /* relative priorities go from this to 0 */

__BEGIN_DECLS

/* The class requested for the calling thread, and for the main thread; never one it was boosted to. (T29) */
qos_class_t qos_class_self(void);
qos_class_t qos_class_main(void);

__END_DECLS

#endif /* _SYS_QOS_H */
