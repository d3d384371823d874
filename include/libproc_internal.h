/* SPDX-License-Identifier: Apache-2.0 */
/* <libproc_internal.h> - its calls stand in <libproc.h> here (abi-system 9) */
#include <libproc.h>
