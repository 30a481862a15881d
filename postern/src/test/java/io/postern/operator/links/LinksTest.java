package io.postern.operator.links;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.log.LogSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an administrator is told of the links' certificates; a TLS server stands for the broker. */
class LinksTest {
  private static final LabCa AUTHORITY = LabCa.create("Log");
  private static final LabCa OTHER = LabCa.create("Somebody else");
  private static final Instant NOW = Instant.now();

  @TempDir private Path folder;
  private SSLServerSocket broker;

  @BeforeEach
  void start() throws IOException {
    broker = broker(AUTHORITY, Duration.ofDays(300));
    own(Duration.ofDays(300));
    ends(Duration.ZERO, 300, 3000);
  }

  @AfterEach
  void stop() throws IOException {
    broker.close();
  }

  @Test
  void allIsWell() {
    Links links = Links.of(settings(), NOW);
    assertThat(links.findings()).isEmpty();
    assertThat(links.ends().keySet())
        .containsExactlyInAnyOrder("own", "authority", "ingress", "presented by " + address());
    assertThat(links.lines()).singleElement().asString().startsWith("connections to Kafka 4 cert");
  }

  @Test
  void certificateAndKeyMayBeApart() throws IOException {
    String keys = Files.readString(folder.resolve("keys.pem"));
    int chain = keys.indexOf("-----BEGIN CERTIFICATE-----");
    Files.delete(folder.resolve("keys.pem"));
    Map<String, String> client = new HashMap<>(settings().client());
    client.keySet().removeIf(key -> key.startsWith("ssl.keystore."));
    client.put(
        "ssl.keystore.key.location",
        Files.writeString(folder.resolve("tls.key"), keys.substring(0, chain)).toString());
    client.put(
        "ssl.keystore.certificate.chain.location",
        Files.writeString(folder.resolve("tls.crt"), keys.substring(chain)).toString());
    Links links = Links.of(new LogSettings(client), NOW);
    assertThat(links.findings()).isEmpty();
    assertThat(links.ends().keySet())
        .containsExactlyInAnyOrder("own", "authority", "ingress", "presented by " + address());
  }

  @ParameterizedTest
  @CsvSource({
    "300, 300, 300, 3000, ''",
    "46, 46, 46, 46, ''",
    "44, 300, 300, 3000, own expires in 4",
    "-1, 300, 300, 3000, own expired at",
    "300, 44, 300, 3000, presented by",
    "300, 300, 44, 3000, ingress expires in 4",
    "300, 300, 300, 44, authority expires in 4"
  })
  void whatEndsWithin45DaysIsAFinding(
      int own, int broker, int ingress, int authority, String finding) throws IOException {
    this.broker.close();
    this.broker = broker(AUTHORITY, Duration.ofDays(broker));
    own(Duration.ofDays(own));
    ends(Duration.ZERO, ingress, authority);
    assertFinding(finding);
  }

  @Test
  void aBrokerWhoseCertificateHasEndedIsAFinding() throws IOException {
    broker.close();
    broker = broker(AUTHORITY, Duration.ofDays(-1));
    assertFinding("no TLS session with " + address());
  }

  @Test
  void aBrokerOfAnotherAuthorityIsAFinding() throws IOException {
    broker.close();
    broker = broker(OTHER, Duration.ofDays(300));
    assertFinding("no TLS session with " + address());
  }

  @Test
  void aBrokerThatIsNotThereIsAFinding() throws IOException {
    broker.close();
    assertFinding("no TLS session with " + address());
  }

  @Test
  void nobodyWhoMakesThemAnewIsAFinding() throws IOException {
    ends(Duration.ofDays(4), 300, 3000);
    assertFinding("set-up certificates has not run since");
  }

  @Test
  void anUnreadableAccountOfThemIsAFinding() throws IOException {
    Files.writeString(folder.resolve(CertificateEnds.FILE), "ingress=soon\n");
    assertFinding(CertificateEnds.FILE);
  }

  @Test
  void certificatesOfAnotherAdministrationAreSeenAsFarAsTheyAreShown() throws IOException {
    Files.delete(folder.resolve(CertificateEnds.FILE));
    Links links = Links.of(settings(), NOW);
    assertThat(links.findings()).isEmpty();
    assertThat(links.ends()).hasSize(3);
  }

  @Test
  void aLinkInPlaintextHasNone() {
    Links links = Links.of(new LogSettings(Map.of("bootstrap.servers", "localhost:1")), NOW);
    assertThat(links.lines()).isEmpty();
    assertThat(links.findings()).isEmpty();
  }

  private void assertFinding(String finding) {
    Links links = Links.of(settings(), NOW);
    if (finding.isEmpty()) {
      assertThat(links.findings()).isEmpty();
    } else {
      assertThat(links.findings()).singleElement().asString().contains(finding);
      assertThat(links.lines()).anyMatch(line -> line.startsWith("FINDING "));
    }
  }

  private LogSettings settings() {
    Map<String, String> client = new HashMap<>();
    client.put("bootstrap.servers", address());
    client.put("security.protocol", "SSL");
    client.put("ssl.keystore.type", "PEM");
    client.put("ssl.keystore.location", folder.resolve("keys.pem").toString());
    client.put("ssl.truststore.type", "PEM");
    client.put("ssl.truststore.location", folder.resolve("authority.pem").toString());
    return new LogSettings(client);
  }

  private String address() {
    return "127.0.0.1:" + broker.getLocalPort();
  }

  private void own(Duration life) throws IOException {
    files(folder, AUTHORITY.issue(issue(life)));
    Files.writeString(folder.resolve("authority.pem"), AUTHORITY.rootPem());
  }

  private void ends(Duration seenBefore, int ingress, int authority) throws IOException {
    Map<String, Instant> ends =
        Map.of(
            "ingress", NOW.plus(Duration.ofDays(ingress)),
            "authority", NOW.plus(Duration.ofDays(authority)));
    Files.writeString(
        folder.resolve(CertificateEnds.FILE),
        new CertificateEnds(NOW.minus(seenBefore), ends).text());
  }

  private SSLServerSocket broker(LabCa issuer, Duration life) throws IOException {
    Path own = Files.createTempDirectory(folder, "broker");
    files(own, issuer.issue(issue(life)));
    DefaultSslEngineFactory tls = new DefaultSslEngineFactory();
    tls.configure(
        Map.of(
            "ssl.protocol",
            "TLSv1.3",
            "ssl.keystore.type",
            "PEM",
            "ssl.keystore.location",
            own.resolve("keys.pem").toString()));
    SSLServerSocket listening =
        (SSLServerSocket)
            tls.sslContext()
                .getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(() -> serve(listening));
    return listening;
  }

  private static void serve(SSLServerSocket listening) {
    while (!listening.isClosed()) {
      try (SSLSocket socket = (SSLSocket) listening.accept()) {
        socket.startHandshake();
        int ended = socket.getInputStream().read();
        assertThat(ended).isEqualTo(-1);
      } catch (IOException refusedOrClosed) {
        // The client's side is what is looked at.
      }
    }
  }

  private static Issue issue(Duration life) {
    Instant from = NOW.minus(Duration.ofDays(400));
    return Issue.to("broker", "127.0.0.1").valid(from, NOW.plus(life));
  }

  private static void files(Path own, Identity identity) throws IOException {
    identity.write(own, "x");
    Files.writeString(
        own.resolve("keys.pem"),
        Files.readString(own.resolve("x.key")) + Files.readString(own.resolve("x.pem")));
  }
}
