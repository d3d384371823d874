/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/layout.c - the table of messages as text, for tests, traces and documentation (M88) */
#include "emit.h"

/* As it leaves the stub. */
static const char *disposition(const struct part *p)
{
    if (p->arg == NULL || p->kind > PART_RIGHTS || !type_is_right(p->arg->type))
        return "-";
    return p->arg->type->in_disp == DISP_CHOSEN ? "poly" : format("%d", p->arg->type->in_disp);
}

static const char *part_class(const struct part *p)
{
    switch (p->kind) {
    case PART_NDR: return "NDR";
    case PART_RETCODE: return "RetCode";
    case PART_OFFSET: return "offset";
    case PART_COUNT: return "count";
    case PART_CAPACITY: return "capacity";
    case PART_RIGHT:
    case PART_RIGHT_ARRAY:
    case PART_REGION:
    case PART_RIGHTS:
    case PART_FIXED:
    case PART_VARYING:
    case PART_NATIVE: break;
    }
    return class_name(p->arg->type->cls);
}

static const char *part_size(const struct part *p)
{
    const struct type *t = p->arg ? p->arg->type : NULL;

    switch (p->kind) {
    case PART_VARYING:
    case PART_RIGHT_ARRAY: return format("%u*%u", p->kind == PART_VARYING ? elem_size(t) : 12, t->number);
    case PART_REGION:
        return t->counted ? format("%u*%s", elem_size(t), t->number ? format("%u", t->number) : "")
                          : format("%u", type_size(t));
    case PART_NATIVE: return format("sizeof(%s)", t->native);
    case PART_RIGHTS: return format("4*%s", t->number ? format("%u", t->number) : "");
    case PART_RIGHT:
    case PART_NDR:
    case PART_RETCODE:
    case PART_FIXED:
    case PART_OFFSET:
    case PART_COUNT:
    case PART_CAPACITY: break;
    }
    return format("%u", p->size);
}

/* "52" where nothing varies before it, else "52+code" with the offset that it has when those are empty;
 * what is native counts as varying, here and in the sizes of the R line */
static char *part_offset(const struct plan *plan, const struct part *p)
{
    uint32_t offset = p->offset;
    char *names = xstrdup("");

    for (const struct part *q = plan->parts; q < p; q++) {
        if (q->kind != PART_VARYING && q->kind != PART_NATIVE)
            continue;
        offset -= round4(q->size);
        names = format("%s+%s", names, q->field);
    }
    return format("%u%s", offset, names);
}

static void write_parts(FILE *f, const struct plan *plan, bool request)
{
    for (unsigned i = 0; i < plan->n_parts; i++) {
        const struct part *p = &plan->parts[i];

        fprintf(f, "%c\t%s\t%s\t%s\t%s\t%s\n", request ? 'Q' : 'P', part_offset(plan, p), p->field,
                part_class(p), part_size(p), disposition(p));
    }
}

void write_layout(FILE *f, const struct subsystem *ss)
{
    for (unsigned i = 0; i < ss->n_routines; i++) {
        const struct routine *r = ss->routines[i];

        fprintf(f, "R\t%d\t%s\t%c\t%u\t%u\t%u", r->id, r->name, r->simple ? 's' : 'r', r->request.least,
                r->request.most, r->request.n_descs);
        if (r->simple)
            fputs("\t-\t-\t-\n", f);
        else
            fprintf(f, "\t%u\t%u\t%u\n", r->reply.least, r->reply.most, r->reply.n_descs);
        write_parts(f, &r->request, true);
        if (!r->simple)
            write_parts(f, &r->reply, false);
    }
}
