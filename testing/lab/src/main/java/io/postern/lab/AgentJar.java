package io.postern.lab;

import io.postern.lab.agent.ChangedClasses;
import io.postern.programs.JavaProgram;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * The jar that a JVM wants for an agent, made of the classes in the agent's package and of the
 * frame {@link ChangedClasses}. Nothing else of this module is in the program that gets the agent.
 */
public final class AgentJar {
  private AgentJar() {}

  public static Path write(Path jar, Class<?> agent) throws IOException {
    return write(jar, agent, new Attributes());
  }

  /** For an agent that changes the JDK's own classes: they see its classes then. */
  public static Path writeForJdk(Path jar, Class<?> agent) throws IOException {
    Attributes more = new Attributes();
    more.put(new Attributes.Name("Boot-Class-Path"), jar.getFileName().toString());
    more.put(new Attributes.Name("Can-Retransform-Classes"), "true");
    return write(jar, agent, more);
  }

  private static Path write(Path jar, Class<?> agent, Attributes more) throws IOException {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(new Attributes.Name("Premain-Class"), agent.getName());
    attributes.putAll(more);
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest)) {
      addPackage(out, agent);
      addPackage(out, ChangedClasses.class);
    }
    return jar;
  }

  /** The flag of a JVM that runs the agent. */
  public static List<String> jvmFlags(Path jar, String arguments) {
    return List.of("-javaagent:" + jar + "=" + arguments);
  }

  private static void addPackage(JarOutputStream out, Class<?> of) throws IOException {
    Path source = JavaProgram.classesOf(of);
    if (Files.isDirectory(source)) {
      addPackage(out, source, of);
    } else {
      try (FileSystem inside = FileSystems.newFileSystem(source)) {
        addPackage(out, inside.getPath("/"), of);
      }
    }
  }

  private static void addPackage(JarOutputStream out, Path root, Class<?> of) throws IOException {
    String folder = of.getPackageName().replace('.', '/');
    try (Stream<Path> files = Files.list(root.resolve(folder))) {
      for (Path each : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        out.putNextEntry(new ZipEntry(folder + "/" + each.getFileName()));
        Files.copy(each, out);
        out.closeEntry();
      }
    }
  }
}
