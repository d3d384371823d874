/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/model.h - a description, understood
 *
 * The parser fills a subsystem with routines and their arguments as written; routine_check (routine.c) finds
 * out the roles, refuses what does not fit (M28 to M32) and makes the plans of request and reply: the parts
 * of the message in the order of the wire (M34, M35). Everything that is generated afterwards walks arguments
 * and parts and decides nothing by itself.
 */
#pragma once

#include "type.h"

#define MAX_ARGS 128

enum direction {
    DIR_NONE, /* unmarked: request port or in */
    DIR_IN,
    DIR_OUT,
    DIR_INOUT,
    DIR_REQUEST_PORT,
    DIR_REPLY_PORT,
    DIR_SREPLY_PORT,
    DIR_UREPLY_PORT,
    DIR_WAIT_TIME,
    DIR_SEND_TIME,
    DIR_MSG_OPTION,
    DIR_SEQNO,
    DIR_SEC_TOKEN,
    DIR_SERVER_SEC_TOKEN,
    DIR_USER_SEC_TOKEN,
    DIR_AUDIT_TOKEN,
    DIR_SERVER_AUDIT_TOKEN,
    DIR_USER_AUDIT_TOKEN,
    DIR_SERVER_CONTEXT,
};

enum {
    FLAG_SAMECOUNT = 1 << 0,
    FLAG_RETCODE = 1 << 1,
    FLAG_PHYSICAL_COPY = 1 << 2,
    FLAG_OVERWRITE = 1 << 3,
    FLAG_DEALLOC = 1 << 4,
    FLAG_DEALLOC_ARG = 1 << 5, /* dealloc[] */
    FLAG_COUNT_IN_OUT = 1 << 6,
    FLAG_AUTO = 1 << 7,
    FLAG_CONST = 1 << 8,
};

struct arg {
    const char *name;
    struct type *type;
    enum direction dir;
    unsigned flags;
    struct place at;
    struct arg *counter; /* whose count this one uses: itself or the head of its samecount chain; NULL: no count */
};

enum part_kind {
    PART_RIGHT,       /* one descriptor of type 0 */
    PART_RIGHT_ARRAY, /* n of them (PA, PV) */
    PART_REGION,      /* descriptor of type 1 */
    PART_RIGHTS,      /* descriptor of type 2 */
    PART_NDR,
    PART_RETCODE,
    PART_FIXED,    /* S, A, C */
    PART_OFFSET,   /* the zero word before a CV's count */
    PART_COUNT,
    PART_CAPACITY, /* countinout: the count of an out argument, in the request */
    PART_VARYING,  /* V, CV: what follows moves */
    PART_NATIVE,   /* N: its size is known to the C compiler alone, and counted nowhere here */
};

struct part {
    enum part_kind kind;
    struct arg *arg;   /* NULL for NDR and RetCode */
    const char *field; /* name in the struct */
    uint32_t size;     /* without padding, at its largest */
    uint32_t offset;   /* in the struct, where every varying part is at its largest */
    unsigned position; /* number of varying parts before it */
    unsigned desc, n;  /* descriptors: number of the first, how many */
};

struct plan {
    struct part *parts;
    unsigned n_parts, capacity;
    unsigned n_descs;
    bool has_retcode;     /* PART_RETCODE is there: a simple reply */
    bool has_ndr;
    bool has_native;
    uint32_t least, most; /* bytes of the message (M40) */
    unsigned n_varying;
    unsigned last_position; /* largest position of any part */
};

enum consume { CONSUME_NONE, CONSUME_TIMEOUT, CONSUME_ANY };

struct routine {
    const char *name;
    bool simple;
    int number; /* from 0 */
    int id;
    struct place at;
    struct arg **args;
    unsigned n_args, args_capacity;

    /* what was in force where it stands (M17, M18) */
    const char *user_prefix, *server_prefix;
    const char *msg_option, *wait_time, *send_time; /* NULL: none */
    bool special_reply_port;
    enum consume consume;

    /* found by routine_check; NULL: no such argument */
    struct arg *request_port, *reply_port, *wait_arg, *send_arg, *option_arg, *retcode;
    bool user_sec_token, user_audit_token, server_trailer;
    struct plan request, reply;
};

enum import_kind { IMPORT_BOTH, IMPORT_USER, IMPORT_SERVER, IMPORT_IMPL, IMPORT_DEFS };

struct import {
    enum import_kind kind;
    const char *file; /* with quotes or brackets */
};

struct subsystem {
    const struct options *options;
    const char *name; /* NULL: none was declared */
    uint32_t base;
    struct place at;
    bool kernel_server, kernel_user;
    const char *user_prefix, *server_prefix, *server_demux; /* at the end of the file */
    const char *rcsid;
    uint32_t max_on_stack; /* the option's, unless the description says otherwise */
    struct import *imports;
    unsigned n_imports, imports_capacity;
    struct routine **routines; /* without the skipped ones */
    unsigned n_routines, routines_capacity;
    unsigned n_numbers; /* with them */
};

struct options {
    bool verbose;
    bool split;            /* includes go into the C files (M85) */
    bool two_calls;        /* user stubs send and receive in two calls (M60) */
    bool symbols;          /* the table of M80 */
    bool no_vouchers;      /* M57 */
    uint32_t max_on_stack; /* larger messages of user stubs are allocated (M61) */
    unsigned max_descs, max_reply_descs; /* 0: no limit */
};

/* parse.c: false if the description cannot be accepted (errors were reported). */
bool parse(struct subsystem *ss, const char *file, const char *text, size_t size, const struct options *options);

/* routine.c: roles, refusals, plans. */
void routine_check(const struct subsystem *ss, struct routine *r, const struct options *options);

/* plan.c */
void plan_messages(struct routine *r);

/* Views of arguments used everywhere. */
bool arg_is_in(const struct arg *a);   /* travels in the request's body */
bool arg_is_out(const struct arg *a);  /* travels in the reply's body */
bool arg_is_token(const struct arg *a);
bool arg_owns_count(const struct arg *a);
const char *demux_name(const struct subsystem *ss);
