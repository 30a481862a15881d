package io.postern.e2e.kills;

import io.postern.e2e.kills.mutation.MutationAgent;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** The jar that a JVM wants for an agent, made of this test's own classes. */
final class AgentJar {
  private AgentJar() {}

  /** Flags of a JVM whose faults are switched in the folder. */
  static List<String> jvmFlags(Path jar, Path switches) {
    return List.of("-javaagent:" + jar + "=" + switches);
  }

  static Path write(Path jar) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest
        .getMainAttributes()
        .put(new Attributes.Name("Premain-Class"), MutationAgent.class.getName());
    String folder = MutationAgent.class.getPackageName().replace('.', '/');
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest);
        Stream<Path> classes = Files.list(classes().resolve(folder))) {
      for (Path each : classes.filter(path -> path.toString().endsWith(".class")).toList()) {
        out.putNextEntry(new ZipEntry(folder + "/" + each.getFileName()));
        Files.copy(each, out);
        out.closeEntry();
      }
    }
    return jar;
  }

  private static Path classes() {
    try {
      return Path.of(
          MutationAgent.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
