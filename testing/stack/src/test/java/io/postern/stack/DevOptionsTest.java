package io.postern.stack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevOptionsTest {
  @TempDir private Path home;

  /** As java itself reads the file that make gives it. */
  @Test
  void javaReadsEachSettingAsItIs() throws Exception {
    Path file = DevOptions.file(home, Service.CONSOLE);
    String value = "/a folder/with \"quotes\", a # and a \\";
    DevOptions.write(file, Map.of("postern.test", value, "quarkus.http.port", "1"));
    Path program = home.resolve("Says.java");
    Files.writeString(
        program, "void main() { System.out.print(System.getProperty(\"postern.test\")); }");
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "@" + file,
                program.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(new String(java.getInputStream().readAllBytes(), UTF_8)).isEqualTo(value);
    assertThat(java.waitFor()).isZero();
  }

  @Test
  void makeDevTakesTheFileFromThere() throws Exception {
    Path root = Path.of("../..");
    Path file = DevOptions.file(Path.of(""), Service.INGRESS);
    assertThat(Files.readString(root.resolve("Makefile")))
        .contains("@../" + file.toString().replace("ingress-service", "$(SERVICE)"));
  }
}
