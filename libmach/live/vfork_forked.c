/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/live/vfork_forked.c - vfork as fork, which POSIX permits (F77): where the thread sanitizer watches */
#include <unistd.h>

__attribute__((visibility("default"))) pid_t vfork(void)
{
    return fork();
}
