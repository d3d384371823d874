/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/proc_files.h - files of a process: its directories, and what is mapped into its memory */
#pragma once

#include <stdbool.h>
#include <sys/proc_info.h>
#include <sys/types.h>

/* False with errno: they cannot be looked at. */
bool proc_directories(pid_t pid, struct proc_vnodepathinfo *info);
/* The region that has the address, or the next one. False with errno; EINVAL: there is none behind it. */
bool proc_region(pid_t pid, uint64_t address, struct proc_regionwithpathinfo *info);
