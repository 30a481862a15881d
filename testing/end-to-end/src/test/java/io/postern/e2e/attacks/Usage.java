package io.postern.e2e.attacks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * CPU and memory of processes while a window lasts, from /proc. Owner: one thread, which looks once
 * a second or so.
 */
final class Usage {
  private static final double TICKS_A_SECOND = 100;

  private final Map<String, Long> pids;
  private final Map<String, Double> cpuBefore = new LinkedHashMap<>();
  private final Map<String, Double> cpuNow = new LinkedHashMap<>();
  private final Map<String, Long> mostMemory = new LinkedHashMap<>();
  private final long began = System.nanoTime();
  private long looked = began;

  /**
   * @param pids by name
   */
  Usage(Map<String, Long> pids) {
    this.pids = pids;
    look();
    cpuBefore.putAll(cpuNow);
  }

  /** A process that has ended keeps what was seen last. */
  void look() {
    looked = System.nanoTime();
    pids.forEach(
        (name, pid) -> {
          try {
            cpuNow.put(name, cpuSeconds(pid));
            mostMemory.merge(name, residentMegabytes(pid), Math::max);
          } catch (IOException ended) {
            cpuNow.putIfAbsent(name, 0.0);
            mostMemory.putIfAbsent(name, 0L);
          }
        });
  }

  private static double cpuSeconds(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
    return (Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12))) / TICKS_A_SECOND;
  }

  private static long residentMegabytes(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
      }
    }
    return 0;
  }

  /** Percent of one core. */
  double cpu(String name) {
    double used = cpuNow.getOrDefault(name, 0.0) - cpuBefore.getOrDefault(name, 0.0);
    return 100 * used * 1e9 / (looked - began);
  }

  /** Of all of them, in percent of one core. */
  double cpu() {
    return pids.keySet().stream().mapToDouble(this::cpu).sum();
  }

  /** As "ingress 43% 210M, ...": percent of one core, and the most that was resident. */
  String words() {
    StringBuilder words = new StringBuilder();
    for (String name : pids.keySet()) {
      words
          .append(words.isEmpty() ? "" : ", ")
          .append("%s %.0f%% %dM".formatted(name, cpu(name), mostMemory.getOrDefault(name, 0L)));
    }
    return words.toString();
  }

  /** CPU that all of the machine has used since its start: others work on it too. */
  static double machineSeconds() throws IOException {
    String line = Files.readAllLines(Path.of("/proc/stat")).getFirst();
    String[] fields = line.strip().split(" +");
    long busy = 0;
    for (int i = 1; i <= 8; i++) {
      boolean idle = i == 4 || i == 5;
      busy += idle ? 0 : Long.parseLong(fields[i]);
    }
    return busy / TICKS_A_SECOND;
  }
}
