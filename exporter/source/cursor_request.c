// SPDX-License-Identifier: GPL-2.0
/* A cursor as it goes out. Apart from the rest of it, which is for fuzzers too, and these know no libnl. */
#include <errno.h>

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <skstat/netlink.h>

#include "cursor.h"

size_t skstat_cursor_size(const struct skstat_cursor *cursor)
{
	const size_t number = NLA_HDRLEN + sizeof(uint64_t);

	/* An empty one: the instance alone. */
	return number + cursor->places * (NLA_HDRLEN + 2 * number);
}

int skstat_cursor_put(struct nl_msg *message, const struct skstat_cursor *cursor)
{
	if (cursor->instance && nla_put_u64(message, SKSTAT_JOURNAL_INSTANCE, cursor->instance))
		return -EMSGSIZE;
	for (size_t i = 0; i < cursor->places; i++) {
		struct nlattr *nest = nla_nest_start(message, SKSTAT_JOURNAL_CURSOR | NLA_F_NESTED);

		if (!nest || nla_put_u32(message, SKSTAT_CURSOR_CPU, cursor->place[i].cpu) ||
		    nla_put_u64(message, SKSTAT_CURSOR_NEXT, cursor->place[i].next))
			return -EMSGSIZE;
		nla_nest_end(message, nest);
	}
	return 0;
}
