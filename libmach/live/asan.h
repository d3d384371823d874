/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/live/asan.h - what the address sanitizer must be told: below us on the stack stands what a vfork child has left */
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define ASAN_ON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ASAN_ON 1
#endif
#endif

#ifdef ASAN_ON
#include <stddef.h>

enum { ASAN_STACK_LEFT = 128 * 1024 };

void __asan_unpoison_memory_region(const volatile void *address, size_t size);

#define ASAN_UNCHECKED __attribute__((no_sanitize_address))
#define ASAN_FORGET_STACK()                                                                                  \
    __asan_unpoison_memory_region((char *)__builtin_frame_address(0) - ASAN_STACK_LEFT, ASAN_STACK_LEFT)
#else
#define ASAN_UNCHECKED
#define ASAN_FORGET_STACK() (void)0
#endif
