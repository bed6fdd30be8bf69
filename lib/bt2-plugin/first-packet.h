/* SPDX-License-Identifier: MIT */
/*
 * The number of a stream's first packet: how many packets were before it.
 *
 * babeltrace2 gives the numbers of packets to nobody, and tells of missing packets only between two that are there. The file has
 * them: source.ctf.fs names a stream after its first file, and the packets of LTTng-UST begin alike in all versions:
 *
 *	magic 4, uuid 16, stream_id 4, stream_instance_id 8,
 *	timestamp_begin 8, timestamp_end 8, content_size 8, packet_size 8, packet_seq_num 8
 *
 * A file is believed if magic, UUID and timestamp_begin are those of the trace and of the packet that babeltrace2 gave. Of a stream
 * that no file has (live), or that another tracer wrote, the number is not known.
 */
#ifndef ASPAN_BT2_FIRST_PACKET_H
#define ASPAN_BT2_FIRST_PACKET_H

#include <babeltrace2/babeltrace.h>

#include <stdbool.h>
#include <stdint.h>

/* The message is the first of its stream's BT_MESSAGE_TYPE_PACKET_BEGINNING. false: it is not known. */
bool aspan_first_packet_read_number(const bt_message *message, uint64_t *number);

#endif
