/* SPDX-License-Identifier: Apache-2.0 */
/* voucher.c - a few bytes made a voucher, sent along with a message, and read again */
#include <err.h>
#include <mach/mach.h>
#include <mach/mach_voucher.h>
#include <stdlib.h>
#include <string.h>

#define TEXT "fifteen letters"

static void must(kern_return_t kr, const char *what)
{
    if (kr != KERN_SUCCESS)
        errx(1, "%s: %s", what, mach_error_string(kr));
}

static mach_voucher_t make_voucher(void)
{
    char room[sizeof(mach_voucher_attr_recipe_data_t) + sizeof(TEXT)];
    mach_voucher_attr_recipe_t recipe = (mach_voucher_attr_recipe_t)room;
    mach_voucher_t voucher;
    *recipe = (mach_voucher_attr_recipe_data_t){ .key = MACH_VOUCHER_ATTR_KEY_USER_DATA,
                                                 .command = MACH_VOUCHER_ATTR_USER_DATA_STORE,
                                                 .content_size = sizeof(TEXT) };
    memcpy(recipe->content, TEXT, sizeof(TEXT));
    must(host_create_mach_voucher(mach_host_self(), (mach_voucher_attr_raw_recipe_array_t)room, sizeof(room),
                                  &voucher),
         "host_create_mach_voucher");
    return voucher;
}

static void read_voucher(mach_voucher_t voucher)
{
    char room[512];
    mach_voucher_attr_recipe_t recipe = (mach_voucher_attr_recipe_t)room;
    mach_voucher_attr_recipe_size_t size = sizeof(room);
    must(mach_voucher_extract_attr_recipe(voucher, MACH_VOUCHER_ATTR_KEY_USER_DATA,
                                          (mach_voucher_attr_raw_recipe_t)room, &size),
         "mach_voucher_extract_attr_recipe");
    if (recipe->content_size != sizeof(TEXT) || memcmp(recipe->content, TEXT, sizeof(TEXT)) != 0)
        errx(1, "what the voucher says");
}

int main(void)
{
    mach_port_t port;
    mach_msg_empty_rcv_t in;
    mach_voucher_t voucher = make_voucher(), same = make_voucher();
    if (same != voucher)
        errx(1, "equal contents are one voucher");
    must(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port), "mach_port_allocate");
    mach_msg_header_t out = { .msgh_bits =
                                  MACH_MSGH_BITS_SET(MACH_MSG_TYPE_MAKE_SEND, 0, MACH_MSG_TYPE_MOVE_SEND, 0),
                              .msgh_size = sizeof(out),
                              .msgh_remote_port = port,
                              .msgh_voucher_port = voucher };
    must(mach_msg_send(&out), "mach_msg_send");
    must(mach_msg(&in.header, MACH_RCV_MSG | MACH_RCV_VOUCHER, 0, sizeof(in), port, MACH_MSG_TIMEOUT_NONE,
                  MACH_PORT_NULL),
         "receive");
    if (in.header.msgh_voucher_port != same ||
        MACH_MSGH_BITS_VOUCHER(in.header.msgh_bits) != MACH_MSG_TYPE_MOVE_SEND)
        errx(1, "the voucher has come with the message");
    read_voucher(in.header.msgh_voucher_port);
    mach_msg_destroy(&in.header);
    must(mach_voucher_deallocate(same), "mach_voucher_deallocate");
    return EXIT_SUCCESS;
}
