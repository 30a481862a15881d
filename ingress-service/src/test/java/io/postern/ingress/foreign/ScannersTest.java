package io.postern.ingress.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.TlsCapabilities;
import io.postern.ingress.TestServer;
import io.postern.transport.TlsCapabilityProbe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Scanners that others wrote, on a listener with STARTTLS: they find the versions, suites, order
 * and groups that we publish (S11), and nothing that they warn of but for what is named here.
 */
class ScannersTest {
  private static final Path SSLSCAN = Path.of("/usr/bin/sslscan");
  private static final Path TESTSSL = Path.of("/usr/bin/testssl");
  private static final int SECONDS = 400;

  /** Findings of testssl above INFO that are meant, or not about us. */
  private static final Map<String, String> MEANT =
      Map.of(
          "engine_problem", "the scanner's own OpenSSL",
          "starttls_injection", "needs a program; SmtpSession drops such input, a test shows it",
          "cipherlist_OBSOLETED", "CBC for senders of TLS 1.2 that have no AEAD",
          "LUCKY13", "the same; BoringSSL's CBC takes constant time");

  @TempDir Path folder;
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    server = TestServer.withoutLog(s -> {});
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @TestFactory
  List<DynamicTest> scannersFindWhatWePublish() {
    List<DynamicTest> tests = new ArrayList<>();
    if (isThere(SSLSCAN)) {
      tests.add(DynamicTest.dynamicTest("sslscan", this::sslscan));
    }
    if (isThere(TESTSSL)) {
      tests.add(DynamicTest.dynamicTest("testssl", this::testssl));
    }
    return tests;
  }

  private static boolean isThere(Path program) {
    boolean there = Files.isExecutable(program);
    if (!there) {
      System.out.println("Not run: a scan of the listener: there is no " + program);
    }
    return there;
  }

  private void run(List<String> command) throws Exception {
    Path output = folder.resolve("output.log");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new AssertionError("it did not end: " + Files.readString(output));
    }
  }

  private void sslscan() throws Exception {
    Path report = folder.resolve("sslscan.xml");
    run(
        List.of(
            SSLSCAN.toString(),
            "--starttls-smtp",
            "--no-check-certificate",
            "--xml=" + report,
            "127.0.0.1:" + server.port()));
    Element found =
        (Element)
            DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(report.toFile())
                .getElementsByTagName("ssltest")
                .item(0);
    Set<String> versions = new TreeSet<>();
    each(found, "protocol").stream()
        .filter(protocol -> protocol.getAttribute("enabled").equals("1"))
        .forEach(p -> versions.add(p.getAttribute("type") + p.getAttribute("version")));
    assertThat(versions).containsExactly("tls1.2", "tls1.3");
    assertThat(each(found, "heartbleed"))
        .allMatch(each -> each.getAttribute("vulnerable").equals("0"));
    assertThat(each(found, "compression"))
        .allMatch(each -> each.getAttribute("supported").equals("0"));
    TlsCapabilities published = TlsCapabilityProbe.of(server.tls());
    Map<String, Integer> suites = new TreeMap<>();
    each(found, "cipher").forEach(c -> suites.merge(c.getAttribute("sslversion"), 1, Integer::sum));
    published
        .getVersionsList()
        .forEach(
            version ->
                assertThat(suites.get(Spelling.of(version.getVersion())))
                    .as("suites of " + version.getVersion())
                    .isEqualTo(version.getSuitesCount()));
    assertThat(suites).hasSameSizeAs(published.getVersionsList());
  }

  private static List<Element> each(Element parent, String name) {
    NodeList nodes = parent.getElementsByTagName(name);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      elements.add((Element) nodes.item(i));
    }
    return elements;
  }

  private void testssl() throws Exception {
    Path report = folder.resolve("testssl.json");
    run(
        List.of(
            TESTSSL.toString(),
            "--quiet",
            "--color",
            "0",
            "--warnings",
            "off",
            "--starttls",
            "smtp",
            "--jsonfile",
            report.toString(),
            "--protocols",
            "--server-preference",
            "--vulnerable",
            "127.0.0.1:" + server.port()));
    Map<String, String> findings = new TreeMap<>();
    Map<String, String> severities = new TreeMap<>();
    for (JsonNode each : new ObjectMapper().readTree(report.toFile())) {
      findings.put(each.get("id").asText(), each.get("finding").asText());
      severities.put(each.get("id").asText(), each.get("severity").asText());
    }
    assertThat(findings)
        .containsEntry("TLS1_2", "offered")
        .containsEntry("TLS1", "not offered")
        .containsEntry("TLS1_1", "not offered")
        .containsEntry("SSLv3", "not offered");
    assertThat(findings.get("TLS1_3")).startsWith("offered");
    TlsCapabilities published = TlsCapabilityProbe.of(server.tls());
    published
        .getVersionsList()
        .forEach(
            version ->
                assertThat(
                        severities.keySet().stream()
                            .filter(
                                id ->
                                    id.startsWith(
                                        "cipher-tls1_"
                                            + (Spelling.of(version.getVersion()).endsWith("3")
                                                ? "3"
                                                : "2")))
                            .count())
                    .as("suites of " + version.getVersion())
                    .isEqualTo(version.getSuitesCount()));
    Map<String, String> warned = new TreeMap<>();
    severities.forEach(
        (id, severity) -> {
          boolean cbc =
              id.startsWith("cipher-tls1_2_") && findings.getOrDefault(id, "").contains("_CBC_");
          if (!Set.of("OK", "INFO").contains(severity) && !MEANT.containsKey(id) && !cbc) {
            warned.put(id, severity + " " + findings.get(id));
          }
        });
    assertThat(warned).isEmpty();
  }
}
