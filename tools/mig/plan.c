/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/plan.c - the parts of request and reply in the order of the wire (M34, M35) */
#include "model.h"

#define HEADER_SIZE 24
#define MAX_DESCRIPTORS 255

static struct part *add(struct plan *plan, enum part_kind kind, struct arg *arg, const char *field,
                        uint32_t size)
{
    struct part *p;

    GROW(plan->parts, plan->n_parts, plan->capacity);
    p = &plan->parts[plan->n_parts++];
    *p = (struct part){ .kind = kind, .arg = arg, .field = field, .size = size };
    return p;
}

static void add_descriptor(struct plan *plan, struct arg *a)
{
    struct part *p = NULL;

    switch (a->type->cls) {
    case CLASS_RIGHT: p = add(plan, PART_RIGHT, a, a->name, 12); break;
    case CLASS_RIGHT_ARRAY:
    case CLASS_RIGHT_VARYING: p = add(plan, PART_RIGHT_ARRAY, a, a->name, 12 * a->type->number); break;
    case CLASS_REGION: p = add(plan, PART_REGION, a, a->name, 16); break;
    case CLASS_RIGHTS: p = add(plan, PART_RIGHTS, a, a->name, 16); break;
    case CLASS_BAD:
    case CLASS_SCALAR:
    case CLASS_ARRAY:
    case CLASS_VARYING:
    case CLASS_STRING:
    case CLASS_VSTRING:
    case CLASS_NATIVE: return;
    }
    p->desc = plan->n_descs;
    p->n = p->kind == PART_RIGHT_ARRAY ? a->type->number : 1;
    plan->n_descs += p->n;
}

static void add_fields(struct plan *plan, struct arg *a)
{
    if (arg_owns_count(a) || a->type->cls == CLASS_VSTRING) {
        if (a->type->cls == CLASS_VSTRING)
            add(plan, PART_OFFSET, a, format("%sOffset", a->name), 4);
        add(plan, PART_COUNT, a, format("%sCnt", a->name), 4);
    }
    if (a->type->cls == CLASS_NATIVE) {
        add(plan, PART_NATIVE, a, a->name, 0);
        plan->has_native = true;
    }
    if (type_is_varying(a->type))
        add(plan, PART_VARYING, a, a->name, type_size(a->type));
    else if (type_is_inline(a->type))
        add(plan, PART_FIXED, a, a->name, type_size(a->type));
}

static bool has_region(const struct plan *plan)
{
    for (unsigned i = 0; i < plan->n_parts; i++)
        if (plan->parts[i].kind == PART_REGION)
            return true;
    return false;
}

/* The NDR record stands between descriptors and fields, but is known to be needed only after the fields. */
static void insert_ndr(struct plan *plan, unsigned at, bool forced)
{
    if (!forced && at == plan->n_parts && !has_region(plan))
        return;
    plan->has_ndr = true;
    add(plan, PART_NDR, NULL, "NDR", 8);
    for (unsigned i = plan->n_parts - 1; i > at; i--)
        plan->parts[i] = plan->parts[i - 1];
    plan->parts[at] = (struct part){ .kind = PART_NDR, .field = "NDR", .size = 8 };
}

static void place_parts(struct plan *plan, struct place at)
{
    uint64_t offset = HEADER_SIZE + (plan->n_descs ? 4 : 0), varying = 0;

    for (unsigned i = 0; i < plan->n_parts; i++) {
        struct part *p = &plan->parts[i];

        p->offset = (uint32_t)offset;
        p->position = plan->n_varying;
        plan->last_position = p->position;
        offset += round4(p->size);
        if (p->kind == PART_VARYING) {
            plan->n_varying++;
            varying += round4(p->size);
        }
        if (offset > INT32_MAX) {
            error_at(at, 6, "message of 2 GB or more");
            return;
        }
    }
    plan->most = (uint32_t)offset;
    plan->least = (uint32_t)(offset - varying);
    if (plan->n_descs > MAX_DESCRIPTORS)
        error_at(at, 5, "message too complicated: more than %d descriptors", MAX_DESCRIPTORS);
}

static void plan_request(struct routine *r)
{
    struct plan *plan = &r->request;
    unsigned n_descs;

    for (unsigned i = 0; i < r->n_args; i++)
        if (arg_is_in(r->args[i]))
            add_descriptor(plan, r->args[i]);
    n_descs = plan->n_parts;
    for (unsigned i = 0; i < r->n_args; i++) {
        struct arg *a = r->args[i];

        if (arg_is_in(a) && !(a == r->retcode && plan->n_descs))
            add_fields(plan, a);
        else if (a->flags & FLAG_COUNT_IN_OUT)
            add(plan, PART_CAPACITY, a, format("%sCnt", a->name), 4);
    }
    insert_ndr(plan, n_descs, r->retcode && plan->n_descs);
    place_parts(plan, r->at);
}

static void plan_reply(struct routine *r)
{
    struct plan *plan = &r->reply;
    unsigned n_descs;

    for (unsigned i = 0; i < r->n_args; i++)
        if (arg_is_out(r->args[i]))
            add_descriptor(plan, r->args[i]);
    n_descs = plan->n_parts;
    if (plan->n_descs == 0) {
        plan->has_retcode = true;
        add(plan, PART_RETCODE, NULL, "RetCode", 4);
    }
    for (unsigned i = 0; i < r->n_args; i++)
        if (arg_is_out(r->args[i]))
            add_fields(plan, r->args[i]);
    insert_ndr(plan, n_descs, false);
    place_parts(plan, r->at);
}

void plan_messages(struct routine *r)
{
    plan_request(r);
    plan_reply(r);
}
