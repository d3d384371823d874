/* SPDX-License-Identifier: Apache-2.0 */
/* What a library with vouchers has, for stubs that ask it (M57) */
#pragma once

#include <mach/message.h>

#define USING_VOUCHERS

extern boolean_t voucher_mach_msg_set(mach_msg_header_t *msg) __attribute__((__weak__));
