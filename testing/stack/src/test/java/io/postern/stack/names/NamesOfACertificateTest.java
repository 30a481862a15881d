package io.postern.stack.names;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.certificate.CertificateFacts;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.judging.ChainJudge;
import io.postern.certificate.revocation.lookup.GivenEvidence;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsVersion;
import io.postern.contracts.v1.VerdictReason;
import io.postern.names.CertificateNames;
import io.postern.transport.KeyMaterial;
import io.postern.transport.SmtpConnection;
import io.postern.transport.TlsClient;
import io.postern.transport.TlsServer;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same certificates through all who read names: they find the same ones. */
class NamesOfACertificateTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final KeyPair ROOT_KEYS = keys();
  private static final X500Name ROOT = new X500Name("CN=Names Root");

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X509Certificate certificate(
      X500Name subject, KeyPair keys, boolean ca, @Nullable NameConstraints says, Object names)
      throws Exception {
    Instant now = Instant.now();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            ROOT,
            BigInteger.valueOf(System.nanoTime()),
            Date.from(now.minus(Duration.ofDays(1))),
            Date.from(now.plus(Duration.ofDays(30))),
            subject,
            keys.getPublic());
    if (ca) {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
    }
    if (says != null) {
      builder.addExtension(Extension.nameConstraints, true, says);
    }
    if (names instanceof GeneralNames all) {
      builder.addExtension(Extension.subjectAlternativeName, false, all);
    } else if (names instanceof byte[] raw) {
      builder.addExtension(Extension.subjectAlternativeName, false, raw);
    }
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(
                new JcaContentSignerBuilder("SHA256withECDSA").build(ROOT_KEYS.getPrivate())));
  }

  private static X509Certificate root(@Nullable NameConstraints says) throws Exception {
    return certificate(ROOT, ROOT_KEYS, true, says, "none");
  }

  /** {@code dns:a|ip:192.0.2.1|mail:a@b}; empty: no extension. */
  private static Object alternatives(String text) {
    List<GeneralName> names = new ArrayList<>();
    for (String one : text.isEmpty() ? new String[0] : text.split("\\|", -1)) {
      int colon = one.indexOf(':');
      String value = one.substring(colon + 1);
      names.add(
          switch (one.substring(0, colon)) {
            case "dns" -> new GeneralName(GeneralName.dNSName, value);
            case "ip" -> new GeneralName(GeneralName.iPAddress, value);
            default -> new GeneralName(GeneralName.rfc822Name, value);
          });
    }
    return names.isEmpty() ? "none" : new GeneralNames(names.toArray(GeneralName[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "dns:mail.contoso.com|dns:*.contoso.com, CN=other.example, mail.contoso.com|*.contoso.com",
    "dns:Mail.Contoso.COM, CN=x, mail.contoso.com",
    "dns:mail.contoso.com|dns:MAIL.contoso.com, CN=x, mail.contoso.com",
    "dns:xn--strae-oqa.example, CN=x, xn--strae-oqa.example",
    "'', CN=mail.contoso.com, mail.contoso.com",
    "ip:192.0.2.1, CN=mail.contoso.com, mail.contoso.com",
    "mail:info@contoso.com, CN=*.contoso.com, *.contoso.com",
    "'', 'C=DE,CN=old.contoso.com,CN=mail.contoso.com', mail.contoso.com",
    "'', CN=*.contoso.com., *.contoso.com",
    "dns:mail.contoso.com., CN=x, mail.contoso.com",
    "'', CN=mail.fabri\u212aam.com, ''", // in lower case an ASCII k
    "'', CN=contoso ltd, ''",
    "'', CN=192.0.2.1, ''",
    "'', CN=foo_bar.contoso.com, ''",
    "'', O=contoso.com, ''",
    "dns:foo_bar.contoso.com, CN=mail.contoso.com, ''",
    "dns:192.0.2.1, CN=mail.contoso.com, ''",
    "dns:m*.contoso.com|dns:*.*.contoso.com|dns:*, CN=mail.contoso.com, ''",
    "dns:contoso ltd|dns:mail.contoso.com, CN=x, mail.contoso.com",
    "dns:-a.contoso.com|dns:a..contoso.com|dns:b.contoso.com, CN=x, b.contoso.com",
  })
  void allFindTheSame(String alternatives, String subject, String expected) throws Exception {
    List<String> names = expected.isEmpty() ? List.of() : List.of(expected.split("\\|", -1));
    KeyPair keys = keys();
    X509Certificate leaf =
        certificate(new X500Name(subject), keys, false, null, alternatives(alternatives));

    // Connectors, the gate, and what is tried out for a new certificate of ours.
    assertThat(CertificateNames.ofLeaf(List.of(leaf.getEncoded()))).isEqualTo(names);
    // Verdict, and what is published of our own.
    X509Certificate free = root(null);
    assertThat(verdict(leaf, free).getNamesList()).isEqualTo(names);
    assertThat(CertificateFacts.of(ParsedCertificate.parse(leaf.getEncoded())).names())
        .isEqualTo(names);
    // Trace.
    KeyMaterial material = new KeyMaterial(List.of(leaf), keys.getPrivate());
    assertThat(seen(List.of(material), "any.example").getPeerNamesList()).isEqualTo(names);
    for (String name : names) {
      // The choice of our own by server name: it is asked for, and it is not the first.
      KeyPair others = keys();
      KeyMaterial first =
          new KeyMaterial(
              List.of(
                  certificate(
                      new X500Name("CN=first.example"), others, false, null, alternatives(""))),
              others.getPrivate());
      assertThat(seen(List.of(first, material), name.replace("*", "any")).getPeerNamesList())
          .isEqualTo(names);
      // Name constraints.
      GeneralName domain =
          new GeneralName(GeneralName.dNSName, name.substring(name.indexOf('.') + 1));
      NameConstraints excluded =
          new NameConstraints(null, new GeneralSubtree[] {new GeneralSubtree(domain)});
      assertThat(verdict(leaf, root(excluded)).getReason())
          .as("%s is excluded", name)
          .isEqualTo(VerdictReason.NAME_CONSTRAINT);
    }
  }

  @Test
  void namesThatCannotBeReadAreNone() throws Exception {
    ASN1OctetString broken = new DEROctetString(new byte[] {0x30, 0x03, (byte) 0x82, 0x7f, 'a'});
    X509Certificate leaf =
        certificate(new X500Name("CN=mail.contoso.com"), keys(), false, null, broken.getOctets());
    assertThat(CertificateNames.ofLeaf(List.of(leaf.getEncoded()))).isEmpty();
    CertificateVerdict verdict = verdict(leaf, root(null));
    assertThat(verdict.getNamesList()).isEmpty();
    assertThat(verdict.getReason()).isEqualTo(VerdictReason.MALFORMED);
  }

  private static CertificateVerdict verdict(X509Certificate leaf, X509Certificate root)
      throws Exception {
    CertificateRequest request =
        CertificateRequest.newBuilder()
            .addChain(ByteString.copyFrom(leaf.getEncoded()))
            .setRole(CertificateRole.ROLE_SERVER)
            .setRevocation(RevocationMode.REVOCATION_OFF)
            .build();
    return new ChainJudge(new GivenEvidence(List.of(), List.of()), PATIENCE)
        .judge(
            request,
            new TrustAnchors(
                AnchorSetReference.getDefaultInstance(),
                List.of(ParsedCertificate.parse(root.getEncoded()))),
            Instant.now());
  }

  /** What a client's trace says of the certificate that it is shown. */
  private static TlsFacts seen(List<KeyMaterial> ours, String serverName) throws Exception {
    try (ServerSocketChannel listener =
            ServerSocketChannel.open()
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        TlsServer server = new TlsServer(ours.toArray(KeyMaterial[]::new));
        TlsClient client = new TlsClient(null, TlsVersion.TLS_1_2);
        ExecutorService side = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<String> accepted =
          side.submit(
              () -> {
                try (SmtpConnection connection = SmtpConnection.accepted(listener.accept())) {
                  connection.readTimeout(PATIENCE);
                  connection.startTls(server);
                  return new String(connection.readLine(100), StandardCharsets.US_ASCII);
                }
              });
      try (SmtpConnection connection =
          SmtpConnection.connect((InetSocketAddress) listener.getLocalAddress(), null, PATIENCE)) {
        connection.readTimeout(PATIENCE);
        connection.startTls(client, serverName);
        connection.write("QUIT\r\n".getBytes(StandardCharsets.US_ASCII));
        connection.flush();
        assertThat(accepted.get()).isEqualTo("QUIT");
        return Objects.requireNonNull(connection.tlsFacts());
      }
    }
  }
}
