package io.postern.stack.warm;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.programs.AotCache;
import io.postern.programs.JavaProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageOptionsTest {
  @Test
  void nameCacheClassesAndFlagsAndLeaveTheMemoryToTheImage(@TempDir Path home) throws Exception {
    Path jar = home.resolve("service.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry("a"));
    }
    JavaProgram program =
        new JavaProgram(
            List.of("-Xmx256m", "-Xmn48m", "-XX:MaxDirectMemorySize=1m", "-XX:+UseSerialGC"),
            List.of(jar),
            List.of("a.Main"));
    AotCache cache = AotCache.of(program, home.resolve("aot")).orElseThrow();
    cache.keep(Files.createFile(home.resolve("made")));

    ImageOptions.write(cache);

    assertThat(Files.readAllLines(home.resolve("aot/java.options")))
        .startsWith("-XX:+UseSerialGC")
        .contains("-XX:AOTCache=" + cache.file())
        .endsWith("-cp", jar.toString(), "a.Main")
        .noneMatch(option -> option.startsWith("-Xm") || option.contains("MaxDirect"));
  }
}
