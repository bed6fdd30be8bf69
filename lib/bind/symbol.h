/* SPDX-License-Identifier: MIT */
/*
 * What code is called: the name of the function at an address of an object, from the symbol table of its file.
 *
 * A file that was stripped has the functions that it exports. What has no name is called FILE+0xOFFSET, which stays the same
 * wherever the object is loaded. May run inside a tracepoint of the program, as elf-file.h says.
 */
#ifndef ASPAN_BIND_SYMBOL_H
#define ASPAN_BIND_SYMBOL_H

#include <stdbool.h>
#include <stdint.h>

#include "value-text.h"

/*
 * The name of the function; false if the file has none. `offset` is from where the object's first segment begins, which is what
 * LTTng calls its base address.
 */
bool aspan_bind_symbol_find(char text[ASPAN_BIND_TEXT_BYTES], const char *path, uint64_t offset);

/* FILE+0xOFFSET. */
void aspan_bind_symbol_place(char text[ASPAN_BIND_TEXT_BYTES], const char *path, uint64_t offset);

#endif
