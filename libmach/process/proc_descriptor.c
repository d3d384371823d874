/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/proc_descriptor.c - <libproc.h>: one descriptor of a process, as Linux shows it under /proc */
#include <errno.h>
#include <fcntl.h>
#include <libproc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fileport.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libmach/process/proc_files.h"
#include "libmach/process/proc_host.h"

enum { TEXT_SIZE = 1024 };

/* What is known of every kind. */
struct descriptor {
    struct proc_fileinfo file;
    struct vnode_info_path vnode;
};

static int fail(int error)
{
    errno = error;
    return 0;
}

/* Lines of fdinfo: a word, a colon, and a number. 0: it is not there. */
static unsigned long long number_of(const char *text, const char *word, int base)
{
    const char *line = strstr(text, word);
    return line != NULL ? strtoull(line + strlen(word), NULL, base) : 0;
}

static bool read_text(pid_t pid, int fd, char text[TEXT_SIZE])
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", pid, fd);
    FILE *file = fopen(path, "re");
    size_t n = file != NULL ? fread(text, 1, TEXT_SIZE - 1, file) : 0;
    int error = errno;
    if (file != NULL)
        fclose(file);
    text[n] = '\0';
    errno = error;
    return n > 0;
}

/* 1 and 2 are FREAD and FWRITE. */
static struct proc_fileinfo file_of(const char *text, uint32_t kind)
{
    uint32_t flags = (uint32_t)number_of(text, "flags:", 8);
    return (struct proc_fileinfo){
        .fi_openflags = ((flags & O_ACCMODE) + 1) | (flags & (O_NONBLOCK | O_APPEND)),
        .fi_status = flags & O_CLOEXEC ? PROC_FP_CLEXEC : 0,
        .fi_offset = (off_t)number_of(text, "pos:", 10),
        .fi_type = (int32_t)kind,
    };
}

/* 0 or an error number. */
static int look(pid_t pid, int fd, struct descriptor *descriptor)
{
    struct host_process host;
    char text[TEXT_SIZE];
    if (pid <= 0 || !host_process_read(pid, 0, &host) || host.state == 'Z')
        return ESRCH;
    if (geteuid() != 0 && geteuid() != host.uid)
        return EPERM;
    if (fd < 0 || !read_text(pid, fd, text) || !proc_vnode(pid, fd, &descriptor->vnode))
        return errno == EACCES ? EPERM : EBADF;
    descriptor->file = file_of(text, proc_kind_of_file(descriptor->vnode.vip_path));
    return 0;
}

static size_t size_of(int flavor)
{
    switch (flavor) {
    case PROC_PIDFDVNODEINFO: return PROC_PIDFDVNODEINFO_SIZE;
    case PROC_PIDFDVNODEPATHINFO: return PROC_PIDFDVNODEPATHINFO_SIZE;
    case PROC_PIDFDPIPEINFO: return PROC_PIDFDPIPEINFO_SIZE;
    case PROC_PIDFDKQUEUEINFO: return PROC_PIDFDKQUEUEINFO_SIZE;
    }
    return 0;
}

static uint32_t kind_wanted(int flavor)
{
    switch (flavor) {
    case PROC_PIDFDPIPEINFO: return PROX_FDTYPE_PIPE;
    case PROC_PIDFDKQUEUEINFO: return PROX_FDTYPE_KQUEUE;
    }
    return PROX_FDTYPE_VNODE;
}

static void fill(const struct descriptor *d, int flavor, void *buffer)
{
    const struct vinfo_stat *status = &d->vnode.vip_vi.vi_stat;
    switch (flavor) {
    case PROC_PIDFDVNODEINFO:
        *(struct vnode_fdinfo *)buffer = (struct vnode_fdinfo){ .pfi = d->file, .pvi = d->vnode.vip_vi };
        return;
    case PROC_PIDFDVNODEPATHINFO:
        *(struct vnode_fdinfowithpath *)buffer =
            (struct vnode_fdinfowithpath){ .pfi = d->file, .pvip = d->vnode };
        return;
    case PROC_PIDFDPIPEINFO: /* both ends have one inode */
        *(struct pipe_fdinfo *)buffer =
            (struct pipe_fdinfo){ .pfi = d->file,
                                  .pipeinfo = { .pipe_stat = *status,
                                                .pipe_handle = status->vst_ino,
                                                .pipe_peerhandle = status->vst_ino } };
        return;
    case PROC_PIDFDKQUEUEINFO:
        *(struct kqueue_fdinfo *)buffer =
            (struct kqueue_fdinfo){ .pfi = d->file, .kqueueinfo = { .kq_stat = *status } };
        return;
    }
}

int proc_pidfdinfo(int pid, int fd, int flavor, void *buffer, int size)
{
    struct descriptor descriptor = { 0 };
    size_t least = size_of(flavor);
    if (least == 0)
        return fail(flavor >= PROC_PIDFDVNODEINFO && flavor <= PROC_PIDFDCHANNELINFO ? ENOTSUP : EINVAL);
    if (buffer == NULL || size < 0 || (size_t)size < least)
        return fail(ENOMEM);
    int error = look(pid, fd, &descriptor);
    if (error == 0 && descriptor.file.fi_type != (int32_t)kind_wanted(flavor))
        error = kind_wanted(flavor) == PROX_FDTYPE_VNODE ? ENOTSUP : EBADF;
    if (error != 0)
        return fail(error);
    fill(&descriptor, flavor, buffer);
    return (int)least;
}

/* The name is one of the process's, whose rights nobody else can use. The descriptor is ours for the moment, and its flag, too. */
int proc_pidfileportinfo(int pid, uint32_t fileport, int flavor, void *buffer, int size)
{
    if (flavor != PROC_PIDFILEPORTVNODEPATHINFO && flavor != PROC_PIDFILEPORTPIPEINFO)
        return fail(flavor == PROC_PIDFILEPORTSOCKETINFO || flavor == PROC_PIDFILEPORTPSHMINFO ? ENOTSUP
                                                                                               : EINVAL);
    if (pid != getpid())
        return fail(ENOTSUP);
    int fd = fileport_makefd(fileport);
    if (fd < 0)
        return 0;
    int n = proc_pidfdinfo(pid, fd, flavor, buffer, size), error = errno;
    if (n > 0)
        ((struct proc_fileinfo *)buffer)->fi_status = 0;
    close(fd);
    errno = error;
    return n;
}
