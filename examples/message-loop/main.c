/* SPDX-License-Identifier: MIT */
/*
 * A message loop that has LTTng-UST tracepoints and knows nothing of allocspan.
 *
 * A robot's three callbacks take turns: a laser scan is filtered and forgotten, a position is added to the path driven so far,
 * a timer writes a line into a log of which it keeps the last ones. One of them keeps more and more memory.
 *
 *     allocspan tracepoints message-loop
 *     allocspan record -o trace --bind 'message_loop:callback_start..callback_end,by=callback,label=callback_register(callback,symbol)' -- message-loop
 *     allocspan report trace
 */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "message-loop-provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define TURNS 300
#define SCAN_POINTS 720
#define LOG_LINES 16

struct position {
	double x, y;
	struct position *previous;
};

static struct position *path;
static char *log_lines[LOG_LINES];
static double scan_sum;

static void *allocate(size_t size)
{
	void *memory = calloc(1, size);

	if (!memory) {
		perror("message-loop");
		exit(EXIT_FAILURE);
	}
	return memory;
}

static void on_scan(unsigned int turn)
{
	float *points = allocate(SCAN_POINTS * sizeof(*points));

	for (size_t i = 0; i < SCAN_POINTS; i++) {
		points[i] = (float) ((i * turn) % 30);
		scan_sum += (double) points[i];
	}
	free(points);
}

/* Nobody ever shortens the path. */
static void on_position(unsigned int turn)
{
	struct position *position = allocate(sizeof(*position));

	*position = (struct position){ .x = turn, .y = 2.0 * turn, .previous = path };
	path = position;
}

static void on_timer(unsigned int turn)
{
	char **line = &log_lines[turn % LOG_LINES];

	free(*line);
	*line = allocate(64);
	snprintf(*line, 64, "turn %u: %.0f", turn, scan_sum);
}

static const struct callback {
	const char *symbol;
	void (*function)(unsigned int turn);
} callbacks[] = {
	{ "Lidar::on_scan", on_scan },
	{ "Odometry::on_position", on_position },
	{ "Diagnostics::on_timer", on_timer },
};

static void run(const struct callback *callback, unsigned int turn)
{
	lttng_ust_tracepoint(message_loop, callback_start, callback, false);
	callback->function(turn);
	lttng_ust_tracepoint(message_loop, callback_end, callback);
}

static size_t path_length(void)
{
	size_t length = 0;

	for (const struct position *position = path; position; position = position->previous) {
		length++;
	}
	return length;
}

int main(void)
{
	for (size_t i = 0; i < COUNT_OF(callbacks); i++) {
		lttng_ust_tracepoint(message_loop, callback_register, &callbacks[i],
				     callbacks[i].symbol);
	}
	for (unsigned int turn = 0; turn < TURNS; turn++) {
		run(&callbacks[turn % COUNT_OF(callbacks)], turn);
	}
	printf("%d messages, a path of %zu positions\n", TURNS, path_length());
	return 0;
}
