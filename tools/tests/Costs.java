import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a run of the tests starts, compared with what testing/costs accepts: counts, which no noise changes. The seconds are printed beside
 * the accepted ones, and decide nothing.
 */
final class Costs {
  private Costs() {}

  /**
   * The counts above the accepted ones. One below is printed only: tests that lack a program start fewer.
   *
   * @param run the first word of its lines: test or all
   */
  static List<String> above(Path root, String run, Map<String, Integer> counts, long seconds) throws IOException {
    Map<String, Integer> accepted = accepted(root, run);
    List<String> wrong = new ArrayList<>();
    for (Map.Entry<String, Integer> each : accepted.entrySet()) {
      if (each.getKey().equals("seconds")) {
        System.out.printf("seconds: %d (accepted on a quiet machine: %d)%n", seconds, each.getValue());
        continue;
      }
      int now = counts.getOrDefault(each.getKey(), 0);
      System.out.printf("%s: %d (accepted: %d)%n", each.getKey(), now, each.getValue());
      if (now > each.getValue()) {
        wrong.add("./test " + (run.equals("all") ? "--all " : "") + "starts " + now + " of " + each.getKey() + ", testing/costs accepts " + each.getValue());
      }
    }
    return wrong;
  }

  /** Sums of the file that POSTERN_COUNTS names; a line a thing that was started. */
  static Map<String, Integer> counted(Path file) throws IOException {
    Map<String, Integer> sums = new TreeMap<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        sums.merge(line + "s", 1, Integer::sum);
      }
    }
    return sums;
  }

  private static Map<String, Integer> accepted(Path root, String run) throws IOException {
    Map<String, Integer> accepted = new TreeMap<>();
    for (String line : Files.readAllLines(root.resolve("testing/costs"))) {
      String[] part = line.strip().split("\\s+");
      if (part.length == 3 && part[0].equals(run)) {
        accepted.put(part[1], Integer.parseInt(part[2]));
      }
    }
    return accepted;
  }
}
