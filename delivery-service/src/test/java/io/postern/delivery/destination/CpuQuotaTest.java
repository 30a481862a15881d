package io.postern.delivery.destination;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernel's counts of a quota, as cgroup v1 and v2 have them. */
class CpuQuotaTest {
  @TempDir private Path folder;
  private Path membership = Path.of("");
  private Path root = Path.of("");

  @BeforeEach
  void mount() throws IOException {
    membership = folder.resolve("cgroup");
    root = Files.createDirectories(folder.resolve("mounted"));
  }

  private CpuQuota quota(String groups) throws IOException {
    Files.writeString(membership, groups);
    return new CpuQuota(membership, root);
  }

  private void stat(String group, long periods, long stopped) throws IOException {
    Path of = Files.createDirectories(root.resolve(group));
    Files.writeString(
        of.resolve("cpu.stat"),
        "usage_usec 7\nnr_periods %d\nnr_throttled %d\n".formatted(periods, stopped));
  }

  @Test
  void theShareIsThatOfThePeriodsSinceTheLastCall() throws IOException {
    stat("", 1_000, 1_000);
    CpuQuota quota = quota("0::/\n");
    assertThat(quota.stoppedShare()).as("stops before the start").isZero();
    stat("", 1_020, 1_015);
    assertThat(quota.stoppedShare()).isEqualTo(0.75);
    assertThat(quota.stoppedShare()).as("at rest").isZero();
    stat("", 1_040, 1_015);
    assertThat(quota.stoppedShare()).isZero();
  }

  @Test
  void theQuotaOfAGroupAboveCounts() throws IOException {
    stat("mail.slice", 10, 0);
    stat("mail.slice/delivery.service", 0, 0);
    CpuQuota quota = quota("0::/mail.slice/delivery.service\n");
    stat("mail.slice", 20, 10);
    assertThat(quota.stoppedShare()).isEqualTo(1);
  }

  @Test
  void cgroupV1HasTheSameCountsInAHierarchyOfItsOwn() throws IOException {
    stat("cpu", 10, 0);
    CpuQuota quota = quota("4:memory:/a\n2:cpu,cpuacct:/docker/1\n1:cpuset:/b\n");
    stat("cpu", 20, 5);
    assertThat(quota.stoppedShare()).isEqualTo(0.5);
  }

  @Test
  void withoutAQuotaOrControlGroupsNothingIsStopped() throws IOException {
    Files.writeString(root.resolve("cpu.stat"), "usage_usec 7\n");
    assertThat(quota("0::/\n").stoppedShare()).isZero();
    assertThat(new CpuQuota(folder.resolve("none"), root).stoppedShare()).isZero();
  }

  @Test
  void countsThatCannotBeReadAnyMoreAreNoStops() throws IOException {
    stat("", 10, 0);
    CpuQuota quota = quota("0::/\n");
    Files.writeString(root.resolve("cpu.stat"), "nr_periods many\nnr_throttled 10\n");
    assertThat(quota.stoppedShare()).isZero();
    stat("", 20, 20);
    assertThat(quota.stoppedShare()).isZero();
  }
}
