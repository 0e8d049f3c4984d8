// SPDX-License-Identifier: GPL-2.0
/* Prints stream.proto: the records of streams, out of the table that makes their fields. */
#include <stdio.h>
#include <stdlib.h>

#include "source/field.h"
#include "stream/encode.h"

static const char intro[] =
	"// SPDX-License-Identifier: GPL-2.0\n"
	"//\n"
	"// Made by docs/stream_proto.c out of include/skstat/fields.h. To refresh it: make docs\n"
	"//\n"
	"// What a stream of format protobuf is made of (docs/STREAMS.md): a Record behind its length as a varint, and\n"
	"// the next one. A figure's number is its id in the table, for ever; numbers are as the kernel gave them, in\n"
	"// the unit that stands behind. What the kernel does not tell of a socket is not there.\n"
	"syntax = \"proto2\";\n"
	"package skstat;\n"
	"\n"
	"enum Kind {\n"
	"  UNSPEC = 0;\n";

/* The enumerators of record.h; of the kinds of sockets, those that are streamed. */
static const struct {
	unsigned int number;
	const char *name, *comment;
} kinds[] = {
	{ SKSTAT_KIND_FULL, "FULL", "a connection" },
	{ SKSTAT_KIND_LISTEN, "LISTEN", "a listening socket" },
	{ SKSTAT_KIND_OPENED, "OPENED", "events: a handshake ended well" },
	{ SKSTAT_KIND_FAILED, "FAILED", "one did not" },
	{ SKSTAT_KIND_CLOSED, "CLOSED", "a connection is over: its last figures" },
	{ SKSTAT_KIND_LISTEN_STARTED, "LISTEN_STARTED", "a socket listens" },
	{ SKSTAT_KIND_LISTEN_STOPPED, "LISTEN_STOPPED", "it does not any more" },
	{ SKSTAT_PROTO_LOST, "LOST", "no event: so many were lost before the exporter read them" },
};

static const struct {
	unsigned int number;
	const char *type, *name, *comment;
} headings[] = {
	{ SKSTAT_PROTO_KIND, "Kind", "kind", "of the record" },
	{ SKSTAT_PROTO_STREAM, "string", "stream", "its name" },
	{ SKSTAT_PROTO_NUMBER, "uint64", "number", "of the record in the stream: a gap is what was dropped" },
	{ SKSTAT_PROTO_TIME_NS, "uint64", "time_ns", "Unix time: when it was read; of an event, when it happened" },
	{ SKSTAT_PROTO_POLL, "Poll", "poll", "how it came to be read" },
	{ SKSTAT_PROTO_HZ, "uint32", "hz", "jiffies a second" },
	{ SKSTAT_PROTO_LOST_EVENTS, "uint64", "lost_events", "of LOST" },
	{ SKSTAT_PROTO_LOST_MORE, "bool", "lost_more", "of LOST: and a number that is not known" },
};

static const char *type_of(const struct skstat_field *field)
{
	switch (field->type) {
	case SKSTAT_TYPE_U64:
		return "uint64";
	case SKSTAT_TYPE_S32:
		return "sint32";
	case SKSTAT_TYPE_ADDR:
		return "bytes";
	case SKSTAT_TYPE_NAME:
		return "string";
	default:
		return "uint32";
	}
}

static void print_field(const struct skstat_field *field)
{
	const char *unit = skstat_unit_name(field->unit);

	printf("  optional %s %s = %u;  // %s%s%s%s\n", type_of(field), field->name, field->id, field->help,
	       *unit ? " (" : "", unit, *unit ? ")" : "");
}

int main(void)
{
	int group = -1;

	fputs(intro, stdout);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		printf("  %s = %u;  // %s\n", kinds[i].name, kinds[i].number, kinds[i].comment);
	printf("}\n\nenum Poll {\n  JOURNAL = %d;  // an event, by no poll\n  FULL_POLL = %d;  // one that brings all\n"
	       "  DELTA_POLL = %d;  // one that brings what was active since the last\n}\n\nmessage Record {\n",
	       SKSTAT_BATCH_JOURNAL, SKSTAT_BATCH_FULL, SKSTAT_BATCH_DELTA);
	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
		printf("  optional %s %s = %u;  // %s\n", headings[i].type, headings[i].name, headings[i].number,
		       headings[i].comment);
	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++) {
		const struct skstat_field *field = &skstat_fields[i];

		/* A namespace's figures are of no socket. */
		if (field->group == SKSTAT_GROUP_NETNS || skstat_field_reserved(field))
			continue;
		if ((int)field->group != group)
			printf("\n  // %s\n", skstat_groups[field->group].name);
		group = (int)field->group;
		print_field(field);
	}
	printf("}\n");
	return fflush(stdout) || ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
