/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/stash.h - what outlives a launchd: its tables, in a memory file that machd keeps (B14)
 *
 * machd keeps launchd's port space too, so a record may name ports: the next launchd finds the same names,
 * the messages queued behind them and the notification requests that stand. The tables are used in place:
 * there is no second copy that could differ, and a kill -9 at any instruction leaves them whole, because
 *
 *   making a thing       rights and notification requests first, then the record's fields, and its kind last
 *   ending a thing       the record first, then the rights: what is left over is a right that no record names
 *   a change             is one store of one word
 *   answering a request  `undo` names the reply right and the record made for it until the reply is sent
 *
 * The next launchd (adopt.c) gives back every right that no record accounts for, among them the reply rights
 * of requests that were taken and not answered, so that their callers ask again; and if the reply right of
 * `undo` is still there, the record it names was never told to anybody and is ended.
 */
#pragma once

#include <servers/bootstrap.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum stash_kind { STASH_FREE, STASH_DOMAIN, STASH_SERVICE, STASH_JOB, STASH_TEXT, STASH_VARIABLE };

enum domain_kind { DOMAIN_SYSTEM, DOMAIN_PER_USER, DOMAIN_SUBSET };

struct domain_record {
    uint64_t parent; /* id; 0: the root */
    uint32_t port;   /* receive right */
    uint32_t requestor; /* send right, watched; 0: not a subset */
    uint32_t kind;
    uint32_t uid; /* of the enclosing per-user domain, 0 in the system domain */
    char name[2 * BOOTSTRAP_MAX_NAME_LEN];
};

/* state     receive right                                    leaves by
 * INACTIVE  here                                             check-in -> ACTIVE
 * ACTIVE    with the job, or wherever the job sent it        port destroyed -> INACTIVE if declared; dead name -> gone
 */
enum service_state { SERVICE_INACTIVE, SERVICE_ACTIVE };

enum service_flags {
    SERVICE_DECLARED = 1,    /* launchd made the port and gets it back (B2) */
    SERVICE_PRIVATE = 2,     /* outside the domain's table, found by pid only (B30) */
    SERVICE_THIRD_PARTY = 4, /* the receive right was not the registrant's (B81) */
    SERVICE_RESET = 8,       /* a new port whenever the receive right comes back (B141) */
    SERVICE_HIDE = 16,       /* not found while inactive (B142) */
    SERVICE_DRAIN_ONE = 32,  /* after a crash the first message is destroyed (B140) */
    SERVICE_DRAIN_ALL = 64,  /* ... or all of them */
    SERVICE_PATIENT = 128,   /* callers wait on when the job cannot be executed (ours) */
};

struct service_record {
    uint64_t domain; /* id */
    uint64_t job;    /* id of the owner */
    _Atomic uint32_t port; /* send right, watched; and the receive right while inactive */
    uint32_t generation;
    _Atomic uint32_t state;
    uint32_t flags;
    uint32_t uid; /* of the creator: who may check in what create_service declared (B48) */
    char name[BOOTSTRAP_MAX_NAME_LEN];
};

enum job_kind { JOB_ANONYMOUS, JOB_MANAGED };

enum job_flags {
    JOB_PENDING = 1,   /* to be started, whatever the reason was: `why` (B117) */
    JOB_DEMANDED = 2,  /* a client has wanted it since it was loaded */
    JOB_REMOVING = 4,  /* ends with its instance (B113) */
    JOB_STOPPED = 8,   /* we end this instance: no crash (B127) */
    JOB_CHECKED_IN = 16, /* this instance did (B29) */
    JOB_CRASHED = 32,    /* what is to be drained has not been yet (B140) */
    JOB_STARTING = 64,   /* its process waits for the word to go on; the process itself clears this (process.h) */
    JOB_LEGACY = 256, /* of legacy.h; `task` is its own port, receive right */
    JOB_EXEC_FAILED = 128, /* this instance: `exec_error`, written by its process, says how */
};

/* How the last instance ended. */
enum job_end { JOB_END_NEVER, JOB_END_STATUS, JOB_END_EXEC, JOB_END_UNKNOWN };

struct job_record {
    uint64_t domain;     /* id */
    uint64_t start_time; /* of the process, as /proc says: with the pid it names a process through its execs (F4) */
    uint16_t kind;
    uint16_t exec_error; /* while JOB_STARTING: the low half of n_runs with this start, which may not be counted yet */
    uint32_t serial; /* the hexadecimal part of the label (B6) */
    int32_t pid;
    _Atomic uint32_t version; /* pid version of the image that asked last; 0 after an exec, until it asks */
    uint32_t uid;
    _Atomic uint32_t task; /* of anonymous jobs: task name port, send right, watched; of legacy servers: legacy.h */
    char command[32];
    /* of managed jobs, and of their present or last instance */
    uint32_t text_size;
    _Atomic uint32_t flags;
    uint64_t started;   /* ns since boot; 0: never */
    uint64_t calendar_next; /* seconds since 1970; 0: never (B130) */
    uint64_t interval_next; /* ns since boot; 0: never (B129) */
    uint32_t n_runs;
    uint32_t end;       /* enum job_end */
    int32_t end_status; /* as wait says, or the error number of exec */
    char label[BOOTSTRAP_MAX_NAME_LEN];
    char why[128];    /* it is to be started */
    char reason[124]; /* it was started last (B170) */
};

/* A piece of the property list that a managed job was loaded from, as XML. Pieces without their job are of a loading that
 * was not finished. */
#define STASH_TEXT_SIZE 464u

struct text_record {
    uint64_t job; /* id */
    uint32_t offset;
    uint32_t size;
    char bytes[STASH_TEXT_SIZE];
};

/* An environment variable of a domain's jobs (variables.h). */
#define STASH_VARIABLE_SIZE 464u

struct variable_record {
    uint64_t domain; /* id */
    uint64_t job;    /* id; 0: set by a request */
    char text[STASH_VARIABLE_SIZE];
};

struct stash_record {
    _Atomic uint32_t kind; /* enum stash_kind, written last */
    uint32_t pad;
    uint64_t id; /* counts up: what was made later has the greater one */
    union {
        struct domain_record domain;
        struct service_record service;
        struct job_record job;
        struct text_record text;
        struct variable_record variable;
    };
};

struct stash_head {
    _Atomic uint32_t magic; /* written last */
    uint32_t version;
    uint64_t next_id;
    uint32_t next_serial;
    uint32_t notify; /* receive right: the port that notifications come to */
    _Atomic uint32_t undo_reply;
    _Atomic uint64_t undo_id;
};

/* Maps the file, or a file of our own if fd is -1. Ends the process when it is not a stash of this version.
 * *fresh_p: there was nothing in it. */
void stash_open(int fd, bool *fresh_p);
struct stash_head *stash_head(void);

/* The head is complete: from now on a successor adopts. */
void stash_head_done(void);

/* A record with an id and kind FREE, to be filled and then published; NULL when the stash is full. */
struct stash_record *stash_new(void);
void stash_publish(struct stash_record *record, enum stash_kind kind);
/* Ends the record at once; the caller's rights in it are its own to release. */
void stash_free(struct stash_record *record);

/* A record that was got with stash_new and is not wanted after all. */
void stash_unuse(struct stash_record *record);

/* In the order of ids, for adoption: NULL at the end. The array is the caller's. */
struct stash_record **stash_sorted(size_t *n_p);
size_t stash_n_used(void);

/* While a request is served: if its reply right is still here when the next launchd comes, this record and the younger ones,
 * all made for it, are ended. */
void stash_undo_begin(uint32_t reply);
void stash_undo_set(const struct stash_record *record);
void stash_undo_clear(void);
