import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A job of ./test: some test classes of a module in one JVM.
 *
 * @param inAllOnly whether only ./test --all has it
 * @param stacks whether it starts services: of those two run at a time
 * @param places of the four that there are, how many it takes: a cluster of brokers needs a processor of its own
 * @param classes binary names
 */
record Job(String name, boolean inAllOnly, boolean stacks, int places, String module, List<String> classes) {
  private static final int CLUSTER = 3;

  /**
   * The jobs of testing/jobs, with the classes that each has: a class belongs to the first line of its module that matches it. A module
   * without a line is a job of its own.
   *
   * @param named simple names of classes that are asked for, and may be others than *Test
   * @throws IllegalArgumentException where a line matches no class
   */
  static List<Job> read(Path root, List<String> named) throws IOException {
    Map<String, List<String>> left = new LinkedHashMap<>();
    for (String module : modules(root)) {
      List<String> classes = classes(root.resolve(module), named);
      if (!classes.isEmpty()) {
        left.put(module, new ArrayList<>(classes));
      }
    }
    List<Job> jobs = new ArrayList<>();
    for (String line : Files.readAllLines(root.resolve("testing/jobs"))) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      String[] part = line.strip().split("\\s+");
      List<String> matched = take(left.getOrDefault(part[3], new ArrayList<>()), part[4]);
      if (matched.isEmpty()) {
        throw new IllegalArgumentException("testing/jobs: no class of " + part[3] + " is left for \"" + line + "\"");
      }
      boolean cluster = part[2].equals("cluster");
      jobs.add(new Job(part[0], part[1].equals("all"), cluster || part[2].equals("stacks"), cluster ? CLUSTER : 1, part[3], matched));
    }
    left.forEach(
        (module, classes) -> {
          if (!classes.isEmpty()) {
            jobs.add(new Job(module.substring(module.lastIndexOf('/') + 1), false, false, 1, module, classes));
          }
        });
    return jobs;
  }

  /** The folders of the modules that the root pom names. */
  static List<String> modules(Path root) throws IOException {
    return Files.readAllLines(root.resolve("pom.xml")).stream()
        .map(String::strip)
        .filter(line -> line.startsWith("<module>"))
        .map(line -> line.substring("<module>".length(), line.indexOf("</module>")))
        .toList();
  }

  private static List<String> take(List<String> classes, String patterns) {
    List<String> taken = new ArrayList<>();
    for (String pattern : patterns.split(",")) {
      String regex = pattern.replace("*", "\\w*");
      for (String each : List.copyOf(classes)) {
        if (each.substring(each.lastIndexOf('.') + 1).matches(regex)) {
          taken.add(each);
          classes.remove(each);
        }
      }
    }
    return taken;
  }

  /** A class whose source is gone is a build's leftover, and no test. */
  private static List<String> classes(Path module, List<String> named) throws IOException {
    Path folder = module.resolve("target/test-classes");
    Path sources = module.resolve("src/test/java");
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return List.copyOf(
          files
              .map(file -> folder.relativize(file).toString())
              .filter(file -> file.endsWith(".class") && !file.contains("$"))
              .filter(file -> Files.exists(sources.resolve(file.replace(".class", ".java"))))
              .map(file -> file.substring(0, file.length() - ".class".length()).replace('/', '.'))
              .filter(each -> each.endsWith("Test") || named.contains(each.substring(each.lastIndexOf('.') + 1)))
              .collect(java.util.stream.Collectors.toCollection(TreeSet::new)));
    }
  }
}
