/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/test/command.h - running mig itself from a test
 *
 * MIG names the program, MIG_TEST this directory, MIG_INCLUDE the public headers, MIG_CC the C compiler. What a test
 * writes stands in a directory of its own below /tmp, which is gone when the program ends.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define NO_OUTPUT "-user /dev/null -server /dev/null -header /dev/null "

const char *env(const char *name);

/* A shell command that may end in arguments for mig; returns the exit status, and what was said to both channels. */
int run(const char *arguments, char *output, size_t size);
int run_shell(const char *command, char *output, size_t size);
/* mig on a description in t.defs of the scratch directory, with these options before its name. */
int run_text(const char *text, size_t size, const char *options, char *output, size_t room);

/* "E6" at line "4": must be there as ".defs:4: ... [E6]" on one line. */
bool said(const char *output, const char *code, const char *line);

const char *scratch_path(const char *name); /* the last eight results are valid */
const char *scratch_file(const char *name, const char *text, size_t size); /* written; its path */
const char *scratch_read(const char *name); /* the text of a file there; valid until read again */

/* ---- a description given as text ---- */

#define STD "#include <mach/std_types.defs>\n"

/* All outputs of a description into the scratch directory: u.c, s.c, u.h, s.h, layout. Returns the exit status. */
int translate(const char *options, const char *text);
const char *translate_said(void);
/* The same, and the test ends if it was not accepted. */
void accept(const char *options, const char *text);
/* It must be refused for this code and no other, or accepted with this warning. */
void refuse(const char *text, const char *code);

/* The text (or its absence) in an output; shows what was there if it is not. */
void has(const char *output, const char *text);
void has_not(const char *output, const char *text);
/* That many times. */
unsigned occurrences(const char *text, const char *what);

/* The compiler of MIG_CC on a file of the scratch directory; returns the exit status. */
int compile(const char *file, const char *options, char *output, size_t size);
