/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/tsan.h - telling the thread sanitizer of the order that machd makes
 *
 * machd carries out one trap after the other: what a thread did before its trap comes before what another does after a
 * later one. The sanitizer sees neither machd nor its pages, and would take every two threads that synchronise by messages
 * for a race. Only where libmach itself is built with it: as a library it begins threads before the sanitizer knows them.
 */
#pragma once

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) && !defined(__SANITIZE_THREAD__)
#define __SANITIZE_THREAD__ 1
#endif
#endif

#ifdef __SANITIZE_THREAD__

void __tsan_acquire(void *address);
void __tsan_release(void *address);

#define TSAN_BEFORE_TRAP(machd) __tsan_release(machd)
#define TSAN_AFTER_TRAP(machd) __tsan_acquire(machd)

#else

#define TSAN_BEFORE_TRAP(machd) ((void)(machd))
#define TSAN_AFTER_TRAP(machd) ((void)(machd))

#endif
