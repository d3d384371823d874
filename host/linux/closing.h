/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/closing.h - descriptors of clients are closed by threads, since that may wait for whoever serves them
 *
 * A file port keeps a descriptor of any kind. Closing it may take for ever: a file system in user space has to answer, a socket
 * may linger. So it is done elsewhere, for each user by a few threads, one after the other: whose files hang
 * keeps nobody else's open. Until a descriptor is closed it stays charged to whoever had it, which bounds how many there are.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct account;
struct segment;

/* Before anything else of these. */
void closing_start(void);
/* Takes the segment over, which is a file, on no list and without a handle. */
void closing_begin(struct segment *segment);
/* A descriptor that nobody could be charged for. False, and it is still the caller's: too many of this user hang already. */
bool closing_uncharged(int fd, uint32_t uid);
/* A client's socket. Packets that nobody has read may have the last descriptors of files in them; then it is charged until it
 * is closed. */
void closing_socket(int fd, uint32_t uid, struct account *account);
/* Frees what has been closed meanwhile. */
void closing_sweep(void);
/* At the end of machd: what hangs is charged to nobody any more. */
void closing_fini(void);
