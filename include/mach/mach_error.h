/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/mach_error.h> - texts for error numbers (abi-ipc 8) */
#ifndef _MACH_MACH_ERROR_H_
#define _MACH_MACH_ERROR_H_

#include <mach/error.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

/*
 * The text for a KERN_*, MACH_*, MIG_* or BOOTSTRAP_* code. Never NULL: a number without a text of its own
 * gives a general one. The string is constant and must not be freed.
 */
char *mach_error_string(mach_error_t error_value);

/* Writes `str`, a blank, the text and a newline to standard error; an unknown code in hexadecimal. */
void mach_error(const char *str, mach_error_t error_value);

/* The name of the system and subsystem that the number belongs to, for example "(ipc/send)". Never NULL. */
char *mach_error_type(mach_error_t error_value);

__END_DECLS

#endif /* _MACH_MACH_ERROR_H_ */
