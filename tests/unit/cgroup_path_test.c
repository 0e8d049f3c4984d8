// SPDX-License-Identifier: GPL-2.0
/* Paths of cgroups by id, and what is in a path. Directories stand for cgroups: either has its inode for an id. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/cgroup_name.h"
#include "source/cgroup_path.h"

#define SECOND UINT64_C(1000000000)

static char root[] = "/tmp/skstat-cgroup-XXXXXX";

static uint64_t make(const char *path)
{
	char whole[4096];
	struct stat status;

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	assert_int_equal(mkdir(whole, 0700) && errno != EEXIST, 0);
	assert_int_equal(stat(whole, &status), 0);
	return status.st_ino;
}

static void drop(const char *path)
{
	char whole[4096];

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	assert_int_equal(rmdir(whole), 0);
}

static int tree_make(void **state)
{
	(void)state;
	return mkdtemp(root) == NULL;
}

static int tree_drop(void **state)
{
	(void)state;
	return rmdir(root);
}

static void known(const struct skstat_cgroup_paths *paths, uint64_t id, const char *path)
{
	const char *found = skstat_cgroup_paths_find(paths, id);

	assert_non_null(found);
	assert_string_equal(found, path);
}

static void the_tree(void **state)
{
	struct skstat_cgroup_paths *paths = skstat_cgroup_paths_new(root);
	uint64_t top = make(""), slice = make("/system.slice"), service = make("/system.slice/nginx.service"), later;

	(void)state;
	assert_non_null(paths);
	assert_null(skstat_cgroup_paths_find(paths, service));
	assert_int_equal(skstat_cgroup_paths_refresh(paths, SECOND), 1);
	assert_int_equal(skstat_cgroup_paths_count(paths), 3);
	known(paths, top, "/");
	known(paths, slice, "/system.slice");
	known(paths, service, "/system.slice/nginx.service");
	assert_null(skstat_cgroup_paths_find(paths, 1));

	/* Not too often; and what is gone is known all the same. */
	later = make("/system.slice/late.scope");
	assert_int_equal(skstat_cgroup_paths_refresh(paths, 2 * SECOND - 1), 0);
	assert_null(skstat_cgroup_paths_find(paths, later));
	drop("/system.slice/nginx.service");
	assert_int_equal(skstat_cgroup_paths_refresh(paths, 3600 * SECOND), 1);
	known(paths, later, "/system.slice/late.scope");
	known(paths, service, "/system.slice/nginx.service");
	drop("/system.slice/late.scope");
	drop("/system.slice");
	skstat_cgroup_paths_free(paths);
	skstat_cgroup_paths_free(NULL);

	paths = skstat_cgroup_paths_new("/nowhere/at/all");
	assert_non_null(paths);
	assert_int_equal(skstat_cgroup_paths_refresh(paths, SECOND), -ENOENT);
	assert_int_equal(skstat_cgroup_paths_refresh(paths, SECOND), 0);
	skstat_cgroup_paths_free(paths);
}

/* Deeper than files are held open for, and with names of all kinds. */
static void odd_trees(void **state)
{
	struct skstat_cgroup_paths *paths = skstat_cgroup_paths_new(root);
	char path[4096] = "", name[16];
	uint64_t id[100];

	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "/%d", i);
		strcat(path, name);
		id[i] = make(path);
	}
	assert_int_equal(skstat_cgroup_paths_refresh(paths, SECOND), 1);
	known(paths, id[2], "/0/1/2");
	assert_non_null(skstat_cgroup_paths_find(paths, id[60]));
	assert_null(skstat_cgroup_paths_find(paths, id[99]));
	for (int i = 100; i--;) {
		drop(path);
		*strrchr(path, '/') = '\0';
	}
	skstat_cgroup_paths_free(paths);
}

#define ID "8f14e45fceea167a5a36dedd4bea2543c2a1f9d0e7b8c6a5d4e3f2a1b0c9d8e7"
#define POD "1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901"
#define POD_ "1b2c3d4e_5f60_7182_93a4_b5c6d7e8f901"

static void what_is_in_a_path(void **state)
{
	static const struct {
		const char *path, *container, *unit, *pod;
	} rows[] = {
		{ "", "", "", "" },
		{ "/", "", "", "" },
		{ "/system.slice/nginx.service", "", "nginx.service", "" },
		{ "/system.slice/system-getty.slice/getty@tty1.service", "", "getty@tty1.service", "" },
		{ "/system.slice/postgresql.service/workers", "", "postgresql.service", "" },
		{ "/user.slice/user-1000.slice/session-3.scope", "", "session-3.scope", "" },
		{ "/user.slice/user-1000.slice/user@1000.service/app.slice/firefox.service", "", "firefox.service",
		  "" },
		{ "/user.slice/user-1000.slice", "", "user-1000.slice", "" },
		{ "/init.scope", "", "init.scope", "" },
		/* docker, with either driver */
		{ "/system.slice/docker-" ID ".scope", ID, "docker-" ID ".scope", "" },
		{ "/docker/" ID, ID, "", "" },
		{ "/docker/" ID "/init", ID, "", "" },
		/* podman, also one without root */
		{ "/machine.slice/libpod-" ID ".scope", ID, "libpod-" ID ".scope", "" },
		{ "/machine.slice/libpod-" ID ".scope/container", ID, "libpod-" ID ".scope", "" },
		{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope/container", ID,
		  "libpod-" ID ".scope", "" },
		/* Kubernetes, systemd driver: containerd and CRI-O */
		{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" POD_ ".slice/cri-containerd-" ID
		  ".scope", ID, "cri-containerd-" ID ".scope", POD },
		{ "/kubepods.slice/kubepods-pod" POD_ ".slice/crio-" ID ".scope", ID, "crio-" ID ".scope", POD },
		{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" POD_ ".slice/crio-" ID ".scope/x",
		  ID, "crio-" ID ".scope", POD },
		{ "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" POD_ ".slice", "",
		  "kubelet-kubepods-pod" POD_ ".slice", POD },
		/* and cgroupfs */
		{ "/kubepods/burstable/pod" POD "/" ID, ID, "", POD },
		{ "/kubepods/besteffort/pod" POD "/" ID, ID, "", POD },
		/* containerd below its service, and a static pod, whose uid is a hash */
		{ "/system.slice/containerd.service/kubepods-burstable-pod" POD_ ".slice:cri-containerd:" ID, ID,
		  "containerd.service", POD },
		{ "/kubepods/burstable/pod0123456789abcdef0123456789abcdef/" ID, ID, "",
		  "0123456789abcdef0123456789abcdef" },
		/* one in the other: the inner one */
		{ "/docker/1111111111111111111111111111111111111111111111111111111111111111/docker/" ID, ID, "", "" },
		/* nearly */
		{ "/docker/" ID "0", "", "", "" },
		{ "/docker/8f14e45fceea", "", "", "" },
		{ "/podlike/pods/pod-1234", "", "", "" },
		{ "/tripod" POD, "", "", "" },
		{ "/kubepods/pod" POD "0", "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[256];

		skstat_cgroup_container(rows[i].path, text, sizeof(text));
		assert_string_equal(text, rows[i].container);
		skstat_cgroup_unit(rows[i].path, text, sizeof(text));
		assert_string_equal(text, rows[i].unit);
		skstat_cgroup_pod(rows[i].path, text, sizeof(text));
		assert_string_equal(text, rows[i].pod);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tree),
		cmocka_unit_test(odd_trees),
		cmocka_unit_test(what_is_in_a_path),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("cgroup_path", tests, tree_make, tree_drop);
}
