/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/mig.c - what generated stubs call (M89 to M91) */
#include <mach/mach.h>
#include <mach/mach_sync_ipc.h>
#include <mach/vm_map.h>
#include <string.h>

#include "libmach/message/kernelrpc.h"
#include "libmach/message/mig.h"
#include "libmach/message/transport.h"
#include "libmach/message/trap.h"

NDR_record_t NDR_record = { .int_rep = NDR_INT_LITTLE_ENDIAN };

/* ---- reply ports ---- */

mach_port_t mig_get_reply_port(void)
{
    struct lib_thread *thread = transport_thread(NULL);
    if (thread == NULL)
        return MACH_PORT_NULL;
    if (thread->reply_port == MACH_PORT_NULL)
        thread->reply_port = mach_reply_port();
    return thread->reply_port;
}

void mig_put_reply_port(mach_port_t reply_port)
{
}

/* The name is forgotten before the right goes: a handler that runs between the two must not use a port that is not ours. */
void mig_dealloc_reply_port(mach_port_t port)
{
    struct lib_thread *thread = transport_thread(NULL);
    if (thread == NULL || thread->reply_port == MACH_PORT_NULL)
        return;
    mach_port_t reply = thread->reply_port;
    thread->reply_port = MACH_PORT_NULL;
    TRAP_KR(TRAP_PORT_MOD_REFS, NULL, mach_task_self_, reply, MACH_PORT_RIGHT_RECEIVE, (uint64_t)-1);
    if (port != reply && MACH_PORT_VALID(port))
        mach_port_deallocate(mach_task_self(), port);
}

mach_port_t mig_get_special_reply_port(void)
{
    struct lib_thread *thread = transport_thread(NULL);
    if (thread == NULL)
        return MACH_PORT_NULL;
    if (thread->special_reply_port == MACH_PORT_NULL)
        thread->special_reply_port = thread_get_special_reply_port();
    return thread->special_reply_port;
}

void mig_dealloc_special_reply_port(mach_port_t port)
{
    struct lib_thread *thread = transport_thread(NULL);
    if (thread == NULL || thread->special_reply_port == MACH_PORT_NULL)
        return;
    mach_port_t special = thread->special_reply_port;
    thread->special_reply_port = MACH_PORT_NULL;
    thread_destruct_special_reply_port(special, THREAD_SPECIAL_REPLY_PORT_ALL);
    if (port != special && MACH_PORT_VALID(port))
        mach_port_deallocate(mach_task_self(), port);
}

kern_return_t thread_destruct_special_reply_port(mach_port_name_t port,
                                                 thread_destruct_special_reply_port_rights_t rights)
{
    switch (rights) {
    case THREAD_SPECIAL_REPLY_PORT_ALL: return mach_port_destruct(mach_task_self(), port, -1, 0);
    case THREAD_SPECIAL_REPLY_PORT_RECEIVE_ONLY: return mach_port_destruct(mach_task_self(), port, 0, 0);
    case THREAD_SPECIAL_REPLY_PORT_SEND_ONLY: return mach_port_deallocate(mach_task_self(), port);
    }
    return KERN_INVALID_ARGUMENT;
}

/* ---- the watch on a synchronous link (T63) ---- */

kern_return_t mach_sync_ipc_link_monitoring_start(mach_port_t *port)
{
    boolean_t was_lost;
    mach_port_t special = mig_get_special_reply_port();
    *port = MACH_PORT_NULL;
    kern_return_t kr = mach_port_mod_refs(mach_task_self(), special, MACH_PORT_RIGHT_SEND, 1);
    if (kr != KERN_SUCCESS)
        return kr;
    kr = _kernelrpc_mach_port_special_reply_port_reset_link(mach_task_self(), special, &was_lost);
    if (kr == KERN_SUCCESS)
        *port = special;
    else
        mach_port_deallocate(mach_task_self(), special);
    return kr;
}

kern_return_t mach_sync_ipc_link_monitoring_stop(mach_port_t port, boolean_t *in_effect)
{
    boolean_t was_lost = TRUE;
    kern_return_t kr = _kernelrpc_mach_port_special_reply_port_reset_link(mach_task_self(), port, &was_lost);
    *in_effect = !was_lost;
    if (kr == KERN_SUCCESS)
        kr = mach_port_deallocate(mach_task_self(), port);
    return kr;
}

void mig_forget_replies(struct lib_thread *thread)
{
    if (thread->reply_port != MACH_PORT_NULL)
        mig_dealloc_reply_port(thread->reply_port);
    if (thread->special_reply_port != MACH_PORT_NULL)
        mig_dealloc_special_reply_port(thread->special_reply_port);
}

/* The end of a thread that the transport still serves. */
void mig_thread_fini(struct lib_thread *thread)
{
    mig_forget_replies(thread);
    if (thread->self != MACH_PORT_NULL)
        TRAP_KR(TRAP_PORT_DEALLOCATE, NULL, mach_task_self_, thread->self);
    thread->self = MACH_PORT_NULL;
}

/* ---- strings ---- */

int mig_strncpy(char *dest, const char *src, int len)
{
    int n = 0;
    if (len <= 0)
        return 0;
    while (n < len - 1 && src[n] != '\0') {
        dest[n] = src[n];
        n++;
    }
    dest[n] = '\0';
    return n + 1;
}

int mig_strncpy_zerofill(char *dest, const char *src, int len)
{
    int n = 0;
    if (len <= 0 || dest == NULL)
        return 0;
    if (src != NULL)
        n = mig_strncpy(dest, src, len);
    memset(dest + n, 0, (size_t)(len - n));
    return n;
}

/* ---- memory ---- */

void mig_allocate(vm_address_t *addr_p, vm_size_t size)
{
    if (vm_allocate(mach_task_self(), addr_p, size, VM_FLAGS_ANYWHERE) != KERN_SUCCESS)
        *addr_p = 0;
}

void mig_deallocate(vm_address_t addr, vm_size_t size)
{
    vm_deallocate(mach_task_self(), addr, size);
}

char *mig_user_allocate(vm_size_t size)
{
    vm_address_t at = 0;
    mig_allocate(&at, size);
    return (char *)at;
}

void mig_user_deallocate(char *data, vm_size_t size)
{
    mig_deallocate((vm_address_t)data, size);
}

/* ---- replies ---- */

void mig_reply_setup(mach_msg_header_t *request, mach_msg_header_t *reply)
{
    mig_reply_error_t *out = (mig_reply_error_t *)reply;
    out->Head.msgh_bits = MACH_MSGH_BITS(MACH_MSGH_BITS_LOCAL(request->msgh_bits), 0);
    out->Head.msgh_size = sizeof *out;
    out->Head.msgh_remote_port = request->msgh_local_port;
    out->Head.msgh_local_port = MACH_PORT_NULL;
    out->Head.msgh_voucher_port = MACH_PORT_NULL;
    out->Head.msgh_id = request->msgh_id + 100;
    out->NDR = NDR_record;
}

/* Vouchers do not travel by themselves here: a message carries what its sender put into it. */
boolean_t voucher_mach_msg_set(mach_msg_header_t *msg)
{
    return FALSE;
}

void voucher_mach_msg_clear(mach_msg_header_t *msg)
{
}

voucher_mach_msg_state_t voucher_mach_msg_adopt(mach_msg_header_t *msg)
{
    return VOUCHER_MACH_MSG_STATE_UNCHANGED;
}

void voucher_mach_msg_revert(voucher_mach_msg_state_t state)
{
}
