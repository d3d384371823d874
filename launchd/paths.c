/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/paths.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

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
    if (path->kind == PATH_INPUT) {
        managed_touch(m);
        return;
    }
    if (path->kind == PATH_WATCH) {
        snprintf(why, sizeof(why), "path %s", path->name);
        managed_pend(m, why);
        return;
    }
    m->path_states[i] = strcmp(word, "is") == 0 ? PATH_IS : PATH_IS_NOT;
    managed_touch(m);
}

/* A packet is a line. */
static void tells(struct event *event)
{
    struct managed *m = container_of(event, struct managed, watcher.event);
    char line[64], word[16];
    ssize_t n = recv(event->fd, line, sizeof(line) - 1, MSG_DONTWAIT);
    unsigned i;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        managed_tell(m, "its paths are not watched any more");
        paths_stop(m);
        return;
    }
    line[n] = 0;
    if (sscanf(line, "%15s %u", word, &i) == 2)
        told(m, word, i);
}

const char *paths_wanting(const struct managed *m)
{
    for (size_t i = 0; m->path_states != NULL && m->watcher.event.fd >= 0 && i < m->config->n_paths; i++) {
        const struct config_path *path = &m->config->paths[i];
        if ((path->kind == PATH_QUEUE && m->path_states[i] == PATH_IS) ||
            (path->kind == PATH_STATE && m->path_states[i] == (path->wanted ? PATH_IS : PATH_IS_NOT)))
            return path->name;
    }
    return NULL;
}

/* ---- the watcher ---- */

static char *word_of(enum config_path_kind kind)
{
    switch (kind) {
    case PATH_INPUT: return (char *)"input";
    case PATH_WATCH: return (char *)"watch";
    case PATH_QUEUE: return (char *)"queue";
    case PATH_STATE: return (char *)"exists";
    }
    return (char *)"";
}

void paths_start(struct managed *m)
{
    const size_t n = m->config->n_paths;
    char **words;

    if (n == 0)
        return;
    words = calloc(2 * n + 1, sizeof(*words));
    m->path_states = calloc(n, sizeof(*m->path_states));
    for (size_t i = 0; words != NULL && i < n; i++) {
        words[2 * i] = word_of(m->config->paths[i].kind);
        words[2 * i + 1] = m->config->paths[i].name;
    }
    if (words == NULL || m->path_states == NULL ||
        !helper_start(&m->watcher, "launchd-paths", m->job->r->uid, words, tells))
        managed_tell(m, "its paths cannot be watched");
    free(words);
}

void paths_stop(struct managed *m)
{
    helper_end(&m->watcher);
    free(m->path_states);
    m->path_states = NULL;
}
