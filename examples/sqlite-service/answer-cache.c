/* SPDX-License-Identifier: MIT */
/*
 * A ring: the oldest answer goes first. The key is compared in full, so that no answer is mistaken
 * for another.
 */
#include "answer-cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	const struct tenant *tenant; /* NULL: unused */
	enum query_kind kind;
	char *argument;
	char *answer;
};

static struct entry entries[ANSWER_CACHE_SIZE];
static size_t oldest;
/* Protects both. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

uint64_t answer_checksum(const char *answer)
{
	uint64_t sum = 0;

	for (const char *c = answer; *c; c++) {
		sum = sum * 31 + (unsigned char) *c;
	}
	return sum;
}

static void entry_clear(struct entry *entry)
{
	free(entry->argument);
	sqlite3_free(entry->answer);
	*entry = (struct entry){ 0 };
}

bool answer_cache_find(const struct tenant *tenant, enum query_kind kind, const char *argument,
		       uint64_t *checksum)
{
	bool found = false;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < ANSWER_CACHE_SIZE && !found; i++) {
		const struct entry *entry = &entries[i];

		found = entry->tenant == tenant && entry->kind == kind &&
			strcmp(entry->argument, argument) == 0;
		if (found) {
			*checksum += answer_checksum(entry->answer);
		}
	}
	pthread_mutex_unlock(&lock);
	return found;
}

void answer_cache_store(const struct tenant *tenant, enum query_kind kind, const char *argument,
			char *answer)
{
	char *key = strdup(argument);
	struct entry *entry;

	if (!key) {
		sqlite3_free(answer);
		return;
	}
	pthread_mutex_lock(&lock);
	entry = &entries[oldest];
	oldest = (oldest + 1) % ANSWER_CACHE_SIZE;
	entry_clear(entry);
	*entry = (struct entry){ tenant, kind, key, answer };
	pthread_mutex_unlock(&lock);
}

void answer_cache_clear(void)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < ANSWER_CACHE_SIZE; i++) {
		entry_clear(&entries[i]);
	}
	pthread_mutex_unlock(&lock);
}
