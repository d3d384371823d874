/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/coalition.h> - groups of processes: the kinds of them. There are none here but the default ones */
#ifndef _MACHD_MACH_COALITION_H_
#define _MACHD_MACH_COALITION_H_

#define COALITION_TYPE_RESOURCE 0
#define COALITION_TYPE_JETSAM 1
#define COALITION_TYPE_MAX 1
#ifndef COALITION_NUM_TYPES
#define COALITION_NUM_TYPES (COALITION_TYPE_MAX + 1)
#endif

#define COALITION_TASKROLE_NONE (-1)
#define COALITION_TASKROLE_UNDEF 0
#define COALITION_TASKROLE_LEADER 1
#define COALITION_TASKROLE_XPC 2
#define COALITION_TASKROLE_EXT 3
#define COALITION_NUM_TASKROLES 4

#endif /* _MACHD_MACH_COALITION_H_ */
