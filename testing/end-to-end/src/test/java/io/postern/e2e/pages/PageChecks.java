package io.postern.e2e.pages;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;

/** What a page names, looked up: each check gives the names that are not known. No state. */
final class PageChecks {
  private static final Pattern SETTING =
      Pattern.compile(
          "(?<![\\w./-])((?:postern|quarkus|kafka)\\.[a-z][a-z0-9.-]*[a-z0-9])(\\.\\*)?");
  private static final Pattern VARIABLE =
      Pattern.compile("(?<![\\w$])(?:POSTERN|QUARKUS|KAFKA)_[A-Z<][A-Z0-9_<>]*[A-Z0-9>]");
  private static final Pattern METRIC = Pattern.compile("(?<![\\w/.-])postern_[a-z][a-z0-9_]*");
  private static final Pattern FILE =
      Pattern.compile(
          "`((?:docs|deploy|testing|libraries|tools|benchmarks|postern|[a-z]+-service)/[\\w./-]*\\w)`");
  private static final Pattern PORT =
      Pattern.compile(
          "(?i)\\bports? (\\d{2,5})\\b|(?:localhost|HOST|broker|\\.0\\.1|\\.0\\.0|\\.example):(\\d{2,5})\\b");

  /** In a block, or in a line of text. */
  private static final Pattern COMMAND =
      Pattern.compile("(?m)(?:^ {4,}|`)((?:postern|\\./run) [a-z][^`\n]*)");

  /** From here on ports are those that a system chose when a sample's output was made. */
  private static final int SAMPLES = 20_000;

  private static final List<String> ENDINGS =
      List.of("_total", "_seconds", "_bytes", "_count", "_sum", "_max", "_bucket");

  private PageChecks() {}

  /** Settings and their names in the environment. A name that ends with .* is a group. */
  static List<String> settings(String page, Set<String> known, Set<String> variables) {
    List<String> unknown = new ArrayList<>();
    SETTING
        .matcher(page)
        .results()
        .filter(name -> !name.group(1).matches("postern\\.(md|v1)")) // a page, a package
        .filter(
            name ->
                known.stream()
                    .noneMatch(
                        key -> matches(key, name.group(1)) || key.startsWith(name.group(1) + ".")))
        .forEach(name -> unknown.add("unknown setting " + name.group()));
    Set<String> spelled = new java.util.TreeSet<>(variables);
    known.forEach(key -> spelled.add(key.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT)));
    VARIABLE
        .matcher(page)
        .results()
        .map(MatchResult::group)
        .filter(name -> spelled.stream().noneMatch(one -> matches(one, name)))
        .forEach(name -> unknown.add("unknown variable " + name));
    return unknown;
  }

  /** A key with {@code <name>} stands for each name. */
  private static boolean matches(String key, String name) {
    return key.equals(name)
        || Pattern.matches(
            Pattern.quote(key).replaceAll("(?i)<name>", "\\\\E[A-Za-z0-9_-]+\\\\Q"),
            name.replaceAll("__0__", "_0_"));
  }

  static List<String> metrics(String page, Set<String> known) {
    return METRIC
        .matcher(page)
        .results()
        .map(MatchResult::group)
        .filter(name -> !known.contains(name))
        .filter(name -> ENDINGS.stream().noneMatch(end -> known.contains(name.replace(end, ""))))
        .filter(name -> known.stream().noneMatch(metric -> metric.startsWith(name + "_")))
        .map(name -> "unknown metric " + name)
        .toList();
  }

  static List<String> files(String page, Predicate<String> there) {
    return FILE.matcher(page)
        .results()
        .map(file -> file.group(1))
        .filter(file -> !file.contains("/target/"))
        .filter(file -> !there.test(file))
        .map(file -> "no file " + file)
        .toList();
  }

  static List<String> ports(String page, Set<Integer> known) {
    return PORT.matcher(page)
        .results()
        .map(port -> Integer.valueOf(port.group(1) == null ? port.group(2) : port.group(1)))
        .filter(port -> port < SAMPLES && !known.contains(port))
        .map(port -> "unknown port " + port)
        .toList();
  }

  /**
   * @param known what stands before a version, such as {@code Docker Engine}, and the version
   */
  static List<String> versions(String page, Map<String, String> known) {
    List<String> wrong = new ArrayList<>();
    known.forEach(
        (product, version) ->
            Pattern.compile(Pattern.quote(product) + " (\\d+(?:\\.\\d+)*)")
                .matcher(page)
                .results()
                .filter(named -> !(version + ".").startsWith(named.group(1) + "."))
                .forEach(named -> wrong.add(named.group() + ": it is " + version)));
    return wrong;
  }

  /**
   * @param postern the program of that name
   * @param run the program {@code ./run}
   */
  static List<String> commands(String page, CommandLine postern, CommandLine run) {
    List<String> wrong = new ArrayList<>();
    Matcher shown = COMMAND.matcher(page);
    while (shown.find()) {
      String command = shown.group(1).replace("\\|", "|");
      String problem = problem(command, command.startsWith("postern ") ? postern : run);
      if (!problem.isEmpty()) {
        wrong.add(command + ": " + problem);
      }
    }
    return wrong;
  }

  /** Empty: its subcommands and options exist. */
  private static String problem(String shown, CommandLine program) {
    CommandLine command = program;
    boolean mayBeSubcommand = true;
    for (String word : shown.strip().split("\\s+")) {
      String plain =
          word.replaceAll("[,.;:)?]+$", "").replaceFirst("^\\[+", "").replaceFirst("[\\]=].*$", "");
      if (plain.equals("|") || plain.equals("#") || plain.equals(">")) {
        return ""; // another program, a comment, a file
      }
      if (mayBeSubcommand && command.getSubcommands().containsKey(plain)) {
        command = command.getSubcommands().get(plain);
      } else if (plain.startsWith("--") && plain.length() > 2) {
        mayBeSubcommand = false;
        if (command.getCommandSpec().findOption(plain) == null) {
          return "no option " + plain;
        }
      } else if (!plain.equals("postern") && !plain.equals("./run")) {
        if (mayBeSubcommand
            && !command.getSubcommands().isEmpty()
            && plain.matches("[a-z][a-z-]+")) {
          return "no command " + plain;
        }
        mayBeSubcommand = false;
      }
    }
    return "";
  }
}
