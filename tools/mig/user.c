/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/user.c - user stubs (M42 to M59)
 *
 * One function per routine: check counts, build the request in place, one mach_msg, check the reply, deliver. The
 * request is built in the order of the wire; behind each varying part the pointer is shifted by what was saved, so
 * nothing is copied twice. Every byte of the message that goes out was written here: padding included (M39).
 */
#include "emit.h"

#include <string.h>

#define IN "InUser" /* pointer_name makes InP, In1P ... of it */

struct stub {
    FILE *f;
    const struct routine *r;
    const char *in_type, *out_type;
};

static const char *value(const struct arg *a)
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

static void emit_count_tests(const struct stub *s)
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

static void build_right_array(const struct stub *s, const struct part *p)
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

static void build_region(const struct stub *s, const struct part *p)
{
    const struct arg *a = p->arg;
    const char *size =
        a->type->counted ? format("%s * %u", count(a), elem_size(a->type)) : format("%u", type_size(a->type));

    fprintf(s->f,
            "    InP->%s = (mach_msg_ool_descriptor_t){\n"
            "        .address = (void *)(%s), .size = %s, .deallocate = %s,\n"
            "        .copy = %s, .type = MACH_MSG_OOL_DESCRIPTOR};\n",
            p->field, value(a), size, deallocate(a),
            a->flags & FLAG_PHYSICAL_COPY ? "MACH_MSG_PHYSICAL_COPY" : "MACH_MSG_VIRTUAL_COPY");
}

static void build_rights(const struct stub *s, const struct part *p)
{
    const struct arg *a = p->arg;

    fprintf(s->f,
            "    InP->%s = (mach_msg_ool_ports_descriptor_t){\n"
            "        .address = (void *)(%s), .count = %s, .deallocate = %s, .copy = MACH_MSG_VIRTUAL_COPY,\n"
            "        .disposition = %s, .type = MACH_MSG_OOL_PORTS_DESCRIPTOR};\n",
            p->field, value(a), a->type->counted ? count(a) : format("%u", a->type->number), deallocate(a),
            disposition(a));
}

static void build_fixed(const struct stub *s, const struct part *p)
{
    const char *place = field(p, IN);
    uint32_t pad = round4(p->size) - p->size;

    if (p->arg->type->cls == CLASS_SCALAR)
        fprintf(s->f, "    %s = %s;\n", place, value(p->arg));
    else if (p->arg->type->cls == CLASS_STRING)
        fprintf(s->f, "    (void)mig_strncpy_zerofill((char *)%s, %s, %u);\n", place, p->arg->name, p->size);
    else
        fprintf(s->f, "    memcpy(%s, %s, %u);\n", place, p->arg->name, p->size);
    if (pad)
        fprintf(s->f, "    memset(%sPad, 0, %u);\n", place, pad);
}

static void build_capacity(const struct stub *s, const struct part *p)
{
    const char *capacity = format("*%sCnt", p->arg->name);

    fprintf(s->f, "    %s = %s < %u ? %s : %u;\n", field(p, IN), capacity, p->arg->type->number, capacity,
            p->arg->type->number);
}

/* The bytes between what is used and the next word are part of the message. */
static void build_varying(const struct stub *s, const struct part *p)
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
static void build_count(const struct stub *s, const struct part *p)
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

static void build_string(const struct stub *s, const struct part *p)
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

static void build_part(const struct stub *s, const struct part *p)
{
    switch (p->kind) {
    case PART_RIGHT:
        fprintf(s->f,
                "    InP->%s = (mach_msg_port_descriptor_t){\n"
                "        .name = %s, .disposition = %s, .type = MACH_MSG_PORT_DESCRIPTOR};\n",
                p->field, value(p->arg), disposition(p->arg));
        break;
    case PART_RIGHT_ARRAY: build_right_array(s, p); break;
    case PART_REGION: build_region(s, p); break;
    case PART_RIGHTS: build_rights(s, p); break;
    case PART_NDR: fputs("    InP->NDR = NDR_record;\n", s->f); break;
    case PART_RETCODE: break; /* of replies only */
    case PART_FIXED: build_fixed(s, p); break;
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
static bool own_reply_port(const struct routine *r)
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
    if (own_reply_port(r))
        return r->special_reply_port ? "mig_get_special_reply_port()" : "mig_get_reply_port()";
    return r->reply_port && r->reply_port->dir != DIR_SREPLY_PORT ? r->reply_port->name : "MACH_PORT_NULL";
}

static void build_header(const struct stub *s, bool complex, const char *size)
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

static char *request_size(const struct plan *plan)
{
    char *size = format("%u", plan->least);

    for (unsigned i = 0; i < plan->n_parts; i++)
        if (plan->parts[i].kind == PART_VARYING)
            size = format("%s + mig_%s_length", size, plan->parts[i].arg->name);
    return size;
}

static void build_request(const struct stub *s)
{
    const struct plan *plan = &s->r->request;

    if (plan->n_descs)
        fprintf(s->f, "    InP->msgh_body.msgh_descriptor_count = %u;\n", plan->n_descs);
    for (unsigned i = 0; i < plan->n_parts; i++)
        build_part(s, &plan->parts[i]);
    build_header(s, plan->n_descs != 0, request_size(plan));
}

/* --- mach_msg (M44) --- */

static bool has_time(const struct routine *r)
{
    return r->wait_arg || r->send_arg || r->wait_time || r->send_time;
}

/* An argument overrules a statement, and a wait time a send time. */
static const char *time_value(const struct routine *r)
{
    if (r->wait_arg)
        return r->wait_arg->name;
    if (r->send_arg)
        return r->send_arg->name;
    if (r->wait_time)
        return r->wait_time;
    return r->send_time ? r->send_time : "MACH_MSG_TIMEOUT_NONE";
}

static bool waits_for_both(const struct routine *r)
{
    return r->wait_arg || (!r->send_arg && r->wait_time);
}

static const char *message_options(const struct routine *r)
{
    const char *o = r->simple ? "MACH_SEND_MSG" : "MACH_SEND_MSG | MACH_RCV_MSG";

    if (r->option_arg)
        o = format("%s | %s", o, r->option_arg->name);
    else if (r->msg_option)
        o = format("%s | %s", o, r->msg_option);
    if (has_time(r))
        o = format("%s | MACH_SEND_TIMEOUT%s", o,
                   !r->simple && waits_for_both(r) ? " | MACH_RCV_TIMEOUT" : "");
    if (r->user_sec_token || r->user_audit_token)
        o = format("%s | MACH_RCV_TRAILER_TYPE(0) | MACH_RCV_TRAILER_ELEMENTS(%d)", o,
                   r->user_audit_token ? 3 : 2);
    if (r->special_reply_port && own_reply_port(r))
        o = format("%s | __MigSpecialReplyPortMsgOption", o);
    return o;
}

static unsigned trailer_room(const struct routine *r)
{
    return r->user_sec_token || r->user_audit_token ? 68 : 8;
}

static void emit_call(const struct stub *s)
{
    const struct routine *r = s->r;

    fprintf(s->f, "    mig_result = mach_msg(&InP->Head, %s,\n        InP->Head.msgh_size, ",
            message_options(r));
    if (r->simple)
        fprintf(s->f, "0, MACH_PORT_NULL, %s, MACH_PORT_NULL);\n", time_value(r));
    else
        fprintf(s->f, "%u, InP->Head.msgh_local_port, %s, MACH_PORT_NULL);\n",
                largest_reply(r) + trailer_room(r), time_value(r));
}

static void emit_port_after_error(const struct stub *s)
{
    const struct routine *r = s->r;

    if (own_reply_port(r))
        fprintf(s->f, "        __MachMsgError%s%s(mig_result);\n",
                has_time(r) ? "WithTimeout" : "WithoutTimeout", r->special_reply_port ? "SRP" : "");
}

/* Memory that pseudo-receive moved to a new place would be lost with the buffer (M59). */
static void emit_free_moved_regions(const struct stub *s)
{
    const struct plan *plan = &s->r->request;

    fputs("        if (mig_result == MACH_SEND_TIMED_OUT) {\n", s->f);
    for (unsigned i = 0; i < plan->n_parts; i++) {
        const struct part *p = &plan->parts[i];

        if (p->kind == PART_REGION)
            fprintf(s->f,
                    "            if (InP->%s.address != (void *)(%s))\n"
                    "                mig_deallocate((vm_address_t)InP->%s.address, InP->%s.size);\n",
                    p->field, value(p->arg), p->field, p->field);
    }
    fputs("        }\n", s->f);
}

static bool has_region(const struct plan *plan)
{
    for (unsigned i = 0; i < plan->n_parts; i++)
        if (plan->parts[i].kind == PART_REGION)
            return true;
    return false;
}

static void emit_unsent(const struct stub *s, bool has_body)
{
    const struct routine *r = s->r;

    if (r->consume == CONSUME_NONE) {
        if (has_body && has_time(r) && has_region(&r->request))
            emit_free_moved_regions(s);
        return;
    }
    if (r->consume == CONSUME_TIMEOUT && !has_time(r))
        return;
    fprintf(s->f,
            "        if (mig_result == MACH_SEND_TIMED_OUT%s) {\n"
            "            if (MACH_MSGH_BITS_LOCAL(InP->Head.msgh_bits) == MACH_MSG_TYPE_MOVE_SEND)\n"
            "                (void)mach_port_deallocate(mach_task_self(), InP->Head.msgh_local_port);\n"
            "            mach_msg_destroy(&InP->Head);\n"
            "        }\n",
            r->consume == CONSUME_ANY ? " || mig_result == MACH_SEND_INVALID_DEST" : "");
}

static void emit_error_exit(const struct stub *s, bool has_body)
{
    fputs("    if (mig_result != MACH_MSG_SUCCESS) {\n", s->f);
    emit_port_after_error(s);
    emit_unsent(s, has_body);
    fputs("        return mig_result;\n    }\n", s->f);
}

/* --- reply --- */

static void emit_reply_test(const struct stub *s)
{
    fprintf(s->f, "    mig_result = __MIG_check__Reply__%s_t(Out0P", s->r->name);
    for (unsigned i = 1; i <= s->r->reply.last_position; i++)
        fprintf(s->f, ", &Out%uP", i);
    fputs(");\n    if (mig_result != KERN_SUCCESS) {\n        mach_msg_destroy(&Out0P->Head);\n"
          "        return mig_result;\n    }\n",
          s->f);
}

static void emit_trailer_test(const struct stub *s)
{
    if (!s->r->user_sec_token && !s->r->user_audit_token)
        return;
    fprintf(
        s->f,
        "    mig_trailer = (mach_msg_max_trailer_t *)((char *)Out0P + ((Out0P->Head.msgh_size + 3) & ~3u));\n"
        "    if (mig_trailer->msgh_trailer_type != 0 || mig_trailer->msgh_trailer_size < %d) {\n"
        "        mach_msg_destroy(&Out0P->Head);\n"
        "        return MIG_TRAILER_ERROR;\n"
        "    }\n",
        s->r->user_audit_token ? 52 : 20);
}

static void deliver_right(const struct stub *s, const struct part *p)
{
    fprintf(s->f, "    *%s = Out0P->%s.name;\n", p->arg->name, p->field);
    if (p->arg->type->out_disp == DISP_CHOSEN)
        fprintf(s->f, "    *%sPoly = Out0P->%s.disposition;\n", p->arg->name, p->field);
}

/* Names beyond the caller's room are rights that nobody would ever give back (M50). */
static void deliver_counted_rights(const struct stub *s, const struct part *p)
{
    const struct arg *a = p->arg;
    const char *n = count_field(&s->r->reply, a, "Out");

    if (!arg_owns_count(a)) {
        fprintf(s->f,
                "    for (unsigned mig_i = 0; mig_i < %s; mig_i++)\n"
                "        %s[mig_i] = Out0P->%s[mig_i].name;\n",
                n, a->name, p->field);
        return;
    }
    fprintf(s->f,
            "    for (unsigned mig_i = 0; mig_i < %s; mig_i++) {\n"
            "        if (mig_i < *%sCnt)\n"
            "            %s[mig_i] = Out0P->%s[mig_i].name;\n"
            "        else if (Out0P->%s[mig_i].disposition == MACH_MSG_TYPE_PORT_RECEIVE)\n"
            "            (void)mach_port_mod_refs(mach_task_self(), Out0P->%s[mig_i].name,\n"
            "                MACH_PORT_RIGHT_RECEIVE, -1);\n"
            "        else if (MACH_PORT_VALID(Out0P->%s[mig_i].name))\n"
            "            (void)mach_port_deallocate(mach_task_self(), Out0P->%s[mig_i].name);\n"
            "    }\n",
            n, a->name, a->name, p->field, p->field, p->field, p->field, p->field);
    fprintf(s->f,
            "    mig_cut = %s > *%sCnt;\n"
            "    *%sCnt = %s;\n"
            "    if (mig_cut)\n        return MIG_ARRAY_TOO_LARGE;\n",
            n, a->name, a->name, n);
}

static void deliver_right_array(const struct stub *s, const struct part *p)
{
    if (p->arg->type->counted)
        deliver_counted_rights(s, p);
    else
        fprintf(
            s->f,
            "    for (unsigned mig_i = 0; mig_i < %u; mig_i++)\n        %s[mig_i] = Out0P->%s[mig_i].name;\n",
            p->n, p->arg->name, p->field);
}

static void deliver_address(const struct stub *s, const struct part *p)
{
    fprintf(s->f, "    *%s = (%s)(Out0P->%s.address);\n", p->arg->name, p->arg->type->user_ctype, p->field);
}

static void deliver_fixed(const struct stub *s, const struct part *p)
{
    const char *place = field(p, "Out");

    if (p->arg->type->cls == CLASS_SCALAR)
        fprintf(s->f, "    *%s = %s;\n", p->arg->name, place);
    else if (p->arg->type->cls == CLASS_STRING)
        fprintf(s->f, "    (void)mig_strncpy((char *)%s, (const char *)%s, %u);\n", p->arg->name, place,
                p->size);
    else
        fprintf(s->f, "    memcpy(%s, %s, %u);\n", p->arg->name, place, p->size);
}

static void deliver_count(const struct stub *s, const struct part *p)
{
    const struct arg *a = p->arg;

    if (a->type->cls == CLASS_REGION || a->type->cls == CLASS_RIGHTS)
        fprintf(s->f, "    *%sCnt = %s;\n", a->name, field(p, "Out"));
}

static void deliver_varying(const struct stub *s, const struct part *p)
{
    const struct arg *a = p->arg;
    const char *place = field(p, "Out"), *n = count_field(&s->r->reply, a, "Out");

    if (a->type->cls == CLASS_VSTRING) {
        fprintf(s->f, "    (void)mig_strncpy(%s, %s, %s ? (int)%s : 1);\n", a->name, place, n, n);
        return;
    }
    if (a->flags & FLAG_COUNT_IN_OUT)
        fprintf(s->f,
                "    if (%s > *%sCnt) {\n"
                "        if (*%sCnt != 0)\n"
                "            memcpy(%s, %s, *%sCnt * %u);\n"
                "        *%sCnt = %s;\n"
                "        return MIG_ARRAY_TOO_LARGE;\n"
                "    }\n",
                n, a->name, a->name, a->name, place, a->name, elem_size(a->type), a->name, n);
    fprintf(s->f, "    if (%s != 0)\n        memcpy(%s, %s, %s * %u);\n", n, a->name, place, n,
            elem_size(a->type));
    if (arg_owns_count(a))
        fprintf(s->f, "    *%sCnt = %s;\n", a->name, n);
}

static void deliver_part(const struct stub *s, const struct part *p)
{
    switch (p->kind) {
    case PART_RIGHT: deliver_right(s, p); break;
    case PART_RIGHT_ARRAY: deliver_right_array(s, p); break;
    case PART_REGION:
    case PART_RIGHTS: deliver_address(s, p); break;
    case PART_FIXED: deliver_fixed(s, p); break;
    case PART_COUNT: deliver_count(s, p); break;
    case PART_VARYING: deliver_varying(s, p); break;
    case PART_NDR:
    case PART_RETCODE:
    case PART_OFFSET:
    case PART_CAPACITY: break;
    }
}

/* In the order of the arguments: a result that is too large ends the delivery there. */
static void deliver(const struct stub *s)
{
    const struct plan *plan = &s->r->reply;

    for (unsigned i = 0; i < s->r->n_args; i++) {
        const struct arg *a = s->r->args[i];

        for (unsigned k = 0; k < plan->n_parts; k++)
            if (plan->parts[k].arg == a)
                deliver_part(s, &plan->parts[k]);
        if (a->dir == DIR_SEC_TOKEN || a->dir == DIR_USER_SEC_TOKEN)
            fprintf(s->f, "    *%s = mig_trailer->msgh_sender;\n", a->name);
        else if (a->dir == DIR_AUDIT_TOKEN || a->dir == DIR_USER_AUDIT_TOKEN)
            fprintf(s->f, "    *%s = mig_trailer->msgh_audit;\n", a->name);
    }
}

/* --- the whole stub --- */

static bool has_cut(const struct routine *r)
{
    for (unsigned i = 0; i < r->reply.n_parts; i++)
        if (r->reply.parts[i].kind == PART_RIGHT_ARRAY && arg_owns_count(r->reply.parts[i].arg))
            return true;
    return false;
}

static void declare_messages(const struct stub *s)
{
    const struct routine *r = s->r;

    fprintf(s->f, "    union {\n        %s In;\n", s->in_type);
    if (r->retcode && r->request.n_descs)
        fputs("        mig_reply_error_t Error;\n", s->f);
    if (!r->simple)
        fprintf(s->f, "        %s Out;\n        char mig_room[%u];\n", s->out_type,
                largest_reply(r) + trailer_room(r));
    fprintf(s->f, "    } Mess;\n    %s *InP = &Mess.In;\n", s->in_type);
    for (unsigned i = 1; i <= r->request.last_position; i++)
        fprintf(s->f, "    %s *In%uP;\n", s->in_type, i);
    if (!r->simple)
        fprintf(s->f, "    %s *Out0P = &Mess.Out;\n", s->out_type);
    for (unsigned i = 1; !r->simple && i <= r->reply.last_position; i++)
        fprintf(s->f, "    %s *Out%uP = NULL;\n", s->out_type, i);
}

static void declare_locals(const struct stub *s)
{
    const struct plan *plan = &s->r->request;

    fputs("    mach_msg_return_t mig_result;\n", s->f);
    for (unsigned i = 0; i < plan->n_parts; i++)
        if (plan->parts[i].kind == PART_VARYING)
            fprintf(s->f, "    mach_msg_size_t mig_%s_used, mig_%s_length;\n", plan->parts[i].arg->name,
                    plan->parts[i].arg->name);
    if (s->r->user_sec_token || s->r->user_audit_token)
        fputs("    mach_msg_max_trailer_t *mig_trailer;\n", s->f);
    if (!s->r->simple && has_cut(s->r))
        fputs("    boolean_t mig_cut;\n", s->f);
    fputs("\n", s->f);
}

/* The answer of a server that gives its result later: an error travels alone (M36). */
static void emit_retcode_form(const struct stub *s)
{
    const struct arg *a = s->r->retcode;

    if (a == NULL || s->r->request.n_descs == 0)
        return;
    fprintf(s->f,
            "    if (%s != KERN_SUCCESS) {\n        Mess.Error.NDR = NDR_record;\n"
            "        Mess.Error.RetCode = %s;\n",
            a->name, a->name);
    build_header(s, false, "36");
    emit_call(s);
    emit_error_exit(s, false);
    fputs("        return KERN_SUCCESS;\n    }\n", s->f);
}

static void emit_stub(FILE *f, const struct routine *r)
{
    struct stub s = { f, r, format("__Request__%s_t", r->name), format("__Reply__%s_t", r->name) };

    if (!r->simple)
        emit_reply_check(f, r);
    fprintf(f, "/* %s %s */\nmig_external kern_return_t %s%s", r->simple ? "SimpleRoutine" : "Routine",
            r->name, r->user_prefix, r->name);
    emit_parameters(f, r, SIDE_USER);
    fputs("\n{\n", f);
    declare_messages(&s);
    declare_locals(&s);
    emit_count_tests(&s);
    emit_retcode_form(&s);
    build_request(&s);
    emit_call(&s);
    emit_error_exit(&s, true);
    if (!r->simple) {
        emit_reply_test(&s);
        emit_trailer_test(&s);
        deliver(&s);
    }
    fputs("    return KERN_SUCCESS;\n}\n\n", f);
}

static bool needs_port_calls(const struct subsystem *ss)
{
    for (unsigned i = 0; i < ss->n_routines; i++)
        if (ss->routines[i]->consume != CONSUME_NONE || has_cut(ss->routines[i]))
            return true;
    return false;
}

static bool needs_string_length(const struct subsystem *ss)
{
    for (unsigned i = 0; i < ss->n_routines; i++)
        if (plan_has_class(&ss->routines[i]->request, CLASS_VSTRING))
            return true;
    return false;
}

static void emit_error_macro(FILE *f, const char *name, bool special)
{
    fprintf(f,
            "#ifndef %s\n"
            "#define %s(mig_code) \\\n"
            "    do { \\\n"
            "        switch (mig_code) { \\\n"
            "        case MACH_SEND_INVALID_DATA: \\\n"
            "        case MACH_SEND_INVALID_DEST: \\\n"
            "        case MACH_SEND_INVALID_HEADER: \\\n"
            "%s"
            "            break; \\\n"
            "        default: \\\n"
            "            %s(InP->Head.msgh_local_port); \\\n"
            "        } \\\n"
            "    } while (0)\n"
            "#endif /* %s */\n\n",
            name, name, special ? "" : "            mig_put_reply_port(InP->Head.msgh_local_port); \\\n",
            special ? "mig_dealloc_special_reply_port" : "mig_dealloc_reply_port", name);
}

static bool any_special(const struct subsystem *ss)
{
    for (unsigned i = 0; i < ss->n_routines; i++)
        if (ss->routines[i]->special_reply_port && !ss->routines[i]->simple)
            return true;
    return false;
}

static void emit_macros(FILE *f, const struct subsystem *ss)
{
    emit_internal_macros(f);
    emit_error_macro(f, "__MachMsgErrorWithTimeout", false);
    emit_error_macro(f, "__MachMsgErrorWithoutTimeout", false);
    if (!any_special(ss))
        return;
    fputs("#include <mach/mach_sync_ipc.h>\n\n"
          "#ifndef __MigSpecialReplyPortMsgOption\n"
          "#define __MigSpecialReplyPortMsgOption \\\n"
          "    (MACH_SEND_SYNC_OVERRIDE | MACH_SEND_SYNC_USE_THRPRI | MACH_RCV_SYNC_WAIT)\n"
          "#endif /* __MigSpecialReplyPortMsgOption */\n\n",
          f);
    emit_error_macro(f, "__MachMsgErrorWithTimeoutSRP", true);
    emit_error_macro(f, "__MachMsgErrorWithoutTimeoutSRP", true);
}

void write_user(FILE *f, const struct subsystem *ss, const char *header)
{
    emit_title(f, ss, "User stubs");
    if (header)
        emit_c_includes(f, ss, true, header);
    else
        emit_user_declarations(f, ss, true);
    fputs("extern void mach_msg_destroy(mach_msg_header_t *);\n\n", f);
    if (needs_port_calls(ss))
        fputs("#include <mach/mach_init.h>\n#include <mach/mach_port.h>\n\n", f);
    if (ss->rcsid)
        fprintf(f, "__attribute__((__unused__)) static const char %s_user_rcsid[] = %s;\n\n", ss->name,
                ss->rcsid);
    emit_macros(f, ss);
    emit_size_checks(f, ss);
    emit_string_length(f, needs_string_length(ss));
    for (unsigned i = 0; i < ss->n_routines; i++)
        emit_stub(f, ss->routines[i]);
}
