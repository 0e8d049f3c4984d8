// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "command.h"
#include "exporter.h"
#include "exporter_stage.h"
#include "module.h"
#include "must.h"

#define RANGE "net/ipv4/ip_local_port_range"

static const char *const wire_name[2] = { "skstat-left", "skstat-right" };

static char range_before[32];

void stage_set(void)
{
	int fd = must(open("/proc/sys/" RANGE, O_RDONLY | O_CLOEXEC));

	must(read(fd, range_before, sizeof(range_before) - 1));
	close(fd);
	must_be(ns_sysctl(RANGE, STAGE_RANGE));
	pair_many_files();
	module_require();
	exporter_clear();
}

void stage_clear(void)
{
	must_be(ns_sysctl(RANGE, range_before));
}

struct ns stage_ns_named(const char *name)
{
	char path[64];
	struct ns ns;
	struct stat st;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	/* of a suite that bailed out */
	if (!access(path, F_OK))
		stage_ns_unname(name);
	must_be(command_run_with("ip netns add %s", name) && command_run_with("ip -n %s link set lo up", name));
	ns.fd = must(open(path, O_RDONLY | O_CLOEXEC));
	must(fstat(ns.fd, &st));
	ns.inode = st.st_ino;
	return ns;
}

void stage_ns_unname(const char *name)
{
	command_run_with("ip netns del %s", name);
}

bool wire_make(struct wire *wire)
{
	struct ns home = ns_current();
	bool ok;

	for (size_t i = 0; i < 2; i++) {
		wire->end[i] = stage_ns_named(wire_name[i]);
		ns_enter(&wire->end[i]);
		must_be(ns_sysctl("net/ipv4/tcp_ecn", "1"));
	}
	ns_enter(&home);
	ns_close(&home);
	ok = command_run_with("ip link add wire netns %s type veth peer name wire netns %s", wire_name[0],
			      wire_name[1]);
	for (size_t i = 0; ok && i < 2; i++)
		ok = command_run_with("ip -n %s addr add 10.9.0.%zu/24 dev wire", wire_name[i], i + 1) &&
		     command_run_with("ip -n %s link set wire gso_max_segs 1 up", wire_name[i]);
	ok = ok && wire_set("netem");
	if (!ok)
		wire_free(wire);
	return ok;
}

bool wire_set(const char *rule)
{
	return command_run_with("tc -n %s qdisc replace dev wire root %s", wire_name[0], rule) &&
	       command_run_with("tc -n %s qdisc replace dev wire root %s", wire_name[1], rule);
}

struct pair wire_open(const struct wire *wire, uint16_t port, int *listener)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct ns home = ns_current();
	struct pair pair;

	ns_enter(&wire->end[1]);
	*listener = pair_socket(PAIR_V4);
	must(bind(*listener, (struct sockaddr *)&address, sizeof(address)));
	must(listen(*listener, 8));
	ns_enter(&wire->end[0]);
	address.sin_addr.s_addr = htonl(0x0a090002);
	pair.client = pair_socket(PAIR_V4);
	must(connect(pair.client, (struct sockaddr *)&address, sizeof(address)));
	pair.server = must(accept4(*listener, NULL, NULL, SOCK_CLOEXEC));
	ns_enter(&home);
	ns_close(&home);
	return pair;
}

void wire_free(struct wire *wire)
{
	for (size_t i = 0; i < 2; i++) {
		ns_close(&wire->end[i]);
		stage_ns_unname(wire_name[i]);
	}
}
