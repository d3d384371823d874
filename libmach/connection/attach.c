/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/connection/attach.c - HELLO and what it brings */
#include "libmach/connection/attach.h"

#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libmach/connection/autostart.h"
#include "libmach/connection/connection.h"
#include "libmach/connection/descriptor.h"
#include "libmach/connection/place.h"

#define WELCOME_TIMEOUT_MS 20000 /* machd may wait 5 s for launchd to name the domain (B8) */

/* The page that a fork wipes (F67). Made once; its address outlives connections. */
static bool make_mark(void)
{
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    if (live.mark != NULL) {
        atomic_store(live.mark, 1);
        return true;
    }
    void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return false;
    if (madvise(page, size, MADV_WIPEONFORK) != 0) {
        munmap(page, size);
        return false;
    }
    _Atomic uint32_t *mark = page;
    atomic_store(mark, 1);
    live.mark = mark;
    return true;
}

/* Which image of this pid we are: exec gives new random bytes (F99). */
static uint64_t image_id(void)
{
    const uint8_t *random = (const uint8_t *)getauxval(AT_RANDOM);
    uint64_t hash = 0xcbf29ce484222325u;
    for (int i = 0; random != NULL && i < 16; i++)
        hash = (hash ^ random[i]) * 0x100000001b3u;
    return hash;
}

static bool introduce(int socket, uint64_t fork_nonce, struct attach_packet *answer,
                      int fd[CONNECTION_FDS_MAX])
{
    struct attach_packet hello = {
        .magic = ATTACH_MAGIC,
        .type = ATTACH_HELLO,
        .hello = { .version = ATTACH_VERSION, .image_id = image_id(), .fork_nonce = fork_nonce },
    };
    if (!connection_send(socket, &hello, NULL, 0) ||
        !connection_receive(socket, answer, fd, WELCOME_TIMEOUT_MS))
        return false;
    if (answer->type != ATTACH_CHALLENGE)
        return true;
    return connection_send(socket, answer, NULL, 0) &&
           connection_receive(socket, answer, fd, WELCOME_TIMEOUT_MS);
}

static bool map_welcome(int table_fd, int area_fd)
{
    size_t area_size = (size_t)TRAP_AREA_SLOTS * TRAP_PAGE_SIZE;
    void *table = mmap(NULL, sizeof(struct wake_table), PROT_READ, MAP_SHARED, table_fd, 0);
    if (table == MAP_FAILED)
        return false;
    void *area = mmap(NULL, area_size, PROT_READ | PROT_WRITE, MAP_SHARED, area_fd, 0);
    if (area == MAP_FAILED) {
        munmap(table, sizeof(struct wake_table));
        return false;
    }
    madvise(table, sizeof(struct wake_table), MADV_DONTFORK);
    madvise(area, area_size, MADV_DONTFORK);
    live.table = table;
    live.area[0] = area;
    return true;
}

/* WELCOME brings the wake table, the first trap area and the bell, in this order. */
static bool accept_welcome(int socket, int fd[CONNECTION_FDS_MAX])
{
    if (fd[0] < 0 || fd[1] < 0 || fd[2] < 0 || !make_mark() || !map_welcome(fd[0], fd[1]))
        return false;
    live.socket = socket;
    live.bell = descriptor_high(fd[2]);
    fd[2] = -1;
    live.next_segment_id = 1;
    atomic_store(&live.state, LIVE_ATTACHED);
    return true;
}

static void attach_through(int socket, uint64_t fork_nonce)
{
    struct attach_packet answer;
    int fd[CONNECTION_FDS_MAX] = { -1, -1, -1, -1 };
    bool kept = false;
    if (introduce(socket, fork_nonce, &answer, fd)) {
        if (answer.type == ATTACH_WELCOME) {
            kept = accept_welcome(socket, fd);
        } else if (answer.type == ATTACH_REFUSED) {
            live.refusal = answer.refused.kern_return != 0 ? answer.refused.kern_return : KERN_FAILURE;
            atomic_store(&live.state, LIVE_REFUSED);
        }
    }
    for (int i = 0; i < CONNECTION_FDS_MAX; i++)
        if (fd[i] >= 0)
            close(fd[i]);
    if (!kept)
        close(socket);
}

void attach_process(uint64_t fork_nonce, bool start)
{
    int socket = place_connect();
    if (socket < 0 && start)
        socket = autostart();
    if (socket >= 0)
        attach_through(socket, fork_nonce);
}
