/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/coroutine.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "base/assert.h"

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif

#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

enum { STACK_SIZE = 1 << 19, GUARD_SIZE = 1 << 14, KEPT_STACKS = 64 };

struct coroutine {
    ucontext_t context;
    void *stack; /* NULL: adopted */
    size_t stack_size;
    const void *bottom; /* what the address sanitizer must know of the stack */
    void *fake_stack;
    void (*entry)(void *argument);
    void *argument;
};

static void *kept[KEPT_STACKS];
static int n_kept;
static struct coroutine *left; /* by the switch that is under way */

static void *stack_get(void)
{
    char *stack;
    if (n_kept > 0)
        return kept[--n_kept];
    stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (stack == MAP_FAILED)
        return NULL;
    if (mprotect(stack, GUARD_SIZE, PROT_NONE) != 0) {
        munmap(stack, STACK_SIZE);
        return NULL;
    }
    return stack;
}

/* A dropped stack's frames never end, so what the sanitizer poisoned between their variables must be cleared here. */
static void stack_put(void *stack)
{
#ifdef WITH_ASAN
    __asan_unpoison_memory_region((char *)stack + GUARD_SIZE, STACK_SIZE - GUARD_SIZE);
#endif
    if (n_kept < KEPT_STACKS)
        kept[n_kept++] = stack;
    else
        munmap(stack, STACK_SIZE);
}

static void arrived(struct coroutine *self)
{
#ifdef WITH_ASAN
    struct coroutine *from = left;
    const void *bottom = NULL;
    size_t size = 0;
    __sanitizer_finish_switch_fiber(self->fake_stack, &bottom, &size);
    if (from != NULL && from->stack == NULL) {
        from->bottom = bottom;
        from->stack_size = size;
    }
#else
    (void)self;
#endif
}

static void trampoline(unsigned low, unsigned high)
{
    struct coroutine *self = (struct coroutine *)(((uintptr_t)high << 32) | low);
    arrived(self);
    self->entry(self->argument);
    ASSERT(!"a coroutine must not return");
}

struct coroutine *coroutine_adopt(void)
{
    return calloc(1, sizeof(struct coroutine));
}

static void prepare(struct coroutine *coroutine)
{
    uintptr_t self = (uintptr_t)coroutine;
    getcontext(&coroutine->context);
    coroutine->context.uc_stack.ss_sp = (char *)coroutine->stack + GUARD_SIZE;
    coroutine->context.uc_stack.ss_size = STACK_SIZE - GUARD_SIZE;
    makecontext(&coroutine->context, (void (*)(void))trampoline, 2, (unsigned)self, (unsigned)(self >> 32));
}

struct coroutine *coroutine_new(void (*entry)(void *argument), void *argument)
{
    struct coroutine *coroutine = calloc(1, sizeof(*coroutine));
    if (coroutine == NULL)
        return NULL;
    coroutine->stack = stack_get();
    if (coroutine->stack == NULL) {
        free(coroutine);
        return NULL;
    }
    prepare(coroutine);
    coroutine->bottom = (char *)coroutine->stack + GUARD_SIZE;
    coroutine->stack_size = STACK_SIZE - GUARD_SIZE;
    coroutine->entry = entry;
    coroutine->argument = argument;
    return coroutine;
}

void coroutine_switch(struct coroutine *from, struct coroutine *to)
{
    ASSERT(from != to);
    left = from;
#ifdef WITH_ASAN
    __sanitizer_start_switch_fiber(&from->fake_stack, to->bottom, to->stack_size);
#endif
    if (swapcontext(&from->context, &to->context) != 0)
        ASSERT(!"swapcontext");
    arrived(from);
}

void coroutine_free(struct coroutine *coroutine)
{
    if (coroutine == NULL)
        return;
    if (coroutine->stack != NULL)
        stack_put(coroutine->stack);
    if (left == coroutine)
        left = NULL;
    free(coroutine);
}
