/* SPDX-License-Identifier: Apache-2.0 */
/* <bootstrap_priv.h> - calls on the namespace for tools and system services (abi-system 10) */
#ifndef _BOOTSTRAP_PRIVATE_H_
#define _BOOTSTRAP_PRIVATE_H_

#include <servers/bootstrap.h>
#include <sys/types.h>
#include <stdint.h>

__BEGIN_DECLS

/* Flags of the calls with a number in their name; unknown bits are ignored. (B17) */
#define BOOTSTRAP_PER_PID_SERVICE (1 << 0)   /* a name private to one process (B30, B40, B47) */
#define BOOTSTRAP_ALLOW_LOOKUP (1 << 1)
#define BOOTSTRAP_DENY_JOB_CREATION (1 << 2)
#define BOOTSTRAP_PRIVILEGED_SERVER (1 << 3) /* look_up: only a server with effective uid 0 will do (B38) */
#define BOOTSTRAP_FORCE_LOCAL (1 << 4)       /* accepted, changes nothing (B62) */
#define BOOTSTRAP_SPECIFIC_INSTANCE (1 << 5) /* look_up3: the instance with the given id (B41) */
#define BOOTSTRAP_STRICT_CHECKIN (1 << 6)    /* check_in: make no new name; UNKNOWN_SERVICE instead (B25) */
#define BOOTSTRAP_STRICT_LOOKUP (1 << 7)     /* (B39) */

/* Properties of child domains. */
#define BOOTSTRAP_PROPERTY_EXPLICITSUBSET (1 << 0)
#define BOOTSTRAP_PROPERTY_IMPLICITSUBSET (1 << 1)
#define BOOTSTRAP_PROPERTY_MOVEDSUBSET (1 << 2)
#define BOOTSTRAP_PROPERTY_PERUSER (1 << 3)
#define BOOTSTRAP_PROPERTY_XPC_DOMAIN (1 << 4)
#define BOOTSTRAP_PROPERTY_XPC_SINGLETON (1 << 5)

/* Sets bootstrap_port from the task's port; libmach does so before main and after fork. (B18) */
void bootstrap_init(void);

/* As the calls without a number, with flags; `target_pid` 0 is nobody in particular. */
kern_return_t bootstrap_register2(mach_port_t bp, char *service_name /* name_t */, mach_port_t sp, uint64_t flags);
kern_return_t bootstrap_look_up2(mach_port_t bp, const char *service_name, mach_port_t *sp, pid_t target_pid,
                                 uint64_t flags);
kern_return_t bootstrap_check_in2(mach_port_t bp, const char *service_name, mach_port_t *sp, uint64_t flags);

/* ... and an instance id, for jobs with several instances. */
kern_return_t bootstrap_look_up3(mach_port_t bp, const char *service_name, mach_port_t *sp, pid_t target_pid,
                                 const uuid_t instance_id, uint64_t flags);
kern_return_t bootstrap_check_in3(mach_port_t bp, const char *service_name, mach_port_t *sp,
                                  uuid_t instance_id, uint64_t flags);

/* Looks in the domain of another user. (B11) */
kern_return_t bootstrap_look_up_per_user(mach_port_t bp, const char *service_name, uid_t target_user,
                                         mach_port_t *sp);

/*
 * Names, owning jobs and states of the services of this one domain, in the order in which they were added:
 * three arrays of equal length, in memory that the caller frees with vm_deallocate. (B61)
 * BOOTSTRAP_NO_MEMORY.
 */
kern_return_t bootstrap_info(mach_port_t bp, name_array_t *service_names,
                             mach_msg_type_number_t *service_namesCnt, name_array_t *service_jobs,
                             mach_msg_type_number_t *service_jobsCnt,
                             bootstrap_status_array_t *service_active,
                             mach_msg_type_number_t *service_activeCnt, uint64_t flags);

/*
 * The domains directly below: ports, names, properties, in memory that the caller frees. (B63)
 *    BOOTSTRAP_NOT_PRIVILEGED   the caller is not privileged
 *    BOOTSTRAP_NO_CHILDREN
 */
kern_return_t bootstrap_lookup_children(mach_port_t bp, mach_port_array_t *children, name_array_t *names,
                                        bootstrap_property_array_t *properties,
                                        mach_msg_type_number_t *n_children);

/* The root of the caller's namespace. (B59) */
kern_return_t bootstrap_get_root(mach_port_t bp, mach_port_t *root);

__END_DECLS

#endif /* _BOOTSTRAP_PRIVATE_H_ */
