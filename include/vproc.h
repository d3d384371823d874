/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <vproc.h> - a job's word on its own life: transactions
 *
 * A transaction asks launchd not to kill the process while it lasts. launchd here never kills a job without SIGTERM
 * before, so that there is nothing to keep count of: beginning gives a handle, which ending takes back.
 */
#ifndef _MACHD_VPROC_H_
#define _MACHD_VPROC_H_

#include <mach/mach_types.h>
#include <sys/cdefs.h>
#include <sys/types.h>

typedef struct vproc_s *vproc_t;
typedef struct vproc_transaction_s *vproc_transaction_t;
typedef struct vproc_standby_s *vproc_standby_t;
typedef const void *vproc_err_t; /* NULL: none */

__BEGIN_DECLS

vproc_transaction_t vproc_transaction_begin(vproc_t vproc);
void vproc_transaction_end(vproc_t vproc, vproc_transaction_t transaction);

__END_DECLS

#endif /* _MACHD_VPROC_H_ */
