/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/type.h - what an argument can be (M20 to M29)
 *
 * A type is a *form* (class, size, dispositions), made by the constructors below from smaller forms, and
 * names: its own, and those of the C types on the user's and the server's side. The constructors never fail:
 * what they refuse is reported and becomes CLASS_BAD, which every later step accepts without another message.
 */
#pragma once

#include "text.h"

enum type_class {
    CLASS_BAD,           /* an error was reported */
    CLASS_SCALAR,        /* S: by value */
    CLASS_RIGHT,         /* P: one right */
    CLASS_ARRAY,         /* A: fixed array, inline */
    CLASS_VARYING,       /* V: inline, at most max elements */
    CLASS_STRING,        /* C: size bytes with the final zero */
    CLASS_VSTRING,       /* CV: at most max bytes with the final zero */
    CLASS_REGION,        /* R: out-of-line memory */
    CLASS_RIGHTS,        /* RP: out-of-line array of port names */
    CLASS_RIGHT_ARRAY,   /* PA: number descriptors */
    CLASS_RIGHT_VARYING, /* PV: max descriptors, count in use */
    CLASS_NATIVE,        /* N: a C type by its name, as large as C makes it */
};

#define DISP_NONE 0
#define DISP_CHOSEN (-1) /* in: chosen by the sender; out: told to the receiver */

struct type {
    enum type_class cls;
    const char *name;      /* NULL if it has none */
    uint64_t bits;         /* all of it: S, A, C, and what a fixed R points at */
    uint32_t unit;         /* bits of the smallest piece of data in it */
    bool wide;             /* built from 64-bit units: pointers to it must be aligned to 8 */
    int in_disp, out_disp; /* P and what is made of it */
    uint32_t number;       /* PA, fixed RP: rights; V, CV, PV, counted R and RP: maximum, 0 = none */
    bool counted;          /* R, RP, V, PV */
    bool loaned;           /* R, RP written array[] without ^ */
    struct type *elem;     /* of anything counted or fixed-out-of-line */
    const char *native;    /* N: the C type */
    bool by_value;         /* N: ValueOf; else PointerTo */

    const char *user_ctype, *server_ctype;
    const char *handler_ctype; /* NULL: the server type */
    const char *intran, *outtran, *destructor;
    struct type *next; /* in the table of named types */
};

struct types {
    struct type *bucket[256];
};

struct type *type_find(struct types *types, const char *name); /* NULL if unknown */
void type_add(struct types *types, struct type *type, struct place at);

struct type *type_bad(void);
struct type *type_builtin(const char *name, struct place at);
struct type *type_merge(struct type *in, struct type *out, struct place at); /* A | B */
struct type *type_array(uint32_t n, struct type *of, struct place at);
struct type *type_varying(uint32_t max, struct type *of, struct place at);
struct type *type_open_array(struct type *of, struct place at); /* array[] */
struct type *type_struct(uint32_t n, struct type *of, struct place at);
struct type *type_pointer(struct type *to, struct place at);
struct type *type_string(uint32_t size, bool varying);
struct type *type_native(const char *ctype, bool by_value);
struct type *type_named(const char *name, const struct type *form);

uint32_t type_size(const struct type *type); /* bytes of S, A, C and of what a fixed R points at */
uint32_t elem_size(const struct type *type); /* bytes of one element of V, CV, R */
bool type_is_right(const struct type *type); /* P, PA, PV, RP */
bool type_is_inline(const struct type *type); /* S, A, V, C, CV */
bool type_is_varying(const struct type *type); /* V, CV */
bool type_is_word(const struct type *type);  /* one 32-bit integer */
const char *class_name(enum type_class cls); /* "S", "P" ... */
