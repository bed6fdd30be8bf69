/* SPDX-License-Identifier: MIT */
/*
 * Every form of operator new and delete is counted exactly once under the interposer, aligned as asked, and
 * fails as the C++ library does (DESIGN 4.4.1). The forms are called by name, so that no compiler pairs or
 * removes them.
 */
#include "claims.h"

#include <cstddef>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

allocspan_token *token;

constexpr std::align_val_t aligned{ 128 };

void *new_plain(size_t size)
{
	return ::operator new(size);
}

void *new_array(size_t size)
{
	return ::operator new[](size);
}

void *new_nothrow(size_t size)
{
	return ::operator new(size, std::nothrow);
}

void *new_array_nothrow(size_t size)
{
	return ::operator new[](size, std::nothrow);
}

void *new_aligned(size_t size)
{
	return ::operator new(size, aligned);
}

void *new_array_aligned(size_t size)
{
	return ::operator new[](size, aligned);
}

void *new_aligned_nothrow(size_t size)
{
	return ::operator new(size, aligned, std::nothrow);
}

void *new_array_aligned_nothrow(size_t size)
{
	return ::operator new[](size, aligned, std::nothrow);
}

const struct {
	void *(*allocate)(size_t);
	bool is_aligned, throws;
} news[] = {
	{ new_plain, false, true },	      { new_array, false, true },
	{ new_nothrow, false, false },	      { new_array_nothrow, false, false },
	{ new_aligned, true, true },	      { new_array_aligned, true, true },
	{ new_aligned_nothrow, true, false }, { new_array_aligned_nothrow, true, false },
};

using Delete = void (*)(void *, size_t);

const struct {
	Delete release;
	bool is_aligned;
} deletes[] = {
	{ [](void *block, size_t) { ::operator delete(block); }, false },
	{ [](void *block, size_t) { ::operator delete[](block); }, false },
	{ [](void *block, size_t) { ::operator delete(block, std::nothrow); }, false },
	{ [](void *block, size_t) { ::operator delete[](block, std::nothrow); }, false },
	{ [](void *block, size_t size) { ::operator delete(block, size); }, false },
	{ [](void *block, size_t size) { ::operator delete[](block, size); }, false },
	{ [](void *block, size_t) { ::operator delete(block, aligned); }, true },
	{ [](void *block, size_t) { ::operator delete[](block, aligned); }, true },
	{ [](void *block, size_t) { ::operator delete(block, aligned, std::nothrow); }, true },
	{ [](void *block, size_t) { ::operator delete[](block, aligned, std::nothrow); }, true },
	{ [](void *block, size_t size) { ::operator delete(block, size, aligned); }, true },
	{ [](void *block, size_t size) { ::operator delete[](block, size, aligned); }, true },
};

void each_new_and_each_delete_counts_once(void)
{
	for (const auto &form : news) {
		for (const auto &end : deletes) {
			if (form.is_aligned != end.is_aligned) {
				continue;
			}
			for (size_t size : { 0, 1, 24, 1000, 1 << 20 }) {
				struct watched watched = claim_watch(token);
				allocspan_guard guard = allocspan_token_enter(token);
				void *block = kept(form.allocate(size));

				allocspan_guard_exit(&guard);
				CHECK_COUNTED(watched, 1, size, 0, 0);
				CHECK_EQUAL(allocspan_block_group_id(block),
					    allocspan_token_id(token));
				CHECK_EQUAL((uintptr_t) block % (form.is_aligned ? 128 :
								 size < 16	 ? 8 :
										   16),
					    0);
				end.release(block, size);
				CHECK_COUNTED(watched, 1, size, 1, size);
			}
		}
	}
}

void delete_of_null_counts_nothing(void)
{
	struct watched watched = claim_watch(token);
	allocspan_guard guard = allocspan_token_enter(token);

	for (const auto &end : deletes) {
		end.release(nullptr, 0);
	}
	allocspan_guard_exit(&guard);
	CHECK_COUNTED(watched, 0, 0, 0, 0);
}

void new_expressions_count_their_objects(void)
{
	struct alignas(64) wide {
		char bytes[64];
	};
	struct watched watched = claim_watch(token);
	allocspan_guard guard = allocspan_token_enter(token);
	auto *number = static_cast<int *>(kept(new int(7)));
	auto *numbers = static_cast<long *>(kept(new long[10]));
	auto *object = static_cast<wide *>(kept(new wide));
	auto *objects = static_cast<wide *>(kept(new wide[3]));

	CHECK_COUNTED(watched, 4, 4 + 80 + 64 + 192, 0, 0);
	delete number;
	delete[] numbers;
	delete object;
	delete[] objects;
	allocspan_guard_exit(&guard);
	CHECK_COUNTED(watched, 4, 340, 4, 340);
}

/* What the C++ library allocates for the program comes from inside libstdc++. */
void containers_are_counted(void)
{
	struct watched watched = claim_watch(token);
	{
		allocspan_guard guard = allocspan_token_enter(token);
		std::vector<char> bytes(1000);
		std::string text(500, 'x');

		allocspan_guard_exit(&guard);
		CHECK_COUNTED(watched, 2, 1000 + 501, 0, 0);
	}
	CHECK_COUNTED(watched, 2, 1501, 2, 1501);
}

bool throws_bad_alloc(void *(*allocate)(size_t), size_t size)
{
	try {
		::operator delete(kept(allocate(size)));
	} catch (const std::bad_alloc &) {
		return true;
	}
	return false;
}

void what_fails_throws_or_gives_null_and_is_not_counted(void)
{
	for (const auto &form : news) {
		struct watched watched = claim_watch(token);
		bool thrown;

		{
			/* The exception itself is allocated too, and not in the group. */
			struct allocspan_guard guard = allocspan_untracked_enter();

			thrown = throws_bad_alloc(form.allocate, PTRDIFF_MAX);
			allocspan_guard_exit(&guard);
		}
		CHECK_EQUAL(thrown, form.throws);
		if (!form.throws) {
			allocspan_guard guard = allocspan_token_enter(token);

			CHECK(form.allocate(PTRDIFF_MAX) == nullptr);
			allocspan_guard_exit(&guard);
		}
		CHECK_COUNTED(watched, 0, 0, 0, 0);
	}
}

int handler_calls;

void give_up_the_third_time()
{
	if (++handler_calls == 3) {
		std::set_new_handler(nullptr);
	}
}

void the_new_handler_is_called_until_it_gives_up(void)
{
	for (const auto &form : news) {
		handler_calls = 0;
		std::set_new_handler(give_up_the_third_time);
		CHECK_EQUAL(throws_bad_alloc(form.allocate, PTRDIFF_MAX), form.throws);
		CHECK_EQUAL(handler_calls, 3);
	}
}

void an_exception_thrown_by_the_new_handler_passes_through(void)
{
	for (const auto &form : news) {
		bool caught = false;

		std::set_new_handler([] { throw std::bad_alloc(); });
		try {
			/* The forms that give NULL catch it themselves. */
			CHECK(form.allocate(PTRDIFF_MAX) == nullptr);
		} catch (const std::bad_alloc &) {
			caught = true;
		}
		CHECK_EQUAL(caught, form.throws);
	}
	std::set_new_handler(nullptr);
}

void a_guard_outlives_a_thrown_exception(void)
{
	struct watched watched = claim_watch(token);
	allocspan_guard guard = allocspan_token_enter(token);

	try {
		throw std::runtime_error("counted while it lives");
	} catch (const std::runtime_error &) {
	}
	allocspan_guard_exit(&guard);
	struct allocspan_stats stats;

	allocspan_token_stats(token, &stats);
	CHECK_EQUAL(stats.live_blocks, watched.before.live_blocks);
	CHECK_EQUAL(stats.live_bytes, watched.before.live_bytes);
	CHECK_EQUAL(allocspan_current_group_id(), 0);
}

const struct claim claims[] = {
	CLAIM(each_new_and_each_delete_counts_once),
	CLAIM(delete_of_null_counts_nothing),
	CLAIM(new_expressions_count_their_objects),
	CLAIM(containers_are_counted),
	CLAIM(what_fails_throws_or_gives_null_and_is_not_counted),
	CLAIM(the_new_handler_is_called_until_it_gives_up),
	CLAIM(an_exception_thrown_by_the_new_handler_passes_through),
	CLAIM(a_guard_outlives_a_thrown_exception),
};

} // namespace

int main(int argc, char **argv)
{
	token = allocspan_token_register("counted", nullptr, 0);
	setvbuf(stdout, nullptr, _IOLBF, 0);
	return check_claims(claims, COUNT_OF(claims), argc, argv);
}
