/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/parse.c - the grammar (M13): statements and arguments
 *
 * Recursive descent with one word of look-ahead. A syntax error jumps out to the loop over statements, which skips to
 * the next ';' and goes on (M14). Nesting is counted, so that input cannot exhaust the stack (M93).
 */
#include "grammar.h"

#include <string.h>

/* --- arguments --- */

static const struct {
    enum keyword keyword;
    enum direction dir;
} directions[] = {
    { KW_in, DIR_IN },
    { KW_out, DIR_OUT },
    { KW_inout, DIR_INOUT },
    { KW_requestport, DIR_REQUEST_PORT },
    { KW_replyport, DIR_REPLY_PORT },
    { KW_sreplyport, DIR_SREPLY_PORT },
    { KW_ureplyport, DIR_UREPLY_PORT },
    { KW_waittime, DIR_WAIT_TIME },
    { KW_sendtime, DIR_SEND_TIME },
    { KW_msgoption, DIR_MSG_OPTION },
    { KW_msgseqno, DIR_SEQNO },
    { KW_sectoken, DIR_SEC_TOKEN },
    { KW_serversectoken, DIR_SERVER_SEC_TOKEN },
    { KW_usersectoken, DIR_USER_SEC_TOKEN },
    { KW_audittoken, DIR_AUDIT_TOKEN },
    { KW_serveraudittoken, DIR_SERVER_AUDIT_TOKEN },
    { KW_useraudittoken, DIR_USER_AUDIT_TOKEN },
    { KW_servercontexttoken, DIR_SERVER_CONTEXT },
};

static enum direction parse_direction(struct parser *ps)
{
    for (size_t i = 0; i < sizeof(directions) / sizeof(directions[0]); i++)
        if (accept_keyword(ps, directions[i].keyword))
            return directions[i].dir;
    return DIR_NONE;
}

static const struct {
    enum keyword keyword;
    unsigned flag;
} flags[] = {
    { KW_samecount, FLAG_SAMECOUNT }, { KW_retcode, FLAG_RETCODE }, { KW_physicalcopy, FLAG_PHYSICAL_COPY },
    { KW_overwrite, FLAG_OVERWRITE }, { KW_dealloc, FLAG_DEALLOC }, { KW_countinout, FLAG_COUNT_IN_OUT },
    { KW_auto, FLAG_AUTO },           { KW_const, FLAG_CONST },
};

static void parse_flag(struct parser *ps, struct arg *a)
{
    if (accept_keyword(ps, KW_notdealloc)) {
        a->flags &= ~(unsigned)(FLAG_DEALLOC | FLAG_DEALLOC_ARG);
        return;
    }
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (!accept_keyword(ps, flags[i].keyword))
            continue;
        a->flags |= flags[i].flag;
        if (accept_sign(ps, '[')) {
            expect_sign(ps, ']');
            if (flags[i].flag == FLAG_DEALLOC)
                a->flags = (a->flags & ~(unsigned)FLAG_DEALLOC) | FLAG_DEALLOC_ARG;
        }
        return;
    }
    syntax_error(ps);
}

/* A native type says nothing of what is done with it: a direction must, and one that fits (M29). */
static void check_native(const struct arg *a)
{
    const struct type *t = a->type;

    if (t->cls == CLASS_NATIVE && a->dir != DIR_IN &&
        (t->by_value || (a->dir != DIR_OUT && a->dir != DIR_INOUT)))
        error_at(a->at, 13, "native type of %s with a wrong direction", a->name);
}

static struct type *parse_arg_type(struct parser *ps)
{
    struct token tok = ps->lx.tok;

    if (at_native(ps))
        return parse_native(ps);
    expect_name(ps);
    if (at_sign(ps, '='))
        return parse_named(ps, tok.text);
    struct type *t = type_find(&ps->types, tok.text);
    if (t)
        return t;
    error_at(tok.at, 3, "unknown type %s", tok.text);
    return type_bad();
}

static struct arg *parse_arg(struct parser *ps)
{
    struct arg *a = xalloc(sizeof(*a));

    if (at_keyword(ps, KW_serverimpl) || at_keyword(ps, KW_userimpl)) {
        error_at(ps->lx.tok.at, 18, "'%s' is not supported", ps->lx.tok.text);
        give_up(ps);
    }
    a->dir = parse_direction(ps);
    a->at = ps->lx.tok.at;
    a->name = expect_name(ps);
    expect_sign(ps, ':');
    a->type = parse_arg_type(ps);
    check_native(a);
    while (accept_sign(ps, ','))
        parse_flag(ps, a);
    return a;
}

static void add_arg(struct routine *r, struct arg *a)
{
    if (r->n_args == MAX_ARGS) {
        error_at(a->at, 5, "routine %s has more than %d arguments", r->name, MAX_ARGS);
        return;
    }
    GROW(r->args, r->n_args, r->args_capacity);
    r->args[r->n_args++] = a;
}

/* --- statements --- */

static void check_duplicate(struct parser *ps, const struct routine *r)
{
    for (unsigned i = 0; i < ps->ss->n_routines; i++)
        if (strcmp(ps->ss->routines[i]->name, r->name) == 0)
            error_at(r->at, 16, "routine %s exists already", r->name);
}

static int next_number(struct parser *ps)
{
    if (ps->ss->n_numbers == 100)
        warn_at(ps->lx.tok.at, 5, "more than 100 numbers: ids run into those of replies");
    return (int)ps->ss->n_numbers++;
}

static void parse_routine(struct parser *ps, bool simple)
{
    struct subsystem *ss = ps->ss;
    struct routine *r = xalloc(sizeof(*r));

    r->at = ps->lx.tok.at;
    r->simple = simple;
    r->name = expect_name(ps);
    r->number = next_number(ps);
    ps->has_routine = true;
    check_duplicate(ps, r);
    expect_sign(ps, '(');
    if (!at_sign(ps, ')')) {
        do
            add_arg(r, parse_arg(ps));
        while (accept_sign(ps, ';'));
    }
    expect_sign(ps, ')');
    r->user_prefix = ss->user_prefix;
    r->server_prefix = ss->server_prefix;
    r->msg_option = ps->msg_option;
    r->wait_time = ps->wait_time;
    r->send_time = ps->send_time;
    r->special_reply_port = ps->special_reply_port;
    r->consume = ps->consume;
    GROW(ss->routines, ss->n_routines, ss->routines_capacity);
    ss->routines[ss->n_routines++] = r;
}

static void parse_subsystem(struct parser *ps)
{
    struct subsystem *ss = ps->ss;
    struct place at = ps->lx.tok.at;

    while (at_keyword(ps, KW_kernelserver) || at_keyword(ps, KW_kerneluser)) {
        if (ps->has_routine)
            error_at(ps->lx.tok.at, 15, "'%s' must stand before the first routine", ps->lx.tok.text);
        if (accept_keyword(ps, KW_kernelserver))
            ss->kernel_server = true;
        else if (accept_keyword(ps, KW_kerneluser))
            ss->kernel_user = true;
    }
    if (ps->special_reply_port && (ss->kernel_server || ss->kernel_user))
        error_at(at, 15, "no special reply ports with kernelserver or kerneluser");
    if (ss->name)
        warn_at(at, 1, "subsystem redefined");
    ss->name = expect_name(ps);
    ss->base = expect_number(ps);
    ss->at = at;
}

static void parse_type(struct parser *ps)
{
    struct place at = ps->lx.tok.at;
    struct type *t = parse_named(ps, expect_name(ps));

    type_add(&ps->types, t, at);
    if (ps->options->verbose)
        printf("type %s: %s\n", t->name, class_name(t->cls));
}

static void parse_import(struct parser *ps, enum import_kind kind)
{
    struct subsystem *ss = ps->ss;
    const char *file = lex_filename(&ps->lx);

    if (file == NULL) {
        lex_next(&ps->lx);
        syntax_error(ps);
    }
    GROW(ss->imports, ss->n_imports, ss->imports_capacity);
    ss->imports[ss->n_imports++] = (struct import){ kind, file };
}

static const char *parse_word(struct parser *ps)
{
    const char *word = lex_word(&ps->lx);

    if (word)
        return word;
    lex_next(&ps->lx);
    syntax_error(ps);
}

static void parse_consume(struct parser *ps)
{
    struct place at = ps->lx.tok.at;
    const char *word = parse_word(ps);

    if (strcasecmp(word, "none") == 0) {
        ps->consume = CONSUME_NONE;
    } else if (strcasecmp(word, "timeout") == 0) {
        ps->consume = CONSUME_TIMEOUT;
    } else if (strcasecmp(word, "any") == 0) {
        ps->consume = CONSUME_ANY;
    } else {
        error_at(at, 1, "syntax error at '%s'", word);
    }
}

static void parse_special_reply_port(struct parser *ps)
{
    struct place at = ps->lx.tok.at;

    ps->special_reply_port = expect_number(ps) != 0;
    if (ps->special_reply_port && (ps->ss->kernel_server || ps->ss->kernel_user))
        error_at(at, 15, "no special reply ports with kernelserver or kerneluser");
}

static void parse_rcsid(struct parser *ps)
{
    ps->ss->rcsid = lex_quoted(&ps->lx);
    if (ps->ss->rcsid == NULL) {
        lex_next(&ps->lx);
        syntax_error(ps);
    }
}

/* Statements whose next word follows other rules: their keyword is still current here. */
static bool parse_wordy_statement(struct parser *ps, enum keyword keyword)
{
    static const enum import_kind imports[] = {
        [KW_import] = IMPORT_BOTH,  [KW_uimport] = IMPORT_USER, [KW_simport] = IMPORT_SERVER,
        [KW_iimport] = IMPORT_IMPL, [KW_dimport] = IMPORT_DEFS,
    };

    if (keyword >= KW_import && keyword <= KW_dimport) {
        parse_import(ps, imports[keyword]);
    } else if (keyword == KW_rcsid) {
        parse_rcsid(ps);
    } else if (keyword == KW_msgoption) {
        ps->msg_option = parse_word(ps);
        if (strcmp(ps->msg_option, "MACH_MSG_OPTION_NONE") == 0)
            ps->msg_option = NULL;
    } else if (keyword == KW_waittime) {
        ps->wait_time = parse_word(ps);
    } else if (keyword == KW_sendtime) {
        ps->send_time = parse_word(ps);
    } else if (keyword == KW_consumeonsenderror) {
        parse_consume(ps);
    } else {
        return false;
    }
    return true;
}

static bool parse_name_statement(struct parser *ps, enum keyword keyword)
{
    struct subsystem *ss = ps->ss;

    if (keyword == KW_userprefix)
        ss->user_prefix = expect_name(ps);
    else if (keyword == KW_serverprefix)
        ss->server_prefix = expect_name(ps);
    else if (keyword == KW_serverdemux)
        ss->server_demux = expect_name(ps);
    else if (keyword == KW_error)
        expect_name(ps);
    else
        return false;
    return true;
}

static void parse_statement(struct parser *ps)
{
    enum keyword keyword = ps->lx.tok.keyword;

    if (ps->lx.tok.kind != TOK_KEYWORD)
        syntax_error(ps);
    if (parse_wordy_statement(ps, keyword))
        return;
    lex_next(&ps->lx);
    if (parse_name_statement(ps, keyword))
        return;
    if (keyword == KW_subsystem)
        parse_subsystem(ps);
    else if (keyword == KW_type)
        parse_type(ps);
    else if (keyword == KW_routine || keyword == KW_simpleroutine)
        parse_routine(ps, keyword == KW_simpleroutine);
    else if (keyword == KW_skip)
        next_number(ps);
    else if (keyword == KW_nowaittime)
        ps->wait_time = NULL;
    else if (keyword == KW_nosendtime)
        ps->send_time = NULL;
    else if (keyword == KW_usespecialreplyport)
        parse_special_reply_port(ps);
    else if (keyword == KW_OnStackLimit)
        ps->ss->max_on_stack = expect_number(ps);
    else if (keyword == KW_UserTypeLimit)
        expect_number(ps);
    else
        syntax_error(ps);
}

static void parse_file(struct parser *ps)
{
    if (setjmp(ps->recover)) {
        while (ps->lx.tok.kind != TOK_END && !at_sign(ps, ';'))
            lex_next(&ps->lx);
    }
    ps->depth = 0;
    while (ps->lx.tok.kind != TOK_END && n_errors() < MAX_ERRORS) {
        if (accept_sign(ps, ';'))
            continue;
        parse_statement(ps);
        expect_sign(ps, ';');
    }
}

static void check_ids(const struct subsystem *ss)
{
    if ((uint64_t)ss->base + ss->n_numbers + 100 > INT32_MAX)
        error_at(ss->at, 6, "bad number: ids above 2147483647");
}

bool parse(struct subsystem *ss, const char *file, const char *text, size_t size,
           const struct options *options)
{
    struct parser *ps = xalloc(sizeof(*ps));
    unsigned errors = n_errors();

    *ss = (struct subsystem){
        .options = options, .max_on_stack = options->max_on_stack, .user_prefix = "", .server_prefix = ""
    };
    ps->ss = ss;
    ps->options = options;
    lex_init(&ps->lx, file, text, size);
    parse_file(ps);
    if (n_errors() >= MAX_ERRORS)
        return false;
    if (ss->name == NULL)
        error_at((struct place){ .file = file, .line = ps->lx.at.line }, 14, "no subsystem");
    check_ids(ss);
    for (unsigned i = 0; i < ss->n_routines; i++) {
        ss->routines[i]->id = (int)ss->base + ss->routines[i]->number;
        routine_check(ss, ss->routines[i], options);
    }
    return n_errors() == errors;
}
