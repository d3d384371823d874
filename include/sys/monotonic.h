/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/monotonic.h> - counters of the processor: sources include it; there is nothing of it here */
#ifndef _MACHD_SYS_MONOTONIC_H_
#define _MACHD_SYS_MONOTONIC_H_

#endif /* _MACHD_SYS_MONOTONIC_H_ */
