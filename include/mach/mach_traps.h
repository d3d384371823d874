/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/mach_traps.h> - the calls that are no messages (abi-ipc 6.1)
 *
 * Numbers stand at each call because traces print them. Names are names in the caller's space. The
 * `_kernelrpc_` family acts on the caller's own space only and returns MACH_SEND_INVALID_DEST for anything
 * else; programs use the calls of <mach/mach_port.h> and <mach/mach_vm.h>, which fall back to a message then
 * (K54).
 */
#ifndef _MACH_MACH_TRAPS_H_
#define _MACH_MACH_TRAPS_H_

#include <stdint.h>
#include <sys/cdefs.h>
#include <mach/std_types.h>
#include <mach/mach_types.h>
#include <mach/kern_return.h>
#include <mach/port.h>
#include <mach/vm_types.h>
#include <mach/clock_types.h>
#include <mach/mach_time.h>
#include <mach/mk_timer.h>

__BEGIN_DECLS

/*
 * 26: a fresh receive right each time, for replies; MACH_PORT_NULL if none can be made. The caller frees it.
 * (K40)
 */
mach_port_name_t mach_reply_port(void);

/*
 * 27, 28, 29: the thread's, task's and host port, one more user reference each time. NULL on failure. (K34 to
 * K38)
 */
mach_port_name_t thread_self_trap(void);
mach_port_name_t task_self_trap(void);
mach_port_name_t host_self_trap(void);

/* 31, 32: mach_msg as the kernel sees it: interrupted waits are not repeated (P99). */
mach_msg_return_t mach_msg_trap(mach_msg_header_t *msg, mach_msg_option_t option, mach_msg_size_t send_size,
                                mach_msg_size_t rcv_size, mach_port_name_t rcv_name,
                                mach_msg_timeout_t timeout, mach_port_name_t notify);
mach_msg_return_t mach_msg_overwrite_trap(mach_msg_header_t *msg, mach_msg_option_t option,
                                          mach_msg_size_t send_size, mach_msg_size_t rcv_size,
                                          mach_port_name_t rcv_name, mach_msg_timeout_t timeout,
                                          mach_msg_priority_t priority, mach_msg_header_t *rcv_msg,
                                          mach_msg_size_t rcv_limit);

/* 47: mach_msg2_internal of <mach/message.h> as the kernel sees it. (P161) */
mach_msg_return_t mach_msg2_trap(void *data, mach_msg_option64_t options, uint64_t bits_and_size,
                                 uint64_t remote_and_local, uint64_t voucher_and_id, uint64_t count_and_name,
                                 uint64_t size_and_priority, uint64_t timeout);

/* 33 to 39: semaphores; see <mach/semaphore.h>. */
kern_return_t semaphore_signal_trap(mach_port_name_t signal_name);
kern_return_t semaphore_signal_all_trap(mach_port_name_t signal_name);
kern_return_t semaphore_signal_thread_trap(mach_port_name_t signal_name, mach_port_name_t thread_name);
kern_return_t semaphore_wait_trap(mach_port_name_t wait_name);
kern_return_t semaphore_wait_signal_trap(mach_port_name_t wait_name, mach_port_name_t signal_name);
kern_return_t semaphore_timedwait_trap(mach_port_name_t wait_name, unsigned int sec, clock_res_t nsec);
kern_return_t semaphore_timedwait_signal_trap(mach_port_name_t wait_name, mach_port_name_t signal_name,
                                              unsigned int sec, clock_res_t nsec);

/* 44: the name port of a process, for its own uid and root. KERN_FAILURE in all other cases. (K108) */
kern_return_t task_name_for_pid(mach_port_name_t target_tport, int pid, mach_port_name_t *tn);

/*
 * 45: the control port of a process. `target_tport` is any task port of the caller's. *t is NULL on failure.
 * (K105, K107)
 *    KERN_FAILURE   no such process, no task, or not allowed: another uid, more groups, changed privileges
 */
kern_return_t task_for_pid(mach_port_name_t target_tport, int pid, mach_port_name_t *t);

/* 46: the process id of a task port of any flavor; -1 and KERN_FAILURE if it is none. (K110) */
kern_return_t pid_for_task(mach_port_name_t t, int *x);

/*
 * 50: the thread's special reply port, made anew; a call that waits on it pushes its server. NULL on failure.
 * (K41)
 */
mach_port_name_t thread_get_special_reply_port(void);

/* 59, 60: let others run. FALSE if nobody else wanted to. */
boolean_t swtch_pri(int pri);
boolean_t swtch(void);

/* 61: see <mach/thread_switch.h>. */
kern_return_t thread_switch(mach_port_name_t thread_name, int option, mach_msg_timeout_t option_time);

/* 62: sleeps on a clock; *wakeup_time is when it ended. */
kern_return_t clock_sleep_trap(mach_port_name_t clock_name, sleep_type_t sleep_type, int sleep_sec,
                               int sleep_nsec, mach_timespec_t *wakeup_time);

/* 70, 72: vouchers; see <mach/mach_voucher.h>. */
kern_return_t host_create_mach_voucher_trap(mach_port_name_t host,
                                            mach_voucher_attr_raw_recipe_array_t recipes, int recipes_size,
                                            mach_port_name_t *voucher);
kern_return_t mach_voucher_extract_attr_recipe_trap(mach_port_name_t voucher_name,
                                                    mach_voucher_attr_key_t key,
                                                    mach_voucher_attr_raw_recipe_t recipe,
                                                    mach_msg_type_number_t *recipe_size);

/* 96: the debug-control port of a process; rules of task_for_pid. (K111) */
kern_return_t debug_control_port_for_pid(mach_port_name_t target_tport, int pid, mach_port_name_t *t);

/* 43, 48, 49, 51 to 53: activities, and the system's swap space. Not built: KERN_NOT_SUPPORTED. */
kern_return_t mach_generate_activity_id(mach_port_name_t target, int count, uint64_t *activity_id);
kern_return_t macx_swapon(uint64_t filename, int flags, int size, int priority);
kern_return_t macx_swapoff(uint64_t filename, int flags);
kern_return_t macx_triggers(int hi_water, int low_water, int flags, mach_port_t alert_port);
kern_return_t macx_backing_store_suspend(boolean_t suspend);
kern_return_t macx_backing_store_recovery(int pid);

/* 10 to 12, 14, 15: memory of the caller's own task. */
kern_return_t _kernelrpc_mach_vm_allocate_trap(mach_port_name_t target, mach_vm_offset_t *addr,
                                               mach_vm_size_t size, int flags);
kern_return_t _kernelrpc_mach_vm_purgable_control_trap(mach_port_name_t target, mach_vm_offset_t address,
                                                       vm_purgable_t control, int *state);
kern_return_t _kernelrpc_mach_vm_deallocate_trap(mach_port_name_t target, mach_vm_address_t address,
                                                 mach_vm_size_t size);
kern_return_t _kernelrpc_mach_vm_protect_trap(mach_port_name_t target, mach_vm_address_t address,
                                              mach_vm_size_t size, boolean_t set_maximum,
                                              vm_prot_t new_protection);
kern_return_t _kernelrpc_mach_vm_map_trap(mach_port_name_t target, mach_vm_offset_t *address,
                                          mach_vm_size_t size, mach_vm_offset_t mask, int flags,
                                          vm_prot_t cur_protection);

/* 16 to 25, 40 to 42, 76, 77: names of the caller's own task. */
kern_return_t _kernelrpc_mach_port_allocate_trap(mach_port_name_t target, mach_port_right_t right,
                                                 mach_port_name_t *name);
kern_return_t _kernelrpc_mach_port_deallocate_trap(mach_port_name_t target, mach_port_name_t name);
kern_return_t _kernelrpc_mach_port_mod_refs_trap(mach_port_name_t target, mach_port_name_t name,
                                                 mach_port_right_t right, mach_port_delta_t delta);
kern_return_t _kernelrpc_mach_port_move_member_trap(mach_port_name_t target, mach_port_name_t member,
                                                    mach_port_name_t after);
kern_return_t _kernelrpc_mach_port_insert_right_trap(mach_port_name_t target, mach_port_name_t name,
                                                     mach_port_name_t poly, mach_msg_type_name_t polyPoly);
kern_return_t _kernelrpc_mach_port_insert_member_trap(mach_port_name_t target, mach_port_name_t name,
                                                      mach_port_name_t pset);
kern_return_t _kernelrpc_mach_port_extract_member_trap(mach_port_name_t target, mach_port_name_t name,
                                                       mach_port_name_t pset);
kern_return_t _kernelrpc_mach_port_construct_trap(mach_port_name_t target, mach_port_options_t *options,
                                                  uint64_t context, mach_port_name_t *name);
kern_return_t _kernelrpc_mach_port_destruct_trap(mach_port_name_t target, mach_port_name_t name,
                                                 mach_port_delta_t srdelta, uint64_t guard);
kern_return_t _kernelrpc_mach_port_get_attributes_trap(mach_port_name_t target, mach_port_name_t name,
                                                       mach_port_flavor_t flavor,
                                                       mach_port_info_t port_info_out,
                                                       mach_msg_type_number_t *port_info_outCnt);
kern_return_t _kernelrpc_mach_port_guard_trap(mach_port_name_t target, mach_port_name_t name, uint64_t guard,
                                              boolean_t strict);
kern_return_t _kernelrpc_mach_port_unguard_trap(mach_port_name_t target, mach_port_name_t name,
                                                uint64_t guard);
kern_return_t _kernelrpc_mach_port_type_trap(ipc_space_t task, mach_port_name_t name,
                                             mach_port_type_t *ptype);
kern_return_t _kernelrpc_mach_port_request_notification_trap(ipc_space_t task, mach_port_name_t name,
                                                             mach_msg_id_t msgid, mach_port_mscount_t sync,
                                                             mach_port_name_t notify,
                                                             mach_msg_type_name_t notifyPoly,
                                                             mach_port_name_t *previous);

__END_DECLS

#endif /* _MACH_MACH_TRAPS_H_ */
