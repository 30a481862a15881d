#!/usr/bin/env python3
"""CPU a message of each process below one, while a command runs: processes.py PID MESSAGES COMMAND...

PID: of `./run` (or benchmarks/postern.sh). Prints microseconds a message for each process and in all, and resident memory
after the command, once the processes have come to rest (at most 20 s). With THREADS=1 also for each kind of thread: its
name without numbers; threads that ended meanwhile are missing there, and what takes less than 2 us is left out.
"""
import os
import re
import subprocess
import sys
import time

TICK = os.sysconf("SC_CLK_TCK")
NAMES = ["ingress-service", "policy-service", "certificate-service", "delivery-service", "console-service"]


def tree(root):
    children = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as stat:
                children.setdefault(int(stat.read().rsplit(")", 1)[1].split()[1]), []).append(int(pid))
        except OSError:
            pass  # it has ended
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        found.append(pid)
        queue += children.get(pid, [])
    return found


def lives(pid):  # the database's helpers come and go
    return os.path.exists(f"/proc/{pid}/task")


def name(pid):
    with open(f"/proc/{pid}/cmdline") as cmdline:
        line = cmdline.read()
    for service in NAMES:
        if service + "/target" in line:
            return service
    if "postgres" in line.split("\0", 1)[0]:  # a server's processes write their titles there
        return "PostgreSQL"
    return "broker" if "kafka.Kafka" in line else "the rest"


def cpu(pids):
    used = {}
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
            used[name(pid)] = used.get(name(pid), 0) + (int(fields[11]) + int(fields[12])) / TICK
        except OSError:
            pass
    return used


def threads(pids):
    used = {}
    for pid in filter(lives, pids):
        for thread in os.listdir(f"/proc/{pid}/task"):
            try:
                with open(f"/proc/{pid}/task/{thread}/stat") as stat:
                    kind, rest = stat.read().split("(", 1)[1].rsplit(")", 1)
                fields = rest.split()
                key = name(pid), re.sub(r"[-#_. ]*[0-9]+.*$", "", kind)
                used[key] = used.get(key, 0) + (int(fields[11]) + int(fields[12])) / TICK
            except OSError:
                pass
    return used


def memory(pids):
    resident = {}
    for pid in filter(lives, pids):
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    resident[name(pid)] = resident.get(name(pid), 0) + int(line.split()[1]) / 1024
    return resident


def rest(pids):
    end = time.time() + 20
    while time.time() < end:
        before = sum(cpu(pids).values())
        time.sleep(1)
        if sum(cpu(pids).values()) - before < 0.4:
            return


root, messages = int(sys.argv[1]), int(sys.argv[2])
pids = tree(root)
before, threads_before = cpu(pids), threads(pids)
subprocess.run(sys.argv[3:], check=True)
rest(pids)
after = cpu(pids)
threads_after, resident = threads(pids), memory(pids)
total = 0.0
for process in sorted(after):
    each = (after[process] - before.get(process, 0)) * 1e6 / messages
    total += each
    print(f"{process:22} {each:8.0f} us a message {resident.get(process, 0):8.0f} MB resident")
print(f"{'all':22} {total:8.0f} us a message")
if os.environ.get("THREADS"):
    for key in sorted(threads_after):
        each = (threads_after[key] - threads_before.get(key, 0)) * 1e6 / messages
        if each >= 2:
            print(f"    {key[0]:22} {key[1]:16} {each:6.0f}")
