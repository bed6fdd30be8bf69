/* SPDX-License-Identifier: MIT */
/*
 * Texts of a trace as JSON, for writers that stream. json-c does the quoting.
 */
#ifndef ASPAN_BT2_JSON_TEXT_H
#define ASPAN_BT2_JSON_TEXT_H

#include <stdio.h>

/* Writes a text in quotes; bytes that are no UTF-8 become U+FFFD. 0 or -ENOMEM. */
int aspan_json_write_text(const char *text, FILE *stream);

#endif
