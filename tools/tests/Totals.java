import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** The sums of the jobs' JUnit reports. A skipped test fails a run: it would hide what it no longer shows. */
final class Totals {
  private static final int FAILURE_LINES = 15;
  private static final int SLOWEST = 12;

  private int tests;
  private int errors;
  private int skipped;
  private int failures;
  private final Map<String, Double> seconds = new TreeMap<>();
  private final List<String> notPassed = new ArrayList<>();

  /** Adds a job's; a job without a report has failed by its exit code. */
  void add(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (var files = Files.list(folder)) {
      for (Path report : files.filter(file -> file.getFileName().toString().matches("TEST-.*\\.xml")).toList()) {
        add(suite(report));
      }
    }
  }

  private void add(Element suite) {
    tests += count(suite, "tests");
    errors += count(suite, "errors");
    skipped += count(suite, "skipped");
    failures += count(suite, "failures");
    NodeList cases = suite.getElementsByTagName("testcase");
    for (int i = 0; i < cases.getLength(); i++) {
      Element test = (Element) cases.item(i);
      seconds.merge(test.getAttribute("classname"), Double.parseDouble(test.getAttribute("time")), Double::sum);
      rememberUnlessPassed(test);
    }
  }

  private void rememberUnlessPassed(Element test) {
    for (String kind : List.of("failure", "error", "skipped")) {
      NodeList found = test.getElementsByTagName(kind);
      if (found.getLength() > 0) {
        StringBuilder text = new StringBuilder("%s: %s.%s%n".formatted(kind, test.getAttribute("classname"), test.getAttribute("name")));
        found.item(0).getTextContent().lines().limit(FAILURE_LINES).forEach(line -> text.append("    ").append(line).append('\n'));
        notPassed.add(text.toString());
      }
    }
  }

  /** What did not pass, with the first lines of each failure: the log of a run is long, and its reader may have only its end. */
  void printNotPassed() {
    notPassed.forEach(System.out::print);
  }

  void printSlowest() {
    System.out.println("The slowest classes, in seconds:");
    seconds.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder()))
        .limit(SLOWEST)
        .forEach(each -> System.out.printf("  %6.1f %s%n", each.getValue(), each.getKey()));
  }

  /** The closing lines. */
  void print() {
    System.out.printf("Tests run: %d, Failures: %d, Errors: %d, Skipped: %d%n", tests, failures, errors, skipped);
    System.out.printf("%d passed, %d failed%n", tests - failures - errors - skipped, failures + errors + skipped);
  }

  boolean allPassed() {
    return tests > 0 && failures + errors + skipped == 0;
  }

  private static int count(Element suite, String attribute) {
    String value = suite.getAttribute(attribute);
    return value.isEmpty() ? 0 : Integer.parseInt(value);
  }

  private static Element suite(Path report) throws IOException {
    try {
      return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(report.toFile()).getDocumentElement();
    } catch (SAXException | ParserConfigurationException e) {
      throw new IOException(report + " is no report that can be read", e);
    }
  }
}
