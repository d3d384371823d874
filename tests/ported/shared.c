/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shared.c - memory and semaphores that two processes share, handed to the child as registered ports
 *
 * Then one kqueue tells of three things: the child's end with its status, a timer, and an event of the program itself.
 */
#include <err.h>
#include <mach/mach.h>
#include <mach/mach_vm.h>
#include <stdlib.h>
#include <sys/event.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 100
#define STATUS 9

static void must(kern_return_t kr, const char *what)
{
    if (kr != KERN_SUCCESS)
        errx(1, "%s: %s", what, mach_error_string(kr));
}

static volatile int *map(mach_port_t entry)
{
    mach_vm_address_t at = 0;
    must(mach_vm_map(mach_task_self(), &at, vm_page_size, 0, VM_FLAGS_ANYWHERE, entry, 0, FALSE,
                     VM_PROT_READ | VM_PROT_WRITE, VM_PROT_READ | VM_PROT_WRITE, VM_INHERIT_NONE),
         "mach_vm_map");
    return (volatile int *)at;
}

static int child(void)
{
    mach_port_array_t port;
    mach_msg_type_number_t n;
    must(mach_ports_lookup(mach_task_self(), &port, &n), "mach_ports_lookup");
    volatile int *number = map(port[0]);
    for (int i = 0; i < ROUNDS; i++) {
        must(semaphore_wait(port[1]), "semaphore_wait");
        number[i]++;
        must(semaphore_signal(port[2]), "semaphore_signal");
    }
    must(semaphore_wait(port[1]), "semaphore_wait"); /* until its end is watched: a zombie cannot be */
    return STATUS;
}

static void play(volatile int *number, semaphore_t ping, semaphore_t pong)
{
    for (int i = 0; i < ROUNDS; i++) {
        number[i] = i;
        must(semaphore_signal(ping), "semaphore_signal");
        must(semaphore_wait(pong), "semaphore_wait");
        if (number[i] != i + 1)
            errx(1, "number %d is %d", i, number[i]);
    }
}

enum { CHILD = 1, TIMER = 2, USER = 4 };

static void watch(pid_t pid, semaphore_t ping)
{
    struct kevent64_s change[3], event;
    int kq = kqueue(), seen = 0;
    EV_SET64(&change[0], pid, EVFILT_PROC, EV_ADD, NOTE_EXIT | NOTE_EXITSTATUS, 0, CHILD, 0, 0);
    EV_SET64(&change[1], 1, EVFILT_TIMER, EV_ADD | EV_ONESHOT, NOTE_USECONDS, 1000, TIMER, 0, 0);
    EV_SET64(&change[2], 1, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0, USER, 0, 0);
    if (kevent64(kq, change, 3, NULL, 0, 0, NULL) != 0)
        err(1, "kevent64");
    must(semaphore_signal(ping), "semaphore_signal");
    EV_SET64(&change[2], 1, EVFILT_USER, 0, NOTE_TRIGGER | NOTE_FFCOPY | 0x17, 0, USER, 0, 0);
    if (kevent64(kq, &change[2], 1, NULL, 0, 0, NULL) != 0)
        err(1, "kevent64");
    while (seen != (CHILD | TIMER | USER)) {
        if (kevent64(kq, NULL, 0, &event, 1, 0, NULL) != 1)
            err(1, "kevent64");
        if (event.udata == CHILD && WEXITSTATUS((int)event.data) != STATUS)
            errx(1, "the child's status is %#llx", (unsigned long long)event.data);
        if (event.udata == USER && (event.fflags & NOTE_FFLAGSMASK) != 0x17)
            errx(1, "flags of the program's own event: %#x", event.fflags);
        if (seen & (int)event.udata)
            errx(1, "event %d comes once", (int)event.udata);
        seen |= (int)event.udata;
    }
    close(kq);
}

int main(void)
{
    mach_port_t port[3];
    memory_object_size_t size = vm_page_size;
    must(mach_make_memory_entry_64(mach_task_self(), &size, 0,
                                   MAP_MEM_NAMED_CREATE | VM_PROT_READ | VM_PROT_WRITE, &port[0],
                                   MACH_PORT_NULL),
         "mach_make_memory_entry_64");
    must(semaphore_create(mach_task_self(), &port[1], SYNC_POLICY_FIFO, 0), "semaphore_create");
    must(semaphore_create(mach_task_self(), &port[2], SYNC_POLICY_FIFO, 0), "semaphore_create");
    must(mach_ports_register(mach_task_self(), port, 3), "mach_ports_register");
    volatile int *number = map(port[0]);
    pid_t pid = fork();
    if (pid == 0)
        return child();
    play(number, port[1], port[2]);
    watch(pid, port[1]);
    return waitpid(pid, NULL, 0) != pid;
}
