/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/resource_private.h> - roles stand in <sys/resource.h> here (abi-system 7) */
#include <sys/resource.h>
