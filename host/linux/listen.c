/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/listen.c - the run-time directory and the sockets in it
 *
 * The directory must be ours and, but for a system-wide machd, closed to others: whoever could put a socket there could play
 * the kernel. One machd per name: a lock is held beside the socket, so that a stale socket may be removed safely.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/linux/listen.h"
#include "host/linux/log.h"
#include "host/linux/machd.h"
#include "host/linux/proc.h"

#define BACKLOG 128
#define FIRST_PASSED_FD 3 /* sd_listen_fds(3) */

static char directory[96], socket_path[160], admin_path[168], lock_path[168];
static bool made_socket, made_admin;
static int lock_fd = -1;

const char *listen_path(void)
{
    return socket_path;
}

/* ---- the place ---- */

static bool is_directory(const char *path)
{
    struct stat stat;
    return lstat(path, &stat) == 0 && S_ISDIR(stat.st_mode);
}

static bool set_directory(const char *format, const char *text, unsigned number)
{
    int n = text ? snprintf(directory, sizeof(directory), format, text)
                 : snprintf(directory, sizeof(directory), format, number);
    return n > 0 && n < (int)sizeof(directory) - 40; /* a socket's name must fit into sun_path */
}

static bool find_directory(const struct machd *m)
{
    char user_directory[40];
    const char *given = getenv("XDG_RUNTIME_DIR");
    snprintf(user_directory, sizeof(user_directory), "/run/user/%u", m->uid);
    if (m->options.directory)
        return set_directory("%s", m->options.directory, 0);
    if (m->options.system)
        return set_directory("%s", "/run/machd", 0);
    if (given && *given == '/' && is_directory(given))
        return set_directory("%s/machd", given, 0);
    if (is_directory(user_directory))
        return set_directory("%s/machd", user_directory, 0);
    return set_directory("/tmp/machd-%u", NULL, m->uid);
}

static int need_directory(struct machd *m)
{
    struct stat stat;
    if (!find_directory(m)) {
        log_line("the run-time directory's name is too long");
        return -ENAMETOOLONG;
    }
    if (mkdir(directory, m->options.system ? 0755 : 0700) != 0 && errno != EEXIST) {
        log_line("%s: %s", directory, strerror(errno));
        return -errno;
    }
    if (lstat(directory, &stat) != 0 || !S_ISDIR(stat.st_mode) || stat.st_uid != m->uid ||
        (stat.st_mode & (m->options.system ? 0022 : 0077))) {
        log_line("%s: not a directory of ours that is closed to others", directory);
        return -EPERM;
    }
    return 0;
}

static int name_sockets(struct machd *m)
{
    struct proc_stat stat;
    if (!m->options.root) {
        snprintf(socket_path, sizeof(socket_path), "%s/default.sock", directory);
    } else if (proc_read_stat(m->options.root, &stat)) {
        snprintf(socket_path, sizeof(socket_path), "%s/%d.%llu.sock", directory, m->options.root,
                 (unsigned long long)stat.start_time);
    } else {
        log_line("there is no process %d", m->options.root);
        return -ESRCH;
    }
    snprintf(admin_path, sizeof(admin_path), "%s.admin", socket_path);
    snprintf(lock_path, sizeof(lock_path), "%s.lock", socket_path);
    return 0;
}

static int take_lock(void)
{
    lock_fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock_fd >= 0 && flock(lock_fd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    int error = errno;
    log_line(error == EWOULDBLOCK ? "another machd serves %s" : "%s cannot be locked", socket_path);
    return -error;
}

/* ---- sockets ---- */

static int listen_at(const char *path, mode_t mode)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
    unlink(path);
    mode_t old = umask(0777 & ~mode);
    int error =
        bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(fd, BACKLOG) == 0 ? 0 : -errno;
    umask(old);
    if (!error)
        return fd;
    log_line("%s: %s", path, strerror(-error));
    close(fd);
    return error;
}

static bool is_listener(int fd)
{
    int type = 0;
    socklen_t size = sizeof(type);
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

/* The n-th descriptor that systemd passed, by its name; -1 if there is none of that name. */
static int passed_fd(const char *wanted)
{
    const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS"), *names = getenv("LISTEN_FDNAMES");
    if (!pid || !count || atoi(pid) != getpid())
        return -1;
    for (int i = 0; i < atoi(count) && i < 8; i++) {
        size_t length = names ? strcspn(names, ":") : 0;
        bool is_admin = length == 5 && !strncmp(names, "admin", 5);
        if (is_admin == !strcmp(wanted, "admin") && is_listener(FIRST_PASSED_FD + i))
            return FIRST_PASSED_FD + i;
        names = names && names[length] ? names + length + 1 : NULL;
    }
    return -1;
}

static int open_listener(struct machd *m, struct watch *watch, enum watch_kind kind, int fd)
{
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    return watch_open(m, watch, kind, fd, EPOLLIN);
}

static int start_sockets(struct machd *m)
{
    int fd = passed_fd("socket"), admin = passed_fd("admin");
    if (fd < 0) {
        fd = listen_at(socket_path, m->options.system ? 0666 : 0600);
        made_socket = fd >= 0;
    }
    if (admin < 0) {
        admin = listen_at(admin_path, 0600);
        made_admin = admin >= 0;
    }
    if (fd < 0 || admin < 0)
        return fd < 0 ? fd : admin;
    int error = open_listener(m, &m->listener, WATCH_LISTENER, fd);
    return error ? error : open_listener(m, &m->admin_listener, WATCH_ADMIN_LISTENER, admin);
}

int listen_start(struct machd *m)
{
    int error = need_directory(m);
    if (!error)
        error = name_sockets(m);
    if (!error)
        error = take_lock();
    if (!error)
        error = start_sockets(m);
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return error;
}

/* The lock of a root process's machd has a name that nobody else will ever use; the default one stays. */
void listen_stop(struct machd *m)
{
    watch_close(m, &m->listener);
    watch_close(m, &m->admin_listener);
    if (made_socket)
        unlink(socket_path);
    if (made_admin)
        unlink(admin_path);
    if (m->options.root && lock_fd >= 0)
        unlink(lock_path);
    if (lock_fd >= 0)
        close(lock_fd);
}
