/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/repack.c - second half of a server stub: from the handler's results to the reply (M70)
 *
 * Handlers write arrays where the struct has them, as if every varying field were full. Here the fields move together,
 * in the order of the wire: a destination never lies behind its source, and what is written never reaches a source
 * that is still needed.
 */
#include "emit.h"

#include <string.h>

static const char *out_disposition(const struct server_stub *s, const struct type *t, const char *name)
{
    int disp = s->kernel ? t->out_disp : t->in_disp;

    return disp == DISP_CHOSEN ? format("arg_%sPoly", name) : disposition_name(disp);
}

static const char *result(const struct arg *a)
{
    const char *name = format("arg_%s", a->name);

    return a->type->outtran ? format("%s(%s)", a->type->outtran, name) : name;
}

static const char *deallocate(const struct arg *a)
{
    if (a->flags & FLAG_DEALLOC_ARG)
        return format("arg_%sDealloc ? TRUE : FALSE", a->name);
    return a->flags & FLAG_DEALLOC ? "TRUE" : "FALSE";
}

static const char *count_of(const struct arg *a)
{
    return format("arg_%sCnt", a->counter->name);
}

static void pack_right(const struct server_stub *s, const struct part *p)
{
    const char *disp = out_disposition(s, p->arg->type, p->arg->name);

    if (s->kernel)
        fprintf(s->f, "    mig_k_reply_right(OutP, %u, %s, %s);\n", p->desc, result(p->arg), disp);
    fprintf(s->f,
            "    %s = (mach_msg_port_descriptor_t){\n"
            "        .name = %s, .disposition = %s, .type = MACH_MSG_PORT_DESCRIPTOR};\n",
            field(p, s->out), s->kernel ? "MACH_PORT_NULL" : result(p->arg), disp);
}

static void pack_right_array(const struct server_stub *s, const struct part *p)
{
    const struct arg *a = p->arg;
    const char *disp = out_disposition(s, a->type, a->name);
    const char *null = s->kernel ? "NULL" : "MACH_PORT_NULL";
    const char *name = a->type->counted ? format("mig_i < %s ? arg_%s[mig_i] : %s", count_of(a), a->name, null)
                                        : format("arg_%s[mig_i]", a->name);

    fprintf(s->f, "    for (unsigned mig_i = 0; mig_i < %u; mig_i++) {\n", p->n);
    if (s->kernel)
        fprintf(s->f, "        mig_k_reply_right(OutP, %u + mig_i, %s, %s);\n", p->desc, name, disp);
    fprintf(s->f,
            "        %s[mig_i] = (mach_msg_port_descriptor_t){\n"
            "            .name = %s, .disposition = %s, .type = MACH_MSG_PORT_DESCRIPTOR};\n    }\n",
            field(p, s->out), s->kernel ? "MACH_PORT_NULL" : name, disp);
}

static void pack_region(const struct server_stub *s, const struct part *p)
{
    const struct arg *a = p->arg;
    const char *size = a->type->counted ? format("%s * %u", count_of(a), elem_size(a->type))
                                        : format("%u", type_size(a->type));

    if (s->kernel)
        fprintf(s->f, "    mig_k_reply_region(OutP, %u, arg_%s, %s);\n", p->desc, a->name, size);
    fprintf(s->f,
            "    %s = (mach_msg_ool_descriptor_t){\n"
            "        .address = %s, .size = %s, .deallocate = %s,\n"
            "        .copy = %s, .type = MACH_MSG_OOL_DESCRIPTOR};\n",
            field(p, s->out), s->kernel ? "NULL" : format("(void *)(arg_%s)", a->name), size,
            s->kernel ? "FALSE" : deallocate(a),
            a->flags & FLAG_PHYSICAL_COPY ? "MACH_MSG_PHYSICAL_COPY" : "MACH_MSG_VIRTUAL_COPY");
}

static void pack_rights(const struct server_stub *s, const struct part *p)
{
    const struct arg *a = p->arg;
    const char *disp = out_disposition(s, a->type, a->name);
    const char *count = a->type->counted ? count_of(a) : format("%u", a->type->number);

    if (s->kernel)
        fprintf(s->f, "    mig_k_reply_rights(OutP, %u, arg_%s, %s, %s);\n", p->desc, a->name, count, disp);
    fprintf(s->f,
            "    %s = (mach_msg_ool_ports_descriptor_t){\n"
            "        .address = %s, .count = %s, .deallocate = %s, .copy = MACH_MSG_VIRTUAL_COPY,\n"
            "        .disposition = %s, .type = MACH_MSG_OOL_PORTS_DESCRIPTOR};\n",
            field(p, s->out), s->kernel ? "NULL" : format("(void *)(arg_%s)", a->name), count,
            s->kernel ? "FALSE" : deallocate(a), disp);
}

static void clear_pad(const struct server_stub *s, const struct part *p)
{
    uint32_t pad = round4(p->size) - p->size;

    if (pad)
        fprintf(s->f, "    memset(%sPad, 0, %u);\n", field(p, s->out), pad);
}

static void pack_fixed(const struct server_stub *s, const struct part *p)
{
    const struct arg *a = p->arg;
    const char *place = field(p, s->out);

    if (a->type->cls == CLASS_SCALAR)
        fprintf(s->f, "    %s = %s;\n", place, result(a));
    else if (p->position > 0 || needs_buffer(a))
        fprintf(s->f, "    memmove(%s, %s, %u);\n", place, room(s, a), p->size);
    if (a->type->cls == CLASS_STRING) /* what stands behind the string is nobody's business */
        fprintf(s->f,
                "    mig_used = mig_string_length((const char *)%s, %u);\n"
                "    memset((char *)%s + mig_used, 0, %u - mig_used);\n",
                place, p->size - 1, place, p->size);
    clear_pad(s, p);
}

static void pack_count(const struct server_stub *s, const struct part *p)
{
    const struct arg *a = p->arg;

    if (a->type->cls == CLASS_VSTRING)
        fprintf(s->f, "    mig_used = mig_string_length(%s, %u) + 1;\n    %s = mig_used;\n", room(s, a),
                a->type->number - 1, field(p, s->out));
    else
        fprintf(s->f, "    %s = %s;\n", field(p, s->out), count_of(a));
}

static void pack_varying(const struct server_stub *s, const struct part *p)
{
    const struct arg *a = p->arg;
    const char *place = field(p, s->out);
    bool string = a->type->cls == CLASS_VSTRING;

    if (!string)
        fprintf(s->f, "    mig_used = %s * %u;\n", count_of(a), elem_size(a->type));
    if (p->position > 0 || needs_buffer(a))
        fprintf(s->f, "    memmove(%s, %s, mig_used);\n", place, room(s, a));
    fputs("    mig_length = (mig_used + 3) & ~3u;\n    mig_size += mig_length;\n", s->f);
    if (string)
        fprintf(s->f, "    memset((char *)%s + mig_used - 1, 0, mig_length - mig_used + 1);\n", place);
    else if (elem_size(a->type) % 4 != 0)
        fprintf(s->f, "    memset((char *)%s + mig_used, 0, mig_length - mig_used);\n", place);
    if (!is_last_varying(&s->r->reply, p))
        emit_shift(s->f, s->out_type, s->out, p, "mig_length");
}

static void pack_part(const struct server_stub *s, const struct part *p)
{
    switch (p->kind) {
    case PART_RIGHT: pack_right(s, p); break;
    case PART_RIGHT_ARRAY: pack_right_array(s, p); break;
    case PART_REGION: pack_region(s, p); break;
    case PART_RIGHTS: pack_rights(s, p); break;
    case PART_NDR:
        fprintf(s->f, "    %s = %s;\n", field(p, s->out), s->kernel ? "mig_ndr" : "NDR_record");
        break;
    case PART_RETCODE:
        if (s->kernel)
            fprintf(s->f, "    %s = KERN_SUCCESS;\n", field(p, s->out));
        break;
    case PART_FIXED: pack_fixed(s, p); break;
    case PART_OFFSET: fprintf(s->f, "    %s = 0;\n", field(p, s->out)); break;
    case PART_COUNT: pack_count(s, p); break;
    case PART_VARYING: pack_varying(s, p); break;
    case PART_NATIVE:
        fprintf(s->f, "    %sWords[(sizeof(%s) + 3) / 4 - 1] = 0;\n    memcpy(&%s, &arg_%s, sizeof(%s));\n",
                field(p, s->out), p->arg->type->native, field(p, s->out), p->arg->name, p->arg->type->native);
        break;
    case PART_CAPACITY: break; /* of requests only */
    }
}

static void emit_size(const struct server_stub *s)
{
    const struct plan *plan = &s->r->reply;
    const char *size = plan->n_varying ? "mig_size" : most_size(plan, s->out_type);

    if (plan->n_descs)
        fprintf(s->f, "    %s->msgh_body.msgh_descriptor_count = %u;\n", pointer_name(s->out, 0),
                plan->n_descs);
    if (s->kernel)
        fprintf(s->f, "    mig_reply_head(InP, &Out0P->Head, %s, %s, %d);\n",
                plan->n_descs ? "TRUE" : "FALSE", size, s->r->id + 100);
    else if (plan->n_descs)
        fprintf(s->f, "    OutP->Head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;\n    OutP->Head.msgh_size = %s;\n",
                size);
    else
        fprintf(s->f, "    OutP->Head.msgh_size = %s;\n", size);
}

void emit_repack(const struct server_stub *s)
{
    const struct plan *plan = &s->r->reply;

    if (plan->n_varying)
        fprintf(s->f, "    mach_msg_size_t mig_used, mig_length, mig_size = %s;\n",
                least_size(plan, s->out_type));
    else if (plan_has_class(plan, CLASS_STRING))
        fputs("    mach_msg_size_t mig_used;\n", s->f);
    for (unsigned i = 1; i <= plan->last_position; i++)
        fprintf(s->f, "    %s *%s;\n", s->out_type, pointer_name(s->out, i));
    for (unsigned i = 0; i < plan->n_parts; i++)
        pack_part(s, &plan->parts[i]);
    emit_size(s);
}
