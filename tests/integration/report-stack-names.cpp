// SPDX-License-Identifier: MIT
//
// A method, a template and an operator, whose names the linker has mangled.
#include <allocspan/allocspan.h>

#include <cstdlib>

namespace geometry {

static void *volatile kept;

struct shape {
	__attribute__((noinline)) void grow(int size)
	{
		kept = std::malloc(size); // method
	}
};

template <typename T>
__attribute__((noinline)) void repeat(T &shape, int size)
{
	shape.grow(size);
	std::free(kept);
}

}

int main()
{
	allocspan_token *token = allocspan_token_register("names", nullptr, 0);
	allocspan_guard guard = allocspan_token_enter(token);
	geometry::shape shape;

	geometry::repeat(shape, 50);
	allocspan_guard_exit(&guard);
	return 0;
}
