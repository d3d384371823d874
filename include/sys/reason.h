/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/reason.h> - why a process ended: the namespaces of reasons, and ending with one
 *
 * machd keeps no reasons: a process that ends itself with one ends by SIGABRT, with the text on its standard error; another is
 * killed with SIGKILL.
 */
#ifndef _MACHD_SYS_REASON_H_
#define _MACHD_SYS_REASON_H_

#include <stdint.h>
#include <sys/cdefs.h>
#include <sys/types.h>

#define OS_REASON_INVALID 0
#define OS_REASON_JETSAM 1
#define OS_REASON_SIGNAL 2
#define OS_REASON_CODESIGNING 3
#define OS_REASON_HANGTRACER 4
#define OS_REASON_TEST 5
#define OS_REASON_DYLD 6
#define OS_REASON_LIBXPC 7
#define OS_REASON_OBJC 8
#define OS_REASON_EXEC 9
#define OS_REASON_SPRINGBOARD 10
#define OS_REASON_TCC 11
#define OS_REASON_REPORTCRASH 12
#define OS_REASON_COREANIMATION 13
#define OS_REASON_AGGREGATED 14
#define OS_REASON_RUNNINGBOARD 15
#define OS_REASON_SKYWALK 16
#define OS_REASON_SETTINGS 17
#define OS_REASON_LIBSYSTEM 18
#define OS_REASON_FOUNDATION 19
#define OS_REASON_WATCHDOG 20
#define OS_REASON_METAL 21
#define OS_REASON_WATCHKIT 22
#define OS_REASON_GUARD 23
#define OS_REASON_ANALYTICS 24
#define OS_REASON_SANDBOX 25
#define OS_REASON_SECURITY 26
#define OS_REASON_ENDPOINTSECURITY 27
#define OS_REASON_PAC_EXCEPTION 28
#define OS_REASON_BLUETOOTH_CHIP 29
#define OS_REASON_PORT_SPACE 30
#define OS_REASON_WEBKIT 31
#define OS_REASON_BACKLIGHTSERVICES 32
#define OS_REASON_MEDIA 33
#define OS_REASON_ROSETTA 34
#define OS_REASON_LIBIGNITION 35
#define OS_REASON_BOOTMOUNT 36

#define OS_REASON_BUFFER_MAX_SIZE 5120

#define OS_REASON_FLAG_NO_CRASH_REPORT 0x1
#define OS_REASON_FLAG_GENERATE_CRASH_REPORT 0x2
#define OS_REASON_FLAG_FROM_USERSPACE 0x4
#define OS_REASON_FLAG_FAILED_DATA_COPYIN 0x8
#define OS_REASON_FLAG_TRUNCATED_STRING 0x10
#define OS_REASON_FLAG_BAD_PARAMS 0x20
#define OS_REASON_FLAG_CONSISTENT_FAILURE 0x40
#define OS_REASON_FLAG_ONE_TIME_FAILURE 0x80
#define OS_REASON_FLAG_NO_CRASHED_TID 0x100
#define OS_REASON_FLAG_ABORT 0x200

__BEGIN_DECLS

/* text: NULL, or words for the reader of the report. payload: kept nowhere. */
void abort_with_reason(uint32_t name_space, uint64_t code, const char *text, uint64_t flags) __dead2;
void abort_with_payload(uint32_t name_space, uint64_t code, void *payload, uint32_t size, const char *text,
                        uint64_t flags) __dead2;

/* 0, or -1 with errno, as kill. EINVAL for no process of one's own. */
int terminate_with_reason(int pid, uint32_t name_space, uint64_t code, const char *text, uint64_t flags);
int terminate_with_payload(int pid, uint32_t name_space, uint64_t code, void *payload, uint32_t size, const char *text,
                           uint64_t flags);

__END_DECLS

#endif /* _MACHD_SYS_REASON_H_ */
