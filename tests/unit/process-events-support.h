/* SPDX-License-Identifier: MIT */
/*
 * What the tests of processes share, on top of answers-support.h: how they begin and end, in a few words.
 *
 * `from` chooses the process; its start time is its vpid, unless a test says another.
 */
#ifndef ASPAN_TEST_PROCESS_EVENTS_SUPPORT_H
#define ASPAN_TEST_PROCESS_EVENTS_SUPPORT_H

#include "answers-support.h"

#include "trace-process.h"

static inline void be(uint64_t vpid)
{
	from.vpid = from.vtid = vpid;
}

static inline void begin_facts(struct aspan_process_facts facts)
{
	facts.vpid = facts.vpid ? facts.vpid : from.vpid;
	facts.start_ns = facts.start_ns ? facts.start_ns : facts.vpid;
	facts.exe = facts.exe ? facts.exe : "/bin/program";
	feed((struct aspan_event){ .type = ASPAN_EVENT_PROCESS_BEGIN, .process = &facts });
}

static inline void begin(enum aspan_trace_begin_how how)
{
	begin_facts((struct aspan_process_facts){ .how = how });
}

/* The process `from` was forked from another one, and does not know what it inherited. */
static inline void begin_fork_of(uint64_t parent)
{
	begin_facts((struct aspan_process_facts){ .how = ASPAN_BEGIN_FORK,
						  .parent_vpid = parent,
						  .parent_start_ns = parent,
						  .inherited_count = ASPAN_INHERITED_UNKNOWN,
						  .inherited_bytes = ASPAN_INHERITED_UNKNOWN });
}

static inline void end_facts(struct aspan_process_facts facts)
{
	facts.vpid = from.vpid;
	facts.start_ns = facts.start_ns ? facts.start_ns : from.vpid;
	feed((struct aspan_event){ .type = ASPAN_EVENT_PROCESS_END, .process = &facts });
}

static inline void end_with(uint64_t allocs, uint64_t alloc_bytes, uint64_t frees,
			    uint64_t free_bytes)
{
	end_facts((struct aspan_process_facts){
		.how = ASPAN_END_EXIT, .counts = { allocs, alloc_bytes, frees, free_bytes } });
}

static inline void misuse(const char *what)
{
	feed((struct aspan_event){ .type = ASPAN_EVENT_MISUSE, .name = what });
}

static inline const struct aspan_process *process_at(size_t index)
{
	assert_true(index < model->process_count);
	return &model->processes[index];
}

static inline const struct aspan_proof *proof_of(size_t index)
{
	aspan_model_conclude(model);
	return &process_at(index)->proof;
}

#define assert_proof(index, expected_kind, expected_complete)                                      \
	do {                                                                                       \
		const struct aspan_proof *proof_ = proof_of(index);                                \
		assert_int_equal(proof_->kind, ASPAN_PROOF_##expected_kind);                       \
		assert_int_equal(proof_->is_complete, expected_complete);                          \
	} while (0)

#define assert_missing(missing, expected_least, expected_most)                                     \
	do {                                                                                       \
		struct aspan_missing missing_ = (missing);                                         \
		assert_int_equal(missing_.least, expected_least);                                  \
		assert_int_equal(missing_.most, expected_most);                                    \
	} while (0)

#endif
