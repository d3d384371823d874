/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/lex.h - the words of the language (M9 to M12)
 *
 * The input is what the preprocessor wrote. `lexer.tok` is always the current word; lex_next moves on. After
 * some statement words the language changes (file names, quoted strings, words with strange characters): then
 * the parser calls lex_filename, lex_quoted or lex_word *instead of* lex_next, while the statement word is
 * still current. Line markers move the position that messages name. A byte that no rule allows is reported
 * (E2) and skipped.
 */
#pragma once

#include "text.h"

#define KEYWORDS(X)                                                                                          \
    X(subsystem) X(kernelserver) X(kerneluser) X(type) X(routine) X(simpleroutine) X(skip) X(import)         \
    X(uimport) X(simport) X(iimport) X(dimport) X(serverprefix) X(userprefix) X(serverdemux) X(rcsid)        \
    X(error) X(msgoption) X(waittime) X(nowaittime) X(sendtime) X(nosendtime) X(usespecialreplyport)         \
    X(consumeonsenderror) X(array) X(struct) X(of) X(c_string) X(polymorphic) X(intran) X(outtran)           \
    X(destructor) X(ctype) X(cusertype) X(cservertype) X(in) X(out) X(inout) X(requestport) X(replyport)     \
    X(sreplyport) X(ureplyport) X(msgseqno) X(sectoken) X(serversectoken) X(usersectoken) X(audittoken)      \
    X(serveraudittoken) X(useraudittoken) X(servercontexttoken) X(serverimpl) X(userimpl) X(samecount)       \
    X(retcode) X(physicalcopy) X(overwrite) X(dealloc) X(notdealloc) X(countinout) X(auto) X(const)

#define EXACT_KEYWORDS(X) X(PointerTo) X(PointerToIfNot) X(ValueOf) X(UserTypeLimit) X(OnStackLimit)

#define KEYWORD_ENUM(word) KW_##word,
enum keyword { KW_NONE, KEYWORDS(KEYWORD_ENUM) EXACT_KEYWORDS(KEYWORD_ENUM) };

enum token_kind { TOK_END, TOK_NAME, TOK_NUMBER, TOK_SIGN, TOK_KEYWORD, TOK_BUILTIN };

struct token {
    enum token_kind kind;
    enum keyword keyword; /* TOK_KEYWORD */
    char sign;            /* TOK_SIGN */
    uint32_t number;      /* TOK_NUMBER */
    const char *text;     /* as written, except at the end */
    struct place at;
};

struct lexer {
    const char *p, *end;
    bool line_start;
    struct place at;
    struct token tok;
};

void lex_init(struct lexer *lx, const char *file, const char *text, size_t size); /* and reads the first word */
void lex_next(struct lexer *lx);

/* Each returns NULL, moving nothing past the end of the line, if what follows has not the wanted form.
 * Otherwise the word after it is current. */
const char *lex_filename(struct lexer *lx); /* with its quotes or brackets */
const char *lex_quoted(struct lexer *lx);   /* with its quotes */
const char *lex_word(struct lexer *lx);

bool is_old_word(const char *name); /* a word of older dialects (M12) */
