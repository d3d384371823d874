/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/kdebug.h> - words of the kernel's tracer
 *
 * Nobody traces that way here (`machctl trace` does, another way): every call succeeds and leaves nothing, as on macOS while no
 * trace is running.
 */
#ifndef _MACHD_SYS_KDEBUG_H_
#define _MACHD_SYS_KDEBUG_H_

#include <stdbool.h>
#include <stdint.h>
#include <sys/cdefs.h>

/* class 8 bits, subclass 8, code 14, function 2 */
#define KDBG_EVENTID(Class, SubClass, Code) \
    ((((uint32_t)(Class)&0xff) << 24) | (((uint32_t)(SubClass)&0xff) << 16) | (((uint32_t)(Code)&0x3fff) << 2))
#define KDBG_CODE(Class, SubClass, Code) KDBG_EVENTID(Class, SubClass, Code)
#define KDBG_CLASS_ENCODE(Class, SubClass) KDBG_EVENTID(Class, SubClass, 0)
#define KDBG_CLASS_MASK 0xff000000u
#define KDBG_SUBCLASS_MASK 0x00ff0000u
#define KDBG_CSC_MASK 0xffff0000u
#define KDBG_CODE_MASK 0x0000fffcu
#define KDBG_EVENTID_MASK 0xfffffffcu
#define KDBG_FUNC_MASK 0x00000003u
#define KDBG_EXTRACT_CLASS(Debugid) ((uint8_t)((uint32_t)(Debugid) >> 24))
#define KDBG_EXTRACT_SUBCLASS(Debugid) ((uint8_t)((uint32_t)(Debugid) >> 16))
#define KDBG_EXTRACT_CODE(Debugid) ((uint16_t)(((Debugid)&KDBG_CODE_MASK) >> 2))

#define DBG_FUNC_NONE 0
#define DBG_FUNC_START 1
#define DBG_FUNC_END 2

#define DBG_MACH 1
#define DBG_NETWORK 2
#define DBG_FSYSTEM 3
#define DBG_BSD 4
#define DBG_IOKIT 5
#define DBG_DRIVERS 6
#define DBG_TRACE 7
#define DBG_DLIL 8
#define DBG_PTHREAD 9
#define DBG_CORESTORAGE 10
#define DBG_MISC 20
#define DBG_SECURITY 30
#define DBG_DYLD 31
#define DBG_QT 32
#define DBG_APPS 33
#define DBG_LAUNCHD 34
#define DBG_PERF 37
#define DBG_IMPORTANCE 38
#define DBG_BANK 40
#define DBG_XPC 41
#define DBG_ATM 42
#define DBG_TURNSTILE 53
#define DBG_MIG 255

__BEGIN_DECLS

/* 0, or -1 with EINVAL for a code whose class is the tracer's own. */
int kdebug_trace(uint32_t code, uint64_t argument1, uint64_t argument2, uint64_t argument3, uint64_t argument4);
uint64_t kdebug_trace_string(uint32_t code, uint64_t id, const char *text);
bool kdebug_is_enabled(uint32_t code);

__END_DECLS

#include <sys/kdebug_signpost.h>

#endif /* _MACHD_SYS_KDEBUG_H_ */
