/* SPDX-License-Identifier: Apache-2.0 */
/* <ptrauth.h> - signed pointers, which do not exist here (abi-system 11.2) */
#ifndef __PTRAUTH_H
#define __PTRAUTH_H

#define ptrauth_strip(pointer, key) (pointer)
#define ptrauth_sign_unauthenticated(pointer, key, discriminator) (pointer)

#endif /* __PTRAUTH_H */
