/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/darwin/libc.c - what Darwin's C library has and not every Linux one: each under a link name of its own (H14) */
#include <errno.h>
#include <mach/mach.h>
#include <mach/mach_vm.h>
#include <malloc.h>
#include <malloc/malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { NS_PER_S = 1000000000 };

/* By their link names, so that a C library which has them too does not stand in the way. */
size_t _mach_strlcpy(char *to, const char *from, size_t size);
size_t _mach_strlcat(char *to, const char *from, size_t size);

size_t _mach_strlcpy(char *to, const char *from, size_t size)
{
    size_t length = strlen(from);
    if (size > 0) {
        size_t n = length < size ? length : size - 1;
        memcpy(to, from, n);
        to[n] = '\0';
    }
    return length;
}

size_t _mach_strlcat(char *to, const char *from, size_t size)
{
    size_t has = strnlen(to, size);
    return has + _mach_strlcpy(to + has, from, size - has);
}

char *strnstr(const char *text, const char *wanted, size_t size)
{
    return memmem(text, strnlen(text, size), wanted, strlen(wanted));
}

/* Whole copies of the pattern, and a beginning of it where the size is no multiple. */
static void repeat(unsigned char *area, const void *pattern, size_t period, size_t size)
{
    for (size_t done = 0; done < size; done += period)
        memcpy(area + done, pattern, size - done < period ? size - done : period);
}

void memset_pattern4(void *area, const void *pattern, size_t size)
{
    repeat(area, pattern, 4, size);
}

void memset_pattern8(void *area, const void *pattern, size_t size)
{
    repeat(area, pattern, 8, size);
}

void memset_pattern16(void *area, const void *pattern, size_t size)
{
    repeat(area, pattern, 16, size);
}

int memset_s(void *area, size_t area_size, int byte, size_t n)
{
    if (area == NULL || area_size > RSIZE_MAX || n > RSIZE_MAX)
        return EINVAL;
    memset(area, byte, n < area_size ? n : area_size);
    __asm__ volatile("" : : "r"(area) : "memory");
    return n <= area_size ? 0 : EOVERFLOW;
}

int timingsafe_bcmp(const void *left, const void *right, size_t size)
{
    const unsigned char *a = left, *b = right;
    unsigned char differ = 0;
    for (size_t i = 0; i < size; i++)
        differ |= a[i] ^ b[i];
    return differ != 0;
}

/* ---- the program ---- */

static const char *program_name;

const char *getprogname(void)
{
    extern char *program_invocation_short_name;
    return program_name != NULL ? program_name : program_invocation_short_name;
}

void setprogname(const char *name)
{
    const char *slash = strrchr(name, '/');
    program_name = slash != NULL ? slash + 1 : name;
}

int issetugid(void)
{
    return getauxval(AT_SECURE) != 0;
}

int getpeereid(int socket, uid_t *euid, gid_t *egid)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return -1;
    *euid = peer.uid;
    *egid = peer.gid;
    return 0;
}

/* ---- memory and time ---- */

int minherit(void *address, size_t size, int inherit)
{
    if (mach_vm_inherit(mach_task_self(), (mach_vm_address_t)(uintptr_t)address, size,
                        (vm_inherit_t)inherit) == KERN_SUCCESS)
        return 0;
    errno = EINVAL;
    return -1;
}

size_t malloc_size(const void *block)
{
    return malloc_usable_size((void *)(uintptr_t)block);
}

size_t malloc_good_size(size_t size)
{
    return size;
}

static char the_zone;

malloc_zone_t *malloc_default_zone(void)
{
    return (malloc_zone_t *)(void *)&the_zone;
}

malloc_zone_t *malloc_zone_from_ptr(const void *block)
{
    return block != NULL ? malloc_default_zone() : NULL;
}

void *malloc_zone_malloc(malloc_zone_t *zone, size_t size)
{
    return malloc(size);
}

void *malloc_zone_calloc(malloc_zone_t *zone, size_t n, size_t size)
{
    return calloc(n, size);
}

void *malloc_zone_valloc(malloc_zone_t *zone, size_t size)
{
    return valloc(size);
}

void *malloc_zone_realloc(malloc_zone_t *zone, void *block, size_t size)
{
    return realloc(block, size);
}

void *malloc_zone_memalign(malloc_zone_t *zone, size_t alignment, size_t size)
{
    void *block = NULL;
    return posix_memalign(&block, alignment, size) == 0 ? block : NULL;
}

void malloc_zone_free(malloc_zone_t *zone, void *block)
{
    free(block);
}

void *reallocf(void *memory, size_t size)
{
    void *moved = realloc(memory, size);
    if (moved == NULL && size > 0)
        free(memory);
    return moved;
}

uint64_t clock_gettime_nsec_np(clockid_t clock)
{
    struct timespec now;
    return clock_gettime(clock, &now) == 0 ? (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec : 0;
}
