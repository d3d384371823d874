/* SPDX-License-Identifier: Apache-2.0 */
/* <os/tsd.h> - the reserved slots of a thread (abi-system 6.3) */
#ifndef OS_TSD_H
#define OS_TSD_H

#include <sys/cdefs.h>

#define __TSD_THREAD_SELF 0 /* pthread_t */
#define __TSD_ERRNO 1       /* int * */
#define __TSD_MIG_REPLY 2
#define __TSD_MACH_THREAD_SELF 3 /* the thread's control port by name, as a number */
#define __TSD_THREAD_QOS_CLASS 4
#define __TSD_RETURN_TO_KERNEL 5
#define __TSD_PTR_MUNGE 7
#define __TSD_MACH_SPECIAL_REPLY 8
#define __TSD_SEMAPHORE_CACHE 9

__BEGIN_DECLS

/* Slots 0 to 9, else NULL and EINVAL; slots 0, 1 and 3 cannot be set (EINVAL). 0, or an error number. */
void *_os_tsd_get_direct(unsigned long slot);
int _os_tsd_set_direct(unsigned long slot, void *value);

__END_DECLS

#endif /* OS_TSD_H */
