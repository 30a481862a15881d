package io.postern.certificate.revocation.ocsp;

import static io.postern.certificate.CertificateMaker.ca;
import static io.postern.certificate.CertificateMaker.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.postern.certificate.CertificateMaker;
import io.postern.certificate.CertificateMaker.Made;
import io.postern.certificate.fetch.HttpFetch;
import io.postern.certificate.judging.ChainJudge;
import io.postern.certificate.revocation.TestSettings;
import io.postern.certificate.revocation.crl.CrlStore;
import io.postern.certificate.revocation.lookup.Revocation;
import io.postern.certificate.revocation.store.Endpoints;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.RevocationStatus;
import io.postern.contracts.v1.VerdictResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Responders over HTTP, and answers stapled to a handshake. */
class OcspTest {
  private static final Made CA = ca("CA").make();
  private static final Made OTHER_CA = ca("Other").make();
  private static final Instant NOW = Instant.now();
  private static final ASN1ObjectIdentifier TLS_FEATURE =
      new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.24");

  @TempDir Path folder = Path.of("");
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger lists = new AtomicInteger();
  private final CountDownLatch end = new CountDownLatch(1);
  private volatile UnaryOperator<OcspMaker> answer = maker -> maker;
  private volatile boolean garbage;
  private HttpServer server;
  private HttpFetch http;
  private ChainJudge judge;

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(task -> Thread.ofVirtual().start(task));
    server.createContext("/ocsp", this::respond);
    server.createContext(
        "/stalled",
        exchange -> {
          lists.incrementAndGet();
          try {
            var unused = end.await(30, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          exchange.close();
        });
    server.start();
    open(TestSettings.in(folder));
  }

  private void open(TestSettings settings) throws IOException {
    http = new HttpFetch(settings);
    InstantSource clock = InstantSource.system();
    CrlStore listStore =
        new CrlStore(settings, http, new Endpoints(settings, clock), clock, result -> {});
    OcspStore responders =
        new OcspStore(settings, http, new Endpoints(settings, clock), clock, result -> {});
    judge = new ChainJudge(new Revocation(listStore, responders), settings.fetchTimeout());
  }

  @AfterEach
  void close() {
    end.countDown();
    server.stop(0);
    http.close();
  }

  private void respond(HttpExchange exchange) throws IOException {
    asked.incrementAndGet();
    byte[] body = exchange.getRequestBody().readAllBytes();
    assertThat(exchange.getRequestMethod()).isEqualTo("POST");
    assertThat(exchange.getRequestHeaders().getFirst("Content-Type"))
        .isEqualTo("application/ocsp-request");
    OCSPReq request = new OCSPReq(body);
    byte[] made =
        garbage
            ? new byte[] {0x30, 0x03, 1}
            : answer
                .apply(
                    OcspMaker.about(request.getRequestList()[0].getCertID().getSerialNumber(), CA))
                .make();
    exchange.sendResponseHeaders(200, made.length);
    exchange.getResponseBody().write(made);
    exchange.close();
  }

  private String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private CertificateMaker ocspLeaf() {
    return leaf("a.example").by(CA).ocsp(url("/ocsp"));
  }

  private CertificateVerdict ask(Made leaf, byte[] stapled) throws InterruptedException {
    return ask(leaf, stapled, CertificateRole.ROLE_SERVER, RevocationMode.REVOCATION_REQUIRED);
  }

  private CertificateVerdict ask(
      Made leaf, byte[] stapled, CertificateRole role, RevocationMode mode)
      throws InterruptedException {
    CertificateRequest request =
        CertificateRequest.newBuilder()
            .setRole(role)
            .setRevocation(mode)
            .addChain(ByteString.copyFrom(leaf.der()))
            .setStapledOcsp(ByteString.copyFrom(stapled))
            .build();
    return judge.judge(request, CertificateMaker.anchors(CA), Instant.now());
  }

  private static CertificateMaker responder(Made by) {
    return leaf("ocsp.example")
        .by(by)
        .purposes(KeyPurposeId.id_kp_OCSPSigning)
        .with(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck, false, DERNull.INSTANCE);
  }

  private static Arguments row(
      String what, RevocationStatus status, UnaryOperator<OcspMaker> answer) {
    return Arguments.of(what, status, answer);
  }

  static Stream<Arguments> answers() {
    Instant past = NOW.minus(Duration.ofDays(2));
    Made delegate = responder(CA).make();
    RevocationStatus good = RevocationStatus.NOT_REVOKED;
    RevocationStatus none = RevocationStatus.UNREACHABLE;
    return Stream.of(
        row("good", good, maker -> maker),
        row("revoked", RevocationStatus.IS_REVOKED, OcspMaker::revoked),
        row("not known", none, OcspMaker::unknown),
        row("past", RevocationStatus.STALE, m -> m.times(past, past.plusSeconds(60))),
        row(
            "from the future",
            RevocationStatus.STALE,
            m -> m.times(NOW.plusSeconds(3600), NOW.plusSeconds(7200))),
        row("without nextUpdate", good, m -> m.times(NOW.minusSeconds(60), null)),
        row("old and without nextUpdate", RevocationStatus.STALE, m -> m.times(past, null)),
        row(
            "names by SHA-256",
            good,
            m -> m.digest(new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256))),
        row("forged", none, m -> m.forgedBy(OTHER_CA)),
        row("signed with SHA-1", none, m -> m.algorithm("SHA1withECDSA")),
        row("belongs to another request", none, m -> m.nonce(new byte[] {1, 2, 3, 4})),
        row("refused", none, m -> m.refusing(OCSPRespBuilder.TRY_LATER)),
        row("by a delegate", good, m -> m.by(delegate)),
        row("revoked by a delegate", RevocationStatus.IS_REVOKED, m -> m.by(delegate).revoked()),
        row("by another CA's delegate", none, m -> m.by(responder(OTHER_CA).make())),
        row(
            "by one that is no responder",
            none,
            m -> m.by(responder(CA).purposes(KeyPurposeId.id_kp_serverAuth).make())),
        row(
            "by one for any purpose",
            none,
            m -> m.by(responder(CA).purposes(KeyPurposeId.anyExtendedKeyUsage).make())),
        row(
            "by an expired delegate",
            none,
            m -> m.by(responder(CA).valid(Duration.ofDays(-9), Duration.ofDays(-1)).make())),
        row(
            "by a delegate that may be revoked",
            none,
            m -> m.by(responder(CA).without(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck).make())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("answers")
  void anAnswerSays(String what, RevocationStatus status, UnaryOperator<OcspMaker> made)
      throws Exception {
    answer = made;
    CertificateVerdict verdict = ask(ocspLeaf().make(), new byte[0]);
    assertThat(verdict.getRevocation(0).getStatus())
        .as(verdict.getRevocation(0).getDetail())
        .isEqualTo(status);
    assertThat(verdict.getRevocation(0).getSource()).isEqualTo("ocsp");
    assertThat(verdict.getResult())
        .isEqualTo(
            switch (status) {
              case NOT_REVOKED -> VerdictResult.GOOD;
              case IS_REVOKED -> VerdictResult.BAD;
              default -> VerdictResult.UNKNOWN;
            });
    assertThat(asked).hasValue(1);
  }

  @Test
  void garbageIsNoAnswer() throws Exception {
    garbage = true;
    assertThat(ask(ocspLeaf().make(), new byte[0]).getResult()).isEqualTo(VerdictResult.UNKNOWN);
  }

  @Test
  void anAnswerIsAskedForOnceWhileItIsCurrent() throws Exception {
    Made leaf = ocspLeaf().make();
    for (int i = 0; i < 5; i++) {
      assertThat(ask(leaf, new byte[0]).getResult()).isEqualTo(VerdictResult.GOOD);
    }
    assertThat(asked).hasValue(1);
  }

  /**
   * It answers "unauthorized" for what it does not know (RFC 5019 §2.2.3): the rest is not down.
   */
  @ParameterizedTest
  @ValueSource(ints = {OCSPRespBuilder.UNAUTHORIZED, OCSPRespBuilder.TRY_LATER})
  void aResponderThatRefusesOneAnswerIsAskedForOthers(int refusal) throws Exception {
    answer = maker -> maker.refusing(refusal);
    assertThat(ask(ocspLeaf().make(), new byte[0]).getResult()).isEqualTo(VerdictResult.UNKNOWN);
    answer = maker -> maker;
    CertificateVerdict other = ask(ocspLeaf().make(), new byte[0]);
    assertThat(other.getResult()).as(other.getDetail()).isEqualTo(VerdictResult.GOOD);
    assertThat(asked).hasValue(2);
  }

  @Test
  void aListThatStallsLeavesTimeForTheResponder() throws Exception {
    http.close();
    open(TestSettings.in(folder).within(Duration.ofSeconds(8))); // half of it for each
    Made leaf = ocspLeaf().crl(url("/stalled")).make();
    CertificateVerdict verdict = ask(leaf, new byte[0]);
    assertThat(verdict.getResult()).as(verdict.getDetail()).isEqualTo(VerdictResult.GOOD);
    assertThat(verdict.getRevocation(0).getSource()).isEqualTo("ocsp");
    assertThat(lists).hasValue(1);
  }

  @Test
  void aStapledAnswerNeedsNoQuestion() throws Exception {
    Made leaf = ocspLeaf().make();
    CertificateVerdict verdict = ask(leaf, OcspMaker.about(leaf, CA).make());
    assertThat(verdict.getResult()).as(verdict.getDetail()).isEqualTo(VerdictResult.GOOD);
    assertThat(verdict.getRevocation(0).getSource()).isEqualTo("stapled-ocsp");
    CertificateVerdict revoked = ask(leaf, OcspMaker.about(leaf, CA).revoked().make());
    assertThat(revoked.getResult()).isEqualTo(VerdictResult.BAD);
    assertThat(asked).hasValue(0);
  }

  @Test
  void aStapledAnswerThatIsNotGoodIsNotTheLastWord() throws Exception {
    Made leaf = ocspLeaf().make();
    Made another = ocspLeaf().make();
    Instant past = NOW.minus(Duration.ofDays(2));
    for (byte[] bad :
        new byte[][] {
          {1, 2, 3},
          OcspMaker.about(another, CA).make(),
          OcspMaker.about(leaf, CA).forgedBy(OTHER_CA).make(),
          OcspMaker.about(leaf, CA).times(past, past.plusSeconds(60)).make()
        }) {
      CertificateVerdict verdict = ask(leaf, bad);
      assertThat(verdict.getResult()).as(verdict.getDetail()).isEqualTo(VerdictResult.GOOD);
      assertThat(verdict.getRevocation(0).getSource()).isEqualTo("ocsp");
    }
  }

  /** RFC 7633. */
  @Test
  void aServersCertificateThatDemandsAStapledAnswerNeedsOne() throws Exception {
    Made leaf = ocspLeaf().with(TLS_FEATURE, false, new DERSequence(new ASN1Integer(5))).make();
    CertificateVerdict without = ask(leaf, new byte[0]);
    assertThat(without.getResult()).isEqualTo(VerdictResult.UNKNOWN);
    assertThat(without.getDetail()).contains("RFC 7633");
    CertificateVerdict with = ask(leaf, OcspMaker.about(leaf, CA).make());
    assertThat(with.getResult()).as(with.getDetail()).isEqualTo(VerdictResult.GOOD);
    Made another = ocspLeaf().with(TLS_FEATURE, false, new DERSequence(new ASN1Integer(17))).make();
    assertThat(ask(another, new byte[0]).getResult()).isEqualTo(VerdictResult.GOOD);
  }

  /** Its owner asked for that, and best effort is about what cannot be had. */
  @ParameterizedTest
  @CsvSource({
    "ROLE_SERVER, REVOCATION_REQUIRED, UNKNOWN",
    "ROLE_SERVER, REVOCATION_BEST_EFFORT, UNKNOWN",
    "ROLE_SERVER, REVOCATION_OFF, GOOD",
    "ROLE_CLIENT, REVOCATION_REQUIRED, GOOD",
  })
  void withoutOneItIs(CertificateRole role, RevocationMode mode, VerdictResult result)
      throws Exception {
    Made leaf = ocspLeaf().with(TLS_FEATURE, false, new DERSequence(new ASN1Integer(5))).make();
    CertificateVerdict verdict = ask(leaf, new byte[0], role, mode);
    assertThat(verdict.getResult()).as(verdict.getDetail()).isEqualTo(result);
    byte[] stapled = OcspMaker.about(leaf, CA).make();
    assertThat(ask(leaf, stapled, role, mode).getResult()).isEqualTo(VerdictResult.GOOD);
    byte[] old =
        OcspMaker.about(leaf, CA).times(NOW.minusSeconds(7200), NOW.minusSeconds(60)).make();
    assertThat(ask(leaf, old, role, mode).getResult()).isEqualTo(result);
  }

  @Test
  void anAnswerEndsWithItsRespondersCertificate() throws Exception {
    Made delegate = responder(CA).valid(Duration.ofDays(-1), Duration.ofMinutes(5)).make();
    answer = maker -> maker.by(delegate);
    CertificateVerdict verdict = ask(ocspLeaf().make(), new byte[0]);
    assertThat(verdict.getResult()).as(verdict.getDetail()).isEqualTo(VerdictResult.GOOD);
    assertThat(verdict.getValidUntilMillis())
        .isEqualTo(delegate.certificate().notAfter().toEpochMilli());
  }
}
