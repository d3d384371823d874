/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/csr.h> - the protection of the system: sources include it; there is nothing of it here */
#ifndef _MACHD_SYS_CSR_H_
#define _MACHD_SYS_CSR_H_

#endif /* _MACHD_SYS_CSR_H_ */
