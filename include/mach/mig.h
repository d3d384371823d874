/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/mig.h> - the run time of generated stubs (abi-ipc 8)
 *
 * A generated server is one `struct mig_subsystem`: the range of request ids that it knows and, for each of
 * them, the function that unpacks the request, calls the program's routine and packs the reply. A generated
 * client stub takes its thread's reply port from mig_get_reply_port() and gives it back with
 * mig_put_reply_port() or, when it may be unusable, mig_dealloc_reply_port().
 */
#ifndef _MACH_MIG_H_
#define _MACH_MIG_H_

#include <stdint.h>
#include <mach/port.h>
#include <mach/message.h>
#include <mach/vm_types.h>
#include <sys/cdefs.h>

#ifndef __MigTypeCheck
#ifdef TypeCheck
#define __MigTypeCheck TypeCheck
#else
#define __MigTypeCheck 1
#endif
#endif

#define __MigKernelSpecificCode 0
#define __MigPackStructs 1

#if defined(__has_attribute)
#if __has_attribute(mig_server_routine)
#define MIG_SERVER_ROUTINE __attribute__((mig_server_routine))
#endif
#endif
#ifndef MIG_SERVER_ROUTINE
#define MIG_SERVER_ROUTINE
#endif

/* Serves one request: reads InHeadP, leaves the whole reply in OutHeadP. */
typedef void (*mig_stub_routine_t)(mach_msg_header_t *InHeadP, mach_msg_header_t *OutHeadP);
typedef mig_stub_routine_t mig_routine_t;

/* Finds the function for a request; NULL if the subsystem does not know its id. */
typedef mig_routine_t (*mig_server_routine_t)(mach_msg_header_t *InHeadP);

typedef kern_return_t (*mig_impl_routine_t)(void);

typedef mach_msg_type_descriptor_t routine_arg_descriptor;
typedef mach_msg_type_descriptor_t *routine_arg_descriptor_t;
typedef mach_msg_type_descriptor_t *mig_routine_arg_descriptor_t;
#define MIG_ROUTINE_ARG_DESCRIPTOR_NULL ((mig_routine_arg_descriptor_t)0)

struct routine_descriptor {
    mig_impl_routine_t impl_routine;    /* the program's routine */
    mig_stub_routine_t stub_routine;    /* the generated function around it */
    unsigned int argc;                  /* number of C arguments */
    unsigned int descr_count;           /* number of descriptors in the request */
    routine_arg_descriptor_t arg_descr; /* unused */
    unsigned int max_reply_msg;         /* largest reply, bytes, without trailer */
};
typedef struct routine_descriptor *routine_descriptor_t;
typedef struct routine_descriptor mig_routine_descriptor;
typedef mig_routine_descriptor *mig_routine_descriptor_t;
#define MIG_ROUTINE_DESCRIPTOR_NULL ((mig_routine_descriptor_t)0)

typedef struct mig_subsystem {
    mig_server_routine_t server;       /* finds the function for a request */
    mach_msg_id_t start;               /* first id served */
    mach_msg_id_t end;                 /* one past the last id served */
    mach_msg_size_t maxsize;           /* largest reply of all, bytes */
    vm_address_t reserved;             /* 0 */
    mig_routine_descriptor routine[1]; /* end - start of them */
} * mig_subsystem_t;
#define MIG_SUBSYSTEM_NULL ((mig_subsystem_t)0)

/* One line of the table that the _subsystem_to_name_map_ macros expand to. */
typedef struct mig_symtab {
    char *ms_routine_name;
    int ms_routine_number;
    void (*ms_routine)(void);
} mig_symtab_t;

__BEGIN_DECLS

/* The calling thread's reply port, made at the first call. MACH_PORT_NULL if none can be made. (K40) */
mach_port_t mig_get_reply_port(void);

/* The reply port may still be owed a message: destroys it, so that the next stub makes a fresh one. (K40) */
void mig_dealloc_reply_port(mach_port_t reply_port);

/* The reply port is idle again. */
void mig_put_reply_port(mach_port_t reply_port);

/*
 * Copies at most len bytes of the string src, always ending with a NUL; returns the number of bytes written,
 * the NUL included. The second form fills the rest of the len bytes with zeros, so that nothing of the sender
 * leaks.
 */
int mig_strncpy(char *dest, const char *src, int len);
int mig_strncpy_zerofill(char *dest, const char *src, int len);

/* Memory for out-of-line arguments: *addr is 0 if there is none. */
void mig_allocate(vm_address_t *addr, vm_size_t size);
void mig_deallocate(vm_address_t addr, vm_size_t size);

/* Memory for the messages of stubs themselves; NULL if there is none. (M61, M91) */
char *mig_user_allocate(vm_size_t size);
void mig_user_deallocate(char *data, vm_size_t size);

__END_DECLS

#endif /* _MACH_MIG_H_ */
