/* SPDX-License-Identifier: MIT */
/*
 * C++ new and delete in a trace: each a block of kind `new`, once, whatever the form; written down as it goes
 * (journal.h).
 */
#include "journal.h"

#include <new>
#include <vector>

namespace {

group parser, other;

struct alignas(64) wide {
	char bytes[192];
};

template <typename T>
T *newed(block &block, T *object, size_t size)
{
	journal_allocated(&block, object, size, "new");
	return object;
}

template <typename Delete>
void deleted(block &block, Delete how)
{
	journal_freed(&block, "new");
	how();
	block = {};
}

void single_objects_and_arrays()
{
	block blocks[4];

	enter_group(&parser);
	auto *number = newed(blocks[0], new long(3), sizeof(long));
	auto *numbers = newed(blocks[1], new char[100], 100);
	auto *object = newed(blocks[2], new wide, sizeof(wide));
	auto *objects = newed(blocks[3], new (std::nothrow) wide[2], 2 * sizeof(wide));
	exit_innermost();
	enter_group(&other);
	deleted(blocks[0], [&] { delete number; });
	deleted(blocks[1], [&] { delete[] numbers; });
	deleted(blocks[2], [&] { delete object; });
	deleted(blocks[3], [&] { delete[] objects; });
	exit_innermost();
}

void a_container_grows()
{
	block current, next;
	std::vector<char> bytes;

	enter_group(&parser);
	bytes.reserve(10);
	journal_allocated(&current, bytes.data(), 10, "new");
	/* The new block comes before the old one goes. */
	const block old = current;
	bytes.reserve(1000);
	journal_allocated(&next, bytes.data(), 1000, "new");
	journal_freed(&old, "new");
	journal_freed(&next, "new");
	std::vector<char>().swap(bytes);
	exit_innermost();
}

void what_new_gave_and_free_takes()
{
	block block;

	enter_group(&parser);
	newed(block, static_cast<char *>(::operator new(33)), 33);
	journal_freed(&block, "malloc");
	free(block.ptr);
	exit_innermost();
}

} // namespace

int main()
{
	group_register(&parser, "parser", nullptr, 0, ",group=parser,");
	group_register(&other, "other", nullptr, 0, ",group=other,");
	single_objects_and_arrays();
	a_container_grows();
	what_new_gave_and_free_takes();
	journal_stats(&parser);
	journal_write();
	return EXIT_SUCCESS;
}
