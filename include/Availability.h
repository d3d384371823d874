/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <Availability.h> - the decorations that say since which release a call exists
 *
 * They all expand to nothing: everything that is declared here is there. Version numbers are those of macOS
 * 10.15, the generation whose behaviour is built (abi-system 11.2).
 */
#ifndef __AVAILABILITY__
#define __AVAILABILITY__

#include <AvailabilityInternal.h>

#define __API_AVAILABLE(...)
#define __API_AVAILABLE_BEGIN(...)
#define __API_AVAILABLE_END
#define __API_DEPRECATED(...)
#define __API_DEPRECATED_WITH_REPLACEMENT(...)
#define __API_DEPRECATED_BEGIN(...)
#define __API_DEPRECATED_END
#define __API_UNAVAILABLE(...)
#define __API_UNAVAILABLE_BEGIN(...)
#define __API_UNAVAILABLE_END
#define __SPI_AVAILABLE(...)
#define __SPI_DEPRECATED(...)
#define __OSX_AVAILABLE(version)
#define __OSX_AVAILABLE_STARTING(osx, ios)
#define __OSX_AVAILABLE_BUT_DEPRECATED(osx, osx_dep, ios, ios_dep)
#define __OSX_AVAILABLE_BUT_DEPRECATED_MSG(...)
#define __OSX_DEPRECATED(...)
#define __OSX_UNAVAILABLE
#define __IOS_AVAILABLE(version)
#define __IOS_DEPRECATED(...)
#define __IOS_UNAVAILABLE
#define __IOS_PROHIBITED
#define __TVOS_AVAILABLE(version)
#define __TVOS_DEPRECATED(...)
#define __TVOS_UNAVAILABLE
#define __TVOS_PROHIBITED
#define __WATCHOS_AVAILABLE(version)
#define __WATCHOS_DEPRECATED(...)
#define __WATCHOS_UNAVAILABLE
#define __WATCHOS_PROHIBITED
#define __SWIFT_UNAVAILABLE
#define __SWIFT_UNAVAILABLE_MSG(text)

#ifndef API_AVAILABLE
#define API_AVAILABLE(...)
#define API_DEPRECATED(...)
#define API_DEPRECATED_WITH_REPLACEMENT(...)
#define API_UNAVAILABLE(...)
#define SPI_AVAILABLE(...)
#endif

#endif /* __AVAILABILITY__ */
