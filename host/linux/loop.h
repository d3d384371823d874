/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/loop.h - machd's one thread
 *
 * A pass: look at the hot list, serve requests by shares, make the wakes that are due, give the kernel its
 * time and some of its work, and every so often look at epoll. A pass without a request is polling; when that
 * may not go on, machd sets `asleep`, looks once more, and waits in epoll.
 */
#pragma once

struct machd;

/* Until m->stop, and then as long as launchd takes to end. */
void loop_run(struct machd *m);
