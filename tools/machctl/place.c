/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/machctl/place.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machd-config.h"
#include "wire/attach.h"

static bool is_directory(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

void place_directory(char directory[PATH_MAX])
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    char user[64];

    snprintf(user, sizeof(user), "/run/user/%u", (unsigned)geteuid());
    if (runtime != NULL && runtime[0] == '/' && is_directory(runtime))
        snprintf(directory, PATH_MAX, "%s/machd", runtime);
    else if (is_directory(user))
        snprintf(directory, PATH_MAX, "%s/machd", user);
    else
        snprintf(directory, PATH_MAX, "/tmp/machd-%u", (unsigned)geteuid());
}

/* Of /proc/PID/stat: fields 4 and 22. */
static bool read_stat(pid_t pid, pid_t *parent_p, unsigned long long *start_p)
{
    char path[64], text[1024], *rest;
    ssize_t n;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    n = read(fd, text, sizeof(text) - 1);
    close(fd);
    text[n > 0 ? n : 0] = 0;
    rest = strrchr(text, ')');
    return rest != NULL &&
           sscanf(rest + 1, " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
                  parent_p, start_p) == 2;
}

static bool is_socket(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

static bool socket_of(const char *directory, pid_t pid, unsigned long long start, char socket[PATH_MAX])
{
    return snprintf(socket, PATH_MAX, "%s/%d.%llu.sock", directory, (int)pid, start) < PATH_MAX;
}

bool place_of_root(pid_t pid, char socket[PATH_MAX])
{
    char directory[PATH_MAX];
    unsigned long long start;
    pid_t parent;

    place_directory(directory);
    return read_stat(pid, &parent, &start) && socket_of(directory, pid, start, socket);
}

static bool find_above(char socket[PATH_MAX])
{
    char directory[PATH_MAX];
    unsigned long long start;
    pid_t pid = getpid(), parent;

    place_directory(directory);
    for (; pid > 1 && read_stat(pid, &parent, &start); pid = parent) {
        if (socket_of(directory, pid, start, socket) && is_socket(socket))
            return true;
    }
    return false;
}

void place_default(char socket[PATH_MAX])
{
    char directory[PATH_MAX];

    place_directory(directory);
    if (snprintf(socket, PATH_MAX, "%s/default.sock", directory) >= PATH_MAX)
        socket[0] = 0;
}

bool place_find(char socket[PATH_MAX])
{
    const char *given = getenv(ATTACH_ENV);

    if (given != NULL && given[0] != 0)
        return snprintf(socket, PATH_MAX, "%s", given) < PATH_MAX;
    if (find_above(socket))
        return true;
    place_default(socket);
    if (is_socket(socket))
        return true;
    snprintf(socket, PATH_MAX, "/run/machd/default.sock");
    return is_socket(socket);
}

bool place_program(const char *name, char path[PATH_MAX])
{
    static const char *const beside[] = { "", "../libexec/", "../../host/", "../../host/linux/",
                                          "../../launchd/" };
    char here[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", here, sizeof(here) - 1);
    char *slash;

    here[n > 0 ? n : 0] = 0;
    slash = strrchr(here, '/');
    if (slash != NULL)
        slash[1] = 0;
    for (size_t i = 0; slash != NULL && i < sizeof(beside) / sizeof(beside[0]); i++) {
        if (snprintf(path, PATH_MAX, "%s%s%s", here, beside[i], name) < PATH_MAX && access(path, X_OK) == 0 &&
            !is_directory(path))
            return true;
    }
    snprintf(path, PATH_MAX, "%s/%s", MACHD_LIBEXECDIR, name);
    return access(path, X_OK) == 0;
}
