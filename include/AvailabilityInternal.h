/* SPDX-License-Identifier: Apache-2.0 */
/* <AvailabilityInternal.h> - the numbers behind <Availability.h> (abi-system 11.2) */
#ifndef __AVAILABILITY_INTERNAL__
#define __AVAILABILITY_INTERNAL__

#include <AvailabilityVersions.h>

#ifndef __MAC_OS_X_VERSION_MIN_REQUIRED
#define __MAC_OS_X_VERSION_MIN_REQUIRED __MAC_10_15
#endif
#ifndef __MAC_OS_X_VERSION_MAX_ALLOWED
#define __MAC_OS_X_VERSION_MAX_ALLOWED __MAC_10_15
#endif

#endif /* __AVAILABILITY_INTERNAL__ */
