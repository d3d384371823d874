/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/live/vfork_aarch64.S - see libmach/live/vfork.c
 *
 * The child returns through the caller's frame and goes on to write below it, so that nothing of ours may stand there when
 * the parent returns: the return address waits in a register, which the kernel keeps for each of the two.
 */
    .text
    .p2align 4
    .hidden vfork_begin
    .hidden vfork_end
    .globl vfork
    .type vfork, %function
vfork:
    .cfi_startproc
    stp x29, x30, [sp, #-16]!
    .cfi_adjust_cfa_offset 16
    bl vfork_begin
    ldp x29, x30, [sp], #16
    .cfi_adjust_cfa_offset -16
    tbz w0, #0, 1f
    mov x0, #0x4111 /* CLONE_VFORK, CLONE_VM, SIGCHLD */
    mov x1, #0
    mov x2, #0
    mov x3, #0
    mov x4, #0
    mov x8, #220 /* SYS_clone */
    svc #0
    b vfork_end
1:  mov w0, #-1
    ret
    .cfi_endproc
    .size vfork, . - vfork
    .section .note.GNU-stack, "", %progbits
