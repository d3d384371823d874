/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/kern_return.h> - results of kernel calls (abi-ipc 1)
 *
 * Every kernel call returns one of these, or a code of the message that carried the call: MACH_SEND_* and
 * MACH_RCV_* (<mach/message.h>), or MIG_* (<mach/mig_errors.h>). mach_error_string() has a text for all of
 * them. What a code means for one call, and in which order the checks are made, stands at the call.
 */
#ifndef _MACH_KERN_RETURN_H_
#define _MACH_KERN_RETURN_H_

#include <mach/machine/kern_return.h>

#define KERN_SUCCESS 0                   /* done */
#define KERN_INVALID_ADDRESS 1           /* no such address */
#define KERN_PROTECTION_FAILURE 2        /* the memory does not allow that access */
#define KERN_NO_SPACE 3                  /* the address range or the name space is full (P10) */
#define KERN_INVALID_ARGUMENT 4
#define KERN_FAILURE 5                   /* unspecified; each call says what it means there */
#define KERN_RESOURCE_SHORTAGE 6         /* no memory, or a limit of the caller is reached */
#define KERN_NOT_RECEIVER 7
#define KERN_NO_ACCESS 8                 /* a policy forbids it */
#define KERN_MEMORY_FAILURE 9            /* the object behind the address is gone */
#define KERN_MEMORY_ERROR 10             /* the memory could not be read */
#define KERN_ALREADY_IN_SET 11           /* the port is a member of that set already (P85) */
#define KERN_NOT_IN_SET 12               /* the port is in no such set (P86, P87) */
#define KERN_NAME_EXISTS 13              /* the name is in use */
#define KERN_ABORTED 14                  /* the wait was ended by thread_abort or a signal */
#define KERN_INVALID_NAME 15             /* the name denotes nothing (P7) */
#define KERN_INVALID_TASK 16             /* no task, or one that has ended (P2) */
#define KERN_INVALID_RIGHT 17            /* the name denotes another kind of right */
#define KERN_INVALID_VALUE 18            /* a number out of range */
#define KERN_UREFS_OVERFLOW 19           /* historic: counts peg instead (P24) */
#define KERN_INVALID_CAPABILITY 20       /* the right cannot be used that way, or its port is dead */
#define KERN_RIGHT_EXISTS 21             /* the task holds the port under another name (P39) */
#define KERN_INVALID_HOST 22
#define KERN_MEMORY_PRESENT 23
#define KERN_MEMORY_DATA_MOVED 24
#define KERN_MEMORY_RESTART_COPY 25
#define KERN_INVALID_PROCESSOR_SET 26
#define KERN_POLICY_LIMIT 27
#define KERN_INVALID_POLICY 28
#define KERN_INVALID_OBJECT 29
#define KERN_ALREADY_WAITING 30
#define KERN_DEFAULT_SET 31
#define KERN_EXCEPTION_PROTECTED 32
#define KERN_INVALID_LEDGER 33
#define KERN_INVALID_MEMORY_CONTROL 34
#define KERN_INVALID_SECURITY 35
#define KERN_NOT_DEPRESSED 36
#define KERN_TERMINATED 37               /* the object has ended or is ending */
#define KERN_LOCK_SET_DESTROYED 38
#define KERN_LOCK_UNSTABLE 39
#define KERN_LOCK_OWNED 40
#define KERN_LOCK_OWNED_SELF 41
#define KERN_SEMAPHORE_DESTROYED 42
#define KERN_RPC_SERVER_TERMINATED 43
#define KERN_RPC_TERMINATE_ORPHAN 44
#define KERN_RPC_CONTINUE_ORPHAN 45
#define KERN_NOT_SUPPORTED 46            /* not built, or not possible here (P1) */
#define KERN_NODE_DOWN 47
#define KERN_NOT_WAITING 48
#define KERN_OPERATION_TIMED_OUT 49
#define KERN_CODESIGN_ERROR 50
#define KERN_POLICY_STATIC 51
#define KERN_INSUFFICIENT_BUFFER_SIZE 52
#define KERN_DENIED 53                   /* a security policy forbids it */
#define KERN_MISSING_KC 54
#define KERN_INVALID_KC 55
#define KERN_NOT_FOUND 56
#define KERN_RETURN_MAX 0x100            /* upper bound of these codes */

#endif /* _MACH_KERN_RETURN_H_ */
