/* SPDX-License-Identifier: MIT */
/*
 * Tells what the environment made of the library: whether the program runs with the rights of another, whether root
 * tracking is on, and which of its libraries are mapped. See security-setuid.sh.
 */
#include <allocspan/allocspan.h>

#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>

int main(void)
{
	char line[512];
	FILE *maps = fopen("/proc/self/maps", "r");

	/* A misuse: told with ALLOCSPAN_DEBUG=1. */
	allocspan_token_enter(NULL);
	printf("secure=%lu root=%d\n", getauxval(AT_SECURE),
	       allocspan_current_group_id() == ALLOCSPAN_ROOT_GROUP_ID);
	while (maps && fgets(line, sizeof(line), maps)) {
		if (strstr(line, "liballocspan") && strstr(line, "r-xp")) {
			fputs(strchr(line, '/'), stdout);
		}
	}
	return 0;
}
