package io.postern.lab.foreign;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A view of the file system for one program: its users and its fixed folders stand in the folder of
 * the test, and no other process sees them. Owner: one thread.
 */
final class PrivateMounts {
  private final Path folder;
  private final List<String> mounts = new ArrayList<>();

  PrivateMounts(Path folder) {
    this.folder = folder;
  }

  /** A user and a group of this name. */
  PrivateMounts user(String name, int number, String home) throws IOException {
    add("passwd", "%s:x:%d:%d::%s:/usr/sbin/nologin\n".formatted(name, number, number, home));
    add("group", "%s:x:%d:\n".formatted(name, number));
    return this;
  }

  /** Shows an own folder in place of the machine's. */
  PrivateMounts at(String path, Path own) throws IOException {
    Files.createDirectories(own);
    mounts.add("mount --bind " + own + " " + path);
    return this;
  }

  /** The command with this view. */
  List<String> run(String... command) {
    List<String> all =
        new ArrayList<>(List.of("unshare", "--mount", "--propagation", "private", "sh", "-c"));
    all.add(String.join(" && ", mounts) + " && exec \"$@\"");
    all.add("sh");
    all.addAll(List.of(command));
    return all;
  }

  private void add(String file, String line) throws IOException {
    Path own = folder.resolve(file);
    Path original = Path.of("/etc", file);
    if (!Files.exists(own)) {
      Files.copy(original, own);
      mounts.add("mount --bind " + own + " " + original);
    }
    Files.writeString(own, Files.readString(own) + line);
  }
}
