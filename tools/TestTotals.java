import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Adds up the Surefire reports of all modules, prints each test that did not pass with the first lines of its failure, and prints the
 * closing line: the log of a run is long, and its reader may have only its end. Exit code 1 when no test ran, one failed or one was
 * skipped: {@code java tools/TestTotals.java FOLDER}.
 */
public class TestTotals {
  private static final int FAILURE_LINES = 15;

  public static void main(String[] args) throws Exception {
    int tests = 0;
    int errors = 0;
    int skipped = 0;
    int failures = 0;
    for (Path report : reports(Path.of(args.length == 0 ? "." : args[0]))) {
      Element suite = suite(report);
      tests += count(suite, "tests");
      errors += count(suite, "errors");
      skipped += count(suite, "skipped");
      failures += count(suite, "failures");
      NodeList cases = suite.getElementsByTagName("testcase");
      for (int i = 0; i < cases.getLength(); i++) {
        printUnlessPassed((Element) cases.item(i));
      }
    }
    System.out.printf("Tests run: %d, Failures: %d, Errors: %d, Skipped: %d%n", tests, failures, errors, skipped);
    System.out.printf("%d passed, %d failed%n", tests - failures - errors - skipped, failures + errors + skipped);
    System.exit(tests == 0 || errors + skipped + failures > 0 ? 1 : 0);
  }

  private static Element suite(Path report) throws IOException, ParserConfigurationException {
    try {
      return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(report.toFile()).getDocumentElement();
    } catch (SAXException e) {
      throw new IOException(report + " is no report that can be read", e);
    }
  }

  private static int count(Element suite, String attribute) {
    return Integer.parseInt(suite.getAttribute(attribute));
  }

  private static void printUnlessPassed(Element test) {
    for (String kind : List.of("failure", "error", "skipped")) {
      NodeList found = test.getElementsByTagName(kind);
      if (found.getLength() > 0) {
        System.out.printf("%s: %s.%s%n", kind, test.getAttribute("classname"), test.getAttribute("name"));
        found.item(0).getTextContent().lines().limit(FAILURE_LINES).forEach(line -> System.out.println("    " + line));
      }
    }
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
