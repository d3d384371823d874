/* SPDX-License-Identifier: Apache-2.0 */
/* <libkern/OSCacheControl.h> - caches of instructions and data */
#ifndef _MACHD_LIBKERN_OSCACHECONTROL_H_
#define _MACHD_LIBKERN_OSCACHECONTROL_H_

#include <stddef.h>
#include <sys/cdefs.h>

/* Before code that was just written there is run. */
__header_always_inline void sys_icache_invalidate(void *start, size_t length)
{
    __builtin___clear_cache((char *)start, (char *)start + length);
}

/* Data caches are coherent: nothing to do. */
__header_always_inline void sys_dcache_flush(void *start __unused, size_t length __unused)
{
}

#endif /* _MACHD_LIBKERN_OSCACHECONTROL_H_ */
