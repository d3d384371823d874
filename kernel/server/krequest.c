/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/krequest.c - what generated stubs see of a request (mig_kernel.h); all of it comes from outside */
#include "kernel/server/call.h"

enum { REGION_MAX = 1 << 20, NO_DESCRIPTOR = 0xff };

const uint8_t *mig_k_bytes(struct message *request)
{
    return request->bytes;
}

mach_msg_size_t mig_k_size(struct message *request)
{
    return request->size;
}

boolean_t mig_k_complex(struct message *request)
{
    return request->is_complex;
}

unsigned mig_k_ndesc(struct message *request)
{
    return request->n_descriptors;
}

struct port *mig_k_dest(struct message *request)
{
    return request->dest.port;
}

/* Descriptor k if it is of that type; the generated checks ask about types only after they have asked for the number. */
static struct message_descriptor *descriptor(struct message *request, unsigned k, uint8_t type)
{
    struct message_descriptor *d = k < request->n_copied_in ? &request->descriptors[k] : NULL;
    return d && d->type == type ? d : NULL;
}

unsigned mig_k_desc_type(struct message *request, unsigned k)
{
    unsigned type = k < request->n_copied_in ? request->descriptors[k].type : NO_DESCRIPTOR;
    return type == MACH_MSG_OOL_VOLATILE_DESCRIPTOR ? MACH_MSG_OOL_DESCRIPTOR : type;
}

struct port *mig_k_right(struct message *request, unsigned k)
{
    struct message_descriptor *d = descriptor(request, k, MACH_MSG_PORT_DESCRIPTOR);
    if (!d)
        return NULL;
    return port_is_real(d->port) && port_is_dead(d->port) ? PORT_DEAD : d->port;
}

mach_msg_type_name_t mig_k_right_type(struct message *request, unsigned k)
{
    return k < request->n_copied_in ? request->descriptors[k].disposition : 0;
}

/* Bytes that came as a segment are read once into the heap, where they then stay until the request is sunk. */
static bool bring_in(struct message *request, struct message_descriptor *d)
{
    struct ipc *ipc = call_ipc();
    struct memory *segment = d->memory, *memory;
    if (!segment->segment)
        return true;
    memory = memory_new(ipc, request->account, segment->size);
    if (!memory)
        return false;
    if (!memory_read(ipc, segment, memory->bytes, segment->size)) {
        memory_free(ipc, memory);
        return false;
    }
    memory_free(ipc, segment);
    d->memory = memory;
    return true;
}

uint8_t *mig_k_region(struct message *request, unsigned k, mach_msg_size_t *size)
{
    *size = 0;
    if (mig_k_desc_type(request, k) != MACH_MSG_OOL_DESCRIPTOR)
        return NULL;
    struct message_descriptor *d = &request->descriptors[k];
    if (!d->memory)
        return NULL;
    *size = (mach_msg_size_t)d->memory->size;
    return d->memory->size <= REGION_MAX && bring_in(request, d) ? d->memory->bytes : NULL;
}

struct port **mig_k_rights(struct message *request, unsigned k)
{
    struct message_descriptor *d = descriptor(request, k, MACH_MSG_OOL_PORTS_DESCRIPTOR);
    return d ? d->ports : NULL;
}

mach_msg_type_number_t mig_k_rights_count(struct message *request, unsigned k)
{
    struct message_descriptor *d = descriptor(request, k, MACH_MSG_OOL_PORTS_DESCRIPTOR);
    return d ? d->count : 0;
}

void mig_k_release_send(struct message *request, unsigned k)
{
    struct message_descriptor *d = descriptor(request, k, MACH_MSG_PORT_DESCRIPTOR);
    if (!d)
        return;
    right_release(call_ipc(), (struct right){ d->port, d->disposition });
    d->port = NULL;
    d->disposition = 0;
}
