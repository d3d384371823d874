/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/mach.h> - nearly everything (abi-ipc 9)
 *
 * Not reached from here: mach/clock.h, mach/mach_vm.h, mach/mach_voucher.h, mach/mach_time.h,
 * mach/mk_timer.h, mach/exc.h, mach/mach_exc.h, mach/vm_task.h, servers/bootstrap.h.
 */
#ifndef _MACH_H_
#define _MACH_H_

#define __MACH30__
#define MACH_IPC_FLAVOR UNTYPED

#include <mach/std_types.h>
#include <mach/mach_types.h>
#include <mach/mach_interface.h>
#include <mach/mach_port.h>
#include <mach/mach_init.h>
#include <mach/mach_host.h>
#include <mach/thread_switch.h>
#include <mach/rpc.h>
#include <mach/mig.h>
#include <mach/mig_errors.h>
#include <mach/mach_error.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

/* Writes the text to standard error and aborts. The first is needed by nobody. */
void panic_init(mach_port_t port);
void panic(const char *format, ...) __printflike(1, 2);

/* Names of a processor type, for people. The strings are constant. */
void slot_name(cpu_type_t cpu_type, cpu_subtype_t cpu_subtype, char **cpu_name, char **cpu_subname);

/* Makes in `reply` the header of the answer to `request`: its reply right moved, id + 100, MIG_BAD_ID. */
void mig_reply_setup(mach_msg_header_t *request, mach_msg_header_t *reply);

/*
 * Releases what a received message brought: reply right, voucher, every right and every region of its
 * descriptors by their dispositions and `deallocate`. msgh_local_port never. Fits a message that could not be
 * sent, too. Memory that was sent with MACH_MSG_PHYSICAL_COPY arrives with deallocate 0 and is not freed
 * here. (P187, P188)
 */
void mach_msg_destroy(mach_msg_header_t *msg);

/*
 * Receives on msgh_local_port into a buffer of msgh_size bytes; sends msgh_size bytes. Both without options.
 */
mach_msg_return_t mach_msg_receive(mach_msg_header_t *header);
mach_msg_return_t mach_msg_send(mach_msg_header_t *header);

/*
 * Receives requests of at most `max_size` bytes (trailer excluded) on a port or set, calls `demux` and sends
 * the reply that it leaves; for ever, or once. The return code in a simple reply steers: MIG_NO_REPLY sends
 * nothing and leaves the request alone, another error releases the request's rights before the reply goes
 * out. Replies to mere send rights do not wait. Returns only with the code of a failed receive or, once,
 * after the reply; MACH_RCV_TOO_LARGE enlarges the buffers if `options` has MACH_RCV_LARGE. (P190)
 */
mach_msg_return_t mach_msg_server_once(boolean_t (*demux)(mach_msg_header_t *, mach_msg_header_t *),
                                       mach_msg_size_t max_size, mach_port_t rcv_name,
                                       mach_msg_options_t options);
mach_msg_return_t mach_msg_server(boolean_t (*demux)(mach_msg_header_t *, mach_msg_header_t *),
                                  mach_msg_size_t max_size, mach_port_t rcv_name, mach_msg_options_t options);
mach_msg_return_t mach_msg_server_importance(boolean_t (*demux)(mach_msg_header_t *, mach_msg_header_t *),
                                             mach_msg_size_t max_size, mach_port_t rcv_name,
                                             mach_msg_options_t options);

/* Old clock calls; see <mach/clock.h>. */
kern_return_t clock_get_res(mach_port_t clock, clock_res_t *res);
kern_return_t clock_set_res(mach_port_t clock, clock_res_t res);
kern_return_t clock_sleep(mach_port_t clock, int sleep_type, mach_timespec_t sleep_time,
                          mach_timespec_t *wakeup_time);

/* The voucher of a message and of the thread. The library keeps none for the thread: these do nothing and say FALSE. */
typedef struct voucher_mach_msg_state_s *voucher_mach_msg_state_t;
#define VOUCHER_MACH_MSG_API_VERSION 20140205
#define VOUCHER_MACH_MSG_STATE_UNCHANGED ((voucher_mach_msg_state_t)~0ul)

boolean_t voucher_mach_msg_set(mach_msg_header_t *msg);
void voucher_mach_msg_clear(mach_msg_header_t *msg);
voucher_mach_msg_state_t voucher_mach_msg_adopt(mach_msg_header_t *msg);
void voucher_mach_msg_revert(voucher_mach_msg_state_t state);

/* Auxiliary data of messages is not built: 0 bytes, FALSE. */
mach_msg_size_t voucher_mach_msg_fill_aux(mach_msg_aux_header_t *aux_hdr, mach_msg_size_t sz);
boolean_t voucher_mach_msg_fill_aux_supported(void);

__END_DECLS

#endif /* _MACH_H_ */
