/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/calls/mach_init.c - the variables of <mach/mach_init.h> and <mach/vm_page_size.h>
 *
 * The page size is known without a kernel, so it is there before any constructor of the program; the names
 * are filled in when the process attaches (libmach/process/init.c).
 */
#include <mach/mach.h>
#include <mach/mach_init.h>
#include <stdio.h>
#include <unistd.h>

mach_port_t mach_task_self_ = MACH_PORT_NULL;
mach_port_t bootstrap_port = MACH_PORT_NULL;

vm_size_t vm_page_size = 4096;
vm_size_t vm_page_mask = 4095;
int vm_page_shift = 12;
vm_size_t vm_kernel_page_size = 4096;
vm_size_t vm_kernel_page_mask = 4095;
int vm_kernel_page_shift = 12;

const security_token_t KERNEL_SECURITY_TOKEN = KERNEL_SECURITY_TOKEN_VALUE;
const audit_token_t KERNEL_AUDIT_TOKEN = KERNEL_AUDIT_TOKEN_VALUE;

static int print_to_stderr(const char *format, va_list ap)
{
    return vfprintf(stderr, format, ap);
}

int (*vprintf_stderr_func)(const char *format, va_list ap) = print_to_stderr;

__attribute__((constructor(101))) static void page_size_init(void)
{
    vm_page_size = vm_kernel_page_size = (vm_size_t)sysconf(_SC_PAGESIZE);
    vm_page_mask = vm_kernel_page_mask = vm_page_size - 1;
    vm_page_shift = vm_kernel_page_shift = __builtin_ctzl(vm_page_size);
}
