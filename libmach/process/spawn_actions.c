/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/spawn_actions.c - objects of posix_spawn_file_actions_init (F137) */
#include "libmach/process/spawn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 2 };

int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions)
{
    if (actions == NULL)
        return EINVAL;
    struct spawn_actions *made = calloc(1, sizeof *made);
    if (made == NULL)
        return ENOMEM;
    made->action = calloc(ROOM_FIRST, sizeof *made->action);
    made->room = ROOM_FIRST;
    if (made->action == NULL) {
        free(made);
        return ENOMEM;
    }
    *actions = made;
    return 0;
}

int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions)
{
    struct spawn_actions *object = actions != NULL ? *actions : NULL;
    if (object == NULL)
        return EINVAL;
    for (size_t i = 0; i < object->n; i++)
        free(object->action[i].path);
    free(object->action);
    free(object);
    *actions = NULL;
    return 0;
}

static bool is_descriptor(int fd)
{
    return fd >= 0 && fd < SPAWN_DESCRIPTORS_MAX;
}

/* Consumes the action's path, also when it fails. */
static int add(posix_spawn_file_actions_t *actions, struct spawn_action action)
{
    struct spawn_actions *object = actions != NULL ? *actions : NULL;
    if (object == NULL) {
        free(action.path);
        return EINVAL;
    }
    if (object->n == object->room) {
        struct spawn_action *more = realloc(object->action, 2 * object->room * sizeof *more);
        if (more == NULL) {
            free(action.path);
            return ENOMEM;
        }
        object->action = more;
        object->room *= 2;
    }
    object->action[object->n++] = action;
    return 0;
}

int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int fd)
{
    if (!is_descriptor(fd))
        return EBADF;
    return add(actions, (struct spawn_action){ .kind = SPAWN_CLOSE, .fd = fd });
}

int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int fd, int new_fd)
{
    if (!is_descriptor(fd) || !is_descriptor(new_fd))
        return EBADF;
    return add(actions, (struct spawn_action){ .kind = SPAWN_DUP2, .source = fd, .fd = new_fd });
}

int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *actions, int fd, const char *path, int oflag,
                                     mode_t mode)
{
    if (!is_descriptor(fd))
        return EBADF;
    char *copy = strndup(path, SPAWN_PATH_MAX - 1);
    if (copy == NULL)
        return ENOMEM;
    return add(actions, (struct spawn_action){
                            .kind = SPAWN_OPEN, .fd = fd, .path = copy, .oflag = oflag, .mode = mode });
}

int posix_spawn_file_actions_addinherit_np(posix_spawn_file_actions_t *actions, int fd)
{
    if (!is_descriptor(fd))
        return EBADF;
    return add(actions, (struct spawn_action){ .kind = SPAWN_INHERIT, .fd = fd });
}

int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path)
{
    if (strlen(path) >= SPAWN_PATH_MAX)
        return ENAMETOOLONG;
    char *copy = strdup(path);
    if (copy == NULL)
        return ENOMEM;
    return add(actions, (struct spawn_action){ .kind = SPAWN_CHDIR, .path = copy });
}

int posix_spawn_file_actions_addfchdir_np(posix_spawn_file_actions_t *actions, int fd)
{
    if (!is_descriptor(fd))
        return EBADF;
    return add(actions, (struct spawn_action){ .kind = SPAWN_FCHDIR, .fd = fd });
}

int posix_spawn_file_actions_add_fileportdup2_np(posix_spawn_file_actions_t *actions, mach_port_t fileport,
                                                 int new_fd)
{
    if (!is_descriptor(new_fd))
        return EBADF;
    return add(actions, (struct spawn_action){ .kind = SPAWN_FILEPORT, .fd = new_fd, .port = fileport });
}
