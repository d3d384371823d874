/* SPDX-License-Identifier: Apache-2.0 */
/* bench/ondemand_mach.c - a job of launchd, with a service */
#include <mach/mach.h>
#include <mach/mach_traps.h>
#include <servers/bootstrap.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ondemand.h"

static mach_port_t service, reply;

static bool machctl(const char *words)
{
    char command[6000];
    const char *program = getenv("MACHCTL");
    snprintf(command, sizeof(command), "'%s' %s", program != NULL ? program : "machctl", words);
    return system(command) == 0;
}

static const char *mach_start(const char *directory, const char *scratch)
{
    char plist[4096], words[5000];
    snprintf(plist, sizeof(plist), "%s/ondemand.plist", scratch);
    snprintf(words, sizeof(words), "load %s", plist);
    if (!way_write(
            plist,
            "<plist version=\"1.0\"><dict><key>Label</key><string>" ONDEMAND_MACH
            "</string><key>Program</key>"
            "<string>%s</string><key>ThrottleInterval</key><integer>0</integer><key>MachServices</key><dict>"
            "<key>" ONDEMAND_MACH "</key><true/></dict></dict></plist>\n",
            way_path(directory, "ondemand-mach")) ||
        !machctl(words))
        return "the job could not be loaded";
    unlink(plist);
    reply = thread_get_special_reply_port(); /* whose caller's priority goes along */
    return bootstrap_look_up(bootstrap_port, ONDEMAND_MACH, &service) == KERN_SUCCESS
               ? NULL
               : "the service is not there";
}

static bool mach_call(void)
{
    struct {
        mach_msg_header_t header;
        mach_msg_max_trailer_t trailer;
    } message = { .header = { .msgh_bits =
                                  MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                              .msgh_size = sizeof(mach_msg_header_t),
                              .msgh_remote_port = service,
                              .msgh_local_port = reply,
                              .msgh_id = 1 } };
    return mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG, sizeof(message.header), sizeof(message),
                    reply, 0, MACH_PORT_NULL) == KERN_SUCCESS &&
           message.header.msgh_id == 2;
}

static void mach_wait(void)
{
    bootstrap_status_t status = BOOTSTRAP_STATUS_ACTIVE;
    name_t name = ONDEMAND_MACH;
    while (bootstrap_status(bootstrap_port, name, &status) == KERN_SUCCESS &&
           status != BOOTSTRAP_STATUS_ON_DEMAND)
        usleep(500);
    usleep(2000); /* launchd collects the process */
}

static void mach_stop(void)
{
    machctl("remove " ONDEMAND_MACH);
}

struct way way_mach = { .name = "launchd (machd)",
                        .key = "mach",
                        .start = mach_start,
                        .call = mach_call,
                        .wait = mach_wait,
                        .stop = mach_stop };
