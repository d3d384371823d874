/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/emit.h - pieces of C that several outputs share
 *
 * header.c, user.c and server.c each write one kind of file to a stream; check.c writes the
 * functions that test a received message. Here is what they have in common: how an argument looks in C on
 * each side, the structs of the messages, and names of fields behind varying ones.
 *
 * In generated code the pointer In0P (InP in user stubs) or Out0P points at the message; In1P ... are shifted
 * so that the fields that stand behind the first, second ... varying field appear at their offsets in the
 * struct (M66).
 */
#pragma once

#include "model.h"

enum side { SIDE_USER, SIDE_SERVER, SIDE_KERNEL };

/* Each writes a whole file; header: base name to include, NULL if there is none. */
void write_user_header(FILE *f, const struct subsystem *ss);
void write_server_header(FILE *f, const struct subsystem *ss);
void write_external_header(FILE *f, const struct subsystem *ss);
void write_user(FILE *f, const struct subsystem *ss, const char *header);
void write_server(FILE *f, const struct subsystem *ss, const char *header);
/* One routine alone (-i). */
void write_user_routine(FILE *f, const struct subsystem *ss, const char *header, struct routine *r);
void write_number_header(FILE *f, const struct subsystem *ss);
void write_layout(FILE *f, const struct subsystem *ss);

/* header.c: the contents of a header, which stand in the C file (in_c) when no header is written for it. */
void emit_user_declarations(FILE *f, const struct subsystem *ss, bool in_c);
void emit_server_declarations(FILE *f, const struct subsystem *ss, bool in_c);
void emit_c_includes(FILE *f, const struct subsystem *ss, bool user, const char *header);

/* request.c, deliver.c: halves of a user stub; what stands between them is in user.c */
struct user_stub {
    FILE *f;
    const struct routine *r;
    const struct subsystem *ss;
    const char *in_type, *out_type;
};
void emit_count_tests(const struct user_stub *s); /* before anything else happens (M42) */
void emit_request(const struct user_stub *s);     /* all of it, header included */
void emit_request_header(const struct user_stub *s, bool complex, const char *size);
const char *argument_value(const struct arg *a);  /* of an argument that goes out, however it was passed */
bool has_own_reply_port(const struct routine *r); /* the thread's: the stub gives it up after an error (M45, M56) */
void emit_reply_test(const struct user_stub *s);
void emit_trailer_test(const struct user_stub *s);
void emit_delivery(const struct user_stub *s);

/* unpack.c, repack.c: halves of a server stub; what stands between them is in server.c */
struct server_stub {
    FILE *f;
    const struct routine *r;
    bool kernel;
    const char *out; /* prefix of pointers into the reply */
    const char *in_type, *out_type;
};
void emit_unpack(const struct server_stub *s);        /* locals for all arguments, translated */
char *handler_arguments(const struct server_stub *s); /* "In0P->Head.msgh_local_port, arg_x, ..." */
char *handler_no_arguments(const struct server_stub *s); /* the same for an error without body (M76) */
void emit_repack(const struct server_stub *s);        /* the reply of a successful handler, header included */
bool needs_buffer(const struct arg *a); /* a pointer into the message would not be aligned (M68) */
const char *room(const struct server_stub *s, const struct arg *a); /* where a handler puts an A, C, V, CV result */

/* check.c: the functions of M66; those of a kernelserver have another name and one more parameter. */
void emit_request_check(FILE *f, const struct routine *r, bool kernel);
void emit_reply_check(FILE *f, const struct routine *r);

/* --- emit.c --- */

enum side server_side(const struct subsystem *ss);
void emit_title(FILE *f, const struct subsystem *ss, const char *what);
void emit_parameters(FILE *f, const struct routine *r, enum side side); /* "\n(\n    T x,\n    ...)" */
void emit_structs(FILE *f, const struct subsystem *ss, bool request);
void emit_unions(FILE *f, const struct subsystem *ss, bool request, bool user);
void emit_size_checks(FILE *f, const struct subsystem *ss);
void emit_internal_macros(FILE *f);
/* Macros that a program may define, with a routine's number and name (M58); empty if it does not. way: "Send", "Rcv". */
void emit_hook_macros(FILE *f, const char *way);
void emit_hook(FILE *f, const struct routine *r, const char *when, const char *way); /* when: "Before" ... */
void emit_string_length(FILE *f, bool needed); /* mig_string_length: strnlen is no C99 */
bool plan_has_class(const struct plan *plan, enum type_class cls); /* an argument of that class */

char *declaration(const char *ctype, const char *stars, const char *name); /* "int *x" */
const char *handler_type(const struct type *t);

/* Which dispositions have an argument of their own on this side (M32). */
bool has_poly(const struct arg *a, enum side side);
/* Which arguments are in the prototype at all (M30). */
bool has_parameter(const struct arg *a, enum side side);
bool by_pointer(const struct arg *a); /* S, P, R, RP results are passed as T * */

const struct part *count_part(const struct plan *plan, const struct arg *a); /* NULL if none */
char *count_field(const struct plan *plan, const struct arg *a, const char *prefix); /* In2P->xCnt */
char *field(const struct part *p, const char *prefix);                            /* In2P->x */
char *pointer_name(const char *prefix, unsigned position);                         /* In2P */
/* In3P = In2P shifted by what the varying field p saves; length is a C expression, rounded to 4 */
void emit_shift(FILE *f, const char *type, const char *prefix, const struct part *p, const char *length);
bool is_last_varying(const struct plan *plan, const struct part *p); /* nothing stands behind it */
uint32_t largest_reply(const struct routine *r);
/* Sizes of a message as C expressions: numbers, unless a native type makes them the compiler's business. */
char *least_size(const struct plan *plan, const char *type);
char *most_size(const struct plan *plan, const char *type);
char *largest_reply_size(const struct routine *r);
const char *disposition_name(int disp);
