/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/ids.c - the set-id family: machd must know whose the process is from now on (F22, F63, F176)
 *
 * machd believes no number: it asks for credentials that only this process can send, and looks what Linux says. A vfork
 * child's ids are its own and not its parent's, which is the task.
 */
#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <unistd.h>

#include "libmach/connection/real.h"
#include "libmach/live/live.h"
#include "libmach/live/vfork.h"

#define EXPORT __attribute__((visibility("default")))

struct ids {
    uid_t uid[3];
    gid_t gid[3];
};

static struct ids look(void)
{
    struct ids ids;
    getresuid(&ids.uid[0], &ids.uid[1], &ids.uid[2]);
    getresgid(&ids.gid[0], &ids.gid[1], &ids.gid[2]);
    return ids;
}

static bool are_other(const struct ids *a, const struct ids *b)
{
    bool other = false;
    for (int i = 0; i < 3; i++)
        other |= a->uid[i] != b->uid[i] || a->gid[i] != b->gid[i];
    return other;
}

static int changed(const struct ids *before, int result)
{
    int error = errno;
    struct ids now = look();
    if (result == 0 && are_other(before, &now) && !vfork_is_child())
        live_tell_ids();
    errno = error;
    return result;
}

#define WRAP(name, parameters, ...)                                                                          \
    FIND_REAL(name)                                                                                          \
    EXPORT int name parameters                                                                               \
    {                                                                                                        \
        struct ids before = look();                                                                          \
        return changed(&before, REAL(name)(__VA_ARGS__));                                                    \
    }

WRAP(setuid, (uid_t uid), uid)
WRAP(seteuid, (uid_t uid), uid)
WRAP(setreuid, (uid_t ruid, uid_t euid), ruid, euid)
WRAP(setresuid, (uid_t ruid, uid_t euid, uid_t suid), ruid, euid, suid)
WRAP(setgid, (gid_t gid), gid)
WRAP(setegid, (gid_t gid), gid)
WRAP(setregid, (gid_t rgid, gid_t egid), rgid, egid)
WRAP(setresgid, (gid_t rgid, gid_t egid, gid_t sgid), rgid, egid, sgid)
