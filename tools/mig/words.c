/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/words.c - the words of a description one by one, and the numbers that they make */
#include "grammar.h"

_Noreturn void give_up(struct parser *ps)
{
    longjmp(ps->recover, 1);
}

_Noreturn void syntax_error(struct parser *ps)
{
    const struct token *tok = &ps->lx.tok;

    if (tok->kind == TOK_NAME && is_old_word(tok->text))
        error_at(tok->at, 18, "'%s' belongs to an older dialect", tok->text);
    else
        error_at(tok->at, 1, "syntax error at '%s'", tok->text);
    give_up(ps);
}

bool at_sign(const struct parser *ps, char sign)
{
    return ps->lx.tok.kind == TOK_SIGN && ps->lx.tok.sign == sign;
}

bool accept_sign(struct parser *ps, char sign)
{
    if (!at_sign(ps, sign))
        return false;
    lex_next(&ps->lx);
    return true;
}

void expect_sign(struct parser *ps, char sign)
{
    if (!accept_sign(ps, sign))
        syntax_error(ps);
}

bool at_keyword(const struct parser *ps, enum keyword keyword)
{
    return ps->lx.tok.kind == TOK_KEYWORD && ps->lx.tok.keyword == keyword;
}

bool accept_keyword(struct parser *ps, enum keyword keyword)
{
    if (!at_keyword(ps, keyword))
        return false;
    lex_next(&ps->lx);
    return true;
}

const char *expect_name(struct parser *ps)
{
    const char *name = ps->lx.tok.text;

    if (ps->lx.tok.kind != TOK_NAME)
        syntax_error(ps);
    lex_next(&ps->lx);
    return name;
}

uint32_t expect_number(struct parser *ps)
{
    uint32_t n = ps->lx.tok.number;

    if (ps->lx.tok.kind != TOK_NUMBER)
        syntax_error(ps);
    lex_next(&ps->lx);
    return n;
}

void nest_in(struct parser *ps)
{
    if (++ps->depth > MAX_NESTING) {
        error_at(ps->lx.tok.at, 5, "type too complicated: nested more than %d deep", MAX_NESTING);
        give_up(ps);
    }
}

void nest_out(struct parser *ps)
{
    ps->depth--;
}

/* --- expressions --- */

static _Noreturn void bad_number(struct parser *ps, const char *why)
{
    error_at(ps->lx.tok.at, 6, "bad number: %s", why);
    give_up(ps);
}

static int64_t parse_sum(struct parser *ps);

static int64_t bounded(struct parser *ps, int64_t n)
{
    if (n > INT32_MAX || n < -(int64_t)INT32_MAX)
        bad_number(ps, "too large");
    return n;
}

static int64_t parse_factor(struct parser *ps)
{
    int64_t n;

    if (!accept_sign(ps, '('))
        return expect_number(ps);
    nest_in(ps);
    n = parse_sum(ps);
    nest_out(ps);
    expect_sign(ps, ')');
    return n;
}

static int64_t parse_term(struct parser *ps)
{
    int64_t n = parse_factor(ps);

    for (;;) {
        if (accept_sign(ps, '*')) {
            n = bounded(ps, n * parse_factor(ps));
        } else if (accept_sign(ps, '/')) {
            int64_t by = parse_factor(ps);

            if (by == 0)
                bad_number(ps, "division by zero");
            n /= by;
        } else {
            return n;
        }
    }
}

static int64_t parse_sum(struct parser *ps)
{
    int64_t n = parse_term(ps);

    for (;;) {
        if (accept_sign(ps, '+'))
            n = bounded(ps, n + parse_term(ps));
        else if (accept_sign(ps, '-'))
            n = bounded(ps, n - parse_term(ps));
        else
            return n;
    }
}

uint32_t parse_size(struct parser *ps)
{
    int64_t n = parse_sum(ps);

    if (n <= 0 && !at_sign(ps, ']')) /* 0x10 is the number 0 and a name */
        syntax_error(ps);
    if (n <= 0)
        bad_number(ps, n ? "negative" : "zero");
    return (uint32_t)n;
}
