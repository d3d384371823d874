/* SPDX-License-Identifier: Apache-2.0 */
/* <ConditionalMacros.h> - the old name of <TargetConditionals.h> */
#ifndef _MACHD_CONDITIONALMACROS_H_
#define _MACHD_CONDITIONALMACROS_H_

#include <TargetConditionals.h>

#endif /* _MACHD_CONDITIONALMACROS_H_ */
