// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "must.h"
#include "worker.h"

struct crew *crew_make(void)
{
	void *crew = mmap(NULL, sizeof(struct crew), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	must_be(crew != MAP_FAILED);
	return crew;
}

static void __attribute__((noreturn)) worker_run(struct crew *crew, size_t number, worker_fn work, void *arg)
{
	const char *wrong = NULL;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The test's handlers would go on with the test in here. */
	for (int signal_number = 1; signal_number < NSIG; signal_number++)
		signal(signal_number, SIG_DFL);
	while (!wrong && !__atomic_load_n(&crew->stop, __ATOMIC_ACQUIRE)) {
		wrong = work(arg, crew->rounds[number]);
		__atomic_add_fetch(&crew->rounds[number], 1, __ATOMIC_RELEASE);
	}
	if (wrong && !crew->complaint[0])
		snprintf(crew->complaint, sizeof(crew->complaint), "worker %zu, round %lu: %s", number,
			 crew->rounds[number], wrong);
	_exit(wrong ? 1 : 0);
}

size_t crew_add(struct crew *crew, worker_fn work, void *arg)
{
	size_t number = crew->count++;
	pid_t pid;

	must_be(number < sizeof(crew->pid) / sizeof(*crew->pid));
	fflush(NULL);
	pid = must(fork());
	if (!pid)
		worker_run(crew, number, work, arg);
	crew->pid[number] = pid;
	return number;
}

void crew_await(struct crew *crew, size_t worker, uint64_t more)
{
	uint64_t until = __atomic_load_n(&crew->rounds[worker], __ATOMIC_ACQUIRE) + more;

	while (__atomic_load_n(&crew->rounds[worker], __ATOMIC_ACQUIRE) < until && !crew->complaint[0]) {
		must_be(!waitpid(crew->pid[worker], NULL, WNOHANG));
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
}

const char *crew_dismiss(struct crew *crew)
{
	const char *wrong = NULL;
	int status;

	__atomic_store_n(&crew->stop, true, __ATOMIC_RELEASE);
	for (size_t i = 0; i < crew->count; i++) {
		must(waitpid(crew->pid[i], &status, 0));
		if (!WIFEXITED(status) || WEXITSTATUS(status))
			wrong = "a worker came to a bad end";
	}
	crew->count = 0;
	return crew->complaint[0] ? crew->complaint : wrong;
}

void crew_free(struct crew *crew)
{
	munmap(crew, sizeof(*crew));
}
