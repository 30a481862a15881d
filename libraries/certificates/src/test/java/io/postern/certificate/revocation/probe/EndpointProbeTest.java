package io.postern.certificate.revocation.probe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.certificate.CertificateMaker;
import io.postern.certificate.CertificateMaker.Made;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.fetch.FetchSettings;
import io.postern.certificate.fetch.HttpFetch;
import io.postern.certificate.fetch.HttpProxyTest;
import io.postern.certificate.fetch.RawServer;
import io.postern.certificate.revocation.Finding;
import io.postern.certificate.revocation.ListSigners;
import io.postern.certificate.revocation.Patience;
import io.postern.certificate.revocation.RevocationQuestion;
import io.postern.certificate.revocation.SignerTrust;
import io.postern.certificate.revocation.TestSettings;
import io.postern.certificate.revocation.crl.CrlMaker;
import io.postern.certificate.revocation.ocsp.OcspMaker;
import io.postern.certificate.revocation.ocsp.OcspQuestion;
import io.postern.contracts.v1.RevocationStatus;
import io.postern.lab.SilentPort;
import io.postern.programs.FreePorts;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each status of an endpoint, reached over real sockets by a server that is as it says. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EndpointProbeTest {
  private static final Instant NOW = Instant.now();

  @TempDir Path folder = Path.of("");
  private final Made root = CertificateMaker.ca("Root").make();
  private final Made ca = CertificateMaker.ca("Issuing").by(root).make();
  private final Made other = CertificateMaker.ca("Other").make();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
    open.clear();
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).as("files left by a probe").isEmpty();
    }
  }

  @Test
  void theTableHasEveryStatus() throws Exception {
    Set<EndpointStatus> rows = EnumSet.of(EndpointStatus.BLOCKED_ADDRESS);
    rows().forEach(row -> rows.add(((Row) row.get()[1]).status()));
    assertThat(EnumSet.complementOf(EnumSet.copyOf(rows)))
        .as("the first has a test of its own")
        .isEmpty();
  }

  /** Makes the URL of an endpoint that behaves in one way. */
  private interface Behaving {
    /**
     * @param leaf that names the URL; there when the endpoint is asked
     */
    String url(Supplier<Made> leaf);
  }

  private record Row(
      String name, Endpoint.Kind kind, EndpointStatus status, String reason, Behaving behaving) {}

  private RawServer server() {
    RawServer server = new RawServer();
    open.add(server);
    return server;
  }

  private interface Of {
    byte[] bytes(Made leaf);
  }

  private Behaving bodyOf(Of of) {
    return leaf -> server().answers(_ -> RawServer.response(200, of.bytes(leaf.get()))).url("/x");
  }

  private Behaving text(String response) {
    return _ -> server().answers(response).url("/x");
  }

  private Stream<Arguments> rows() throws Exception {
    Instant day = NOW.plus(Duration.ofDays(1));
    Instant yesterday = NOW.minus(Duration.ofDays(1));
    byte[] garbage = "<html>Log in to the guest network</html>".getBytes(ISO_8859_1);
    byte[] collection =
        CertificateFactory.getInstance("X.509")
            .generateCertPath(
                List.<X509Certificate>of(other.certificate().x509(), ca.certificate().x509()))
            .getEncoded("PKCS7");
    List<Row> rows = new ArrayList<>();
    // How far it comes, for any kind.
    for (Endpoint.Kind kind : Endpoint.Kind.values()) {
      EndpointStatus noContent =
          switch (kind) {
            case CA_ISSUERS -> EndpointStatus.NOT_A_CERTIFICATE;
            case CRL, FRESHEST_CRL -> EndpointStatus.NOT_A_CRL;
            case OCSP -> EndpointStatus.NOT_AN_OCSP_RESPONSE;
          };
      rows.add(
          new Row(
              "no such name",
              kind,
              EndpointStatus.DNS_FAILURE,
              "does not resolve",
              _ -> "http://" + "a".repeat(64) + ".example/x"));
      rows.add(
          new Row(
              "nobody listens",
              kind,
              EndpointStatus.REFUSED,
              "refused",
              _ -> "http://127.0.0.1:" + FreePorts.next() + "/x"));
      rows.add(
          new Row(
              "dropped",
              kind,
              EndpointStatus.SILENT,
              "had no response",
              _ -> {
                SilentPort silent = new SilentPort();
                open.add(silent);
                return "http://127.0.0.1:" + silent.port() + "/x";
              }));
      rows.add(
          new Row(
              "no way",
              kind,
              EndpointStatus.UNREACHABLE,
              "no connection",
              _ -> "http://255.255.255.255/x"));
      rows.add(
          new Row(
              "accepted and no word",
              kind,
              EndpointStatus.TIMED_OUT,
              "in time",
              _ -> server().saysNothing().url("/x")));
      rows.add(new Row("closed", kind, EndpointStatus.DISCONNECTED, "ended", text("")));
      rows.add(
          new Row(
              "cut short",
              kind,
              EndpointStatus.DISCONNECTED,
              "ended",
              text("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx")));
      rows.add(
          new Row(
              "404",
              kind,
              EndpointStatus.HTTP_STATUS,
              "404",
              text("HTTP/1.1 404 Not Found\r\n\r\n")));
      rows.add(
          new Row(
              "redirect loop",
              kind,
              EndpointStatus.HTTP_STATUS,
              "redirects",
              text("HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n")));
      rows.add(
          new Row(
              "redirect to https",
              kind,
              EndpointStatus.NOT_FOLLOWED,
              "plain http",
              text("HTTP/1.1 302 Found\r\nLocation: https://a.example/x\r\n\r\n")));
      rows.add(
          new Row(
              "a gigabyte",
              kind,
              EndpointStatus.TOO_LARGE,
              "too large",
              text("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n" + "x".repeat(99))));
      rows.add(
          new Row(
              "an endless body",
              kind,
              EndpointStatus.TOO_LARGE,
              "too large",
              text("HTTP/1.1 200 OK\r\n\r\n" + "x".repeat((1 << 20) + 1))));
      rows.add(
          new Row(
              "https", kind, EndpointStatus.NOT_FOLLOWED, "plain http", _ -> "https://a.example/"));
      rows.add(
          new Row(
              "ldap", kind, EndpointStatus.NOT_FOLLOWED, "plain http", _ -> "ldap://a.example/cn"));
      String what = kind == Endpoint.Kind.OCSP ? "no OCSP response" : " is not a ";
      rows.add(new Row("garbage", kind, noContent, what, bodyOf(_ -> garbage)));
      rows.add(
          new Row("no HTTP", kind, noContent, "no HTTP", text("220 mail.example ESMTP\r\n\r\n")));
      rows.add(new Row("nothing in it", kind, noContent, "", bodyOf(_ -> new byte[0])));
    }
    // Lists.
    rows.add(crl("good", EndpointStatus.OK, "", _ -> CrlMaker.by(ca).make()));
    rows.add(
        crl(
            "revoked",
            EndpointStatus.REVOKED,
            "revoked at",
            l -> CrlMaker.by(ca).revoking(l).make()));
    rows.add(
        crl(
            "old",
            EndpointStatus.EXPIRED,
            "was current until",
            _ -> CrlMaker.by(ca).times(yesterday.minusSeconds(9), yesterday).make()));
    rows.add(
        crl(
            "without an end",
            EndpointStatus.EXPIRED,
            "nextUpdate",
            _ -> CrlMaker.by(ca).times(yesterday, null).make()));
    rows.add(
        crl(
            "of tomorrow",
            EndpointStatus.NOT_YET_VALID,
            "future",
            _ -> CrlMaker.by(ca).times(day, day.plusSeconds(99)).make()));
    rows.add(
        crl(
            "another's",
            EndpointStatus.WRONG_SIGNER,
            "another issuer",
            _ -> CrlMaker.by(other).make()));
    rows.add(
        crl(
            "forged",
            EndpointStatus.WRONG_SIGNER,
            "signature",
            _ -> CrlMaker.by(new Made(ca.certificate(), other.keys())).make()));
    rows.add(
        crl(
            "of changes where a complete one belongs",
            EndpointStatus.UNKNOWN,
            "changes only",
            _ -> delta().make()));
    rows.add(
        new Row(
            "changes",
            Endpoint.Kind.FRESHEST_CRL,
            EndpointStatus.OK,
            "",
            bodyOf(_ -> delta().make())));
    rows.add(
        new Row(
            "changes that revoke",
            Endpoint.Kind.FRESHEST_CRL,
            EndpointStatus.REVOKED,
            "keyCompromise",
            bodyOf(l -> delta().revoking(l).make())));
    // Answers.
    rows.add(ocsp("good", EndpointStatus.OK, "", l -> OcspMaker.about(l, ca).make()));
    rows.add(
        ocsp(
            "revoked",
            EndpointStatus.REVOKED,
            "revoked at",
            l -> OcspMaker.about(l, ca).revoked().make()));
    rows.add(
        ocsp(
            "not known",
            EndpointStatus.UNKNOWN,
            "does not know",
            l -> OcspMaker.about(l, ca).unknown().make()));
    rows.add(
        ocsp(
            "busy",
            EndpointStatus.OCSP_ERROR,
            "tryLater",
            l -> OcspMaker.about(l, ca).refusing(OCSPRespBuilder.TRY_LATER).make()));
    rows.add(
        ocsp(
            "unauthorized",
            EndpointStatus.OCSP_ERROR,
            "unauthorized",
            l -> OcspMaker.about(l, ca).refusing(OCSPRespBuilder.UNAUTHORIZED).make()));
    rows.add(
        ocsp(
            "old",
            EndpointStatus.EXPIRED,
            "was current until",
            l -> OcspMaker.about(l, ca).times(yesterday.minusSeconds(9), yesterday).make()));
    rows.add(
        ocsp(
            "of tomorrow",
            EndpointStatus.NOT_YET_VALID,
            "future",
            l -> OcspMaker.about(l, ca).times(day, day.plusSeconds(99)).make()));
    rows.add(
        ocsp(
            "forged",
            EndpointStatus.WRONG_SIGNER,
            "signature",
            l -> OcspMaker.about(l, ca).forgedBy(other).make()));
    rows.add(
        ocsp(
            "about another",
            EndpointStatus.NOT_AN_OCSP_RESPONSE,
            "another certificate",
            _ -> OcspMaker.about(other, ca).make()));
    // Issuers.
    rows.add(aia("the issuer", EndpointStatus.OK, "", _ -> ca.der()));
    rows.add(aia("a collection", EndpointStatus.OK, "", _ -> collection));
    rows.add(aia("another", EndpointStatus.WRONG_SIGNER, "not the issuer's", _ -> other.der()));
    rows.add(
        aia(
            "expired",
            EndpointStatus.EXPIRED,
            "was valid until",
            _ -> again().valid(Duration.ofDays(-9), Duration.ofDays(-1)).make().der()));
    rows.add(
        aia(
            "not yet valid",
            EndpointStatus.NOT_YET_VALID,
            "is valid from",
            _ -> again().valid(Duration.ofDays(1), Duration.ofDays(9)).make().der()));
    return rows.stream().map(row -> Arguments.of(row.kind() + ": " + row.name(), row));
  }

  private CertificateMaker again() {
    return CertificateMaker.ca("Issuing").by(root).keys(ca.keys());
  }

  private CrlMaker delta() {
    return CrlMaker.by(ca)
        .with(Extension.deltaCRLIndicator, true, new CRLNumber(BigInteger.ONE))
        .with(Extension.cRLNumber, false, new CRLNumber(BigInteger.TWO));
  }

  private Row crl(String name, EndpointStatus status, String reason, Of of) {
    return new Row(name, Endpoint.Kind.CRL, status, reason, bodyOf(of));
  }

  private Row ocsp(String name, EndpointStatus status, String reason, Of of) {
    return new Row(name, Endpoint.Kind.OCSP, status, reason, bodyOf(of));
  }

  private Row aia(String name, EndpointStatus status, String reason, Of of) {
    return new Row(name, Endpoint.Kind.CA_ISSUERS, status, reason, bodyOf(of));
  }

  private Made leaf(Endpoint.Kind kind, String url) {
    CertificateMaker maker = CertificateMaker.leaf("mail.example").by(ca);
    GeneralName name = new GeneralName(GeneralName.uniformResourceIdentifier, url);
    return switch (kind) {
      case CRL -> maker.crl(url).make();
      case FRESHEST_CRL ->
          maker
              .with(
                  Extension.freshestCRL,
                  false,
                  new CRLDistPoint(
                      new DistributionPoint[] {
                        new DistributionPoint(
                            new DistributionPointName(new GeneralNames(name)), null, null)
                      }))
              .make();
      case OCSP -> maker.ocsp(url).make();
      case CA_ISSUERS ->
          maker
              .with(
                  Extension.authorityInfoAccess,
                  false,
                  new AuthorityInformationAccess(AccessDescription.id_ad_caIssuers, name))
              .make();
    };
  }

  private ProbeResult probe(Made leaf, FetchSettings settings, long mostInAll) throws Exception {
    Endpoint endpoint = Endpoint.of(leaf.certificate()).getFirst();
    try (HttpFetch http = new HttpFetch(settings)) {
      return new EndpointProbe(http, settings, folder, mostInAll)
          .probe(
              endpoint,
              new EndpointProbe.About(
                  leaf.certificate(), ca.certificate(), List.of(ca.certificate()), NOW));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void tells(String name, Row row) throws Exception {
    AtomicReference<Made> made = new AtomicReference<>();
    Made leaf = leaf(row.kind(), row.behaving().url(made::get));
    made.set(leaf);
    TestSettings settings =
        switch (row.status()) {
          case SILENT, TIMED_OUT -> TestSettings.impatient(folder);
          default -> TestSettings.in(folder);
        };
    ProbeResult probed = probe(leaf, settings, 1 << 30);
    assertThat(probed.status()).as(probed.reason()).isEqualTo(row.status());
    assertThat(probed.reason()).contains(row.reason());
    assertThat(probed.ok()).isEqualTo(probed.reason().isEmpty());
  }

  @Test
  void aRedirectToAPrivateAddressIsNotFollowed() throws Exception {
    RawServer secret = server().answers("HTTP/1.1 200 OK\r\n\r\nsecret");
    RawServer proxy = server();
    proxy.answers("HTTP/1.1 302 Found\r\nLocation: " + secret.url("/") + "\r\n\r\n");
    TestSettings strict = new TestSettings(folder, false, 1 << 20, Duration.ofSeconds(20));
    assertThat(probe(leaf(Endpoint.Kind.CRL, secret.url("/")), strict, 1 << 30).status())
        .isEqualTo(EndpointStatus.BLOCKED_ADDRESS);
    // Behind a proxy a first hop may be public.
    HttpProxyTest.Proxied proxied =
        new HttpProxyTest.Proxied(strict, "127.0.0.1:" + proxy.port(), false);
    Made leaf = leaf(Endpoint.Kind.CRL, "http://crl.example/x");
    assertThat(probe(leaf, proxied, 1 << 30).status()).isEqualTo(EndpointStatus.BLOCKED_ADDRESS);
    assertThat(secret.requests()).isEmpty();
    assertThat(proxy.requests()).hasSize(1);
  }

  @Test
  void allBodiesTogetherAreBounded() throws Exception {
    RawServer server = server().answers(_ -> RawServer.response(200, new byte[60_000]));
    Made leaf = leaf(Endpoint.Kind.CRL, server.url("/x"));
    TestSettings settings = TestSettings.in(folder);
    try (HttpFetch http = new HttpFetch(settings)) {
      EndpointProbe probe = new EndpointProbe(http, settings, folder, 100_000);
      EndpointProbe.About about =
          new EndpointProbe.About(leaf.certificate(), ca.certificate(), List.of(), NOW);
      Endpoint endpoint = Endpoint.of(leaf.certificate()).getFirst();
      assertThat(probe.probe(endpoint, about).status()).isEqualTo(EndpointStatus.NOT_A_CRL);
      assertThat(probe.probe(endpoint, about).status()).isEqualTo(EndpointStatus.TOO_LARGE);
    }
  }

  @Test
  void damagedContentIsNamedAndNeverThrown() throws Exception {
    Made leaf = CertificateMaker.leaf("mail.example").by(ca).make();
    EndpointProbe.About about =
        new EndpointProbe.About(leaf.certificate(), ca.certificate(), List.of(), NOW);
    OcspQuestion question = OcspQuestion.about(leaf.certificate(), ca.certificate());
    Random random = new Random(1960);
    byte[] answer = OcspMaker.about(leaf, ca).make();
    Set<EndpointStatus> seen = EnumSet.noneOf(EndpointStatus.class);
    for (int i = 0; i < 4000; i++) {
      seen.add(IssuerContent.examine(damaged(ca.der(), random), about).status());
      seen.add(AnswerContent.examine(damaged(answer, random), question, new byte[0], NOW).status());
    }
    assertThat(seen)
        .contains(
            EndpointStatus.NOT_A_CERTIFICATE,
            EndpointStatus.NOT_AN_OCSP_RESPONSE,
            EndpointStatus.WRONG_SIGNER)
        .doesNotContain(EndpointStatus.REVOKED);
  }

  private static byte[] damaged(byte[] whole, Random random) {
    byte[] bytes = Arrays.copyOf(whole, whole.length - random.nextInt(3));
    for (int n = random.nextInt(3); n >= 0; n--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  @Test
  void withoutTheIssuerNothingIsBelieved() throws Exception {
    Made leaf =
        CertificateMaker.leaf("mail.example")
            .by(ca)
            .crl(server().answers(_ -> RawServer.response(200, CrlMaker.by(ca).make())).url("/x"))
            .ocsp(server().url("/o"))
            .make();
    TestSettings settings = TestSettings.in(folder);
    try (HttpFetch http = new HttpFetch(settings)) {
      EndpointProbe probe = new EndpointProbe(http, settings, folder, 1 << 20);
      for (Endpoint endpoint : Endpoint.of(leaf.certificate())) {
        ProbeResult probed =
            probe.probe(
                endpoint, new EndpointProbe.About(leaf.certificate(), null, List.of(), NOW));
        assertThat(probed.status()).isEqualTo(EndpointStatus.UNKNOWN);
        assertThat(probed.reason()).contains("issuer's certificate");
      }
    }
  }

  @Test
  void findsWhatACertificateNamesEachOnce() {
    ASN1EncodableVector access = new ASN1EncodableVector();
    for (String url : List.of("http://o.example/", "http://o.example/", "HTTPS://o.example/")) {
      access.add(
          new AccessDescription(
              AccessDescription.id_ad_ocsp,
              new GeneralName(GeneralName.uniformResourceIdentifier, url)));
    }
    Made leaf =
        CertificateMaker.leaf("mail.example")
            .by(ca)
            .crl("ldap://l.example/cn", "http://c.example/\u001b[31m", "HTTP://C.example/a.crl")
            .with(
                Extension.authorityInfoAccess,
                false,
                AuthorityInformationAccess.getInstance(new DERSequence(access)))
            .make();
    assertThat(Endpoint.of(leaf.certificate()))
        .containsExactly(
            new Endpoint(Endpoint.Kind.CRL, "ldap://l.example/cn", false),
            new Endpoint(Endpoint.Kind.CRL, "http://c.example/?[31m", false),
            new Endpoint(Endpoint.Kind.CRL, "HTTP://C.example/a.crl", true),
            new Endpoint(Endpoint.Kind.OCSP, "http://o.example/", true),
            new Endpoint(Endpoint.Kind.OCSP, "HTTPS://o.example/", false));
  }

  @Test
  void whatWasProbedIsTheEvidence() throws Exception {
    RawServer lists = server().answers(_ -> RawServer.response(200, CrlMaker.by(ca).make()));
    Made good = leaf(Endpoint.Kind.CRL, lists.url("/x"));
    Made gone = leaf(Endpoint.Kind.CRL, "http://127.0.0.1:" + FreePorts.next() + "/x");
    Made nothing = CertificateMaker.leaf("mail.example").by(ca).make();
    TestSettings settings = TestSettings.in(folder);
    ProbeEvidence evidence =
        new ProbeEvidence(List.of(probe(good, settings, 1 << 20), probe(gone, settings, 1 << 20)));
    assertThat(evidence.check(question(good)).status()).isEqualTo(RevocationStatus.NOT_REVOKED);
    assertThat(evidence.check(question(nothing)).status())
        .isEqualTo(RevocationStatus.NOTHING_PUBLISHED);
    ProbeEvidence failed = new ProbeEvidence(List.of(probe(gone, settings, 1 << 20)));
    Finding finding = failed.check(question(gone));
    assertThat(finding.status()).isEqualTo(RevocationStatus.UNREACHABLE);
    assertThat(finding.evidence().getDetail()).contains("refused");
  }

  private static final ListSigners NO_SIGNERS =
      new ListSigners() {
        @Override
        public List<ParsedCertificate> named(X500Principal name) {
          return List.of();
        }

        @Override
        public @Nullable SignerTrust trusted(ParsedCertificate signer, ParsedCertificate about) {
          return null;
        }
      };

  private RevocationQuestion question(Made leaf) {
    return new RevocationQuestion(
        leaf.certificate(),
        ca.certificate(),
        NO_SIGNERS,
        new byte[0],
        NOW,
        Patience.of(NOW, Duration.ofSeconds(1)));
  }
}
