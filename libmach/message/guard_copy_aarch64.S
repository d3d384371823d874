/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/guard_copy_aarch64.S - see libmach/message/guard.h
 *
 * A leaf without a stack frame, so that the handler can continue at guard_copy_fault wherever it was.
 */
    .text
    .p2align 5
    .globl guard_copy
    .hidden guard_copy
    .type guard_copy, %function
guard_copy:
    .cfi_startproc
    subs x2, x2, #8
    b.lo 2f
1:  ldr x3, [x1], #8
    str x3, [x0], #8
    subs x2, x2, #8
    b.hs 1b
2:  adds x2, x2, #8
    b.eq 4f
3:  ldrb w3, [x1], #1
    strb w3, [x0], #1
    subs x2, x2, #1
    b.ne 3b
4:  mov w0, #1
    ret
    .globl guard_copy_end
    .hidden guard_copy_end
guard_copy_end:
    .globl guard_copy_fault
    .hidden guard_copy_fault
guard_copy_fault:
    mov w0, #0
    ret
    .cfi_endproc
    .size guard_copy, . - guard_copy
    .section .note.GNU-stack, "", %progbits
