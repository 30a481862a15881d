package io.postern.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.programs.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a newcomer types first: {@code ./run demo} in a checkout where nothing is built, here in a
 * folder with a space in its name. What it builds and starts is counted; a change that makes the
 * first run do more changes these numbers.
 */
class FirstRunTest {
  private static final int MODULES = 23; // with the parent, without the end-to-end tests
  private static final long LIMIT_MINUTES = 15;

  @TempDir Path temporary;

  @Test
  void theFirstRunBuildsWhatItNeedsAndStartsOneBrokerAndFourServices() throws Exception {
    Path checkout = Files.createDirectories(temporary.resolve("a new checkout"));
    copySources(checkout);
    Path counts = temporary.resolve("counts");
    long began = System.nanoTime();
    String output = demo(checkout, counts);
    System.out.printf("first run: %d s%n", (System.nanoTime() - began) / 1_000_000_000);

    assertThat(output)
        .contains("postern: building part " + MODULES + " of " + MODULES)
        .contains("every sample ended as expected");
    assertThat(Files.readAllLines(counts)).containsExactlyInAnyOrder("broker", "stack");
    String log = Files.readString(checkout.resolve("target/build.log"));
    assertThat(log).doesNotContain("spotless", "maven-shade", "--- install");
    assertThat(checkout.resolve("delivery-service/target/test-classes")).doesNotExist();
    assertThat(checkout.resolve("state/logs/console-service.log")).doesNotExist();
  }

  private static void copySources(Path to) throws IOException, InterruptedException {
    Process list =
        new ProcessBuilder("git", "ls-files", "-z", "-c", "-o", "--exclude-standard")
            .directory(Project.root().toFile())
            .start();
    String[] files = new String(list.getInputStream().readAllBytes(), UTF_8).split("\0");
    assertThat(list.waitFor()).as("git ls-files").isZero();
    for (String file : files) {
      Path source = Project.root().resolve(file);
      if (Files.isRegularFile(source)) {
        Path copy = to.resolve(file);
        Files.createDirectories(copy.getParent());
        Files.copy(source, copy, StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private static String demo(Path checkout, Path counts) throws IOException, InterruptedException {
    Path output = checkout.resolveSibling("output");
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of("./run", "demo", "--smtp-port", Integer.toString(FreePorts.next())));
    builder.environment().put("POSTERN_COUNTS", counts.toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process demo =
        builder
            .directory(checkout.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!demo.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
      demo.destroyForcibly();
      throw new AssertionError("not ended: " + Files.readString(output));
    }
    assertThat(demo.exitValue()).as(Files.readString(output)).isZero();
    return Files.readString(output);
  }
}
