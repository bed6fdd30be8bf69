/* SPDX-License-Identifier: MIT */
/*
 * See descriptor.h.
 */
#include "descriptor.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "arena.h"

#define GROUP_KEY "group"
#define FIRST_BUCKET_COUNT 64
#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

/* A hash table of chains; protected by the lock. */
static struct aspan_descriptor **buckets;
static size_t bucket_count;
static size_t descriptor_count;

static int length_check(const char *string, size_t shortest, size_t longest)
{
	size_t length;

	if (!string) {
		return -EINVAL;
	}
	length = strnlen(string, longest + 1);
	if (length < shortest) {
		return -EINVAL;
	}
	return length > longest ? -ENAMETOOLONG : 0;
}

int aspan_name_check(const char *name)
{
	return length_check(name, 1, ALLOCSPAN_NAME_MAX);
}

static int tag_check(const struct allocspan_tag *tags, size_t index)
{
	int error = length_check(tags[index].key, 1, ALLOCSPAN_KEY_MAX);

	if (!error) {
		error = length_check(tags[index].value, 0, ALLOCSPAN_VALUE_MAX);
	}
	if (error) {
		return error;
	}
	if (strcmp(tags[index].key, GROUP_KEY) == 0) {
		return -EINVAL;
	}
	for (size_t i = 0; i < index; i++) {
		if (strcmp(tags[i].key, tags[index].key) == 0) {
			return -EINVAL;
		}
	}
	return 0;
}

int aspan_descriptor_check(const char *name, const struct allocspan_tag *tags, size_t tag_count)
{
	int error = aspan_name_check(name);

	if (error) {
		return error;
	}
	if (tag_count > ALLOCSPAN_TAGS_MAX) {
		return -E2BIG;
	}
	if (tag_count > 0 && !tags) {
		return -EINVAL;
	}
	for (size_t i = 0; i < tag_count && !error; i++) {
		error = tag_check(tags, i);
	}
	return error;
}

/* FNV-1a (Fowler, Noll, Vo); the final zero is hashed too, so that strings do not run into each other. */
static uint64_t hash_string(uint64_t hash, const char *string)
{
	const unsigned char *byte = (const unsigned char *) string;

	do {
		hash = (hash ^ *byte) * FNV_PRIME;
	} while (*byte++);
	return hash;
}

static uint64_t hash_all(const char *name, const struct allocspan_tag *tags, size_t tag_count)
{
	uint64_t hash = hash_string(FNV_BASIS, name);

	for (size_t i = 0; i < tag_count; i++) {
		hash = hash_string(hash_string(hash, tags[i].key), tags[i].value);
	}
	return hash;
}

static bool is_equal(const struct aspan_descriptor *descriptor, const char *name,
		     const struct allocspan_tag *tags, size_t tag_count)
{
	if (descriptor->tag_count != tag_count || strcmp(descriptor->name, name) != 0) {
		return false;
	}
	for (size_t i = 0; i < tag_count; i++) {
		if (strcmp(descriptor->tags[i].key, tags[i].key) != 0 ||
		    strcmp(descriptor->tags[i].value, tags[i].value) != 0) {
			return false;
		}
	}
	return true;
}

/* Twice as many buckets; without memory the chains just get longer. */
static bool grow_buckets(void)
{
	size_t count = bucket_count ? 2 * bucket_count : FIRST_BUCKET_COUNT;
	struct aspan_descriptor **grown =
		aspan_arena_alloc(count * sizeof(struct aspan_descriptor *));

	if (!grown) {
		return bucket_count > 0;
	}
	for (size_t i = 0; i < bucket_count; i++) {
		struct aspan_descriptor *descriptor = buckets[i];

		while (descriptor) {
			struct aspan_descriptor *next = descriptor->next;
			struct aspan_descriptor **bucket = &grown[descriptor->hash & (count - 1)];

			descriptor->next = *bucket;
			*bucket = descriptor;
			descriptor = next;
		}
	}
	aspan_arena_free(buckets, bucket_count * sizeof(struct aspan_descriptor *));
	buckets = grown;
	bucket_count = count;
	return true;
}

static bool is_special(char character)
{
	return character == ',' || character == '=' || character == '\\';
}

static size_t escaped_length(const char *string)
{
	size_t length = 0;

	for (; *string; string++) {
		length += is_special(*string) ? 2 : 1;
	}
	return length;
}

static char *append_escaped(char *end, const char *string)
{
	for (; *string; string++) {
		if (is_special(*string)) {
			*end++ = '\\';
		}
		*end++ = *string;
	}
	return end;
}

static size_t tag_string_bytes(const char *name, const struct allocspan_tag *tags, size_t tag_count)
{
	/* A comma, `group=`, the name, a comma, and for each tag key, `=`, value, a comma; the final zero. */
	size_t bytes = 1 + strlen(GROUP_KEY "=") + escaped_length(name) + 1 + 1;

	for (size_t i = 0; i < tag_count; i++) {
		bytes += escaped_length(tags[i].key) + 1 + escaped_length(tags[i].value) + 1;
	}
	return bytes;
}

/* Writes the tag string and returns the byte after its final zero. */
static char *write_tag_string(char *end, const char *name, const struct allocspan_tag *tags,
			      size_t tag_count)
{
	*end++ = ',';
	end = append_escaped(stpcpy(end, GROUP_KEY "="), name);
	*end++ = ',';
	for (size_t i = 0; i < tag_count; i++) {
		end = append_escaped(end, tags[i].key);
		*end++ = '=';
		end = append_escaped(end, tags[i].value);
		*end++ = ',';
	}
	*end++ = '\0';
	return end;
}

static const char *write_string(char **end, const char *string)
{
	char *copy = *end;

	*end = stpcpy(copy, string) + 1;
	return copy;
}

static struct aspan_descriptor *create(const char *name, const struct allocspan_tag *tags,
				       size_t tag_count)
{
	size_t size_bytes = sizeof(struct aspan_descriptor) + tag_count * sizeof(*tags) +
			    strlen(name) + 1 + tag_string_bytes(name, tags, tag_count);
	struct aspan_descriptor *descriptor;
	char *end;

	for (size_t i = 0; i < tag_count; i++) {
		size_bytes += strlen(tags[i].key) + 1 + strlen(tags[i].value) + 1;
	}
	descriptor = aspan_arena_alloc(size_bytes);
	if (!descriptor) {
		return NULL;
	}
	descriptor->size_bytes = size_bytes;
	descriptor->tag_count = tag_count;
	end = (char *) &descriptor->tags[tag_count];
	descriptor->tag_string = end;
	end = write_tag_string(end, name, tags, tag_count);
	descriptor->name = write_string(&end, name);
	for (size_t i = 0; i < tag_count; i++) {
		descriptor->tags[i].key = write_string(&end, tags[i].key);
		descriptor->tags[i].value = write_string(&end, tags[i].value);
	}
	return descriptor;
}

struct aspan_descriptor *aspan_descriptor_get(const char *name, const struct allocspan_tag *tags,
					      size_t tag_count)
{
	uint64_t hash = hash_all(name, tags, tag_count);
	struct aspan_descriptor *descriptor;

	if (descriptor_count >= bucket_count && !grow_buckets()) {
		return NULL;
	}
	for (descriptor = buckets[hash & (bucket_count - 1)]; descriptor;
	     descriptor = descriptor->next) {
		if (descriptor->hash == hash && is_equal(descriptor, name, tags, tag_count)) {
			descriptor->group_count++;
			return descriptor;
		}
	}
	descriptor = create(name, tags, tag_count);
	if (!descriptor) {
		return NULL;
	}
	descriptor->hash = hash;
	descriptor->group_count = 1;
	descriptor->next = buckets[hash & (bucket_count - 1)];
	buckets[hash & (bucket_count - 1)] = descriptor;
	descriptor_count++;
	return descriptor;
}

void aspan_descriptor_put(struct aspan_descriptor *descriptor)
{
	struct aspan_descriptor **link = &buckets[descriptor->hash & (bucket_count - 1)];

	if (--descriptor->group_count > 0) {
		return;
	}
	while (*link != descriptor) {
		link = &(*link)->next;
	}
	*link = descriptor->next;
	descriptor_count--;
	aspan_arena_free(descriptor, descriptor->size_bytes);
}
