/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/mach_host.h> - calls on the host (subsystem 200, abi-system 3.3)
 *
 * `host` is mach_host_self(). KERN_INVALID_ARGUMENT: it is no host port, or an unknown flavor. Counts are in
 * 32-bit words: room in, words filled out.
 */
#ifndef _mach_host_user_
#define _mach_host_user_

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

#define host_get_io_master(host, io_master) host_get_io_main(host, io_master)

__BEGIN_DECLS

/* Flavors and structures: <mach/host_info.h>. KERN_FAILURE: the room is too small. (K229, K230) */
kern_return_t host_info(host_t host, host_flavor_t flavor, host_info_t host_info_out,
                        mach_msg_type_number_t *host_info_outCnt);

/* A text that names machd and the Linux release. (K231) */
kern_return_t host_kernel_version(host_t host, kernel_version_t kernel_version);

/* Behind host_page_size(), which answers without a message. */
kern_return_t _host_page_size(host_t host, vm_size_t *out_page_size);

/* One record for each processor, in memory that the caller frees. (K232) */
kern_return_t host_processor_info(host_t host, processor_flavor_t flavor, natural_t *out_processor_count,
                                  processor_info_array_t *out_processor_info,
                                  mach_msg_type_number_t *out_processor_infoCnt);

/* MACH_PORT_NULL: there is no IOKit. (K100) */
kern_return_t host_get_io_main(host_t host, io_main_t *io_main);

/* SYSTEM_CLOCK or CALENDAR_CLOCK, for <mach/clock.h>. */
kern_return_t host_get_clock_service(host_t host, clock_id_t clock_id, clock_serv_t *clock_serv);

/* The name port of the one processor set. (K116) */
kern_return_t processor_set_default(host_t host, processor_set_name_t *default_set);

/*
 * Load, processor ticks, memory. KERN_INVALID_HOST: no host port; KERN_FAILURE: the room is too small. (K232)
 */
kern_return_t host_statistics(host_t host_priv, host_flavor_t flavor, host_info_t host_info_out,
                              mach_msg_type_number_t *host_info_outCnt);
kern_return_t host_statistics64(host_t host_priv, host_flavor_t flavor, host_info64_t host_info64_out,
                                mach_msg_type_number_t *host_info64_outCnt);

/*
 * One message when the calendar clock is set: <mach/host_notify.h>. `notify_port` is sent as a send-once
 * right.
 */
kern_return_t host_request_notification(host_t host, host_flavor_t notify_type, mach_port_t notify_port);

/*
 * A voucher, from recipes that follow each other: struct mach_voucher_attr_recipe_data. The commands COPY, REMOVE and
 * NOOP go with every key, and REDEEM; PTHPRIORITY takes MACH_VOUCHER_ATTR_PTHPRIORITY_CREATE with 4 bytes, USER_DATA and TEST
 * take _STORE. Vouchers of one user with the same values are the same one; no recipes give MACH_PORT_NULL.
 * KERN_INVALID_ARGUMENT: a recipe that is cut short, of an unknown key or command. KERN_INVALID_CAPABILITY: the previous
 * voucher is none. KERN_NO_SPACE: more values than a voucher holds, 5120 bytes with their recipes. (T106)
 */
kern_return_t host_create_mach_voucher(host_t host, mach_voucher_attr_raw_recipe_array_t recipes,
                                       mach_msg_type_number_t recipesCnt, ipc_voucher_t *voucher);

__END_DECLS

#include <mach/_not_offered.h>

#endif /* _mach_host_user_ */
