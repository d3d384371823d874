/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/request.c - first half of a user stub: from the arguments to the request (M34 to M43)
 *
 * The request is built in place, in the order of the wire; behind each varying part the pointer is shifted by what was
 * saved, so nothing is copied twice. Every byte of the message that goes out was written here: padding included (M39).
 */
#include "emit.h"

#define IN "InUser" /* pointer_name makes InP, In1P ... of it */

const char *argument_value(const struct arg *a)
{
    return format("%s%s", a->dir == DIR_INOUT && by_pointer(a) ? "*" : "", a->name);
}

static const char *disposition(const struct arg *a)
{
    if (a->type->in_disp == DISP_CHOSEN)
        return format("%s%sPoly", a->dir == DIR_INOUT ? "*" : "", a->name);
    return disposition_name(a->type->in_disp);
}

static const char *count(const struct arg *a)
{
    return format("%s%sCnt", arg_is_out(a->counter) ? "*" : "", a->counter->name);
}

static const char *deallocate(const struct arg *a)
{
    if ((a->flags & FLAG_DEALLOC_ARG) && a->dir == DIR_IN)
        return format("%sDealloc ? TRUE : FALSE", a->name);
    return a->flags & FLAG_DEALLOC && a->dir == DIR_IN ? "TRUE" : "FALSE";
}

/* --- counts (M42.1) --- */

void emit_count_tests(const struct user_stub *s)
{
    for (unsigned i = 0; i < s->r->n_args; i++) {
        const struct arg *a = s->r->args[i];
        const struct type *t = a->type;

        if (!arg_is_in(a) || !t->counted)
            continue;
        if (t->cls == CLASS_VARYING || t->cls == CLASS_RIGHT_VARYING)
            fprintf(s->f, "    if (%s > %u)\n        return MIG_ARRAY_TOO_LARGE;\n", count(a), t->number);
        else if (t->cls == CLASS_REGION && elem_size(t) > 1)
            fprintf(s->f, "    if (%s > UINT32_MAX / %u)\n        return MIG_ARRAY_TOO_LARGE;\n", count(a),
                    elem_size(t));
    }
}

/* --- request --- */

static void build_right_array(const struct user_stub *s, const struct part *p)
{
    const struct arg *a = p->arg;
    const char *name = format("%s[mig_i]", a->name);

    if (a->type->counted)
        name = format("mig_i < %s ? %s : MACH_PORT_NULL", count(a), name);
    fprintf(s->f,
            "    for (unsigned mig_i = 0; mig_i < %u; mig_i++)\n"
            "        InP->%s[mig_i] = (mach_msg_port_descriptor_t){\n"
            "            .name = %s, .disposition = %s, .type = MACH_MSG_PORT_DESCRIPTOR};\n",
            p->n, p->field, name, disposition(a));
}

static void build_region(const struct user_stub *s, const struct part *p)
{
    const struct arg *a = p->arg;
    const char *size =
        a->type->counted ? format("%s * %u", count(a), elem_size(a->type)) : format("%u", type_size(a->type));

    fprintf(s->f,
            "    InP->%s = (mach_msg_ool_descriptor_t){\n"
            "        .address = (void *)(%s), .size = %s, .deallocate = %s,\n"
            "        .copy = %s, .type = MACH_MSG_OOL_DESCRIPTOR};\n",
            p->field, argument_value(a), size, deallocate(a),
            a->flags & FLAG_PHYSICAL_COPY ? "MACH_MSG_PHYSICAL_COPY" : "MACH_MSG_VIRTUAL_COPY");
}

static void build_rights(const struct user_stub *s, const struct part *p)
{
    const struct arg *a = p->arg;

    fprintf(s->f,
            "    InP->%s = (mach_msg_ool_ports_descriptor_t){\n"
            "        .address = (void *)(%s), .count = %s, .deallocate = %s, .copy = MACH_MSG_VIRTUAL_COPY,\n"
            "        .disposition = %s, .type = MACH_MSG_OOL_PORTS_DESCRIPTOR};\n",
            p->field, argument_value(a), a->type->counted ? count(a) : format("%u", a->type->number),
            deallocate(a), disposition(a));
}

static void build_fixed(const struct user_stub *s, const struct part *p)
{
    const char *place = field(p, IN);
    uint32_t pad = round4(p->size) - p->size;

    if (p->arg->type->cls == CLASS_SCALAR)
        fprintf(s->f, "    %s = %s;\n", place, argument_value(p->arg));
    else if (p->arg->type->cls == CLASS_STRING)
        fprintf(s->f, "    (void)mig_strncpy_zerofill((char *)%s, %s, %u);\n", place, p->arg->name, p->size);
    else
        fprintf(s->f, "    memcpy(%s, %s, %u);\n", place, p->arg->name, p->size);
    if (pad)
        fprintf(s->f, "    memset(%sPad, 0, %u);\n", place, pad);
}

static void build_native(const struct user_stub *s, const struct part *p)
{
    const struct type *t = p->arg->type;

    fprintf(s->f, "    %sWords[(sizeof(%s) + 3) / 4 - 1] = 0;\n    memcpy(&%s, %s%s, sizeof(%s));\n",
            field(p, IN), t->native, field(p, IN), t->by_value ? "&" : "", p->arg->name, t->native);
}

static void build_capacity(const struct user_stub *s, const struct part *p)
{
    const char *capacity = format("*%sCnt", p->arg->name);

    fprintf(s->f, "    %s = %s < %u ? %s : %u;\n", field(p, IN), capacity, p->arg->type->number, capacity,
            p->arg->type->number);
}

/* The bytes between what is used and the next word are part of the message. */
static void build_varying(const struct user_stub *s, const struct part *p)
{
    const struct arg *a = p->arg;
    const char *place = field(p, IN), *used = format("mig_%s_used", a->name);

    if (a->type->cls == CLASS_VARYING)
        fprintf(s->f, "    %s = %s * %u;\n", used, count(a), elem_size(a->type));
    fprintf(s->f, "    if (%s != 0)\n        memcpy(%s, %s, %s);\n", used, place, a->name, used);
    fprintf(s->f, "    mig_%s_length = (%s + 3) & ~3u;\n", a->name, used);
    if (a->type->cls == CLASS_VSTRING || elem_size(a->type) % 4 != 0)
        fprintf(s->f, "    memset((char *)%s + %s, 0, mig_%s_length - %s);\n", place, used, a->name, used);
    if (!is_last_varying(&s->r->request, p))
        emit_shift(s->f, s->in_type, IN, p, format("mig_%s_length", a->name));
}

/* A string is measured when its count is written; its zero is made by the padding or by hand. */
static void build_count(const struct user_stub *s, const struct part *p)
{
    const struct arg *a = p->arg;

    if (a->type->cls != CLASS_VSTRING) {
        fprintf(s->f, "    %s = %s;\n", field(p, IN), count(a));
        return;
    }
    fprintf(s->f, "    mig_%s_used = %s ? mig_string_length(%s, %u) : 0;\n", a->name, a->name, a->name,
            a->type->number - 1);
    fprintf(s->f, "    %s = mig_%s_used + 1;\n", field(p, IN), a->name);
}

static void build_string(const struct user_stub *s, const struct part *p)
{
    const char *name = p->arg->name, *place = field(p, IN);

    fprintf(s->f, "    mig_%s_length = (mig_%s_used + 4) & ~3u;\n", name, name);
    fprintf(s->f, "    if (mig_%s_used != 0)\n        memcpy(%s, %s, mig_%s_used);\n", name, place, name,
            name);
    fprintf(s->f, "    memset((char *)%s + mig_%s_used, 0, mig_%s_length - mig_%s_used);\n", place, name,
            name, name);
    if (!is_last_varying(&s->r->request, p))
        emit_shift(s->f, s->in_type, IN, p, format("mig_%s_length", name));
}

static void build_part(const struct user_stub *s, const struct part *p)
{
    switch (p->kind) {
    case PART_RIGHT:
        fprintf(s->f,
                "    InP->%s = (mach_msg_port_descriptor_t){\n"
                "        .name = %s, .disposition = %s, .type = MACH_MSG_PORT_DESCRIPTOR};\n",
                p->field, argument_value(p->arg), disposition(p->arg));
        break;
    case PART_RIGHT_ARRAY: build_right_array(s, p); break;
    case PART_REGION: build_region(s, p); break;
    case PART_RIGHTS: build_rights(s, p); break;
    case PART_NDR: fputs("    InP->NDR = NDR_record;\n", s->f); break;
    case PART_RETCODE: break; /* of replies only */
    case PART_FIXED: build_fixed(s, p); break;
    case PART_NATIVE: build_native(s, p); break;
    case PART_OFFSET: fprintf(s->f, "    %s = 0;\n", field(p, IN)); break;
    case PART_COUNT: build_count(s, p); break;
    case PART_CAPACITY: build_capacity(s, p); break;
    case PART_VARYING:
        if (p->arg->type->cls == CLASS_VSTRING)
            build_string(s, p);
        else
            build_varying(s, p);
        break;
    }
}

static const char *port_disposition(const struct arg *a)
{
    return a->type->in_disp == DISP_CHOSEN ? format("%sPoly", a->name) : disposition_name(a->type->in_disp);
}

/* Ports given in by the caller are its own business; all others are the thread's (M45). */
bool has_own_reply_port(const struct routine *r)
{
    return r->reply_port ? r->reply_port->dir == DIR_SREPLY_PORT && !r->simple : !r->simple;
}

static const char *local_disposition(const struct routine *r)
{
    if (r->reply_port && (r->reply_port->dir != DIR_SREPLY_PORT || !r->simple))
        return r->reply_port->type->in_disp == DISP_CHOSEN && r->reply_port->dir == DIR_SREPLY_PORT
                   ? "MACH_MSG_TYPE_MAKE_SEND_ONCE"
                   : port_disposition(r->reply_port);
    return r->simple ? "0" : "MACH_MSG_TYPE_MAKE_SEND_ONCE";
}

static const char *local_port(const struct routine *r)
{
    if (has_own_reply_port(r))
        return r->special_reply_port ? "mig_get_special_reply_port()" : "mig_get_reply_port()";
    return r->reply_port && r->reply_port->dir != DIR_SREPLY_PORT ? r->reply_port->name : "MACH_PORT_NULL";
}

void emit_request_header(const struct user_stub *s, bool complex, const char *size)
{
    const struct routine *r = s->r;

    fprintf(s->f,
            "    InP->Head = (mach_msg_header_t){\n"
            "        .msgh_bits = %sMACH_MSGH_BITS(%s, %s),\n"
            "        .msgh_size = %s,\n"
            "        .msgh_remote_port = %s,\n"
            "        .msgh_local_port = %s,\n"
            "        .msgh_id = %d};\n",
            complex ? "MACH_MSGH_BITS_COMPLEX | " : "", port_disposition(r->request_port),
            local_disposition(r), size, r->request_port->name, local_port(r), r->id);
}

static char *request_size(const struct plan *plan, const char *type)
{
    char *size = least_size(plan, type);

    for (unsigned i = 0; i < plan->n_parts; i++)
        if (plan->parts[i].kind == PART_VARYING)
            size = format("%s + mig_%s_length", size, plan->parts[i].arg->name);
    return size;
}

void emit_request(const struct user_stub *s)
{
    const struct plan *plan = &s->r->request;

    if (plan->n_descs)
        fprintf(s->f, "    InP->msgh_body.msgh_descriptor_count = %u;\n", plan->n_descs);
    for (unsigned i = 0; i < plan->n_parts; i++)
        build_part(s, &plan->parts[i]);
    emit_request_header(s, plan->n_descs != 0, request_size(plan, s->in_type));
}
