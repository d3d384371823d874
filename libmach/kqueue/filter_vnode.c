/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/kqueue/filter_vnode.c - VNODE, and files that READ waits for: through one inotify descriptor for each kqueue
 *
 * inotify names the file and says little; what became of it is seen by comparing its size and links with those of the
 * last time. As long as the program has the file open Linux does not call it deleted: no links left means that.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "libmach/kqueue/kqueue.h"

#define WATCHED                                                                                              \
    (IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF | IN_CREATE | IN_DELETE | IN_MOVED_FROM |         \
     IN_MOVED_TO | IN_UNMOUNT)

static const uint32_t built =
    NOTE_DELETE | NOTE_WRITE | NOTE_EXTEND | NOTE_ATTRIB | NOTE_LINK | NOTE_RENAME | NOTE_REVOKE | NOTE_NONE;

static int make_inotify(struct kqueue *kq)
{
    struct epoll_event in = { .events = EPOLLIN, .data.u64 = KEY_INOTIFY };
    if (kq->inotify >= 0)
        return 0;
    int fd = descriptor_high(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (fd < 0 || epoll_ctl(kq->fd, EPOLL_CTL_ADD, fd, &in) != 0) {
        int error = errno;
        if (fd >= 0)
            descriptor_close(fd);
        return error;
    }
    kq->inotify = fd;
    return 0;
}

static void remember(struct knote *knote)
{
    struct stat status;
    if (fstat((int)knote->registered.ident, &status) != 0)
        return;
    knote->vnode.n_links = status.st_nlink;
    knote->vnode.size = status.st_size;
}

/* The way through /proc leads to the open file itself, wherever it is now. */
int file_watch(struct knote *knote)
{
    char path[32];
    int error = make_inotify(knote->kq);
    if (error != 0)
        return error;
    snprintf(path, sizeof path, "/proc/self/fd/%d", (int)knote->registered.ident);
    knote->watch = inotify_add_watch(knote->kq->inotify, path, WATCHED);
    if (knote->watch < 0)
        return errno;
    LIST_INSERT_HEAD(&knote->kq->files, knote, in_files);
    return 0;
}

/* One file has one watch, however many descriptors and knotes it has. */
void file_unwatch(struct knote *knote)
{
    const struct knote *other;
    if (knote->watch < 0)
        return;
    LIST_REMOVE(knote, in_files);
    LIST_FOREACH(other, &knote->kq->files, in_files)
    if (other->watch == knote->watch)
        return;
    inotify_rm_watch(knote->kq->inotify, knote->watch);
}

static int vnode_attach(struct knote *knote)
{
    struct stat status;
    if (knote->registered.fflags & ~built)
        return ENOTSUP;
    if (fstat((int)knote->registered.ident, &status) != 0)
        return errno;
    knote->vnode.device = status.st_dev;
    knote->vnode.inode = status.st_ino;
    remember(knote);
    return file_watch(knote);
}

/* The program may have closed the descriptor, and opened another file under its number. */
static bool is_same_file(const struct knote *knote)
{
    struct stat status;
    return fstat((int)knote->registered.ident, &status) == 0 && status.st_dev == knote->vnode.device &&
           status.st_ino == knote->vnode.inode;
}

static int vnode_touch(struct knote *knote, const struct kevent_qos_s *change)
{
    if (!(change->flags & EV_ADD))
        return 0;
    if (change->fflags & ~built)
        return ENOTSUP;
    knote->registered.fflags = change->fflags;
    return 0;
}

static uint32_t what_links_say(const struct knote *knote, const struct stat *status)
{
    if (status->st_nlink == 0)
        return NOTE_DELETE;
    return status->st_nlink != knote->vnode.n_links ? NOTE_LINK : 0;
}

static uint32_t what_happened(const struct knote *knote, uint32_t mask)
{
    struct stat status;
    uint32_t happened = 0;
    if (mask & IN_UNMOUNT)
        return NOTE_REVOKE;
    if (fstat((int)knote->registered.ident, &status) != 0)
        return mask & IN_DELETE_SELF ? NOTE_DELETE : 0;
    if (mask & (IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO))
        happened |= NOTE_WRITE;
    if (status.st_size > knote->vnode.size && (mask & IN_MODIFY))
        happened |= NOTE_EXTEND;
    if (mask & IN_MOVE_SELF)
        happened |= NOTE_RENAME;
    uint32_t links = what_links_say(knote, &status);
    if (mask & IN_ATTRIB)
        happened |= links != 0 ? links : NOTE_ATTRIB;
    return happened | links;
}

static void note(struct knote *knote, uint32_t mask)
{
    knote->vnode.happened |= what_happened(knote, mask);
    remember(knote);
}

static void tell(struct kqueue *kq, const struct inotify_event *seen)
{
    struct knote *knote;
    LIST_FOREACH(knote, &kq->files, in_files)
    {
        if (knote->watch != seen->wd)
            continue;
        if (knote->registered.filter == EVFILT_VNODE)
            note(knote, seen->mask);
        knote_activate(knote);
    }
}

void vnode_drain(struct kqueue *kq)
{
    _Alignas(struct inotify_event) char bytes[4096];
    ssize_t n;
    while ((n = read(kq->inotify, bytes, sizeof bytes)) > 0)
        for (const char *at = bytes; at < bytes + n;) {
            const struct inotify_event *seen = (const struct inotify_event *)at;
            tell(kq, seen);
            at += sizeof *seen + seen->len;
        }
}

static enum found vnode_collect(struct knote *knote, struct kevent_qos_s *event)
{
    if (!is_same_file(knote))
        return FOUND_GONE;
    event->fflags = knote->vnode.happened & knote->registered.fflags;
    if (event->fflags == 0) {
        knote->vnode.happened = 0;
        return FOUND_NOTHING;
    }
    if (knote->registered.flags & EV_CLEAR)
        knote->vnode.happened = 0;
    return FOUND_EVENT;
}

const struct filter filter_vnode = { .is_descriptor = true,
                                     .attach = vnode_attach,
                                     .detach = file_unwatch,
                                     .touch = vnode_touch,
                                     .collect = vnode_collect };
