/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/user.c - what one uid has of machd */
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/linux/machd.h"
#include "host/linux/shared.h"
#include "host/linux/user.h"

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
    void *table = NULL;
    int error = shared_make("machd-wake", sizeof(*user->table), &table, &user->table_fd);
    user->table = table;
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
