// SPDX-License-Identifier: GPL-2.0
#include <netinet/in.h>
#include <string.h>

#include "wish.h"

static uint64_t random_state;

void wish_seed(uint64_t seed)
{
	random_state = seed ? seed : 1;
}

/* xorshift64*: the same everywhere. */
static uint32_t draw(uint32_t below)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (uint32_t)((random_state * 0x2545f4914f6cdd1dull) >> 33) % below;
}

/* An address as IPv6, IPv4 mapped. */
static void mapped(const struct skstat_identity *identity, bool local, uint8_t to[16])
{
	const struct skstat_addr *address = local ? &identity->saddr : &identity->daddr;

	if (identity->family == AF_INET6) {
		memcpy(to, address, 16);
		return;
	}
	memset(to, 0, 10);
	to[10] = to[11] = 0xff;
	memcpy(to + 12, address, 4);
}

static void ranges_draw(struct wish *wish, int local, const struct skstat_identity *like)
{
	size_t count = 1 + draw(WISH_LISTED);
	uint16_t port = local ? like->sport : like->dport;

	for (size_t i = 0; i < count; i++) {
		struct skstat_range *range = &wish->range[local][i];

		switch (draw(4)) {
		case 0: range->min = range->max = port; break;
		case 1: range->min = port > 500 ? port - draw(500) : 0; range->max = port; break;
		case 2: range->min = port; range->max = 65535; break;
		default: range->min = draw(65536); range->max = range->min + draw(65536 - range->min); break;
		}
	}
	*(local ? &wish->query.local_port : &wish->query.remote_port) = wish->range[local];
	*(local ? &wish->query.local_ports : &wish->query.remote_ports) = count;
}

static void prefixes_draw(struct wish *wish, int local, const struct skstat_identity *like)
{
	size_t count = 1 + draw(WISH_LISTED);

	for (size_t i = 0; i < count; i++) {
		struct skstat_prefix *prefix = &wish->prefix[local][i];

		mapped(like, local, prefix->address);
		prefix->length = draw(3) ? 96 + draw(33) : draw(129);
		/* One bit differs: inside the length or beyond it. */
		if (draw(2)) {
			uint32_t bit = draw(2) ? draw(128) : 96 + draw(32);

			prefix->address[bit / 8] ^= 0x80 >> bit % 8;
		}
	}
	*(local ? &wish->query.local_prefix : &wish->query.remote_prefix) = wish->prefix[local];
	*(local ? &wish->query.local_prefixes : &wish->query.remote_prefixes) = count;
}

void wish_draw(struct wish *wish, const struct dump *dump)
{
	const struct skstat_sample *like = &dump->sample[draw(dump->count)];
	struct skstat_query *query = &wish->query;
	uint32_t conditions = 1 + draw(4);

	memset(wish, 0, sizeof(*wish));
	while (conditions--) {
		/* Now and then a condition that another socket meets. */
		if (!draw(8))
			like = &dump->sample[draw(dump->count)];
		switch (draw(12)) {
		case 0:
			query->has |= SKSTAT_HAS(STATES);
			query->states = (1u << like->identity.state | draw(1 << 12)) & 0xffe;
			break;
		case 11:
			query->has |= SKSTAT_HAS(KINDS);
			query->kinds = (1u << like->kind | draw(1 << 5)) & 0x1e;
			break;
		case 1:
			query->has |= SKSTAT_HAS(FAMILIES);
			query->families = 1 + draw(SKSTAT_FAMILY_ALL);
			break;
		case 2: ranges_draw(wish, 1, &like->identity); break;
		case 3: ranges_draw(wish, 0, &like->identity); break;
		case 4: prefixes_draw(wish, 1, &like->identity); break;
		case 5: prefixes_draw(wish, 0, &like->identity); break;
		case 6:
			query->netns = wish->netns;
			query->namespaces = 1 + draw(WISH_LISTED);
			for (size_t i = 0; i < query->namespaces; i++)
				wish->netns[i] = draw(4) ? like->identity.netns : 1 + draw(10);
			break;
		case 7:
			query->has |= SKSTAT_HAS(CGROUP);
			query->cgroup = like->owner.cgroup;
			break;
		case 8:
			query->has |= SKSTAT_HAS(UID);
			query->uid = draw(4) ? like->owner.uid : 1000 + draw(3);
			break;
		case 9:
			query->has |= SKSTAT_HAS(MARK);
			query->mark = like->identity.mark ^ (draw(3) ? 0 : 1u << draw(32));
			if (draw(2)) {
				query->has |= SKSTAT_HAS(MARK_MASK);
				query->mark_mask = draw(2) ? 1u << draw(32) : 0xff;
			}
			break;
		default:
			query->has |= SKSTAT_HAS(IFINDEX);
			query->ifindex = draw(3) ? like->identity.ifindex : 1;
			break;
		}
	}
}

static bool ranges_meet(const struct skstat_range *range, size_t count, uint16_t port)
{
	for (size_t i = 0; i < count; i++) {
		if (port >= range[i].min && port <= range[i].max)
			return true;
	}
	return !count;
}

static bool prefixes_meet(const struct skstat_prefix *prefix, size_t count, const struct skstat_identity *identity,
			  bool local)
{
	uint8_t address[16];

	mapped(identity, local, address);
	for (size_t i = 0; i < count; i++) {
		uint32_t bit = 0;

		while (bit < prefix[i].length &&
		       !((prefix[i].address[bit / 8] ^ address[bit / 8]) & 0x80 >> bit % 8))
			bit++;
		if (bit == prefix[i].length)
			return true;
	}
	return !count;
}

static uint32_t family_of(const struct skstat_identity *identity)
{
	static const uint8_t head[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	if (identity->family == AF_INET)
		return SKSTAT_FAMILY_INET;
	return memcmp(&identity->daddr, head, sizeof(head)) ? SKSTAT_FAMILY_INET6 : SKSTAT_FAMILY_MAPPED;
}

bool wish_meets(const struct skstat_query *q, const struct skstat_sample *s)
{
	bool open = s->kind == SKSTAT_KIND_FULL || s->kind == SKSTAT_KIND_LISTEN;
	uint32_t mask = q->has & SKSTAT_HAS(MARK_MASK) ? q->mark_mask : ~0u;
	bool ns = !q->namespaces;

	for (size_t i = 0; i < q->namespaces; i++)
		ns |= q->netns[i] == s->identity.netns;
	return ns && (!(q->has & SKSTAT_HAS(STATES)) || q->states & 1u << s->identity.state) &&
	       (!(q->has & SKSTAT_HAS(KINDS)) || q->kinds & 1u << s->kind) &&
	       (!(q->has & SKSTAT_HAS(FAMILIES)) || q->families & family_of(&s->identity)) &&
	       ranges_meet(q->local_port, q->local_ports, s->identity.sport) &&
	       ranges_meet(q->remote_port, q->remote_ports, s->identity.dport) &&
	       prefixes_meet(q->local_prefix, q->local_prefixes, &s->identity, true) &&
	       prefixes_meet(q->remote_prefix, q->remote_prefixes, &s->identity, false) &&
	       (!(q->has & SKSTAT_HAS(CGROUP)) || (open && s->owner.cgroup == q->cgroup)) &&
	       (!(q->has & SKSTAT_HAS(UID)) || (open && s->owner.uid == q->uid)) &&
	       (!(q->has & SKSTAT_HAS(MARK)) || (s->identity.mark & mask) == (q->mark & mask)) &&
	       (!(q->has & SKSTAT_HAS(IFINDEX)) || s->identity.ifindex == q->ifindex);
}
