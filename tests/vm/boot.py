"""Boot a kernel in qemu and say how it ended."""
import re
import subprocess

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

# What these kernels do under emulation: 7.2 panics when tracepoints are toggled
# while several threads translate, module or not; 6.12 now and then as it boots
# ("Oops: int3": one thread still runs the breakpoint that another took back
# while patching code). The others have not, and race for real with several.
ONE_THREAD = {"6.12", "7.2"}


def boot(kernel, image, initrd, out, timeout, memory=2048, append=""):
    """Run it; files land in the directory `out`. Returns (verdict, console, results).

    The console is ttyS0; what the guest's /init and tests say is ttyS1.
    """
    console, results = out / "console.log", out / "results.log"
    threads = "single" if kernel in ONE_THREAD else "multi"
    command = [
        "qemu-system-x86_64", "-accel", f"tcg,thread={threads}", "-machine", "q35",
        "-cpu", "max,la57=off", "-smp", "2", "-m", str(memory),
        "-nodefaults", "-display", "none", "-no-reboot",
        "-serial", f"file:{console}", "-serial", f"file:{results}",
        "-device", "isa-debug-exit,iobase=0xf4,iosize=1",
        "-object", "rng-random,id=rng,filename=/dev/urandom",
        "-device", "virtio-rng-pci,rng=rng",
        "-kernel", str(image), "-initrd", str(initrd), "-append",
        "console=ttyS0 ignore_loglevel panic=-1 oops=panic tsc=reliable no_timer_check "
        f"random.trust_cpu=on {append}"]
    for file in (console, results):
        file.write_bytes(b"")
    ended = True
    with open(out / "qemu.log", "w", encoding="utf-8") as log:
        try:
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                           timeout=timeout, check=False)
        except subprocess.TimeoutExpired:
            ended = False
    console = console.read_text(errors="replace")
    results = results.read_text(errors="replace").replace("\r", "")
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
