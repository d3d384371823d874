/* SPDX-License-Identifier: Apache-2.0 */
/* <malloc/malloc.h> - sizes of blocks, and the one zone that there is: the C library's heap */
#ifndef _MACHD_MALLOC_MALLOC_H_
#define _MACHD_MALLOC_MALLOC_H_

#include <stddef.h>
#include <stdlib.h>
#include <sys/cdefs.h>

typedef struct _malloc_zone_t malloc_zone_t;

__BEGIN_DECLS

/* Bytes that the block has; 0 for NULL. What malloc would give for a size: the size itself. */
size_t malloc_size(const void *block);
size_t malloc_good_size(size_t size);

malloc_zone_t *malloc_default_zone(void);
malloc_zone_t *malloc_zone_from_ptr(const void *block);

void *malloc_zone_malloc(malloc_zone_t *zone, size_t size);
void *malloc_zone_calloc(malloc_zone_t *zone, size_t n, size_t size);
void *malloc_zone_valloc(malloc_zone_t *zone, size_t size);
void *malloc_zone_realloc(malloc_zone_t *zone, void *block, size_t size);
void *malloc_zone_memalign(malloc_zone_t *zone, size_t alignment, size_t size);
void malloc_zone_free(malloc_zone_t *zone, void *block);

__END_DECLS

#endif /* _MACHD_MALLOC_MALLOC_H_ */
