/* SPDX-License-Identifier: MIT */
/*
 * A library with debug information of which the shape is the harm: NESTED scopes of the tag SCOPE, one in the other, in
 * front of MEMBERS entries. Lexical blocks (0x0b) have the address of evil(), and are descended into; namespaces (0x39) have
 * none, and all that is in them is passed over again for each.
 */
	.text
	.globl evil
	.type evil,@function
evil:
.Lbegin:
	.cfi_startproc
	subq $8, %rsp
	.cfi_def_cfa_offset 16
	movl $77, %edi
	call malloc@PLT
	addq $8, %rsp
	.cfi_def_cfa_offset 8
	ret
	.cfi_endproc
.Lend:
	.size evil, .-evil
	.section .note.GNU-stack, "", @progbits

	.section .debug_abbrev, "", @progbits
.Labbrev:
	.uleb128 1, 0x11			/* compile unit: name, low_pc, high_pc */
	.byte 1
	.uleb128 0x03, 0x08, 0x11, 0x01, 0x12, 0x01, 0, 0
	.uleb128 2, SCOPE			/* low_pc, high_pc */
	.byte 1
	.uleb128 0x11, 0x01, 0x12, 0x01, 0, 0
	.uleb128 3, 0x24			/* base type */
	.byte 0
	.uleb128 0, 0
	.byte 0

	.section .debug_info, "", @progbits
	.long .Lunit_end - .Lunit
.Lunit:
	.value 4
	.long .Labbrev
	.byte 8
	.uleb128 1
	.asciz "x.c"
	.quad .Lbegin
	.quad .Lend
	.rept NESTED
	.uleb128 2
	.quad .Lbegin
	.quad .Lend
	.endr
	.fill MEMBERS, 1, 3
	.fill NESTED + 1, 1, 0
.Lunit_end:
