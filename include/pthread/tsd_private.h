/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <pthread/tsd_private.h> - the reserved slots of a thread (abi-system 6.3)
 *
 * Darwin keeps them at fixed places in the thread; here a call finds out. The slots that a program can read have what
 * they are named for, the others NULL, and what is set in them is kept for the thread and used by nobody.
 */
#ifndef __PTHREAD_TSD_PRIVATE_H__
#define __PTHREAD_TSD_PRIVATE_H__

#include <os/tsd.h>

#define _PTHREAD_TSD_RESERVED_SLOT_COUNT 10

__BEGIN_DECLS

static inline int _pthread_has_direct_tsd(void)
{
    return 1;
}

static inline void *_pthread_getspecific_direct(unsigned long slot)
{
    return _os_tsd_get_direct(slot);
}

static inline int _pthread_setspecific_direct(unsigned long slot, void *value)
{
    return _os_tsd_set_direct(slot, value);
}

__END_DECLS

#endif /* __PTHREAD_TSD_PRIVATE_H__ */
