/* SPDX-License-Identifier: Apache-2.0 */
/* <os/feature_private.h> - switches of features: sources include it; there is nothing of it here */
#ifndef _MACHD_OS_FEATURE_PRIVATE_H_
#define _MACHD_OS_FEATURE_PRIVATE_H_

#endif /* _MACHD_OS_FEATURE_PRIVATE_H_ */
