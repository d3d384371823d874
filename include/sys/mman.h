/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/mman.h> - the C library's, plus what Darwin's has besides */
#ifdef __GNUC__
#pragma GCC system_header /* for include_next, which -pedantic names an extension */
#endif
#include_next <sys/mman.h>

#ifndef _MACHD_SYS_MMAN_H_
#define _MACHD_SYS_MMAN_H_

#include <mach/vm_inherit.h>
#include <sys/cdefs.h>

/* Wishes that Linux grants to everybody, or cannot be told. */
#define MAP_JIT 0
#define MAP_NOCACHE 0
#define MAP_NOEXTEND 0
#define MAP_HASSEMAPHORE 0
#define MAP_RESILIENT_CODESIGN 0
#define MAP_RESILIENT_MEDIA 0

/* What is there may be lost, and is wanted again. */
#ifdef MADV_FREE
#define MADV_FREE_REUSABLE MADV_FREE
#define MADV_FREE_REUSE MADV_NORMAL
#endif

__BEGIN_DECLS

/* What a fork child finds there: VM_INHERIT_*. 0, or -1 with EINVAL. As mach_vm_inherit. */
int minherit(void *address, size_t size, int inherit) __asm__("_mach_minherit");

__END_DECLS

#endif /* _MACHD_SYS_MMAN_H_ */
