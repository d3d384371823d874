/* SPDX-License-Identifier: Apache-2.0 */
/* <uuid/uuid.h> - UUIDs; the functions are libmach's own (H14) */
#ifdef __GNUC__
#pragma GCC system_header /* for include_next, which -pedantic names an extension */
#endif
#ifndef _MACHD_UUID_UUID_H_
#define _MACHD_UUID_UUID_H_

#include <sys/types.h>
#include <sys/cdefs.h>

#ifndef _UL_LIBUUID_UUID_H
#define _UL_LIBUUID_UUID_H /* libuuid's may be included as well */
#ifndef _UUID_T
#define _UUID_T
typedef unsigned char uuid_t[16];
#endif
#endif

typedef char uuid_string_t[37];
typedef const unsigned char *uuid_cu_t;
typedef unsigned char *uuid_u_t;
typedef const char *uuid_cstr_t;
typedef char *uuid_str_t;

#ifndef UUID_DEFINE
#define UUID_DEFINE(name, u0, u1, u2, u3, u4, u5, u6, u7, u8, u9, u10, u11, u12, u13, u14, u15) \
    static const uuid_t name __unused = { u0, u1, u2, u3, u4, u5, u6, u7, u8, u9, u10, u11, u12, u13, u14, u15 }
#endif

__BEGIN_DECLS

void uuid_clear(uuid_t uuid) __asm__("_mach_uuid_clear");
int uuid_compare(const uuid_t left, const uuid_t right) __asm__("_mach_uuid_compare"); /* as memcmp */
void uuid_copy(uuid_t to, const uuid_t from) __asm__("_mach_uuid_copy");
int uuid_is_null(const uuid_t uuid) __asm__("_mach_uuid_is_null");

/* Random ones (version 4), all three. */
void uuid_generate(uuid_t uuid) __asm__("_mach_uuid_generate");
void uuid_generate_random(uuid_t uuid) __asm__("_mach_uuid_generate_random");
void uuid_generate_time(uuid_t uuid) __asm__("_mach_uuid_generate_time");

/* 36 characters (uuid_string_t); 0, or -1 for what is no UUID. */
int uuid_parse(const char *text, uuid_t uuid) __asm__("_mach_uuid_parse");

/* 36 characters and a zero; upper case, as on macOS. */
void uuid_unparse(const uuid_t uuid, char *text) __asm__("_mach_uuid_unparse");
void uuid_unparse_upper(const uuid_t uuid, char *text) __asm__("_mach_uuid_unparse_upper");
void uuid_unparse_lower(const uuid_t uuid, char *text) __asm__("_mach_uuid_unparse_lower");

__END_DECLS

#endif /* _MACHD_UUID_UUID_H_ */
