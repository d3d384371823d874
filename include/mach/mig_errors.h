/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/mig_errors.h> - results of generated stubs and the reply that carries them (abi-ipc 8) */
#ifndef _MACH_MIG_ERRORS_H_
#define _MACH_MIG_ERRORS_H_

#include <mach/mig.h>
#include <mach/ndr.h>
#include <mach/message.h>
#include <mach/kern_return.h>
#include <sys/cdefs.h>

#define MIG_TYPE_ERROR -300      /* the request or reply has not the shape that the description says */
#define MIG_REPLY_MISMATCH -301  /* the reply's id is not the request's plus 100 */
#define MIG_REMOTE_ERROR -302    /* the server reported a failure */
#define MIG_BAD_ID -303          /* the receiver knows no such request (P178) */
#define MIG_BAD_ARGUMENTS -304   /* size, count or an argument does not fit the routine (K5) */
#define MIG_NO_REPLY -305        /* the server answers later, or not at all: nothing is sent now (P190) */
#define MIG_EXCEPTION -306       /* the server raised an exception */
#define MIG_ARRAY_TOO_LARGE -307 /* an array does not fit the caller's buffer */
#define MIG_SERVER_DIED -308     /* the request's reply right was destroyed: nobody will answer */
#define MIG_TRAILER_ERROR -309   /* the trailer has an unexpected format */

/* The 36 bytes that answer a request in vain, and one that has nothing to return but success. */
#pragma pack(push, 4)
typedef struct {
    mach_msg_header_t Head;
    NDR_record_t NDR;
    kern_return_t RetCode;
} mig_reply_error_t;
#pragma pack(pop)

__BEGIN_DECLS

/* Nothing to convert: all our machines represent numbers alike. */
static __inline__ __unused void __NDR_convert__mig_reply_error_t(__unused mig_reply_error_t *x)
{
}

__END_DECLS

#endif /* _MACH_MIG_ERRORS_H_ */
