"""Start programs that do not outlive this one, however it ends."""
import ctypes
import os
import signal
import subprocess
import sys

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


def start(command, **options):
    """A Popen whose process is killed when ours ends. Call it from the main thread: the kernel watches the thread
    that forked. In a session of its own: a Ctrl-C on the terminal is ours to handle."""
    parent = os.getpid()

    def die_with_parent():
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # what a shell starts in the background ignores it
        if os.getppid() != parent:  # it ended before the call
            os.kill(os.getpid(), signal.SIGKILL)

    return subprocess.Popen(command, preexec_fn=die_with_parent, start_new_session=True, **options)


def stop(process, patience=5):
    """End it, gently first; its exit status."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


def end_on_signals():
    """SIGTERM and SIGHUP leave by the same door as Ctrl-C: `finally` clauses run. Status 143, as a shell has it."""
    def leave(number, _frame):
        sys.exit(128 + number)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
