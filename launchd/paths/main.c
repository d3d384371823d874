/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/paths/main.c - launchd-paths: watches the paths of one job for launchd, as the job's user
 *
 *   launchd-paths UID (watch|input|queue|exists) PATH ...
 *
 * A program of its own, because a path may lead to a file system that does not answer, and because it must see no more than
 * the job's user may see. It is no Mach program. It sends packets, lines: `changed N` when the Nth path (from 0; of kind watch) was
 * created, changed, renamed or removed; `is N` and `not N` when the state of another became so: a queue is a directory that is
 * not empty. First it tells the state of all of these. Input is as watch, and told at first as well. It ends when its socket is
 * closed, as it is when launchd dies.
 */
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define NO_GROUP 65534u
#define EVENTS                                                                                               \
    (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY | IN_ATTRIB | IN_DELETE_SELF |          \
     IN_MOVE_SELF)

enum kind { KIND_WATCH, KIND_INPUT, KIND_QUEUE, KIND_EXISTS };

struct path {
    const char *name;
    enum kind kind;
    struct stat last; /* all zero: nothing was there */
    bool state;       /* of a queue, or exists */
    int watch;        /* of the path itself, -1: none */
};

static struct path *paths;
static int n_paths, notify = -1;

static void say(const char *word, int i)
{
    char line[32];
    int n = snprintf(line, sizeof(line), "%s %d\n", word, i);

    if (send(STDOUT_FILENO, line, (size_t)n, MSG_NOSIGNAL) != n)
        exit(0);
}

/* ---- looking ---- */

static bool is_not_empty(const char *name)
{
    DIR *directory = opendir(name);
    struct dirent *entry;
    bool found = false;

    if (directory == NULL)
        return false;
    while (!found && (entry = readdir(directory)) != NULL)
        found = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(directory);
    return found;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_mode == b->st_mode &&
           a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
           a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static void look(int i, bool was_told, bool is_first)
{
    struct path *path = &paths[i];
    struct stat now = { 0 };
    bool state;

    if (path->kind == KIND_WATCH || path->kind == KIND_INPUT) {
        if (stat(path->name, &now) != 0)
            memset(&now, 0, sizeof(now));
        if (is_first ? path->kind == KIND_INPUT : (was_told || !is_same(&now, &path->last)))
            say("changed", i);
        path->last = now;
        return;
    }
    state = path->kind == KIND_QUEUE ? is_not_empty(path->name) : access(path->name, F_OK) == 0;
    if (is_first || state != path->state)
        say(state ? "is" : "not", i);
    path->state = state;
}

/* The path itself, and the nearest directory above that exists, where it may come into being. */
static void watch(struct path *path)
{
    char above[PATH_MAX];
    char *slash;

    path->watch = inotify_add_watch(notify, path->name, EVENTS);
    snprintf(above, sizeof(above), "%s", path->name);
    while ((slash = strrchr(above, '/')) != NULL) {
        slash[slash == above ? 1 : 0] = 0;
        if (inotify_add_watch(notify, above, EVENTS | IN_ONLYDIR) >= 0 || slash == above)
            return;
    }
}

/* Watches first, then looks: what happens between the two is told again. */
static void look_at_all(const bool *told, bool is_first)
{
    for (int i = 0; i < n_paths; i++)
        watch(&paths[i]);
    for (int i = 0; i < n_paths; i++)
        look(i, told[i], is_first);
}

/* launchd never says anything: what there is to read is its end. (A signal at a parent's death comes at the end of the thread
 * that made this process, and launchd's threads come and go.) */
static void wait_for_something(void)
{
    struct pollfd fds[] = { { .fd = notify, .events = POLLIN }, { .fd = STDOUT_FILENO, .events = POLLIN } };

    while (poll(fds, 2, -1) < 0)
        ;
    if (fds[1].revents != 0)
        exit(0);
}

static void wait_for_events(bool *told)
{
    union {
        struct inotify_event event;
        char room[16384];
    } buffer;
    ssize_t size;

    wait_for_something();
    size = read(notify, &buffer, sizeof(buffer));
    memset(told, 0, (size_t)n_paths * sizeof(*told));
    if (size <= 0 && errno != EINTR)
        exit(1);
    for (ssize_t at = 0; at < size;) {
        const struct inotify_event *event = (const struct inotify_event *)(buffer.room + at);
        for (int i = 0; i < n_paths; i++)
            told[i] |= event->wd == paths[i].watch &&
                       (event->mask & (IN_MODIFY | IN_DELETE_SELF | IN_MOVE_SELF)) != 0;
        at += (ssize_t)(sizeof(*event) + event->len);
    }
}

/* ---- beginning ---- */

static void become(uid_t uid)
{
    struct passwd *user;

    if (geteuid() == uid)
        return;
    user = getpwuid(uid);
    if (setgid(user != NULL ? user->pw_gid : NO_GROUP) != 0 ||
        (user != NULL ? initgroups(user->pw_name, user->pw_gid) : setgroups(0, NULL)) != 0 || setuid(uid) != 0)
        exit(1);
}

static void read_paths(char **words, int n)
{
    n_paths = n / 2;
    paths = calloc((size_t)n_paths + 1, sizeof(*paths));
    if (paths == NULL)
        exit(1);
    for (int i = 0; i < n_paths; i++) {
        const char *kind = words[2 * i];
        paths[i].kind = strcmp(kind, "watch") == 0   ? KIND_WATCH
                        : strcmp(kind, "input") == 0 ? KIND_INPUT
                        : strcmp(kind, "queue") == 0 ? KIND_QUEUE
                                                     : KIND_EXISTS;
        paths[i].name = words[2 * i + 1];
    }
}

int main(int argc, char **argv)
{
    bool *told;

    if (argc < 2)
        return 1;
    become((uid_t)strtoul(argv[1], NULL, 10));
    read_paths(argv + 2, argc - 2);
    told = calloc((size_t)n_paths + 1, sizeof(*told));
    notify = inotify_init1(IN_CLOEXEC);
    if (told == NULL || notify < 0)
        return 1;
    look_at_all(told, true);
    while (true) {
        wait_for_events(told);
        look_at_all(told, false);
    }
}
