/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/event.h> - kernel queues: events of many kinds, registered and fetched by one call (abi-system 5)
 *
 * A kqueue is a descriptor; poll, select and epoll say when it has events. A *knote* is what one change with EV_ADD
 * made: it is known by its filter and its ident (with EV_UDATA_SPECIFIC also by udata).
 *
 *    filter     ident             fires when                             data
 *    READ       a descriptor      something can be read                  bytes
 *    WRITE      a descriptor      something can be written               room in bytes
 *    TIMER      any number        time has passed                        how often since last told
 *    SIGNAL     a signal          it was sent, whatever becomes of it    how often since last told
 *    PROC       a process         it ended (NOTE_EXIT)                   wait status with NOTE_EXITSTATUS
 *    VNODE      a descriptor      something happened to its file         0
 *    USER       any number        NOTE_TRIGGER said so                   as given
 *    MACHPORT   a receive right   a message waits there                  see <sys/event_private.h>
 *               or port set
 */
#ifndef _SYS_EVENT_H_
#define _SYS_EVENT_H_

#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <sys/cdefs.h>
#include <sys/types.h>

/* ---- filters ---- */

#define EVFILT_READ (-1)
#define EVFILT_WRITE (-2)
#define EVFILT_AIO (-3)
#define EVFILT_VNODE (-4)
#define EVFILT_PROC (-5)
#define EVFILT_SIGNAL (-6)
#define EVFILT_TIMER (-7)
#define EVFILT_MACHPORT (-8)
#define EVFILT_FS (-9)
#define EVFILT_USER (-10)
#define EVFILT_UNUSED_11 (-11)
#define EVFILT_VM (-12)
#define EVFILT_SOCK (-13)
#define EVFILT_MEMORYSTATUS (-14)
#define EVFILT_EXCEPT (-15)
#define EVFILT_NW_CHANNEL (-16)
#define EVFILT_WORKLOOP (-17)
#define EVFILT_EXCLAVES_NOTIFICATION (-18)
#define EVFILT_SYSCOUNT 18
#define EVFILT_THREADMARKER EVFILT_SYSCOUNT

/* ---- flags: what to do, how to deliver; and in events what happened ---- */

#define EV_ADD 0x0001
#define EV_DELETE 0x0002 /* overrules EV_ADD (T115) */
#define EV_ENABLE 0x0004
#define EV_DISABLE 0x0008 /* overrules EV_ENABLE */
#define EV_ONESHOT 0x0010 /* deleted by delivery */
#define EV_CLEAR 0x0020   /* state reset by delivery */
#define EV_RECEIPT 0x0040 /* the change is answered by an entry with EV_ERROR and data 0 (T112) */
#define EV_DISPATCH 0x0080 /* disabled by delivery */
#define EV_UDATA_SPECIFIC 0x0100 /* udata is part of the knote's identity (T114) */
#define EV_DISPATCH2 (EV_DISPATCH | EV_UDATA_SPECIFIC)
#define EV_VANISHED 0x0200 /* tell when what is watched has gone (T117, T119) */

#define EV_SYSFLAGS 0xf000
#define EV_FLAG0 0x1000
#define EV_FLAG1 0x2000
#define EV_ERROR 0x4000 /* data is an errno */
#define EV_EOF 0x8000   /* the other end, or the process, is gone */

#define EV_POLL EV_FLAG0
#define EV_OOBAND EV_FLAG1

/* ---- fflags, by filter ---- */

/* USER */
#define NOTE_TRIGGER 0x01000000
#define NOTE_FFNOP 0x00000000
#define NOTE_FFAND 0x40000000
#define NOTE_FFOR 0x80000000
#define NOTE_FFCOPY 0xc0000000
#define NOTE_FFCTRLMASK 0xc0000000
#define NOTE_FFLAGSMASK 0x00ffffff

/* READ, WRITE: data is how much there must be. EXCEPT: out-of-band data. */
#define NOTE_LOWAT 0x00000001
#define NOTE_OOB 0x00000002

/* VNODE */
#define NOTE_DELETE 0x00000001
#define NOTE_WRITE 0x00000002
#define NOTE_EXTEND 0x00000004
#define NOTE_ATTRIB 0x00000008
#define NOTE_LINK 0x00000010
#define NOTE_RENAME 0x00000020
#define NOTE_REVOKE 0x00000040
#define NOTE_NONE 0x00000080
#define NOTE_FUNLOCK 0x00000100
#define NOTE_LEASE_DOWNGRADE 0x00000200
#define NOTE_LEASE_RELEASE 0x00000400

/* PROC */
#define NOTE_EXIT 0x80000000
#define NOTE_FORK 0x40000000
#define NOTE_EXEC 0x20000000
#define NOTE_REAP 0x10000000
#define NOTE_SIGNAL 0x08000000
#define NOTE_EXITSTATUS 0x04000000 /* of a child: data is its wait status */
#define NOTE_EXIT_DETAIL 0x02000000
#define NOTE_PDATAMASK 0x000fffff
#define NOTE_PCTRLMASK 0xfff00000
#define NOTE_EXIT_REPARENTED 0x00080000
#define NOTE_EXIT_DETAIL_MASK 0x00070000
#define NOTE_EXIT_DECRYPTFAIL 0x00010000
#define NOTE_EXIT_MEMORY 0x00020000
#define NOTE_EXIT_CSERROR 0x00040000
#define NOTE_TRACK 0x00000001
#define NOTE_TRACKERR 0x00000002
#define NOTE_CHILD 0x00000004

/* TIMER: milliseconds unless a unit is given. */
#define NOTE_SECONDS 0x00000001
#define NOTE_USECONDS 0x00000002
#define NOTE_NSECONDS 0x00000004
#define NOTE_ABSOLUTE 0x00000008 /* a moment, of the wall clock unless NOTE_MACHTIME; fires once */
#define NOTE_LEEWAY 0x00000010
#define NOTE_CRITICAL 0x00000020
#define NOTE_BACKGROUND 0x00000040
#define NOTE_MACH_CONTINUOUS_TIME 0x00000080
#define NOTE_MACHTIME 0x00000100

/* VM, MEMORYSTATUS: names only */
#define NOTE_VM_PRESSURE 0x80000000
#define NOTE_VM_PRESSURE_TERMINATE 0x40000000
#define NOTE_VM_PRESSURE_SUDDEN_TERMINATE 0x20000000
#define NOTE_VM_ERROR 0x10000000
#define NOTE_MEMORYSTATUS_PRESSURE_NORMAL 0x00000001
#define NOTE_MEMORYSTATUS_PRESSURE_WARN 0x00000002
#define NOTE_MEMORYSTATUS_PRESSURE_CRITICAL 0x00000004
#define NOTE_MEMORYSTATUS_LOW_SWAP 0x00000008
#define NOTE_MEMORYSTATUS_PROC_LIMIT_WARN 0x00000010
#define NOTE_MEMORYSTATUS_PROC_LIMIT_CRITICAL 0x00000020

/* ---- changes and events ---- */

#pragma pack(push, 4)
struct kevent {
    uintptr_t ident;
    int16_t filter;
    uint16_t flags;
    uint32_t fflags;
    intptr_t data;
    void *udata;
};
#pragma pack(pop)

struct kevent64_s {
    uint64_t ident;
    int16_t filter;
    uint16_t flags;
    uint32_t fflags;
    int64_t data;
    uint64_t udata;
    uint64_t ext[2];
};

#define EV_SET(kevp, a, b, c, d, e, f) \
    do {                               \
        struct kevent *kevp_ = (kevp); \
        kevp_->ident = (a);            \
        kevp_->filter = (b);           \
        kevp_->flags = (c);            \
        kevp_->fflags = (d);           \
        kevp_->data = (e);             \
        kevp_->udata = (f);            \
    } while (0)

#define EV_SET64(kevp, a, b, c, d, e, f, g, h) \
    do {                                       \
        struct kevent64_s *kevp_ = (kevp);     \
        kevp_->ident = (a);                    \
        kevp_->filter = (b);                   \
        kevp_->flags = (c);                    \
        kevp_->fflags = (d);                   \
        kevp_->data = (e);                     \
        kevp_->udata = (f);                    \
        kevp_->ext[0] = (g);                   \
        kevp_->ext[1] = (h);                   \
    } while (0)

struct timespec; /* C99 has a <time.h> without it */

__BEGIN_DECLS

/* A new kqueue: a descriptor, closed on exec and not inherited by fork. -1 with EMFILE, ENFILE or ENOMEM. */
int kqueue(void);

/*
 * Applies changes in order, then fetches events, waiting for the first one until the timeout (NULL: for ever; 0: not at
 * all). The number of events, 0 after the timeout, or -1 with errno. Both lists may be the same memory.
 *
 * A change that fails becomes an event with EV_ERROR and the errno in data; where there is no room for it the call fails
 * with that error, and what follows is not applied. When there were such answers (also EV_RECEIPT's) nothing else is
 * fetched (T112). ENOENT: no such knote and no EV_ADD. EINPROGRESS: deleted later (T118). EBADF: not a kqueue, or a change
 * names a descriptor that is not open. EINTR: a handler ran while it waited. ENOTSUP: not built (see CAVEATS.md).
 */
int kevent(int kq, const struct kevent *changelist, int nchanges, struct kevent *eventlist, int nevents,
           const struct timespec *timeout);
int kevent64(int kq, const struct kevent64_s *changelist, int nchanges, struct kevent64_s *eventlist,
             int nevents, unsigned int flags, const struct timespec *timeout);

__END_DECLS

struct knote;
struct klist { /* SLIST_HEAD(klist, knote) */
    struct knote *slh_first;
};

#include <sys/event_private.h>

#endif /* _SYS_EVENT_H_ */
