/* SPDX-License-Identifier: Apache-2.0 */
/* <mach-o/dyld_images.h> - Mach-O images: sources include it; there is nothing of it here (abi-system 11.2) */
#ifndef _MACH_O_DYLD_IMAGES_H_
#define _MACH_O_DYLD_IMAGES_H_

#endif /* _MACH_O_DYLD_IMAGES_H_ */
