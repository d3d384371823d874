/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/host_security.h> - calls on the security port, which is retired: nothing is declared */
#ifndef _MACH_HOST_SECURITY_H_
#define _MACH_HOST_SECURITY_H_

#include <mach/mach_types.h>


#endif /* _MACH_HOST_SECURITY_H_ */
