/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/header.c - user and server headers (M84 to M87) */
#include "emit.h"

#include <ctype.h>

static void emit_all_includes(FILE *f)
{
    fputs("#include <string.h>\n"
          "#include <mach/ndr.h>\n"
          "#include <mach/boolean.h>\n"
          "#include <mach/kern_return.h>\n"
          "#include <mach/notify.h>\n"
          "#include <mach/mach_types.h>\n"
          "#include <mach/message.h>\n"
          "#include <mach/mig_errors.h>\n"
          "#include <mach/port.h>\n\n",
          f);
}

static void emit_few_includes(FILE *f, bool user)
{
    fprintf(f, "#include <mach/kern_return.h>\n#include <mach/port.h>\n%s\n",
            user ? "" : "#include <mach/mig_errors.h>\n");
}

enum place_of_imports { IN_HEADER = 1, IN_C = 2 };

/* Where each kind of import goes (M19); a C file without a header is both. */
static bool is_imported(enum import_kind kind, bool user, unsigned where)
{
    switch (kind) {
    case IMPORT_BOTH: return true;
    case IMPORT_USER: return user;
    case IMPORT_SERVER: return !user;
    case IMPORT_IMPL: return where & IN_C;
    case IMPORT_DEFS: return where & IN_HEADER;
    }
    return false;
}

static void emit_imports(FILE *f, const struct subsystem *ss, bool user, unsigned where)
{
    for (unsigned i = 0; i < ss->n_imports; i++)
        if (is_imported(ss->imports[i].kind, user, where))
            fprintf(f, "#include %s\n", ss->imports[i].file);
    fputs("\n", f);
}

static void emit_header_includes(FILE *f, const struct subsystem *ss, bool user, bool in_c)
{
    if (ss->options->split && !in_c)
        emit_few_includes(f, user);
    else
        emit_all_includes(f);
    if (!user && ss->kernel_server)
        fputs("#include <mig_kernel.h>\n\n", f);
}

void emit_c_includes(FILE *f, const struct subsystem *ss, bool user, const char *header)
{
    if (ss->options->split) {
        emit_all_includes(f);
        emit_imports(f, ss, user, IN_C);
    }
    fprintf(f, "#include \"%s\"\n\n", header);
}

static void emit_message_count(FILE *f, const struct subsystem *ss)
{
    fprintf(f, "#ifndef %s_MSG_COUNT\n#define %s_MSG_COUNT %u\n#endif /* %s_MSG_COUNT */\n\n", ss->name,
            ss->name, ss->n_numbers, ss->name);
}

static void emit_text_macro(FILE *f, const char *macro)
{
    fprintf(f, "#ifdef %s\n%s\n#endif /* %s */\n\n", macro, macro, macro);
}

static void emit_prototype(FILE *f, const struct routine *r, enum side side)
{
    fprintf(f, "/* %s %s */\n", r->simple ? "SimpleRoutine" : "Routine", r->name);
    fputs("#ifdef mig_external\nmig_external\n#else\nextern\n#endif /* mig_external */\n", f);
    if (side != SIDE_USER)
        fputs("MIG_SERVER_ROUTINE\n", f);
    fprintf(f, "kern_return_t %s%s", side == SIDE_USER ? r->user_prefix : r->server_prefix, r->name);
    emit_parameters(f, r, side);
    fputs(";\n\n", f);
}

static void emit_name_table(FILE *f, const struct subsystem *ss)
{
    fprintf(f, "#ifndef subsystem_to_name_map_%s\n#define subsystem_to_name_map_%s", ss->name, ss->name);
    for (unsigned i = 0; i < ss->n_routines; i++)
        fprintf(f, "%s \\\n    { \"%s\", %d }", i ? "," : "", ss->routines[i]->name, ss->routines[i]->id);
    fprintf(f, "\n#endif /* subsystem_to_name_map_%s */\n\n", ss->name);
}

void emit_user_declarations(FILE *f, const struct subsystem *ss, bool in_c)
{
    emit_header_includes(f, ss, true, in_c);
    emit_message_count(f, ss);
    emit_imports(f, ss, true, in_c ? IN_HEADER | IN_C : IN_HEADER);
    emit_text_macro(f, "__BeforeMigUserHeader");
    fputs("#ifdef __cplusplus\nextern \"C\" {\n#endif /* __cplusplus */\n\n", f);
    for (unsigned i = 0; i < ss->n_routines; i++)
        emit_prototype(f, ss->routines[i], SIDE_USER);
    fputs("#ifdef __cplusplus\n}\n#endif /* __cplusplus */\n\n", f);
    emit_structs(f, ss, true);
    emit_unions(f, ss, true, true);
    emit_structs(f, ss, false);
    emit_unions(f, ss, false, true);
    emit_name_table(f, ss);
    emit_text_macro(f, "__AfterMigUserHeader");
}

void write_user_header(FILE *f, const struct subsystem *ss)
{
    emit_title(f, ss, "User header");
    fprintf(f, "#ifndef _%s_user_\n#define _%s_user_\n\n", ss->name, ss->name);
    emit_user_declarations(f, ss, false);
    fprintf(f, "#endif /* _%s_user_ */\n", ss->name);
}

/* Programs cast it to mig_subsystem_t and index it: layout and order are fixed (M63). */
static void emit_subsystem_struct(FILE *f, const struct subsystem *ss)
{
    const char *tag = format("%s%s_subsystem", ss->server_prefix, ss->name);

    fprintf(f,
            "extern boolean_t %s(mach_msg_header_t *InHeadP, mach_msg_header_t *OutHeadP);\n\n"
            "extern mig_routine_t %s_routine(mach_msg_header_t *InHeadP);\n\n",
            demux_name(ss), demux_name(ss));
    fprintf(f,
            "/* Description of this subsystem, for use in direct RPC */\n"
            "extern const struct %s {\n"
            "    mig_server_routine_t server; /* server routine */\n"
            "    mach_msg_id_t start;         /* first routine number */\n"
            "    mach_msg_id_t end;           /* last routine number + 1 */\n"
            "    unsigned int maxsize;        /* largest reply */\n"
            "    vm_address_t reserved;\n"
            "    struct routine_descriptor routine[%u];\n"
            "} %s;\n\n",
            tag, ss->n_numbers ? ss->n_numbers : 1, tag);
}

static void emit_kernel_subsystem(FILE *f, const struct subsystem *ss)
{
    fprintf(f,
            "/* Description of this subsystem for the kernel's dispatcher */\n"
            "extern const struct mig_k_subsystem %s%s_subsystem;\n\n",
            ss->server_prefix, ss->name);
}

void emit_server_declarations(FILE *f, const struct subsystem *ss, bool in_c)
{
    emit_header_includes(f, ss, false, in_c);
    emit_message_count(f, ss);
    emit_imports(f, ss, false, in_c ? IN_HEADER | IN_C : IN_HEADER);
    emit_text_macro(f, "__BeforeMigServerHeader");
    fputs("#ifndef MIG_SERVER_ROUTINE\n#define MIG_SERVER_ROUTINE\n#endif\n\n", f);
    for (unsigned i = 0; i < ss->n_routines; i++)
        emit_prototype(f, ss->routines[i], server_side(ss));
    if (ss->kernel_server)
        emit_kernel_subsystem(f, ss);
    else
        emit_subsystem_struct(f, ss);
    emit_structs(f, ss, true);
    emit_unions(f, ss, true, false);
    emit_structs(f, ss, false);
    emit_unions(f, ss, false, false);
    emit_name_table(f, ss);
    emit_text_macro(f, "__AfterMigServerHeader");
}

void write_server_header(FILE *f, const struct subsystem *ss)
{
    emit_title(f, ss, "Server header");
    fprintf(f, "#ifndef _%s_server_\n#define _%s_server_\n\n", ss->name, ss->name);
    emit_server_declarations(f, ss, false);
    fprintf(f, "#endif /* _%s_server_ */\n", ss->name);
}

void write_external_header(FILE *f, const struct subsystem *ss)
{
    emit_title(f, ss, "Names of external stubs");
    for (unsigned i = 0; i < ss->n_routines; i++)
        fprintf(f, "#define %s%s %s%s_external\n", ss->routines[i]->user_prefix, ss->routines[i]->name,
                ss->routines[i]->user_prefix, ss->routines[i]->name);
}

static char *in_capitals(const char *name)
{
    char *capitals = xstrdup(name);

    for (char *p = capitals; *p; p++)
        *p = (char)toupper((unsigned char)*p);
    return capitals;
}

void write_number_header(FILE *f, const struct subsystem *ss)
{
    emit_title(f, ss, "Message numbers");
    fprintf(f, "#ifndef _%s_defines\n#define _%s_defines\n\n", ss->name, ss->name);
    for (unsigned i = 0; i < ss->n_imports; i++)
        if (ss->imports[i].kind == IMPORT_DEFS)
            fprintf(f, "#include %s\n", ss->imports[i].file);
    for (unsigned i = 0; i < ss->n_routines; i++) {
        const struct routine *r = ss->routines[i];
        const char *name = in_capitals(r->name);

        fprintf(f, "#define MACH_ID_%s %d\n", name, r->id);
        if (!r->simple)
            fprintf(f, "#define MACH_ID_%s_REPLY %d\n", name, r->id + 100);
    }
    fprintf(f, "\n#endif /* _%s_defines */\n", ss->name);
}
