/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/unpack.c - first half of a server stub: from the checked request to the handler's arguments (M68, M69, M74)
 *
 * Each argument gets a local `arg_x` (and arg_xCnt, arg_xPoly where they exist), unless the message itself can be
 * handed out: plain words, and arrays whose elements need no more than the message's alignment of 4. The kernel has
 * ports and memory behind its own small interface (mig_kernel.h); all else is the same on both sides.
 */
#include "emit.h"

#include <string.h>

bool needs_buffer(const struct arg *a)
{
    enum type_class cls = a->type->cls;

    return a->type->wide && (cls == CLASS_ARRAY || cls == CLASS_VARYING);
}

static const struct part *part_of(const struct plan *plan, const struct arg *a, enum part_kind kind)
{
    for (unsigned i = 0; i < plan->n_parts; i++)
        if (plan->parts[i].arg == a && plan->parts[i].kind == kind)
            return &plan->parts[i];
    return NULL;
}

static const struct part *descriptor_of(const struct plan *plan, const struct arg *a)
{
    for (unsigned i = 0; i < plan->n_parts; i++)
        if (plan->parts[i].arg == a && plan->parts[i].kind <= PART_RIGHTS)
            return &plan->parts[i];
    return NULL;
}

static const struct part *data_of(const struct plan *plan, const struct arg *a)
{
    const struct part *p = part_of(plan, a, PART_FIXED);

    return p ? p : part_of(plan, a, PART_VARYING);
}

const char *room(const struct server_stub *s, const struct arg *a)
{
    if (needs_buffer(a))
        return format("arg_%s", a->name);
    return format("%s->%s", pointer_name(s->out, 0), a->name);
}

/* --- incoming values --- */

static const char *translated(const struct arg *a, const char *value)
{
    return a->type->intran ? format("%s(%s)", a->type->intran, value) : value;
}

static const char *right_type(const struct server_stub *s, const struct arg *a)
{
    if (a->type->intran)
        return handler_type(a->type);
    return s->kernel ? "struct port *" : handler_type(a->type);
}

static const char *incoming_right(const struct server_stub *s, const struct part *p)
{
    return s->kernel ? format("mig_k_right(InP, %u)", p->desc) : format("In0P->%s.name", p->field);
}

static const char *incoming_disposition(const struct server_stub *s, const struct part *p)
{
    return s->kernel ? format("mig_k_right_type(InP, %u)", p->desc) : format("In0P->%s.disposition", p->field);
}

static void unpack_right(const struct server_stub *s, const struct arg *a)
{
    const struct part *p = descriptor_of(&s->r->request, a);

    fprintf(s->f, "    %s = %s;\n", declaration(right_type(s, a), "", format("arg_%s", a->name)),
            translated(a, incoming_right(s, p)));
    if (has_poly(a, s->kernel ? SIDE_KERNEL : SIDE_SERVER))
        fprintf(s->f, "    mach_msg_type_name_t arg_%sPoly = %s;\n", a->name, incoming_disposition(s, p));
}

static void unpack_right_array(const struct server_stub *s, const struct arg *a)
{
    const struct part *p = descriptor_of(&s->r->request, a);

    fprintf(s->f, "    %sarg_%s[%u];\n", s->kernel ? "struct port *" : "mach_port_t ", a->name, p->n);
    fprintf(s->f, "    for (unsigned mig_i = 0; mig_i < %u; mig_i++)\n        arg_%s[mig_i] = ", p->n,
            a->name);
    if (s->kernel)
        fprintf(s->f, "mig_k_right(InP, %u + mig_i);\n", p->desc);
    else
        fprintf(s->f, "In0P->%s[mig_i].name;\n", p->field);
}

static void unpack_region(const struct server_stub *s, const struct arg *a)
{
    const struct part *p = descriptor_of(&s->r->request, a);

    if (!s->kernel) {
        fprintf(s->f, "    %s = (%s)(In0P->%s.address);\n",
                declaration(handler_type(a->type), "", format("arg_%s", a->name)), handler_type(a->type),
                p->field);
    } else if (p->kind == PART_RIGHTS) {
        fprintf(s->f, "    struct port **arg_%s = mig_k_rights(InP, %u);\n", a->name, p->desc);
    } else {
        fprintf(s->f,
                "    mach_msg_size_t arg_%sSize;\n    void *arg_%s = mig_k_region(InP, %u, &arg_%sSize);\n",
                a->name, a->name, p->desc, a->name);
    }
}

/* A copy where the message's alignment does not do, or where the handler changes what it got. */
static void unpack_data(const struct server_stub *s, const struct arg *a)
{
    const struct part *p = data_of(&s->r->request, a);
    const char *place = field(p, "In");

    if (a->type->cls == CLASS_SCALAR) {
        if (a->dir == DIR_INOUT || a->type->intran || a->type->destructor)
            fprintf(s->f, "    %s = %s;\n", declaration(handler_type(a->type), "", format("arg_%s", a->name)),
                    translated(a, place));
        return;
    }
    if (needs_buffer(a) && a->type->cls == CLASS_VARYING)
        fprintf(s->f, "    %s[%u];\n    memcpy(arg_%s, %s, %s * %u);\n",
                declaration(a->type->elem->server_ctype, "", format("arg_%s", a->name)), a->type->number,
                a->name, place, count_field(&s->r->request, a, "In"), elem_size(a->type));
    else if (needs_buffer(a))
        fprintf(s->f, "    %s;\n    memcpy(arg_%s, %s, %u);\n",
                declaration(a->type->server_ctype, "", format("arg_%s", a->name)), a->name, place, p->size);
    else if (a->dir == DIR_INOUT)
        fprintf(s->f, "    memcpy(%s, %s, %u);\n", room(s, a), place, p->size);
}

/* Whatever its alignment is, the message's is 4. */
static void unpack_native(const struct server_stub *s, const struct arg *a)
{
    fprintf(s->f, "    %s;\n    memcpy(&arg_%s, &%s, sizeof(%s));\n",
            declaration(a->type->native, "", format("arg_%s", a->name)), a->name,
            field(part_of(&s->r->request, a, PART_NATIVE), "In"), a->type->native);
}

static void unpack_in(const struct server_stub *s, const struct arg *a)
{
    switch (a->type->cls) {
    case CLASS_RIGHT: unpack_right(s, a); break;
    case CLASS_RIGHT_ARRAY:
    case CLASS_RIGHT_VARYING: unpack_right_array(s, a); break;
    case CLASS_REGION:
    case CLASS_RIGHTS: unpack_region(s, a); break;
    case CLASS_SCALAR:
    case CLASS_ARRAY:
    case CLASS_VARYING:
    case CLASS_STRING:
    case CLASS_VSTRING:
        if (!(a == s->r->retcode && s->r->request.n_descs))
            unpack_data(s, a);
        break;
    case CLASS_NATIVE: unpack_native(s, a); break;
    case CLASS_BAD: break;
    }
    if (a->dir == DIR_INOUT && arg_owns_count(a))
        fprintf(s->f, "    mach_msg_type_number_t arg_%sCnt = %s;\n", a->name,
                count_field(&s->r->request, a, "In"));
}

/* --- room for results --- */

static void prepare_right(const struct server_stub *s, const struct arg *a)
{
    const struct type *t = a->type;
    enum side side = s->kernel ? SIDE_KERNEL : SIDE_SERVER;
    const char *ctype = s->kernel && !t->outtran ? "struct port *" : handler_type(t);

    fprintf(s->f, "    %s = 0;\n", declaration(ctype, "", format("arg_%s", a->name)));
    if (has_poly(a, side))
        fprintf(s->f, "    mach_msg_type_name_t arg_%sPoly = MACH_MSG_TYPE_PORT_NONE;\n", a->name);
}

static void prepare_data(const struct server_stub *s, const struct arg *a)
{
    const struct type *t = a->type;
    const char *name = format("arg_%s", a->name);

    if (t->cls == CLASS_SCALAR)
        fprintf(s->f, "    %s = {0};\n", declaration(handler_type(t), "", name));
    else if (needs_buffer(a) && t->cls == CLASS_VARYING)
        fprintf(s->f, "    %s[%u];\n", declaration(t->elem->server_ctype, "", name), t->number);
    else if (needs_buffer(a))
        fprintf(s->f, "    %s = {0};\n", declaration(t->server_ctype, "", name));
    else if (t->cls == CLASS_STRING || t->cls == CLASS_VSTRING)
        fprintf(s->f, "    %s[0] = 0;\n", room(s, a));
}

/* The caller's room travels in the request and is believed only up to the maximum (M69). */
static void prepare_count(const struct server_stub *s, const struct arg *a)
{
    const struct part *capacity = part_of(&s->r->request, a, PART_CAPACITY);
    bool inline_count = a->type->cls == CLASS_VARYING || a->type->cls == CLASS_RIGHT_VARYING;

    if (!inline_count) {
        fprintf(s->f, "    mach_msg_type_number_t arg_%sCnt = 0;\n", a->name);
        return;
    }
    if (capacity)
        fprintf(s->f, "    const mach_msg_type_number_t arg_%sMax = %s < %u ? %s : %u;\n", a->name,
                field(capacity, "In"), a->type->number, field(capacity, "In"), a->type->number);
    else
        fprintf(s->f, "    const mach_msg_type_number_t arg_%sMax = %u;\n", a->name, a->type->number);
    fprintf(s->f, "    mach_msg_type_number_t arg_%sCnt = arg_%sMax;\n", a->name, a->name);
}

static void prepare_out(const struct server_stub *s, const struct arg *a)
{
    const struct type *t = a->type;

    switch (t->cls) {
    case CLASS_RIGHT: prepare_right(s, a); break;
    case CLASS_RIGHT_ARRAY:
    case CLASS_RIGHT_VARYING:
        fprintf(s->f, "    %sarg_%s[%u] = {0};\n", s->kernel ? "struct port *" : "mach_port_t ", a->name,
                t->number);
        break;
    case CLASS_REGION:
        fprintf(s->f, "    %s = 0;\n",
                declaration(s->kernel ? "void *" : handler_type(t), "", format("arg_%s", a->name)));
        break;
    case CLASS_RIGHTS:
        fprintf(s->f, "    %s = 0;\n",
                declaration(s->kernel ? "struct port **" : handler_type(t), "", format("arg_%s", a->name)));
        break;
    case CLASS_SCALAR:
    case CLASS_ARRAY:
    case CLASS_VARYING:
    case CLASS_STRING:
    case CLASS_VSTRING: prepare_data(s, a); break;
    case CLASS_NATIVE:
        fprintf(s->f, "    %s;\n    memset(&arg_%s, 0, sizeof(arg_%s));\n",
                declaration(t->native, "", format("arg_%s", a->name)), a->name, a->name);
        break;
    case CLASS_BAD: break;
    }
    if (arg_owns_count(a))
        prepare_count(s, a);
}

static void unpack_request_port(const struct server_stub *s, const struct arg *a)
{
    const char *port = s->kernel ? "mig_k_dest(InP)" : "In0P->Head.msgh_local_port";

    if (s->kernel || a->type->intran || a->type->destructor)
        fprintf(s->f, "    %s = %s;\n", declaration(right_type(s, a), "", format("arg_%s", a->name)),
                translated(a, port));
}

static bool out_with_dealloc(const struct arg *a)
{
    return arg_is_out(a) && (a->flags & FLAG_DEALLOC_ARG);
}

void emit_unpack(const struct server_stub *s)
{
    if (plan_has_class(&s->r->request, CLASS_VSTRING))
        fputs("    char mig_empty[1] = {0};\n", s->f);
    for (unsigned i = 0; i < s->r->n_args; i++) {
        const struct arg *a = s->r->args[i];

        if (a->dir == DIR_OUT)
            prepare_out(s, a);
        if (out_with_dealloc(a))
            fprintf(s->f, "    boolean_t arg_%sDealloc = %s;\n", a->name, "FALSE");
    }
    for (unsigned i = 0; i < s->r->n_args; i++) {
        const struct arg *a = s->r->args[i];

        if (a->dir == DIR_REQUEST_PORT)
            unpack_request_port(s, a);
        else if (arg_is_in(a))
            unpack_in(s, a);
    }
}

/* --- the call --- */

static const char *data_argument(const struct server_stub *s, const struct arg *a)
{
    const struct part *p = data_of(&s->r->request, a);

    if (a == s->r->retcode && s->r->request.n_descs)
        return "KERN_SUCCESS";
    if (a->type->cls == CLASS_SCALAR)
        return a->dir == DIR_IN && !a->type->intran && !a->type->destructor ? field(p, "In")
                                                                            : format("arg_%s", a->name);
    if (needs_buffer(a))
        return format("arg_%s", a->name);
    if (a->type->cls == CLASS_VSTRING && a->dir == DIR_IN) /* no bytes: no place for a zero either */
        return format("%s ? %s : mig_empty", count_field(&s->r->request, a, "In"), field(p, "In"));
    return arg_is_out(a) ? room(s, a) : field(p, "In");
}

static const char *body_argument(const struct server_stub *s, const struct arg *a)
{
    const char *value = type_is_inline(a->type) ? data_argument(s, a) : format("arg_%s", a->name);
    const char *star = arg_is_out(a) ? "&" : "";

    value = format("%s%s", by_pointer(a) || (a->type->cls == CLASS_NATIVE && !a->type->by_value) ? "&" : "",
                   value);
    if (has_poly(a, s->kernel ? SIDE_KERNEL : SIDE_SERVER))
        value = format("%s, %sarg_%sPoly", value, star, a->name);
    if (arg_owns_count(a))
        value = arg_is_out(a) ? format("%s, &arg_%sCnt", value, a->name)
                              : format("%s, %s", value, count_field(&s->r->request, a, "In"));
    return out_with_dealloc(a) ? format("%s, &arg_%sDealloc", value, a->name) : value;
}

static const char *request_port_argument(const struct server_stub *s, const struct arg *a)
{
    bool local = s->kernel || a->type->intran || a->type->destructor;
    const char *value = local ? format("arg_%s", a->name) : "In0P->Head.msgh_local_port";

    if (a->type->out_disp != DISP_CHOSEN)
        return value;
    return format("%s, MACH_MSGH_BITS_LOCAL(In0P->Head.msgh_bits)", value);
}

static const char *reply_port_argument(const struct arg *a)
{
    if (a->type->out_disp != DISP_CHOSEN)
        return "In0P->Head.msgh_remote_port";
    return "In0P->Head.msgh_remote_port, MACH_MSGH_BITS_REMOTE(In0P->Head.msgh_bits)";
}

static const char *port_or_token_argument(const struct server_stub *s, const struct arg *a)
{
    switch (a->dir) {
    case DIR_REQUEST_PORT: return request_port_argument(s, a);
    case DIR_REPLY_PORT:
    case DIR_SREPLY_PORT: return reply_port_argument(a);
    case DIR_SEQNO: return "mig_trailer->msgh_seqno";
    case DIR_SEC_TOKEN: return "&mig_trailer->msgh_sender";
    case DIR_SERVER_SEC_TOKEN: return "mig_trailer->msgh_sender";
    case DIR_AUDIT_TOKEN: return "&mig_trailer->msgh_audit";
    case DIR_SERVER_AUDIT_TOKEN: return "mig_trailer->msgh_audit";
    case DIR_SERVER_CONTEXT: return "mig_trailer->msgh_context";
    case DIR_NONE:
    case DIR_IN:
    case DIR_OUT:
    case DIR_INOUT:
    case DIR_UREPLY_PORT:
    case DIR_WAIT_TIME:
    case DIR_SEND_TIME:
    case DIR_MSG_OPTION:
    case DIR_USER_SEC_TOKEN:
    case DIR_USER_AUDIT_TOKEN: break;
    }
    return "";
}

static char *join(char *list, const char *item)
{
    return *list ? format("%s, %s", list, item) : xstrdup(item);
}

char *handler_arguments(const struct server_stub *s)
{
    char *list = xstrdup("");

    for (unsigned i = 0; i < s->r->n_args; i++) {
        const struct arg *a = s->r->args[i];

        if (has_parameter(a, s->kernel ? SIDE_KERNEL : SIDE_SERVER))
            list = join(list,
                        arg_is_in(a) || arg_is_out(a) ? body_argument(s, a) : port_or_token_argument(s, a));
    }
    return list;
}

static const char *nothing(const struct arg *a)
{
    bool native = a->type->cls == CLASS_NATIVE && a->type->by_value;
    const char *value = native                         ? format("(%s){0}", a->type->native)
                        : a->type->cls == CLASS_SCALAR ? format("(%s){0}", handler_type(a->type))
                                                       : "0";

    if (has_poly(a, SIDE_SERVER))
        value = format("%s, MACH_MSG_TYPE_PORT_NONE", value);
    return arg_owns_count(a) ? format("%s, 0", value) : value;
}

char *handler_no_arguments(const struct server_stub *s)
{
    char *list = xstrdup("");

    for (unsigned i = 0; i < s->r->n_args; i++) {
        const struct arg *a = s->r->args[i];

        if (!has_parameter(a, SIDE_SERVER))
            continue;
        if (a == s->r->retcode)
            list = join(list, "((mig_reply_error_t *)InHeadP)->RetCode");
        else
            list = join(list, arg_is_in(a) ? nothing(a) : port_or_token_argument(s, a));
    }
    return list;
}
