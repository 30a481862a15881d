package io.postern.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What must hold of every service of a compose file. */
final class ContainerRules {
  private ContainerRules() {}

  static void noMoreRightsThanItNeeds(Map<String, Object> service) {
    assertThat(String.valueOf(service.get("user"))).matches("[1-9][0-9]*:[1-9][0-9]*");
    assertThat(service).containsEntry("read_only", true);
    assertThat(ComposeFile.list(service.get("cap_drop"))).containsExactly("ALL");
    assertThat(ComposeFile.list(service.get("security_opt")))
        .containsExactly("no-new-privileges:true");
    assertThat(service)
        .doesNotContainKeys("privileged", "cap_add", "devices", "pid", "ipc", "userns_mode");
    assertThat(service.get("network_mode")).isIn(null, "none");
    assertThat(ComposeFile.list(service.get("tmpfs")))
        .singleElement()
        .asString()
        .startsWith("/tmp:exec,")
        .contains("nosuid", "size=");
    assertThat(ComposeFile.list(service.get("volumes")))
        .allSatisfy(
            volume -> {
              assertThat(volume).doesNotContain("docker.sock");
              if (volume.startsWith(".") || volume.startsWith("/") && volume.contains(":")) {
                assertThat(volume).endsWith(":ro");
              }
            });
  }

  static void isBounded(Map<String, Object> service) {
    assertThat(String.valueOf(service.get("mem_limit"))).matches("[1-9][0-9]*[mg]");
    assertThat(Double.parseDouble(ComposeFile.text(service.get("cpus")))).isBetween(0.1, 4.0);
    assertThat((Integer) service.get("pids_limit")).isBetween(50, 1000);
    assertThat(ComposeFile.map(ComposeFile.map(service.get("logging")).get("options")))
        .containsKeys("max-size", "max-file");
  }

  /** Of one that runs on. */
  static void isWatchedRestartedAndEndedInPeace(Map<String, Object> service) {
    Map<String, Object> check = ComposeFile.map(service.get("healthcheck"));
    assertThat(ComposeFile.list(check.get("test"))).hasSizeGreaterThan(1).first().isEqualTo("CMD");
    assertThat(seconds(check.get("interval"))).isGreaterThanOrEqualTo(5);
    assertThat(seconds(check.get("timeout"))).isBetween(1, 30);
    assertThat(seconds(check.get("start_period"))).isGreaterThanOrEqualTo(30);
    assertThat(service).containsEntry("restart", "unless-stopped");
    // Docker's default of 10 s is less than what each takes to hand over.
    assertThat(seconds(service.get("stop_grace_period"))).isBetween(20, 120);
  }

  private static int seconds(@Nullable Object duration) {
    return Integer.parseInt(String.valueOf(duration).replaceAll("s$", ""));
  }
}
