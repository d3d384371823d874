/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/grammar.h - what the parts of the parser share: words and numbers (words.c), types (parse_type.c), parse.c */
#pragma once

#include "lex.h"
#include "model.h"

#include <setjmp.h>

#define MAX_NESTING 64

struct parser {
    struct lexer lx;
    struct subsystem *ss;
    const struct options *options;
    struct types types;
    unsigned depth;
    bool has_routine;
    const char *msg_option, *wait_time, *send_time;
    bool special_reply_port;
    enum consume consume;
    jmp_buf recover;
};

/* ---- words.c ---- */

/* On to the next statement (M14). */
_Noreturn void give_up(struct parser *ps);
_Noreturn void syntax_error(struct parser *ps);
/* at_: is it the next word? accept_: if so, it is taken. expect_: else a syntax error. */
bool at_sign(const struct parser *ps, char sign);
bool accept_sign(struct parser *ps, char sign);
void expect_sign(struct parser *ps, char sign);
bool at_keyword(const struct parser *ps, enum keyword keyword);
bool accept_keyword(struct parser *ps, enum keyword keyword);
const char *expect_name(struct parser *ps);
uint32_t expect_number(struct parser *ps);
/* Around whatever may contain itself (M93). */
void nest_in(struct parser *ps);
void nest_out(struct parser *ps);
/* A number above 0 as an expression of numbers. */
uint32_t parse_size(struct parser *ps);

/* ---- parse_type.c ---- */

bool at_native(const struct parser *ps);
struct type *parse_native(struct parser *ps);
/* NAME = spec trans: the type knows its name before its translations */
struct type *parse_named(struct parser *ps, const char *name);
