// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "attr.h"
#include "message.h"

int skstat_message_attrs(const struct nlmsghdr *message, struct skstat_attr_reader *reader)
{
	size_t headers = NLMSG_HDRLEN + GENL_HDRLEN;

	if (message->nlmsg_len < headers)
		return -EBADMSG;
	reader->next = (const unsigned char *)message + headers;
	reader->left = message->nlmsg_len - headers;
	return 0;
}

int skstat_attr_next(struct skstat_attr_reader *reader, struct skstat_attr *attr)
{
	struct nlattr header;
	size_t step;

	if (!reader->left)
		return 0;
	if (reader->left < sizeof(header))
		return -EBADMSG;
	memcpy(&header, reader->next, sizeof(header));
	if (header.nla_len < NLA_HDRLEN || header.nla_len > reader->left)
		return -EBADMSG;
	attr->type = header.nla_type & NLA_TYPE_MASK;
	attr->length = header.nla_len - NLA_HDRLEN;
	attr->data = reader->next + NLA_HDRLEN;

	/* The last one need not be padded. */
	step = NLA_ALIGN(header.nla_len);
	if (step > reader->left)
		step = reader->left;
	reader->next += step;
	reader->left -= step;
	return 1;
}

static int attr_take(const struct skstat_attr *attr, const struct skstat_attr_row *row, void *into)
{
	unsigned char *to = (unsigned char *)into + row->offset;
	uint32_t word;
	size_t length;

	switch (row->kind) {
	case SKSTAT_ATTR_U32:
	case SKSTAT_ATTR_U64:
		if (attr->length != (row->kind == SKSTAT_ATTR_U32 ? sizeof(uint32_t) : sizeof(uint64_t)))
			return -EBADMSG;
		memcpy(to, attr->data, attr->length);
		return 0;
	case SKSTAT_ATTR_FLAG:
		*(bool *)to = true;
		return attr->length ? -EBADMSG : 0;
	case SKSTAT_ATTR_BOOL:
		if (attr->length != sizeof(word))
			return -EBADMSG;
		memcpy(&word, attr->data, sizeof(word));
		*(bool *)to = word != 0;
		return 0;
	case SKSTAT_ATTR_STRING:
		length = strnlen(attr->data, attr->length);
		if (length >= SKSTAT_NAME_SIZE)
			return -EBADMSG;
		memset(to, 0, SKSTAT_NAME_SIZE);
		memcpy(to, attr->data, length);
		return 0;
	}
	return -EBADMSG;
}

int skstat_attr_fill(const void *data, size_t length, const struct skstat_attr_row *rows, size_t count, void *into)
{
	struct skstat_attr_reader reader = { .next = data, .left = length };
	struct skstat_attr attr;
	int err;

	while ((err = skstat_attr_next(&reader, &attr)) > 0)
		for (size_t i = 0; i < count; i++)
			if (rows[i].type == attr.type && attr_take(&attr, &rows[i], into))
				return -EBADMSG;
	return err;
}
