/* SPDX-License-Identifier: Apache-2.0 */
/* tests/process/ids.c - a process that changes its ids goes on as the same task, under its new name */
#include <errno.h>
#include <libproc.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tasks/common.h"

enum { OTHER = 60001, GROUP = 60002, FAILED = 99, STEPS = 4 };

struct told {
    mach_msg_header_t header;
    mach_msg_audit_trailer_t trailer;
};

static struct proc_bsdshortinfo look_at(pid_t pid)
{
    struct proc_bsdshortinfo info = { 0 };
    CHECK_EQ(proc_pidinfo(pid, PROC_PIDT_SHORTBSDINFO, 0, &info, sizeof info), sizeof info);
    return info;
}

static mach_port_t registered(void)
{
    mach_port_array_t ports = NULL;
    mach_msg_type_number_t n = 0;
    return mach_ports_lookup(mach_task_self(), &ports, &n) == OK && n > 0 ? ports[0] : MACH_PORT_NULL;
}

static kern_return_t tell(mach_port_t port, mach_port_t reply)
{
    mach_msg_header_t message = { .msgh_bits =
                                      MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                                  .msgh_remote_port = port,
                                  .msgh_local_port = reply };
    struct told answer;
    kern_return_t kr = mach_msg(&message, MACH_SEND_MSG, sizeof message, 0, 0, 0, 0);
    return kr != OK ? kr
                    : mach_msg(&answer.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof answer, reply,
                               PATIENCE_MS, 0);
}

/* Tells before and after each change; the port for the answers is the same all along. */
static int change_again_and_again(void)
{
    mach_port_t port = registered(), reply = receive_new();
    if (tell(port, reply) != OK || setresgid(GROUP, GROUP, 0) != 0 || seteuid(OTHER) != 0)
        return 1;
    if (tell(port, reply) != OK || seteuid(0) != 0)
        return 2;
    if (tell(port, reply) != OK || setuid(OTHER) != 0)
        return 3;
    if (tell(port, reply) != OK || setuid(0) == 0)
        return 4;
    return 0;
}

static struct told hear(mach_port_t port)
{
    struct told told;
    REQUIRE_EQ(mach_msg(&told.header,
                        MACH_RCV_MSG | MACH_RCV_TIMEOUT | MACH_RCV_TRAILER_TYPE(MACH_MSG_TRAILER_FORMAT_0) |
                            MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_AUDIT),
                        0, sizeof told, port, PATIENCE_MS, 0),
               OK);
    return told;
}

static void answer(const struct told *told)
{
    mach_msg_header_t message = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
                                  .msgh_remote_port = told->header.msgh_remote_port };
    CHECK_EQ(mach_msg(&message, MACH_SEND_MSG, sizeof message, 0, 0, 0, 0), OK);
}

TEST(a_change_of_ids_shows_in_tokens_and_records_and_costs_no_names, "F31 F63 F163 F175 F176")
{
    static const uid_t effective[STEPS] = { 0, OTHER, 0, OTHER }, real[STEPS] = { 0, 0, 0, OTHER };
    enum { AUDIT_EUID = 1, AUDIT_EGID = 2, AUDIT_RUID = 3, AUDIT_PID = 5 };
    if (geteuid() != 0)
        SKIP("only root can become another user");
    mach_port_t port = both_new(), none = MACH_PORT_NULL;
    int status = -1;
    CHECK_EQ(mach_ports_register(SELF, &port, 1), OK);
    pid_t pid = fork();
    if (pid == 0)
        _exit(change_again_and_again());
    for (int i = 0; i < STEPS; i++) {
        struct told told = hear(port);
        struct proc_bsdshortinfo info = look_at(pid);
        const unsigned *token = told.trailer.msgh_audit.val;
        CHECK_EQ(token[AUDIT_EUID], effective[i]);
        CHECK_EQ(token[AUDIT_RUID], real[i]);
        CHECK_EQ(token[AUDIT_EGID], i > 0 ? GROUP : 0);
        CHECK_EQ(token[AUDIT_PID], pid);
        CHECK_EQ(info.pbsi_uid, effective[i]);
        CHECK_EQ(info.pbsi_ruid, real[i]);
        CHECK_EQ(info.pbsi_svuid, i == STEPS - 1 ? OTHER : 0);
        CHECK_EQ(info.pbsi_flags & PROC_FLAG_PSUGID, i > 0 ? PROC_FLAG_PSUGID : 0);
        answer(&told);
    }
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    CHECK_EQ(status, 0);
    mach_ports_register(SELF, &none, 1);
    mach_port_deallocate(SELF, port);
    receive_free(port);
}

static int fail_to_change(void)
{
    mach_port_t port = registered(), reply = receive_new();
    errno = 0;
    if (setresuid(OTHER, OTHER, OTHER) != 0 || setresuid(1, 1, 1) == 0 || errno != EPERM)
        return 1;
    return tell(port, reply) == OK ? 0 : 2;
}

TEST(a_change_that_linux_refuses_changes_nothing, "F63")
{
    if (geteuid() != 0)
        SKIP("only root can become another user");
    mach_port_t port = both_new(), none = MACH_PORT_NULL;
    int status = -1;
    CHECK_EQ(mach_ports_register(SELF, &port, 1), OK);
    pid_t pid = fork();
    if (pid == 0)
        _exit(fail_to_change());
    struct told told = hear(port);
    CHECK_EQ(told.trailer.msgh_audit.val[1], OTHER);
    answer(&told);
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    CHECK_EQ(status, 0);
    mach_ports_register(SELF, &none, 1);
    mach_port_deallocate(SELF, port);
    receive_free(port);
}
