/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/main.c - the command (M1 to M6)
 *
 * Options, then for each file: preprocess, parse, write. All outputs are made in memory first and reach their names
 * only when the whole description was accepted, by way of a temporary name in the same directory (M1).
 */
#include "cpp.h"
#include "emit.h"

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
    const char *user, *server, *header, *sheader, *iheader, *layout;
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
    "  -layout F        table of the messages (default: none)\n"
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

    if (*s < '0' || *s > '9' || *end || n > 1000000)
        error_at(nowhere, 20, "'%s' is not a number", s);
    return (unsigned)n;
}

static const char **output_slot(struct command *c, const char *option)
{
    if (strcmp(option, "-user") == 0)
        return &c->user;
    if (strcmp(option, "-server") == 0)
        return &c->server;
    if (strcmp(option, "-header") == 0)
        return &c->header;
    if (strcmp(option, "-sheader") == 0)
        return &c->sheader;
    if (strcmp(option, "-iheader") == 0)
        return &c->iheader;
    if (strcmp(option, "-layout") == 0)
        return &c->layout;
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
    static const char *const with_operand[] = { "-arch",       "-target",     "-isysroot",  "-migcom",
                                                "-cpp",        "-iframework", "-framework", "-F",
                                                "-maxonstack", NULL };
    static const char *const alone[] = { "-r",    "-S", "-k",   "-l",  "-L", "-n",          "-N",
                                         "-t",    "-T", "-X",   "-b",  "-B", "-novouchers", "-mach_msg2",
                                         "-pipe", "-c", "-MMD", "-MP", NULL };
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

static bool refused_option(int argc, char **argv, int *i)
{
    static const char *const alone[] = { "-K", "-x", "-d", "-R", "-s", "-split", "-MD", NULL };
    static const char *const with_operand[] = { "-i", "-dheader", "-MF", NULL };
    const char *s = argv[*i];

    if (is_one_of(s, with_operand))
        operand(argc, argv, i);
    else if (!is_one_of(s, alone))
        return false;
    error_at(nowhere, 20, "option %s is not supported", s);
    return true;
}

static bool own_option(struct command *c, int argc, char **argv, int *i)
{
    const char *s = argv[*i];
    const char **slot = output_slot(c, s);

    if (slot) {
        *slot = operand(argc, argv, i);
        c->explicit_output = true;
    } else if (strcmp(s, "-q") == 0 || strcmp(s, "-Q") == 0) {
        set_warnings(s[1] == 'Q');
    } else if (strcmp(s, "-v") == 0 || strcmp(s, "-V") == 0) {
        c->options.verbose = s[1] == 'v';
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
            refused_option(argc, argv, &i) || ignored_option(c, argc, argv, &i))
            continue;
        warn_at(nowhere, 7, "unknown option %s ignored", argv[i]);
    }
    add_flag(c, NULL);
    return i;
}

/* --- outputs --- */

struct output {
    const char *name; /* NULL or /dev/null: not wanted */
    char *text;
    size_t size;
    const char *temporary;
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static bool wanted(const char *name)
{
    return name && strcmp(name, "/dev/null") != 0;
}

static bool write_temporary(struct output *o)
{
    FILE *f;

    o->temporary = format("%s.mig-%d", o->name, (int)getpid());
    f = fopen(o->temporary, "w");
    if (f == NULL || fwrite(o->text, 1, o->size, f) != o->size) {
        error_at(nowhere, 20, "cannot write %s: %s", o->name, strerror(errno));
        if (f)
            fclose(f);
        return false;
    }
    if (fclose(f) == 0)
        return true;
    error_at(nowhere, 20, "cannot write %s: %s", o->name, strerror(errno));
    return false;
}

/* All or nothing: every file is complete under its temporary name before the first gets its own. */
static bool publish(struct output *outputs, unsigned n)
{
    bool good = true;

    for (unsigned i = 0; i < n; i++)
        if (good && wanted(outputs[i].name))
            good = write_temporary(&outputs[i]);
    for (unsigned i = 0; i < n; i++) {
        if (outputs[i].temporary == NULL)
            continue;
        if (good && rename(outputs[i].temporary, outputs[i].name) != 0) {
            error_at(nowhere, 20, "cannot write %s: %s", outputs[i].name, strerror(errno));
            good = false;
        }
        if (!good)
            unlink(outputs[i].temporary);
    }
    return good;
}

enum { OUT_USER, OUT_SERVER, OUT_HEADER, OUT_SHEADER, OUT_IHEADER, OUT_LAYOUT, N_OUTPUTS };

static void write_output(FILE *f, int kind, const struct subsystem *ss, const char *header,
                         const char *sheader)
{
    if (kind == OUT_USER)
        write_user(f, ss, header);
    else if (kind == OUT_SERVER)
        write_server(f, ss, sheader);
    else if (kind == OUT_HEADER)
        write_user_header(f, ss);
    else if (kind == OUT_SHEADER)
        write_server_header(f, ss);
    else if (kind == OUT_IHEADER)
        write_external_header(f, ss);
    else
        write_layout(f, ss);
}

static bool generate(const struct command *c, const struct subsystem *ss)
{
    struct output outputs[N_OUTPUTS] = {
        [OUT_USER] = { .name = c->user ? c->user : format("%sUser.c", ss->name) },
        [OUT_SERVER] = { .name = c->server ? c->server : format("%sServer.c", ss->name) },
        [OUT_HEADER] = { .name = c->header ? c->header : format("%s.h", ss->name) },
        [OUT_SHEADER] = { .name = c->sheader },
        [OUT_IHEADER] = { .name = c->iheader },
        [OUT_LAYOUT] = { .name = c->layout },
    };
    const char *header = wanted(outputs[OUT_HEADER].name) ? base_name(outputs[OUT_HEADER].name) : NULL;
    const char *sheader = wanted(c->sheader) ? base_name(c->sheader) : NULL;

    for (int i = 0; i < N_OUTPUTS; i++) {
        FILE *f = wanted(outputs[i].name) ? open_memstream(&outputs[i].text, &outputs[i].size) : NULL;

        if (f) {
            write_output(f, i, ss, header, sheader);
            fclose(f);
            keep(outputs[i].text);
        }
    }
    return publish(outputs, N_OUTPUTS);
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
    return parse(ss, file, text, size, &c->options) && generate(c, ss);
}

int main(int argc, char **argv)
{
    struct command c = { 0 };
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
