/* SPDX-License-Identifier: MIT */
/*
 * Every scope macro in a build with ALLOCSPAN_DISABLE. check-scope-disabled.sh looks at the object: it must
 * need nothing of the library and hold nothing of it.
 */
#define ALLOCSPAN_DISABLE
#include <allocspan/allocspan.h>

int scope_disabled(struct allocspan_token *token, struct allocspan_span *span);

int scope_disabled(struct allocspan_token *token, struct allocspan_span *span)
{
	ALLOCSPAN_SCOPE(token);
	ALLOCSPAN_SPAN_SCOPE(span);
	ALLOCSPAN_UNTRACKED_SCOPE();
	ALLOCSPAN_SPAN("unmistakable name", "unmistakable key", "unmistakable value");
	ALLOCSPAN_SPAN("unmistakable name");
	return 42;
}
