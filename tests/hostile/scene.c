/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/hostile/scene.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { SLACK_BYTES = 8 << 20 };

unsigned loads(unsigned n)
{
    const char *given = getenv("LOAD");

    return n * (given != NULL ? (unsigned)atoi(given) : 1);
}

void scene_begin(struct scene *s)
{
    warm_up();
    s->before = census_at_rest();
    s->resident = machd_resident();
    REQUIRE(pairs_begin(&s->pairs, 1));
    pairs_worst_us(&s->pairs);
    s->begun = now_ms();
}

static void check_pairs_go_on(const struct scene *s)
{
    uint64_t then = pairs_calls(&s->pairs), end = now_ms() + PATIENCE_MS;

    while (pairs_calls(&s->pairs) < then + 20 && now_ms() < end)
        sleep_ms(1);
    CHECK_GE(pairs_calls(&s->pairs), then + 20);
}

void tell(struct scene *s, const char *what)
{
    const char *error;

    check_pairs_go_on(s);
    if (pairs_errors(&s->pairs, &error) > 0)
        FAIL("the honest pair is wronged: %s", error);
    printf("# %6llu ms  %-28s longest honest call %7llu us; machd has %llu KB\n",
           (unsigned long long)(now_ms() - s->begun), what, (unsigned long long)pairs_worst_us(&s->pairs),
           (unsigned long long)machd_resident() / 1024);
}

/* What the heap keeps for the next one, and what is left of pages that others stand on. */
static void check_memory_is_back(const struct scene *s)
{
    uint64_t allowed = s->resident + SLACK_BYTES + (machd_peak() - s->resident) / 8,
             end = now_ms() + PATIENCE_MS;

    while (machd_resident() > allowed && now_ms() < end)
        sleep_ms(20);
    CHECK_LE(machd_resident(), allowed);
    printf("# machd has %llu KB, before %llu KB, at most %llu KB\n",
           (unsigned long long)machd_resident() / 1024, (unsigned long long)s->resident / 1024,
           (unsigned long long)machd_peak() / 1024);
}

void scene_end(struct scene *s, const char *what)
{
    tell(s, "after it");
    pairs_end(&s->pairs);
    census_check_back(&s->before, what);
    check_memory_is_back(s);
}

/* ---- many children ---- */

struct child children[CHILDREN_MAX];
unsigned n_children;

void start_one(void (*fn)(struct child *parent, const char *argument), const char *argument)
{
    REQUIRE_LT(n_children, CHILDREN_MAX);
    children[n_children++] = child_start(fn, argument);
}

void start_many(unsigned n, void (*fn)(struct child *parent, const char *argument))
{
    for (unsigned i = 0; i < n; i++)
        start_one(fn, NULL);
}

void hear_all(void)
{
    for (unsigned i = 0; i < n_children; i++)
        CHECK_EQ(child_hear(&children[i]), KERN_SUCCESS);
}

void kill_all(void)
{
    for (unsigned i = 0; i < n_children; i++)
        kill(children[i].pid, SIGKILL);
    for (unsigned i = 0; i < n_children; i++)
        child_wait(&children[i]);
    n_children = 0;
}

/* ---- calls ---- */

int call_for_ever(mach_port_t port, mach_port_t reply, int id)
{
    struct {
        mach_msg_header_t header;
        char room[256];
    } message = {
        .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                    .msgh_remote_port = port,
                    .msgh_local_port = reply,
                    .msgh_id = id },
    };
    kern_return_t kr = mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG, sizeof(message.header),
                                sizeof(message), reply, 0, MACH_PORT_NULL);

    return kr == KERN_SUCCESS ? message.header.msgh_id : CALL_REFUSED;
}
