/* SPDX-License-Identifier: MIT */
/*
 * The filter of `allocspan record --filter`.
 *
 * The user writes one expression about a block; it is made into one for `alloc` and one for `free`, so that both
 * events of a block are recorded or neither: what is live stays right.
 */
#ifndef ASPAN_CLI_RECORD_FILTER_H
#define ASPAN_CLI_RECORD_FILTER_H

/*
 * Makes the expression for `free` from that for `alloc`: `group_id`, the owner, is `source_group_id` there. Prints
 * what is wrong and returns -EINVAL for a field that the two events do not share. The caller frees *translated.
 */
int aspan_record_filter_translate(const char *expression, char **translated);

#endif
