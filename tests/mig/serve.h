/* SPDX-License-Identifier: Apache-2.0 */
/* tests/mig/serve.h - a test that serves, a child that calls */
#pragma once

#include "tests/ports/util.h"

typedef boolean_t (*demux_t)(mach_msg_header_t *in, mach_msg_header_t *out);

/* That many requests, one after the other. */
static inline void serve(demux_t demux, mach_port_t server, int requests)
{
    while (requests-- > 0)
        REQUIRE_EQ(mach_msg_server_once(demux, 4096, server, MACH_MSG_OPTION_NONE), MACH_MSG_SUCCESS);
}

static inline void finish(world_task *client, mach_port_t server)
{
    CHECK_EQ(world_task_wait(client), WORLD_OK);
    destroy_port(server);
}

static inline mach_msg_type_number_t names_in_use(void)
{
    mach_port_name_array_t names;
    mach_port_type_array_t types;
    mach_msg_type_number_t n, n_types;

    REQUIRE_EQ(mach_port_names(SELF, &names, &n, &types, &n_types), KERN_SUCCESS);
    vm_deallocate(SELF, (vm_address_t)names, n * sizeof(names[0]));
    vm_deallocate(SELF, (vm_address_t)types, n_types * sizeof(types[0]));
    return n;
}
