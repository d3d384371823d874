/* SPDX-License-Identifier: Apache-2.0 */
/* tests/kqueue/chains.h - a chain of servers that wait for each other before somebody calls the first one (S2) */
#pragma once

/* Of n servers the first n_reached have the caller's 47 while it waits; all have 31 when it has gone. n at most 64. */
void chain_back_to_front(int n, int n_reached);
