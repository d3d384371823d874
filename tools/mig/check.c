/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/check.c - the functions that test a received message (M46, M65, M66)
 *
 * The sender is hostile: no count is used before it was compared with its maximum, and `mig_left`, the bytes of the
 * message that no field claimed yet, never wraps. Everything that follows (handlers, deliveries) relies on it.
 */
#include "emit.h"

#include <string.h>

struct check {
    FILE *f;
    const struct plan *plan;
    const char *type;   /* of the message struct */
    const char *prefix; /* "In" or "Out" */
    bool request, kernel;
    const char *bad_size; /* code for sizes and counts of varying fields */
};

static void emit_head(const struct check *c, const char *name)
{
    fprintf(c->f, "mig_internal kern_return_t %s(", name);
    if (c->kernel)
        fputs("struct message *InP, ", c->f);
    fprintf(c->f, "__attribute__((__unused__)) %s *%s", c->type, pointer_name(c->prefix, 0));
    for (unsigned i = 1; i <= c->plan->last_position; i++)
        fprintf(c->f, ", __attribute__((__unused__)) %s **%sP", c->type, pointer_name(c->prefix, i));
    fputs(")\n{\n", c->f);
    for (unsigned i = 1; i <= c->plan->last_position; i++)
        fprintf(c->f, "    %s *%s;\n", c->type, pointer_name(c->prefix, i));
    if (c->plan->n_varying)
        fputs("    mach_msg_size_t mig_left, mig_length;\n", c->f);
}

static char *size_test(const struct check *c, const char *size)
{
    if (c->plan->least == c->plan->most)
        return format("%s != %s", size, most_size(c->plan, c->type));
    return format("%s < %s || %s > %s", size, least_size(c->plan, c->type), size, most_size(c->plan, c->type));
}

/* --- descriptors --- */

/* The test that a right in hand is not what out_disp promises; NULL if anything goes (M65). */
static char *wrong_right(const struct check *c, const struct type *t, const char *disp)
{
    if (t->out_disp == DISP_CHOSEN || t->cls == CLASS_RIGHT_VARYING)
        return NULL;
    if (c->request && !c->kernel && t->in_disp == DISP_CHOSEN && t->out_disp == 17)
        return format("(%s != 17 && %s != 19 && %s != 20)", disp, disp, disp);
    if (c->request && !c->kernel && t->in_disp == DISP_CHOSEN && t->out_disp == 18)
        return format("(%s != 18 && %s != 21)", disp, disp);
    return format("%s != %d", disp, t->out_disp);
}

static void emit_type_error(const struct check *c, const char *test, const char *indent)
{
    fprintf(c->f, "%sif (%s)\n%s    return MIG_TYPE_ERROR;\n", indent, test, indent);
}

static void emit_right_check(const struct check *c, const struct part *p)
{
    bool array = p->kind == PART_RIGHT_ARRAY;
    const char *place = array ? format("%s[mig_i]", field(p, c->prefix)) : field(p, c->prefix);
    const char *number = array ? format("%u + mig_i", p->desc) : format("%u", p->desc);
    const char *type = c->kernel ? format("mig_k_desc_type(InP, %s)", number) : format("%s.type", place);
    const char *disp =
        c->kernel ? format("mig_k_right_type(InP, %s)", number) : format("%s.disposition", place);
    const char *wrong = wrong_right(c, p->arg->type, disp);
    const char *indent = array ? "        " : "    ";

    if (array)
        fprintf(c->f, "    for (unsigned mig_i = 0; mig_i < %u; mig_i++) {\n", p->n);
    emit_type_error(c,
                    format("%s != MACH_MSG_PORT_DESCRIPTOR%s%s", type, wrong ? " || " : "", wrong ? wrong : ""),
                    indent);
    if (array)
        fputs("    }\n", c->f);
}

static void emit_region_check(const struct check *c, const struct part *p)
{
    const struct type *t = p->arg->type;

    if (c->kernel) {
        fprintf(
            c->f,
            "    if (mig_k_desc_type(InP, %u) != MACH_MSG_OOL_DESCRIPTOR)\n        return MIG_TYPE_ERROR;\n",
            p->desc);
        if (!t->counted)
            fprintf(c->f,
                    "    if (mig_k_region(InP, %u, &mig_region_size) == NULL || mig_region_size != %u)\n"
                    "        return MIG_TYPE_ERROR;\n",
                    p->desc, type_size(t));
        return;
    }
    emit_type_error(c, format("%s.type != MACH_MSG_OOL_DESCRIPTOR", field(p, c->prefix)), "    ");
    if (!t->counted)
        emit_type_error(c, format("%s.size != %u", field(p, c->prefix), type_size(t)), "    ");
}

static void emit_rights_check(const struct check *c, const struct part *p)
{
    const struct type *t = p->arg->type;
    const char *place = field(p, c->prefix);
    const char *type = c->kernel ? format("mig_k_desc_type(InP, %u)", p->desc) : format("%s.type", place);
    const char *disp =
        c->kernel ? format("mig_k_right_type(InP, %u)", p->desc) : format("%s.disposition", place);
    const char *count = c->kernel ? format("mig_k_rights_count(InP, %u)", p->desc) : format("%s.count", place);
    const char *wrong = wrong_right(c, t, disp);

    emit_type_error(c,
                    format("%s != MACH_MSG_OOL_PORTS_DESCRIPTOR%s%s", type, wrong ? " || " : "",
                           wrong ? wrong : ""),
                    "    ");
    if (!t->counted)
        emit_type_error(c, format("%s != %u", count, t->number), "    ");
}

static void emit_descriptor_checks(const struct check *c)
{
    for (unsigned i = 0; i < c->plan->n_parts; i++) {
        const struct part *p = &c->plan->parts[i];

        if (p->kind == PART_RIGHT || p->kind == PART_RIGHT_ARRAY)
            emit_right_check(c, p);
        else if (p->kind == PART_REGION)
            emit_region_check(c, p);
        else if (p->kind == PART_RIGHTS)
            emit_rights_check(c, p);
    }
}

/* --- fields --- */

static void emit_varying_check(const struct check *c, const struct part *p)
{
    const struct type *t = p->arg->type;
    const char *count = count_field(c->plan, p->arg, c->prefix);

    fprintf(c->f, "    if (%s > %u)\n        return %s;\n", count, t->number, c->bad_size);
    fprintf(c->f, "    mig_length = (%s * %u + 3) & ~3u;\n", count, elem_size(t));
    fprintf(c->f, "    if (mig_length > mig_left)\n        return %s;\n    mig_left -= mig_length;\n",
            c->bad_size);
    if (!is_last_varying(c->plan, p))
        emit_shift(c->f, c->type, c->prefix, p, "mig_length");
}

static void emit_varying_checks(const struct check *c)
{
    if (c->plan->n_varying == 0)
        return;
    fprintf(c->f, "    mig_left = %s->Head.msgh_size - %s;\n", pointer_name(c->prefix, 0),
            least_size(c->plan, c->type));
    for (unsigned i = 0; i < c->plan->n_parts; i++)
        if (c->plan->parts[i].kind == PART_VARYING)
            emit_varying_check(c, &c->plan->parts[i]);
    fprintf(c->f, "    if (mig_left != 0)\n        return %s;\n", c->bad_size);
}

static void emit_counted_region_check(const struct check *c, const struct part *p)
{
    const struct type *t = p->arg->type;
    const char *count = count_field(c->plan, p->arg, c->prefix);
    const char *size = c->kernel ? "mig_region_size" : format("%s.size", field(p, c->prefix));

    if (c->kernel)
        fprintf(c->f,
                "    if (mig_k_region(InP, %u, &mig_region_size) == NULL && mig_region_size != 0)\n"
                "        return KERN_MEMORY_ERROR;\n",
                p->desc);
    emit_type_error(c, format("(uint64_t)%s * %u != %s", count, elem_size(t), size), "    ");
    if (t->number)
        emit_type_error(c, format("%s > %u", count, t->number), "    ");
}

static void emit_counted_rights_check(const struct check *c, const struct part *p)
{
    const char *count = count_field(c->plan, p->arg, c->prefix);

    if (c->kernel)
        emit_type_error(c, format("mig_k_rights_count(InP, %u) != %s", p->desc, count), "    ");
    else
        emit_type_error(c, format("%s.count != %s", field(p, c->prefix), count), "    ");
    if (p->arg->type->number)
        emit_type_error(c, format("%s > %u", count, p->arg->type->number), "    ");
}

static void emit_count_checks(const struct check *c)
{
    for (unsigned i = 0; i < c->plan->n_parts; i++) {
        const struct part *p = &c->plan->parts[i];

        if (p->arg == NULL || !p->arg->type->counted)
            continue;
        if (p->kind == PART_RIGHT_ARRAY)
            fprintf(c->f, "    if (%s > %u)\n        return %s;\n", count_field(c->plan, p->arg, c->prefix),
                    p->n, c->bad_size);
        else if (p->kind == PART_REGION)
            emit_counted_region_check(c, p);
        else if (p->kind == PART_RIGHTS)
            emit_counted_rights_check(c, p);
    }
}

/* A handler must be able to treat what it gets as a C string. A varying one of no bytes at all is taken for empty. */
static void emit_string_checks(const struct check *c)
{
    for (unsigned i = 0; i < c->plan->n_parts; i++) {
        const struct part *p = &c->plan->parts[i];
        const char *place = field(p, c->prefix);

        if (p->kind == PART_FIXED && p->arg->type->cls == CLASS_STRING)
            fprintf(c->f, "    if (memchr(%s, 0, %u) == NULL)\n        return MIG_BAD_ARGUMENTS;\n", place,
                    p->size);
        if (p->kind == PART_VARYING && p->arg->type->cls == CLASS_VSTRING)
            fprintf(c->f, "    if (%s != 0 && memchr(%s, 0, %s) == NULL)\n        return MIG_BAD_ARGUMENTS;\n",
                    count_field(c->plan, p->arg, c->prefix), place, count_field(c->plan, p->arg, c->prefix));
    }
}

static void emit_tail(const struct check *c)
{
    for (unsigned i = 1; i <= c->plan->last_position; i++)
        fprintf(c->f, "    *%sP = %s;\n", pointer_name(c->prefix, i), pointer_name(c->prefix, i));
    fputs("    return KERN_SUCCESS;\n}\n", c->f);
}

/* --- whole functions --- */

static void emit_request_shape(const struct check *c)
{
    const char *head = pointer_name(c->prefix, 0);
    const char *size = size_test(c, c->kernel ? "mig_k_size(InP)" : format("%s->Head.msgh_size", head));
    const char *complex =
        c->kernel ? "mig_k_complex(InP)" : format("(%s->Head.msgh_bits & MACH_MSGH_BITS_COMPLEX)", head);
    const char *descs = c->kernel ? "mig_k_ndesc(InP)" : format("%s->msgh_body.msgh_descriptor_count", head);

    if (c->plan->n_descs == 0)
        fprintf(c->f, "    if (%s || %s)\n", complex, size);
    else
        fprintf(c->f, "    if (!%s || %s || %s != %u)\n", complex, size, descs, c->plan->n_descs);
    fputs("        return MIG_BAD_ARGUMENTS;\n", c->f);
}

static bool has_part(const struct plan *plan, enum part_kind kind)
{
    for (unsigned i = 0; i < plan->n_parts; i++)
        if (plan->parts[i].kind == kind)
            return true;
    return false;
}

void emit_request_check(FILE *f, const struct routine *r, bool kernel)
{
    struct check c = { f,      &r->request,        format("__Request__%s_t", r->name), "In", true,
                       kernel, "MIG_BAD_ARGUMENTS" };
    const char *name = format(kernel ? "mig_check_%s" : "__MIG_check__Request__%s_t", r->name);

    if (!kernel)
        fprintf(f, "#ifndef %s__defined\n#define %s__defined\n", name, name);
    emit_head(&c, name);
    if (kernel && has_part(c.plan, PART_REGION))
        fputs("    mach_msg_size_t mig_region_size;\n", f);
    emit_request_shape(&c);
    emit_descriptor_checks(&c);
    emit_varying_checks(&c);
    emit_count_checks(&c);
    emit_string_checks(&c);
    emit_tail(&c);
    if (!kernel)
        fprintf(f, "#endif /* %s__defined */\n", name);
    fputs("\n", f);
}

/* RetCode in a 36-byte error stands where a complex reply has other things. */
static void emit_reply_shape(const struct check *c)
{
    const char *error = "((mig_reply_error_t *)Out0P)";
    const char *size = size_test(c, "Out0P->Head.msgh_size");

    fprintf(c->f,
            "    mig_code = Out0P->Head.msgh_bits & MACH_MSGH_BITS_COMPLEX || Out0P->Head.msgh_size < 36\n"
            "                   ? KERN_SUCCESS\n"
            "                   : %s->RetCode;\n",
            error);
    if (c->plan->n_descs == 0)
        fprintf(c->f, "    if ((Out0P->Head.msgh_bits & MACH_MSGH_BITS_COMPLEX) ||\n        ((%s) &&\n", size);
    else
        fprintf(c->f,
                "    if ((!(Out0P->Head.msgh_bits & MACH_MSGH_BITS_COMPLEX) || (%s) ||\n"
                "         Out0P->msgh_body.msgh_descriptor_count != %u) &&\n        (",
                size, c->plan->n_descs);
    fputs("(Out0P->Head.msgh_size != 36 || mig_code == KERN_SUCCESS)))\n        return MIG_TYPE_ERROR;\n",
          c->f);
    fputs("    if (Out0P->Head.msgh_remote_port != MACH_PORT_NULL)\n        return MIG_TYPE_ERROR;\n"
          "    if (mig_code != KERN_SUCCESS)\n        return mig_code;\n",
          c->f);
}

void emit_reply_check(FILE *f, const struct routine *r)
{
    struct check c = { f, &r->reply, format("__Reply__%s_t", r->name), "Out", false, false, "MIG_TYPE_ERROR" };
    const char *name = format("__MIG_check__Reply__%s_t", r->name);

    fprintf(f, "#ifndef %s__defined\n#define %s__defined\n", name, name);
    emit_head(&c, name);
    fputs("    kern_return_t mig_code;\n\n", f);
    fprintf(f,
            "    if (Out0P->Head.msgh_id != %d)\n"
            "        return Out0P->Head.msgh_id == MACH_NOTIFY_SEND_ONCE ? MIG_SERVER_DIED : "
            "MIG_REPLY_MISMATCH;\n",
            r->id + 100);
    emit_reply_shape(&c);
    emit_descriptor_checks(&c);
    emit_varying_checks(&c);
    emit_count_checks(&c);
    emit_tail(&c);
    fprintf(f, "#endif /* %s__defined */\n\n", name);
}
