package io.postern.programs;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A Java program, run by the JDK that runs this one.
 *
 * @param jvm flags
 * @param classPath jars and folders one by one; the order counts, and a wildcard has none
 * @param main class and its arguments
 */
public record JavaProgram(List<String> jvm, List<Path> classPath, List<String> main) {
  public JavaProgram {
    jvm = List.copyOf(jvm);
    classPath = List.copyOf(classPath);
    main = List.copyOf(main);
  }

  /** The same with further flags behind its own. */
  public JavaProgram with(List<String> flags) {
    List<String> all = new ArrayList<>(jvm);
    all.addAll(flags);
    return new JavaProgram(all, classPath, main);
  }

  /** The same JVM and classes, with another main class or none. */
  public JavaProgram main(List<String> other) {
    return new JavaProgram(jvm, classPath, other);
  }

  /** The jar or the folder of classes that a class comes from. */
  public static Path classesOf(Class<?> of) {
    try {
      return Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  public List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvm);
    command.add("-cp");
    command.add(
        classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
    command.addAll(main);
    return command;
  }
}
