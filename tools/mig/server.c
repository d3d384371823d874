/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/server.c - server stubs and what finds them (M62 to M77, M82)
 *
 * A stub checks the request, unpacks it (unpack.c), calls the handler, gives back what was lent to it, and packs the
 * reply (repack.c). Servers in user space are found by the demultiplexer and get two message buffers; those of the
 * kernel are found in a table by the dispatcher and get the request and the reply as opaque objects.
 */
#include "emit.h"

static void emit_fail(const struct server_stub *s, const char *indent, const char *code)
{
    if (s->kernel)
        fprintf(s->f, "%smig_fail(InP, OutP, %d, %s);\n%sreturn;\n", indent, s->r->id + 100, code, indent);
    else
        fprintf(s->f, "%smig_fail(OutHeadP, %s);\n%sreturn;\n", indent, code, indent);
}

static void emit_stub_head(const struct server_stub *s)
{
    fprintf(s->f, "/* %s %s */\n", s->r->simple ? "SimpleRoutine" : "Routine", s->r->name);
    if (s->kernel)
        fprintf(s->f,
                "static void _X%s(struct message *InP, struct kreply *OutP)\n{\n"
                "    %s *In0P = (%s *)(uintptr_t)mig_k_bytes(InP);\n"
                "    %s *Out0P = (%s *)(void *)mig_k_reply(OutP);\n",
                s->r->name, s->in_type, s->in_type, s->out_type, s->out_type);
    else
        fprintf(s->f,
                "static void _X%s(mach_msg_header_t *InHeadP, mach_msg_header_t *OutHeadP)\n{\n"
                "    %s *In0P = (%s *)(void *)InHeadP;\n"
                "    %s *OutP = (%s *)(void *)OutHeadP;\n",
                s->r->name, s->in_type, s->in_type, s->out_type, s->out_type);
    for (unsigned i = 1; i <= s->r->request.last_position; i++)
        fprintf(s->f, "    %s *In%uP;\n", s->in_type, i);
    fputs("    kern_return_t RetCode;\n", s->f);
    if (s->r->server_trailer)
        fputs("    mach_msg_max_trailer_t *mig_trailer;\n", s->f);
    fputs("\n", s->f);
}

static void emit_check_call(const struct server_stub *s)
{
    if (s->kernel)
        fprintf(s->f, "    RetCode = mig_check_%s(InP, In0P", s->r->name);
    else
        fprintf(s->f, "    RetCode = __MIG_check__Request__%s_t(In0P", s->r->name);
    for (unsigned i = 1; i <= s->r->request.last_position; i++)
        fprintf(s->f, ", &In%uP", i);
    fputs(");\n    if (RetCode != KERN_SUCCESS) {\n", s->f);
    emit_fail(s, "        ", "RetCode");
    fputs("    }\n", s->f);
}

/* --- trailer (M67) --- */

static int trailer_need(const struct routine *r)
{
    int need = 0;

    for (unsigned i = 0; i < r->n_args; i++) {
        enum direction dir = r->args[i]->dir;
        int n = dir == DIR_SEQNO                                          ? 12
                : dir == DIR_SEC_TOKEN || dir == DIR_SERVER_SEC_TOKEN     ? 20
                : dir == DIR_AUDIT_TOKEN || dir == DIR_SERVER_AUDIT_TOKEN ? 52
                : dir == DIR_SERVER_CONTEXT                               ? 60
                                                                          : 0;

        need = n > need ? n : need;
    }
    return need;
}

static void emit_trailer(const struct server_stub *s)
{
    if (!s->r->server_trailer)
        return;
    fprintf(
        s->f,
        "    mig_trailer = (mach_msg_max_trailer_t *)((char *)InHeadP + ((InHeadP->msgh_size + 3) & ~3u));\n"
        "    if (mig_trailer->msgh_trailer_type != 0 || mig_trailer->msgh_trailer_size < %d) {\n",
        trailer_need(s->r));
    emit_fail(s, "        ", "MIG_TRAILER_ERROR");
    fputs("    }\n", s->f);
}

/* --- after the handler (M69, M72, M82) --- */

static const char *code_of(const struct server_stub *s)
{
    return !s->kernel && s->r->reply.n_descs == 0 ? "OutP->RetCode" : "RetCode";
}

static void emit_give_back(const struct server_stub *s, const struct arg *a)
{
    const struct type *t = a->type;
    bool lent = arg_is_in(a) && !s->kernel && (t->loaned || (a->flags & FLAG_AUTO));

    if (lent && t->cls == CLASS_REGION)
        fprintf(s->f,
                "    mig_deallocate((vm_address_t)In0P->%s.address, In0P->%s.size);\n"
                "    In0P->%s.address = NULL;\n    In0P->%s.size = 0;\n",
                a->name, a->name, a->name, a->name);
    if (lent && t->cls == CLASS_RIGHTS) /* after a failure the loop destroys names and memory together */
        fprintf(s->f,
                "    if (%s == KERN_SUCCESS || %s == MIG_NO_REPLY) {\n"
                "        mig_deallocate((vm_address_t)In0P->%s.address, In0P->%s.count * 4);\n"
                "        In0P->%s.address = NULL;\n        In0P->%s.count = 0;\n    }\n",
                code_of(s), code_of(s), a->name, a->name, a->name, a->name);
    if (t->destructor && (a->dir == DIR_IN || a->dir == DIR_REQUEST_PORT))
        fprintf(s->f, "    %s(arg_%s);\n", t->destructor, a->name);
}

static void emit_count_limits(const struct server_stub *s)
{
    for (unsigned i = 0; i < s->r->n_args; i++) {
        const struct arg *a = s->r->args[i];
        bool bounded = a->type->cls == CLASS_VARYING || a->type->cls == CLASS_RIGHT_VARYING;
        bool head = arg_owns_count(a);

        if (!arg_is_out(a) || !bounded || (!head && a->type->number >= a->counter->type->number))
            continue;
        fprintf(s->f, "    if (arg_%sCnt > %s) {\n", a->counter->name,
                head && a->dir == DIR_OUT ? format("arg_%sMax", a->name) : format("%u", a->type->number));
        emit_fail(s, "        ", "MIG_ARRAY_TOO_LARGE");
        fputs("    }\n", s->f);
    }
}

/* The handler saw only the object: nobody else gives up the right that named it. */
static void emit_release_sends(const struct server_stub *s)
{
    for (unsigned i = 0; s->kernel && i < s->r->request.n_parts; i++) {
        const struct part *p = &s->r->request.parts[i];

        if (p->kind == PART_RIGHT && p->arg->dir == DIR_IN && p->arg->type->intran &&
            p->arg->type->out_disp == 17)
            fprintf(s->f, "    mig_k_release_send(InP, %u);\n", p->desc);
    }
}

static void emit_call(const struct server_stub *s)
{
    fprintf(s->f, "    %s = %s%s(%s);\n", code_of(s), s->r->server_prefix, s->r->name, handler_arguments(s));
}

static void emit_after_call(const struct server_stub *s)
{
    for (unsigned i = s->r->n_args; i-- > 0;)
        emit_give_back(s, s->r->args[i]);
    if (s->r->simple && !s->kernel) {
        fputs("    OutP->NDR = NDR_record;\n", s->f);
        return;
    }
    fprintf(s->f, "    if (%s != KERN_SUCCESS) {\n", code_of(s));
    emit_fail(s, "        ", code_of(s));
    fputs("    }\n", s->f);
    emit_count_limits(s);
    emit_release_sends(s);
    emit_repack(s);
}

/* An error that came alone, for a routine whose success has descriptors (M76). */
static void emit_retcode_form(const struct server_stub *s)
{
    if (s->r->retcode == NULL || s->r->request.n_descs == 0 || s->kernel)
        return;
    fprintf(s->f,
            "    if (!(InHeadP->msgh_bits & MACH_MSGH_BITS_COMPLEX) && InHeadP->msgh_size == 36) {\n"
            "        OutP->NDR = NDR_record;\n"
            "        OutP->RetCode = %s%s(%s);\n",
            s->r->server_prefix, s->r->name, handler_no_arguments(s));
    emit_hook(s->f, s->r, "After", "Rcv");
    fputs("        return;\n    }\n", s->f);
}

/* A simpleroutine has nobody to answer to, unless the reply right is one of its arguments (M75). */
static void emit_simple_head(const struct server_stub *s)
{
    if (s->r->simple && !s->kernel && s->r->reply_port == NULL)
        fputs("    OutHeadP->msgh_remote_port = MACH_PORT_NULL;\n", s->f);
}

static void emit_stub(FILE *f, const struct subsystem *ss, const struct routine *r)
{
    struct server_stub s = { f,
                             r,
                             ss->kernel_server,
                             ss->kernel_server ? "Out" : "OutServer",
                             format("__Request__%s_t", r->name),
                             format("__Reply__%s_t", r->name) };

    emit_request_check(f, r, s.kernel);
    emit_stub_head(&s);
    emit_hook(f, r, "Declare", "Rcv");
    emit_hook(f, r, "Before", "Rcv");
    emit_simple_head(&s);
    if (r->retcode && r->request.n_descs)
        emit_trailer(&s);
    emit_retcode_form(&s);
    emit_check_call(&s);
    if (!(r->retcode && r->request.n_descs))
        emit_trailer(&s);
    emit_unpack(&s);
    emit_call(&s);
    emit_after_call(&s);
    emit_hook(f, r, "After", "Rcv");
    fputs("}\n\n", f);
}

/* --- tables --- */

/* argc of the descriptor: a wide scalar counts once for each of its words (M63). */
static unsigned count_arguments(const struct routine *r)
{
    unsigned n = 0;

    for (unsigned i = 0; i < r->n_args; i++) {
        const struct arg *a = r->args[i];
        bool wide = a->type->cls == CLASS_SCALAR && !by_pointer(a) && a->type->unit >= 32;

        if (!has_parameter(a, SIDE_SERVER))
            continue;
        n += wide ? (unsigned)(a->type->bits / 32) : 1;
        n += has_poly(a, SIDE_SERVER) + arg_owns_count(a) + ((a->flags & FLAG_DEALLOC_ARG) && arg_is_out(a));
    }
    return n;
}

static const struct routine *routine_number(const struct subsystem *ss, unsigned number)
{
    for (unsigned i = 0; i < ss->n_routines; i++)
        if (ss->routines[i]->number == (int)number)
            return ss->routines[i];
    return NULL;
}

static void emit_user_space_table(FILE *f, const struct subsystem *ss)
{
    const char *tag = format("%s%s_subsystem", ss->server_prefix, ss->name);

    fprintf(f, "/* Description of this subsystem, for use in direct RPC */\nconst struct %s %s = {\n", tag,
            tag);
    fprintf(f, "    %s_routine,\n    %u,\n    %u,\n", demux_name(ss), ss->base, ss->base + ss->n_numbers);
    if (ss->n_routines)
        fprintf(f, "    (mach_msg_size_t)sizeof(union __ReplyUnion__%s),\n", tag);
    else
        fputs("    36,\n", f);
    fputs("    (vm_address_t)0,\n    {\n", f);
    for (unsigned i = 0; i < ss->n_numbers; i++) {
        const struct routine *r = routine_number(ss, i);

        if (r)
            fprintf(f,
                    "        {(mig_impl_routine_t)0, (mig_stub_routine_t)_X%s, %u, 0,\n"
                    "         (routine_arg_descriptor_t)0, (mach_msg_size_t)sizeof(__Reply__%s_t)},\n",
                    r->name, count_arguments(r), r->name);
        else
            fputs("        {0, 0, 0, 0, 0, 0},\n", f);
    }
    if (ss->n_numbers == 0)
        fputs("        {0, 0, 0, 0, 0, 0},\n", f);
    fputs("    }\n};\n\n", f);
}

static void emit_demux(FILE *f, const struct subsystem *ss)
{
    const char *table = format("%s%s_subsystem", ss->server_prefix, ss->name);

    fprintf(f,
            "mig_external boolean_t %s(mach_msg_header_t *InHeadP, mach_msg_header_t *OutHeadP)\n"
            "{\n"
            "    mig_routine_t mig_stub = %s_routine(InHeadP);\n\n"
            "    *OutHeadP = (mach_msg_header_t){\n"
            "        .msgh_bits = MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(InHeadP->msgh_bits), 0),\n"
            "        .msgh_size = (mach_msg_size_t)sizeof(mig_reply_error_t),\n"
            "        .msgh_remote_port = InHeadP->msgh_remote_port,\n"
            "        .msgh_id = (mach_msg_id_t)((uint32_t)InHeadP->msgh_id + 100)};\n"
            "    if (mig_stub == 0) {\n"
            "        mig_fail(OutHeadP, MIG_BAD_ID);\n"
            "        return FALSE;\n"
            "    }\n"
            "    (*mig_stub)(InHeadP, OutHeadP);\n"
            "    return TRUE;\n"
            "}\n\n",
            demux_name(ss), demux_name(ss));
    fprintf(f,
            "mig_external mig_routine_t %s_routine(mach_msg_header_t *InHeadP)\n"
            "{\n"
            "    if (InHeadP->msgh_id < %u || InHeadP->msgh_id >= %u)\n"
            "        return 0;\n"
            "    return %s.routine[InHeadP->msgh_id - %u].stub_routine;\n"
            "}\n",
            demux_name(ss), ss->base, ss->base + ss->n_numbers, table, ss->base);
}

static void emit_kernel_table(FILE *f, const struct subsystem *ss)
{
    unsigned most = 36;

    fputs("static const struct mig_k_routine mig_routines[] = {\n", f);
    for (unsigned i = 0; i < ss->n_numbers; i++) {
        const struct routine *r = routine_number(ss, i);

        if (r)
            fprintf(f, "    {\"%s\", _X%s, %u},\n", r->name, r->name, largest_reply(r));
        else
            fputs("    {0, 0, 0},\n", f);
        if (r && largest_reply(r) > most)
            most = largest_reply(r);
    }
    if (ss->n_numbers == 0)
        fputs("    {0, 0, 0},\n", f);
    fprintf(f,
            "};\n\nconst struct mig_k_subsystem %s%s_subsystem = {\n"
            "    .name = \"%s\", .start = %u, .end = %u, .maxsize = %u, .routine = mig_routines};\n",
            ss->server_prefix, ss->name, ss->name, ss->base, ss->base + ss->n_numbers, most);
}

static void emit_symbols(FILE *f, const struct subsystem *ss)
{
    fprintf(f, "\nmig_symtab_t _%sSymTab[] = {\n", ss->name);
    for (unsigned i = 0; i < ss->n_numbers; i++) {
        const struct routine *r = routine_number(ss, i);

        if (r)
            fprintf(f, "    {\"%s\", %d, (void (*)(void))_X%s},\n", r->name, r->id, r->name);
        else
            fputs("    {\"\", 0, 0},\n", f);
    }
    if (ss->n_numbers == 0)
        fputs("    {\"\", 0, 0},\n", f);
    fprintf(f, "};\nint _%sSymTabBase = %u;\nint _%sSymTabEnd = %u;\n", ss->name, ss->base, ss->name,
            ss->base + ss->n_numbers);
}

static void emit_kernel_helpers(FILE *f)
{
    fputs("static const NDR_record_t mig_ndr = {.int_rep = NDR_INT_LITTLE_ENDIAN};\n\n"
          "/* The reply goes where the request's local fields say, which the kernel holds: here are only the "
          "bits. */\n"
          "mig_internal void mig_reply_head(struct message *InP, mach_msg_header_t *mig_head, boolean_t "
          "mig_complex,\n"
          "    mach_msg_size_t mig_size, mach_msg_id_t mig_id)\n"
          "{\n"
          "    mach_msg_bits_t mig_bits = ((const mach_msg_header_t *)(const void "
          "*)mig_k_bytes(InP))->msgh_bits;\n\n"
          "    *mig_head = (mach_msg_header_t){\n"
          "        .msgh_bits = (mig_complex ? MACH_MSGH_BITS_COMPLEX : 0) |\n"
          "                     MACH_MSGH_BITS(MACH_MSGH_BITS_LOCAL(mig_bits), 0),\n"
          "        .msgh_size = mig_size,\n"
          "        .msgh_id = mig_id};\n"
          "}\n\n"
          "mig_internal void mig_fail(struct message *InP, struct kreply *OutP, mach_msg_id_t mig_id,\n"
          "    kern_return_t mig_code)\n"
          "{\n"
          "    mig_reply_error_t *mig_error = (mig_reply_error_t *)(void *)mig_k_reply(OutP);\n\n"
          "    mig_reply_head(InP, &mig_error->Head, FALSE, sizeof(*mig_error), mig_id);\n"
          "    mig_error->NDR = mig_ndr;\n"
          "    mig_error->RetCode = mig_code;\n"
          "}\n\n",
          f);
}

static void emit_user_space_helpers(FILE *f)
{
    fputs("mig_internal void mig_fail(mach_msg_header_t *OutHeadP, kern_return_t mig_code)\n"
          "{\n"
          "    mig_reply_error_t *mig_error = (mig_reply_error_t *)(void *)OutHeadP;\n\n"
          "    mig_error->NDR = NDR_record;\n"
          "    mig_error->RetCode = mig_code;\n"
          "}\n\n",
          f);
}

static bool needs_string_length(const struct subsystem *ss)
{
    for (unsigned i = 0; i < ss->n_routines; i++) {
        const struct plan *reply = &ss->routines[i]->reply;

        if (!ss->routines[i]->simple &&
            (plan_has_class(reply, CLASS_STRING) || plan_has_class(reply, CLASS_VSTRING)))
            return true;
    }
    return false;
}

void write_server(FILE *f, const struct subsystem *ss, const char *header)
{
    emit_title(f, ss, "Server stubs");
    if (header)
        emit_c_includes(f, ss, false, header);
    else
        emit_server_declarations(f, ss, true);
    if (ss->rcsid)
        fprintf(f, "__attribute__((__unused__)) static const char %s_server_rcsid[] = %s;\n\n", ss->name,
                ss->rcsid);
    emit_internal_macros(f);
    emit_hook_macros(f, "Rcv");
    emit_size_checks(f, ss);
    if (ss->kernel_server)
        emit_kernel_helpers(f);
    else
        emit_user_space_helpers(f);
    emit_string_length(f, needs_string_length(ss));
    for (unsigned i = 0; i < ss->n_routines; i++)
        emit_stub(f, ss, ss->routines[i]);
    if (ss->kernel_server) {
        emit_kernel_table(f, ss);
    } else {
        emit_user_space_table(f, ss);
        emit_demux(f, ss);
    }
    if (ss->options->symbols)
        emit_symbols(f, ss);
}
