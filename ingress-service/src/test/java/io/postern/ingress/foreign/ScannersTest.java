package io.postern.ingress.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.TlsCapabilities;
import io.postern.ingress.BalancerProxy;
import io.postern.ingress.TestServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.NotRun;
import io.postern.transport.KeyMaterial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Scanners that others wrote, on each kind of listener: they find the versions and suites that we
 * publish (S11), and nothing that they warn of but for what is named here.
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
          "LUCKY13", "the same; BoringSSL's CBC takes constant time",
          "service", "it looks for HTTP behind the handshake, and finds none",
          "DNS_CAArecord", "the test's names are in no DNS",
          "cert_chain_of_trust", "the test's authority is known to nobody",
          "cert_revocation", "the same; it has no list");

  private static final String OTHER_NAME = "other.postern.example";
  private static final Identity RSA =
      TestServer.CA.issue(Issue.to("mx.postern.example").withRsaKey());
  private static final Identity OTHER = TestServer.CA.issue(Issue.to(OTHER_NAME));
  private static final Identity OTHER_RSA = TestServer.CA.issue(Issue.to(OTHER_NAME).withRsaKey());

  /** The kinds of listeners. */
  private enum Kind {
    STARTTLS,
    IMPLICIT_TLS,
    BEHIND_A_BALANCER,
    /** Of two names, with a certificate on a curve and one of RSA each. */
    FOUR_CERTIFICATES;

    boolean startTls() {
      return this != IMPLICIT_TLS;
    }
  }

  @TempDir Path folder;
  private @Nullable TestServer server;
  private @Nullable BalancerProxy balancer;

  private void start(Kind kind) throws Exception {
    List<String> balancers = kind == Kind.BEHIND_A_BALANCER ? List.of("127.0.0.1") : List.of();
    TestServer started =
        TestServer.withoutLog(
            s -> s.listeners = List.of(s.listener("smtp", !kind.startTls(), balancers)));
    server = started;
    if (kind == Kind.BEHIND_A_BALANCER) {
      balancer = new BalancerProxy(started.port());
    }
    if (kind == Kind.FOUR_CERTIFICATES) {
      started
          .tls()
          .reload(
              Stream.of(TestServer.IDENTITY, RSA, OTHER, OTHER_RSA)
                  .map(identity -> new KeyMaterial(identity.chain(), identity.key()))
                  .toArray(KeyMaterial[]::new));
    }
  }

  @AfterEach
  void stop() throws IOException {
    if (server != null) {
      server.close();
    }
    if (balancer != null) {
      balancer.close();
    }
  }

  private TestServer server() {
    return Objects.requireNonNull(server);
  }

  private int port() {
    return balancer == null ? server().port() : balancer.port();
  }

  @ParameterizedTest
  @EnumSource
  void sslscan_finds_what_we_publish(Kind kind) throws Exception {
    if (isThere(SSLSCAN)) {
      start(kind);
      sslscan(kind);
      throughTheBalancer(kind);
    }
  }

  /** It takes a minute for each, and does not see where a listener is. */
  @ParameterizedTest
  @EnumSource(names = {"STARTTLS", "FOUR_CERTIFICATES"})
  void testssl_finds_what_we_publish_and_warns_of_nothing(Kind kind) throws Exception {
    if (isThere(TESTSSL)) {
      start(kind);
      testssl(kind);
    }
  }

  private void throughTheBalancer(Kind kind) {
    if (kind == Kind.BEHIND_A_BALANCER) {
      assertThat(Objects.requireNonNull(balancer).clients()).isGreaterThan(10);
    }
  }

  private static boolean isThere(Path program) {
    boolean there = Files.isExecutable(program);
    if (!there) {
      NotRun.program(ScannersTest.class, program.toString());
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

  private void sslscan(Kind kind) throws Exception {
    Path report = folder.resolve("sslscan.xml");
    List<String> command = new ArrayList<>(List.of(SSLSCAN.toString()));
    if (kind.startTls()) {
      command.add("--starttls-smtp");
    }
    if (kind == Kind.FOUR_CERTIFICATES) {
      command.add("--sni-name=" + OTHER_NAME);
    }
    command.addAll(List.of("--no-check-certificate", "--xml=" + report, "127.0.0.1:" + port()));
    run(command);
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
    TlsCapabilities published = server().tls().capabilities();
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

  private void testssl(Kind kind) throws Exception {
    Path report = folder.resolve("testssl.json");
    List<String> command =
        new ArrayList<>(
            List.of(TESTSSL.toString(), "--quiet", "--color", "0", "--warnings", "off"));
    if (kind.startTls()) {
      command.addAll(List.of("--starttls", "smtp"));
    }
    command.addAll(List.of("--jsonfile", report.toString(), "--protocols"));
    boolean suites = kind == Kind.STARTTLS || kind == Kind.IMPLICIT_TLS;
    if (suites) {
      command.add("--server-preference");
    }
    if (kind == Kind.STARTTLS) { // takes half a minute, and is of what all kinds share
      command.add("--vulnerable");
    }
    if (kind == Kind.FOUR_CERTIFICATES) {
      command.addAll(List.of("--server-defaults", "--ip", "127.0.0.1", OTHER_NAME + ":" + port()));
    } else {
      command.add("127.0.0.1:" + port());
    }
    run(command);
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
    if (suites) {
      suitesArePublished(severities.keySet());
    }
    if (kind == Kind.FOUR_CERTIFICATES) {
      assertThat(findings)
          .containsEntry("cert_subjectAltName <hostCert#1>", OTHER_NAME)
          .containsEntry("cert_subjectAltName <hostCert#2>", OTHER_NAME);
      assertThat(
              findings.get("cert_keySize <hostCert#1>") + findings.get("cert_keySize <hostCert#2>"))
          .contains("RSA", "EC");
    }
    Map<String, String> warned = new TreeMap<>();
    severities.forEach(
        (id, severity) -> {
          boolean cbc =
              id.startsWith("cipher-tls1_2_") && findings.getOrDefault(id, "").contains("_CBC_");
          if (!Set.of("OK", "INFO").contains(severity) && !MEANT.containsKey(of(id)) && !cbc) {
            warned.put(id, severity + " " + findings.get(id));
          }
        });
    assertThat(warned).isEmpty();
  }

  /** The name of a finding that may be of one of several certificates. */
  private static String of(String id) {
    return id.replaceFirst(" <.*", "");
  }

  private void suitesArePublished(Set<String> found) {
    TlsCapabilities published = server().tls().capabilities();
    published
        .getVersionsList()
        .forEach(
            version ->
                assertThat(
                        found.stream()
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
  }
}
