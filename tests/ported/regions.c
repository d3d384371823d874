/* SPDX-License-Identifier: Apache-2.0 */
/* regions.c - a look into another process: its regions, bytes of its memory, and a change of them */
#include <err.h>
#include <libproc.h>
#include <mach/mach.h>
#include <mach/mach_vm.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE 65536

static char note[64] = "of the parent";

static void must(kern_return_t kr, const char *what)
{
    if (kr != KERN_SUCCESS)
        errx(1, "%s: %s", what, mach_error_string(kr));
}

/* The protection of the region that has the address, by all ways of walking; they must agree. */
static vm_prot_t protection_at(task_t task, mach_vm_address_t wanted)
{
    mach_vm_address_t at = wanted, also_at = wanted, short_at = wanted;
    mach_vm_size_t size, also_size;
    natural_t depth = 0;
    vm_region_submap_info_data_64_t deep;
    vm_region_submap_short_info_data_64_t brief;
    vm_region_basic_info_data_64_t basic;
    mach_msg_type_number_t n_deep = VM_REGION_SUBMAP_INFO_COUNT_64, n_basic = VM_REGION_BASIC_INFO_COUNT_64,
                           n_brief = VM_REGION_SUBMAP_SHORT_INFO_COUNT_64;
    mach_port_t object;
    must(mach_vm_region_recurse(task, &at, &size, &depth, (vm_region_recurse_info_t)&deep, &n_deep),
         "mach_vm_region_recurse");
    must(mach_vm_region_recurse(task, &short_at, &size, &depth, (vm_region_recurse_info_t)&brief, &n_brief),
         "mach_vm_region_recurse, in short");
    if (n_brief != VM_REGION_SUBMAP_SHORT_INFO_COUNT_64 || short_at != at ||
        brief.protection != deep.protection || brief.offset != deep.offset ||
        brief.share_mode != deep.share_mode || brief.is_submap)
        errx(1, "the short form tells something else");
    must(mach_vm_region(task, &also_at, &also_size, VM_REGION_BASIC_INFO_64, (vm_region_info_t)&basic,
                        &n_basic, &object),
         "mach_vm_region");
    if (at != also_at || size != also_size || deep.protection != basic.protection || at > wanted ||
        wanted - at >= size)
        errx(1, "the two walks differ");
    return basic.protection;
}

static int count_regions(task_t task)
{
    int n = 0;
    mach_vm_address_t at = 0;
    mach_vm_size_t size;
    vm_region_basic_info_data_64_t info;
    mach_port_t object;
    for (;; at += size, n++) {
        mach_msg_type_number_t count = VM_REGION_BASIC_INFO_COUNT_64;
        kern_return_t kr = mach_vm_region(task, &at, &size, VM_REGION_BASIC_INFO_64, (vm_region_info_t)&info,
                                          &count, &object);
        if (kr == KERN_INVALID_ADDRESS)
            return n;
        must(kr, "mach_vm_region");
    }
}

static void child(int out)
{
    char *mine = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    strcpy(note, "of the child");
    if (task_self_trap() == MACH_PORT_NULL || write(out, &mine, sizeof(mine)) != sizeof(mine))
        _exit(1);
    for (;;)
        pause();
}

int main(void)
{
    int fds[2];
    char *mapped, changed[sizeof(note)];
    task_t task;
    vm_offset_t copy;
    mach_msg_type_number_t size;
    mach_vm_size_t n;
    mach_vm_address_t fresh = 0, at_note = (mach_vm_address_t)note;
    struct proc_taskallinfo info;
    if (pipe(fds) != 0)
        err(1, "pipe");
    pid_t pid = fork();
    if (pid == 0)
        child(fds[1]);
    if (read(fds[0], &mapped, sizeof(mapped)) != sizeof(mapped))
        err(1, "read");
    must(task_for_pid(mach_task_self(), pid, &task), "task_for_pid");

    if (protection_at(task, (mach_vm_address_t)mapped) != VM_PROT_READ)
        errx(1, "what the child mapped can be read, and no more");
    if (count_regions(task) < 5 || count_regions(mach_task_self()) < 5)
        errx(1, "a process has more regions");

    must(mach_vm_read(task, at_note, sizeof(note), &copy, &size), "mach_vm_read");
    if (size != sizeof(note) || strcmp((char *)copy, "of the child") != 0)
        errx(1, "bytes of the child");
    must(mach_vm_deallocate(mach_task_self(), copy, size), "mach_vm_deallocate");
    must(mach_vm_write(task, at_note, (vm_offset_t) "changed", sizeof("changed")), "mach_vm_write");
    must(mach_vm_read_overwrite(task, at_note, sizeof(changed), (mach_vm_address_t)changed, &n),
         "mach_vm_read_overwrite");
    if (n != sizeof(changed) || strcmp(changed, "changed") != 0 || strcmp(note, "of the parent") != 0)
        errx(1, "the child's bytes change, and ours do not");

    must(mach_vm_allocate(task, &fresh, SIZE, VM_FLAGS_ANYWHERE), "mach_vm_allocate");
    must(mach_vm_protect(task, fresh, SIZE, FALSE, VM_PROT_READ), "mach_vm_protect");
    if (protection_at(task, fresh) != VM_PROT_READ)
        errx(1, "protection that was set");
    must(mach_vm_deallocate(task, fresh, SIZE), "mach_vm_deallocate");

    if (proc_pidinfo(pid, PROC_PIDTASKALLINFO, 0, &info, sizeof(info)) != sizeof(info) ||
        info.pbsd.pbi_ppid != (uint32_t)getpid())
        errx(1, "proc_pidinfo");
    kill(pid, SIGKILL);
    return waitpid(pid, NULL, 0) != pid;
}
