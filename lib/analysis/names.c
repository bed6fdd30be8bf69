/* SPDX-License-Identifier: MIT */
/*
 * See names.h.
 */
#include "names.h"

#include "array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void aspan_names_fini(struct aspan_names *names)
{
	for (size_t i = 0; i < names->text_count; i++) {
		free(names->texts[i]);
	}
	free(names->texts);
	aspan_text_map_fini(&names->map);
	*names = (struct aspan_names){ 0 };
}

int aspan_names_intern(struct aspan_names *names, const char *text, uint32_t *number)
{
	char **added;
	int result;

	*number = aspan_text_map_find(&names->map, 0, text);
	if (*number != ASPAN_TEXT_MAP_NONE) {
		return 0;
	}
	added = ASPAN_ARRAY_APPEND(names, texts, text);
	if (!added) {
		return -ENOMEM;
	}
	*number = (uint32_t) (names->text_count - 1);
	*added = strdup(text);
	result = *added ? aspan_text_map_set(&names->map, 0, text, *number) : -ENOMEM;
	if (result) {
		free(*added);
		names->text_count--;
	}
	return result;
}
