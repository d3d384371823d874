/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/routine.c - what the arguments of a routine are to each other (M28 to M32)
 *
 * One pass gives every argument its role, the next refuses or ignores flags, the next makes samecount chains. After it
 * no argument is DIR_NONE: the unmarked ones became the request port or `in`.
 */
#include "model.h"

#include <string.h>

#define LARGE_MESSAGE 65536 /* W8 */

bool arg_is_in(const struct arg *a)
{
    return a->dir == DIR_IN || a->dir == DIR_INOUT;
}

bool arg_is_out(const struct arg *a)
{
    return a->dir == DIR_OUT || a->dir == DIR_INOUT;
}

bool arg_is_token(const struct arg *a)
{
    return a->dir >= DIR_SEQNO;
}

bool arg_owns_count(const struct arg *a)
{
    return a->counter == a;
}

const char *demux_name(const struct subsystem *ss)
{
    return ss->server_demux ? ss->server_demux : format("%s_server", ss->name);
}

static void claim(struct arg **role, struct arg *a, const char *what)
{
    if (*role)
        warn_at(a->at, 6, "%s is %s now, not %s", a->name, what, (*role)->name);
    *role = a;
}

/* The argument that is explicitly the request port; an unmarked one before it would be lost (M30). */
static void find_marked_port(struct routine *r)
{
    struct arg *unmarked = NULL;

    for (unsigned i = 0; i < r->n_args; i++) {
        struct arg *a = r->args[i];

        if (a->dir == DIR_REQUEST_PORT && unmarked && r->request_port == NULL)
            error_at(a->at, 9, "unmarked argument %s before the request port", unmarked->name);
        if (a->dir == DIR_REQUEST_PORT)
            claim(&r->request_port, a, "the request port");
        if (a->dir == DIR_NONE && unmarked == NULL)
            unmarked = a;
    }
}

static void find_request_port(struct routine *r)
{
    find_marked_port(r);
    for (unsigned i = 0; i < r->n_args; i++) {
        struct arg *a = r->args[i];

        if (a->dir != DIR_NONE)
            continue;
        a->dir = r->request_port ? DIR_IN : DIR_REQUEST_PORT;
        if (a->dir == DIR_REQUEST_PORT)
            r->request_port = a;
    }
    if (r->request_port == NULL)
        error_at(r->at, 9, "routine %s has no request port", r->name);
}

static void find_role(struct routine *r, struct arg *a)
{
    switch (a->dir) {
    case DIR_REPLY_PORT:
    case DIR_SREPLY_PORT:
    case DIR_UREPLY_PORT: claim(&r->reply_port, a, "the reply port"); break;
    case DIR_WAIT_TIME: claim(&r->wait_arg, a, "the wait time"); break;
    case DIR_SEND_TIME: claim(&r->send_arg, a, "the send time"); break;
    case DIR_MSG_OPTION: claim(&r->option_arg, a, "the message option"); break;
    case DIR_SEC_TOKEN: r->user_sec_token = r->server_trailer = true; break;
    case DIR_AUDIT_TOKEN: r->user_audit_token = r->server_trailer = true; break;
    case DIR_USER_SEC_TOKEN: r->user_sec_token = true; break;
    case DIR_USER_AUDIT_TOKEN: r->user_audit_token = true; break;
    case DIR_SEQNO:
    case DIR_SERVER_SEC_TOKEN:
    case DIR_SERVER_AUDIT_TOKEN:
    case DIR_SERVER_CONTEXT: r->server_trailer = true; break;
    case DIR_NONE:
    case DIR_IN:
    case DIR_OUT:
    case DIR_INOUT:
    case DIR_REQUEST_PORT: break;
    }
}

static bool is_bad(const struct arg *a)
{
    return a->type->cls == CLASS_BAD;
}

static void check_port(const struct arg *a, const char *what)
{
    if (a && !is_bad(a) && (a->type->cls != CLASS_RIGHT || a->type->out_disp == 16))
        error_at(a->at, 10, "%s cannot be %s", a->name, what);
}

static void check_word(const struct arg *a, const char *what)
{
    if (a && !is_bad(a) && !type_is_word(a->type))
        error_at(a->at, 10, "%s cannot be %s: it is not a 32-bit integer", a->name, what);
}

static void check_roles(struct routine *r)
{
    check_port(r->request_port, "the request port");
    check_port(r->reply_port, "the reply port");
    check_word(r->wait_arg, "the wait time");
    check_word(r->send_arg, "the send time");
    check_word(r->option_arg, "the message option");
    for (unsigned i = 0; i < r->n_args; i++)
        if (r->args[i]->dir == DIR_SEQNO)
            check_word(r->args[i], "the sequence number");
}

static bool has_handler_type(const struct type *t)
{
    return t->handler_ctype && strcmp(t->handler_ctype, t->server_ctype) != 0;
}

static void check_translations(const struct subsystem *ss, const struct arg *a)
{
    const struct type *t = a->type;
    bool in = arg_is_in(a) || a->dir == DIR_REQUEST_PORT;

    if (!has_handler_type(t))
        return;
    if (in && t->intran == NULL)
        warn_at(a->at, 2, "%s has no translation from %s to %s", a->name, t->server_ctype, t->handler_ctype);
    if (arg_is_out(a) && t->outtran == NULL && !(ss->kernel_server && t->cls == CLASS_RIGHT))
        warn_at(a->at, 2, "%s has no translation from %s to %s", a->name, t->handler_ctype, t->server_ctype);
}

static void check_direction(const struct subsystem *ss, const struct routine *r, const struct arg *a)
{
    const struct type *t = a->type;
    bool body = arg_is_in(a) || arg_is_out(a);

    if (a->dir == DIR_INOUT && type_is_varying(t))
        error_at(a->at, 8, "%s cannot be inout: its size varies", a->name);
    if (r->simple && (arg_is_out(a) || a->dir == DIR_SEC_TOKEN || a->dir == DIR_USER_SEC_TOKEN ||
                      a->dir == DIR_AUDIT_TOKEN || a->dir == DIR_USER_AUDIT_TOKEN))
        error_at(a->at, 11, "%s: a simpleroutine has no results", a->name);
    if (body && t->cls == CLASS_VARYING && t->elem->name == NULL)
        error_at(a->at, 17, "the elements of %s need a type with a name", a->name);
    if (t->cls == CLASS_NATIVE && ss->kernel_server)
        error_at(a->at, 5, "%s: no native types with kernelserver", a->name);
    if (arg_is_token(a) && ss->kernel_server)
        error_at(a->at, 15, "%s: a kernelserver sees no trailers", a->name);
    if ((a->dir == DIR_REPLY_PORT || a->dir == DIR_SREPLY_PORT) && ss->kernel_server)
        error_at(a->at, 15, "%s: a kernelserver's handlers do not see the reply port", a->name);
    if (ss->kernel_user && arg_is_token(a) && a->dir != DIR_SEQNO && a->dir != DIR_SERVER_CONTEXT)
        error_at(a->at, 15, "%s: a kerneluser sees no trailers", a->name);
    if (ss->kernel_user && (a->flags & FLAG_OVERWRITE))
        error_at(a->at, 15, "%s: no overwrite with kerneluser", a->name);
}

static void drop_flag(struct arg *a, unsigned flag, bool fits, const char *name, const char *why)
{
    if (!(a->flags & flag) || fits)
        return;
    warn_at(a->at, 3, "flag %s of %s ignored: %s", name, a->name, why);
    a->flags &= ~flag;
}

static void check_flags(struct arg *a)
{
    enum type_class cls = a->type->cls;
    bool region = cls == CLASS_REGION, out_of_line = region || cls == CLASS_RIGHTS;
    bool body = arg_is_in(a) || arg_is_out(a);

    if (cls == CLASS_BAD)
        return;
    drop_flag(a, FLAG_DEALLOC, body && out_of_line, "dealloc", "not out-of-line memory");
    drop_flag(a, FLAG_DEALLOC_ARG, body && out_of_line, "dealloc[]", "not out-of-line memory");
    drop_flag(a, FLAG_PHYSICAL_COPY, body && region, "physicalcopy", "not out-of-line memory");
    drop_flag(a, FLAG_COUNT_IN_OUT, a->dir == DIR_OUT && (cls == CLASS_VARYING || cls == CLASS_RIGHT_VARYING),
              "countinout", "not a result with an inline count");
    drop_flag(a, FLAG_CONST, cls == CLASS_VARYING || cls == CLASS_STRING || cls == CLASS_VSTRING, "const",
              "not an inline array or string");
    drop_flag(a, FLAG_AUTO, region && arg_is_in(a), "auto", "not an incoming region");
    drop_flag(a, FLAG_OVERWRITE, false, "overwrite", "results always arrive in new memory");
}

static void check_retcode(struct routine *r, struct arg *a)
{
    if (!(a->flags & FLAG_RETCODE) || is_bad(a))
        return;
    if (!r->simple)
        error_at(a->at, 12, "%s: retcode is for simpleroutines", a->name);
    else if (a->dir != DIR_IN || !type_is_word(a->type))
        error_at(a->at, 12, "%s: retcode must be one incoming 32-bit integer", a->name);
    else
        claim(&r->retcode, a, "the return code");
}

static void chain_counts(struct routine *r)
{
    struct arg *previous = NULL;

    for (unsigned i = 0; i < r->n_args; i++) {
        struct arg *a = r->args[i];
        bool counted = a->type->counted && (arg_is_in(a) || arg_is_out(a));
        bool chained = counted && previous && previous->counter && previous->dir == a->dir;

        drop_flag(a, FLAG_SAMECOUNT, chained, "samecount", "no counted argument of its direction before it");
        a->counter = !counted ? NULL : (a->flags & FLAG_SAMECOUNT) ? previous->counter : a;
        if (counted && a->counter != a)
            drop_flag(a, FLAG_COUNT_IN_OUT, false, "countinout", "the count is that of an earlier argument");
        previous = a;
    }
}

/* --- names that clash in C (E16) --- */

static bool makes_name(const struct arg *a, const char *suffix)
{
    const struct type *t = a->type;

    if (strcmp(suffix, "") == 0)
        return true;
    if (strcmp(suffix, "Cnt") == 0)
        return arg_owns_count(a) || t->cls == CLASS_VSTRING;
    if (strcmp(suffix, "Offset") == 0)
        return t->cls == CLASS_VSTRING;
    if (strcmp(suffix, "Poly") == 0)
        return type_is_right(t) && (t->in_disp == DISP_CHOSEN || t->out_disp == DISP_CHOSEN);
    if (strcmp(suffix, "Dealloc") == 0)
        return (a->flags & FLAG_DEALLOC_ARG) != 0;
    if (strcmp(suffix, "Words") == 0)
        return t->cls == CLASS_NATIVE;
    return type_is_inline(t) && type_size(t) % 4 != 0; /* Pad */
}

static bool is_reserved(const char *name)
{
    static const char *const reserved[] = {
        "Head", "NDR", "RetCode", "msgh_body", "InP", "OutP", "InHeadP", "OutHeadP", "In0P", "Out0P", "Mess",
    };

    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
        if (strcmp(name, reserved[i]) == 0)
            return true;
    return strncmp(name, "mig_", 4) == 0;
}

static void check_clash(const struct arg *a, const struct arg *other)
{
    static const char *const suffixes[] = { "", "Cnt", "Offset", "Poly", "Dealloc", "Words", "Pad" };

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        size_t n = strlen(other->name);

        if (a == other || !makes_name(other, suffixes[i]))
            continue;
        if (strncmp(a->name, other->name, n) == 0 && strcmp(a->name + n, suffixes[i]) == 0)
            error_at(a->at, 16, "name %s is taken by argument %s", a->name, other->name);
    }
}

static void check_names(const struct routine *r)
{
    for (unsigned i = 0; i < r->n_args; i++) {
        if (is_reserved(r->args[i]->name))
            error_at(r->args[i]->at, 16, "name %s is used by the stubs themselves", r->args[i]->name);
        for (unsigned k = 0; k < r->n_args; k++)
            if (k < i || r->args[k]->name[0] != r->args[i]->name[0] ||
                strcmp(r->args[k]->name, r->args[i]->name) != 0) /* report a duplicate once */
                check_clash(r->args[i], r->args[k]);
    }
}

static void check_plan(const struct routine *r, const struct plan *plan, const char *what, unsigned limit)
{
    if (limit && plan->n_descs > limit)
        error_at(r->at, 19, "%s of %s has %u descriptors", what, r->name, plan->n_descs);
    if (plan->most > LARGE_MESSAGE)
        warn_at(r->at, 8, "%s of %s can have %u bytes", what, r->name, plan->most);
}

static void check_times(const struct routine *r)
{
    if (r->consume == CONSUME_NONE && (r->wait_time || r->send_time || r->wait_arg || r->send_arg))
        warn_at(r->at, 4, "%s has a time but no consumeonsenderror: rights may leak", r->name);
}

void routine_check(const struct subsystem *ss, struct routine *r, const struct options *options)
{
    unsigned errors = n_errors();
    bool bad = false;

    find_request_port(r);
    for (unsigned i = 0; i < r->n_args; i++) {
        find_role(r, r->args[i]);
        bad = bad || is_bad(r->args[i]);
    }
    check_roles(r);
    for (unsigned i = 0; i < r->n_args; i++) {
        if (is_bad(r->args[i]))
            continue;
        check_direction(ss, r, r->args[i]);
        check_translations(ss, r->args[i]);
        check_flags(r->args[i]);
        check_retcode(r, r->args[i]);
    }
    chain_counts(r);
    check_names(r);
    check_times(r);
    if (bad || n_errors() != errors)
        return; /* there is no message to speak of */
    plan_messages(r);
    check_plan(r, &r->request, "request", options->max_descs);
    check_plan(r, &r->reply, "reply", options->max_reply_descs);
    if (options->verbose)
        printf("%s %d %s\n", r->simple ? "simpleroutine" : "routine", r->id, r->name);
}
