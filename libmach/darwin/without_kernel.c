/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/darwin/without_kernel.c - small calls of macOS that need no kernel: the tracer that never runs, reasons, signatures, transactions */
#include <errno.h>
#include <kern/cs_blobs.h>
#include <pthread/spawn.h>
#include <signal.h>
#include <spawn_private.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/codesign.h>
#include <sys/kdebug.h>
#include <sys/qos_private.h>
#include <sys/reason.h>
#include <sys/spawn_internal.h>
#include <vproc.h>

static int fail(int error)
{
    errno = error;
    return -1;
}

/* ---- the tracer ---- */

int kdebug_trace(uint32_t code, uint64_t argument1, uint64_t argument2, uint64_t argument3, uint64_t argument4)
{
    return KDBG_EXTRACT_CLASS(code) == DBG_TRACE ? fail(EINVAL) : 0;
}

uint64_t kdebug_trace_string(uint32_t code, uint64_t id, const char *text)
{
    return 0;
}

bool kdebug_is_enabled(uint32_t code)
{
    return false;
}

int kdebug_signpost(uint32_t code, uintptr_t argument1, uintptr_t argument2, uintptr_t argument3,
                    uintptr_t argument4)
{
    return 0;
}

int kdebug_signpost_start(uint32_t code, uintptr_t argument1, uintptr_t argument2, uintptr_t argument3,
                          uintptr_t argument4)
{
    return 0;
}

int kdebug_signpost_end(uint32_t code, uintptr_t argument1, uintptr_t argument2, uintptr_t argument3,
                        uintptr_t argument4)
{
    return 0;
}

/* ---- ends with a reason ---- */

void abort_with_payload(uint32_t name_space, uint64_t code, void *payload, uint32_t size, const char *text,
                        uint64_t flags)
{
    fprintf(stderr, "%s: ended with reason %u, code %llu%s%s\n", getprogname(), name_space,
            (unsigned long long)code, text != NULL ? ": " : "", text != NULL ? text : "");
    abort();
}

void abort_with_reason(uint32_t name_space, uint64_t code, const char *text, uint64_t flags)
{
    abort_with_payload(name_space, code, NULL, 0, text, flags);
}

int terminate_with_payload(int pid, uint32_t name_space, uint64_t code, void *payload, uint32_t size,
                           const char *text, uint64_t flags)
{
    return pid > 0 ? kill(pid, SIGKILL) : fail(EINVAL); /* never a group */
}

int terminate_with_reason(int pid, uint32_t name_space, uint64_t code, const char *text, uint64_t flags)
{
    return terminate_with_payload(pid, name_space, code, NULL, 0, text, flags);
}

/* ---- signatures ---- */

int csops(pid_t pid, unsigned int ops, void *address, size_t size)
{
    return fail(ENOTSUP);
}

int csops_audittoken(pid_t pid, unsigned int ops, void *address, size_t size, audit_token_t *token)
{
    return fail(ENOTSUP);
}

/* ---- transactions ---- */

vproc_transaction_t vproc_transaction_begin(vproc_t vproc)
{
    static char some; /* the handle tells programs nothing but that it is not NULL */
    return (vproc_transaction_t)(void *)&some;
}

void vproc_transaction_end(vproc_t vproc, vproc_transaction_t transaction)
{
}

/* ---- the class of a program that is started ---- */

int posix_spawnattr_set_qos_class_np(posix_spawnattr_t *attributes, qos_class_t qos_class)
{
    switch (qos_class) {
    case QOS_CLASS_UTILITY:
        return posix_spawnattr_set_qos_clamp_np(attributes, POSIX_SPAWN_PROC_CLAMP_UTILITY);
    case QOS_CLASS_BACKGROUND:
        return posix_spawnattr_set_qos_clamp_np(attributes, POSIX_SPAWN_PROC_CLAMP_BACKGROUND);
    case QOS_CLASS_MAINTENANCE:
        return posix_spawnattr_set_qos_clamp_np(attributes, POSIX_SPAWN_PROC_CLAMP_MAINTENANCE);
    }
    return EINVAL;
}

int posix_spawnattr_get_qos_class_np(const posix_spawnattr_t *attributes, qos_class_t *qos_class)
{
    static const qos_class_t of_clamp[] = { QOS_CLASS_UNSPECIFIED, QOS_CLASS_UTILITY, QOS_CLASS_BACKGROUND,
                                            QOS_CLASS_MAINTENANCE };
    uint64_t clamp = POSIX_SPAWN_PROC_CLAMP_NONE;
    int error = posix_spawnattr_get_qos_clamp_np(attributes, &clamp);
    *qos_class = of_clamp[clamp];
    return error;
}
