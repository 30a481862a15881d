package io.postern.stack.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** CPU time from Linux's /proc, in seconds. */
final class ProcessTree {
  private static final double TICKS_A_SECOND = 100; // USER_HZ, the same on all architectures

  private ProcessTree() {}

  /** Of a process, all below it, and of those below that have ended already. */
  static double cpu(long pid) {
    ProcessHandle root =
        ProcessHandle.of(pid)
            .orElseThrow(() -> new IllegalStateException("there is no process " + pid));
    return Stream.concat(Stream.of(root), root.descendants())
        .mapToDouble(process -> own(process.pid()))
        .sum();
  }

  private static double own(long pid) {
    try {
      // proc_pid_stat(5): the name in brackets may have spaces; utime, stime, cutime, cstime.
      String line = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
      return ticks(fields, 11, 14) / TICKS_A_SECOND;
    } catch (IOException ended) {
      return 0;
    }
  }

  /** Of all processes of this machine. */
  static double machine() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
      // user, nice, system; without idle and waiting for I/O; interrupts and stolen time.
      String[] fields = lines.findFirst().orElseThrow().split(" +", -1);
      return (ticks(fields, 1, 3) + ticks(fields, 6, 8)) / TICKS_A_SECOND;
    }
  }

  private static long ticks(String[] fields, int first, int last) {
    long sum = 0;
    for (int i = first; i <= last; i++) {
      sum += Long.parseLong(fields[i]);
    }
    return sum;
  }

  /** Of this process. */
  static double self() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
  }
}
