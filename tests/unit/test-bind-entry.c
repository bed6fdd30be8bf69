/* SPDX-License-Identifier: MIT */
/*
 * The probe entries save what a caller passes, in registers and on its stack, by the calling convention of the machine.
 *
 * Needs no library and no cmocka, so that it also runs for another machine under an emulator: exit status 0, or 1 and a
 * line for each value that is wrong.
 */
#include "probe-entry.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define POINT ((struct aspan_bind_point *) 0x1234)

static struct aspan_bind_registers seen;
static uint64_t seen_stack[4];
static struct aspan_bind_point *seen_point;
static int wrong_count;

void aspan_bind_probe_run(struct aspan_bind_point *point,
			  const struct aspan_bind_registers *registers)
{
	seen_point = point;
	seen = *registers;
	memcpy(seen_stack, registers->stack, sizeof(seen_stack));
}

static void expect(const char *what, uint64_t actual, uint64_t expected)
{
	if (actual != expected) {
		wrong_count++;
		printf("%s: %" PRIx64 " instead of %" PRIx64 "\n", what, actual, expected);
	}
}

static uint64_t bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static uint64_t bits_of_float(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

/* The data comes in the first general register. */
static void expect_general(void)
{
	expect("point", (uintptr_t) seen_point, (uintptr_t) POINT);
	expect("a", (uint8_t) seen.general[1], (uint8_t) -3);
	expect("b", seen.general[2], UINT64_C(0x1122334455667788));
	expect("e", (uint16_t) seen.general[3], 0xfffe);
	expect("f", seen.general[4], 0x5678);
	expect("h", seen.general[5], (uint64_t) -9);
#if defined(__aarch64__)
	expect("i", seen.general[6], 10);
	expect("j", seen.general[7], 11);
	expect("the first on the stack", seen_stack[0], 12);
#else
	expect("i", seen_stack[0], 10);
	expect("j", seen_stack[1], 11);
#endif
}

static void expect_vectors(void)
{
	expect("c", seen.vector[0], bits_of(1.5));
	expect("d", (uint32_t) seen.vector[1], bits_of_float(-2.25F));
	expect("g", seen.vector[2], bits_of(1e300));
	expect("k", seen.vector[3], bits_of(-0.0));
}

/* One argument more than the type above, for the stack of machines with eight registers. */
typedef void (*long_probe)(void *data, int8_t a, uint64_t b, double c, float d, uint16_t e, void *f,
			   double g, int64_t h, uint64_t i, uint64_t j, double k, uint64_t l);

static void call(void (*entry)(void))
{
	memset(&seen, 0, sizeof(seen));
	((long_probe) entry)(POINT, -3, UINT64_C(0x1122334455667788), 1.5, -2.25F, 0xfffe,
			     (void *) 0x5678, 1e300, -9, 10, 11, -0.0, 12);
}

/* Where the tracepoint is: in the function that calls, before what follows the call. */
static void expect_caller(void)
{
	uintptr_t begin = (uintptr_t) call;

	expect("the caller", (uintptr_t) seen.ip > begin && (uintptr_t) seen.ip < begin + 1000, 1);
}

int main(void)
{
	call(aspan_bind_probe_entry);
	expect_general();
	expect_caller();
	call(aspan_bind_probe_entry_vectors);
	expect_general();
	expect_vectors();
	expect_caller();
	return wrong_count > 0;
}
