/* SPDX-License-Identifier: MIT */
/*
 * Each form of the C++ operators new and delete; see oracle.h.
 */
#include "oracle.h"

#include <new>

namespace {

void *allocate(unsigned int way, std::size_t size, std::align_val_t alignment)
{
	switch (way) {
	case 0:
		return ::operator new(size);
	case 1:
		return ::operator new[](size);
	case 2:
		return ::operator new(size, std::nothrow);
	case 3:
		return ::operator new[](size, std::nothrow);
	case 4:
		return ::operator new(size, alignment);
	case 5:
		return ::operator new[](size, alignment);
	case 6:
		return ::operator new(size, alignment, std::nothrow);
	default:
		return ::operator new[](size, alignment, std::nothrow);
	}
}

bool is_array(unsigned int way)
{
	return way % 2;
}

bool is_aligned(unsigned int way)
{
	return way >= 4;
}

void release(bool array, unsigned int turn, void *block, std::size_t size)
{
	switch (turn % 3) {
	case 0:
		return array ? ::operator delete[](block) : ::operator delete(block);
	case 1:
		return array ? ::operator delete[](block, size) : ::operator delete(block, size);
	default:
		return array ? ::operator delete[](block, std::nothrow) :
			       ::operator delete(block, std::nothrow);
	}
}

void release_aligned(bool array, unsigned int turn, void *block, std::size_t size,
		     std::align_val_t alignment)
{
	switch (turn % 3) {
	case 0:
		return array ? ::operator delete[](block, alignment) :
			       ::operator delete(block, alignment);
	case 1:
		return array ? ::operator delete[](block, size, alignment) :
			       ::operator delete(block, size, alignment);
	default:
		return array ? ::operator delete[](block, alignment, std::nothrow) :
			       ::operator delete(block, alignment, std::nothrow);
	}
}

} // namespace

void *oracle_new(unsigned int way, std::size_t size, std::size_t alignment)
{
	try {
		return allocate(way, size, static_cast<std::align_val_t>(alignment));
	} catch (const std::bad_alloc &) {
		return nullptr;
	}
}

void oracle_delete(unsigned int way, unsigned int turn, void *block, std::size_t size,
		   std::size_t alignment)
{
	if (is_aligned(way)) {
		release_aligned(is_array(way), turn, block, size,
				static_cast<std::align_val_t>(alignment));
	} else {
		release(is_array(way), turn, block, size);
	}
}
