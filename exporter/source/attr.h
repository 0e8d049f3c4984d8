/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Netlink attributes out of bytes that are not trusted. Pure. libnl's nla_parse() is not used for this: it lets an
 * attribute be longer than its type, and keeps only the last one of a repeated type.
 */
#ifndef SKSTAT_SOURCE_ATTR_H
#define SKSTAT_SOURCE_ATTR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nlmsghdr;

struct skstat_attr {
	uint16_t type;	  /* without NLA_F_NESTED and NLA_F_NET_BYTEORDER */
	size_t length;	  /* of the payload */
	const void *data; /* the payload; aligned to nothing */
};

/* A cursor over `left` bytes of attributes. */
struct skstat_attr_reader {
	const unsigned char *next;
	size_t left;
};

/* Starts at the attributes behind the genl header. 0, or -EBADMSG of a message that is shorter than its headers. */
int skstat_message_attrs(const struct nlmsghdr *message, struct skstat_attr_reader *reader);

/* The next attribute: 1; 0 at the end; -EBADMSG when what is left is not an attribute. */
int skstat_attr_next(struct skstat_attr_reader *reader, struct skstat_attr *attr);

enum skstat_attr_kind {
	SKSTAT_ATTR_U32,    /* uint32_t */
	SKSTAT_ATTR_U64,    /* uint64_t */
	SKSTAT_ATTR_FLAG,   /* bool */
	SKSTAT_ATTR_BOOL,   /* bool, from a u32 */
	SKSTAT_ATTR_STRING, /* char[SKSTAT_NAME_SIZE] */
};

/* Which attribute goes where in a structure. */
struct skstat_attr_row {
	uint16_t type;
	enum skstat_attr_kind kind;
	size_t offset;
};

/*
 * Fills the structure at `into` by the rows; other attributes are passed over, members without an attribute are left.
 * 0, or -EBADMSG: an attribute of another size than its kind has, or bytes that are none.
 */
int skstat_attr_fill(const void *data, size_t length, const struct skstat_attr_row *rows, size_t count, void *into);

#endif
