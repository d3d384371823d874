/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/user.c - what one uid has of machd
 *
 * The wake table is a memfd of fixed size that machd alone writes. It is sealed before a descriptor leaves machd, against
 * change of size (a shorter file under our mapping is a SIGBUS) and against writing through any mapping made later. Its
 * mode is 0400 and clients get a descriptor opened for reading: the owner could otherwise reopen it for writing.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/linux/machd.h"
#include "host/linux/user.h"

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

/* Of machd's memory: the table's pages and the stack of unused lines. */
#define TABLE_BYTES (sizeof(struct wake_table) + WAKE_TABLE_LINES * sizeof(uint32_t))

_Static_assert(sizeof(struct wake_table) == WAKE_TABLE_LINES * 64, "one line, one cache line");

static struct user *user_new(struct machd *m, uint32_t uid)
{
    struct account *account = kernel_uid_account(m->kernel, uid);
    if (!account || !account_charge(account, ACCOUNT_BYTES, sizeof(struct user)))
        return NULL;
    struct user *user = calloc(1, sizeof(*user));
    if (!user) {
        account_release(account, ACCOUNT_BYTES, sizeof(*user));
        return NULL;
    }
    user->account = account_get(account);
    user->uid = uid;
    user->table_fd = -1;
    list_init(&user->ready);
    list_append(&m->users, &user->link);
    return user;
}

struct user *user_get(struct machd *m, uint32_t uid)
{
    struct user *found = NULL;
    list_for_each(node, &m->users)
    {
        struct user *user = list_entry(node, struct user, link);
        if (user->uid == uid)
            found = user;
    }
    if (!found)
        found = user_new(m, uid);
    if (found)
        found->refs++;
    return found;
}

void user_put(struct machd *m, struct user *user)
{
    if (!user || --user->refs)
        return;
    ASSERT(list_is_empty(&user->ready));
    if (user->table) {
        munmap(user->table, sizeof(*user->table));
        close(user->table_fd);
        account_release(user->account, ACCOUNT_DESCRIPTORS, 1);
    }
    if (user->free_lines)
        account_release(user->account, ACCOUNT_BYTES, TABLE_BYTES);
    free(user->free_lines);
    account_release(user->account, ACCOUNT_BYTES, sizeof(*user));
    account_put(user->account);
    list_remove(&user->link);
    free(user);
}

static int reopen_for_reading(int fd)
{
    char path[40];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int result = open(path, O_RDONLY | O_CLOEXEC);
    return result >= 0 ? result : -errno;
}

/* The mapping is made before the seal: FUTURE_WRITE leaves it writable and refuses all later ones. */
static int make_table(struct user *user, int fd)
{
    const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL;
    size_t size = sizeof(*user->table);
    if (fchmod(fd, 0400) != 0 || ftruncate(fd, (off_t)size) != 0)
        return -errno;
    int reader = reopen_for_reading(fd);
    if (reader < 0)
        return reader;
    void *table = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (table != MAP_FAILED && fcntl(fd, F_ADD_SEALS, seals) == 0) {
        user->table = table;
        user->table_fd = reader;
        return 0;
    }
    int error = -errno;
    if (table != MAP_FAILED)
        munmap(table, size);
    close(reader);
    return error;
}

/* Low indices first: the pages of a table that few use are then few. */
static bool make_lines(struct user *user)
{
    uint32_t n = WAKE_TABLE_LINES - 1;
    if (!account_charge(user->account, ACCOUNT_BYTES, TABLE_BYTES))
        return false;
    user->free_lines = malloc(n * sizeof(*user->free_lines));
    if (!user->free_lines) {
        account_release(user->account, ACCOUNT_BYTES, TABLE_BYTES);
        return false;
    }
    for (uint32_t i = 0; i < n; i++)
        user->free_lines[i] = n - i;
    user->n_free_lines = n;
    return true;
}

int user_need_table(struct machd *m, struct user *user)
{
    if (user->table)
        return 0;
    if (!user->free_lines && !make_lines(user))
        return -ENOMEM;
    if (!account_charge(user->account, ACCOUNT_DESCRIPTORS, 1))
        return -EMFILE;
    int fd = memfd_create("machd-wake", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    int error = fd < 0 ? -errno : make_table(user, fd);
    if (fd >= 0)
        close(fd);
    if (error)
        account_release(user->account, ACCOUNT_DESCRIPTORS, 1);
    else
        user->table->pid = (uint32_t)m->pid;
    return error;
}

uint32_t user_take_line(struct user *user)
{
    if (!user->table || !user->n_free_lines)
        return TRAP_NO_WORD;
    uint32_t index = user->free_lines[--user->n_free_lines];
    atomic_store_explicit(wake_word(user->table, index), 0, memory_order_relaxed);
    return index;
}

void user_give_line(struct user *user, uint32_t index)
{
    user->free_lines[user->n_free_lines++] = index;
}

void users_set_asleep(struct machd *m, bool asleep)
{
    list_for_each(node, &m->users)
    {
        struct user *user = list_entry(node, struct user, link);
        if (user->table)
            atomic_store_explicit(&user->table->asleep, asleep, memory_order_relaxed);
    }
    if (asleep)
        atomic_thread_fence(memory_order_seq_cst);
}
