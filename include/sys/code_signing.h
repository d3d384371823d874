/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/code_signing.h> - code signing: sources include it; there is nothing of it here (abi-system 11.2) */
#ifndef _SYS_CODE_SIGNING_H_
#define _SYS_CODE_SIGNING_H_

#endif /* _SYS_CODE_SIGNING_H_ */
