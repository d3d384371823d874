/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/lex.c - the words of the language */
#include "lex.h"

#include <string.h>
#include <strings.h>

#define MAX_NAME 255 /* M93 */

struct keyword_name {
    const char *name;
    enum keyword keyword;
};

#define KEYWORD_NAME(word) { #word, KW_##word },
static const struct keyword_name keywords[] = { KEYWORDS(KEYWORD_NAME) };
static const struct keyword_name exact_keywords[] = { EXACT_KEYWORDS(KEYWORD_NAME) };
static const char *const old_words[] = {
    "function", "procedure", "simpleprocedure", "servercopy", "islong", "isnotlong",
};

bool is_old_word(const char *name)
{
    for (size_t i = 0; i < sizeof(old_words) / sizeof(old_words[0]); i++)
        if (strcasecmp(name, old_words[i]) == 0)
            return true;
    return false;
}

static bool is_letter(int c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(int c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* # 12 "name" 2   and   #line 12 "name": p stands behind the number sign. False if it is no marker. */
static bool line_marker(struct lexer *lx, const char *p, const char *eol)
{
    long line = 0;
    const char *name;

    while (p < eol && is_blank(*p))
        p++;
    if (eol - p > 4 && memcmp(p, "line", 4) == 0)
        p += 4;
    while (p < eol && is_blank(*p))
        p++;
    if (p == eol || !is_digit(*p))
        return false;
    while (p < eol && is_digit(*p) && line < 100000000)
        line = line * 10 + (*p++ - '0');
    while (p < eol && is_blank(*p))
        p++;
    lx->at.line = (int)line - 1; /* the end of this line adds one */
    if (p == eol || *p != '"')
        return true;
    name = ++p;
    while (p < eol && *p != '"')
        p++;
    lx->at.file = xstrndup(name, (size_t)(p - name));
    return true;
}

static bool harmless_directive(const char *p, const char *eol)
{
    while (p < eol && is_blank(*p))
        p++;
    return p == eol || (eol - p >= 6 && memcmp(p, "pragma", 6) == 0) ||
           (eol - p >= 5 && memcmp(p, "ident", 5) == 0);
}

static void hash_line(struct lexer *lx)
{
    const char *eol = memchr(lx->p, '\n', (size_t)(lx->end - lx->p));

    if (eol == NULL)
        eol = lx->end;
    if (!line_marker(lx, lx->p + 1, eol) && !harmless_directive(lx->p + 1, eol))
        error_at(lx->at, 2, "line that begins with '#'");
    lx->p = eol;
}

static void skip_space(struct lexer *lx)
{
    while (lx->p < lx->end) {
        if (*lx->p == '\n') {
            lx->at.line++;
            lx->line_start = true;
            lx->p++;
        } else if (is_blank(*lx->p)) {
            lx->p++;
        } else if (*lx->p == '#' && lx->line_start) {
            hash_line(lx);
        } else {
            lx->line_start = false;
            return;
        }
    }
}

static void classify_name(struct token *tok)
{
    tok->kind = TOK_NAME;
    if (strncmp(tok->text, "MACH_MSG_TYPE_", 14) == 0) {
        tok->kind = TOK_BUILTIN;
        return;
    }
    for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
        if (strcasecmp(tok->text, keywords[i].name) == 0) {
            tok->kind = TOK_KEYWORD;
            tok->keyword = keywords[i].keyword;
        }
    }
    for (size_t i = 0; i < sizeof(exact_keywords) / sizeof(exact_keywords[0]); i++) {
        if (strcmp(tok->text, exact_keywords[i].name) == 0) {
            tok->kind = TOK_KEYWORD;
            tok->keyword = exact_keywords[i].keyword;
        }
    }
}

static void read_name(struct lexer *lx)
{
    const char *start = lx->p;

    while (lx->p < lx->end && (is_letter(*lx->p) || is_digit(*lx->p)))
        lx->p++;
    if (lx->p - start > MAX_NAME) {
        error_at(lx->at, 5, "name longer than %d characters", MAX_NAME);
        lx->tok.text = xstrndup(start, MAX_NAME);
    } else {
        lx->tok.text = xstrndup(start, (size_t)(lx->p - start));
    }
    classify_name(&lx->tok);
}

static void read_number(struct lexer *lx)
{
    const char *start = lx->p;
    uint64_t n = 0;

    while (lx->p < lx->end && is_digit(*lx->p)) {
        if (n <= INT32_MAX)
            n = n * 10 + (uint64_t)(*lx->p - '0');
        lx->p++;
    }
    if (n > INT32_MAX) {
        error_at(lx->at, 6, "number above 2147483647");
        n = 1;
    }
    lx->tok.kind = TOK_NUMBER;
    lx->tok.number = (uint32_t)n;
    lx->tok.text = xstrndup(start, (size_t)(lx->p - start < 20 ? lx->p - start : 20));
}

void lex_next(struct lexer *lx)
{
    for (;;) {
        skip_space(lx);
        lx->tok = (struct token){ .kind = TOK_END, .text = "end of file", .at = lx->at };
        if (lx->p == lx->end)
            return;
        if (is_letter(*lx->p)) {
            read_name(lx);
            return;
        }
        if (is_digit(*lx->p)) {
            read_number(lx);
            return;
        }
        if (*lx->p && strchr(":;,+-*/()=^~<>[]|", *lx->p)) {
            lx->tok.kind = TOK_SIGN;
            lx->tok.sign = *lx->p;
            lx->tok.text = xstrndup(lx->p++, 1);
            return;
        }
        if (n_errors() < MAX_ERRORS)
            error_at(lx->at, 2, "character 0x%02x", (unsigned char)*lx->p);
        else
            lx->p = lx->end - 1; /* enough was said: the rest is noise */
        lx->p++;
    }
}

void lex_init(struct lexer *lx, const char *file, const char *text, size_t size)
{
    *lx =
        (struct lexer){ .p = text, .end = text + size, .line_start = true, .at = { .file = file, .line = 1 } };
    lex_next(lx);
}

/* Everything on this line from open to close, both included; the word behind it becomes current. */
static const char *read_between(struct lexer *lx, char open, char close)
{
    const char *start, *p;

    while (lx->p < lx->end && is_blank(*lx->p))
        lx->p++;
    if (lx->p == lx->end || *lx->p != open)
        return NULL;
    start = lx->p;
    for (p = start + 1; p < lx->end && *p != close; p++)
        if (*p == '\n' || *p == '\0')
            return NULL;
    if (p == lx->end)
        return NULL;
    lx->p = p + 1;
    p = xstrndup(start, (size_t)(lx->p - start));
    lex_next(lx);
    return p;
}

const char *lex_filename(struct lexer *lx)
{
    const char *name = read_between(lx, '"', '"');

    return name ? name : read_between(lx, '<', '>');
}

const char *lex_quoted(struct lexer *lx)
{
    return read_between(lx, '"', '"');
}

const char *lex_word(struct lexer *lx)
{
    const char *start, *word;

    skip_space(lx);
    start = lx->p;
    while (lx->p < lx->end && (is_letter(*lx->p) || is_digit(*lx->p) || (*lx->p && strchr("-/.$", *lx->p))))
        lx->p++;
    if (lx->p == start)
        return NULL;
    word = xstrndup(start, (size_t)(lx->p - start));
    lex_next(lx);
    return word;
}
