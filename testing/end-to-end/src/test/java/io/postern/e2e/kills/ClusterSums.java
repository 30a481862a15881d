package io.postern.e2e.kills;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** The sums of the seeds that were run, kept in a file. Owner: one thread. */
final class ClusterSums {
  private static final String LAST = "last-seed";
  private static final String SEEDS = "seeds";
  private static final String TIMES = "times.";
  private static final String LONGEST = "longest-ms.";

  private final Path file;
  private final Properties sums = new Properties();

  private ClusterSums(Path file) {
    this.file = file;
  }

  static ClusterSums in(Path file) throws IOException {
    ClusterSums read = new ClusterSums(file);
    if (Files.exists(file)) {
      try (InputStream in = Files.newInputStream(file)) {
        read.sums.load(in);
      }
    }
    return read;
  }

  long nextSeed() {
    return get(LAST) + 1;
  }

  /** A seed that had findings counts too. */
  void add(long seed, KillsRun.Result result) throws IOException {
    put(LAST, Math.max(seed, get(LAST)));
    put(SEEDS, get(SEEDS) + 1);
    result.sums().forEach((name, number) -> put(name, get(name) + number));
    result
        .gaps()
        .forEach(
            (what, gap) -> {
              put(TIMES + what, get(TIMES + what) + gap.times());
              put(LONGEST + what, Math.max(get(LONGEST + what), gap.longestMillis()));
            });
    Path whole = file.resolveSibling(file.getFileName() + ".new");
    try (OutputStream out = Files.newOutputStream(whole)) {
      sums.store(out, null);
    }
    Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /** For people, and for docs/evidence/promises.md. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("all seeds in " + file);
    for (String name : sums.stringPropertyNames().stream().sorted().toList()) {
      if (name.startsWith(TIMES)) {
        String what = name.substring(TIMES.length());
        lines.add("| %s | %d | %.1f s |".formatted(what, get(name), get(LONGEST + what) / 1000.0));
      } else if (!name.startsWith(LONGEST)) {
        lines.add("| %s | %d |".formatted(name, get(name)));
      }
    }
    return lines;
  }

  private long get(String name) {
    return Long.parseLong(sums.getProperty(name, "0"));
  }

  private void put(String name, long number) {
    sums.setProperty(name, Long.toString(number));
  }
}
