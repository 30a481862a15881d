package io.postern.certificate.revocation.crl;

import static io.postern.certificate.CertificateMaker.ca;
import static io.postern.certificate.CertificateMaker.leaf;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.postern.certificate.CertificateMaker;
import io.postern.certificate.CertificateMaker.Made;
import io.postern.certificate.fetch.HttpFetch;
import io.postern.certificate.judging.ChainJudge;
import io.postern.certificate.revocation.Patience;
import io.postern.certificate.revocation.TestSettings;
import io.postern.certificate.revocation.lookup.Revocation;
import io.postern.certificate.revocation.ocsp.OcspMaker;
import io.postern.certificate.revocation.ocsp.OcspStore;
import io.postern.certificate.revocation.store.ClearedCertificate;
import io.postern.certificate.revocation.store.Endpoints;
import io.postern.certificate.revocation.store.PublicationStore;
import io.postern.certificate.revocation.store.RevokedCertificate;
import io.postern.certificate.revocation.store.StoreListener;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.VerdictResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A refreshed publication that revokes a cleared certificate is reported once. */
class RevokedLaterTest {
  private static final Made CA = ca("CA").make();

  @TempDir Path folder = Path.of("");
  private final Map<String, Supplier<byte[]>> content = new ConcurrentHashMap<>();
  private final List<RevokedCertificate> reported = new CopyOnWriteArrayList<>();
  private final AtomicBoolean deaf = new AtomicBoolean();
  private final AtomicInteger served = new AtomicInteger();
  private volatile Duration shift = Duration.ZERO;
  private final InstantSource clock = () -> Instant.now().plus(shift);
  private @Nullable HttpServer server;
  private @Nullable HttpFetch http;
  private @Nullable CrlStore lists;
  private @Nullable OcspStore responders;
  private @Nullable ChainJudge judge;

  @BeforeEach
  void open() throws IOException {
    HttpServer started =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    started.setExecutor(task -> Thread.ofVirtual().start(task));
    started.createContext("/", this::serve);
    started.start();
    server = started;
    // Time for a virtual machine that has just started: no test here is about a time-out.
    TestSettings settings = new TestSettings(folder, true, 1 << 20, Duration.ofSeconds(10));
    HttpFetch fetch = new HttpFetch(settings);
    http = fetch;
    StoreListener listener =
        new StoreListener() {
          @Override
          public void fetched(String result) {}

          @Override
          public void revoked(RevokedCertificate revoked) {
            if (deaf.getAndSet(false)) {
              throw new IllegalStateException("not now");
            }
            reported.add(revoked);
          }
        };
    CrlStore listStore =
        new CrlStore(settings, fetch, new Endpoints(settings, clock), clock, listener);
    OcspStore responderStore =
        new OcspStore(settings, fetch, new Endpoints(settings, clock), clock, listener);
    lists = listStore;
    responders = responderStore;
    judge = new ChainJudge(new Revocation(listStore, responderStore), settings.fetchTimeout());
  }

  @AfterEach
  void close() {
    requireNonNull(server).stop(0);
    requireNonNull(http).close();
  }

  private void serve(HttpExchange exchange) throws IOException {
    served.incrementAndGet();
    byte[] body = exchange.getRequestBody().readAllBytes();
    Supplier<byte[]> list = content.get(exchange.getRequestURI().getPath());
    byte[] answer = list == null ? ocsp.answer(body) : list.get();
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  private interface Responder {
    byte[] answer(byte[] request) throws IOException;
  }

  private volatile Responder ocsp = request -> request;

  private String url(String path) {
    return "http://127.0.0.1:" + requireNonNull(server).getAddress().getPort() + path;
  }

  private CertificateVerdict ask(Made... chain) {
    CertificateRequest.Builder request =
        CertificateRequest.newBuilder()
            .setRole(CertificateRole.ROLE_SERVER)
            .setRevocation(RevocationMode.REVOCATION_REQUIRED);
    for (Made made : chain) {
      request.addChain(ByteString.copyFrom(made.der()));
    }
    try {
      return requireNonNull(judge)
          .judge(request.build(), CertificateMaker.anchors(CA), clock.instant());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void assertGood(CertificateVerdict verdict) {
    assertThat(verdict.getResult()).as(verdict.getDetail()).isEqualTo(VerdictResult.GOOD);
  }

  private static CrlMaker list(Made by, Duration age) {
    Instant now = Instant.now();
    return CrlMaker.by(by).times(now.minus(age), now.plus(Duration.ofDays(7)));
  }

  private void assertTold(Made revoked, String source, String url) {
    assertThat(reported)
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.certificate()).isEqualTo(revoked.certificate().fingerprint());
              assertThat(one.source()).isEqualTo(source);
              assertThat(one.url()).isEqualTo(url);
            });
  }

  /** Twice, so that what is told twice shows. */
  private void refresh() {
    for (int i = 0; i < 2; i++) {
      shift = shift.plus(Duration.ofMinutes(61));
      requireNonNull(lists).refresh();
      requireNonNull(responders).refresh();
      Awaitility.await()
          .during(Duration.ofMillis(150))
          .atMost(Duration.ofSeconds(5))
          .until(() -> reported.size() == 1);
    }
  }

  @Test
  void byANewerList() {
    Made one = leaf("a.example").by(CA).crl(url("/a.crl")).make();
    Made other = leaf("b.example").by(CA).crl(url("/a.crl")).make();
    content.put("/a.crl", () -> list(CA, Duration.ofHours(2)).make());
    CertificateVerdict before = ask(one);
    assertGood(before);
    assertGood(ask(other));
    content.put("/a.crl", () -> list(CA, Duration.ofHours(1)).revoking(one).make());
    refresh();
    assertTold(one, "crl", url("/a.crl"));
    assertThat(reported.getFirst().thisUpdate().toEpochMilli())
        .isGreaterThan(before.getRevocation(0).getThisUpdateMillis());
    assertThat(ask(one).getResult()).isEqualTo(VerdictResult.BAD);
    assertGood(ask(other));
  }

  @Test
  void byTheChangesSinceAList() {
    Made one =
        leaf("a.example")
            .by(CA)
            .crl(url("/a.crl"))
            .with(Extension.freshestCRL, false, point("/changes.crl"))
            .make();
    byte[] complete =
        list(CA, Duration.ofHours(3)).with(Extension.cRLNumber, false, new ASN1Integer(5)).make();
    content.put("/a.crl", () -> complete);
    content.put("/changes.crl", () -> changes(6, Duration.ofHours(2)).make());
    CertificateVerdict before = ask(one);
    assertGood(before);
    content.put("/changes.crl", () -> changes(7, Duration.ofHours(1)).revoking(one).make());
    refresh();
    // As the evidence has it: who holds a verdict finds it by the complete list's place.
    assertTold(one, "crl", url("/a.crl"));
    assertThat(before.getRevocation(0).getThisUpdateMillis())
        .isLessThan(reported.getFirst().thisUpdate().toEpochMilli());
    assertThat(ask(one).getResult()).isEqualTo(VerdictResult.BAD);
    // Taken off again: what is judged then is newer than what was told.
    content.put(
        "/changes.crl", () -> changes(8, Duration.ofMinutes(30)).entry(one, 8, null).make());
    shift = shift.plus(Duration.ofMinutes(61));
    requireNonNull(lists).refresh();
    Awaitility.await().until(() -> ask(one).getResult() == VerdictResult.GOOD);
    assertThat(ask(one).getRevocation(0).getThisUpdateMillis())
        .isGreaterThan(reported.getFirst().thisUpdate().toEpochMilli());
  }

  /** The announcement names the complete list; what is too old here is the changes. */
  @Test
  void anAnnouncedRevocationByTheChangesBringsThemHereToo() {
    Made one =
        leaf("a.example")
            .by(CA)
            .crl(url("/a.crl"))
            .with(Extension.freshestCRL, false, point("/changes.crl"))
            .make();
    byte[] complete =
        list(CA, Duration.ofHours(3)).with(Extension.cRLNumber, false, new ASN1Integer(5)).make();
    content.put("/a.crl", () -> complete);
    content.put("/changes.crl", () -> changes(6, Duration.ofHours(2)).make());
    assertGood(ask(one));
    content.put("/changes.crl", () -> changes(7, Duration.ofHours(1)).revoking(one).make());
    requireNonNull(lists)
        .overtaken(
            url("/a.crl"),
            one.certificate().fingerprint(),
            Instant.now().minus(Duration.ofMinutes(61)));
    assertServed(Duration.ofSeconds(30), 4);
    assertThat(ask(one).getResult()).isEqualTo(VerdictResult.BAD);
  }

  private static CrlMaker changes(int number, Duration age) {
    return list(CA, age)
        .with(Extension.cRLNumber, false, new ASN1Integer(number))
        .with(Extension.deltaCRLIndicator, true, new ASN1Integer(5));
  }

  private CRLDistPoint point(String path) {
    return new CRLDistPoint(
        new DistributionPoint[] {new DistributionPoint(fullName(path), null, null)});
  }

  private DistributionPointName fullName(String path) {
    return new DistributionPointName(
        new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, url(path))));
  }

  @Test
  void byAnIndirectListAndTheListOfItsIssuer() {
    Made issuer =
        leaf("lists.example")
            .by(CA)
            .crl(url("/ca.crl"))
            .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.cRLSign))
            .make();
    Made one = indirectLeaf(issuer);
    content.put("/ca.crl", () -> list(CA, Duration.ofHours(3)).make());
    content.put("/i.crl", () -> indirect(issuer, Duration.ofHours(3)).make());
    CertificateVerdict verdict = ask(one, issuer);
    assertGood(verdict);
    assertThat(verdict.getSupportingList())
        .singleElement()
        .satisfies(
            evidence ->
                assertThat(evidence.getCertificateFingerprint().toByteArray())
                    .isEqualTo(issuer.certificate().fingerprint()));
    content.put("/i.crl", () -> indirect(issuer, Duration.ofHours(2)).entry(one, 1, CA).make());
    refresh();
    assertTold(one, "crl", url("/i.crl"));
    reported.clear();
    content.put("/ca.crl", () -> list(CA, Duration.ofHours(1)).revoking(issuer).make());
    // Which is at the same time when its issuer was found not revoked.
    assertThat(ask(one, issuer).getResult()).isEqualTo(VerdictResult.BAD);
    refresh();
    assertTold(issuer, "crl", url("/ca.crl"));
  }

  private Made indirectLeaf(Made issuer) {
    GeneralNames by = new GeneralNames(new GeneralName(issuer.certificate().holder().getSubject()));
    return leaf("a.example")
        .by(CA)
        .with(
            Extension.cRLDistributionPoints,
            false,
            new CRLDistPoint(
                new DistributionPoint[] {new DistributionPoint(fullName("/i.crl"), null, by)}))
        .make();
  }

  private static CrlMaker indirect(Made issuer, Duration age) {
    return list(issuer, age)
        .with(
            Extension.issuingDistributionPoint,
            true,
            new IssuingDistributionPoint(null, false, false, null, true, false));
  }

  @Test
  void byAResponder() {
    Made one = leaf("a.example").by(CA).ocsp(url("/ocsp")).make();
    Instant now = Instant.now();
    Instant until = now.plus(Duration.ofDays(3));
    ocsp = request -> answer(request).times(now.minusSeconds(7200), until).make();
    assertGood(ask(one));
    ocsp = request -> answer(request).times(now.minusSeconds(3600), until).revoked().make();
    refresh();
    assertTold(one, "ocsp", url("/ocsp"));
    assertThat(ask(one).getResult()).isEqualTo(VerdictResult.BAD);
  }

  private static OcspMaker answer(byte[] request) throws IOException {
    return OcspMaker.about(
        new OCSPReq(request).getRequestList()[0].getCertID().getSerialNumber(), CA);
  }

  @Test
  void ofAResponderThatIsRevokedItself() {
    Made delegate =
        leaf("ocsp.example")
            .by(CA)
            .purposes(KeyPurposeId.id_kp_OCSPSigning)
            .crl(url("/ca.crl"))
            .make();
    Made one = leaf("a.example").by(CA).ocsp(url("/ocsp")).make();
    content.put("/ca.crl", () -> list(CA, Duration.ofHours(3)).make());
    Instant until = Instant.now().plus(Duration.ofDays(3));
    ocsp =
        request -> answer(request).by(delegate).times(Instant.now().minusSeconds(60), until).make();
    CertificateVerdict verdict = ask(one);
    assertGood(verdict);
    assertThat(verdict.getSupporting(0).getCertificateFingerprint().toByteArray())
        .isEqualTo(delegate.certificate().fingerprint());
    content.put("/ca.crl", () -> list(CA, Duration.ofHours(1)).revoking(delegate).make());
    refresh();
    assertTold(delegate, "crl", url("/ca.crl"));
    assertThat(ask(one).getDetail()).contains("responder's own certificate is revoked");
  }

  /** What told of those who tell ends first, so the verdict does. */
  @Test
  void aVerdictEndsWithWhatToldOfAResponderOrAListIssuer() {
    Instant soon = Instant.now().plusSeconds(600).truncatedTo(ChronoUnit.SECONDS);
    content.put(
        "/ca.crl", () -> CrlMaker.by(CA).times(Instant.now().minusSeconds(60), soon).make());
    Made delegate =
        leaf("ocsp.example")
            .by(CA)
            .purposes(KeyPurposeId.id_kp_OCSPSigning)
            .crl(url("/ca.crl"))
            .make();
    ocsp =
        request ->
            answer(request)
                .by(delegate)
                .times(Instant.now().minusSeconds(60), Instant.now().plus(Duration.ofDays(3)))
                .make();
    CertificateVerdict byResponder = ask(leaf("a.example").by(CA).ocsp(url("/ocsp")).make());
    assertGood(byResponder);
    assertThat(byResponder.getValidUntilMillis()).isEqualTo(soon.toEpochMilli());
    Made issuer =
        leaf("lists.example")
            .by(CA)
            .crl(url("/ca.crl"))
            .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.cRLSign))
            .make();
    content.put("/i.crl", () -> indirect(issuer, Duration.ofHours(3)).make());
    CertificateVerdict byIssuer = ask(indirectLeaf(issuer), issuer);
    assertGood(byIssuer);
    assertThat(byIssuer.getValidUntilMillis()).isEqualTo(soon.toEpochMilli());
  }

  @Test
  void notWhenNobodyHasAVerdictAnyMore() {
    Made one = leaf("a.example").by(CA).crl(url("/a.crl")).make();
    Made other = leaf("b.example").by(CA).crl(url("/a.crl")).make();
    content.put("/a.crl", () -> list(CA, Duration.ofHours(3)).make());
    assertGood(ask(one));
    shift = Duration.ofMinutes(62);
    assertGood(ask(other));
    content.put("/a.crl", () -> list(CA, Duration.ofHours(1)).revoking(one).revoking(other).make());
    shift = Duration.ofMinutes(63);
    requireNonNull(lists).refresh();
    Awaitility.await().until(() -> !reported.isEmpty());
    assertTold(other, "crl", url("/a.crl"));
  }

  /** The list came while a judge still looked at the one before. */
  @Test
  void whileItIsJudged() throws Exception {
    Made one = leaf("a.example").by(CA).crl(url("/a.crl")).make();
    content.put("/a.crl", () -> list(CA, Duration.ofHours(3)).make());
    assertGood(ask(one));
    var held =
        (PublicationStore.Current<Crl>)
            requireNonNull(lists)
                .current(
                    url("/a.crl"),
                    CA.certificate(),
                    Patience.of(clock.instant(), Duration.ofSeconds(1)));
    shift = Duration.ofMinutes(61);
    content.put("/a.crl", () -> list(CA, Duration.ofHours(1)).revoking(one).make());
    requireNonNull(lists).refresh();
    Awaitility.await().until(() -> reported.size() == 1);
    requireNonNull(lists)
        .cleared(
            new CrlStore.UsedList(url("/a.crl"), CA.certificate(), held.published()),
            ClearedCertificate.of(one.certificate(), ask(one).getRevocation(0)));
    assertThat(reported).hasSize(2);
  }

  /** What was served after this time and a refresh; and no more than that. */
  private void assertServed(Duration later, int times) {
    shift = shift.plus(later);
    requireNonNull(lists).refresh();
    requireNonNull(responders).refresh();
    Awaitility.await()
        .during(Duration.ofMillis(200))
        .atMost(Duration.ofSeconds(5))
        .until(() -> served.get() == times);
  }

  @Test
  void anAnnouncedRevocationByAResponderIsAskedForAndNoOtherAnswerIs() {
    Made one = leaf("a.example").by(CA).ocsp(url("/ocsp")).make();
    Made other = leaf("b.example").by(CA).ocsp(url("/ocsp")).make();
    Instant from = Instant.now().minusSeconds(7200);
    Instant until = Instant.now().plus(Duration.ofDays(3));
    ocsp = request -> answer(request).times(from, until).make();
    assertGood(ask(one));
    assertGood(ask(other));
    ocsp = request -> answer(request).times(from.plusSeconds(60), until).revoked().make();
    requireNonNull(responders)
        .overtaken(url("/ocsp"), one.certificate().fingerprint(), from.plusSeconds(60));
    assertServed(Duration.ofSeconds(30), 3);
    assertThat(ask(one).getResult()).isEqualTo(VerdictResult.BAD);
    assertGood(ask(other));
  }

  /** A mirror is behind: what it has is fetched until it is not, but not if it is here already. */
  @Test
  void anAnnouncedRevocationIsFetchedUntilItIsThere() {
    Made one = leaf("a.example").by(CA).crl(url("/a.crl")).make();
    byte[] old = list(CA, Duration.ofHours(3)).make();
    byte[] fresh = list(CA, Duration.ofHours(1)).revoking(one).make();
    content.put("/a.crl", () -> old);
    CertificateVerdict before = ask(one);
    assertGood(before);
    byte[] about = one.certificate().fingerprint();
    Instant held = Instant.ofEpochMilli(before.getRevocation(0).getThisUpdateMillis());
    requireNonNull(lists).overtaken(url("/a.crl"), about, held);
    assertServed(Duration.ofMinutes(6), 1);
    requireNonNull(lists).overtaken(url("/a.crl"), about, held.plusSeconds(60));
    assertServed(Duration.ofMinutes(1), 2);
    assertServed(Duration.ofMinutes(6), 3);
    content.put("/a.crl", () -> fresh);
    assertServed(Duration.ofMinutes(6), 4);
    assertThat(ask(one).getResult()).isEqualTo(VerdictResult.BAD);
    assertServed(Duration.ofMinutes(6), 4);
  }

  /** A new certificate is known to its responder minutes later. */
  @Test
  void whatAResponderDoesNotKnowIsAskedAgainSoon() {
    Made one = leaf("a.example").by(CA).ocsp(url("/ocsp")).make();
    ocsp = request -> answer(request).unknown().make();
    CertificateVerdict unknown = ask(one);
    assertThat(unknown.getResult()).isEqualTo(VerdictResult.UNKNOWN);
    assertThat(unknown.getDetail()).contains("does not know");
    assertThat(unknown.getValidUntilMillis())
        .isBetween(clock.millis(), clock.instant().plusSeconds(10).toEpochMilli());
    assertThat(ask(one).getResult()).isEqualTo(VerdictResult.UNKNOWN);
    assertThat(served).hasValue(1);
    ocsp = request -> answer(request).make();
    shift = Duration.ofSeconds(10);
    assertGood(ask(one));
  }

  @Test
  void oneThatCannotBeToldCostsNoOtherAndIsToldLater() {
    Made one = leaf("a.example").by(CA).crl(url("/a.crl")).make();
    Made other = leaf("b.example").by(CA).crl(url("/a.crl")).make();
    content.put("/a.crl", () -> list(CA, Duration.ofHours(3)).make());
    assertGood(ask(one));
    assertGood(ask(other));
    deaf.set(true);
    content.put("/a.crl", () -> list(CA, Duration.ofHours(1)).revoking(one).revoking(other).make());
    shift = Duration.ofMinutes(50);
    requireNonNull(lists).overtaken(url("/a.crl"), one.certificate().fingerprint(), Instant.now());
    requireNonNull(lists).refresh();
    Awaitility.await().until(() -> reported.size() == 1);
    assertThat(deaf).isFalse();
    shift = Duration.ofMinutes(58);
    requireNonNull(lists).refresh();
    Awaitility.await().until(() -> reported.size() == 2);
    assertThat(reported)
        .extracting(RevokedCertificate::certificate)
        .containsExactlyInAnyOrder(
            one.certificate().fingerprint(), other.certificate().fingerprint());
  }

  /** Or the list would be taken for fetched since, at each refresh, by each replica. */
  @Test
  void aFileFromTheFutureIsFetchedAgain() throws IOException {
    Made one = leaf("a.example").by(CA).crl(url("/a.crl")).make();
    byte[] list = list(CA, Duration.ofHours(3)).make();
    content.put("/a.crl", () -> list);
    assertGood(ask(one));
    Path file = folder.resolve(CrlStore.name(url("/a.crl"), CA.certificate()) + ".crl");
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plus(Duration.ofDays(1))));
    assertServed(Duration.ofMinutes(61), 2);
  }

  @Test
  void whatWasFetchedByAClockThatWasSetBackIsFetchedAgain() {
    Made one = leaf("a.example").by(CA).crl(url("/a.crl")).make();
    byte[] list = list(CA, Duration.ofHours(3)).make();
    content.put("/a.crl", () -> list);
    shift = Duration.ofHours(5);
    assertGood(ask(one));
    assertServed(Duration.ofHours(-4), 2);
    assertServed(Duration.ofMinutes(1), 2);
  }

  @Test
  void whatFailedByAClockThatWasSetBackIsAskedAgain() {
    Made one = leaf("a.example").by(CA).crl(url("/a.crl")).make();
    content.put("/a.crl", () -> new byte[] {1});
    shift = Duration.ofHours(5);
    assertThat(ask(one).getResult()).isEqualTo(VerdictResult.UNKNOWN);
    content.put("/a.crl", () -> list(CA, Duration.ofHours(3)).make());
    shift = Duration.ZERO;
    assertGood(ask(one));
  }

  /** Fetching it again less and less often is no reason to miss the usual refresh. */
  @Test
  void whatIsOvertakenIsStillFetchedWhenItIsDueAnyway() {
    Made one = leaf("a.example").by(CA).crl(url("/a.crl")).make();
    Instant from = Instant.now().minusSeconds(60);
    byte[] old = CrlMaker.by(CA).times(from, from.plusSeconds(80)).make();
    content.put("/a.crl", () -> old); // five seconds are a quarter of what is left of its life
    assertGood(ask(one));
    requireNonNull(lists)
        .overtaken(url("/a.crl"), one.certificate().fingerprint(), from.plusSeconds(60));
    assertServed(Duration.ofMillis(5500), 2);
  }
}
