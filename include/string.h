/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <string.h> - the C library's, plus what Darwin's declares besides
 *
 * Functions that younger C libraries have too come from them where they do, else from libmach under a link name of its own
 * (H14). Their meaning is that of OpenBSD's manual.
 */
#ifdef __GNUC__
#pragma GCC system_header /* for include_next, which -pedantic names an extension */
#endif
#ifndef _MACHD_STRING_H_
#define _MACHD_STRING_H_

#include_next <string.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

/* Copies, or appends, as much as fits into size bytes, always with a zero at the end if size is not 0. The length that it
 * wanted to make: size or more says that something was cut off. */
#if defined(__GLIBC__) && !__GLIBC_PREREQ(2, 38)
size_t strlcpy(char *to, const char *from, size_t size) __asm__("_mach_strlcpy");
size_t strlcat(char *to, const char *from, size_t size) __asm__("_mach_strlcat");
#endif

/* strstr that looks at no more than size bytes of text. */
char *strnstr(const char *text, const char *wanted, size_t size) __asm__("_mach_strnstr");

/* Fills with copies of a pattern of 4, 8 or 16 bytes; the last one is cut. */
void memset_pattern4(void *area, const void *pattern, size_t size) __asm__("_mach_memset_pattern4");
void memset_pattern8(void *area, const void *pattern, size_t size) __asm__("_mach_memset_pattern8");
void memset_pattern16(void *area, const void *pattern, size_t size) __asm__("_mach_memset_pattern16");

/* memset that no compiler leaves out. 0; EINVAL without a place or for a size beyond RSIZE_MAX; EOVERFLOW when n is larger than
 * the area, which is filled all the same. */
#ifndef RSIZE_MAX
#define RSIZE_MAX (__SIZE_MAX__ >> 1)
#endif
int memset_s(void *area, size_t area_size, int byte, size_t n) __asm__("_mach_memset_s");

/* 0 if they are equal; takes the same time if not. */
int timingsafe_bcmp(const void *left, const void *right, size_t size) __asm__("_mach_timingsafe_bcmp");

#if !defined(__USE_GNU) && !defined(__cplusplus)
void *memmem(const void *area, size_t size, const void *wanted, size_t wanted_size) __THROW;
char *strcasestr(const char *text, const char *wanted) __THROW;
#endif

__END_DECLS

#endif /* _MACHD_STRING_H_ */
