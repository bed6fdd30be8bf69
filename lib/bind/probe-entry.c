/* SPDX-License-Identifier: MIT */
/*
 * See probe-entry.h.
 */
#include "probe-entry.h"

#include <stddef.h>

_Static_assert(offsetof(struct aspan_bind_registers, vector) == 64, "the code below");
_Static_assert(offsetof(struct aspan_bind_registers, stack) == 128, "the code below");
_Static_assert(offsetof(struct aspan_bind_registers, ip) == 136, "the code below");
_Static_assert(sizeof(struct aspan_bind_registers) == 144, "the code below");

#if defined(__x86_64__)

#define SAVE_VECTORS                                                                               \
	"	movq %xmm0, 64(%rsp)\n"                                                                  \
	"	movq %xmm1, 72(%rsp)\n"                                                                  \
	"	movq %xmm2, 80(%rsp)\n"                                                                  \
	"	movq %xmm3, 88(%rsp)\n"                                                                  \
	"	movq %xmm4, 96(%rsp)\n"                                                                  \
	"	movq %xmm5, 104(%rsp)\n"                                                                 \
	"	movq %xmm6, 112(%rsp)\n"                                                                 \
	"	movq %xmm7, 120(%rsp)\n"

#define DEFINE_ENTRY(name, save_vectors)                                                           \
	__asm__(".text\n"                                                                          \
		".p2align 4\n"                                                                     \
		".globl " name "\n"                                                                \
		".hidden " name "\n"                                                               \
		".type " name ", @function\n" name ":\n"                                           \
		"	.cfi_startproc\n"                                                                \
		"	endbr64\n"                                                                       \
		"	pushq %rbp\n"                                                                    \
		"	.cfi_def_cfa_offset 16\n"                                                        \
		"	.cfi_offset %rbp, -16\n"                                                         \
		"	movq %rsp, %rbp\n"                                                               \
		"	.cfi_def_cfa_register %rbp\n"                                                    \
		"	subq $144, %rsp\n"                                                               \
		"	movq %rdi, 0(%rsp)\n"                                                            \
		"	movq %rsi, 8(%rsp)\n"                                                            \
		"	movq %rdx, 16(%rsp)\n"                                                           \
		"	movq %rcx, 24(%rsp)\n"                                                           \
		"	movq %r8, 32(%rsp)\n"                                                            \
		"	movq %r9, 40(%rsp)\n" save_vectors "	leaq 16(%rbp), %rax\n"                \
		"	movq %rax, 128(%rsp)\n"                                                          \
		"	movq 8(%rbp), %rax\n"                                                            \
		"	movq %rax, 136(%rsp)\n"                                                          \
		"	movq %rsp, %rsi\n"                                                               \
		"	call aspan_bind_probe_run\n"                                                     \
		"	leave\n"                                                                         \
		"	.cfi_def_cfa %rsp, 8\n"                                                          \
		"	ret\n"                                                                           \
		"	.cfi_endproc\n"                                                                  \
		".size " name ", . - " name "\n")

#elif defined(__aarch64__)

#define SAVE_VECTORS                                                                               \
	"	stp d0, d1, [sp, #80]\n"                                                                 \
	"	stp d2, d3, [sp, #96]\n"                                                                 \
	"	stp d4, d5, [sp, #112]\n"                                                                \
	"	stp d6, d7, [sp, #128]\n"

/* Its first instruction is a landing pad, where branches are protected. */
#define DEFINE_ENTRY(name, save_vectors)                                                           \
	__asm__(".text\n"                                                                          \
		".p2align 4\n"                                                                     \
		".globl " name "\n"                                                                \
		".hidden " name "\n"                                                               \
		".type " name ", %function\n" name ":\n"                                           \
		"	.cfi_startproc\n"                                                                \
		"	hint #34\n"                                                                      \
		"	stp x29, x30, [sp, #-160]!\n"                                                    \
		"	.cfi_def_cfa_offset 160\n"                                                       \
		"	.cfi_offset x29, -160\n"                                                         \
		"	.cfi_offset x30, -152\n"                                                         \
		"	mov x29, sp\n"                                                                   \
		"	stp x0, x1, [sp, #16]\n"                                                         \
		"	stp x2, x3, [sp, #32]\n"                                                         \
		"	stp x4, x5, [sp, #48]\n"                                                         \
		"	stp x6, x7, [sp, #64]\n" save_vectors "	add x9, sp, #160\n"                \
		"	stp x9, x30, [sp, #144]\n"                                                       \
		"	add x1, sp, #16\n"                                                               \
		"	bl aspan_bind_probe_run\n"                                                       \
		"	ldp x29, x30, [sp], #160\n"                                                      \
		"	.cfi_restore x29\n"                                                              \
		"	.cfi_restore x30\n"                                                              \
		"	.cfi_def_cfa_offset 0\n"                                                         \
		"	ret\n"                                                                           \
		"	.cfi_endproc\n"                                                                  \
		".size " name ", . - " name "\n")

#endif

DEFINE_ENTRY("aspan_bind_probe_entry", "");
DEFINE_ENTRY("aspan_bind_probe_entry_vectors", SAVE_VECTORS);
