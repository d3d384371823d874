/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/deliver.c - second half of a user stub: from the reply to the caller's results (M46 to M50) */
#include "emit.h"

void emit_reply_test(const struct user_stub *s)
{
    fprintf(s->f, "    mig_result = __MIG_check__Reply__%s_t(Out0P", s->r->name);
    for (unsigned i = 1; i <= s->r->reply.last_position; i++)
        fprintf(s->f, ", &Out%uP", i);
    fputs(");\n    if (mig_result != KERN_SUCCESS) {\n        mach_msg_destroy(&Out0P->Head);\n"
          "        return mig_result;\n    }\n",
          s->f);
}

void emit_trailer_test(const struct user_stub *s)
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

static void deliver_right(const struct user_stub *s, const struct part *p)
{
    fprintf(s->f, "    *%s = Out0P->%s.name;\n", p->arg->name, p->field);
    if (p->arg->type->out_disp == DISP_CHOSEN)
        fprintf(s->f, "    *%sPoly = Out0P->%s.disposition;\n", p->arg->name, p->field);
}

/* Names beyond the caller's room are rights that nobody would ever give back (M50). */
static void deliver_counted_rights(const struct user_stub *s, const struct part *p)
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

static void deliver_right_array(const struct user_stub *s, const struct part *p)
{
    if (p->arg->type->counted)
        deliver_counted_rights(s, p);
    else
        fprintf(
            s->f,
            "    for (unsigned mig_i = 0; mig_i < %u; mig_i++)\n        %s[mig_i] = Out0P->%s[mig_i].name;\n",
            p->n, p->arg->name, p->field);
}

static void deliver_address(const struct user_stub *s, const struct part *p)
{
    fprintf(s->f, "    *%s = (%s)(Out0P->%s.address);\n", p->arg->name, p->arg->type->user_ctype, p->field);
}

static void deliver_fixed(const struct user_stub *s, const struct part *p)
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

static void deliver_count(const struct user_stub *s, const struct part *p)
{
    const struct arg *a = p->arg;

    if (a->type->cls == CLASS_REGION || a->type->cls == CLASS_RIGHTS)
        fprintf(s->f, "    *%sCnt = %s;\n", a->name, field(p, "Out"));
}

static void deliver_varying(const struct user_stub *s, const struct part *p)
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

static void deliver_part(const struct user_stub *s, const struct part *p)
{
    switch (p->kind) {
    case PART_RIGHT: deliver_right(s, p); break;
    case PART_RIGHT_ARRAY: deliver_right_array(s, p); break;
    case PART_REGION:
    case PART_RIGHTS: deliver_address(s, p); break;
    case PART_FIXED: deliver_fixed(s, p); break;
    case PART_COUNT: deliver_count(s, p); break;
    case PART_VARYING: deliver_varying(s, p); break;
    case PART_NATIVE:
        fprintf(s->f, "    memcpy(%s, &%s, sizeof(%s));\n", p->arg->name, field(p, "Out"),
                p->arg->type->native);
        break;
    case PART_NDR:
    case PART_RETCODE:
    case PART_OFFSET:
    case PART_CAPACITY: break;
    }
}

/* In the order of the arguments: a result that is too large ends the delivery there. */
void emit_delivery(const struct user_stub *s)
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
