/* SPDX-License-Identifier: MIT */
/*
 * A C++ program of somebody else: exits with 0 if the interposer gave its one block to its group.
 */
#include <allocspan/allocspan.hpp>

#include <cstdlib>
#include <iostream>
#include <memory>

int main()
{
	constexpr std::size_t block_bytes = 1000;
	allocspan::token token{ "consumer", { { "language", "c++" } } };
	std::unique_ptr<char[]> block;

	{
		allocspan::scope inside{ token };
		block.reset(new char[block_bytes]);
	}
	const std::uint64_t live_bytes = token.stats().live_bytes;

	std::cout << "consumer.cpp: " << live_bytes << " live bytes\n";
	return live_bytes == block_bytes ? EXIT_SUCCESS : EXIT_FAILURE;
}
