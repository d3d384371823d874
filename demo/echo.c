/* SPDX-License-Identifier: Apache-2.0 */
/* demo/echo.c - the service of demo/launch.c: answers one call with the moments of its own life, and ends
 *
 * What it does after its answer it tells the port that came with the call.
 */
#include <servers/bootstrap.h>

#include "demo/echo.h"

static struct echo_reply reply;

__attribute__((constructor)) static void begin(void)
{
    reply.at[STEP_FIRST] = echo_now();
}

static void send_moments(mach_port_t to, mach_msg_type_name_t how, struct moment *at, int id)
{
    reply.header = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(how, 0), .msgh_size = sizeof(reply), .msgh_remote_port = to, .msgh_id = id
    };
    if (at != NULL)
        *at = echo_now();
    mach_msg(&reply.header, MACH_SEND_MSG, sizeof(reply), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

int main(void)
{
    struct {
        struct echo_call call;
        mach_msg_max_trailer_t trailer;
    } request;
    mach_port_t service;

    reply.at[STEP_MAIN] = echo_now();
    demo_check(bootstrap_check_in(bootstrap_port, ECHO_NAME, &service), "check in " ECHO_NAME);
    reply.at[STEP_CHECK_IN] = echo_now();
    demo_check(mach_msg(&request.call.header, MACH_RCV_MSG, 0, sizeof(request), service, 0, MACH_PORT_NULL),
               "receive the call");
    reply.at[STEP_RECEIVE] = echo_now();
    send_moments(request.call.header.msgh_remote_port, MACH_MSGH_BITS_REMOTE(request.call.header.msgh_bits),
                 NULL, ECHO_ANSWER);
    send_moments(request.call.after.name, MACH_MSG_TYPE_MOVE_SEND_ONCE, &reply.at[STEP_AFTER], ECHO_AFTER);
    return 0;
}
