/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/main.c - the command (M1 to M6)
 *
 * Options, then for each file: preprocess, parse, write (output.c).
 */
#include "cpp.h"
#include "output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef MIG_VERSION
#define MIG_VERSION "0.1.0"
#endif

struct command {
    struct options options;
    struct cpp cpp;
    unsigned n_flags, flags_capacity;
    struct output_names names;
    bool explicit_output;
};

static const struct place nowhere = { .file = "mig" };

static const char help[] =
    "usage: mig [options] file.defs...\n"
    "Compiles Mach interface descriptions to C.\n"
    "\n"
    "  -user F          user stubs (default: SUBSYSTEMUser.c; /dev/null: none)\n"
    "  -server F        server stubs (default: SUBSYSTEMServer.c)\n"
    "  -header F        user header (default: SUBSYSTEM.h)\n"
    "  -sheader F       server header (default: none)\n"
    "  -iheader F       names of external stubs (default: none)\n"
    "  -dheader F       numbers of the messages (default: none)\n"
    "  -layout F        table of the messages (default: none)\n"
    "  -i P             one file of user stubs for each routine: P, its name, .c\n"
    "  -MD, -MF F       dependencies for make, into F (default: the first output's name and .d)\n"
    "  -r, -R           send and receive in one call (default), in two\n"
    "  -s, -S           a table of symbols in the server stubs, none (default)\n"
    "  -split           includes stand in the C files instead of the headers\n"
    "  -maxonstack N    larger messages of user stubs are not on the stack\n"
    "  -novouchers      user stubs ask nobody for a voucher\n"
    "  -q, -Q           warnings off, on\n"
    "  -v, -V           tell what is read, do not\n"
    "  -max_descrs N, -max_reply_descrs N\n"
    "                   refuse requests, replies with more descriptors\n"
    "  -cc PATH         preprocessor (default: $MIGCC, $CC, cc)\n"
    "  -D -U -I -include -imacros -isystem -iquote -idirafter -nostdinc -std= -m32 -m64 -march=\n"
    "                   handed to the preprocessor\n"
    "  -version         print name and version\n"
    "  --help           print this\n"
    "\n"
    "Other options of Apple's mig and of C compilers are accepted and ignored: see mig(1).\n";

static void add_flag(struct command *c, const char *flag)
{
    GROW(c->cpp.flags, c->n_flags, c->flags_capacity);
    c->cpp.flags[c->n_flags++] = flag ? xstrdup(flag) : NULL;
}

static bool starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

static bool is_one_of(const char *s, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(s, *list) == 0)
            return true;
    return false;
}

/* The argument that must follow option number *i. */
static const char *operand(int argc, char **argv, int *i)
{
    if (*i + 1 < argc)
        return argv[++*i];
    error_at(nowhere, 20, "option %s needs an argument", argv[*i]);
    return "";
}

static unsigned number_operand(int argc, char **argv, int *i)
{
    const char *s = operand(argc, argv, i);
    char *end;
    unsigned long n = strtoul(s, &end, 10);

    if (*s < '0' || *s > '9' || *end || n > INT32_MAX)
        error_at(nowhere, 20, "'%s' is not a number", s);
    return (unsigned)n;
}

static const char **output_slot(struct output_names *names, const char *option)
{
    if (strcmp(option, "-user") == 0)
        return &names->user;
    if (strcmp(option, "-server") == 0)
        return &names->server;
    if (strcmp(option, "-header") == 0)
        return &names->header;
    if (strcmp(option, "-sheader") == 0)
        return &names->sheader;
    if (strcmp(option, "-iheader") == 0)
        return &names->iheader;
    if (strcmp(option, "-dheader") == 0)
        return &names->dheader;
    if (strcmp(option, "-i") == 0)
        return &names->individual;
    if (strcmp(option, "-MF") == 0)
        return &names->dependencies;
    if (strcmp(option, "-layout") == 0)
        return &names->layout;
    return NULL;
}

/* The preprocessor's options, joined with their argument or not. */
static bool preprocessor_option(struct command *c, int argc, char **argv, int *i)
{
    static const char *const separate[] = { "-D",       "-U",      "-I",         "-include", "-imacros",
                                            "-isystem", "-iquote", "-idirafter", NULL };
    const char *s = argv[*i];

    if (is_one_of(s, separate)) {
        add_flag(c, s);
        add_flag(c, operand(argc, argv, i));
        return true;
    }
    if (starts(s, "-D") || starts(s, "-U") || starts(s, "-I") || starts(s, "-isystem") ||
        starts(s, "-iquote") || starts(s, "-idirafter") || starts(s, "-std=") || starts(s, "-march=") ||
        strcmp(s, "-nostdinc") == 0 || strcmp(s, "-m32") == 0 || strcmp(s, "-m64") == 0) {
        add_flag(c, s);
        return true;
    }
    return false;
}

static bool ignored_option(const struct command *c, int argc, char **argv, int *i)
{
    static const char *const with_operand[] = { "-arch",       "-target",    "-isysroot", "-migcom", "-cpp",
                                                "-iframework", "-framework", "-F",        NULL };
    static const char *const alone[] = { "-k", "-l", "-L",         "-n",    "-N", "-t",   "-T",  "-X",
                                         "-b", "-B", "-mach_msg2", "-pipe", "-c", "-MMD", "-MP", NULL };
    const char *s = argv[*i];
    bool operand_follows = is_one_of(s, with_operand);

    if (!operand_follows && !is_one_of(s, alone) && !starts(s, "-W") && !starts(s, "-O") &&
        !starts(s, "-g") && !starts(s, "-f") && !starts(s, "-F"))
        return false;
    if (operand_follows)
        operand(argc, argv, i);
    if (c->options.verbose)
        printf("option %s has no effect\n", s);
    return true;
}

static bool refused_option(const char *s)
{
    static const char *const refused[] = { "-K", "-x", "-d", NULL };

    if (!is_one_of(s, refused))
        return false;
    error_at(nowhere, 20, "option %s is not supported", s);
    return true;
}

/* Two letters: the option, and what undoes it (or does the opposite). */
static bool switch_option(struct command *c, const char *s)
{
    struct options *o = &c->options;

    if (strcmp(s, "-q") == 0 || strcmp(s, "-Q") == 0)
        set_warnings(s[1] == 'Q');
    else if (strcmp(s, "-v") == 0 || strcmp(s, "-V") == 0)
        o->verbose = s[1] == 'v';
    else if (strcmp(s, "-r") == 0 || strcmp(s, "-R") == 0)
        o->two_calls = s[1] == 'R';
    else if (strcmp(s, "-s") == 0 || strcmp(s, "-S") == 0)
        o->symbols = s[1] == 's';
    else if (strcmp(s, "-split") == 0)
        o->split = true;
    else if (strcmp(s, "-novouchers") == 0)
        o->no_vouchers = true;
    else if (strcmp(s, "-MD") == 0)
        c->names.wants_dependencies = true;
    else
        return false;
    return true;
}

static bool own_option(struct command *c, int argc, char **argv, int *i)
{
    const char *s = argv[*i];
    const char **slot = output_slot(&c->names, s);

    if (slot) {
        *slot = operand(argc, argv, i);
        c->explicit_output = true;
    } else if (switch_option(c, s)) {
        return true;
    } else if (strcmp(s, "-maxonstack") == 0) {
        c->options.max_on_stack = number_operand(argc, argv, i);
    } else if (strcmp(s, "-max_descrs") == 0) {
        c->options.max_descs = number_operand(argc, argv, i);
    } else if (strcmp(s, "-max_reply_descrs") == 0) {
        c->options.max_reply_descs = number_operand(argc, argv, i);
    } else if (strcmp(s, "-cc") == 0) {
        c->cpp.command = operand(argc, argv, i);
    } else {
        return false;
    }
    return true;
}

/* Options end at the first file name; returns its index. */
static int read_options(struct command *c, int argc, char **argv)
{
    int i;

    for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (own_option(c, argc, argv, &i) || preprocessor_option(c, argc, argv, &i) ||
            refused_option(argv[i]) || ignored_option(c, argc, argv, &i))
            continue;
        warn_at(nowhere, 7, "unknown option %s ignored", argv[i]);
    }
    add_flag(c, NULL);
    return i;
}

static bool compile(const struct command *c, const char *file)
{
    struct subsystem *ss = xalloc(sizeof(*ss));
    struct place at = { .file = file, .line = 1 };
    size_t size;
    char *text;

    if (access(file, R_OK) != 0) {
        error_at(nowhere, 20, "cannot read %s: %s", file, strerror(errno));
        return false;
    }
    text = cpp_run(&c->cpp, file, &size);
    if (text == NULL) {
        error_at(at, 21, "the preprocessor failed");
        return false;
    }
    return parse(ss, file, text, size, &c->options) && write_outputs(&c->names, ss, text, size);
}

int main(int argc, char **argv)
{
    struct command c = { .options.max_on_stack = UINT32_MAX };
    bool good = true;
    int first;

    if (argc == 2 && (strcmp(argv[1], "-version") == 0 || strcmp(argv[1], "--version") == 0)) {
        puts("mig (machd) " MIG_VERSION);
        return 0;
    }
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-help") == 0)) {
        fputs(help, stdout);
        return 0;
    }
    first = read_options(&c, argc, argv);
    if (first == argc)
        error_at(nowhere, 20, "no description to compile (try --help)");
    if (first + 1 < argc && c.explicit_output) {
        for (int i = first + 1; i < argc; i++)
            if (argv[i][0] != '-')
                error_at(nowhere, 20, "several files and the name of an output");
    }
    if (n_errors())
        return 1;
    for (int i = first; i < argc; i++) {
        if (i > first && argv[i][0] == '-')
            warn_at(nowhere, 7, "option %s after a file name ignored", argv[i]);
        else
            good = compile(&c, argv[i]) && good;
    }
    return good ? 0 : 1;
}
