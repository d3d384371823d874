/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/kmod.h> - kernel extensions: not offered; the header exists because others include it (abi-ipc 14) */
#ifndef _MACH_KMOD_H_
#define _MACH_KMOD_H_

typedef void *kmod_args_t;


#endif /* _MACH_KMOD_H_ */
