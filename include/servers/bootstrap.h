/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <servers/bootstrap.h> - the namespace of services, served by launchd (abi-system 10)
 *
 * A *domain* is a table from names to services; a task's bootstrap port says in which domain it looks.
 * Domains form a tree: a lookup that finds nothing goes on in the parent. A *service* is a name with a port;
 * it belongs to a job: *declared* by a property list, or *dynamic*, made when a process offers it, and gone
 * with that process.
 *
 *      com.apple.launchd.peruser.1000           the root: everything that processes of this user offer
 *        +-- sample[1234].subset.5              a subset: its names are seen in it and below, not above (B54)
 *
 * What everybody should know (B9, B81, B82, B86 to B88):
 * - A name that an ordinary process offers is visible to all processes of its user, and the first to take a
 * free name
 *   has it. A client that must know whom it talks to checks the audit trailer of replies.
 * - A send right that you give away may be published by whoever gets it. Use a subset to keep names apart.
 * - Each right that a call returns adds a user reference, to be given back with mach_port_deallocate; a
 * receive right
 *   from bootstrap_check_in is freed with mach_port_mod_refs(..., MACH_PORT_RIGHT_RECEIVE, -1).
 *
 * Names are C strings of at most 127 bytes, longer ones are cut (B64). `sp` and the like are written only on
 * success, except by lookups, which store MACH_PORT_NULL on failure (B67).
 *
 * Besides its own codes every call can return (B66, B68)
 *    MACH_SEND_INVALID_DEST   `bp` is no send right, or its domain has ended
 *    MIG_BAD_ID               `bp` is a port of some other server
 * Rule numbers (B12) are those of the specification of bootstrap and launch.
 */
#ifndef _BOOTSTRAP_H_
#define _BOOTSTRAP_H_

#include <mach/std_types.h>
#include <mach/mach.h>
#include <sys/types.h>
#include <sys/cdefs.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include <Availability.h>

__BEGIN_DECLS

#define BOOTSTRAP_MAX_NAME_LEN 128
#define BOOTSTRAP_MAX_CMD_LEN 512
#define BOOTSTRAP_MAX_LOOKUP_COUNT 20

typedef char name_t[BOOTSTRAP_MAX_NAME_LEN];
typedef char cmd_t[BOOTSTRAP_MAX_CMD_LEN];
typedef name_t *name_array_t;
typedef int bootstrap_status_t;
typedef bootstrap_status_t *bootstrap_status_array_t;
typedef unsigned int bootstrap_property_t;
typedef bootstrap_property_t *bootstrap_property_array_t;
typedef boolean_t *bool_array_t;

/* Results. (B16, B69) */
#define BOOTSTRAP_SUCCESS 0
#define BOOTSTRAP_NOT_PRIVILEGED 1100  /* the name belongs to another job, or a policy forbids it */
#define BOOTSTRAP_NAME_IN_USE 1101     /* historic */
#define BOOTSTRAP_UNKNOWN_SERVICE 1102 /* no such name, or the domain is shutting down */
#define BOOTSTRAP_SERVICE_ACTIVE 1103  /* the caller's job offers it already */
#define BOOTSTRAP_BAD_COUNT 1104
#define BOOTSTRAP_NO_MEMORY 1105 /* no memory, a limit reached, or a dead port was given */
#define BOOTSTRAP_NO_CHILDREN 1106

/* bootstrap_status. (B60) */
#define BOOTSTRAP_STATUS_INACTIVE 0  /* nobody serves it, and it will not be started for a message */
#define BOOTSTRAP_STATUS_ACTIVE 1    /* somebody has checked it in or registered it */
#define BOOTSTRAP_STATUS_ON_DEMAND 2 /* its job starts when a message arrives */

/*
 * The domain that this process uses: set before main, and in a fork child, to what task_get_bootstrap_port
 * returns. A plain variable; task_set_bootstrap_port does not change it, nor the other way round. (B18)
 */
extern mach_port_t bootstrap_port;

/*
 * Offers a service: `sp` becomes the *receive right* of the service's port. Looks in the addressed domain
 * only. A name that nobody has becomes a dynamic service of the caller; messages that waited on a declared
 * one are on the port. (B23 to B29)
 *    BOOTSTRAP_NOT_PRIVILEGED    another job has the name
 *    BOOTSTRAP_SERVICE_ACTIVE    the caller's job offers it already
 *    BOOTSTRAP_UNKNOWN_SERVICE   the domain is shutting down
 *    BOOTSTRAP_NO_MEMORY
 */
kern_return_t bootstrap_check_in(mach_port_t bp, const char *service_name, mach_port_t *sp);

/*
 * Finds a service, in this domain or the nearest one above: `sp` becomes a *send right*. Does not start its
 * job and does not tell whether anybody serves it: messages wait, and start it. If the port dies on the way,
 * `sp` is
 * MACH_PORT_DEAD: test it with MACH_PORT_VALID. (B33 to B37)
 *    BOOTSTRAP_UNKNOWN_SERVICE   no such name; `sp` is MACH_PORT_NULL
 *    BOOTSTRAP_NO_MEMORY
 */
kern_return_t bootstrap_look_up(mach_port_t bp, const char *service_name, mach_port_t *sp);

/*
 * Looks up to BOOTSTRAP_MAX_LOOKUP_COUNT names at once: their ports, in the same order, MACH_PORT_NULL for those that nobody
 * has, in an array that the caller frees with vm_deallocate. (B42)
 *    BOOTSTRAP_BAD_COUNT   more names; nothing was looked up
 *    BOOTSTRAP_NO_MEMORY, and what bootstrap_look_up returns besides; no right is kept then
 */
kern_return_t bootstrap_look_up_array(mach_port_t bp, name_array_t service_names,
                                      mach_msg_type_number_t service_namesCnt, mach_port_array_t *sps,
                                      mach_msg_type_number_t *spsCnt, boolean_t *all_services_known);

/*
 * Offers any port that the caller has a send right to; the caller keeps its own. Deprecated, working: new
 * programs check in. `sp` MACH_PORT_NULL removes a declared service of the caller's job that nobody serves.
 * (B43 to B46)
 *    BOOTSTRAP_NO_MEMORY         `sp` is dead
 *    BOOTSTRAP_NOT_PRIVILEGED    another job has the name; policy (B81); a declared name: check in instead
 *    BOOTSTRAP_SERVICE_ACTIVE    the caller's job offers it already
 */
kern_return_t bootstrap_register(mach_port_t bp, char *service_name, mach_port_t sp);

/*
 * Declares a name: launchd makes the port and keeps the receive right until somebody of the caller's uid
 * checks in; `sp` becomes a send right. Ends with the caller's process. (B48)
 *    BOOTSTRAP_SERVICE_ACTIVE    the name is there already
 *    BOOTSTRAP_NOT_PRIVILEGED, BOOTSTRAP_NO_MEMORY
 */
kern_return_t bootstrap_create_service(mach_port_t bp, char *service_name, mach_port_t *sp);

/*
 * Makes a job of a command line, started at once or, `on_demand`, when a message comes for one of its
 * services; these are declared with bootstrap_create_service on `server_port`. (B49, B50)
 *    BOOTSTRAP_NOT_PRIVILEGED    another uid than the caller's; the caller may not make jobs
 *    BOOTSTRAP_NO_MEMORY         empty command, or shutting down
 */
kern_return_t bootstrap_create_server(mach_port_t bp, char *server_cmd /* cmd_t */, uid_t server_uid, boolean_t on_demand,
                                      mach_port_t *server_port);

/*
 * Makes a domain below this one; `subset` becomes a send right to its port. It ends, with all names in it,
 * when the port `requestor` dies: usually mach_task_self(), so at exit and at exec. (B51 to B56)
 *    BOOTSTRAP_NOT_PRIVILEGED    `requestor` MACH_PORT_NULL
 *    BOOTSTRAP_NO_MEMORY         `requestor` dead; more than 100 domains deep
 *    BOOTSTRAP_UNKNOWN_SERVICE   the domain is shutting down
 */
kern_return_t bootstrap_subset(mach_port_t bp, mach_port_t requestor, mach_port_t *subset);

/*
 * The domain above; of the root, itself. BOOTSTRAP_NOT_PRIVILEGED: the caller is not privileged. (B57, B78)
 */
kern_return_t bootstrap_parent(mach_port_t bp, mach_port_t *parent_port);

/* `bp` itself with one more user reference. KERN_INVALID_NAME, KERN_INVALID_RIGHT: no send right. (B58) */
kern_return_t bootstrap_unprivileged(mach_port_t bp, mach_port_t *unpriv_port);

/* BOOTSTRAP_STATUS_* of what a lookup would find; no side effects. BOOTSTRAP_UNKNOWN_SERVICE. (B60) */
kern_return_t bootstrap_status(mach_port_t bp, char *service_name, bootstrap_status_t *service_active);

/* A constant text for a result; mach_error_string's for others. (B22) */
const char *bootstrap_strerror(kern_return_t result);

__END_DECLS

#endif /* _BOOTSTRAP_H_ */
