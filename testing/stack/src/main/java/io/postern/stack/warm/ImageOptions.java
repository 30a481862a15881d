package io.postern.stack.warm;

import io.postern.programs.AotCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The file {@code java.options} beside an AOT cache: an argument file for {@code java}, with the
 * flags, the class path and the main class that the cache was made for, and the cache itself. The
 * memory is the image's own choice. So a service runs by the same flags in a container as
 * elsewhere.
 */
final class ImageOptions {
  private static final List<String> MEMORY = List.of("-Xmx", "-Xmn", "-XX:MaxDirectMemorySize=");

  private ImageOptions() {}

  static void write(AotCache cache) throws IOException {
    List<String> command = cache.use().command();
    Path file = cache.folder().resolve("java.options");
    Files.write(
        file,
        command.stream()
            .skip(1) // java itself
            .filter(option -> MEMORY.stream().noneMatch(option::startsWith))
            .toList());
  }
}
