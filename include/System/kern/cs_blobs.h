/* SPDX-License-Identifier: Apache-2.0 */
/* <System/kern/cs_blobs.h> - the private side of <kern/cs_blobs.h>, which is the same */
#ifndef _MACHD_SYSTEM_KERN_CS_BLOBS_H_
#define _MACHD_SYSTEM_KERN_CS_BLOBS_H_

#include <kern/cs_blobs.h>

#endif /* _MACHD_SYSTEM_KERN_CS_BLOBS_H_ */
