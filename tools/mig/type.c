/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/type.c - what an argument can be */
#include "type.h"

#include <string.h>

#define MAX_DESCRIPTORS 255 /* M93 */

struct builtin {
    const char *name; /* behind MACH_MSG_TYPE_ */
    int bits;         /* 0: a right; -1: has no size */
    int in, out;
};

static const struct builtin builtins[] = {
    { "BIT", 1, 0, 0 },
    { "CHAR", 8, 0, 0 },
    { "BYTE", 8, 0, 0 },
    { "INTEGER_8", 8, 0, 0 },
    { "INTEGER_16", 16, 0, 0 },
    { "INTEGER_32", 32, 0, 0 },
    { "BOOLEAN", 32, 0, 0 },
    { "REAL_32", 32, 0, 0 },
    { "INTEGER_64", 64, 0, 0 },
    { "REAL_64", 64, 0, 0 },
    { "UNSTRUCTURED", -1, 0, 0 },
    { "PORT_NAME", 32, 0, 0 },
    { "MOVE_RECEIVE", 0, 16, 16 },
    { "COPY_SEND", 0, 19, 17 },
    { "MAKE_SEND", 0, 20, 17 },
    { "MOVE_SEND", 0, 17, 17 },
    { "MAKE_SEND_ONCE", 0, 21, 18 },
    { "MOVE_SEND_ONCE", 0, 18, 18 },
    { "PORT_RECEIVE", 0, DISP_CHOSEN, 16 },
    { "PORT_SEND", 0, DISP_CHOSEN, 17 },
    { "PORT_SEND_ONCE", 0, DISP_CHOSEN, 18 },
    { "POLYMORPHIC", 0, DISP_CHOSEN, DISP_CHOSEN },
};

static unsigned hash(const char *name)
{
    unsigned h = 5381;

    while (*name)
        h = h * 33 + (unsigned char)*name++;
    return h % 256;
}

struct type *type_find(struct types *types, const char *name)
{
    for (struct type *t = types->bucket[hash(name)]; t; t = t->next)
        if (strcmp(t->name, name) == 0)
            return t;
    return NULL;
}

void type_add(struct types *types, struct type *type, struct place at)
{
    struct type **head = &types->bucket[hash(type->name)];

    if (type_find(types, type->name))
        warn_at(at, 1, "type %s redefined", type->name);
    type->next = *head;
    *head = type;
}

static struct type *new_type(enum type_class cls)
{
    struct type *t = xalloc(sizeof(*t));

    t->cls = cls;
    return t;
}

struct type *type_bad(void)
{
    return new_type(CLASS_BAD);
}

static struct type *too_complicated(struct place at, const char *what)
{
    error_at(at, 5, "type too complicated: %s", what);
    return type_bad();
}

struct type *type_builtin(const char *name, struct place at)
{
    for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
        const struct builtin *b = &builtins[i];
        struct type *t;

        if (strcmp(name + strlen("MACH_MSG_TYPE_"), b->name) != 0)
            continue;
        if (b->bits < 0) {
            error_at(at, 4, "%s needs a size", name);
            return type_bad();
        }
        t = new_type(b->bits ? CLASS_SCALAR : CLASS_RIGHT);
        t->bits = b->bits ? (uint64_t)b->bits : 32;
        t->unit = (uint32_t)t->bits;
        t->wide = b->bits == 64;
        t->in_disp = b->in;
        t->out_disp = b->out;
        return t;
    }
    error_at(at, 3, "unknown type %s", name);
    return type_bad();
}

struct type *type_merge(struct type *in, struct type *out, struct place at)
{
    struct type *t;

    if (in->cls == CLASS_BAD || out->cls == CLASS_BAD)
        return type_bad();
    if (in->bits != out->bits) {
        error_at(at, 4, "in and out sizes differ");
        return type_bad();
    }
    t = xalloc(sizeof(*t));
    *t = *in;
    t->out_disp = out->out_disp;
    if (in->cls != out->cls) /* a right on one side and a plain number on the other */
        return too_complicated(at, "a right here and data there");
    return t;
}

/* Sizes stay below 2^31 (M22). */
static bool multiply(struct type *t, const struct type *of, uint32_t n, struct place at)
{
    t->bits = of->bits * n; /* both below 2^35: no overflow */
    t->unit = of->unit;
    t->wide = of->wide;
    if ((t->bits + 7) / 8 < (1ull << 31))
        return true;
    error_at(at, 6, "type of 2 GB or more");
    return false;
}

static bool is_plain(const struct type *t)
{
    return t->cls == CLASS_SCALAR || t->cls == CLASS_ARRAY || t->cls == CLASS_STRING;
}

static bool too_many(uint32_t n, struct place at)
{
    if (n <= MAX_DESCRIPTORS)
        return false;
    error_at(at, 5, "type too complicated: more than %d descriptors", MAX_DESCRIPTORS);
    return true;
}

static struct type *copy_rights(enum type_class cls, uint32_t n, struct type *of)
{
    struct type *t = new_type(cls);

    t->number = n;
    t->in_disp = of->in_disp;
    t->out_disp = of->out_disp;
    t->bits = 32;
    t->elem = of;
    return t;
}

static bool is_out_of_line(const struct type *t)
{
    return t->cls == CLASS_REGION || t->cls == CLASS_RIGHTS;
}

struct type *type_array(uint32_t n, struct type *of, struct place at)
{
    struct type *t;

    if (of->cls == CLASS_BAD)
        return of;
    if (of->cls == CLASS_RIGHT)
        return too_many(n, at) ? type_bad() : copy_rights(CLASS_RIGHT_ARRAY, n, of);
    if (is_out_of_line(of))
        return too_complicated(at, "inline array of out-of-line memory is not supported");
    if (!is_plain(of))
        return too_complicated(at, "array of something counted");
    t = new_type(CLASS_ARRAY);
    t->elem = of;
    t->number = n;
    return multiply(t, of, n, at) ? t : type_bad();
}

struct type *type_varying(uint32_t max, struct type *of, struct place at)
{
    struct type *t;

    if (of->cls == CLASS_BAD)
        return of;
    if (of->cls == CLASS_RIGHT) {
        if (too_many(max, at))
            return type_bad();
        t = copy_rights(CLASS_RIGHT_VARYING, max, of);
        t->counted = true;
        return t;
    }
    if (is_out_of_line(of))
        return too_complicated(at, "inline array of out-of-line memory is not supported");
    if (!is_plain(of))
        return too_complicated(at, "array of something counted");
    t = new_type(CLASS_VARYING);
    if (!multiply(t, of, max, at))
        return type_bad();
    t->elem = of;
    t->number = max;
    t->counted = true;
    return t;
}

struct type *type_open_array(struct type *of, struct place at)
{
    struct type *t;

    if (of->cls == CLASS_BAD)
        return of;
    if (of->cls == CLASS_RIGHT) {
        t = copy_rights(CLASS_RIGHTS, 0, of);
    } else if (is_plain(of)) {
        t = new_type(CLASS_REGION);
        t->elem = of;
        t->wide = of->wide;
    } else {
        return too_complicated(at, "array[] of something counted or out of line");
    }
    t->counted = true;
    t->loaned = true;
    return t;
}

struct type *type_struct(uint32_t n, struct type *of, struct place at)
{
    struct type *t;

    if (of->cls == CLASS_BAD)
        return of;
    if (of->cls == CLASS_RIGHT && n == 1)
        return of;
    if (!is_plain(of))
        return too_complicated(at, "struct of something that is not plain data");
    t = new_type(CLASS_SCALAR);
    return multiply(t, of, n, at) ? t : type_bad();
}

struct type *type_pointer(struct type *to, struct place at)
{
    struct type *t;

    switch (to->cls) {
    case CLASS_BAD: return to;
    case CLASS_REGION:
    case CLASS_RIGHTS:
        if (!to->loaned)
            return too_complicated(at, "^ twice");
        t = xalloc(sizeof(*t));
        *t = *to;
        t->name = NULL;
        t->next = NULL;
        t->loaned = false;
        return t;
    case CLASS_VARYING:
    case CLASS_SCALAR:
    case CLASS_ARRAY:
    case CLASS_STRING:
        t = new_type(CLASS_REGION);
        t->counted = to->cls == CLASS_VARYING;
        t->elem = t->counted ? to->elem : to;
        t->number = t->counted ? to->number : 0;
        t->bits = to->bits;
        t->wide = to->wide;
        return t;
    case CLASS_RIGHT: return copy_rights(CLASS_RIGHTS, 1, to);
    case CLASS_RIGHT_ARRAY: return copy_rights(CLASS_RIGHTS, to->number, to->elem);
    case CLASS_RIGHT_VARYING:
        t = copy_rights(CLASS_RIGHTS, to->number, to->elem);
        t->counted = true;
        return t;
    case CLASS_VSTRING:
    case CLASS_NATIVE: break;
    }
    return too_complicated(at, "^ of a varying string or a native type");
}

struct type *type_string(uint32_t size, bool varying)
{
    struct type *t = new_type(varying ? CLASS_VSTRING : CLASS_STRING);

    t->bits = (uint64_t)size * 8;
    t->unit = 8;
    t->number = size;
    return t;
}

struct type *type_native(const char *ctype, bool by_value)
{
    struct type *t = new_type(CLASS_NATIVE);

    t->native = ctype;
    t->by_value = by_value;
    return t;
}

struct type *type_named(const char *name, const struct type *form)
{
    struct type *t = xalloc(sizeof(*t));

    *t = *form;
    t->name = t->user_ctype = t->server_ctype = name;
    t->handler_ctype = t->intran = t->outtran = t->destructor = NULL;
    t->next = NULL;
    return t;
}

uint32_t type_size(const struct type *type)
{
    return (uint32_t)((type->bits + 7) / 8);
}

uint32_t elem_size(const struct type *type)
{
    return type->cls == CLASS_VSTRING ? 1 : type->elem ? type_size(type->elem) : 0;
}

bool type_is_right(const struct type *type)
{
    return type->cls == CLASS_RIGHT || type->cls == CLASS_RIGHT_ARRAY || type->cls == CLASS_RIGHT_VARYING ||
           type->cls == CLASS_RIGHTS;
}

bool type_is_inline(const struct type *type)
{
    return is_plain(type) || type_is_varying(type);
}

bool type_is_varying(const struct type *type)
{
    return type->cls == CLASS_VARYING || type->cls == CLASS_VSTRING;
}

bool type_is_word(const struct type *type)
{
    return type->cls == CLASS_SCALAR && type->bits == 32;
}

const char *class_name(enum type_class cls)
{
    static const char *const names[] = {
        [CLASS_BAD] = "?",     [CLASS_SCALAR] = "S",       [CLASS_RIGHT] = "P",          [CLASS_ARRAY] = "A",
        [CLASS_VARYING] = "V", [CLASS_STRING] = "C",       [CLASS_VSTRING] = "CV",       [CLASS_REGION] = "R",
        [CLASS_RIGHTS] = "RP", [CLASS_RIGHT_ARRAY] = "PA", [CLASS_RIGHT_VARYING] = "PV", [CLASS_NATIVE] = "N",
    };

    return names[cls];
}
