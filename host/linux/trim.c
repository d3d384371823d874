/* SPDX-License-Identifier: Apache-2.0 */
#include "host/linux/trim.h"

#include <malloc.h>

#include "base/alloc.h"
#include "host/linux/machd.h"

#define TRIM_LEAST (4u << 20)
#define TRIM_QUIET (100 * MILLISECOND) /* since the last request */
#define TRIM_LATEST (5 * SECOND)

static bool is_worth_it(struct trim *trim, uint64_t bytes)
{
    if (bytes > trim->most)
        trim->most = bytes;
    return trim->most - bytes >= TRIM_LEAST && bytes <= trim->most / 2;
}

static bool is_quiet(const struct machd *m, uint64_t last_request)
{
    return m->now - last_request >= TRIM_QUIET && !kernel_has_work(m->kernel);
}

void trim_look(struct machd *m, uint64_t last_request)
{
    uint64_t bytes = alloc_census().bytes;
    if (!is_worth_it(&m->trim, bytes)) {
        m->trim.since = 0;
        return;
    }
    if (!m->trim.since)
        m->trim.since = m->now;
    if (!is_quiet(m, last_request) && m->now - m->trim.since < TRIM_LATEST)
        return;
    malloc_trim(0);
    m->trim = (struct trim){ .most = bytes };
}

uint64_t trim_deadline(const struct machd *m, uint64_t last_request)
{
    if (!m->trim.since)
        return KERNEL_NO_DEADLINE;
    uint64_t latest = m->trim.since + TRIM_LATEST, quiet = last_request + TRIM_QUIET;
    return quiet < latest ? quiet : latest;
}
