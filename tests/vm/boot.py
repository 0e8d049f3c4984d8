"""Boot a kernel in qemu and say how it ended."""
import pathlib
import re
import subprocess
import sys
import threading
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))

import child  # noqa: E402

# Anything of this on the console is a defect, whatever the tests said.
SPLAT = re.compile(
    r"BUG: |BUG at |WARNING: |KASAN: |UBSAN: |ODEBUG: |Oops|general protection"
    r"|(circular|recursive) locking|inconsistent lock state|lock held when returning"
    r"|bad unlock balance|Invalid wait context|suspicious RCU usage|RCU used illegally"
    r"|sleeping function called|scheduling while atomic"
    r"|unreferenced object|refcount_t: |(list|slab) corruption|(add|del) corruption"
    r"|soft lockup|hard LOCKUP|blocked for more than|rcu.*(stall|detected)"
    r"|unregister_netdevice: waiting|leaked reference|bad page state|Tainted: .*[BDWL]")
PANIC = re.compile(r"Kernel panic")
EXIT = re.compile(r"^EXIT (\d+)", re.MULTILINE)

class Ended(Exception):
    """The guest ended, or did not come to say what was waited for; says how."""


class Machine:
    """A virtual machine from start() to stop(), in the background.

    Files land in the directory `out`. The console is ttyS0 and goes to console.log. ttyS1 is the guest's voice and its
    ear: what /init and the tests say goes to results.log and can be waited for, what we say() the guest reads there.

    `forward` is a pair of TCP ports: the first one of 127.0.0.1 here is the second one of ADDRESS in the guest, which
    reaches nothing else. `append` goes to the kernel's command line, where NAME=VALUE becomes a variable of /init's
    environment.

    Its two CPUs take turns in one thread. With one thread each, a kernel hangs or oopses now and then as tracepoints are
    toggled, module or not: one thread still runs the breakpoint that another took back while patching code.

    With `icount` there is one CPU, and the guest's clock counts what it does: a nanosecond is an instruction. Copying
    is then not to be one instruction a byte.
    """

    ADDRESS = "10.0.2.15"  # what qemu's own network gives to its first guest

    def __init__(self, kernel, image, initrd, out, memory=2048, append="", forward=None, icount=False):
        self.out = out
        self.console, self.results = out / "console.log", out / "results.log"
        cpu = "max,la57=off"
        if icount:
            cpu += ",-erms,-fsrm"
            append += " clearcpuid=112,297,580"  # rep_good, erms, fsrm
        self.command = [
            "qemu-system-x86_64", "-accel", "tcg,thread=single", "-machine", "q35",
            "-cpu", cpu, "-smp", "1" if icount else "2", "-m", str(memory),
            "-nodefaults", "-display", "none", "-no-reboot",
            "-serial", f"file:{self.console}",
            "-chardev", "stdio,id=results,signal=off", "-serial", "chardev:results",
            "-device", "isa-debug-exit,iobase=0xf4,iosize=1",
            "-object", "rng-random,id=rng,filename=/dev/urandom",
            "-device", "virtio-rng-pci,rng=rng",
            "-kernel", str(image), "-initrd", str(initrd)]
        if icount:
            self.command += ["-icount", "shift=0,sleep=off"]
        if forward:
            append += f" GUEST_ADDRESS={self.ADDRESS}/24"
            self.command += [
                "-netdev", f"user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:{forward[0]}-:{forward[1]}",
                "-device", "virtio-net-pci,netdev=net,romfile="]
        self.command += [
            "-append", "console=ttyS0 ignore_loglevel panic=-1 oops=panic tsc=reliable no_timer_check "
            f"random.trust_cpu=on {append}"]
        self.lines = []  # of results.log, whole ones
        self.seen = 0  # how many of them expect() has looked at
        self.news = threading.Condition()
        self.process = self.reader = None
        self.closed = False  # nothing more will be said

    def start(self):
        """Returns at once."""
        self.console.write_bytes(b"")
        with open(self.out / "qemu.log", "wb") as log:
            try:
                self.process = child.start(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
            except FileNotFoundError:
                raise Ended(f"there is no {self.command[0]} on this machine") from None
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        """What the guest says, as it says it; until qemu ends."""
        rest = b""
        with open(self.results, "wb") as log:
            while data := self.process.stdout.read1(65536):
                log.write(data)
                log.flush()
                *whole, rest = (rest + data.replace(b"\r", b"")).split(b"\n")
                with self.news:
                    self.lines += [line.decode(errors="replace") for line in whole]
                    self.news.notify_all()
        with self.news:
            self.closed = True
            self.news.notify_all()

    def hear(self, pattern, timeout):
        """The match of the first new line in which `pattern` is found; None if there comes none in time. Ended, if
        there cannot come one any more."""
        end = time.monotonic() + timeout
        with self.news:
            while True:
                while self.seen < len(self.lines):
                    line = self.lines[self.seen]
                    self.seen += 1
                    if match := re.search(pattern, line):
                        return match
                if self.closed:
                    raise Ended(self.how())
                if not self.news.wait(end - time.monotonic()):
                    return None

    def speaks(self, timeout):
        """Whether a first word comes in time. One that ends without has nothing to wait for, either."""
        try:
            return self.hear("", timeout) is not None
        except Ended:
            return True

    def expect(self, pattern, timeout):
        """The same, and Ended if there comes none in time."""
        match = self.hear(pattern, timeout)
        if not match:
            raise Ended(f"the guest did not say {pattern!r} within {timeout:.0f} s: see {self.results}")
        return match

    def say(self, line):
        """One line for the guest to read on its ttyS1."""
        try:
            self.process.stdin.write(line.encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Ended(self.how()) from None

    def how(self):
        """One sentence about the end of a guest that should not have ended."""
        said = (self.out / "qemu.log").read_text(errors="replace").strip()
        if said:
            return f"qemu ended: {said.splitlines()[-1]}"
        bad = splats(self.console.read_text(errors="replace"))
        return f"the guest ended: {bad[0] if bad else 'it powered off'} (see {self.console})"

    def wait(self, timeout):
        """Until the guest ends by itself; whether it did in time. It is over in any case."""
        try:
            self.process.wait(timeout)
            return True
        except subprocess.TimeoutExpired:
            return False
        finally:
            self.stop()

    def stop(self):
        """The end of it, whatever it does. Once or many times."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.reader.join()
            self.process.stdin.close()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()


def boot(kernel, image, initrd, out, timeout, memory=2048, append="", silence=None, icount=False):
    """Run a guest to its end, or to ours of patience. Returns (verdict, console, results), the latter two as texts.

    A guest that has not said a word after `silence` seconds is not waited for any longer.
    """
    with Machine(kernel, image, initrd, out, memory, append, icount=icount) as machine:
        ended = (silence is None or machine.speaks(silence)) and machine.wait(timeout)
    console = machine.console.read_text(errors="replace")
    results = machine.results.read_text(errors="replace").replace("\r", "")
    return verdict(ended, console, results), console, results


def splats(console):
    """The console's bad lines."""
    return [line.strip() for line in console.splitlines()
            if SPLAT.search(line) or PANIC.search(line)]


def verdict(ended, console, results):
    """The worst thing that happened. A guest that says nothing has not passed."""
    if PANIC.search(console):
        return "PANIC"
    if not ended:
        return "TIMEOUT"
    if splats(console):
        return "SPLAT"
    exits = EXIT.findall(results)
    if not exits:
        return "NOVERDICT"
    return "PASS" if exits[-1] == "0" else "FAIL"
