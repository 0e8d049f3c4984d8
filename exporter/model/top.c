// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "inside.h"

#define FIRST_BITS 10

static size_t base_place(const struct skstat_top_bases *bases, uint64_t cookie)
{
	size_t mask = ((size_t)1 << bases->bits) - 1;
	size_t at = (cookie * 0x9e3779b97f4a7c15) >> (64 - bases->bits);

	while (bases->place[at].cookie && bases->place[at].cookie != cookie)
		at = (at + 1) & mask;
	return at;
}

static const struct skstat_top_base *base_find(const struct skstat_top_bases *bases, uint64_t cookie)
{
	static const struct skstat_top_base nothing;

	return bases->place ? &bases->place[base_place(bases, cookie)] : &nothing;
}

/* Twice the places. False: no memory. */
static bool bases_grow(struct skstat_top_bases *bases)
{
	struct skstat_top_bases grown = { .bits = bases->place ? bases->bits + 1 : FIRST_BITS, .count = bases->count };

	grown.place = calloc((size_t)1 << grown.bits, sizeof(*grown.place));
	if (!grown.place)
		return false;
	for (size_t i = 0; bases->place && i < (size_t)1 << bases->bits; i++)
		if (bases->place[i].cookie)
			grown.place[base_place(&grown, bases->place[i].cookie)] = bases->place[i];
	free(bases->place);
	*bases = grown;
	return true;
}

/* Without memory it counts whole, the next time. */
static void base_keep(struct skstat_top_bases *bases, const struct skstat_top_base *base)
{
	size_t at;

	if ((!bases->place || bases->count >= (size_t)1 << (bases->bits - 1)) && !bases_grow(bases))
		return;
	at = base_place(bases, base->cookie);
	bases->count += !bases->place[at].cookie;
	bases->place[at] = *base;
}

static void bases_free(struct skstat_top_bases *bases)
{
	free(bases->place);
	memset(bases, 0, sizeof(*bases));
}

void skstat_tops_begin(struct skstat_model *model)
{
	struct skstat_tops *tops = &model->tops;

	tops->wanted = false;
	for (size_t i = 0; i < model->views.count; i++)
		tops->wanted |= model->views.view[i]->tops;
	/* It takes a place for each connection: where memory is short, those stay that were chosen before. */
	tops->choosing = tops->wanted && model->poll.full && model->ready && model->poll.now_ns >= tops->next_ns &&
			 !model->room.folding;
	if (!tops->wanted || model->room.folding)
		skstat_tops_free(tops);
}

static struct skstat_top_socket socket_of(const struct skstat_model *model, const struct skstat_sample *sample)
{
	const struct skstat_identity *identity = &sample->identity;
	const struct skstat_traffic *traffic = &sample->traffic;

	return (struct skstat_top_socket) {
		.cookie = identity->cookie,
		.netns = identity->netns,
		.local = skstat_address_mapped(&identity->saddr, identity->family),
		.remote = skstat_address_mapped(&identity->daddr, identity->family),
		.sport = identity->sport,
		.dport = identity->dport,
		.seen = model->number,
		.value = {
			[SKSTAT_TOP_BYTES] = traffic->bytes_sent + traffic->bytes_received,
			[SKSTAT_TOP_RETRANS] = traffic->total_retrans,
			[SKSTAT_TOP_RTT] = sample->tcp.rtt,
			[SKSTAT_TOP_QUEUE] = (uint64_t)traffic->rqueue + traffic->wqueue,
		},
	};
}

static uint64_t since(uint64_t now, uint64_t before)
{
	return now >= before ? now - before : now;
}

static struct skstat_top_socket *shown_find(struct skstat_top_list *list, uint64_t cookie)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->shown[i].cookie == cookie)
			return &list->shown[i];
	return NULL;
}

/* The first goes to where it belongs. */
static void heap_sink(struct skstat_top_socket *heap, size_t count)
{
	for (size_t at = 0, child; (child = 2 * at + 1) < count; at = child) {
		struct skstat_top_socket higher;

		if (child + 1 < count && heap[child + 1].score < heap[child].score)
			child++;
		if (heap[at].score <= heap[child].score)
			break;
		higher = heap[at];
		heap[at] = heap[child];
		heap[child] = higher;
	}
}

static void heap_rise(struct skstat_top_socket *heap, size_t at)
{
	for (size_t parent; at && heap[parent = (at - 1) / 2].score > heap[at].score; at = parent) {
		struct skstat_top_socket lower = heap[at];

		heap[at] = heap[parent];
		heap[parent] = lower;
	}
}

/* Who is in already has a quarter more than he has. */
static void consider(struct skstat_top_list *list, struct skstat_top_socket *socket)
{
	if (!socket->score)
		return;
	if (shown_find(list, socket->cookie))
		socket->score += socket->score / 4;
	if (list->candidates < list->room) {
		list->candidate[list->candidates] = *socket;
		heap_rise(list->candidate, list->candidates++);
	} else if (socket->score > list->candidate[0].score) {
		list->candidate[0] = *socket;
		heap_sink(list->candidate, list->candidates);
	}
}

static void choose(struct skstat_model *model, const struct skstat_entry *entry,
		   const struct skstat_top_socket *socket)
{
	const struct skstat_top_base *base = base_find(&model->tops.before, socket->cookie);
	const struct skstat_top_base now = {
		socket->cookie, socket->value[SKSTAT_TOP_BYTES], socket->value[SKSTAT_TOP_RETRANS],
	};

	base_keep(&model->tops.now, &now);
	for (size_t i = 0; i < model->views.count; i++) {
		const struct skstat_view *view = model->views.view[i];

		if (!view->tops || !skstat_membership_group(entry->membership, view))
			continue;
		for (size_t top = 0; top < __SKSTAT_TOP_MAX; top++) {
			struct skstat_top_socket candidate = *socket;

			candidate.score = socket->value[top];
			if (top == SKSTAT_TOP_BYTES)
				candidate.score = since(candidate.score, base->bytes);
			else if (top == SKSTAT_TOP_RETRANS)
				candidate.score = since(candidate.score, base->retrans);
			if (view->top[top])
				consider(view->top[top], &candidate);
		}
	}
}

/* Of all lists that show it. False: none does. */
static bool refresh(struct skstat_model *model, const struct skstat_top_socket *socket)
{
	bool found = false;

	for (size_t i = 0; i < model->views.count; i++)
		for (size_t top = 0; top < __SKSTAT_TOP_MAX; top++) {
			struct skstat_top_list *list = model->views.view[i]->top[top];
			struct skstat_top_socket *shown = list ? shown_find(list, socket->cookie) : NULL;

			if (!shown)
				continue;
			memcpy(shown->value, socket->value, sizeof(shown->value));
			shown->seen = socket->seen;
			found = true;
		}
	return found;
}

void skstat_tops_take(struct skstat_model *model, struct skstat_entry *entry, const struct skstat_sample *sample)
{
	struct skstat_top_socket socket;

	if (!model->tops.wanted || (!model->tops.choosing && !(entry->flags & SKSTAT_ENTRY_TOP)))
		return;
	socket = socket_of(model, sample);
	if (entry->flags & SKSTAT_ENTRY_TOP && !refresh(model, &socket))
		entry->flags &= (uint8_t)~SKSTAT_ENTRY_TOP;
	if (model->tops.choosing)
		choose(model, entry, &socket);
}

void skstat_tops_forget(struct skstat_model *model, uint64_t cookie)
{
	for (size_t i = 0; i < model->views.count; i++)
		for (size_t top = 0; top < __SKSTAT_TOP_MAX; top++) {
			struct skstat_top_list *list = model->views.view[i]->top[top];
			struct skstat_top_socket *shown = list ? shown_find(list, cookie) : NULL;

			if (shown)
				*shown = list->shown[--list->count];
		}
}

/* The candidates are shown from now on, and looked at in every poll. One that has gone since is none. */
static void list_show(struct skstat_model *model, struct skstat_top_list *list)
{
	list->count = 0;
	for (size_t i = 0; i < list->candidates; i++) {
		struct skstat_entry *entry = skstat_table_find(&model->table, list->candidate[i].cookie);

		if (!entry || !entry->membership)
			continue;
		entry->flags |= SKSTAT_ENTRY_TOP;
		list->shown[list->count++] = list->candidate[i];
	}
}

/* What a delta does not bring has empty queues. */
static void list_age(struct skstat_top_list *list, uint32_t number)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->shown[i].seen != number)
			list->shown[i].value[SKSTAT_TOP_QUEUE] = 0;
}

void skstat_tops_end(struct skstat_model *model, bool whole)
{
	struct skstat_tops *tops = &model->tops;

	if (!tops->wanted)
		return;
	for (size_t i = 0; i < model->views.count; i++)
		for (size_t top = 0; top < __SKSTAT_TOP_MAX; top++) {
			struct skstat_top_list *list = model->views.view[i]->top[top];

			if (!list)
				continue;
			if (tops->choosing && whole)
				list_show(model, list);
			list->candidates = 0;
			list_age(list, model->number);
		}
	if (tops->choosing && whole) {
		bases_free(&tops->before);
		tops->before = tops->now;
		tops->now = (struct skstat_top_bases){ 0 };
		tops->next_ns = model->poll.now_ns + SKSTAT_TOP_INTERVAL_NS;
	}
	bases_free(&tops->now);
	tops->choosing = false;
}

void skstat_tops_free(struct skstat_tops *tops)
{
	bases_free(&tops->before);
	bases_free(&tops->now);
	tops->next_ns = 0;
}

static size_t bases_bytes(const struct skstat_top_bases *bases)
{
	return bases->place ? sizeof(*bases->place) << bases->bits : 0;
}

size_t skstat_tops_bytes(const struct skstat_tops *tops)
{
	return bases_bytes(&tops->before) + bases_bytes(&tops->now);
}
