/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/exec.c - the exec family (F63, F73, F91)
 *
 * machd notices an exec by itself, whoever makes it (F99). What is to be done before is what only the library knows: a vfork
 * child gets a task of its own, and a signal that the program ignores while we have a handler for it is ignored by the next
 * program. Both are taken back if the exec fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libmach/connection/real.h"
#include "libmach/live/handlers.h"
#include "libmach/live/vfork.h"

#define EXPORT __attribute__((visibility("default")))

static void begin(void)
{
    handlers_before_exec();
    vfork_exec_begins();
}

static int failed(void)
{
    int error = errno;
    vfork_exec_failed();
    handlers_after_exec();
    errno = error;
    return -1;
}

/* As system calls: looking the C library's up takes a lock, and a vfork child that is killed would leave it to its parent. */
EXPORT int execve(const char *path, char *const argv[], char *const envp[])
{
    begin();
    syscall(SYS_execve, path, argv, envp);
    return failed();
}

EXPORT int execveat(int directory, const char *path, char *const argv[], char *const envp[], int flags)
{
    begin();
    syscall(SYS_execveat, directory, path, argv, envp, flags);
    return failed();
}

EXPORT int fexecve(int fd, char *const argv[], char *const envp[])
{
    return execveat(fd, "", argv, envp, AT_EMPTY_PATH);
}

/* The one that searches is the C library's. */
FIND_REAL(execvpe)

EXPORT int execvpe(const char *file, char *const argv[], char *const envp[])
{
    begin();
    REAL(execvpe)(file, argv, envp);
    return failed();
}

EXPORT int execv(const char *path, char *const argv[])
{
    return execve(path, argv, environ);
}

EXPORT int execvp(const char *file, char *const argv[])
{
    return execvpe(file, argv, environ);
}

/* ---- with the arguments in the call: no memory may be asked for, since a vfork child would leave it to its parent ---- */

static size_t count(va_list *list)
{
    size_t n = 0;
    while (va_arg(*list, char *) != NULL)
        n++;
    return n;
}

static void fill(char **argv, const char *first, size_t n_more, va_list *list)
{
    argv[0] = (char *)first;
    for (size_t i = 1; i <= n_more; i++)
        argv[i] = va_arg(*list, char *);
    argv[n_more + 1] = NULL;
}

/* What stands between `first` and NULL, as an array on the caller's stack. */
#define ARGUMENTS(argv, n, first)                                                                            \
    va_list list;                                                                                            \
    va_start(list, first);                                                                                   \
    size_t n = count(&list);                                                                                 \
    va_end(list);                                                                                            \
    char **argv = __builtin_alloca((n + 2) * sizeof(char *));                                                \
    va_start(list, first);                                                                                   \
    fill(argv, first, n, &list)

EXPORT int execl(const char *path, const char *first, ...)
{
    ARGUMENTS(argv, n, first);
    va_end(list);
    return execve(path, argv, environ);
}

EXPORT int execlp(const char *file, const char *first, ...)
{
    ARGUMENTS(argv, n, first);
    va_end(list);
    return execvpe(file, argv, environ);
}

EXPORT int execle(const char *path, const char *first, ...)
{
    ARGUMENTS(argv, n, first);
    (void)va_arg(list, char *);
    char *const *envp = va_arg(list, char *const *);
    va_end(list);
    return execve(path, argv, envp);
}
