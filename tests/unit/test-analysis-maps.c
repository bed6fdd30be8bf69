/* SPDX-License-Identifier: MIT */
/*
 * The maps answer as a plain array would, whatever is added and taken in whatever order.
 */
#include "block-map.h"
#include "id-map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Few addresses, so that they meet often; some of them far apart, and 0 among them. */
#define ADDRESS_COUNT 512

static uint64_t address_of(unsigned int i)
{
	return i % 2 ? i * UINT64_C(0x100000001) : i * UINT64_C(16);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void add_one(struct aspan_block_map *map, uint64_t *sizes, unsigned int i, uint64_t size)
{
	struct aspan_block block = { .address = address_of(i), .size_bytes = size, .group = i };
	struct aspan_block replaced;

	if (sizes[i]) {
		assert_int_equal(aspan_block_map_add(map, &block, &replaced), 1);
		assert_int_equal(replaced.size_bytes, sizes[i]);
	} else {
		assert_int_equal(aspan_block_map_add(map, &block, &replaced), 0);
	}
	sizes[i] = size;
}

static void take_one(struct aspan_block_map *map, uint64_t *sizes, unsigned int i)
{
	struct aspan_block block;

	assert_int_equal(aspan_block_map_take(map, address_of(i), &block), sizes[i] != 0);
	if (sizes[i]) {
		assert_int_equal(block.address, address_of(i));
		assert_int_equal(block.size_bytes, sizes[i]);
		assert_int_equal(block.group, i);
	}
	sizes[i] = 0;
}

static void a_block_map_answers_as_an_array_does(void **state)
{
	struct aspan_block_map map = { 0 };
	uint64_t sizes[ADDRESS_COUNT] = { 0 };
	uint32_t seed = 1;

	(void) state;
	for (uint64_t step = 1; step < 300000; step++) {
		unsigned int i = next_random(&seed) % ADDRESS_COUNT;

		if (next_random(&seed) % 2) {
			add_one(&map, sizes, i, step);
		} else {
			take_one(&map, sizes, i);
		}
	}
	for (unsigned int i = 0; i < ADDRESS_COUNT; i++) {
		take_one(&map, sizes, i);
	}
	assert_int_equal(map.count, 0);
	aspan_block_map_fini(&map);
}

static void an_empty_block_map_has_nothing(void **state)
{
	struct aspan_block_map map = { 0 };
	struct aspan_block block;

	(void) state;
	assert_false(aspan_block_map_take(&map, 0, &block));
	aspan_block_map_fini(&map);
}

static void an_id_map_takes_any_key(void **state)
{
	struct aspan_id_map map = { 0 };

	(void) state;
	assert_int_equal(aspan_id_map_find(&map, 0), ASPAN_ID_MAP_NONE);
	for (uint32_t i = 0; i < 10000; i++) {
		assert_int_equal(aspan_id_map_set(&map, UINT64_MAX - i * UINT64_C(7), i), 0);
		assert_int_equal(aspan_id_map_set(&map, i, i), 0);
	}
	assert_int_equal(aspan_id_map_set(&map, 5, 0), 0);
	for (uint32_t i = 0; i < 10000; i++) {
		assert_int_equal(aspan_id_map_find(&map, UINT64_MAX - i * UINT64_C(7)), i);
		assert_int_equal(aspan_id_map_find(&map, i), i == 5 ? 0 : i);
	}
	assert_int_equal(aspan_id_map_find(&map, 10000), ASPAN_ID_MAP_NONE);
	assert_int_equal(map.count, 20000);
	aspan_id_map_fini(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_block_map_answers_as_an_array_does),
		cmocka_unit_test(an_empty_block_map_has_nothing),
		cmocka_unit_test(an_id_map_takes_any_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
