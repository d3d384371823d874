/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/task.h> - calls on tasks (subsystem 3400, abi-system 1.4)
 *
 * A task is named by a port of one of four flavors: control > read > inspect > name. Each call says which is
 * the weakest that it accepts; stronger ones always work, and a weaker one, a dead task or another kind of
 * port gives
 * KERN_INVALID_ARGUMENT unless it says otherwise (K3, K44). A dead name gives MACH_SEND_INVALID_DEST (K4). A
 * send right that a call returns adds one user reference (K7); arrays of ports and their memory belong to the
 * caller (K8). Results stand in the order of the checks. KERN_NOT_SUPPORTED: not built (P1). Rule numbers
 * (K12) are those of the specification of task and thread ports.
 */
#ifndef _task_user_
#define _task_user_

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
#include <mach/mach_param.h>

__BEGIN_DECLS

/* ---- life ---- */

/* Not offered: a task is a Linux process. KERN_NOT_SUPPORTED or MIG_BAD_ID. (K11) */
kern_return_t task_create(task_t target_task, ledger_array_t ledgers, mach_msg_type_number_t ledgersCnt,
                          boolean_t inherit_memory, task_t *child_task);

/* control. KERN_FAILURE for a live process: programs end processes with exit or kill. (K156) */
kern_return_t task_terminate(task_t target_task);

/*
 * inspect. All threads in creation order, as ports of the flavor asked through. (K119 to K122)
 *    KERN_FAILURE   the task is no longer active
 */
kern_return_t task_threads(task_inspect_t target_task, thread_act_array_t *act_list,
                           mach_msg_type_number_t *act_listCnt);

/* ---- registered ports: three slots that children inherit ---- */

/*
 * control. Stores up to TASK_PORT_REGISTER_MAX ports, clears the other slots. Null and dead are legal. (K92)
 *    KERN_INVALID_ARGUMENT   count over 3
 *    KERN_INVALID_RIGHT      a right that may not move; nothing changed
 */
kern_return_t mach_ports_register(task_t target_task, mach_port_array_t init_port_set,
                                  mach_msg_type_number_t init_port_setCnt);

/* control. Always three entries, in out-of-line memory. (K93) */
kern_return_t mach_ports_lookup(task_t target_task, mach_port_array_t *init_port_set,
                                mach_msg_type_number_t *init_port_setCnt);

/* ---- information ---- */

/*
 * name; TASK_DYLD_INFO wants read. Flavors and structures: <mach/task_info.h>. In: *task_info_outCnt words of
 * room; out: words filled. KERN_INVALID_ARGUMENT: room too small, unknown flavor, task gone. (K214 to K223)
 */
kern_return_t task_info(task_name_t target_task, task_flavor_t flavor, task_info_t task_info_out,
                        mach_msg_type_number_t *task_info_outCnt);

/* Always KERN_INVALID_ARGUMENT. (K214) */
kern_return_t task_set_info(task_t target_task, task_flavor_t flavor, task_info_t task_info_in,
                            mach_msg_type_number_t task_info_inCnt);

/* KERN_NOT_SUPPORTED. (K166) */
kern_return_t task_inspect(task_inspect_t task_insp, task_inspect_flavor_t flavor,
                           task_inspect_info_t info_out, mach_msg_type_number_t *info_outCnt);

/* ---- suspension: the task runs while its stop count is 0 (K127 to K142) ---- */

/*
 * read. Stop count + 1, - 1. The first suspend returns when all threads stand still. The counts of a
 * suspender that dies are taken off, together with those of all others, when nobody is left who suspended.
 *    KERN_FAILURE   task inactive; resume: not suspended
 */
kern_return_t task_suspend(task_read_t target_task);
kern_return_t task_resume(task_read_t target_task);

/*
 * read. Stop count + 1; the token is a send-once right worth this one count: task_resume2 takes it back and
 * uses the token up, destroying the token does the same. (K129 to K131)
 *    KERN_FAILURE   task inactive; resume2: not suspended
 */
kern_return_t task_suspend2(task_read_t target_task, task_suspension_token_t *suspend_token);
kern_return_t task_resume2(task_suspension_token_t suspend_token);

/* ---- special ports: <mach/task_special_ports.h> ---- */

/*
 * inspect. A send right to the port; NULL if the slot is empty, DEAD if its port died. (K76, K77)
 *    KERN_INVALID_CAPABILITY   this flavor may not ask for that port
 *    KERN_FAILURE              task not active
 *    KERN_INVALID_ARGUMENT     no such number
 */
kern_return_t task_get_special_port(task_inspect_t task, int which_port, mach_port_t *special_port);

/*
 * control. Stores the right; null clears. Children made later inherit it. (K78 to K83)
 *    KERN_INVALID_RIGHT      the right may not move
 *    KERN_NO_ACCESS          KERNEL and HOST, unless interposing is allowed; ACCESS, once it is set
 *    KERN_FAILURE            task terminated
 *    KERN_INVALID_ARGUMENT   not a number that can be set
 */
kern_return_t task_set_special_port(task_t task, int which_port, mach_port_t special_port);

/* ---- threads ---- */

/*
 * control. A new thread without registers, suspended; and one that runs. Own task only, and only where the
 * configuration has raw threads. (K154, K155)
 *    KERN_NOT_SUPPORTED   another task, or not built
 *    KERN_FAILURE         task dying, or no more threads
 */
kern_return_t thread_create(task_t parent_task, thread_act_t *child_act);
kern_return_t thread_create_running(task_t parent_task, thread_state_flavor_t flavor,
                                    thread_state_t new_state, mach_msg_type_number_t new_stateCnt,
                                    thread_act_t *child_act);

/* KERN_INVALID_ARGUMENT for every flavor. (K165) */
kern_return_t task_get_state(task_read_t task, thread_state_flavor_t flavor, thread_state_t old_state,
                             mach_msg_type_number_t *old_stateCnt);
kern_return_t task_set_state(task_t task, thread_state_flavor_t flavor, thread_state_t new_state,
                             mach_msg_type_number_t new_stateCnt);

/* ---- exception ports ---- */

/*
 * control. For each type in the mask: where its exceptions go, in which form. Null clears. Types: EXC_MASK_*,
 * behaviours: <mach/exception_types.h>. (K167 to K169)
 *    KERN_INVALID_ARGUMENT   mask outside 0x3ffe, unknown behaviour or flavor
 *    KERN_INVALID_RIGHT      the port may not move
 *    KERN_NO_ACCESS, KERN_DENIED   a policy forbids it
 *    KERN_FAILURE            task terminated
 */
kern_return_t task_set_exception_ports(task_t task, exception_mask_t exception_mask, mach_port_t new_port,
                                       exception_behavior_t behavior, thread_state_flavor_t new_flavor);

/*
 * control. What is set for the types in the mask, equal entries merged: at most 32, one send right each.
 * (K173, K174)
 */
kern_return_t task_get_exception_ports(task_t task, exception_mask_t exception_mask,
                                       exception_mask_array_t masks, mach_msg_type_number_t *masksCnt,
                                       exception_handler_array_t old_handlers,
                                       exception_behavior_array_t old_behaviors,
                                       exception_flavor_array_t old_flavors);

/* control. Both in one step; the old entries are returned. (K172) */
kern_return_t task_swap_exception_ports(task_t task, exception_mask_t exception_mask, mach_port_t new_port,
                                        exception_behavior_t behavior, thread_state_flavor_t new_flavor,
                                        exception_mask_array_t masks, mach_msg_type_number_t *masksCnt,
                                        exception_handler_array_t old_handlers,
                                        exception_behavior_array_t old_behaviors,
                                        exception_flavor_array_t old_flavors);

/* read. As get, with ids to compare instead of rights. (K176) */
kern_return_t task_get_exception_ports_info(mach_port_t port, exception_mask_t exception_mask,
                                            exception_mask_array_t masks, mach_msg_type_number_t *masksCnt,
                                            exception_handler_info_array_t old_handlers_info,
                                            exception_behavior_array_t old_behaviors,
                                            exception_flavor_array_t old_flavors);

/* KERN_NOT_SUPPORTED unless exceptions are hardened. (K194) */
kern_return_t task_register_hardened_exception_handler(task_t task, uint32_t signed_pc_key,
                                                       exception_mask_t exceptions_allowed,
                                                       exception_behavior_t behaviors_allowed,
                                                       thread_state_flavor_t flavors_allowed,
                                                       mach_port_t new_exception_port);

/* ---- semaphores: <mach/semaphore.h> ---- */

/*
 * control. A semaphore with `value` units and one send right to it; it dies with its task. `policy`
 * SYNC_POLICY_FIFO or FIXED_PRIORITY.
 *    KERN_INVALID_ARGUMENT   unknown policy, value below 0
 *    KERN_RESOURCE_SHORTAGE
 */
kern_return_t semaphore_create(task_t task, semaphore_t *semaphore, int policy, int value);

/*
 * control. Ends it: waiters get KERN_TERMINATED. The caller's name loses one user reference, whatever the result.
 *    KERN_INVALID_ARGUMENT   no semaphore, or another task's
 */
kern_return_t semaphore_destroy(task_t task, semaphore_t semaphore);

/* ---- policy: <mach/task_policy.h> ---- */

/*
 * control; inspect. The count is in 32-bit words. *get_default in: the default wanted; out: a default was
 * returned.
 */
kern_return_t task_policy_set(task_policy_set_t task, task_policy_flavor_t flavor, task_policy_t policy_info,
                              mach_msg_type_number_t policy_infoCnt);
kern_return_t task_policy_get(task_policy_get_t task, task_policy_flavor_t flavor, task_policy_t policy_info,
                              mach_msg_type_number_t *policy_infoCnt, boolean_t *get_default);

/* KERN_NOT_SUPPORTED. (K166) */
kern_return_t task_set_phys_footprint_limit(task_t task, int new_limit, int *old_limit);

/*
 * inspect; control. What guard exceptions do: TASK_EXC_GUARD_*. Null error KERN_INVALID_TASK. (K212)
 *    KERN_INVALID_VALUE   bits above 0xff
 *    KERN_DENIED          taking a deliver or fatal bit away, or adding a once bit
 */
kern_return_t task_get_exc_guard_behavior(task_inspect_t task, task_exc_guard_behavior_t *behavior);
kern_return_t task_set_exc_guard_behavior(task_t task, task_exc_guard_behavior_t behavior);

/* KERN_NOT_SUPPORTED. (K166) */
kern_return_t task_set_corpse_forking_behavior(task_t task, task_corpse_forking_behavior_t behavior);
kern_return_t task_generate_corpse(task_read_t task, mach_port_t *corpse_task_port);
kern_return_t task_test_sync_upcall(task_t task, mach_port_t port);
kern_return_t task_test_async_upcall_propagation(task_t task, mach_port_t port, int qos, int iotier);

/* ---- vouchers ---- */

/*
 * read, control, control. Tasks have no vouchers: get gives MACH_PORT_NULL, the others
 * KERN_NOT_SUPPORTED.
 */
kern_return_t task_get_mach_voucher(task_read_t task, mach_voucher_selector_t which, ipc_voucher_t *voucher);
kern_return_t task_set_mach_voucher(task_t task, ipc_voucher_t voucher);
kern_return_t task_swap_mach_voucher(task_t task, ipc_voucher_t new_voucher, ipc_voucher_t *old_voucher);

/* ---- identity tokens: a name for a process that holds nothing alive ---- */

/* control. A new token each time. (K113, K115) */
kern_return_t task_create_identity_token(task_t task, task_id_token_t *token);

/*
 * A port of the token's task, `flavor` TASK_FLAVOR_*. (K114)
 *    KERN_INVALID_ARGUMENT   no token, unknown flavor
 *    KERN_NOT_FOUND          the process is gone, or has another image by now
 *    KERN_DENIED             CONTROL or READ of a task that the caller may not have
 */
kern_return_t task_identity_token_get_task_port(task_id_token_t token, task_flavor_t flavor,
                                                mach_port_t *task_port);

__END_DECLS

#include <mach/_not_offered.h>

#endif /* _task_user_ */
