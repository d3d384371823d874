/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/exc.h> - exception messages with 32-bit codes (subsystem 2401, abi-system 4.3, K188 to K190) */
#ifndef _exc_user_
#define _exc_user_

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

/* What the kernel sends to an exception port, by behaviour. As a client: forwards an exception. */
kern_return_t exception_raise(mach_port_t exception_port, mach_port_t thread, mach_port_t task,
                              exception_type_t exception, exception_data_t code,
                              mach_msg_type_number_t codeCnt);
kern_return_t exception_raise_state(mach_port_t exception_port, exception_type_t exception,
                                    const exception_data_t code, mach_msg_type_number_t codeCnt, int *flavor,
                                    const thread_state_t old_state, mach_msg_type_number_t old_stateCnt,
                                    thread_state_t new_state, mach_msg_type_number_t *new_stateCnt);
kern_return_t exception_raise_state_identity(mach_port_t exception_port, mach_port_t thread, mach_port_t task,
                                             exception_type_t exception, exception_data_t code,
                                             mach_msg_type_number_t codeCnt, int *flavor,
                                             thread_state_t old_state, mach_msg_type_number_t old_stateCnt,
                                             thread_state_t new_state, mach_msg_type_number_t *new_stateCnt);

/*
 * What a handler supplies; the generated server calls them. KERN_SUCCESS ends the search for a handler and
 * lets the thread go on, with `new_state` where there is one; any other code asks the next exception port
 * (K179 to K185). The handler owns a reference of `thread` and `task`.
 */
kern_return_t catch_exception_raise(mach_port_t exception_port, mach_port_t thread, mach_port_t task,
                                    exception_type_t exception, exception_data_t code,
                                    mach_msg_type_number_t codeCnt);
kern_return_t catch_exception_raise_state(mach_port_t exception_port, exception_type_t exception,
                                          const exception_data_t code, mach_msg_type_number_t codeCnt,
                                          int *flavor, const thread_state_t old_state,
                                          mach_msg_type_number_t old_stateCnt, thread_state_t new_state,
                                          mach_msg_type_number_t *new_stateCnt);
kern_return_t catch_exception_raise_state_identity(mach_port_t exception_port, mach_port_t thread,
                                                   mach_port_t task, exception_type_t exception,
                                                   exception_data_t code, mach_msg_type_number_t codeCnt,
                                                   int *flavor, thread_state_t old_state,
                                                   mach_msg_type_number_t old_stateCnt,
                                                   thread_state_t new_state,
                                                   mach_msg_type_number_t *new_stateCnt);

/* Unpacks a request, calls one of the three, packs the reply; FALSE if the request is none of these. */
boolean_t exc_server(mach_msg_header_t *InHeadP, mach_msg_header_t *OutHeadP);

__END_DECLS

#endif /* _exc_user_ */
