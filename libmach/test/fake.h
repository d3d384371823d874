/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/test/fake.h - a transport whose kernel is a function of the test
 *
 * One thread, one page, no waiting: a request is served inside transport_wait. What a signal handler would do
 * while the thread waits is done by fake_handler, called there, on the stack below the interrupted trap as a
 * real handler's frame would be.
 */
#pragma once

#include "libmach/message/transport.h"

/* Writes the reply of the request in the page; false: it waits. NULL: every request is done with result 0. */
extern bool (*fake_kernel)(struct trap_page *page);
/* A request that waits is interrupted by this, once. */
extern void (*fake_handler)(void);
/* The requests that were taken back. */
extern unsigned fake_aborts;
/* The kernel is gone: every wait is lost. */
extern bool fake_lost;

struct lib_thread *fake_thread(void);
/* Before each test. */
void fake_reset(void);

/* What the library handed over as segments, by id. */
const uint8_t *fake_segment(uint32_t id, uint64_t *size_p);
/* A segment for a reply to name. */
uint32_t fake_segment_make(const void *bytes, uint64_t size);
unsigned fake_segments_open(void);
