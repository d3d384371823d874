/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/parse_type.c - types, their names and translations
 *
 * Types that make no sense are not syntax errors: they become CLASS_BAD on the spot and parsing goes on undisturbed.
 */
#include "grammar.h"

#include <string.h>
#include <strings.h>

#define MAX_PHRASE 8 /* words of a native type: longest is `unsigned long long int` and its qualifiers */

static struct type *parse_spec(struct parser *ps);

static struct type *parse_prim(struct parser *ps)
{
    struct token tok = ps->lx.tok;

    if (accept_keyword(ps, KW_polymorphic))
        return type_builtin("MACH_MSG_TYPE_POLYMORPHIC", tok.at);
    if (tok.kind == TOK_NUMBER) {
        lex_next(&ps->lx);
        error_at(tok.at, 4, "a plain number needs a size");
        return type_bad();
    }
    if (tok.kind != TOK_BUILTIN)
        syntax_error(ps);
    lex_next(&ps->lx);
    return type_builtin(tok.text, tok.at);
}

/* (type, size ...): understood well enough to be refused */
static struct type *parse_long_form(struct parser *ps)
{
    error_at(ps->lx.tok.at, 4, "the long form of types is not supported");
    while (!at_sign(ps, ')')) {
        if (ps->lx.tok.kind == TOK_END || at_sign(ps, ';'))
            syntax_error(ps);
        lex_next(&ps->lx);
    }
    expect_sign(ps, ')');
    return type_bad();
}

static struct type *parse_array(struct parser *ps, struct place at)
{
    uint32_t n = 0;
    bool varying = false;
    struct type *of;

    expect_sign(ps, '[');
    if (accept_sign(ps, '*')) {
        varying = true;
        if (accept_sign(ps, ':'))
            n = parse_size(ps);
    } else if (!at_sign(ps, ']')) {
        n = parse_size(ps);
    }
    expect_sign(ps, ']');
    if (!accept_keyword(ps, KW_of))
        syntax_error(ps);
    of = parse_spec(ps);
    if (n == 0)
        return type_open_array(of, at);
    return varying ? type_varying(n, of, at) : type_array(n, of, at);
}

static struct type *parse_struct(struct parser *ps, struct place at)
{
    uint32_t n;

    expect_sign(ps, '[');
    n = parse_size(ps);
    expect_sign(ps, ']');
    if (!accept_keyword(ps, KW_of))
        syntax_error(ps);
    return type_struct(n, parse_spec(ps), at);
}

static struct type *parse_string(struct parser *ps)
{
    bool varying;
    uint32_t n;

    expect_sign(ps, '[');
    varying = accept_sign(ps, '*');
    if (varying)
        expect_sign(ps, ':');
    n = parse_size(ps);
    expect_sign(ps, ']');
    return type_string(n, varying);
}

static const char *parse_phrase(struct parser *ps)
{
    const char *phrase = expect_name(ps);

    for (int n = 1; ps->lx.tok.kind == TOK_NAME; n++) {
        if (n == MAX_PHRASE) {
            error_at(ps->lx.tok.at, 5, "type too complicated: a C type of more than %d words", MAX_PHRASE);
            give_up(ps);
        }
        phrase = format("%s %s", phrase, expect_name(ps));
    }
    return phrase;
}

struct type *parse_native(struct parser *ps)
{
    struct token tok = ps->lx.tok;
    const char *ctype;

    lex_next(&ps->lx);
    expect_sign(ps, '(');
    ctype = parse_phrase(ps);
    if (tok.keyword == KW_PointerToIfNot) {
        expect_sign(ps, ',');
        parse_phrase(ps);
    }
    expect_sign(ps, ')');
    if (tok.keyword != KW_PointerToIfNot)
        return type_native(ctype, tok.keyword == KW_ValueOf);
    error_at(tok.at, 5, "PointerToIfNot is not supported");
    return type_bad();
}

bool at_native(const struct parser *ps)
{
    return at_keyword(ps, KW_PointerTo) || at_keyword(ps, KW_ValueOf) || at_keyword(ps, KW_PointerToIfNot);
}

static struct type *find_type(struct parser *ps)
{
    struct token tok = ps->lx.tok;
    struct type *t = type_find(&ps->types, expect_name(ps));

    if (t)
        return t;
    error_at(tok.at, 3, "unknown type %s", tok.text);
    return type_bad();
}

static struct type *parse_plain_spec(struct parser *ps)
{
    struct place at = ps->lx.tok.at;
    struct type *t;

    if (accept_keyword(ps, KW_array))
        return parse_array(ps, at);
    if (accept_keyword(ps, KW_struct))
        return parse_struct(ps, at);
    if (accept_keyword(ps, KW_c_string))
        return parse_string(ps);
    if (accept_sign(ps, '^'))
        return type_pointer(parse_spec(ps), at);
    if (accept_sign(ps, '('))
        return parse_long_form(ps);
    if (at_native(ps))
        return parse_native(ps);
    if (ps->lx.tok.kind == TOK_NAME)
        return find_type(ps);
    t = parse_prim(ps);
    return accept_sign(ps, '|') ? type_merge(t, parse_prim(ps), at) : t;
}

static struct type *parse_spec(struct parser *ps)
{
    struct type *t;

    nest_in(ps);
    t = parse_plain_spec(ps);
    nest_out(ps);
    return t;
}

static void set_name(const char **slot, const char *name, const char *default_name, struct place at)
{
    if (*slot && *slot != default_name && strcmp(*slot, name) != 0)
        warn_at(at, 2, "%s contradicts the earlier %s", name, *slot);
    *slot = name;
}

/* The C type in a translation: a name, or (ours) `struct name *`, which a kernelserver's objects are. */
static const char *parse_ctype(struct parser *ps)
{
    const char *name;

    if (!accept_keyword(ps, KW_struct))
        return expect_name(ps);
    name = expect_name(ps);
    expect_sign(ps, '*');
    return format("struct %s *", name);
}

/* H f(W)   or   W f(H) */
static void parse_translation(struct parser *ps, struct type *t, bool in)
{
    struct place at = ps->lx.tok.at;
    const char *result = parse_ctype(ps), *function = expect_name(ps), *argument;

    expect_sign(ps, '(');
    argument = parse_ctype(ps);
    expect_sign(ps, ')');
    set_name(in ? &t->intran : &t->outtran, function, NULL, at);
    set_name(&t->server_ctype, in ? argument : result, t->name, at);
    set_name(&t->handler_ctype, in ? result : argument, NULL, at);
}

static void parse_destructor(struct parser *ps, struct type *t)
{
    struct place at = ps->lx.tok.at;
    const char *function = expect_name(ps), *argument;

    expect_sign(ps, '(');
    argument = parse_ctype(ps);
    expect_sign(ps, ')');
    set_name(&t->destructor, function, NULL, at);
    set_name(&t->handler_ctype, argument, NULL, at);
}

static void parse_ctypes(struct parser *ps, struct type *t, enum keyword keyword)
{
    struct place at = ps->lx.tok.at;
    const char *name = expect_name(ps);

    if (keyword != KW_cservertype)
        set_name(&t->user_ctype, name, t->name, at);
    if (keyword != KW_cusertype)
        set_name(&t->server_ctype, name, t->name, at);
}

static void parse_trans(struct parser *ps, struct type *t)
{
    struct place at = ps->lx.tok.at;

    for (;;) {
        enum keyword keyword = ps->lx.tok.kind == TOK_KEYWORD ? ps->lx.tok.keyword : KW_NONE;

        if (keyword != KW_intran && keyword != KW_outtran && keyword != KW_destructor &&
            keyword != KW_ctype && keyword != KW_cusertype && keyword != KW_cservertype)
            break;
        lex_next(&ps->lx);
        expect_sign(ps, ':');
        if (keyword == KW_intran || keyword == KW_outtran)
            parse_translation(ps, t, keyword == KW_intran);
        else if (keyword == KW_destructor)
            parse_destructor(ps, t);
        else
            parse_ctypes(ps, t, keyword);
    }
    if ((t->intran || t->outtran || t->destructor) && t->cls != CLASS_SCALAR && t->cls != CLASS_RIGHT &&
        t->cls != CLASS_BAD)
        error_at(at, 7, "translation or destructor on %s, which is neither scalar nor right", t->name);
}

struct type *parse_named(struct parser *ps, const char *name)
{
    struct type *t;

    expect_sign(ps, '=');
    t = type_named(name, parse_spec(ps));
    parse_trans(ps, t);
    return t;
}
