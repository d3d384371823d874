/* SPDX-License-Identifier: Apache-2.0 */
/* bench/ondemand_mach_served.c - checks in, answers one call, ends */
#include <mach/mach.h>
#include <servers/bootstrap.h>

#include "ondemand.h"

int main(void)
{
    struct {
        mach_msg_header_t header;
        mach_msg_max_trailer_t trailer;
    } message;
    mach_port_t service;
    if (bootstrap_check_in(bootstrap_port, ONDEMAND_MACH, &service) != KERN_SUCCESS ||
        mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof(message), service, 0, MACH_PORT_NULL) != KERN_SUCCESS)
        return 1;
    message.header.msgh_bits = MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(message.header.msgh_bits), 0);
    message.header.msgh_local_port = MACH_PORT_NULL;
    message.header.msgh_id++;
    return mach_msg(&message.header, MACH_SEND_MSG, sizeof(message.header), 0, MACH_PORT_NULL, 0,
                    MACH_PORT_NULL) != KERN_SUCCESS;
}
