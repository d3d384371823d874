/* SPDX-License-Identifier: Apache-2.0 */
/* wire/launchd_call.h - a remote call to launchd, made again when it died before it answered (B14) */
#pragma once

#include <mach/mig_errors.h>

/* Several launchds may die one after the other; a launchd that never answers is the caller's to know after these. */
#define CALL(stub)                                                                                           \
    ({                                                                                                       \
        kern_return_t kr_;                                                                                   \
        int tries_ = 16;                                                                                     \
        do                                                                                                   \
            kr_ = (stub);                                                                                    \
        while (kr_ == MIG_SERVER_DIED && --tries_ > 0);                                                      \
        kr_;                                                                                                 \
    })
