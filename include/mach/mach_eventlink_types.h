/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/mach_eventlink_types.h> - options of the calls in <mach/mach_eventlink.h> (abi-system 11.1) */
#ifndef _MACH_MACH_EVENTLINK_TYPES_H_
#define _MACH_MACH_EVENTLINK_TYPES_H_

#include <mach/mach_types.h>
#include <stdint.h>

typedef uint32_t kern_clock_id_t;
#define KERN_CLOCK_MACH_ABSOLUTE_TIME 1

typedef uint32_t mach_eventlink_create_option_t;
#define MELC_OPTION_NONE 0
#define MELC_OPTION_NO_COPYIN 0x1
#define MELC_OPTION_WITH_COPYIN 0x2

typedef uint32_t mach_eventlink_associate_option_t;
#define MELA_OPTION_NONE 0
#define MELA_OPTION_ASSOCIATE_ON_WAIT 0x1

typedef uint32_t mach_eventlink_disassociate_option_t;
#define MELD_OPTION_NONE 0

typedef uint32_t mach_eventlink_signal_wait_option_t;
#define MELSW_OPTION_NONE 0
#define MELSW_OPTION_NO_WAIT 0x1

#endif /* _MACH_MACH_EVENTLINK_TYPES_H_ */
