/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/thread_act.h> - calls on threads (subsystem 3600, abi-system 2.4)
 *
 * A thread is named by a port of one of three flavors: control > read > inspect. Each call says which is the
 * weakest that it accepts; a weaker one or another kind of port gives KERN_INVALID_ARGUMENT, a dead name
 * MACH_SEND_INVALID_DEST, a thread that has exited KERN_TERMINATED. Rule numbers (K12) are those of the
 * specification of task and thread ports.
 */
#ifndef _thread_act_user_
#define _thread_act_user_

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
#include <sys/cdefs.h>
#include <Availability.h>

__BEGIN_DECLS

/* ---- life and suspension ---- */

/*
 * control. KERN_DENIED for every thread that a library made, the main thread included; a raw thread ends.
 * Takes one reference of the caller's name in every case. (K153)
 */
kern_return_t thread_terminate(thread_act_t target_act);

/*
 * read. The thread runs while its own stop count and its task's are 0. Suspend returns when the thread stands
 * still. (K145 to K148)
 *    KERN_FAILURE   resume: not suspended
 */
kern_return_t thread_suspend(thread_read_t target_act);
kern_return_t thread_resume(thread_read_t target_act);

/*
 * control. Ends the wait that the thread is in, if any: messages report MACH_SEND_INTERRUPTED or
 * MACH_RCV_INTERRUPTED (mach_msg repeats them unless told otherwise), semaphores KERN_ABORTED. Never affects
 * a thread that runs. The second form ends only waits that can be repeated without loss. (K149 to K151)
 */
kern_return_t thread_abort(thread_act_t target_act);
kern_return_t thread_abort_safely(thread_act_t target_act);

/* control. Ends the depression of a thread that yielded with SWITCH_OPTION_DEPRESS. */
kern_return_t thread_depress_abort(thread_act_t thread);

/* ---- registers: <mach/thread_status.h> ---- */

/*
 * read. In: *old_stateCnt 32-bit words of room; out: words filled. (K158 to K163)
 *    KERN_ABORTED            the wait for the thread to stop was ended
 *    KERN_INVALID_ARGUMENT   unknown or 32-bit flavor, room too small
 */
kern_return_t thread_get_state(thread_read_t target_act, thread_state_flavor_t flavor,
                               thread_state_t old_state, mach_msg_type_number_t *old_stateCnt);

/* control. The count must be exact; addresses must be those of a program. */
kern_return_t thread_set_state(thread_act_t target_act, thread_state_flavor_t flavor,
                               thread_state_t new_state, mach_msg_type_number_t new_stateCnt);

/* As these two, but the calling thread itself is refused with KERN_INVALID_ARGUMENT. (K158) */
kern_return_t act_get_state(thread_read_t target_act, int flavor, thread_state_t old_state,
                            mach_msg_type_number_t *old_stateCnt);
kern_return_t act_set_state(thread_act_t target_act, int flavor, thread_state_t new_state,
                            mach_msg_type_number_t new_stateCnt);

/* Copies. KERN_INVALID_ARGUMENT: unknown direction; KERN_INSUFFICIENT_BUFFER_SIZE. (K165) */
kern_return_t thread_convert_thread_state(thread_act_t thread, int direction, thread_state_flavor_t flavor,
                                          thread_state_t in_state, mach_msg_type_number_t in_stateCnt,
                                          thread_state_t out_state, mach_msg_type_number_t *out_stateCnt);

/* ---- special ports: <mach/thread_special_ports.h> ---- */

/*
 * inspect. (K85)
 *    KERN_INVALID_CAPABILITY   this flavor may not ask for that port
 *    KERN_FAILURE              thread not active
 *    KERN_INVALID_ARGUMENT     no such number
 */
kern_return_t thread_get_special_port(thread_inspect_t thr_act, int which_port, mach_port_t *special_port);

/*
 * control. Only THREAD_KERNEL_PORT, and only where interposing is allowed. (K86)
 *    KERN_INVALID_RIGHT, KERN_INVALID_ARGUMENT, KERN_NO_ACCESS, KERN_FAILURE
 */
kern_return_t thread_set_special_port(thread_act_t thr_act, int which_port, mach_port_t special_port);

/* ---- information: <mach/thread_info.h> ---- */

/*
 * inspect. In: words of room; out: words filled. KERN_INVALID_ARGUMENT: room too small, unknown flavor. (K224
 * to K228)
 */
kern_return_t thread_info(thread_inspect_t target_act, thread_flavor_t flavor, thread_info_t thread_info_out,
                          mach_msg_type_number_t *thread_info_outCnt);

/* ---- exception ports: as for tasks (<mach/task.h>); asked before the task's ---- */

/* control. KERN_FAILURE: the thread has exited. (K167 to K174) */
kern_return_t thread_set_exception_ports(thread_act_t thread, exception_mask_t exception_mask,
                                         mach_port_t new_port, exception_behavior_t behavior,
                                         thread_state_flavor_t new_flavor);
kern_return_t thread_get_exception_ports(thread_act_t thread, exception_mask_t exception_mask,
                                         exception_mask_array_t masks, mach_msg_type_number_t *masksCnt,
                                         exception_handler_array_t old_handlers,
                                         exception_behavior_array_t old_behaviors,
                                         exception_flavor_array_t old_flavors);
kern_return_t thread_swap_exception_ports(thread_act_t thread, exception_mask_t exception_mask,
                                          mach_port_t new_port, exception_behavior_t behavior,
                                          thread_state_flavor_t new_flavor, exception_mask_array_t masks,
                                          mach_msg_type_number_t *masksCnt,
                                          exception_handler_array_t old_handlers,
                                          exception_behavior_array_t old_behaviors,
                                          exception_flavor_array_t old_flavors);

/* read. Ids to compare instead of rights. (K176) */
kern_return_t thread_get_exception_ports_info(mach_port_t port, exception_mask_t exception_mask,
                                              exception_mask_array_t masks, mach_msg_type_number_t *masksCnt,
                                              exception_handler_info_array_t old_handlers_info,
                                              exception_behavior_array_t old_behaviors,
                                              exception_flavor_array_t old_flavors);

/* KERN_NOT_SUPPORTED unless exceptions are hardened. (K194) */
kern_return_t thread_adopt_exception_handler(thread_t thread, mach_port_t exc_port, exception_mask_t exc_mask,
                                             exception_behavior_t behavior_mask,
                                             thread_state_flavor_t flavor_mask);

/* ---- policy: <mach/thread_policy.h> ---- */

/*
 * control; inspect. The count is in 32-bit words. *get_default in: the default wanted; out: a default was
 * returned. QoS is not set here but with pthread_set_qos_class_self_np. (T26 to T28)
 *    KERN_POLICY_STATIC      set: a work-queue thread
 *    KERN_INVALID_ARGUMENT   unknown flavor, short count, set with THREAD_QOS_POLICY
 */
kern_return_t thread_policy_set(thread_act_t thread, thread_policy_flavor_t flavor,
                                thread_policy_t policy_info, mach_msg_type_number_t policy_infoCnt);
kern_return_t thread_policy_get(thread_inspect_t thread, thread_policy_flavor_t flavor,
                                thread_policy_t policy_info, mach_msg_type_number_t *policy_infoCnt,
                                boolean_t *get_default);

/* ---- vouchers ---- */

/*
 * read, control, control. A thread sets its own voucher, which its exceptions carry (K187); KERN_INVALID_ARGUMENT: another
 * thread's, or no voucher. Swap: KERN_NOT_SUPPORTED.
 */
kern_return_t thread_get_mach_voucher(thread_read_t thr_act, mach_voucher_selector_t which,
                                      ipc_voucher_t *voucher);
kern_return_t thread_set_mach_voucher(thread_act_t thr_act, ipc_voucher_t voucher);
kern_return_t thread_swap_mach_voucher(thread_act_t thr_act, ipc_voucher_t new_voucher,
                                       ipc_voucher_t *old_voucher);

__END_DECLS

#include <mach/_not_offered.h>

#endif /* _thread_act_user_ */
