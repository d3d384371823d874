/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/proc_files.h - files of a process: its directories, what it has open, and what is mapped into its memory */
#pragma once

#include <stdbool.h>
#include <sys/proc_info.h>
#include <sys/types.h>

/* False with errno: they cannot be looked at. */
bool proc_directories(pid_t pid, struct proc_vnodepathinfo *info);
/* An open file of the process: where it is, or what Linux calls it. False with errno. */
bool proc_vnode(pid_t pid, int fd, struct vnode_info_path *info);
/* PROX_FDTYPE_*, by what a link of /proc/PID/fd says. */
uint32_t proc_kind_of_file(const char *target);
/* The region that has the address, or the next one. False with errno; EINVAL: there is none behind it. */
bool proc_region(pid_t pid, uint64_t address, struct proc_regionwithpathinfo *info);
