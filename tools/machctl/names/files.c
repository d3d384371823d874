/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/machctl/names/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machd-config.h"
#include "tools/machctl/names/json_read.h"
#include "tools/machctl/names/look.h"
#include "tools/machctl/names/overrides.h"
#include "wire/job_types.h"

#define MAX_FILE (1u << 20)

static void skip(struct files *files, const char *path, const char *why)
{
    complain("%s: %s", path, why);
    files->skipped = true;
}

/* ---- may this file be loaded? ---- */

static bool is_named_plist(const char *path)
{
    size_t n = strlen(path);

    return n > 6 && strcmp(path + n - 6, ".plist") == 0;
}

/* B107: what others could change would be run as this user. */
static const char *objection(const struct files *files, const char *path, const struct stat *st)
{
    if (!S_ISREG(st->st_mode))
        return "is no regular file";
    if (st->st_size > MAX_FILE)
        return "is longer than 1 MiB";
    if (files->force)
        return NULL;
    if (!is_named_plist(path))
        return "is not named *.plist (-F loads it all the same)";
    if (st->st_uid != 0 && st->st_uid != geteuid())
        return "belongs to neither root nor you (-F loads it all the same)";
    if (st->st_mode & (S_IWGRP | S_IWOTH))
        return "can be changed by others (chmod go-w helps; -F loads it all the same)";
    return NULL;
}

static bool names_host(plist_t hosts)
{
    char self[256] = "";

    gethostname(self, sizeof(self) - 1);
    for (uint32_t i = 0; PLIST_IS_ARRAY(hosts) && i < plist_array_get_size(hosts); i++) {
        plist_t host = plist_array_get_item(hosts, i);
        if (PLIST_IS_STRING(host) && strcasecmp(plist_get_string_ptr(host, NULL), self) == 0)
            return true;
    }
    return false;
}

static bool is_for_session(const struct files *files, plist_t value)
{
    const char *name = PLIST_IS_STRING(value) ? plist_get_string_ptr(value, NULL) : "";

    if (files->session != NULL)
        return strcmp(name, files->session) == 0;
    return (strcmp(name, "System") == 0) == files->is_system;
}

static bool is_session(plist_t value)
{
    static const char *const sessions[] = { "System", "Aqua", "Background", "StandardIO", "LoginWindow" };
    const char *name = PLIST_IS_STRING(value) ? plist_get_string_ptr(value, NULL) : "";

    for (size_t i = 0; i < sizeof(sessions) / sizeof(sessions[0]); i++) {
        if (strcmp(name, sessions[i]) == 0)
            return true;
    }
    return false;
}

/* B13: what is for no session that exists is for launchd to refuse. */
static bool is_for_sessions(const struct files *files, plist_t value)
{
    bool found =
        value == NULL || (!PLIST_IS_ARRAY(value) && (!is_session(value) || is_for_session(files, value)));

    for (uint32_t i = 0; !found && PLIST_IS_ARRAY(value) && i < plist_array_get_size(value); i++) {
        plist_t one = plist_array_get_item(value, i);
        found = !is_session(one) || is_for_session(files, one);
    }
    return found;
}

/* B109, B165: what the loading tool itself decides. */
static const char *refusal(const struct files *files, plist_t job)
{
    plist_t only = plist_dict_get_item(job, "LimitLoadToHosts");

    if (!files->force && !files->write && !files->unload && overrides_is_disabled(job))
        return "is disabled (-w enables and loads it, -F loads it this once)";
    if (!is_for_sessions(files, plist_dict_get_item(job, "LimitLoadToSessionType")))
        return "is for another session (LimitLoadToSessionType; -S takes those for another)";
    if ((only != NULL && !names_host(only)) || names_host(plist_dict_get_item(job, "LimitLoadFromHosts")))
        return "is not for this host (LimitLoadToHosts, LimitLoadFromHosts)";
    return NULL;
}

/* ---- reading ---- */

static char *read_whole(int fd, size_t size)
{
    char *text = malloc(size + 1);
    size_t n = 0;
    ssize_t got = 1;

    while (text != NULL && n < size && (got = read(fd, text + n, size - n)) > 0)
        n += (size_t)got;
    if (text != NULL && n == size) {
        text[size] = 0;
        return text;
    }
    free(text);
    return NULL;
}

static void put_path(plist_t job, const char *path)
{
    char *whole = realpath(path, NULL);

    plist_dict_set_item(job, JOB_PATH_KEY, plist_new_string(whole != NULL ? whole : path));
    free(whole);
}

/* XML, binary, or JSON (B107). */
static plist_t parse(const char *text, size_t size)
{
    plist_t list = NULL;
    const char *first = text + strspn(text, " \t\r\n");

    if (*first == '{' || *first == '[')
        return json_read(text, size);
    if (size > 0)
        plist_from_memory(text, (uint32_t)size, &list);
    return list;
}

static const char *unreadable(plist_t list, const char *text, size_t size)
{
    if (size == 0)
        return "is empty";
    if (text == NULL)
        return "cannot be read";
    return list == NULL ? "is no property list: neither XML nor binary nor JSON"
                        : "is a property list, but no dictionary, so no job";
}

static void read_job(struct files *files, const char *path, int fd, size_t size)
{
    char *text = read_whole(fd, size);
    plist_t job = text != NULL ? parse(text, size) : NULL;
    const char *why = PLIST_IS_DICT(job) ? refusal(files, job) : unreadable(job, text, size);

    free(text);
    if (why != NULL) {
        skip(files, path, why);
        plist_free(job);
        return;
    }
    put_path(job, path);
    if (files->write && !overrides_set(job, files->unload))
        skip(files, path, "cannot be remembered");
    plist_array_append_item(files->jobs, job);
}

static void read_file(struct files *files, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    const char *why;

    if (fd < 0 || fstat(fd, &st) != 0) {
        skip(files, path, strerror(errno));
    } else {
        why = objection(files, path, &st);
        if (why != NULL)
            skip(files, path, why);
        else
            read_job(files, path, fd, (size_t)st.st_size);
    }
    if (fd >= 0)
        close(fd);
}

static int only_plists(const struct dirent *entry)
{
    return is_named_plist(entry->d_name);
}

void files_read(struct files *files, const char *path)
{
    struct dirent **entries;
    struct stat st;
    int n;

    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
        read_file(files, path);
        return;
    }
    n = scandir(path, &entries, only_plists, alphasort);
    for (int i = 0; i < n; i++) {
        char file[4096];
        snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
        read_file(files, file);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
}

/* ---- places (B108) ---- */

static void read_place(struct files *files, const char *above)
{
    char place[4096];

    snprintf(place, sizeof(place), "%s/%s", above, files->is_system ? "LaunchDaemons" : "LaunchAgents");
    if (access(place, F_OK) == 0)
        files_read(files, place);
}

bool files_read_places(struct files *files, const char *word)
{
    bool all = strcmp(word, "all") == 0;
    char own[4096];

    if (!all && strcmp(word, "user") != 0 && strcmp(word, "local") != 0 && strcmp(word, "network") != 0 &&
        strcmp(word, "system") != 0)
        return false;
    if ((all || strcmp(word, "user") == 0) && !files->is_system && overrides_place(own, sizeof(own)))
        read_place(files, own);
    if (all || strcmp(word, "local") == 0)
        read_place(files, MACHD_SYSCONFDIR "/machd");
    if (all || strcmp(word, "system") == 0)
        read_place(files, "/usr/lib/machd");
    return true;
}
