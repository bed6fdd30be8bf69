/* SPDX-License-Identifier: MIT */
/*
 * make-ledger-seeds FOLDER: writes what the fuzzer of ledgers begins with: whole ones of each shape, cut, with bits flipped, and
 * with the end of another. The same files each time.
 */
#include "ledger-shapes.h"

#include <stdio.h>

#define CUTS 6
#define FLIPS 12

static void write_file(const char *folder, const char *name, unsigned int number,
		       const unsigned char *bytes, size_t size_bytes)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s-%u", folder, name, number);
	file = fopen(path, "wb");
	if (!file || fwrite(bytes, 1, size_bytes, file) != size_bytes || fclose(file)) {
		perror(path);
		exit(1);
	}
}

/* Numbers that look random, and are the same each time. */
static uint32_t next_number(uint64_t *state)
{
	*state = *state * 6364136223846793005 + 1442695040888963407;
	return (uint32_t) (*state >> 33);
}

static void write_flipped(const char *folder, unsigned int shape, const struct ledger_maker *maker)
{
	uint64_t state = shape;

	for (unsigned int i = 0; i < FLIPS; i++) {
		uint32_t bit = next_number(&state) % (uint32_t) (maker->used * 8);

		maker->bytes[bit / 8] ^= (unsigned char) (1U << bit % 8);
		write_file(folder, "flipped", shape * FLIPS + i, maker->bytes, maker->used);
		maker->bytes[bit / 8] ^= (unsigned char) (1U << bit % 8);
	}
}

static void write_crossed(const char *folder, unsigned int shape, const struct ledger_maker *maker)
{
	for (unsigned int other = 0; other < LEDGER_SHAPES; other++) {
		unsigned char bytes[LEDGER_BYTES] = { 0 };
		struct ledger_maker end;

		ledger_make_shape(&end, (enum ledger_shape) other);
		memcpy(bytes, end.bytes, end.used);
		memcpy(bytes, maker->bytes,
		       end.used < maker->used ? end.used / 2 : maker->used / 2);
		write_file(folder, "crossed", shape * LEDGER_SHAPES + other, bytes, end.used);
		ledger_fini(&end);
	}
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: make-ledger-seeds FOLDER\n");
		return 2;
	}
	for (unsigned int shape = 0; shape < LEDGER_SHAPES; shape++) {
		const unsigned char recipe = (unsigned char) shape;
		struct ledger_maker maker;

		ledger_make_shape(&maker, (enum ledger_shape) shape);
		write_file(argv[1], "whole", shape, maker.bytes, maker.used);
		write_file(argv[1], "recipe", shape, &recipe, 1);
		for (unsigned int i = 1; i <= CUTS; i++) {
			write_file(argv[1], "cut", shape * CUTS + i, maker.bytes,
				   maker.used * i / (CUTS + 1));
		}
		write_flipped(argv[1], shape, &maker);
		write_crossed(argv[1], shape, &maker);
		ledger_fini(&maker);
	}
	return 0;
}
