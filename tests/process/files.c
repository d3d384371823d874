/* SPDX-License-Identifier: Apache-2.0 */
/* tests/process/files.c - descriptors that travel as rights */
#include <errno.h>
#include <fcntl.h>
#include <libproc.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn_private.h>
#include <string.h>
#include <sys/event.h>
#include <sys/fileport.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/process/report.h"
#include "tests/tasks/common.h"

enum { HIGH = 40 };

static fileport_t port_of(int fd)
{
    fileport_t port = FILEPORT_NULL;
    REQUIRE_EQ(fileport_makeport(fd, &port), 0);
    return port;
}

/* A pipe whose writing end is a port alone. */
static fileport_t pipe_into(int *reader_p)
{
    int ends[2];
    REQUIRE_EQ(pipe(ends), 0);
    fileport_t port = port_of(ends[1]);
    close(ends[1]);
    *reader_p = ends[0];
    return port;
}

static bool has_ended(int reader)
{
    struct pollfd poll_for = { .fd = reader, .events = POLLIN };
    char byte;
    return poll(&poll_for, 1, PATIENCE_MS) == 1 && read(reader, &byte, 1) == 0;
}

static void check_reads(int reader, const char *text)
{
    char bytes[32] = "";
    CHECK_EQ(read(reader, bytes, sizeof bytes - 1), (long)strlen(text));
    CHECK_STR_EQ(bytes, text);
}

static int status_of(pid_t pid)
{
    int status = -1;
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    return status;
}

TEST(a_file_port_is_the_open_file_of_its_descriptor, "F141")
{
    char path[] = "/tmp/test-files-XXXXXX";
    int first = mkstemp(path);
    unlink(path);
    fileport_t port = port_of(first);
    natural_t type = 0;
    mach_vm_address_t address;
    CHECK_EQ(mach_port_kobject(SELF, port, &type, &address), OK);
    CHECK_EQ(type, 34);
    int second = fileport_makefd(port);
    REQUIRE_GE(second, 0);
    CHECK_NE(second, first);
    CHECK_EQ(fcntl(second, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(fcntl(first, F_GETFD), 0);
    CHECK_EQ(write(second, "12345", 5), 5);
    CHECK_EQ(lseek(first, 0, SEEK_CUR), 5);
    close(first);
    close(second);
    int third = fileport_makefd(port);
    CHECK_EQ(lseek(third, 0, SEEK_CUR), 5);
    close(third);
    CHECK_EQ(mach_port_deallocate(SELF, port), OK);
}

TEST(each_call_makes_a_port_of_its_own, "F141")
{
    fileport_t first = port_of(0), second = port_of(0);
    CHECK_NE(first, second);
    CHECK_EQ(sends_of(first), 1);
    mach_port_deallocate(SELF, first);
    CHECK_EQ(fileport_makefd(first), -1);
    mach_port_deallocate(SELF, second);
}

TEST(a_descriptor_reaches_another_process_as_a_right, "F141 F120")
{
    int reader;
    fileport_t port = pipe_into(&reader);
    REQUIRE_EQ(mach_ports_register(SELF, &port, 1), OK);
    pid_t pid = fork();
    if (pid == 0) {
        mach_port_array_t ports;
        mach_msg_type_number_t n = 0;
        if (mach_ports_lookup(mach_task_self(), &ports, &n) != OK || n < 1)
            _exit(1);
        int fd = fileport_makefd(ports[0]);
        _exit(write(fd, "from the child", 14) == 14 ? 0 : 2);
    }
    CHECK_EQ(status_of(pid), 0);
    check_reads(reader, "from the child");
    mach_ports_register(SELF, NULL, 0);
    mach_port_deallocate(SELF, port);
    CHECK(has_ended(reader));
    close(reader);
}

TEST(a_file_port_travels_in_messages_like_any_send_right, "F141")
{
    int reader;
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
        mach_msg_max_trailer_t trailer;
    } message;
    fileport_t port = pipe_into(&reader);
    mach_port_t to = both_new();
    message.header =
        (mach_msg_header_t){ .msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                             .msgh_remote_port = to,
                             .msgh_size = sizeof message - sizeof message.trailer };
    message.body.msgh_descriptor_count = 1;
    message.port = (mach_msg_port_descriptor_t){ .name = port,
                                                 .disposition = MACH_MSG_TYPE_MOVE_SEND,
                                                 .type = MACH_MSG_PORT_DESCRIPTOR };
    REQUIRE_EQ(mach_msg(&message.header, MACH_SEND_MSG, message.header.msgh_size, 0, 0, 0, 0), OK);
    CHECK_EQ(fileport_makefd(port), -1);
    CHECK_EQ(errno, EINVAL);
    REQUIRE_EQ(mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof message, to, 0, 0), OK);
    int fd = fileport_makefd(message.port.name);
    CHECK_EQ(write(fd, "x", 1), 1);
    check_reads(reader, "x");
    close(fd);
    mach_port_deallocate(SELF, message.port.name);
    mach_port_deallocate(SELF, to);
    receive_free(to);
    CHECK(has_ended(reader));
    close(reader);
}

TEST(a_file_is_closed_with_the_last_right_and_with_the_task_that_had_it, "F141 F143")
{
    int reader;
    fileport_t port = pipe_into(&reader);
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, -1), OK);
    CHECK(has_ended(reader));
    close(reader);
    int ends[2];
    REQUIRE_EQ(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        port_of(ends[1]);
        close(ends[1]);
        for (;;)
            pause();
    }
    close(ends[1]);
    struct pollfd poll_for = { .fd = ends[0], .events = POLLIN };
    CHECK_EQ(poll(&poll_for, 1, 0), 0);
    kill(pid, SIGKILL);
    CHECK_EQ(status_of(pid), SIGKILL);
    CHECK(has_ended(ends[0]));
    close(ends[0]);
}

TEST(what_is_no_file_is_refused, "F141")
{
    fileport_t port = FILEPORT_NULL;
    int kq = kqueue();
    mach_port_t other = both_new();
    CHECK_EQ(fileport_makeport(HIGH, &port), -1);
    CHECK_EQ(errno, EBADF);
    CHECK_EQ(fileport_makeport(kq, &port), -1);
    CHECK_EQ(errno, EINVAL);
    CHECK_EQ(fileport_makeport(0, (fileport_t *)8), -1);
    CHECK_EQ(errno, EFAULT);
    CHECK_EQ(port, FILEPORT_NULL);
    const mach_port_t none[] = { other, SELF, MACH_PORT_NULL, MACH_PORT_DEAD, 0x12345 };
    for (int i = 0; i < 5; i++) {
        CHECK_EQ(fileport_makefd(none[i]), -1);
        CHECK_EQ(errno, EINVAL);
    }
    mach_port_deallocate(SELF, other);
    receive_free(other);
    close(kq);
}

/* ---- what closes slowly ---- */

enum { HANGING = 12, LINGER_S = 1000 };

/* Closing it waits until what it has sent has been received. */
static int lingering(int listener, const struct sockaddr_in *address)
{
    const struct linger linger = { 1, LINGER_S };
    static char bytes[1 << 20];
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE_EQ(connect(fd, (const struct sockaddr *)address, sizeof *address), 0);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    while (write(fd, bytes, sizeof bytes) > 0)
        ;
    fcntl(fd, F_SETFL, 0); /* else closing does not wait */
    return fd;
}

static int listener_new(struct sockaddr_in *address)
{
    socklen_t size = sizeof *address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    *address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    REQUIRE_EQ(bind(fd, (struct sockaddr *)address, sizeof *address), 0);
    REQUIRE_EQ(listen(fd, HANGING), 0);
    getsockname(fd, (struct sockaddr *)address, &size);
    return fd;
}

/* Machd has the last descriptor of each. */
TEST(files_that_cannot_be_closed_hold_nobody_up, "F141")
{
    struct sockaddr_in address;
    int listener = listener_new(&address), reader;
    fileport_t port[HANGING];
    alarm(PATIENCE_MS / 1000);
    for (int i = 0; i < HANGING; i++) {
        int fd = lingering(listener, &address);
        port[i] = port_of(fd);
        close(fd);
    }
    for (int i = 0; i < HANGING; i++)
        CHECK_EQ(mach_port_deallocate(SELF, port[i]), OK);
    mach_port_t other = both_new();
    CHECK_EQ(sends_of(other), 1);
    mach_port_deallocate(SELF, other);
    receive_free(other);
    port[0] = pipe_into(&reader);
    mach_port_deallocate(SELF, port[0]);
    CHECK(has_ended(reader));
    close(reader);
    close(listener);
    alarm(0);
}

/* ---- as a file action ---- */

static struct report report_of_start(const posix_spawn_file_actions_t *actions, short flags)
{
    char *argv[] = { (char *)"image", (char *)"report", NULL };
    posix_spawnattr_t attributes;
    struct report report = { 0 };
    mach_port_t port = both_new();
    pid_t pid = -1;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, flags);
    posix_spawnattr_setspecialport_np(&attributes, port, TASK_BOOTSTRAP_PORT);
    CHECK_EQ(posix_spawn(&pid, getenv("IMAGE"), actions, &attributes, argv, NULL), 0);
    posix_spawnattr_destroy(&attributes);
    CHECK_EQ(mach_msg(&report.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof report, port, PATIENCE_MS, 0),
             OK);
    CHECK_EQ(status_of(pid), 0);
    mach_port_deallocate(SELF, port);
    receive_free(port);
    return report;
}

TEST(a_file_port_becomes_a_descriptor_of_a_program_that_is_started, "F138 F140 F141")
{
    int reader;
    fileport_t port = pipe_into(&reader);
    posix_spawn_file_actions_t actions;
    for (int i = 0; i < 2; i++) {
        short flags = i == 0 ? 0 : POSIX_SPAWN_CLOEXEC_DEFAULT;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_add_fileportdup2_np(&actions, port, HIGH);
        posix_spawn_file_actions_adddup2(&actions, HIGH, HIGH + 1);
        CHECK_EQ(report_of_start(&actions, flags).descriptors >> HIGH, 3);
        posix_spawn_file_actions_destroy(&actions);
    }
    CHECK_EQ(fcntl(HIGH, F_GETFD), -1);
    CHECK_EQ(sends_of(port), 1);
    mach_port_deallocate(SELF, port);
    CHECK(has_ended(reader));
    close(reader);
}

TEST(a_program_writes_to_the_file_of_a_file_port, "F138 F141")
{
    int reader;
    char *argv[] = { (char *)"echo", (char *)"-n", (char *)"through a port", NULL };
    fileport_t port = pipe_into(&reader);
    posix_spawn_file_actions_t actions;
    pid_t pid = -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_add_fileportdup2_np(&actions, port, STDOUT_FILENO);
    CHECK_EQ(posix_spawn(&pid, "/bin/echo", &actions, NULL, argv, NULL), 0);
    posix_spawn_file_actions_destroy(&actions);
    CHECK_EQ(status_of(pid), 0);
    check_reads(reader, "through a port");
    mach_port_deallocate(SELF, port);
    close(reader);
}

TEST(an_action_before_that_of_a_file_port_may_fail_first, "F138")
{
    posix_spawn_file_actions_t actions;
    char *argv[] = { (char *)"true", NULL };
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addclose(&actions, HIGH);
    posix_spawn_file_actions_add_fileportdup2_np(&actions, SELF, HIGH);
    CHECK_EQ(posix_spawn(NULL, "/bin/true", &actions, NULL, argv, NULL), EBADF);
    posix_spawn_file_actions_destroy(&actions);
    CHECK_EQ(waitpid(-1, NULL, WNOHANG), -1);
}

/* ---- in a vfork child, whose descriptors are its own ---- */

static volatile struct {
    fileport_t port;
    int fd, error;
} left;

static pid_t vfork_and_give(int fd)
{
    pid_t pid = vfork();
    if (pid == 0) {
        fileport_t port = FILEPORT_NULL;
        fileport_makeport(fd, &port);
        left.port = port;
        left.fd = fileport_makefd(port);
        left.error = errno;
        _exit(0);
    }
    return pid;
}

TEST(a_vfork_child_makes_file_ports_and_opens_none, "F69 F141")
{
    int ends[2];
    REQUIRE_EQ(pipe(ends), 0);
    CHECK_EQ(status_of(vfork_and_give(ends[1])), 0);
    CHECK_EQ(left.fd, -1);
    CHECK_EQ(left.error, EAGAIN);
    close(ends[1]);
    int fd = fileport_makefd(left.port);
    CHECK_EQ(write(fd, "y", 1), 1);
    check_reads(ends[0], "y");
    close(fd);
    mach_port_deallocate(SELF, left.port);
    CHECK(has_ended(ends[0]));
    close(ends[0]);
}

/* ---- looked at ---- */

TEST(a_descriptor_is_seen_with_its_path_and_how_it_was_opened, "F161")
{
    char path[] = "/tmp/test-files-XXXXXX";
    struct vnode_fdinfowithpath info;
    struct vnode_fdinfo shorter;
    struct stat status;
    CHECK_EQ(sizeof info, 1200);
    CHECK_EQ(sizeof shorter, 176);
    int fd = mkostemp(path, O_CLOEXEC | O_APPEND);
    CHECK_EQ(write(fd, "1234567", 7), 7);
    fstat(fd, &status);
    REQUIRE_EQ(proc_pidfdinfo(getpid(), fd, PROC_PIDFDVNODEPATHINFO, &info, sizeof info), sizeof info);
    CHECK_STR_EQ(info.pvip.vip_path, path);
    CHECK_EQ(info.pvip.vip_vi.vi_type, VREG);
    CHECK_EQ(info.pvip.vip_vi.vi_stat.vst_ino, status.st_ino);
    CHECK_EQ(info.pvip.vip_vi.vi_stat.vst_size, 7);
    CHECK_EQ(info.pfi.fi_offset, 7);
    CHECK_EQ(info.pfi.fi_openflags, 3 | O_APPEND);
    CHECK_EQ(info.pfi.fi_status, PROC_FP_CLEXEC);
    CHECK_EQ(info.pfi.fi_type, PROX_FDTYPE_VNODE);
    unlink(path);
    REQUIRE_EQ(proc_pidfdinfo(getpid(), fd, PROC_PIDFDVNODEPATHINFO, &info, sizeof info), sizeof info);
    CHECK_STR_EQ(info.pvip.vip_path, path);
    CHECK_EQ(proc_pidfdinfo(getpid(), fd, PROC_PIDFDVNODEINFO, &shorter, sizeof shorter), sizeof shorter);
    CHECK_EQ(shorter.pvi.vi_stat.vst_nlink, 0);
    CHECK_EQ(proc_pidfdinfo(getpid(), fd, PROC_PIDFDPIPEINFO, &info, sizeof info), 0);
    CHECK_EQ(errno, EBADF);
    close(fd);
}

TEST(ends_of_a_pipe_and_kernel_queues_are_seen_also_by_the_parent, "F161")
{
    int ends[2];
    struct pipe_fdinfo first, second;
    struct kqueue_fdinfo queue;
    REQUIRE_EQ(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    REQUIRE_EQ(proc_pidfdinfo(pid, ends[0], PROC_PIDFDPIPEINFO, &first, sizeof first), sizeof first);
    REQUIRE_EQ(proc_pidfdinfo(getpid(), ends[1], PROC_PIDFDPIPEINFO, &second, sizeof second), sizeof second);
    CHECK_EQ(first.pipeinfo.pipe_peerhandle, second.pipeinfo.pipe_handle);
    CHECK_EQ(first.pfi.fi_openflags, 1);
    CHECK_EQ(second.pfi.fi_openflags, 2);
    kill(pid, SIGKILL);
    status_of(pid);
    int kq = kqueue();
    CHECK_EQ(proc_pidfdinfo(getpid(), kq, PROC_PIDFDKQUEUEINFO, &queue, sizeof queue), sizeof queue);
    CHECK_EQ(queue.pfi.fi_type, PROX_FDTYPE_KQUEUE);
    close(kq);
    close(ends[0]);
    close(ends[1]);
}

TEST(what_is_no_descriptor_or_no_flavor_is_refused, "F160")
{
    struct vnode_fdinfowithpath info;
    int ends[2];
    REQUIRE_EQ(pipe(ends), 0);
    CHECK_EQ(proc_pidfdinfo(getpid(), HIGH, PROC_PIDFDVNODEPATHINFO, &info, sizeof info), 0);
    CHECK_EQ(errno, EBADF);
    CHECK_EQ(proc_pidfdinfo(getpid(), ends[0], PROC_PIDFDVNODEPATHINFO, &info, sizeof info), 0);
    CHECK_EQ(errno, ENOTSUP);
    CHECK_EQ(proc_pidfdinfo(getpid(), 0, 77, &info, sizeof info), 0);
    CHECK_EQ(errno, EINVAL);
    CHECK_EQ(proc_pidfdinfo(getpid(), 0, PROC_PIDFDVNODEPATHINFO, &info, sizeof info - 1), 0);
    CHECK_EQ(errno, ENOMEM);
    CHECK_EQ(proc_pidfdinfo(0x7ffffff, 0, PROC_PIDFDVNODEPATHINFO, &info, sizeof info), 0);
    CHECK_EQ(errno, ESRCH);
    close(ends[0]);
    close(ends[1]);
}

TEST(the_file_of_a_file_port_is_seen, "F141 F161")
{
    struct vnode_fdinfowithpath info;
    int fd = open("/", O_RDONLY | O_DIRECTORY);
    fileport_t port = port_of(fd);
    close(fd);
    REQUIRE_EQ(proc_pidfileportinfo(getpid(), port, PROC_PIDFILEPORTVNODEPATHINFO, &info, sizeof info),
               sizeof info);
    CHECK_STR_EQ(info.pvip.vip_path, "/");
    CHECK_EQ(info.pvip.vip_vi.vi_type, VDIR);
    CHECK_EQ(proc_pidfileportinfo(getpid(), SELF, PROC_PIDFILEPORTVNODEPATHINFO, &info, sizeof info), 0);
    CHECK_EQ(errno, EINVAL);
    mach_port_deallocate(SELF, port);
}
