/* SPDX-License-Identifier: MIT */
/*
 * Puts the page into the plugin, as it is. ALLOCSPAN_REPORT_PAGE is the path of its file.
 *
 * The assembler reads the file: a string of C would have to be escaped, and compilers need not take one so long.
 */
#include "report-page.h"

__asm__(".pushsection .rodata\n"
	".global aspan_report_page\n"
	".hidden aspan_report_page\n"
	".type aspan_report_page, @object\n"
	"aspan_report_page:\n"
	".incbin \"" ALLOCSPAN_REPORT_PAGE "\"\n"
	".byte 0\n"
	".size aspan_report_page, . - aspan_report_page\n"
	".popsection\n");
