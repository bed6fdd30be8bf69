/* SPDX-License-Identifier: MIT */
/*
 * A tracker: the program's own callbacks, which see each tracked block as it comes and goes.
 *
 * This one looks for blocks that one group allocates and another frees: a handover that a design
 * ought to know of. It runs by itself, since liballocspan-preload is linked:
 *
 *	build/release/examples/tracker
 */
#include <allocspan/allocspan.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct handovers {
	unsigned int own;
	unsigned int foreign;
};

static void block_allocated(void *user, void *addr, size_t size, size_t usable_size,
			    const struct allocspan_group *group)
{
	(void) user;
	(void) addr;
	printf("%s allocates %zu bytes%s\n", group->name, size,
	       usable_size > size ? " and gets more" : "");
}

/* A callback may print, and so allocate: what it allocates is not tracked and calls no tracker. */
static void block_deallocated(void *user, void *addr, size_t size, size_t usable_size,
			      const struct allocspan_group *source_group,
			      const struct allocspan_group *current_group)
{
	struct handovers *handovers = user;

	(void) addr;
	(void) usable_size;
	if (current_group && current_group->id == source_group->id) {
		handovers->own++;
		return;
	}
	handovers->foreign++;
	printf("%s frees %zu bytes of %s\n", current_group ? current_group->name : "nobody", size,
	       source_group->name);
}

static char *parse(const char *text)
{
	ALLOCSPAN_SPAN("parser");
	char *scratch = strdup(text);
	char *word = scratch ? strdup(strtok(scratch, " ")) : NULL;

	free(scratch);
	return word;
}

static void render(char *word)
{
	ALLOCSPAN_SPAN("renderer");

	free(word);
}

int main(void)
{
	/* A tracker stays for good, so what it is given must live as long as the process. */
	static struct handovers handovers;
	const struct allocspan_tracker tracker = {
		.allocated = block_allocated,
		.deallocated = block_deallocated,
		.user = &handovers,
	};
	int status = allocspan_tracker_set(&tracker);

	if (status < 0) {
		fprintf(stderr, "tracker: cannot set the tracker: %s\n", strerror(-status));
		return 1;
	}
	render(parse("one two"));
	printf("%u freed by their own group, %u by another\n", handovers.own, handovers.foreign);
	return 0;
}
