package io.postern.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FreePortsTest {
  /** Gives some ports and says them; ends when its input does. */
  static final class Other {
    private Other() {}

    public static void main(String[] args) throws Exception {
      for (int i = 0; i < 600; i++) {
        System.out.println(FreePorts.next());
      }
      System.out.println("all");
      System.in.read();
    }
  }

  /** Nobody listens on any of them. */
  @Test
  void noPortIsGivenTwiceNorByTwoPrograms() throws Exception {
    Set<Integer> given = new HashSet<>();
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Other.class.getName())
            .start();
    try (var output = other.inputReader()) {
      for (String line = output.readLine(); !"all".equals(line); line = output.readLine()) {
        assertThat(given.add(Integer.parseInt(line))).as(line).isTrue();
      }
      for (int i = 0; i < 600; i++) {
        int port = FreePorts.next();
        assertThat(given.add(port)).as("port %d", port).isTrue();
        assertThat(port).isBetween(15_000, 32_000);
      }
    } finally {
      other.destroyForcibly();
    }
  }
}
