// SPDX-License-Identifier: GPL-2.0
/*
 * What the numbers in keys stand for: devices that come, go, move and are renamed; functions of a module that goes, and
 * comes back.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>

#include "../lib/command.h"
#include "../lib/counter.h"
#include "../lib/dump.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "../lib/ns.h"
#include "../lib/provoke.h"
#include "suite.h"

#define TUN "/lib/modules/tun.ko"

static struct counters counters;
static struct skstat_netlink *holder, *asker;
static struct ns home;

static void read_all(void)
{
	const char *wrong = counters_read(&counters);

	if (wrong)
		fail_msg("%s", wrong);
}

/* The module's number of a namespace; 0: it knows of none with that inode. */
static uint64_t netns_of(uint32_t inode)
{
	const struct skstat_netns *netns;
	struct dump dump = { 0 };
	uint64_t id;

	dump_take(&dump, asker, NULL);
	netns = dump_ns(&dump, inode);
	id = netns ? netns->netns_id : 0;
	dump_free(&dump);
	return id;
}

/* How much was dropped by what has that number, in that column. */
static uint64_t dropped(size_t column, uint32_t id)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < counters.cells; i++)
		if (counters.cell[i].table == SKSTAT_TABLE_DROP && counters.cell[i].key[column] == id)
			sum += counters.cell[i].count;
	return sum;
}

#define BY_FUNCTION 1 /* columns of DROP */
#define BY_DEVICE   2

/* The highest number of that name, and for devices of that namespace; 0: there is none. */
static uint32_t number_of(enum skstat_key_column column, const char *text, uint64_t netns)
{
	uint32_t id = 0;

	for (size_t i = 0; i < counters.dump.names; i++) {
		const struct keyed_name *name = &counters.dump.name[i];

		if (name->column == column && !strcmp(name->text, text) && name->netns == netns && name->id > id)
			id = name->id;
	}
	return id;
}

/* So many drops in a namespace, and the number of its lo. */
static uint32_t drop_in(const struct ns *ns, size_t count)
{
	uint32_t id;

	ns_enter(ns);
	provoke_drops(count);
	ns_enter(&home);
	read_all();
	id = number_of(SKSTAT_COLUMN_DEVICE, "lo", netns_of(ns->inode));
	assert_int_not_equal(id, 0);
	return id;
}

/* Each lo is one of its own, and so is the next one at its address. */
static void each_namespace_has_its_devices(void **state)
{
	struct ns a = ns_create(), b = ns_create(), c;
	uint32_t lo_a, lo_b, lo_c;

	(void)state;
	lo_a = drop_in(&a, 10);
	lo_b = drop_in(&b, 20);
	assert_int_not_equal(lo_a, lo_b);
	assert_int_equal(dropped(BY_DEVICE, lo_a), 10);
	assert_int_equal(dropped(BY_DEVICE, lo_b), 20);
	drop_in(&a, 5);
	assert_int_equal(dropped(BY_DEVICE, lo_a), 15);

	ns_close(&a);
	c = ns_create();
	lo_c = drop_in(&c, 7);
	assert_int_equal(dropped(BY_DEVICE, lo_a), 15);
	assert_int_equal(dropped(BY_DEVICE, lo_c), 7);
	assert_true(lo_c > lo_b);
	ns_close(&b);
	ns_close(&c);
}

/* An interface of that namespace: its flags, or its name. */
static void interface(const struct ns *ns, unsigned long request, struct ifreq *interface)
{
	int fd;

	ns_enter(ns);
	fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	must(ioctl(fd, request, interface));
	close(fd);
	ns_enter(&home);
}

static void set_flags(const struct ns *ns, const char *name, short flags)
{
	struct ifreq request = { .ifr_flags = flags };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	interface(ns, SIOCSIFFLAGS, &request);
}

/* Under the same number; and it keeps its last name and namespace when it is gone. */
static void a_device_is_renamed(void **state)
{
	struct ns ns = ns_create();
	uint32_t inode = ns.inode, lo = drop_in(&ns, 3);
	struct ifreq rename = { .ifr_name = "lo", .ifr_newname = "looped" };
	const struct keyed_name *name;
	uint64_t netns = netns_of(inode);

	(void)state;
	set_flags(&ns, "lo", 0);
	interface(&ns, SIOCSIFNAME, &rename);
	set_flags(&ns, "looped", IFF_UP | IFF_RUNNING);
	ns_enter(&ns);
	provoke_drops(3);
	ns_enter(&home);
	read_all();
	assert_int_equal(number_of(SKSTAT_COLUMN_DEVICE, "looped", netns), lo);
	assert_int_equal(dropped(BY_DEVICE, lo), 6);

	ns_close(&ns);
	while (netns_of(inode))
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	read_all();
	name = keyed_name(&counters.dump, SKSTAT_COLUMN_DEVICE, lo);
	assert_non_null(name);
	assert_string_equal(name->text, "looped");
	assert_int_equal(name->netns, netns);
}

/* In the namespace that the caller is in, all of group 7. False: this kernel has none. */
static bool dummies_make(size_t count)
{
	FILE *batch = must_have(fopen("/tmp/dummies", "we"));

	for (size_t i = 0; i < count; i++)
		fprintf(batch, "link add d%zu group 7 type dummy\n", i);
	fclose(batch);
	return command_run("ip -batch /tmp/dummies");
}

/* More devices than there is room for, which have no part in any drop: when they are gone the room is there again. */
static void more_devices_than_places(void **state)
{
	struct ns crowded = ns_create(), ns;
	bool made;

	(void)state;
	ns_enter(&crowded);
	ns_sysctl("net/ipv6/conf/default/disable_ipv6", "1");
	made = dummies_make(1100);
	if (made) {
		ns = ns_create();
		ns_enter(&ns);
		provoke_drops(5);
		read_all();
		assert_int_equal(number_of(SKSTAT_COLUMN_DEVICE, "lo", netns_of(ns.inode)), 0);
		ns_close(&ns);
		ns_enter(&crowded);
		must_be(command_run("ip link del group 7"));
	}
	ns_enter(&home);
	ns_close(&crowded);
	if (!made)
		skip_because("there are no dummies here");
	ns = ns_create();
	assert_int_equal(dropped(BY_DEVICE, drop_in(&ns, 5)), 5);
	ns_close(&ns);
}

/* A tap device that lets nothing through: the drops are its module's own. Its descriptor, with which it goes. */
static int tap_open(void)
{
	struct sock_filter reject = { BPF_RET | BPF_K, 0, 0, 0 };
	struct sock_fprog filter = { 1, &reject };
	struct ifreq request = { .ifr_name = "tapped", .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = must(open("/dev/net/tun", O_RDWR | O_CLOEXEC));

	must(ioctl(fd, TUNSETIFF, &request));
	must(ioctl(fd, TUNATTACHFILTER, &filter));
	set_flags(&home, "tapped", IFF_UP);
	return fd;
}

static void tap_send(size_t count)
{
	const unsigned char frame[ETH_ZLEN] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5 };
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	int fd = must(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));

	to.sll_ifindex = (int)if_nametoindex("tapped");
	must_be(to.sll_ifindex);
	for (size_t i = 0; i < count; i++)
		must(sendto(fd, frame, sizeof(frame), 0, (const void *)&to, sizeof(to)));
	close(fd);
}

static void tun_unload(void)
{
	while (syscall(SYS_delete_module, "tun", O_NONBLOCK) < 0) {
		must_be(errno == EAGAIN || errno == EBUSY);
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
}

static void tap_drop(size_t count)
{
	int fd = tap_open();

	tap_send(count);
	close(fd);
	read_all();
}

/*
 * The name of its function stays with the number. Loaded again, most likely at the same addresses, its functions are
 * others: what had these addresses before might have been another module.
 */
static void a_module_leaves_its_names(void **state)
{
	uint32_t device, function, again;
	uint64_t count;

	(void)state;
	if (access(TUN, R_OK))
		skip_because("there is no module to unload here");
	tap_drop(10);
	function = number_of(SKSTAT_COLUMN_FUNCTION, "tun_net_xmit", 0);
	device = number_of(SKSTAT_COLUMN_DEVICE, "tapped", netns_of(home.inode));
	count = dropped(BY_FUNCTION, function);
	assert_int_not_equal(function, 0);
	assert_int_not_equal(device, 0);
	assert_true(count >= 10); /* IPv6 has something to say on it as well */
	assert_true(dropped(BY_DEVICE, device) >= count);

	tun_unload();
	read_all();
	assert_string_equal(keyed_name(&counters.dump, SKSTAT_COLUMN_FUNCTION, function)->text, "tun_net_xmit");
	assert_string_equal(keyed_name(&counters.dump, SKSTAT_COLUMN_DEVICE, device)->text, "tapped");

	must_be(!module_load(TUN));
	tap_drop(10);
	assert_int_equal(dropped(BY_FUNCTION, function), count);
	again = 0;
	for (size_t i = 0; i < counters.dump.names; i++)
		if (counters.dump.name[i].column == SKSTAT_COLUMN_FUNCTION && counters.dump.name[i].id != function &&
		    !strcmp(counters.dump.name[i].text, "tun_net_xmit"))
			again = counters.dump.name[i].id;
	assert_int_not_equal(again, 0);
	assert_true(dropped(BY_FUNCTION, again) >= 10);
}

static int setup(void **state)
{
	struct skstat_error error;

	(void)state;
	home = ns_current();
	module_replace(module_path());
	holder = dump_connect();
	asker = dump_connect();
	counters_open(&counters);
	return skstat_netlink_probe_set(holder, SKSTAT_PROBE_BIT(DROP), 0, &error);
}

static int teardown(void **state)
{
	(void)state;
	counters_close(&counters);
	skstat_netlink_close(asker);
	skstat_netlink_close(holder);
	ns_close(&home);
	return 0;
}

static int back_home(void **state)
{
	(void)state;
	ns_enter(&home);
	return 0;
}

int suite_counter_names(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(each_namespace_has_its_devices, back_home),
		cmocka_unit_test_teardown(a_device_is_renamed, back_home),
		cmocka_unit_test_teardown(more_devices_than_places, back_home),
		cmocka_unit_test_teardown(a_module_leaves_its_names, back_home),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("counter_names", tests, setup, teardown);
}
