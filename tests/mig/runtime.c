/* SPDX-License-Identifier: Apache-2.0 */
/* tests/mig/runtime.c - what stubs call in the library (M89 to M91) */
#include "tests/ports/util.h"

#include <mach/mach_sync_ipc.h>
#include <mach/mig.h>

static void *reply_port_of_thread(void *argument)
{
    mach_port_t port = mig_get_reply_port();

    CHECK_EQ(type_of(port), MACH_PORT_TYPE_RECEIVE);
    CHECK_EQ(mig_get_reply_port(), port);
    return (void *)(uintptr_t)port;
}

static int reply_port_of_child(void *argument)
{
    mach_port_t port = mig_get_reply_port();

    CHECK_EQ(type_of(port), MACH_PORT_TYPE_RECEIVE);
    CHECK_EQ(say(port, 5), KERN_SUCCESS);
    expect_message(port, 5);
    return WORLD_OK;
}

TEST(each_thread_has_a_reply_port_of_its_own, "M89")
{
    mach_port_t port = mig_get_reply_port(), other;

    CHECK_EQ(type_of(port), MACH_PORT_TYPE_RECEIVE);
    mig_put_reply_port(port);
    CHECK_EQ(mig_get_reply_port(), port);
    other = (mach_port_t)(uintptr_t)world_thread_join(world_thread_spawn(reply_port_of_thread, NULL));
    CHECK_NE(other, port);
    if (world_is_live()) /* a simulated thread just stops */
        CHECK_EQ(type_of(other), 0);
    CHECK_EQ(world_task_wait(world_task_spawn(reply_port_of_child, NULL, MACH_PORT_NULL)), WORLD_OK);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_RECEIVE);
    mig_dealloc_reply_port(port);
    CHECK_EQ(type_of(port), 0);
}

TEST(a_reply_port_is_given_up_with_what_stands_in_its_place, "M89")
{
    mach_port_t port = mig_get_reply_port(), receive = make_port(), once = so_make(receive), next;

    mig_dealloc_reply_port(once); /* what a failed send left in the header */
    CHECK_EQ(type_of(port), 0);
    CHECK_EQ(type_of(once), 0);
    expect_notification(receive, MACH_NOTIFY_SEND_ONCE);
    mig_dealloc_reply_port(port); /* there is none */
    next = mig_get_reply_port();
    CHECK_EQ(type_of(next), MACH_PORT_TYPE_RECEIVE);
    mig_dealloc_reply_port(MACH_PORT_DEAD);
    CHECK_EQ(type_of(next), 0);
    destroy_port(receive);
}

TEST(special_reply_ports_are_made_and_given_up_likewise, "M89 M97")
{
    mach_port_t special = mig_get_special_reply_port(), ordinary = mig_get_reply_port(), next;

    CHECK_NE(special, ordinary);
    CHECK_NE(type_of(special) & MACH_PORT_TYPE_RECEIVE, 0);
    CHECK_EQ(mig_get_special_reply_port(), special);
    mig_dealloc_special_reply_port(special);
    CHECK_EQ(type_of(special), 0);
    CHECK_EQ(type_of(ordinary), MACH_PORT_TYPE_RECEIVE);
    next = mig_get_special_reply_port();
    CHECK_NE(type_of(next) & MACH_PORT_TYPE_RECEIVE, 0);
    mig_dealloc_special_reply_port(next);
    mig_dealloc_reply_port(ordinary);
}

TEST(strings_are_copied_up_to_their_room, "M90")
{
    char room[8];

    memset(room, 'x', sizeof(room));
    CHECK_EQ(mig_strncpy(room, "abc", 8), 4);
    CHECK_MEM_EQ(room, "abc\0xxxx", 8);
    CHECK_EQ(mig_strncpy(room, "abcdefghi", 5), 5);
    CHECK_MEM_EQ(room, "abcd\0xxx", 8);
    CHECK_EQ(mig_strncpy(room, "z", 1), 1);
    CHECK_MEM_EQ(room, "\0bcd\0xxx", 8);
    CHECK_EQ(mig_strncpy(room, "z", 0), 0);
    CHECK_EQ(mig_strncpy(room, "z", -3), 0);
    CHECK_MEM_EQ(room, "\0bcd\0xxx", 8);
    CHECK_EQ(mig_strncpy_zerofill(room, "ab", 8), 3);
    CHECK_MEM_EQ(room, "ab\0\0\0\0\0\0", 8);
    memset(room, 'x', sizeof(room));
    CHECK_EQ(mig_strncpy_zerofill(room, NULL, 6), 0);
    CHECK_MEM_EQ(room, "\0\0\0\0\0\0xx", 8);
    CHECK_EQ(mig_strncpy_zerofill(NULL, "ab", 8), 0);
    CHECK_EQ(mig_strncpy_zerofill(room, "abcdefg", 0), 0);
    CHECK_EQ(mig_strncpy_zerofill(room, "abcdefgh", 8), 8);
    CHECK_MEM_EQ(room, "abcdefg", 8);
}

TEST(memory_for_stubs_comes_and_goes, "M91")
{
    vm_address_t address = 1;
    char *bytes = mig_user_allocate(5000);

    mig_allocate(&address, 10000);
    REQUIRE(address != 0 && bytes != NULL);
    CHECK_EQ(((char *)address)[9999], 0);
    bytes[4999] = 1;
    mig_deallocate(address, 10000);
    CHECK(!is_mapped((void *)address));
    mig_user_deallocate(bytes, 5000);
    CHECK(!is_mapped(bytes));
    mig_allocate(&address, (vm_size_t)1 << 62);
    CHECK_EQ(address, 0);
}

TEST(an_error_reply_is_made_from_the_local_fields, "M91")
{
    mach_msg_header_t request = { .msgh_bits =
                                      MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MOVE_SEND_ONCE),
                                  .msgh_remote_port = 0x203,
                                  .msgh_local_port = 0x303,
                                  .msgh_id = 77 };
    mig_reply_error_t reply;

    memset(&reply, 0xee, sizeof(reply));
    mig_reply_setup(&request, &reply.Head);
    CHECK_EQ(reply.Head.msgh_bits, MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0));
    CHECK_EQ(reply.Head.msgh_size, 36);
    CHECK_EQ(reply.Head.msgh_remote_port, 0x303);
    CHECK_EQ(reply.Head.msgh_local_port, MACH_PORT_NULL);
    CHECK_EQ(reply.Head.msgh_id, 177);
    CHECK_EQ(reply.NDR.int_rep, NDR_record.int_rep);
    CHECK_EQ(reply.RetCode, 0xeeeeeeee);
}
