package io.postern.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.check.report.RootReport;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be named: hosts, files of certificates, roots. */
class InputsTest {
  @TempDir Path folder = Path.of("");
  private final LabCa ca = LabCa.create("Fabrikam");

  @ParameterizedTest
  @CsvSource({
    "mail.example.com, mail.example.com, 25",
    "mail.example.com:587, mail.example.com, 587",
    "192.0.2.1, 192.0.2.1, 25",
    "192.0.2.1:2525, 192.0.2.1, 2525",
    "2001:db8::1, 2001:db8::1, 25",
    "[2001:db8::1], 2001:db8::1, 25",
    "[2001:db8::1]:2525, 2001:db8::1, 2525",
    "[::ffff:192.0.2.1]:1, ::ffff:192.0.2.1, 1",
    "localhost:65535, localhost, 65535"
  })
  void readsHosts(String text, String host, int port) {
    Target.Host read = Target.Host.parse(text);
    assertThat(read).isEqualTo(new Target.Host(host, port));
    assertThat(Target.Host.parse(read.shown())).isEqualTo(read);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":25",
        "mail.example.com:",
        "mail.example.com:0",
        "mail.example.com:65536",
        "mail.example.com:smtp",
        "mail example",
        "smtp://mail.example.com",
        "user@mail.example.com",
        "[2001:db8::1",
        "[mail.example.com]x",
        "[2001:db8::1]:0",
        "m\u00e4il.example"
      })
  void refusesWhatIsNoHostWithTheCure(String text) {
    assertThatThrownBy(() -> Target.Host.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'")
        .hasMessageContaining(": use ");
  }

  @Test
  void readsPemAndDerAndFindsTheLeaf() throws Exception {
    Identity identity = ca.issue(Issue.to("mail.fabrikam.example"));
    identity.write(folder, "new");
    Path both = folder.resolve("both.pem");
    // The key stands in front, and the issuers before the leaf.
    Files.writeString(
        both,
        Files.readString(folder.resolve("new.key"))
            + ca.rootPem()
            + "subject=a comment\r\n"
            + Files.readString(folder.resolve("new.pem")).replace("\n", "\r\n"));
    List<ParsedCertificate> read = LeafFirst.of(CertificateFile.read(both, 10));
    assertThat(read).hasSize(3);
    assertThat(read.getFirst().der()).isEqualTo(identity.leaf().getEncoded());
    Path der = Files.write(folder.resolve("leaf.der"), identity.leaf().getEncoded());
    assertThat(CertificateFile.read(der, 10)).containsExactly(read.getFirst());
    assertThatThrownBy(() -> CertificateFile.read(both, 2)).hasMessageContaining("more than 2");
  }

  @ParameterizedTest
  @CsvSource({
    "'', has no certificate",
    "'-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----', has no certificate",
    "'-----BEGIN CERTIFICATE-----\nMC4=', has no end",
    "'-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----', not in base64",
    "'-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----', not usable",
    "'0 begins like DER', not usable"
  })
  void refusesWhatIsNoCertificateWithItsNameAndTheCure(String text, String why) throws Exception {
    Path file = Files.writeString(folder.resolve("x.pem"), text);
    assertThatThrownBy(() -> CertificateFile.read(file, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(why)
        .hasMessageContaining(":");
  }

  @Test
  void refusesWhatIsMissingOrTooLarge() throws Exception {
    assertThatThrownBy(() -> CertificateFile.read(folder.resolve("none.pem"), 10))
        .hasMessageContaining("none.pem")
        .hasMessageContaining("cannot be read");
    Path large = Files.write(folder.resolve("large"), new byte[(1 << 20) + 1]);
    assertThatThrownBy(() -> CertificateFile.read(large, 10)).hasMessageContaining("1 MiB");
  }

  @Test
  void damagedFilesAreReadOrRefused() throws Exception {
    ca.issue(Issue.to("mail.fabrikam.example")).write(folder, "new");
    byte[] whole = Files.readAllBytes(folder.resolve("new.pem"));
    Random random = new Random(7);
    int refused = 0;
    for (int i = 0; i < 3000; i++) {
      byte[] bytes = whole.clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(CertificateFile.parse(bytes, "x", 10)).isNotEmpty();
      } catch (IllegalArgumentException e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(1, 3000);
  }

  private TrustAnchors anchors() throws Exception {
    List<ParsedCertificate> roots = new ArrayList<>();
    for (LabCa authority : List.of(ca, LabCa.create("Contoso"))) {
      roots.add(ParsedCertificate.parse(authority.root().getEncoded()));
    }
    return new TrustAnchors(AnchorSetReference.getDefaultInstance(), roots);
  }

  @Test
  void findsRootsByNameAndFingerprintHoweverTheyAreWritten() throws Exception {
    TrustAnchors anchors = anchors();
    RootReport all = RootSearch.find("root", anchors);
    assertThat(all.ok()).isTrue();
    assertThat(all.found()).hasSize(2);
    assertThat(all.anchors()).isEqualTo(2);
    RootReport one = RootSearch.find(" fabriKAM r", anchors);
    assertThat(one.found()).hasSize(1);
    String sha256 = one.found().getFirst().sha256();
    String sha1 = one.found().getFirst().sha1();
    for (String written :
        List.of(
            sha256,
            sha1,
            sha256.toUpperCase(Locale.ROOT),
            sha1.replaceAll("..(?!$)", "$0:"),
            sha256.replaceAll("..(?!$)", "$0 "))) {
      RootReport found = RootSearch.find(written, anchors);
      assertThat(found.found()).as(written).isEqualTo(one.found());
    }
  }

  @Test
  void aRootThatIsNotHereIsToldWithWhereToPutIt() throws Exception {
    for (String query : List.of("Northwind", "df3c24f9bfd666761b268073fe06d1cc8d4f82a4")) {
      RootReport report = RootSearch.find(query, anchors());
      assertThat(report.ok()).isFalse();
      assertThat(report.found()).isEmpty();
      assertThat(report.advice()).contains(query, "postern.anchors.pem", "fingerprint");
    }
    assertThatThrownBy(() -> RootSearch.find("  ", anchors())).hasMessageContaining("two letters");
  }
}
