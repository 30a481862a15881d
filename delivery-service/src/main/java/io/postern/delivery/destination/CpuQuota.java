package io.postern.delivery.destination;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * The CPU quota of this process: the kernel's count of its periods, and of those in which it
 * stopped threads since the quota was used up. Read in {@code cpu.stat} of the process's control
 * group and of each above it (cgroup v1 and v2); elsewhere than on Linux there are none. Owner: one
 * thread.
 */
final class CpuQuota {
  private static final Logger LOG = Logger.getLogger(CpuQuota.class);
  private static final String PERIODS = "nr_periods ";
  private static final String STOPPED = "nr_throttled ";

  private static final class Group {
    private final Path stat;
    private long periods;
    private long stopped;

    private Group(Path stat) {
      this.stat = stat;
    }

    private double stoppedShare() throws IOException {
      long periodsBefore = periods;
      long stoppedBefore = stopped;
      for (String line : Files.readAllLines(stat)) {
        if (line.startsWith(PERIODS)) {
          periods = Long.parseLong(line.substring(PERIODS.length()));
        } else if (line.startsWith(STOPPED)) {
          stopped = Long.parseLong(line.substring(STOPPED.length()));
        }
      }
      long passed = periods - periodsBefore;
      return passed > 0 ? (double) (stopped - stoppedBefore) / passed : 0;
    }
  }

  private final List<Group> groups = new ArrayList<>();

  static CpuQuota ofThisProcess() {
    return new CpuQuota(Path.of("/proc/self/cgroup"), Path.of("/sys/fs/cgroup"));
  }

  /**
   * @param membership names the process's groups, as {@code /proc/self/cgroup} does
   * @param root where the control groups are mounted
   */
  CpuQuota(Path membership, Path root) {
    try {
      for (String line :
          Files.exists(membership) ? Files.readAllLines(membership) : List.<String>of()) {
        String[] parts = line.split(":", 3);
        if (parts.length == 3 && parts[1].isEmpty()) {
          addAll(root, parts[2]);
        } else if (parts.length == 3 && List.of(parts[1].split(",")).contains("cpu")) {
          addAll(root.resolve("cpu"), parts[2]);
        }
      }
    } catch (IOException e) {
      LOG.warnf("the CPU quota is unknown: %s", e.toString());
    }
    var unused = stoppedShare(); // the counts from now on
  }

  // A container without a group namespace sees its own group at the root, and no other.
  private void addAll(Path root, String group) {
    Path folder = root.resolve(group.replaceFirst("^/", "")).normalize();
    while (folder != null && folder.startsWith(root)) {
      Path stat = folder.resolve("cpu.stat");
      if (Files.isReadable(stat)) {
        groups.add(new Group(stat));
      }
      folder = folder.getParent();
    }
  }

  /**
   * The share of the periods since the last call in which threads were stopped, 0 to 1; of several
   * groups the largest; 0 where none has a quota.
   */
  double stoppedShare() {
    double largest = 0;
    for (Group group : List.copyOf(groups)) {
      try {
        largest = Math.max(largest, group.stoppedShare());
      } catch (IOException | NumberFormatException e) {
        LOG.warnf("the CPU quota in %s is no longer known: %s", group.stat, e.toString());
        groups.remove(group);
      }
    }
    return largest;
  }
}
