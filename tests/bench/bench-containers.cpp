/* SPDX-License-Identifier: MIT */
/*
 * What C++ programs allocate, through operator new and delete.
 *
 * new-ring: as small-ring of bench-blocks.c, with new and delete.
 * containers: an operation builds a document of 16 entries (strings too long to be stored inside, a vector that grows, an ordered and
 * a hashed index), reads it, and destroys the one that was built 16 operations before.
 */
#include "bench.h"

#include <array>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

constexpr unsigned int entries = 16;
constexpr unsigned int live_documents = 16;

struct document {
	std::vector<std::string> lines;
	std::map<unsigned int, std::string> by_number;
	std::unordered_map<std::string, unsigned int> by_line;
};

std::array<std::unique_ptr<document>, live_documents> documents;
uint64_t turn;

constexpr unsigned int ring_blocks = 64;
std::array<void *, ring_blocks> ring;
uint64_t ring_turn;

void run_ring(uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i++) {
		void *&block = ring[ring_turn % ring_blocks];

		::operator delete(block);
		block = ::operator new(16 + ring_turn * 37 % 128);
		*static_cast<char *>(block) = 1;
		ring_turn++;
	}
}

std::unique_ptr<document> build(uint64_t seed)
{
	auto built = std::make_unique<document>();

	for (unsigned int i = 0; i < entries; i++) {
		std::string line = "a line of the document, number ";

		line += std::to_string(seed % 1000 + i);
		built->by_line.emplace(line, i);
		built->by_number.emplace(i, line + ", to be looked up by it");
		built->lines.push_back(std::move(line));
	}
	return built;
}

void run(uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i++) {
		auto &place = documents[turn % live_documents];

		place = build(turn++);
		bench_use(&place->by_line.at(place->lines.back()));
	}
}

const bench_case cases[] = {
	{ "new-ring", nullptr, run_ring },
	{ "containers", nullptr, run },
	{},
};

} // namespace

int main(int argc, char **argv)
{
	return bench_main(argc, argv, cases);
}
