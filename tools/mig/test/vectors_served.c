/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/test/vectors_served.c - handlers: they record, and answer what the test says */
#include "vectors.h"

#include <stdio.h>
#include <string.h>

struct seen seen;

void begin(fake_demux_t demux)
{
    fake_reset(demux);
    memset(&seen, 0, sizeof(seen));
}

kern_return_t served_mach_port_allocate(ipc_space_t task, mach_port_right_t right, mach_port_name_t *name)
{
    seen.calls++;
    seen.ports[0] = task;
    seen.numbers[0] = right;
    *name = 0x1a07;
    return seen.answer;
}

kern_return_t served_mach_port_names(ipc_space_t task, mach_port_name_array_t *names,
                                     mach_msg_type_number_t *namesCnt, mach_port_type_array_t *types,
                                     mach_msg_type_number_t *typesCnt)
{
    seen.calls++;
    *names = (void *)0x7f0000001000;
    *types = (void *)0x7f0000002000;
    *namesCnt = *typesCnt = 3;
    return seen.answer;
}

kern_return_t served_mach_port_insert_right(ipc_space_t task, mach_port_name_t name, mach_port_t poly,
                                            mach_msg_type_name_t polyPoly)
{
    seen.calls++;
    seen.ports[0] = task;
    seen.ports[1] = poly;
    seen.numbers[0] = name;
    seen.numbers[1] = polyPoly;
    return seen.answer;
}

kern_return_t served_mach_port_extract_right(ipc_space_t task, mach_port_name_t name,
                                             mach_msg_type_name_t msgt_name, mach_port_t *poly,
                                             mach_msg_type_name_t *polyPoly)
{
    seen.calls++;
    *poly = 0x1b03;
    *polyPoly = MACH_MSG_TYPE_COPY_SEND;
    return seen.answer;
}

kern_return_t served_task_info(task_name_t target_task, task_flavor_t flavor, task_info_t task_info_out,
                               mach_msg_type_number_t *task_info_outCnt)
{
    seen.calls++;
    seen.numbers[0] = flavor;
    seen.numbers[1] = *task_info_outCnt;
    for (int i = 0; i < 3; i++)
        task_info_out[i] = 16 + i;
    *task_info_outCnt = 3;
    return seen.answer;
}

kern_return_t served_mach_vm_read(vm_map_read_t target_task, mach_vm_address_t address, mach_vm_size_t size,
                                  vm_offset_t *data, mach_msg_type_number_t *dataCnt)
{
    seen.calls++;
    *data = 0x7f0000003000;
    *dataCnt = 4096;
    return seen.answer;
}

kern_return_t served_mach_vm_write(vm_map_t target_task, mach_vm_address_t address, vm_offset_t data,
                                   mach_msg_type_number_t dataCnt)
{
    seen.calls++;
    seen.numbers[0] = address;
    seen.numbers[1] = data;
    seen.numbers[2] = dataCnt;
    return seen.answer;
}

kern_return_t served_look_up2(mach_port_t j, name_t servicename, mach_port_t *serviceport,
                              mach_msg_type_name_t *serviceportPoly, pid_t targetpid, uuid_t instanceid,
                              uint64_t flags)
{
    seen.calls++;
    strncpy(seen.text, servicename, sizeof(seen.text) - 1);
    seen.numbers[0] = (uint64_t)targetpid;
    seen.numbers[1] = flags;
    memcpy(seen.data, instanceid, 16);
    *serviceport = 0x1b03;
    *serviceportPoly = MACH_MSG_TYPE_COPY_SEND;
    return seen.answer;
}

kern_return_t served_log(mach_port_t j, int pri, int err, logmsg_t message)
{
    seen.calls++;
    seen.numbers[0] = (uint64_t)pri;
    seen.numbers[1] = (uint64_t)err;
    strncpy(seen.text, message, sizeof(seen.text) - 1);
    return seen.answer;
}

kern_return_t served_job_mig_spawn2_reply(mach_port_t rport, kern_return_t result, pid_t outpid,
                                          mach_port_t obsvr_port)
{
    seen.calls++;
    seen.numbers[0] = (uint64_t)result;
    seen.numbers[1] = (uint64_t)outpid;
    seen.ports[0] = rport;
    seen.ports[1] = obsvr_port;
    return seen.answer;
}

kern_return_t served_chars(mach_port_t server, chars_t a, mach_msg_type_number_t aCnt, short_string_t s,
                           chars_t t, mach_msg_type_number_t tCnt, uint16_t k, uint64_t z)
{
    seen.calls++;
    snprintf(seen.text, sizeof(seen.text), "%.*s/%s/%.*s", (int)aCnt, a, s, (int)tCnt, t);
    seen.numbers[0] = k;
    seen.numbers[1] = z;
    return seen.answer;
}

kern_return_t served_child_port_check_in(mach_port_t server, uint64_t token, mach_port_t port,
                                         mach_msg_type_name_t portPoly)
{
    seen.calls++;
    seen.ports[0] = port;
    seen.numbers[0] = token;
    seen.numbers[1] = portPoly;
    return seen.answer;
}

kern_return_t catch_mach_exception_raise(mach_port_t exception_port, mach_port_t thread, mach_port_t task,
                                         exception_type_t exception, mach_exception_data_t code,
                                         mach_msg_type_number_t codeCnt)
{
    seen.calls++;
    return seen.answer;
}

kern_return_t catch_mach_exception_raise_state(mach_port_t exception_port, exception_type_t exception,
                                               const mach_exception_data_t code,
                                               mach_msg_type_number_t codeCnt, int *flavor,
                                               const thread_state_t old_state,
                                               mach_msg_type_number_t old_stateCnt, thread_state_t new_state,
                                               mach_msg_type_number_t *new_stateCnt)
{
    seen.calls++;
    return seen.answer;
}

kern_return_t catch_mach_exception_raise_state_identity(
    mach_port_t exception_port, mach_port_t thread, mach_port_t task, exception_type_t exception,
    mach_exception_data_t code, mach_msg_type_number_t codeCnt, int *flavor, thread_state_t old_state,
    mach_msg_type_number_t old_stateCnt, thread_state_t new_state, mach_msg_type_number_t *new_stateCnt)
{
    seen.calls++;
    CHECK_EQ((uintptr_t)code % 8, 0); /* M68 */
    seen.ports[0] = exception_port;
    seen.ports[1] = thread;
    seen.ports[2] = task;
    seen.numbers[0] = (uint64_t)exception;
    seen.numbers[1] = codeCnt == 2 ? (uint64_t)code[1] : 0;
    seen.numbers[2] = (uint64_t)*flavor;
    seen.numbers[3] = old_stateCnt == 2 ? old_state[1] : 0;
    new_state[0] = 0x61;
    new_state[1] = 0x62;
    *new_stateCnt = 2;
    return seen.answer;
}

static kern_return_t notified(mach_port_t notify, uint64_t number)
{
    seen.calls++;
    seen.ports[0] = notify;
    seen.numbers[0] = number;
    return seen.answer;
}

kern_return_t do_mach_notify_port_deleted(mach_port_t notify, mach_port_name_t name)
{
    return notified(notify, name);
}

kern_return_t do_mach_notify_port_destroyed(mach_port_t notify, mach_port_t rights)
{
    return notified(notify, rights);
}

kern_return_t do_mach_notify_no_senders(mach_port_t notify, mach_port_mscount_t mscount)
{
    return notified(notify, mscount);
}

kern_return_t do_mach_notify_send_once(mach_port_t notify)
{
    return notified(notify, 0);
}

kern_return_t do_mach_notify_dead_name(mach_port_t notify, mach_port_name_t name)
{
    return notified(notify, name);
}
