/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/task/registers.c - the registers that a parked thread has shown (K158-K165): sections of {flavor, words, the words} */
#include <string.h>

#include "kernel/task/stop.h"

#define USER_END 0x800000000000ull

struct flavor {
    int number;
    mach_msg_type_number_t words;
    int inner; /* self-describing: the flavor that its two-word header names; else 0 */
    bool is_settable;
};

#if defined(__x86_64__)
enum { SP_AT = 7, PC_AT = 16 }; /* of 64 bits */
enum { THREAD = x86_THREAD_STATE64 };
static const struct flavor flavors[] = {
    { x86_THREAD_STATE64, x86_THREAD_STATE64_COUNT, 0, true },
    { x86_THREAD_STATE, x86_THREAD_STATE64_COUNT + 2, x86_THREAD_STATE64, true },
    { x86_FLOAT_STATE64, x86_FLOAT_STATE64_COUNT, 0, true },
    { x86_FLOAT_STATE, x86_FLOAT_STATE64_COUNT + 2, x86_FLOAT_STATE64, true },
    { x86_EXCEPTION_STATE64, x86_EXCEPTION_STATE64_COUNT, 0, false },
    { x86_EXCEPTION_STATE, x86_EXCEPTION_STATE64_COUNT + 2, x86_EXCEPTION_STATE64, false },
};
#else
enum { SP_AT = 31, PC_AT = 32 };
enum { THREAD = ARM_THREAD_STATE64 };
static const struct flavor flavors[] = {
    { ARM_THREAD_STATE64, 68, 0, true },
    { ARM_THREAD_STATE, 70, ARM_THREAD_STATE64, true },
    { 7, 4, 0, true },
};
#endif

static const struct flavor *find(int number)
{
    for (size_t i = 0; i < ARRAY_SIZE(flavors); i++)
        if (flavors[i].number == number)
            return &flavors[i];
    return NULL;
}

enum { N_LISTED = 4, LIST_OLD = 0, LIST = 128 };

bool registers_list(int flavor, natural_t *words, mach_msg_type_number_t *n_p, kern_return_t *kr_p)
{
#if defined(__x86_64__)
    static const natural_t old[N_LISTED] = { 1, 2, 3 }, newer[N_LISTED] = { 7, 8, 9, 12 };
    enum { N_OLD = 3 };
#else
    static const natural_t old[N_LISTED] = { 1, 2, 3, 4 }, newer[N_LISTED] = { 1, 2, 7, 15 };
    enum { N_OLD = 4 };
#endif
    mach_msg_type_number_t n = flavor == LIST ? N_LISTED : N_OLD;
    if (flavor != LIST && flavor != LIST_OLD)
        return false;
    *kr_p = *n_p < n ? KERN_INVALID_ARGUMENT : KERN_SUCCESS;
    if (*kr_p != KERN_SUCCESS)
        return true;
    memcpy(words, flavor == LIST ? newer : old, n * sizeof(*words));
    *n_p = n;
    return true;
}

/* K166: Linux gives them to tracers alone. */
static bool is_debug(int flavor)
{
#if defined(__x86_64__)
    return flavor == 11 || flavor == 12;
#else
    return flavor == 15;
#endif
}

kern_return_t registers_check_get(int flavor, mach_msg_type_number_t room)
{
    const struct flavor *found = find(flavor);
    if (is_debug(flavor))
        return KERN_NOT_SUPPORTED;
    return found && room >= found->words ? KERN_SUCCESS : KERN_INVALID_ARGUMENT;
}

static uint64_t wide(const natural_t *words, int at)
{
    uint64_t value;
    memcpy(&value, words + 2 * at, sizeof(value));
    return value;
}

kern_return_t registers_check_set(int flavor, const natural_t *words, mach_msg_type_number_t n)
{
    const struct flavor *found = find(flavor);
    if (is_debug(flavor))
        return KERN_NOT_SUPPORTED;
    if (!found || !found->is_settable || n != found->words)
        return KERN_INVALID_ARGUMENT;
    if (found->inner && (words[0] != (natural_t)found->inner || words[1] != n - 2))
        return KERN_INVALID_ARGUMENT;
    const natural_t *state = found->inner ? words + 2 : words;
    bool is_thread = flavor == THREAD || found->inner == THREAD;
    return is_thread && (wide(state, PC_AT) >= USER_END || wide(state, SP_AT) >= USER_END)
               ? KERN_INVALID_ARGUMENT
               : KERN_SUCCESS;
}

/* The words of a section; NULL: the thread has not shown it. What it wrote is not believed. */
static uint8_t *section(struct registers *registers, int flavor, mach_msg_type_number_t n)
{
    uint32_t at = 0, head[2];
    while (registers && registers->size - at >= sizeof(head)) {
        memcpy(head, registers->states + at, sizeof(head));
        at += sizeof(head);
        if (head[1] > (registers->size - at) / sizeof(uint32_t))
            return NULL;
        if (head[0] == (uint32_t)flavor)
            return head[1] == n ? registers->states + at : NULL;
        at += head[1] * (uint32_t)sizeof(uint32_t);
    }
    return NULL;
}

kern_return_t registers_get(const struct thread *thread, int flavor, natural_t *words,
                            mach_msg_type_number_t *n_p)
{
    mach_msg_type_number_t n = find(flavor)->words;
    const uint8_t *state = section(thread->registers, flavor, n);
    if (!state)
        return KERN_RESOURCE_SHORTAGE;
    memcpy(words, state, n * sizeof(*words));
    *n_p = n;
    return KERN_SUCCESS;
}

/* Both forms of a state are kept alike. */
static int twin(const struct flavor *flavor)
{
    if (flavor->inner)
        return flavor->inner;
    for (size_t i = 0; i < ARRAY_SIZE(flavors); i++)
        if (flavors[i].inner == flavor->number)
            return flavors[i].number;
    return 0;
}

kern_return_t registers_set(struct thread *thread, int flavor, const natural_t *words,
                            mach_msg_type_number_t n)
{
    const struct flavor *found = find(flavor), *other = find(twin(found));
    uint8_t *state = section(thread->registers, flavor, n);
    uint8_t *copy = other ? section(thread->registers, other->number, other->words) : NULL;
    if (!state)
        return KERN_RESOURCE_SHORTAGE;
    memcpy(state, words, n * sizeof(*words));
    if (copy && found->inner)
        memcpy(copy, words + 2, (n - 2) * sizeof(*words));
    else if (copy)
        memcpy(copy + 2 * sizeof(*words), words, n * sizeof(*words));
    thread->registers->is_changed = true;
    return KERN_SUCCESS;
}
