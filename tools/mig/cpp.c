/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/cpp.c - runs the C preprocessor on a description */
#include "cpp.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct words {
    char **list;
    unsigned n, capacity;
};

static void add_word(struct words *w, const char *word)
{
    GROW(w->list, w->n, w->capacity);
    w->list[w->n++] = word ? xstrdup(word) : NULL;
}

/* CC may be a command line: "ccache gcc -m64" */
static void add_command(struct words *w, const char *command)
{
    char *copy = xstrdup(command), *rest = NULL;

    for (char *word = strtok_r(copy, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest))
        add_word(w, word);
}

static bool is_set(const char *s)
{
    return s && *s;
}

static const char *directory(const char *file)
{
    const char *slash = strrchr(file, '/');

    return slash ? xstrndup(file, slash == file ? 1 : (size_t)(slash - file)) : ".";
}

static char **command_line(const struct cpp *cpp, const char *file)
{
    struct words w = { 0 };

    if (is_set(cpp->command))
        add_word(&w, cpp->command);
    else if (is_set(getenv("MIGCC")))
        add_command(&w, getenv("MIGCC"));
    else if (is_set(getenv("CC")))
        add_command(&w, getenv("CC"));
    if (w.n == 0)
        add_word(&w, "cc");
    add_command(&w, "-E -x c -Ulinux -Uunix -Ui386 -D__MACH30__");
    for (char **flag = cpp->flags; *flag; flag++)
        add_word(&w, *flag);
    add_word(&w, format("-I%s", directory(file)));
    add_word(&w, file);
    add_word(&w, NULL);
    return w.list;
}

static char *read_all(int fd, size_t *size)
{
    size_t capacity = 65536;
    char *text = xalloc(capacity);
    ssize_t n;

    *size = 0;
    while ((n = read(fd, text + *size, capacity - *size)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        *size += (size_t)n;
        if (*size == capacity) {
            char *bigger = xalloc(capacity * 2);

            memcpy(bigger, text, capacity);
            text = bigger;
            capacity *= 2;
        }
    }
    return text;
}

static _Noreturn void become(char **argv, int out)
{
    dup2(out, STDOUT_FILENO);
    close(out);
    execvp(argv[0], argv);
    fprintf(stderr, "mig: %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

char *cpp_run(const struct cpp *cpp, const char *file, size_t *size)
{
    char **argv = command_line(cpp, file);
    int fds[2], status = 0;
    char *text;
    pid_t pid;

    fflush(NULL);
    if (pipe(fds) != 0)
        return NULL;
    pid = fork();
    if (pid == 0) {
        close(fds[0]);
        become(argv, fds[1]);
    }
    close(fds[1]);
    if (pid < 0) {
        close(fds[0]);
        return NULL;
    }
    text = read_all(fds[0], size);
    close(fds[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? text : NULL;
}
