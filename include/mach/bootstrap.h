/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/bootstrap.h> - another name of <servers/bootstrap.h> */
#include <servers/bootstrap.h>
