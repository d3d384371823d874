/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launchd/config.h"
#include "launchd/domain.h"
#include "launchd/job.h"
#include "launchd/log.h"
#include "launchd/managed.h"

/* ---- what it tells ---- */

static void told(struct managed *m, const char *word, unsigned i)
{
    const struct config_path *path = i < m->config->n_paths ? &m->config->paths[i] : NULL;
    char why[128];

    if (path == NULL)
        return;
    if (path->kind == PATH_WATCH) {
        snprintf(why, sizeof(why), "path %s", path->name);
        managed_pend(m, why);
        return;
    }
    m->path_states[i] = strcmp(word, "is") == 0 ? PATH_IS : PATH_IS_NOT;
    managed_touch(m);
}

/* Each read is what one write wrote: a line (O_DIRECT). */
static void tells(struct event *event)
{
    struct managed *m = container_of(event, struct managed, paths);
    char line[64], word[16];
    ssize_t n = read(event->fd, line, sizeof(line) - 1);
    unsigned i;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        log_line("%s: its paths are not watched any more", m->job->r->label);
        paths_stop(m);
        return;
    }
    line[n] = 0;
    if (sscanf(line, "%15s %u", word, &i) == 2)
        told(m, word, i);
}

const char *paths_wanting(const struct managed *m)
{
    for (size_t i = 0; m->path_states != NULL && m->paths.fd >= 0 && i < m->config->n_paths; i++) {
        const struct config_path *path = &m->config->paths[i];
        if ((path->kind == PATH_QUEUE && m->path_states[i] == PATH_IS) ||
            (path->kind == PATH_STATE && m->path_states[i] == (path->wanted ? PATH_IS : PATH_IS_NOT)))
            return path->name;
    }
    return NULL;
}

/* ---- the watcher ---- */

static const char *word_of(enum config_path_kind kind)
{
    switch (kind) {
    case PATH_WATCH: return "watch";
    case PATH_QUEUE: return "queue";
    case PATH_STATE: return "exists";
    }
    return "";
}

/* Beside this program. */
static bool find_watcher(char *program, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", program, size - 1);
    char *slash;

    if (n <= 0)
        return false;
    program[n] = 0;
    slash = strrchr(program, '/');
    return slash != NULL && snprintf(slash + 1, size - (size_t)(slash + 1 - program), "launchd-paths") > 0;
}

static int run_watcher(struct managed *m, char **words, int to)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    char program[PATH_MAX];
    sigset_t none;
    int error;

    if (!find_watcher(program, sizeof(program) - 16))
        return ENOENT;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to, STDOUT_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    error = posix_spawn(&m->watcher, program, &actions, &attributes, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error != 0)
        m->watcher = 0;
    return error;
}

static char **words_for(const struct managed *m, char *uid, size_t size)
{
    char **words = calloc(2 * m->config->n_paths + 3, sizeof(*words));

    if (words == NULL)
        return NULL;
    snprintf(uid, size, "%u", m->job->r->uid);
    words[0] = (char *)"launchd-paths";
    words[1] = uid;
    for (size_t i = 0; i < m->config->n_paths; i++) {
        words[2 + 2 * i] = (char *)word_of(m->config->paths[i].kind);
        words[3 + 2 * i] = m->config->paths[i].name;
    }
    return words;
}

static int start_watcher(struct managed *m, int to)
{
    char uid[16];
    char **words = words_for(m, uid, sizeof(uid));
    int error = words == NULL ? ENOMEM : run_watcher(m, words, to);

    free(words);
    return error;
}

void paths_start(struct managed *m)
{
    int pipes[2], error;

    if (m->config->n_paths == 0)
        return;
    m->path_states = calloc(m->config->n_paths, sizeof(*m->path_states));
    error = m->path_states == NULL || pipe2(pipes, O_CLOEXEC | O_DIRECT) != 0 ? ENOMEM : 0;
    if (error == 0) {
        fcntl(pipes[0], F_SETFL, O_NONBLOCK | O_DIRECT);
        error = start_watcher(m, pipes[1]);
        close(pipes[1]);
        if (error != 0 || !event_watch(&m->paths, pipes[0], EPOLLIN, tells))
            close(pipes[0]);
    }
    if (m->paths.fd < 0)
        log_line("%s: its paths cannot be watched: %s", m->job->r->label, strerror(error));
}

/* A file system that does not answer may hold it; nobody waits for that. What has ended is collected at the next end. */
static void end_watcher(pid_t pid)
{
    static pid_t ended[64];
    size_t free_slot = 0;

    kill(pid, SIGKILL);
    for (size_t i = 0; i < 64; i++) {
        if (ended[i] != 0 && syscall(SYS_wait4, ended[i], NULL, WNOHANG, NULL) != 0)
            ended[i] = 0;
        if (ended[i] == 0)
            free_slot = i;
    }
    if (syscall(SYS_wait4, pid, NULL, WNOHANG, NULL) == 0)
        ended[free_slot] = pid;
}

void paths_stop(struct managed *m)
{
    if (m->paths.fd >= 0) {
        int fd = m->paths.fd;
        event_clear(&m->paths);
        close(fd);
    }
    if (m->watcher > 0)
        end_watcher(m->watcher);
    m->watcher = 0;
    free(m->path_states);
    m->path_states = NULL;
}
