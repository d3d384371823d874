/* SPDX-License-Identifier: Apache-2.0 */
#include "base/list.h"

#include "tests/harness/harness.h"

struct item {
    struct list link;
    int value;
};

enum { N = 4 };

/* Items 0 .. N - 1 in this order. */
static void fill(struct list *list, struct item items[N])
{
    list_init(list);
    for (int i = 0; i < N; i++) {
        items[i] = (struct item){ .value = i };
        list_append(list, &items[i].link);
    }
}

/* The values in order, as the digits of a number; the links back are checked on the way. */
static int digits(const struct list *list)
{
    int number = 0;
    list_for_each(node, list)
    {
        CHECK(node->next->prev == node && node->prev->next == node);
        number = number * 10 + list_entry(node, struct item, link)->value;
    }
    return number;
}

TEST(a_list_keeps_the_order_of_arrival, "")
{
    struct list list;
    struct item items[N], first = { .value = 9 };
    fill(&list, items);
    CHECK_EQ(digits(&list), 123);
    list_prepend(&list, &first.link);
    CHECK_EQ(digits(&list), 90123);
    CHECK(list_first(&list) == &first.link);
}

TEST(a_node_knows_whether_it_is_on_a_list, "")
{
    struct list list;
    struct item items[N], other = { 0 };
    fill(&list, items);
    CHECK(!list_is_linked(&other.link));
    CHECK(list_is_linked(&items[2].link));
    list_remove(&items[2].link);
    CHECK(!list_is_linked(&items[2].link));
    CHECK_EQ(digits(&list), 13);
}

TEST(popping_gives_the_first_until_there_is_none, "")
{
    struct list list;
    struct item items[N];
    fill(&list, items);
    for (int i = 0; i < N; i++)
        CHECK(list_pop(&list) == &items[i].link);
    CHECK(list_pop(&list) == NULL);
    CHECK(list_is_empty(&list));
    CHECK(list_first(&list) == NULL);
}

TEST(moving_all_appends_and_empties, "")
{
    struct list to, from, empty;
    struct item items[N], more[N];
    fill(&to, items);
    fill(&from, more);
    list_init(&empty);
    list_move_all(&to, &from);
    CHECK(list_is_empty(&from));
    CHECK_EQ(digits(&to), 1230123);
    list_move_all(&to, &empty);
    CHECK_EQ(digits(&to), 1230123);
    list_move_all(&empty, &to);
    CHECK_EQ(digits(&empty), 1230123);
    CHECK(list_is_empty(&to));
}

TEST(a_safe_loop_may_remove_where_it_stands, "")
{
    struct list list;
    struct item items[N];
    fill(&list, items);
    list_for_each_safe(node, &list) if (list_entry(node, struct item, link)->value % 2 == 0) list_remove(node);
    CHECK_EQ(digits(&list), 13);
}
