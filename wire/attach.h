/* SPDX-License-Identifier: Apache-2.0 */
/* wire/attach.h - what libmach and the tools say to machd over its socket
 *
 * An AF_UNIX SOCK_SEQPACKET socket, one packet per message, little-endian, a struct attach_packet at its
 * head. The socket carries only what a trap page cannot: credentials (SO_PEERCRED, SO_PEERPIDFD, never the
 * packet's word for it), descriptors, and requests of threads that have no page yet. machd never blocks on
 * it: what a full socket does not take waits at the client's charge; a client that reads nothing at all loses its connection.
 *
 *   client                              machd
 *   HELLO                       ->
 *                               <-      CHALLENGE nonce (only where the kernel has no SO_PEERPIDFD); sent back unchanged:
 *   CHALLENGE nonce             ->      the credentials of that packet prove who is alive at the other end
 *                               <-      WELCOME + wake table (read-only), trap area, bell (eventfd)      or REFUSED
 *   THREAD_NEW tid              ->
 *                               <-      THREAD_OK slot, wake index   (+ a further trap area when slot starts one)
 *   THREAD_GONE slot            ->
 *   SEGMENT id + memfd          ->      (no answer: the trap that names it tells) sealed SHRINK GROW WRITE SEAL
 *                               <-      SEGMENT id + memfd   just before the reply that names it (kinds: wire/trap.h)
 *   FORK_PREPARE                ->
 *                               <-      FORK_READY nonce; the child's HELLO carries it (F64, F65)
 *   FORK_ABORT nonce            ->
 *   SETTLE pid                  ->
 *                               <-      SETTLED: what pid's death does has been done (decision 2)
 *   IDS                         ->      this process's ids have changed (F176)
 *                               <-      CHALLENGE nonce; sent back with credentials, which nobody else could send:
 *   CHALLENGE nonce             ->
 *                               <-      IDS: machd has looked, and goes by them from now on
 *   STATUS                      ->
 *                               <-      TEXT ... TEXT (empty: the end): one JSON object, see machctl-status(1)
 *   LOOK kind, cursor           ->
 *                               <-      LOOKED records, cursor       one piece of what wire/look.h describes
 *   TRACE pid                   ->
 *                               <-      TRACING + ring (read-only): calls and messages from now on (wire/trace.h)
 *   SHUTDOWN                    ->      administrative socket only
 *
 * A client that machd ends finds its connection hung up. Its threads that sleep on a word are woken once, and
 * the word has gone back by 1: no request of theirs will be answered any more.
 *
 * Sockets, all in the run-time directory (0700, owner checked by both sides): `default.sock`, and for a machd
 * with a root process `<pid>.<start time of pid>.sock`; with `.admin` appended to the name, mode 0600: a task
 * that attaches there is a privileged caller in user mode (B78). The run-time directory is
 * $XDG_RUNTIME_DIR/machd, else /run/user/<uid>/machd if /run/user/<uid> exists, else /tmp/machd-<uid>; of a
 * system-wide machd, /run/machd. The place is searched as F100 says.
 */
#pragma once

#include <stdint.h>

#include "wire/look.h"
#include "wire/refusal.h"

#define ATTACH_MAGIC 0x6d616368u /* "mach" */
#define ATTACH_VERSION 3u
#define ATTACH_PACKET_MAX 4096u
#define ATTACH_ENV "MACHD_SOCKET" /* the private variable of F100 */

#define TRAP_AREA_SLOTS 64u /* trap pages in one trap area (one memfd); slot n stands in area n / TRAP_AREA_SLOTS */

enum attach_type {
    ATTACH_HELLO = 1,
    ATTACH_WELCOME,
    ATTACH_REFUSED,
    ATTACH_THREAD_NEW,
    ATTACH_THREAD_OK,
    ATTACH_THREAD_GONE,
    ATTACH_SEGMENT,
    ATTACH_FORK_PREPARE,
    ATTACH_FORK_READY,
    ATTACH_FORK_ABORT,
    ATTACH_SETTLE,
    ATTACH_SETTLED,
    ATTACH_STATUS,
    ATTACH_TEXT,
    ATTACH_SHUTDOWN,
    ATTACH_CHALLENGE,
    ATTACH_LOOK,
    ATTACH_LOOKED,
    ATTACH_TRACE,
    ATTACH_TRACING,
    ATTACH_IDS,
};

struct attach_packet {
    uint32_t magic;
    uint32_t type;
    union {
        struct { /* HELLO */
            uint32_t version;
            uint32_t flags;      /* ATTACH_FLAG_* */
            uint64_t image_id;   /* hash of the 16 bytes at AT_RANDOM (F99) */
            uint64_t fork_nonce; /* 0: not a fork child of a libmach process */
        } hello;
        struct { /* WELCOME */
            uint32_t version;
            uint32_t machd_pid;
        } welcome;
        struct { /* REFUSED: a sentence for people, zero-terminated */
            int32_t kern_return; /* what Mach calls of that process answer from now on */
            char why[256];
        } refused;
        struct { /* THREAD_NEW, THREAD_OK, THREAD_GONE */
            int32_t tid;
            uint32_t slot;
            uint32_t wake;
            int32_t kern_return; /* THREAD_OK: KERN_SUCCESS or KERN_RESOURCE_SHORTAGE */
        } thread;
        struct { /* SEGMENT */
            uint32_t id; /* client: odd numbers of its own choice, unused now; machd: even ones */
            uint32_t flags; /* SEGMENT_*; of clients: 0 or SEGMENT_FILE; 0: sealed, to be mapped */
            uint64_t size; /* bytes of content, <= size of the file */
        } segment;
        struct { /* FORK_READY, FORK_ABORT, CHALLENGE */
            uint64_t nonce; /* 0: refused */
        } fork;
        struct { /* SETTLE */
            int32_t pid;
        } settle;
        struct { /* TEXT */
            uint32_t length;
            char text[2048];
        } text;
        struct { /* LOOK */
            uint32_t kind; /* enum look_kind */
            int32_t pid;
            uint64_t cursor; /* 0: from the beginning */
        } look;
        struct { /* TRACE */
            int32_t pid; /* this process only; 0: all that the asker may see */
        } trace;
        struct { /* TRACING */
            int32_t kern_return; /* KERN_RESOURCE_SHORTAGE: others trace already */
        } tracing;
        struct { /* LOOKED */
            int32_t kern_return;
            uint32_t n; /* records */
            uint64_t cursor; /* 0: that was all */
            union {
                struct look_task task[LOOK_BYTES / sizeof(struct look_task)];
                struct look_name name[LOOK_BYTES / sizeof(struct look_name)];
                struct look_usage usage[LOOK_BYTES / sizeof(struct look_usage)];
                struct refused refused;
                struct look_wait wait[LOOK_BYTES / sizeof(struct look_wait)];
                struct look_hop hop[LOOK_BYTES / sizeof(struct look_hop)];
            };
        } looked;
    };
};

#define SEGMENT_WRITE 1u /* lent: to be mapped, sealed and written */
#define SEGMENT_READ 2u  /* lent to its sender: to be copied, then named in done[] */
#define SEGMENT_SHARE 8u /* of a memory entry, for whoever maps it */
#define SEGMENT_FILE 16u /* no memory, but a descriptor of any kind, for a file port or from one */
#define SEGMENT_VOID 4u  /* no descriptor: what was sent under this id, to be read ahead, will not come */

#define ATTACH_FLAG_ADMIN_ONLY 1u /* a tool: no task is made; STATUS, LOOK, TRACE and SHUTDOWN only */

_Static_assert(sizeof(struct attach_packet) <= ATTACH_PACKET_MAX, "packets are bounded");
