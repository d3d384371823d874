/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/live/vfork_x86_64.S - see libmach/live/vfork.c
 *
 * The child returns through the caller's frame and goes on to write below it, so that nothing of ours may stand there when
 * the parent returns: the return address waits in a register, which the kernel keeps for each of the two.
 */
    .text
    .p2align 4
    .hidden vfork_begin
    .hidden vfork_end
    .globl vfork
    .type vfork, @function
vfork:
    .cfi_startproc
    subq $8, %rsp
    .cfi_adjust_cfa_offset 8
    call vfork_begin
    addq $8, %rsp
    .cfi_adjust_cfa_offset -8
    testb %al, %al
    jz 1f
    popq %rdi
    .cfi_adjust_cfa_offset -8
    .cfi_register %rip, %rdi
    movl $58, %eax /* SYS_vfork */
    syscall
    pushq %rdi
    .cfi_adjust_cfa_offset 8
    .cfi_offset %rip, -8
    movq %rax, %rdi
    jmp vfork_end
1:  movl $-1, %eax
    ret
    .cfi_endproc
    .size vfork, . - vfork
    .section .note.GNU-stack, "", @progbits
