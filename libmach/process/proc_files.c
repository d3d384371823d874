/* SPDX-License-Identifier: Apache-2.0 */
#include "libmach/process/proc_files.h"

#include <errno.h>
#include <limits.h>
#include <mach/vm_inherit.h>
#include <mach/vm_prot.h>
#include <mach/vm_region.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- vnodes ---- */

static int type_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG: return VREG;
    case S_IFDIR: return VDIR;
    case S_IFBLK: return VBLK;
    case S_IFCHR: return VCHR;
    case S_IFLNK: return VLNK;
    case S_IFSOCK: return VSOCK;
    case S_IFIFO: return VFIFO;
    }
    return VNON;
}

static void fill_vnode(const struct stat *status, struct vnode_info *info)
{
    *info = (struct vnode_info){
        .vi_stat = { .vst_dev = (uint32_t)status->st_dev,
                     .vst_mode = (uint16_t)status->st_mode,
                     .vst_nlink = (uint16_t)status->st_nlink,
                     .vst_ino = status->st_ino,
                     .vst_uid = status->st_uid,
                     .vst_gid = status->st_gid,
                     .vst_atime = status->st_atim.tv_sec,
                     .vst_atimensec = status->st_atim.tv_nsec,
                     .vst_mtime = status->st_mtim.tv_sec,
                     .vst_mtimensec = status->st_mtim.tv_nsec,
                     .vst_ctime = status->st_ctim.tv_sec,
                     .vst_ctimensec = status->st_ctim.tv_nsec,
                     .vst_size = status->st_size,
                     .vst_blocks = status->st_blocks,
                     .vst_blksize = (int32_t)status->st_blksize,
                     .vst_rdev = (uint32_t)status->st_rdev },
        .vi_type = type_of(status->st_mode),
    };
}

/* The link of /proc says where it is, and leads there also from another root. */
static bool fill_path(pid_t pid, const char *name, struct vnode_info_path *info)
{
    char link[64];
    struct stat status;
    snprintf(link, sizeof link, "/proc/%d/%s", pid, name);
    ssize_t n = readlink(link, info->vip_path, sizeof info->vip_path - 1);
    if (n < 0 || stat(link, &status) != 0)
        return false;
    info->vip_path[n] = '\0';
    fill_vnode(&status, &info->vip_vi);
    return true;
}

/* One that was removed has the path that it had. */
bool proc_vnode(pid_t pid, int fd, struct vnode_info_path *info)
{
    static const char removed[] = " (deleted)";
    char name[32];
    snprintf(name, sizeof name, "fd/%d", fd);
    if (!fill_path(pid, name, info))
        return false;
    char *end = strrchr(info->vip_path, ' ');
    if (end != NULL && strcmp(end, removed) == 0 && info->vip_vi.vi_stat.vst_nlink == 0)
        *end = '\0';
    return true;
}

uint32_t proc_kind_of_file(const char *target)
{
    if (strncmp(target, "socket:", 7) == 0)
        return PROX_FDTYPE_SOCKET;
    if (strncmp(target, "pipe:", 5) == 0)
        return PROX_FDTYPE_PIPE;
    return strncmp(target, "anon_inode:[eventpoll]", 22) == 0 ? PROX_FDTYPE_KQUEUE : PROX_FDTYPE_VNODE;
}

/* A process in the root directory of the system has none of its own. */
bool proc_directories(pid_t pid, struct proc_vnodepathinfo *info)
{
    memset(info, 0, sizeof *info);
    if (!fill_path(pid, "cwd", &info->pvi_cdir) || !fill_path(pid, "root", &info->pvi_rdir)) {
        errno = errno == EACCES ? EPERM : ESRCH;
        return false;
    }
    if (strcmp(info->pvi_rdir.vip_path, "/") == 0)
        memset(&info->pvi_rdir, 0, sizeof info->pvi_rdir);
    return true;
}

/* ---- regions ---- */

struct mapping {
    unsigned long begin, end, offset, inode;
    char access[5];
    char path[PATH_MAX];
};

/* A line of /proc/PID/maps. */
static bool parse(const char *line, struct mapping *mapping)
{
    int at = 0;
    if (sscanf(line, "%lx-%lx %4s %lx %*x:%*x %lu %n", &mapping->begin, &mapping->end, mapping->access,
               &mapping->offset, &mapping->inode, &at) != 5)
        return false;
    snprintf(mapping->path, sizeof mapping->path, "%s", line + at);
    mapping->path[strcspn(mapping->path, "\n")] = '\0';
    return true;
}

static bool find_mapping(pid_t pid, uint64_t address, struct mapping *mapping)
{
    char name[64], line[PATH_MAX + 128];
    bool is_found = false;
    snprintf(name, sizeof name, "/proc/%d/maps", pid);
    FILE *file = fopen(name, "re");
    if (file == NULL) {
        errno = errno == EACCES ? EPERM : ESRCH;
        return false;
    }
    while (!is_found && fgets(line, sizeof line, file) != NULL)
        is_found = parse(line, mapping) && mapping->end > address;
    fclose(file);
    errno = EINVAL;
    return is_found;
}

static uint32_t protection_of(const struct mapping *mapping)
{
    return (mapping->access[0] == 'r' ? VM_PROT_READ : 0u) | (mapping->access[1] == 'w' ? VM_PROT_WRITE : 0u) |
           (mapping->access[2] == 'x' ? VM_PROT_EXECUTE : 0u);
}

/* What is mapped without a name of a file has no vnode. */
static void fill_file(const struct mapping *mapping, struct vnode_info_path *info)
{
    struct stat status;
    if (mapping->inode == 0)
        return;
    snprintf(info->vip_path, sizeof info->vip_path, "%.*s", (int)sizeof info->vip_path - 1, mapping->path);
    if (stat(mapping->path, &status) == 0 && status.st_ino == mapping->inode)
        fill_vnode(&status, &info->vip_vi);
}

bool proc_region(pid_t pid, uint64_t address, struct proc_regionwithpathinfo *info)
{
    struct mapping mapping;
    memset(info, 0, sizeof *info);
    if (!find_mapping(pid, address, &mapping))
        return false;
    bool is_shared = mapping.access[3] == 's';
    info->prp_prinfo = (struct proc_regioninfo){
        .pri_protection = protection_of(&mapping),
        .pri_max_protection = VM_PROT_ALL,
        .pri_inheritance = is_shared ? VM_INHERIT_SHARE : VM_INHERIT_COPY,
        .pri_offset = mapping.offset,
        .pri_ref_count = 1,
        .pri_share_mode = is_shared            ? SM_SHARED
                          : mapping.inode != 0 ? SM_COW
                                               : SM_PRIVATE,
        .pri_address = mapping.begin,
        .pri_size = mapping.end - mapping.begin,
    };
    fill_file(&mapping, &info->prp_vip);
    return true;
}
