/* SPDX-License-Identifier: Apache-2.0 */
/* <mach_debug/hash_info.h> - buckets of a hash table: the type alone */
#ifndef _MACHD_MACH_DEBUG_HASH_INFO_H_
#define _MACHD_MACH_DEBUG_HASH_INFO_H_

#include <mach/machine/vm_types.h>

typedef struct hash_info_bucket {
    natural_t hib_count; /* records in the bucket */
} hash_info_bucket_t;
typedef hash_info_bucket_t *hash_info_bucket_array_t;

#endif /* _MACHD_MACH_DEBUG_HASH_INFO_H_ */
