/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/user.c - user stubs (M42 to M61)
 *
 * One function per routine: check counts, build the request (request.c), one mach_msg (or two: -R), check the reply,
 * deliver (deliver.c).
 */
#include "emit.h"

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

/* What the call does: send, receive or both. */
static const char *message_options(const struct routine *r, bool sends, bool receives)
{
    const char *o = sends && receives ? "MACH_SEND_MSG | MACH_RCV_MSG"
                    : sends           ? "MACH_SEND_MSG"
                                      : "MACH_RCV_MSG";

    if (r->option_arg)
        o = format("%s | %s", o, r->option_arg->name);
    else if (r->msg_option)
        o = format("%s | %s", o, r->msg_option);
    if (sends && has_time(r))
        o = format("%s | MACH_SEND_TIMEOUT", o);
    if (receives && waits_for_both(r))
        o = format("%s | MACH_RCV_TIMEOUT", o);
    if (receives && (r->user_sec_token || r->user_audit_token))
        o = format("%s | MACH_RCV_TRAILER_TYPE(0) | MACH_RCV_TRAILER_ELEMENTS(%d)", o,
                   r->user_audit_token ? 3 : 2);
    if (r->special_reply_port && has_own_reply_port(r))
        o = format("%s | __MigSpecialReplyPortMsgOption", o);
    return o;
}

static unsigned trailer_room(const struct routine *r)
{
    return r->user_sec_token || r->user_audit_token ? 68 : 8;
}

static void emit_voucher(const struct user_stub *s)
{
    if (!s->ss->options->no_vouchers)
        fputs("#ifdef USING_VOUCHERS\n"
              "    if (voucher_mach_msg_set != NULL)\n"
              "        voucher_mach_msg_set(&InP->Head);\n"
              "#endif /* USING_VOUCHERS */\n",
              s->f);
}

static bool makes_two_calls(const struct user_stub *s)
{
    return s->ss->options->two_calls && !s->r->simple;
}

static void emit_call(const struct user_stub *s)
{
    const struct routine *r = s->r;
    bool receives = !r->simple && !makes_two_calls(s);

    emit_voucher(s);
    emit_hook(s->f, r, "Before", "Send");
    fprintf(s->f, "    mig_result = mach_msg(&InP->Head, %s,\n        InP->Head.msgh_size, ",
            message_options(r, true, receives));
    if (receives)
        fprintf(s->f, "%s + %u, InP->Head.msgh_local_port, %s, MACH_PORT_NULL);\n", largest_reply_size(r),
                trailer_room(r), time_value(r));
    else
        fprintf(s->f, "0, MACH_PORT_NULL, %s, MACH_PORT_NULL);\n", time_value(r));
    if (!makes_two_calls(s))
        emit_hook(s->f, r, "After", "Send");
}

static void emit_port_after_error(const struct user_stub *s)
{
    const struct routine *r = s->r;

    if (has_own_reply_port(r))
        fprintf(s->f, "        __MachMsgError%s%s(mig_result);\n",
                has_time(r) ? "WithTimeout" : "WithoutTimeout", r->special_reply_port ? "SRP" : "");
}

/* Memory that pseudo-receive moved to a new place would be lost with the buffer (M59). */
static void emit_free_moved_regions(const struct user_stub *s)
{
    const struct plan *plan = &s->r->request;

    fputs("        if (mig_result == MACH_SEND_TIMED_OUT) {\n", s->f);
    for (unsigned i = 0; i < plan->n_parts; i++) {
        const struct part *p = &plan->parts[i];

        if (p->kind == PART_REGION)
            fprintf(s->f,
                    "            if (InP->%s.address != (void *)(%s))\n"
                    "                mig_deallocate((vm_address_t)InP->%s.address, InP->%s.size);\n",
                    p->field, argument_value(p->arg), p->field, p->field);
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

static void emit_unsent(const struct user_stub *s, bool has_body)
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

static void emit_error_exit(const struct user_stub *s, bool has_body)
{
    fputs("    if (mig_result != MACH_MSG_SUCCESS) {\n", s->f);
    if (!makes_two_calls(s))
        emit_port_after_error(s);
    emit_unsent(s, has_body);
    fputs("        return mig_result;\n    }\n", s->f);
}

/* The second of two calls: what was sent stays sent, and only a wait time bounds it (M60). */
static void emit_receive(const struct user_stub *s)
{
    const struct routine *r = s->r;

    if (!makes_two_calls(s))
        return;
    fprintf(s->f,
            "    mig_result = mach_msg(&InP->Head, %s,\n        0, %s + %u, InP->Head.msgh_local_port, %s, "
            "MACH_PORT_NULL);\n",
            message_options(r, false, true), largest_reply_size(r), trailer_room(r),
            waits_for_both(r) ? time_value(r) : "MACH_MSG_TIMEOUT_NONE");
    emit_hook(s->f, r, "After", "Send");
    fputs("    if (mig_result != MACH_MSG_SUCCESS) {\n", s->f);
    emit_port_after_error(s);
    fputs("        return mig_result;\n    }\n", s->f);
}

/* --- the whole stub --- */

static bool has_cut(const struct routine *r)
{
    for (unsigned i = 0; i < r->reply.n_parts; i++)
        if (r->reply.parts[i].kind == PART_RIGHT_ARRAY && arg_owns_count(r->reply.parts[i].arg))
            return true;
    return false;
}

static bool is_large(const struct subsystem *ss, const struct routine *r)
{
    if (ss->max_on_stack != UINT32_MAX && (r->request.has_native || r->reply.has_native))
        return true; /* who knows */
    return r->request.most > ss->max_on_stack || (!r->simple && largest_reply(r) > ss->max_on_stack);
}

/* One buffer for request and reply: on the stack, or freed by the compiler wherever the function ends (M61). */
static void declare_messages(const struct user_stub *s)
{
    const struct routine *r = s->r;
    bool large = is_large(s->ss, r);

    fprintf(s->f, "    union %s{\n        %s In;\n", large ? "mig_message " : "", s->in_type);
    if (r->retcode && r->request.n_descs)
        fputs("        mig_reply_error_t Error;\n", s->f);
    if (!r->simple)
        fprintf(s->f, "        %s Out;\n        char mig_room[%s + %u];\n", s->out_type,
                largest_reply_size(r), trailer_room(r));
    if (large)
        fprintf(s->f,
                "    };\n"
                "    struct mig_heap mig_heap __attribute__((__cleanup__(mig_heap_free))) =\n"
                "        {mig_user_allocate(sizeof(union mig_message)), sizeof(union mig_message)};\n"
                "    %s *InP = (%s *)(void *)mig_heap.data;\n",
                s->in_type, s->in_type);
    else
        fprintf(s->f, "    } Mess;\n    %s *InP = &Mess.In;\n", s->in_type);
    for (unsigned i = 1; i <= r->request.last_position; i++)
        fprintf(s->f, "    %s *In%uP;\n", s->in_type, i);
    if (!r->simple)
        fprintf(s->f, "    %s *Out0P = (%s *)(void *)InP;\n", s->out_type, s->out_type);
    for (unsigned i = 1; !r->simple && i <= r->reply.last_position; i++)
        fprintf(s->f, "    %s *Out%uP = NULL;\n", s->out_type, i);
}

static void declare_locals(const struct user_stub *s)
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
    emit_hook(s->f, s->r, "Declare", "Send");
    if (is_large(s->ss, s->r))
        fputs("    if (mig_heap.data == NULL)\n        return KERN_RESOURCE_SHORTAGE;\n", s->f);
}

/* The answer of a server that gives its result later: an error travels alone (M36). */
static void emit_retcode_form(const struct user_stub *s)
{
    const struct arg *a = s->r->retcode;

    if (a == NULL || s->r->request.n_descs == 0)
        return;
    fprintf(s->f,
            "    if (%s != KERN_SUCCESS) {\n"
            "        mig_reply_error_t *mig_error = (mig_reply_error_t *)(void *)InP;\n\n"
            "        mig_error->NDR = NDR_record;\n        mig_error->RetCode = %s;\n",
            a->name, a->name);
    emit_request_header(s, false, "36");
    emit_call(s);
    emit_error_exit(s, false);
    fputs("        return KERN_SUCCESS;\n    }\n", s->f);
}

static void emit_stub(FILE *f, const struct subsystem *ss, const struct routine *r)
{
    struct user_stub s = { f, r, ss, format("__Request__%s_t", r->name), format("__Reply__%s_t", r->name) };

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
    emit_request(&s);
    emit_call(&s);
    emit_error_exit(&s, true);
    emit_receive(&s);
    if (!r->simple) {
        emit_reply_test(&s);
        emit_trailer_test(&s);
        emit_delivery(&s);
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

static void emit_heap(FILE *f, const struct subsystem *ss)
{
    for (unsigned i = 0; i < ss->n_routines; i++)
        if (is_large(ss, ss->routines[i])) {
            fputs("struct mig_heap {\n    char *data;\n    vm_size_t size;\n};\n\n"
                  "mig_internal void mig_heap_free(struct mig_heap *mig_heap)\n"
                  "{\n"
                  "    if (mig_heap->data != NULL)\n"
                  "        mig_user_deallocate(mig_heap->data, mig_heap->size);\n"
                  "}\n\n",
                  f);
            return;
        }
}

static void emit_voucher_support(FILE *f, const struct subsystem *ss)
{
    if (!ss->options->no_vouchers)
        fputs("#ifdef __has_include\n"
              "#if __has_include(<mach/mig_voucher_support.h>)\n"
              "#include <mach/mig_voucher_support.h>\n"
              "#endif\n"
              "#endif /* __has_include */\n\n",
              f);
}

/* ss: the routines of this file, of those of the whole */
static void emit_top(FILE *f, const struct subsystem *whole, const struct subsystem *ss, const char *header)
{
    emit_title(f, ss, "User stubs");
    if (header)
        emit_c_includes(f, ss, true, header);
    else
        emit_user_declarations(f, whole, true);
    fputs("extern void mach_msg_destroy(mach_msg_header_t *);\n\n", f);
    if (needs_port_calls(ss))
        fputs("#include <mach/mach_init.h>\n#include <mach/mach_port.h>\n\n", f);
    emit_voucher_support(f, ss);
    if (ss->rcsid)
        fprintf(f, "__attribute__((__unused__)) static const char %s_user_rcsid[] = %s;\n\n", ss->name,
                ss->rcsid);
    emit_macros(f, ss);
    emit_hook_macros(f, "Send");
    emit_size_checks(f, ss);
    emit_string_length(f, needs_string_length(ss));
    emit_heap(f, ss);
}

void write_user(FILE *f, const struct subsystem *ss, const char *header)
{
    emit_top(f, ss, ss, header);
    for (unsigned i = 0; i < ss->n_routines; i++)
        emit_stub(f, ss, ss->routines[i]);
}

void write_user_routine(FILE *f, const struct subsystem *ss, const char *header, struct routine *r)
{
    struct subsystem part = *ss;

    part.routines = &r;
    part.n_routines = 1;
    emit_top(f, ss, &part, header);
    emit_stub(f, &part, r);
}
