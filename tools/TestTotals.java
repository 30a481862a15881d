import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Adds up the Surefire reports of all modules and prints the closing line. Exit code 1 when no test ran, one failed or
 * one was skipped: {@code java tools/TestTotals.java FOLDER}.
 */
public class TestTotals {
  private static final Pattern SUITE =
      Pattern.compile("<testsuite [^>]*?\\btests=\"(\\d+)\" errors=\"(\\d+)\" skipped=\"(\\d+)\" failures=\"(\\d+)\"");

  public static void main(String[] args) throws IOException {
    int tests = 0;
    int errors = 0;
    int skipped = 0;
    int failures = 0;
    for (Path report : reports(Path.of(args.length == 0 ? "." : args[0]))) {
      Matcher suite = SUITE.matcher(Files.readString(report));
      if (!suite.find()) {
        System.err.println("no totals in " + report);
        System.exit(1);
      }
      tests += Integer.parseInt(suite.group(1));
      errors += Integer.parseInt(suite.group(2));
      skipped += Integer.parseInt(suite.group(3));
      failures += Integer.parseInt(suite.group(4));
      if (!suite.group(3).equals("0")) {
        System.err.println("skipped tests fail the build: " + report.getFileName());
      }
    }
    System.out.printf("Tests run: %d, Failures: %d, Errors: %d, Skipped: %d%n", tests, failures, errors, skipped);
    System.out.printf("%d passed, %d failed%n", tests - failures - errors - skipped, failures + errors + skipped);
    System.exit(tests == 0 || errors + skipped + failures > 0 ? 1 : 0);
  }

  private static List<Path> reports(Path root) throws IOException {
    try (Stream<Path> modules = Files.list(root)) {
      return modules
          .map(module -> module.resolve("target/surefire-reports"))
          .filter(Files::isDirectory)
          .flatMap(TestTotals::xmlFiles)
          .sorted()
          .toList();
    }
  }

  private static Stream<Path> xmlFiles(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().matches("TEST-.*\\.xml")).toList().stream();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
