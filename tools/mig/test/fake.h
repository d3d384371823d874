/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/test/fake.h - a mach_msg for tests: user stubs and server stubs meet in one process
 *
 * Every send is recorded byte by byte. Then, in this order: `result` other than 0 is returned as it is; a
 * `reply` that was set is delivered; else `demux` serves the request and its answer is delivered. On the way
 * dispositions change as the kernel changes them, and trailers are added. Names and addresses stay what they
 * are.
 */
#pragma once

#include <mach/mach.h>
#include <mach/mig_errors.h>
#include <stdbool.h>

#define FAKE_REPLY_PORT 0x1603  /* the client's reply port */
#define FAKE_SPECIAL_PORT 0x1703 /* its special reply port */
#define FAKE_REPLY_RIGHT 0x2b03 /* what the server calls it */
#define FAKE_ROOM 16384

typedef boolean_t (*fake_demux_t)(mach_msg_header_t *in, mach_msg_header_t *out);

struct fake {
    mach_msg_return_t result;         /* of a call that sends */
    mach_msg_return_t receive_result; /* of a call that only receives */
    mach_port_t failed_local_port; /* what a failed send leaves in the local port field, if not 0 */
    const void *reply;
    mach_msg_size_t reply_size;
    fake_demux_t demux;
    mach_msg_size_t trailer_size, trailer_type; /* of what the client receives; 0: the least */

    unsigned char received[FAKE_ROOM]; /* the last reply as the client got it */
    mach_msg_size_t received_size;

    unsigned calls;
    unsigned char request[FAKE_ROOM];
    mach_msg_option_t option, send_option; /* of the last call, of the last one that sent */
    mach_msg_size_t send_size, rcv_size;
    mach_port_t rcv_name;
    mach_msg_timeout_t timeout, send_timeout;

    unsigned destroyed;                 /* mach_msg_destroy */
    unsigned got_reply, dealloc_special; /* mig_get_reply_port, mig_dealloc_special_reply_port */
    unsigned put_reply, dealloc_reply;  /* mig_..._reply_port */
    mach_port_t last_dealloc;
    unsigned freed, freed_bytes;        /* mig_deallocate */
    bool no_memory;
    unsigned allocations, allocated;    /* mig_user_allocate: how often, and what was not given back */
    unsigned deallocated;               /* mach_port_deallocate */
    void (*on_free)(vm_address_t address, vm_size_t size); /* told of each mig_deallocate, if not NULL */
};

extern struct fake fake;

void fake_reset(fake_demux_t demux);

/* Turns a request as it was sent into what a server receives; room must have 80 bytes behind it for the
 * trailer. */
void fake_receive(void *message, mach_msg_size_t trailer_size);
/* The reply to a request as received (see above), as it leaves the stub; what the demultiplexer returned. */
boolean_t fake_serve(fake_demux_t demux, void *request, void *reply);
