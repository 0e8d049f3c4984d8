// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/dev: two lines of names, then a line of 16 numbers for each device; and of /sys/class/net/DEVICE what the
 * link is like. A /sys that was mounted in another network namespace tells of that one's devices.
 *
 * The first SKSTAT_NETDEV_DEVICES are shown, those that the kernel has had longest: behind them come the veths of
 * containers, by the hundreds. The others are counted.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "collector.h"
#include "source/word.h"

#define SKSTAT_NETDEV_DEVICES 64
#define NAME_SIZE 16 /* IFNAMSIZ */

/* F(name, unit, help), in the order of the kernel's columns. */
#define COLUMNS(F)                                                                                                    \
	F(receive_bytes, "bytes", "Bytes received")                                                                   \
	F(receive_packets, "", "Packets received")                                                                    \
	F(receive_errs, "", "Packets received broken")                                                                \
	F(receive_drop, "", "Packets received and dropped by device or driver")                                       \
	F(receive_fifo, "", "Packets received and lost in the device's queue")                                        \
	F(receive_frame, "", "Packets received with a wrong length, checksum or alignment")                           \
	F(receive_compressed, "", "Compressed packets received")                                                      \
	F(receive_multicast, "", "Multicast packets received")                                                        \
	F(transmit_bytes, "bytes", "Bytes sent")                                                                      \
	F(transmit_packets, "", "Packets sent")                                                                       \
	F(transmit_errs, "", "Packets that could not be sent")                                                        \
	F(transmit_drop, "", "Packets dropped on sending")                                                            \
	F(transmit_fifo, "", "Packets lost on sending in the device's queue")                                         \
	F(transmit_colls, "", "Collisions")                                                                           \
	F(transmit_carrier, "", "Packets not sent because the link was lost, or late collisions")                     \
	F(transmit_compressed, "", "Compressed packets sent")

enum {
#define ID(name, unit, help) COLUMN_##name,
	COLUMNS(ID)
#undef ID
	__COLUMNS,
};

/* What /sys has of a device, behind the columns. */
enum { SPEED = __COLUMNS, CARRIER, CARRIER_CHANGES, __FIGURES };
enum { FOLDED = __FIGURES, __DOCS };

static const struct skstat_family_doc docs[__DOCS] = {
#define DOC(name, unit, help) \
	{ "skstat_netdev_" #name, unit, help SKSTAT_OWN_NETNS, "device", SKSTAT_METRIC_COUNTER, NULL },
	COLUMNS(DOC)
#undef DOC
	[SPEED] = { "skstat_netdev_speed_bytes", "bytes",
		    "Bytes that the link can carry in a second; absent where it has no speed" SKSTAT_OWN_NETNS,
		    "device", SKSTAT_METRIC_GAUGE, NULL },
	[CARRIER] = { "skstat_netdev_carrier", "",
		      "1 if the link is there; absent of a device that is down" SKSTAT_OWN_NETNS,
		      "device", SKSTAT_METRIC_GAUGE, NULL },
	[CARRIER_CHANGES] = { "skstat_netdev_carrier_changes", "",
			      "Times that the link came or went" SKSTAT_OWN_NETNS,
			      "device", SKSTAT_METRIC_COUNTER, NULL },
	[FOLDED] = { "skstat_netdev_folded_devices", "", "Devices beyond the first 64, which are not shown", "",
		     SKSTAT_METRIC_GAUGE, NULL },
};

struct device {
	char name[NAME_SIZE];
	bool has[__FIGURES];
	double value[__FIGURES];
};

struct netdev {
	bool known;
	size_t devices, folded;
	struct device device[SKSTAT_NETDEV_DEVICES];
};

/* As the kernel allows it (dev_valid_name()): it is going to be a part of a path. */
static int name_take(char name[NAME_SIZE], const char *start, size_t length)
{
	if (!length || length >= NAME_SIZE || memchr(start, '/', length))
		return -EBADMSG;
	memcpy(name, start, length);
	name[length] = '\0';
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ? -EBADMSG : 0;
}

/* "  eth0: 1 2 ...": a number may follow the colon at once. */
static int device_parse(struct device *device, const char *line)
{
	const char *colon;
	uint64_t value;

	line += strspn(line, " ");
	colon = line + strcspn(line, ": \t\n");
	if (*colon != ':' || name_take(device->name, line, (size_t)(colon - line)))
		return -EBADMSG;
	line = colon + 1;
	for (size_t i = 0; i < __COLUMNS; i++) {
		struct skstat_word word = skstat_word_next(&line);

		if (skstat_word_number(&word, 10, &value))
			return -EBADMSG;
		device->has[i] = true;
		device->value[i] = (double)value;
	}
	return skstat_word_next(&line).at ? -EBADMSG : 0;
}

static int line_parse(struct netdev *netdev, const char *line)
{
	struct device device = { 0 };

	if (device_parse(&device, line))
		return -EBADMSG;
	for (size_t i = 0; i < netdev->devices; i++)
		if (strcmp(netdev->device[i].name, device.name) == 0)
			return -EBADMSG;
	if (netdev->devices < SKSTAT_NETDEV_DEVICES)
		netdev->device[netdev->devices++] = device;
	else
		netdev->folded++;
	return 0;
}

static int parse(void *found, size_t file, const char *text)
{
	static const char head[] = "Inter-|";
	struct netdev *netdev = found;
	const char *line = skstat_line_next(text);
	int err = strncmp(text, head, strlen(head)) == 0 && line && strchr(line, '|') ? 0 : -EBADMSG;

	(void)file;
	if (!err)
		line = skstat_line_next(line);
	for (; !err && line && *line; line = skstat_line_next(line))
		err = line_parse(netdev, line);
	netdev->known = !err;
	if (err)
		netdev->devices = netdev->folded = 0;
	return err;
}

/* A number of /sys that is not below `least`. What has none, or is down, says EINVAL, or -1. 0 or a negative errno. */
static int figure_read(struct device *device, const struct skstat_tree *tree, size_t figure, const char *name,
		       uint64_t least, double scale)
{
	char path[64], text[32];
	uint64_t number;
	int err;

	snprintf(path, sizeof(path), "class/net/%s/%s", device->name, name);
	err = skstat_tree_attribute(tree, path, text, sizeof(text));
	if (!err && skstat_numbers_parse(text, &number, 1) == 0 && number >= least) {
		device->has[figure] = true;
		device->value[figure] = (double)number * scale;
	}
	return err;
}

/* carrier_changes is there of every device: where no device has it, something else is mounted there, or nothing. */
static int look(void *found, const struct skstat_tree *tree)
{
	struct netdev *netdev = found;
	size_t seen = 0;
	int err = 0;

	for (struct device *device = netdev->device; device < netdev->device + netdev->devices; device++) {
		/* In Mbit/s, and 0 where it is not known. */
		(void)figure_read(device, tree, SPEED, "speed", 1, 1e6 / 8);
		(void)figure_read(device, tree, CARRIER, "carrier", 0, 1);
		err = figure_read(device, tree, CARRIER_CHANGES, "carrier_changes", 0, 1);
		seen += !err;
	}
	return seen ? 0 : err;
}

static void families(const void *found, struct skstat_families *set)
{
	const struct netdev *netdev = found;
	struct skstat_label label[SKSTAT_NETDEV_DEVICES];

	for (size_t i = 0; i < netdev->devices; i++)
		label[i] = (struct skstat_label){ "device", skstat_families_text(set, netdev->device[i].name) };
	for (size_t figure = 0; figure < __FIGURES; figure++) {
		struct skstat_family *family = skstat_procfs_family(set, &docs[figure]);

		for (size_t i = 0; i < netdev->devices; i++)
			if (netdev->device[i].has[figure])
				skstat_series_add(set, family, &label[i], 1)->value = netdev->device[i].value[figure];
	}
	if (netdev->known)
		skstat_procfs_value(set, &docs[FOLDED], (double)netdev->folded);
}

const struct skstat_procfs_collector skstat_procfs_netdev = {
	.name = "netdev",
	.file = { { .path = "net/dev" } },
	.size = sizeof(struct netdev),
	.parse = parse,
	.look = look,
	.families = families,
	.doc = docs,
	.docs = __DOCS,
};
