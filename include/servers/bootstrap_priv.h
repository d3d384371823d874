/* SPDX-License-Identifier: Apache-2.0 */
/* <servers/bootstrap_priv.h> - another name of <bootstrap_priv.h> */
#include <bootstrap_priv.h>
