/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/output.c - the files that are written for one description */
#include "output.h"
#include "emit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct place nowhere = { .file = "mig" };

enum kind {
    OUT_USER,
    OUT_SERVER,
    OUT_HEADER,
    OUT_SHEADER,
    OUT_IHEADER,
    OUT_DHEADER,
    OUT_LAYOUT,
    OUT_DEPENDENCIES
};

struct output {
    const char *name;
    char *text;
    size_t size;
    const char *temporary; /* NULL: not written yet */
};

struct outputs {
    const struct subsystem *ss;
    const char *header, *sheader; /* what the C files include; NULL: none is written */
    const char *input;            /* the preprocessed text */
    size_t input_size;
    struct output *list;
    unsigned n, capacity;
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static bool is_wanted(const char *name)
{
    return name && strcmp(name, "/dev/null") != 0;
}

/* --- dependencies (M7) --- */

static void write_name(FILE *f, const char *name)
{
    for (; *name; name++) {
        if (*name == ' ' || *name == '#')
            fputc('\\', f);
        if (*name == '$')
            fputc('$', f);
        fputc(*name, f);
    }
}

struct seen {
    const char **names;
    unsigned n, capacity;
};

static bool was_seen(struct seen *seen, const char *name)
{
    for (unsigned i = 0; i < seen->n; i++)
        if (strcmp(seen->names[i], name) == 0)
            return true;
    GROW(seen->names, seen->n, seen->capacity);
    seen->names[seen->n++] = name;
    return false;
}

/* The file that the line marker from p to eol names; NULL if that is no file, or no marker. */
static const char *marked_file(const char *p, const char *eol)
{
    const char *open = memchr(p, '"', (size_t)(eol - p)), *close;

    if (*p != '#' || open == NULL || open[1] == '<')
        return NULL;
    close = memchr(open + 1, '"', (size_t)(eol - open - 1));
    return close ? xstrndup(open + 1, (size_t)(close - open - 1)) : NULL;
}

static void write_dependencies(FILE *f, const struct outputs *o)
{
    const char *p = o->input, *end = p + o->input_size;
    struct seen seen = { 0 };

    for (unsigned i = 0; i + 1 < o->n; i++) { /* the last one is this file */
        write_name(f, o->list[i].name);
        fputc(i + 2 < o->n ? ' ' : ':', f);
    }
    while (p < end) {
        const char *eol = memchr(p, '\n', (size_t)(end - p)), *name = marked_file(p, eol ? eol : end);

        if (name && *name && !was_seen(&seen, name)) {
            fputs(" \\\n  ", f);
            write_name(f, name);
        }
        p = eol ? eol + 1 : end;
    }
    fputc('\n', f);
}

/* --- in memory --- */

static void write_kind(FILE *f, enum kind kind, const struct outputs *o, struct routine *r)
{
    switch (kind) {
    case OUT_USER: r ? write_user_routine(f, o->ss, o->header, r) : write_user(f, o->ss, o->header); break;
    case OUT_SERVER: write_server(f, o->ss, o->sheader); break;
    case OUT_HEADER: write_user_header(f, o->ss); break;
    case OUT_SHEADER: write_server_header(f, o->ss); break;
    case OUT_IHEADER: write_external_header(f, o->ss); break;
    case OUT_DHEADER: write_number_header(f, o->ss); break;
    case OUT_LAYOUT: write_layout(f, o->ss); break;
    case OUT_DEPENDENCIES: write_dependencies(f, o); break;
    }
}

/* The stream is closed before the list may grow again: it writes text and size where they stand. */
static void add(struct outputs *o, const char *name, enum kind kind, struct routine *r)
{
    struct output *out;
    FILE *f;

    if (!is_wanted(name))
        return;
    GROW(o->list, o->n, o->capacity);
    out = &o->list[o->n++];
    *out = (struct output){ .name = name };
    f = open_memstream(&out->text, &out->size);
    if (f) {
        write_kind(f, kind, o, r);
        fclose(f);
    }
    keep(out->text);
}

static void add_user(struct outputs *o, const struct output_names *names)
{
    if (names->individual == NULL) {
        add(o, names->user ? names->user : format("%sUser.c", o->ss->name), OUT_USER, NULL);
        return;
    }
    for (unsigned i = 0; i < o->ss->n_routines; i++)
        add(o, format("%s%s.c", names->individual, o->ss->routines[i]->name), OUT_USER, o->ss->routines[i]);
}

/* --- on disk --- */

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
static bool publish(struct outputs *o)
{
    bool good = true;

    for (unsigned i = 0; i < o->n && good; i++)
        good = write_temporary(&o->list[i]);
    for (unsigned i = 0; i < o->n; i++) {
        if (o->list[i].temporary == NULL)
            continue;
        if (good && rename(o->list[i].temporary, o->list[i].name) != 0) {
            error_at(nowhere, 20, "cannot write %s: %s", o->list[i].name, strerror(errno));
            good = false;
        }
        if (!good)
            unlink(o->list[i].temporary);
    }
    return good;
}

bool write_outputs(const struct output_names *names, const struct subsystem *ss, const char *text, size_t size)
{
    struct outputs o = { .ss = ss, .input = text, .input_size = size };
    const char *header = names->header ? names->header : format("%s.h", ss->name);

    o.header = is_wanted(header) ? base_name(header) : NULL;
    o.sheader = is_wanted(names->sheader) ? base_name(names->sheader) : NULL;
    add_user(&o, names);
    add(&o, names->server ? names->server : format("%sServer.c", ss->name), OUT_SERVER, NULL);
    add(&o, header, OUT_HEADER, NULL);
    add(&o, names->sheader, OUT_SHEADER, NULL);
    add(&o, names->iheader, OUT_IHEADER, NULL);
    add(&o, names->dheader, OUT_DHEADER, NULL);
    add(&o, names->layout, OUT_LAYOUT, NULL);
    if (names->wants_dependencies && o.n > 0)
        add(&o, names->dependencies ? names->dependencies : format("%s.d", o.list[0].name), OUT_DEPENDENCIES,
            NULL);
    return publish(&o);
}
