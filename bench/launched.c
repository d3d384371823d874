/* SPDX-License-Identifier: Apache-2.0 */
/* bench/launched.c - the program that bench/launch.c starts: it writes the time at which it runs to descriptor 3. With CHECK_IN it
 * links libmach, and its time is that at which its first message has been sent. */
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#ifdef CHECK_IN
#include <mach/mach.h>

static void say_something(void)
{
    mach_msg_header_t header = {
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND_ONCE, 0),
        .msgh_size = sizeof(header),
        .msgh_remote_port = mach_reply_port(),
    };
    if (mach_msg(&header, MACH_SEND_MSG, sizeof(header), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL) !=
        MACH_MSG_SUCCESS)
        _exit(1);
}
#else
static void say_something(void)
{
}
#endif

int main(void)
{
    struct timespec now;
    say_something();
    clock_gettime(CLOCK_MONOTONIC, &now);
    double us = (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
    return write(3, &us, sizeof(us)) == sizeof(us) ? 0 : 1;
}
