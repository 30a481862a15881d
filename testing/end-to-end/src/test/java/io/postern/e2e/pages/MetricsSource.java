package io.postern.e2e.pages;

import io.postern.e2e.Project;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The metrics of the services as their sources register them. */
final class MetricsSource {
  private static final Pattern NAME = Pattern.compile("\"(postern(?:\\.[a-z0-9]+)+)\"");
  private static final Pattern REGISTERED =
      Pattern.compile("(\\w+)?\\.(counter|gauge|timer|builder)\\(\\s*$");
  private static final Pattern CONSTANT = Pattern.compile("String (\\w+) =\\s*$");

  /** Up to the first semicolon outside of a text. */
  private static final Pattern STATEMENT = Pattern.compile("(?:\"[^\"\n]*\"|[^;\"])*");

  private static final Pattern UNIT = Pattern.compile("\\.baseUnit\\(\"(\\w+)\"\\)");

  /**
   * @param type counter, gauge, timer or summary; empty: its registration is elsewhere
   * @param names as Prometheus may have it: one, or each that its type makes of it
   * @param sources the texts of the files that name it
   */
  record Metric(String name, String type, Set<String> names, List<String> sources) {}

  private MetricsSource() {}

  /**
   * All metrics, by their names in the code.
   *
   * @param settings keys, which are written as names of metrics are
   */
  static TreeMap<String, Metric> in(List<Path> files, Set<String> settings) {
    TreeMap<String, Metric> metrics = new TreeMap<>();
    for (Path file : files) {
      String code = Project.read(file);
      if (!code.contains("io.micrometer")) {
        continue;
      }
      Matcher name = NAME.matcher(code);
      while (name.find()) {
        String type = type(code, name.start());
        if (!type.isEmpty() || settings.stream().noneMatch(key -> isKey(key, name.group(1)))) {
          Metric found = metric(name.group(1), type, unit(code, name), code);
          metrics.merge(name.group(1), found, MetricsSource::both);
        }
      }
    }
    return metrics;
  }

  /** A setting or a group of settings. */
  private static boolean isKey(String key, String name) {
    return key.equals(name) || key.startsWith(name + ".");
  }

  private static Metric metric(String name, String type, String unit, String source) {
    String spelled = name.replace('.', '_');
    String full = unit.isEmpty() || spelled.endsWith(unit) ? spelled : spelled + "_" + unit;
    Set<String> names =
        switch (type) {
          case "counter" -> Set.of(full + "_total");
          case "timer" -> Set.of(spelled + "_seconds");
          case "gauge", "summary" -> Set.of(full);
          default -> Set.of(spelled, spelled + "_total", spelled + "_seconds");
        };
    return new Metric(name, type, names, List.of(source));
  }

  private static Metric both(Metric one, Metric other) {
    List<String> sources = new ArrayList<>(one.sources());
    sources.addAll(other.sources());
    Set<String> names = new TreeSet<>(one.names());
    names.addAll(other.names());
    return one.type().isEmpty()
        ? new Metric(one.name(), other.type(), other.names(), sources)
        : new Metric(one.name(), one.type(), other.type().isEmpty() ? one.names() : names, sources);
  }

  /** Of the call whose first argument is at the place, or of the one with its constant. */
  private static String type(String code, int at) {
    Matcher call = REGISTERED.matcher(code.substring(Math.max(0, at - 80), at));
    if (call.find()) {
      return type(call.group(1) == null ? "" : call.group(1), call.group(2));
    }
    Matcher constant = CONSTANT.matcher(code.substring(Math.max(0, at - 80), at));
    if (constant.find()) {
      Matcher use =
          Pattern.compile("(\\w+)?\\.(counter|gauge|timer|builder)\\(\\s*" + constant.group(1))
              .matcher(code);
      if (use.find()) {
        return type(use.group(1) == null ? "" : use.group(1), use.group(2));
      }
    }
    return "";
  }

  private static String type(String of, String method) {
    String word = method.equals("builder") ? of.toLowerCase(Locale.ROOT) : method;
    return word.equals("distributionsummary")
        ? "summary"
        : word.endsWith("gauge") ? "gauge" : word.endsWith("counter") ? "counter" : word;
  }

  /** Of the same statement. */
  private static String unit(String code, Matcher name) {
    String statement =
        STATEMENT
            .matcher(code)
            .region(name.end(), code.length())
            .results()
            .findFirst()
            .orElseThrow()
            .group();
    Matcher unit = UNIT.matcher(statement);
    return unit.find() ? unit.group(1) : statement.contains("TimeUnit.SECONDS") ? "seconds" : "";
  }
}
