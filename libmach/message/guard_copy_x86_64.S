/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/guard_copy_x86_64.S - see libmach/message/guard.h
 *
 * A leaf without a stack frame, so that the handler can continue at guard_copy_fault wherever it was. Messages are short: words
 * up to 256 bytes, the string instruction (fast on every processor of the last ten years) above.
 */
    .text
    .p2align 5
    .globl guard_copy
    .hidden guard_copy
    .type guard_copy, @function
guard_copy:
    .cfi_startproc
    mov %rdx, %rcx
    cmp $256, %rdx
    ja 5f
    sub $8, %rcx
    jb 2f
1:  mov (%rsi), %rax
    mov %rax, (%rdi)
    add $8, %rsi
    add $8, %rdi
    sub $8, %rcx
    jae 1b
2:  test $4, %cl
    jz 3f
    mov (%rsi), %eax
    mov %eax, (%rdi)
    add $4, %rsi
    add $4, %rdi
3:  and $3, %ecx
    jz 6f
5:  rep movsb
6:  mov $1, %eax
    ret
    .globl guard_copy_end
    .hidden guard_copy_end
guard_copy_end:
    .globl guard_copy_fault
    .hidden guard_copy_fault
guard_copy_fault:
    xor %eax, %eax
    ret
    .cfi_endproc
    .size guard_copy, . - guard_copy
    .section .note.GNU-stack, "", @progbits
