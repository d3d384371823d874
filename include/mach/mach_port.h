/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/mach_port.h> - calls on ports, rights and names (subsystem 3200, abi-ipc 7)
 *
 * Words: <mach/port.h>. In the texts below R is a name with a receive right, S with a send right, RS with
 * both, SO with a send-once right, DN a dead name; NULL and DEAD are MACH_PORT_NULL and MACH_PORT_DEAD.
 *
 * `task` is a task's control port, mach_task_self() as a rule; calls marked *read* or *inspect* are content
 * with a weaker flavor (K50). Names are names in that task's space; an argument with a disposition beside it
 * (`poly`, `notify`), and the rights that extract_right and request_notification return, belong to the
 * caller's (P3).
 *
 * Results are listed in the order in which the checks are made; a call that fails has changed nothing unless
 * its text says otherwise. Before all others, every call returns
 *    MACH_SEND_INVALID_DEST   `task` is no usable right, or the task has died (P2)
 *    KERN_INVALID_TASK        `task` is a right to something else, or the task ends during the call (P2)
 * and a call that another task's port carries can fail as any message does. KERN_RESOURCE_SHORTAGE is always
 * possible. Rule numbers are those of the specification of ports and messages (P) and of task and thread
 * ports (K).
 */
#ifndef _mach_port_user_
#define _mach_port_user_

#include <string.h>
#include <mach/ndr.h>
#include <mach/boolean.h>
#include <mach/kern_return.h>
#include <mach/notify.h>
#include <mach/mach_types.h>
#include <mach/message.h>
#include <mach/mig_errors.h>
#include <mach/port.h>
#include <mach/std_types.h>
#include <mach/mig.h>
#include <mach_debug/mach_debug_types.h>
#include <sys/cdefs.h>
#include <Availability.h>

__BEGIN_DECLS

/* ---- looking at names ---- */

/*
 * Every name of the space and what it denotes: two arrays of equal length in out-of-line memory that the
 * caller frees with vm_deallocate. Types carry MACH_PORT_TYPE_DNREQUEST, SPREQUEST, SPREQUEST_DELAYED. Order:
 * not promised. (P19)
 */
kern_return_t mach_port_names(ipc_space_t task, mach_port_name_array_t *names,
                              mach_msg_type_number_t *namesCnt, mach_port_type_array_t *types,
                              mach_msg_type_number_t *typesCnt);

/*
 * What one name denotes: the sum of MACH_PORT_TYPE_* bits, with DNREQUEST if a request is registered on it.
 * (P18)
 *    KERN_SUCCESS        also for DEAD, with MACH_PORT_TYPE_DEAD_NAME
 *    KERN_INVALID_NAME   NULL, or unknown
 */
kern_return_t mach_port_type(ipc_space_t task, mach_port_name_t name, mach_port_type_t *ptype);

/* Always KERN_NOT_SUPPORTED. (P16) */
kern_return_t mach_port_rename(ipc_space_t task, mach_port_name_t old_name, mach_port_name_t new_name);

/* ---- making ports, sets and dead names ---- */

/*
 * As mach_port_allocate, under a name that the caller chooses: index << 8 | generation, low two bits both 1.
 * (P13, P14)
 *    KERN_INVALID_VALUE   name NULL or DEAD; right not RECEIVE, PORT_SET or DEAD_NAME
 *    KERN_NO_SPACE        index beyond the largest table
 *    KERN_INVALID_VALUE   the low two bits of the name are not both 1
 *    KERN_FAILURE         index 0, or that slot is in use under another generation
 *    KERN_NAME_EXISTS     the name is in use
 */
kern_return_t mach_port_allocate_name(ipc_space_t task, mach_port_right_t right, mach_port_name_t name);

/*
 * Makes a port (MACH_PORT_RIGHT_RECEIVE), an empty port set (PORT_SET) or a dead name (DEAD_NAME). A fresh
 * port has only its receive right, no senders, queue limit 5, and all counters 0. (P11, P12)
 *    KERN_INVALID_VALUE       any other right
 *    KERN_NO_SPACE            no free name
 *    KERN_RESOURCE_SHORTAGE
 */
kern_return_t mach_port_allocate(ipc_space_t task, mach_port_right_t right, mach_port_name_t *name);

/* As mach_port_allocate, with options that have no effect. qos->name set: KERN_INVALID_ARGUMENT. (P15) */
kern_return_t mach_port_allocate_qos(ipc_space_t task, mach_port_right_t right, mach_port_qos_t *qos,
                                     mach_port_name_t *name);

/*
 * mach_port_allocate_name if qos->name is set, else mach_port_allocate; preallocation has no effect. (P15)
 *    KERN_INVALID_VALUE       proto not NULL; preallocation for another right than RECEIVE
 *    KERN_RESOURCE_SHORTAGE   preallocation larger than any message
 */
kern_return_t mach_port_allocate_full(ipc_space_t task, mach_port_right_t right, mach_port_t proto,
                                      mach_port_qos_t *qos, mach_port_name_t *name);

/*
 * Makes a port with a context or guard, a queue limit and, with MPO_INSERT_SEND_RIGHT, a send right under the
 * same name. `context` is the guard with MPO_CONTEXT_AS_GUARD, else the port's context. Unknown flags are
 * ignored. (P64)
 *    KERN_INVALID_ARGUMENT    flags that exclude each other (P191)
 *    KERN_DENIED              MPO_SERVICE_PORT by another than the bootstrap server; MPO_TG_BLOCK_TRACKING
 *    KERN_INVALID_VALUE       MPO_QLIMIT and mpl_qlimit over MACH_PORT_QLIMIT_MAX; no port remains
 *    KERN_NO_SPACE, KERN_RESOURCE_SHORTAGE
 *    MACH_SEND_INVALID_DATA   `options` cannot be read
 */
kern_return_t mach_port_construct(ipc_space_t task, mach_port_options_ptr_t options,
                                  mach_port_context_t context, mach_port_name_t *name);

/* ---- user references and destruction ---- */

/*
 * Removes every right under the name at once. Destroying a port destroys its queued messages and makes other
 * tasks' send rights dead names. (P37, P52)
 *    KERN_SUCCESS         also for NULL and DEAD
 *    KERN_INVALID_NAME    unknown
 *    KERN_INVALID_RIGHT   the port is guarded with a value that is not 0; nothing changed
 */
kern_return_t mach_port_destroy(ipc_space_t task, mach_port_name_t name);

/*
 * Releases one user reference of a send right, send-once right (its port gets a SEND_ONCE message, P82), dead
 * name or, destroying it, port set. At 65535 the count is pegged and stays. (P27, P24)
 *    KERN_SUCCESS         also for NULL and DEAD
 *    KERN_INVALID_NAME    unknown
 *    KERN_INVALID_RIGHT   only a receive right: use mach_port_mod_refs
 */
kern_return_t mach_port_deallocate(ipc_space_t task, mach_port_name_t name);

/*
 * How many user references of that right the name has: 0 if it lacks the right, 1 for RECEIVE, PORT_SET,
 * SEND_ONCE, the count for SEND and DEAD_NAME. NULL and DEAD have one SEND and one SEND_ONCE. (P26)
 *    KERN_INVALID_VALUE   right 6 or more
 *    KERN_INVALID_NAME    unknown; NULL or DEAD with another right
 */
kern_return_t mach_port_get_refs(ipc_space_t task, mach_port_name_t name, mach_port_right_t right,
                                 mach_port_urefs_t *refs);

/*
 * Adds `delta` to the user references of that right. Which deltas fit (P28 to P34):
 *
 *    right          R      S      RS     SO     DN     port set
 *    SEND           -      any    any    -      -      -
 *    RECEIVE        0, -1  -      0, -1  -      -      -           -1 destroys the port
 *    SEND_ONCE      -      -      -      0, -1  -      -           -1: SEND_ONCE to the port
 *    PORT_SET       -      -      -      -      -      0, -1       -1 destroys the set; members live on
 *    DEAD_NAME      -      -      -      -      any    -
 *
 *    KERN_SUCCESS         also for NULL and DEAD with SEND or SEND_ONCE; delta 0 where there is no "-"
 *    KERN_INVALID_VALUE   right 6 or more; a delta that does not fit, or would leave less than 0
 *    KERN_INVALID_NAME    unknown; NULL or DEAD with another right
 *    KERN_INVALID_RIGHT   "-" above; RECEIVE -1 on a guarded port (use mach_port_destruct)
 *
 * A sum over 65535 pegs the count there. A name whose last reference goes is freed; RS without send
 * references becomes R. No call makes a send right of R by a delta: see mach_port_insert_right.
 */
kern_return_t mach_port_mod_refs(ipc_space_t task, mach_port_name_t name, mach_port_right_t right,
                                 mach_port_delta_t delta);

/*
 * Destroys the receive right under the name and changes the send references by `srdelta` (0 or less) in one
 * step. Send references that remain become a dead name. (P38)
 *    KERN_INVALID_NAME       NULL, DEAD, unknown
 *    KERN_INVALID_RIGHT      no receive right; srdelta not 0 without a send right
 *    KERN_INVALID_VALUE      srdelta over 0, or more than there is
 *    KERN_INVALID_ARGUMENT   the port is guarded with another value than `guard`
 */
kern_return_t mach_port_destruct(ipc_space_t task, mach_port_name_t name, mach_port_delta_t srdelta,
                                 mach_port_context_t guard);

/* ---- giving and taking rights ---- */

/*
 * Puts a right of the caller, named `poly` and taken with disposition `polyPoly` (16 to 21), into the task
 * under `name`. The usual call makes a send right of one's own port: insert_right(self, port, port,
 * MACH_MSG_TYPE_MAKE_SEND). (P39, P40)
 *    KERN_INVALID_NAME         `poly` unknown, NULL or DEAD
 *    KERN_INVALID_RIGHT        the disposition does not fit what `poly` denotes, or is none of 16 to 21
 *    KERN_INVALID_CAPABILITY   the right may not move
 * (another task's space: these three come as MACH_SEND_INVALID_RIGHT). From here on the right has been taken
 * and is destroyed: a moved one is lost, a made send-once right sends SEND_ONCE.
 *    KERN_INVALID_VALUE        `name` NULL or DEAD
 *    KERN_INVALID_CAPABILITY   the port is dead
 *    KERN_RIGHT_EXISTS         the task has a send or receive right to that port under another name
 *    KERN_NO_SPACE, KERN_INVALID_VALUE, KERN_FAILURE, KERN_NAME_EXISTS   as mach_port_allocate_name
 */
kern_return_t mach_port_insert_right(ipc_space_t task, mach_port_name_t name, mach_port_t poly,
                                     mach_msg_type_name_t polyPoly);

/*
 * Takes a right out of the task, with disposition `msgt_name` (16 to 21), and gives it to the caller: `poly`
 * is its name there, `polyPoly` its kind (16, 17 or 18). (P41)
 *    KERN_SUCCESS              also for a dead right with a COPY or MOVE_SEND disposition: `poly` is DEAD
 *    KERN_INVALID_VALUE        disposition not 16 to 21
 *    KERN_INVALID_RIGHT        NULL, DEAD, or the disposition does not fit what the name denotes
 *    KERN_INVALID_NAME         unknown
 *    KERN_INVALID_CAPABILITY   the right may not move
 */
kern_return_t mach_port_extract_right(ipc_space_t task, mach_port_name_t name, mach_msg_type_name_t msgt_name,
                                      mach_port_t *poly, mach_msg_type_name_t *polyPoly);

/* ---- notifications ---- */

/*
 * Asks for one message (see <mach/notify.h>) to the send-once right `notify`, taken with `notifyPoly`
 * (MACH_MSG_TYPE_MAKE_SEND_ONCE or MOVE_SEND_ONCE). `notify` NULL takes a request back. `previous` is the
 * right that was registered before, now the caller's to use up or release; NULL if there was none, DEAD if
 * its port died.
 *
 *    msgid            name             sync
 *    DEAD_NAME        R, S, RS, SO     DN: not 0 means notify at once, one uref more (P72)
 *    SEND_POSSIBLE    R, S, RS, SO     not 0: at once if there is room, else armed; 0: armed by the next
 *                                      MACH_SEND_NOTIFY that finds the queue full (P75, P118)
 *    NO_SENDERS       R, RS            at once if there are no senders and the make-send count is `sync` or
 *                                      more (P77)
 *    PORT_DESTROYED   R, RS            must be 0; neither replaceable nor removable (P80)
 *
 * DEAD_NAME and SEND_POSSIBLE share one slot of the name (P71).
 *    MIG_TYPE_ERROR            notifyPoly is neither of the two
 *    KERN_INVALID_NAME, KERN_INVALID_RIGHT   `notify` cannot be taken so
 *    KERN_INVALID_CAPABILITY   `notify` is dead, or may not move
 *    KERN_INVALID_VALUE        another msgid; PORT_DESTROYED with sync not 0
 *    KERN_INVALID_ARGUMENT     NULL or DEAD with DEAD_NAME or SEND_POSSIBLE; DN with DEAD_NAME, sync 0
 *    KERN_INVALID_NAME         unknown
 *    KERN_INVALID_RIGHT        the name denotes something else; NULL or DEAD with the last two
 *    KERN_FAILURE              PORT_DESTROYED is registered already
 * If it fails after `notify` was taken, that right is destroyed: its port gets SEND_ONCE. (P69 to P83)
 */
kern_return_t mach_port_request_notification(ipc_space_t task, mach_port_name_t name, mach_msg_id_t msgid,
                                             mach_port_mscount_t sync, mach_port_t notify,
                                             mach_msg_type_name_t notifyPoly, mach_port_t *previous);

/* ---- port sets ---- */

/*
 * The names of the members, in an array that the caller frees with vm_deallocate; an empty set gives none.
 * *read*. (P95)
 *    KERN_INVALID_RIGHT   NULL, DEAD, or no port set
 *    KERN_INVALID_NAME    unknown
 */
kern_return_t mach_port_get_set_status(ipc_space_read_t task, mach_port_name_t name,
                                       mach_port_name_array_t *members, mach_msg_type_number_t *membersCnt);

/*
 * Takes the port out of all its sets and puts it into the set `after`; `after` NULL only takes it out. (P87)
 *    KERN_INVALID_RIGHT   member NULL or DEAD or not a receive right; after DEAD or not a set
 *    KERN_INVALID_NAME    unknown
 *    KERN_NOT_IN_SET      after NULL and the port is in no set
 */
kern_return_t mach_port_move_member(ipc_space_t task, mach_port_name_t member, mach_port_name_t after);

/*
 * Adds the port to the set; it stays in its other sets. Messages that wait on it can be received at once.
 * (P85, P88)
 *    KERN_INVALID_RIGHT    a name is NULL or DEAD; `name` is no receive right; `pset` is no set
 *    KERN_INVALID_NAME     unknown
 *    KERN_ALREADY_IN_SET
 */
kern_return_t mach_port_insert_member(ipc_space_t task, mach_port_name_t name, mach_port_name_t pset);

/* Removes the port from this set only; results as above, and KERN_NOT_IN_SET. (P86) */
kern_return_t mach_port_extract_member(ipc_space_t task, mach_port_name_t name, mach_port_name_t pset);

/* ---- calls on a receive right ---- */

/*
 * All of these need R or RS under the name (P46):
 *    KERN_INVALID_RIGHT   NULL, DEAD, or another kind of right, a dead name included
 *    KERN_INVALID_NAME    unknown
 */

/* Sets the make-send count. (P47) */
kern_return_t mach_port_set_mscount(ipc_space_t task, mach_port_name_t name, mach_port_mscount_t mscount);

/* Sets the number that the next message received will carry. (P48) */
kern_return_t mach_port_set_seqno(ipc_space_t task, mach_port_name_t name, mach_port_seqno_t seqno);

/*
 * Looks at a queued message without taking it: *request_seqnop 0 for the first, or its number. Returns
 * number, size (8 bytes more than the sender's, and 4 for each port descriptor; P170), id and as much of the trailer as fits.
 *    KERN_INVALID_VALUE   trailer elements over 3, or *trailer_infopCnt too small for them
 *    KERN_FAILURE         no such message
 */
kern_return_t mach_port_peek(ipc_space_t task, mach_port_name_t name, mach_msg_trailer_type_t trailer_type,
                             mach_port_seqno_t *request_seqnop, mach_msg_size_t *msg_sizep,
                             mach_msg_id_t *msg_idp, mach_msg_trailer_info_t trailer_infop,
                             mach_msg_type_number_t *trailer_infopCnt);

/*
 * Reads an attribute: flavors and structures in <mach/port.h>. In: *port_info_outCnt words of room; out:
 * words filled. *read*. (P54, P55)
 *    KERN_SUCCESS            NULL and DEAD with MACH_PORT_LIMITS_INFO (count 0) or DNREQUESTS_SIZE (value 0)
 *    KERN_FAILURE            the room is too small; checked before the name
 *    KERN_INVALID_ARGUMENT   unknown flavor
 */
kern_return_t mach_port_get_attributes(ipc_space_read_t task, mach_port_name_t name,
                                       mach_port_flavor_t flavor, mach_port_info_t port_info_out,
                                       mach_msg_type_number_t *port_info_outCnt);

/*
 * Sets an attribute. MACH_PORT_LIMITS_INFO: raising the limit lets blocked senders go on, lowering it drops
 * nothing. (P56, P59)
 *    KERN_FAILURE            too few words
 *    KERN_INVALID_VALUE      queue limit over MACH_PORT_QLIMIT_MAX
 *    KERN_INVALID_ARGUMENT   unknown or read-only flavor
 */
kern_return_t mach_port_set_attributes(ipc_space_t task, mach_port_name_t name, mach_port_flavor_t flavor,
                                       mach_port_info_t port_info, mach_msg_type_number_t port_infoCnt);

/*
 * Checks that the port is strictly guarded with a value (MACH_PORT_GUARD_INFO). (P57)
 *    KERN_INVALID_ARGUMENT   it is not, or unknown flavor
 *    KERN_FAILURE            too few words
 */
kern_return_t mach_port_assert_attributes(ipc_space_t task, mach_port_name_t name, mach_port_flavor_t flavor,
                                          mach_port_info_t info, mach_msg_type_number_t infoCnt);

/* The number of send rights that exist, one for each space and each message that has one. (P42, P23) */
kern_return_t mach_port_get_srights(ipc_space_t task, mach_port_name_t name, mach_port_rights_t *srights);

/* The port's 64-bit context; 0 on a strictly guarded port. *read*. (P49) */
kern_return_t mach_port_get_context(ipc_space_read_t task, mach_port_name_t name,
                                    mach_port_context_t *context);

/* Sets it, and with it the guard of a guarded port. KERN_INVALID_ARGUMENT on a strictly guarded one. (P49) */
kern_return_t mach_port_set_context(ipc_space_t task, mach_port_name_t name, mach_port_context_t context);

/*
 * From now on only mach_port_destruct with this value destroys the port; `strict` also hides and fixes the
 * context. (P60, P62)
 *    KERN_INVALID_NAME       NULL, DEAD, unknown
 *    KERN_INVALID_RIGHT      no receive right
 *    KERN_INVALID_ARGUMENT   the context is not 0
 */
kern_return_t mach_port_guard(ipc_space_t task, mach_port_name_t name, mach_port_context_t guard,
                              boolean_t strict);

/*
 * Takes the guard away and clears the context. KERN_INVALID_ARGUMENT: not guarded, or with another value.
 * (P60)
 */
kern_return_t mach_port_unguard(ipc_space_t task, mach_port_name_t name, mach_port_context_t guard);

/* As mach_port_guard; flags MPG_STRICT, MPG_IMMOVABLE_RECEIVE. (P61) */
kern_return_t mach_port_guard_with_flags(ipc_space_t task, mach_port_name_t name, mach_port_context_t guard,
                                         uint64_t flags);

/* Changes the guard. KERN_INVALID_ARGUMENT: not guarded, guarded strictly, or `old_guard` is wrong. (P61) */
kern_return_t mach_port_swap_guard(ipc_space_t task, mach_port_name_t name, mach_port_context_t old_guard,
                                   mach_port_context_t new_guard);

/* ---- for tools ---- */

/* Enlarges the name table to at least that many slots; never shrinks it. (P20) */
kern_return_t task_set_port_space(ipc_space_t task, int table_entries);

/*
 * The whole name table: one record for each slot, free ones too; the tree is always empty. The caller frees
 * both arrays. *read*. (P172)
 */
kern_return_t mach_port_space_info(ipc_space_read_t space, ipc_info_space_t *space_info,
                                   ipc_info_name_array_t *table_info, mach_msg_type_number_t *table_infoCnt,
                                   ipc_info_tree_name_array_t *tree_info,
                                   mach_msg_type_number_t *tree_infoCnt);

/* Its size and how many slots are in use. *inspect*. (P173) */
kern_return_t mach_port_space_basic_info(ipc_space_inspect_t task, ipc_info_space_basic_t *basic_info);

/* Request slots of a port: room and use. KERN_INVALID_NAME, also NULL and DEAD; KERN_INVALID_RIGHT. (P174) */
kern_return_t mach_port_dnrequest_info(ipc_space_t task, mach_port_name_t name, unsigned *dnr_total,
                                       unsigned *dnr_used);

/*
 * What kind of kernel object a send or receive right stands for: a type number (appendix A of the
 * specification), 0 for an ordinary port, and an id that is the same for all ports of one object. *read*.
 * (P171, K124, K125)
 *    KERN_INVALID_NAME    unknown, NULL, DEAD
 *    KERN_INVALID_RIGHT   neither send nor receive right, or the port is dead
 */
kern_return_t mach_port_kobject(ipc_space_read_t task, mach_port_name_t name, natural_t *object_type,
                                mach_vm_address_t *object_addr);

/* The same with 32-bit results. *read*. (P171) */
kern_return_t mach_port_kernel_object(ipc_space_read_t task, mach_port_name_t name, unsigned *object_type,
                                      unsigned *object_addr);

/* The same with a text, for example "task 4711 control". *read*. (K126) */
kern_return_t mach_port_kobject_description(ipc_space_read_t task, mach_port_name_t name,
                                            natural_t *object_type, mach_vm_address_t *object_addr,
                                            kobject_description_t description);

/*
 * Whether one port was made as a connection of the other. KERN_INVALID_CAPABILITY: other kinds of ports.
 * (P198)
 */
kern_return_t mach_port_is_connection_for_service(ipc_space_t task, mach_port_name_t connection_port,
                                                  mach_port_name_t service_port, uint64_t *filter_policy_id);

/*
 * The name that a service port was made with. KERN_INVALID_CAPABILITY: another kind of port. *read*. (P196)
 */
kern_return_t mach_port_get_service_port_info(ipc_space_read_t task, mach_port_name_t name,
                                              mach_service_port_info_data_t *sp_info_out);

__END_DECLS

#endif /* _mach_port_user_ */
