package io.postern.certificate.revocation.crl;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.postern.certificate.CertificateMaker;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.fetch.HttpFetch;
import io.postern.certificate.judging.ChainJudge;
import io.postern.certificate.revocation.Patience;
import io.postern.certificate.revocation.PauseRefusedException;
import io.postern.certificate.revocation.Permit;
import io.postern.certificate.revocation.TestSettings;
import io.postern.certificate.revocation.lookup.Revocation;
import io.postern.certificate.revocation.ocsp.OcspStore;
import io.postern.certificate.revocation.store.Endpoints;
import io.postern.certificate.revocation.store.PublicationStore;
import io.postern.certificate.revocation.store.RevocationSettings;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.RevocationStatus;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.lab.CrlServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole chains against a list server that works, dies, stalls and lies. */
class CrlStoreTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path folder = Path.of("");
  private final CrlServer server = CrlServer.create();
  private final LabCa ca = LabCa.create("Revoking", server);
  private final Identity leaf = ca.issue(Issue.to("mx.example.com"));
  private final Map<String, Integer> fetches = new ConcurrentHashMap<>();
  private volatile Duration shift = Duration.ZERO;
  private final InstantSource clock = () -> Instant.now().plus(shift);
  private @Nullable HttpFetch http;
  private @Nullable CrlStore store;
  private @Nullable ChainJudge judge;

  @BeforeEach
  void open() throws IOException {
    open(TestSettings.in(folder));
  }

  private void open(RevocationSettings settings) throws IOException {
    http = new HttpFetch(settings);
    store =
        new CrlStore(
            settings,
            http,
            new Endpoints(settings, clock),
            clock,
            result -> fetches.merge(result, 1, Integer::sum));
    OcspStore responders =
        new OcspStore(settings, http, new Endpoints(settings, clock), clock, result -> {});
    judge = new ChainJudge(new Revocation(store, responders), settings.fetchTimeout());
  }

  private CrlStore store() {
    return requireNonNull(store);
  }

  private ChainJudge judge() {
    return requireNonNull(judge);
  }

  @AfterEach
  void close() {
    requireNonNull(http).close();
    server.close();
  }

  private CertificateVerdict ask(RevocationMode mode, Identity identity) {
    try {
      return judge().judge(request(mode, identity), anchors(), clock.instant());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private TrustAnchors anchors() {
    return new TrustAnchors(AnchorSetReference.getDefaultInstance(), List.of(parsed(ca)));
  }

  private static CertificateRequest request(RevocationMode mode, Identity identity) {
    CertificateRequest.Builder request =
        CertificateRequest.newBuilder().setRole(CertificateRole.ROLE_SERVER).setRevocation(mode);
    identity.der().forEach(der -> request.addChain(ByteString.copyFrom(der)));
    return request.build();
  }

  private static ParsedCertificate parsed(LabCa ca) {
    try {
      return CertificateMaker.parsed(ca.root().getEncoded());
    } catch (java.security.cert.CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  private CertificateVerdict ask() {
    return ask(RevocationMode.REVOCATION_REQUIRED, leaf);
  }

  private static void assertUnknown(CertificateVerdict verdict, VerdictReason reason) {
    assertThat(verdict.getReason()).as(verdict.getDetail()).isEqualTo(reason);
    assertThat(verdict.getResult()).isEqualTo(VerdictResult.UNKNOWN);
    assertThat(verdict.getValidUntilMillis() - verdict.getJudgedAtMillis()).isBetween(0L, 10_000L);
  }

  @Test
  void aGoodChainShowsItsEvidence() {
    CertificateVerdict verdict = ask();
    assertThat(verdict.getResult()).as(verdict.getDetail()).isEqualTo(VerdictResult.GOOD);
    assertThat(verdict.getRevocationList())
        .extracting(RevocationEvidence::getStatus)
        .containsExactly(RevocationStatus.NOT_REVOKED, RevocationStatus.NOT_REVOKED);
    RevocationEvidence evidence = verdict.getRevocation(0);
    assertThat(evidence.getSource()).isEqualTo("crl");
    assertThat(evidence.getUrl()).startsWith(server.url().toString());
    assertThat(evidence.getThisUpdateMillis()).isPositive();
    assertThat(evidence.getNextUpdateMillis()).isGreaterThan(evidence.getThisUpdateMillis());
  }

  @Test
  void aVerdictIsNotValidBeyondItsList() {
    ca.crlTimes(Duration.ofMinutes(1), Duration.ofMinutes(10));
    CertificateVerdict verdict = ask();
    assertThat(verdict.getResult()).isEqualTo(VerdictResult.GOOD);
    assertThat(verdict.getValidUntilMillis())
        .isEqualTo(verdict.getRevocation(0).getNextUpdateMillis());
  }

  @Test
  void aRevokedLeafIsBadInEachModeButOff() {
    ca.revoke(leaf.leaf());
    for (RevocationMode mode :
        List.of(
            RevocationMode.REVOCATION_REQUIRED,
            RevocationMode.REVOCATION_BEST_EFFORT,
            RevocationMode.REVOCATION_MODE_UNSPECIFIED)) {
      CertificateVerdict verdict = ask(mode, leaf);
      assertThat(verdict.getResult()).isEqualTo(VerdictResult.BAD);
      assertThat(verdict.getReason()).isEqualTo(VerdictReason.REVOKED);
    }
    assertThat(ask(RevocationMode.REVOCATION_OFF, leaf).getResult()).isEqualTo(VerdictResult.GOOD);
  }

  @Test
  void aRevokedIntermediateIsBad() {
    ca.revoke(ca.intermediate());
    CertificateVerdict verdict = ask();
    assertThat(verdict.getReason()).isEqualTo(VerdictReason.REVOKED);
    assertThat(verdict.getRevocation(1).getStatus()).isEqualTo(RevocationStatus.IS_REVOKED);
  }

  @Test
  void offFetchesNothing() {
    ask(RevocationMode.REVOCATION_OFF, leaf);
    assertThat(server.fetches()).isZero();
  }

  @Test
  void aDeadServerIsUnknownAndNotGood() {
    server.stop();
    assertUnknown(ask(), VerdictReason.REVOCATION_UNREACHABLE);
  }

  @Test
  void bestEffortIsGoodWithTheEvidenceOfWhatIsMissing() {
    server.stop();
    CertificateVerdict verdict = ask(RevocationMode.REVOCATION_BEST_EFFORT, leaf);
    assertThat(verdict.getResult()).isEqualTo(VerdictResult.GOOD);
    assertThat(verdict.getRevocation(0).getStatus()).isEqualTo(RevocationStatus.UNREACHABLE);
    assertThat(verdict.getRevocation(0).getDetail()).isNotBlank();
  }

  @Test
  void aStalledServerCostsOneFetchTimeAndThenNothing() throws Exception {
    Duration time = Duration.ofSeconds(3);
    requireNonNull(http).close();
    open(TestSettings.in(folder).within(time));
    server.stall();
    long began = System.nanoTime();
    assertUnknown(ask(), VerdictReason.REVOCATION_UNREACHABLE);
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .as("not one after the other")
        .isLessThan(time.multipliedBy(2));
    Awaitility.await().atMost(PATIENCE).until(() -> fetches.getOrDefault("timeout", 0) == 2);
    int before = server.fetches();
    shift = Duration.ofNanos(began - System.nanoTime()); // while both rest, however long it took
    // There is an answer though the judgement may not wait.
    CertificateVerdict again =
        judge()
            .judge(
                request(RevocationMode.REVOCATION_REQUIRED, leaf),
                anchors(),
                clock.instant(),
                withoutPause());
    assertUnknown(again, VerdictReason.REVOCATION_UNREACHABLE);
    assertThat(server.fetches()).isEqualTo(before);
  }

  private static Permit withoutPause() {
    return new Permit(new Semaphore(0), () -> false);
  }

  /** A fetch is begun, of the first list alone, and nobody waits for it. */
  @Test
  void aJudgementThatMayNotWaitEndsAtOnce() throws Exception {
    server.stall();
    Identity two =
        ca.issue(
            Issue.to("b.example")
                .withCrl(
                    server.url().resolve("/revoking.crl").toString(),
                    server.url().resolve("/second.crl").toString()));
    CertificateRequest request = request(RevocationMode.REVOCATION_BEST_EFFORT, two);
    long began = System.nanoTime();
    assertThatThrownBy(() -> judge().judge(request, anchors(), clock.instant(), withoutPause()))
        .isInstanceOf(PauseRefusedException.class);
    assertThat(fetches).as("ended").isEmpty();
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isLessThan(TestSettings.in(folder).fetchTimeout().dividedBy(2));
    server.truthful();
    assertThat(ask(RevocationMode.REVOCATION_REQUIRED, two).getResult())
        .isEqualTo(VerdictResult.GOOD);
    assertThat(server.fetches("/second.crl")).isZero();
  }

  /** What a stranger's chain names may stall: meanwhile others are judged. */
  @Test
  void aJudgementHoldsNoPermitWhileItWaitsAndGoesOnWithOne() throws Exception {
    server.stall();
    Semaphore permits = new Semaphore(0);
    Permit permit = new Permit(permits, () -> true);
    CompletableFuture<CertificateVerdict> verdict = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                verdict.complete(
                    judge()
                        .judge(
                            request(RevocationMode.REVOCATION_REQUIRED, leaf),
                            anchors(),
                            clock.instant(),
                            permit));
              } catch (InterruptedException | RuntimeException e) {
                verdict.completeExceptionally(e);
              }
            });
    assertThat(permits.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    server.truthful();
    Awaitility.await().atMost(PATIENCE).until(permits::hasQueuedThreads);
    assertThat(verdict).as("another judgement has the permit").isNotDone();
    permits.release();
    assertThat(verdict.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).getResult())
        .isEqualTo(VerdictResult.GOOD);
    assertThat(permits.availablePermits()).as("held at the end").isZero();
    permit.close();
    assertThat(permits.availablePermits()).isOne();
  }

  @Test
  void aRecoveredServerIsUsedWhenTheVerdictEnds() {
    server.stop();
    CertificateVerdict dead = ask();
    server.start();
    assertUnknown(ask(), VerdictReason.REVOCATION_UNREACHABLE);
    shift = Duration.ofMillis(dead.getValidUntilMillis() - dead.getJudgedAtMillis() + 1);
    assertThat(shift).isLessThanOrEqualTo(Duration.ofMillis(10_001));
    // The other list's endpoint rests up to a quarter longer.
    Awaitility.await().atMost(PATIENCE).until(() -> ask().getResult() == VerdictResult.GOOD);
  }

  @Test
  void garbageAnErrorAndTooMuchAreUnreachable() throws Exception {
    server.lie("<html>not here</html>".getBytes(StandardCharsets.US_ASCII));
    assertUnknown(ask(), VerdictReason.REVOCATION_UNREACHABLE);
    shift = Duration.ofSeconds(11);
    server.fail(503);
    assertUnknown(ask(), VerdictReason.REVOCATION_UNREACHABLE);
    shift = Duration.ofSeconds(40);
    server.lie(new byte[2 << 20]);
    assertUnknown(ask(), VerdictReason.REVOCATION_UNREACHABLE);
    assertThat(fetches).containsOnlyKeys("garbage", "http", "too-large");
    shift = Duration.ofSeconds(90);
    server.truthful();
    assertThat(ask().getResult()).isEqualTo(VerdictResult.GOOD);
  }

  @Test
  void aListByAnotherSignerIsNone() {
    server.lie(LabCa.create("Revoking").crl());
    assertUnknown(ask(), VerdictReason.REVOCATION_UNREACHABLE);
    assertThat(fetches).containsOnlyKeys("wrong-signer");
  }

  @Test
  void anExpiredListIsStale() {
    ca.crlTimes(Duration.ofDays(2), Duration.ofDays(-1));
    assertUnknown(ask(), VerdictReason.REVOCATION_STALE);
    assertThat(ask(RevocationMode.REVOCATION_BEST_EFFORT, leaf).getResult())
        .isEqualTo(VerdictResult.GOOD);
  }

  @Test
  void nothingPublishedIsAcceptedAndShown() {
    LabCa silent = LabCa.create("Silent");
    Identity without = silent.issue(Issue.to("a.example"));
    TrustAnchors anchors =
        new TrustAnchors(AnchorSetReference.getDefaultInstance(), List.of(parsed(silent)));
    CertificateVerdict verdict = askWith(anchors, without.der());
    assertThat(verdict.getResult()).isEqualTo(VerdictResult.GOOD);
    assertThat(verdict.getRevocation(0).getStatus()).isEqualTo(RevocationStatus.NOTHING_PUBLISHED);
  }

  @Test
  void ocspOnlyIsNotNothingPublished() {
    CertificateMaker.Made root = CertificateMaker.ca("Root").make();
    byte[] ocspOnly =
        CertificateMaker.leaf("a.example").by(root).ocsp("http://ocsp.example/").der();
    CertificateVerdict verdict = askWith(CertificateMaker.anchors(root), List.of(ocspOnly));
    assertUnknown(verdict, VerdictReason.REVOCATION_UNREACHABLE);
    assertThat(verdict.getRevocation(0).getSource()).isEqualTo("ocsp");
  }

  @Test
  void aListThatIsNotByHttpIsNotNothingPublished() {
    CertificateMaker.Made root = CertificateMaker.ca("Root").make();
    byte[] ldap = CertificateMaker.leaf("a.example").by(root).crl("ldap://ldap.example/cn=a").der();
    assertUnknown(
        askWith(CertificateMaker.anchors(root), List.of(ldap)),
        VerdictReason.REVOCATION_UNREACHABLE);
  }

  private CertificateVerdict askWith(TrustAnchors anchors, List<byte[]> chain) {
    CertificateRequest.Builder request =
        CertificateRequest.newBuilder()
            .setRole(CertificateRole.ROLE_SERVER)
            .setRevocation(RevocationMode.REVOCATION_REQUIRED);
    chain.forEach(der -> request.addChain(ByteString.copyFrom(der)));
    try {
      return judge().judge(request.build(), anchors, clock.instant());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void theSecondUrlIsTriedWhenTheFirstIsDead() {
    Identity two =
        ca.issue(
            Issue.to("b.example")
                .withCrl(
                    "http://127.0.0.1:1/dead.crl",
                    server.url().resolve("/revoking.crl").toString()));
    CertificateVerdict verdict = ask(RevocationMode.REVOCATION_REQUIRED, two);
    assertThat(verdict.getResult()).as(verdict.getDetail()).isEqualTo(VerdictResult.GOOD);
  }

  @Test
  void aListIsFetchedOnceForManyQuestions() throws Exception {
    List<Future<CertificateVerdict>> answers = new ArrayList<>();
    try (ExecutorService many = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 40; i++) {
        answers.add(many.submit(() -> ask()));
      }
    }
    for (Future<CertificateVerdict> answer : answers) {
      assertThat(answer.get().getResult()).isEqualTo(VerdictResult.GOOD);
    }
    assertThat(server.fetches()).isEqualTo(2);
  }

  /** Two certificates of one name and key: what one may sign, the other may not. */
  @Test
  void aListIsKnownByItsSignersCertificateAndNotByItsKey() throws Exception {
    CertificateMaker.Made may = CertificateMaker.ca("CA").make();
    CertificateMaker.Made mayNot =
        CertificateMaker.ca("CA")
            .keys(may.keys())
            .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign))
            .make();
    server.serve("/shared.crl", () -> CrlMaker.by(may).make());
    String url = server.url().resolve("/shared.crl").toString();
    Patience giveUp = Patience.of(clock.instant(), PATIENCE);
    assertThat(store().current(url, may.certificate(), giveUp))
        .isInstanceOf(PublicationStore.Current.class);
    assertThat(store().current(url, mayNot.certificate(), giveUp))
        .isInstanceOfSatisfying(
            PublicationStore.Failure.class, failed -> assertThat(failed.wrongSigner()).isTrue());
    assertThat(server.fetches("/shared.crl")).isEqualTo(2);
    // Nor does the one take away what the other has.
    assertThat(store().current(url, may.certificate(), giveUp))
        .isInstanceOf(PublicationStore.Current.class);
  }

  @Test
  void listsOutliveARestart() throws Exception {
    assertThat(ask().getResult()).isEqualTo(VerdictResult.GOOD);
    requireNonNull(http).close();
    server.stop();
    open();
    assertThat(ask().getResult()).isEqualTo(VerdictResult.GOOD);
  }

  @Test
  void aCorruptedFileIsFetchedAgain() throws Exception {
    assertThat(ask().getResult()).isEqualTo(VerdictResult.GOOD);
    requireNonNull(http).close();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".crl")).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
      }
    }
    open();
    int before = server.fetches();
    assertThat(ask().getResult()).isEqualTo(VerdictResult.GOOD);
    assertThat(server.fetches()).isEqualTo(before + 2);
  }

  @Test
  void whatIsHeldIsUsedToNextUpdateAndNotBeyond() {
    ca.crlTimes(Duration.ofMinutes(1), Duration.ofMinutes(30));
    assertThat(ask().getResult()).isEqualTo(VerdictResult.GOOD);
    server.stop();
    shift = Duration.ofMinutes(29);
    assertThat(ask().getResult()).isEqualTo(VerdictResult.GOOD);
    shift = Duration.ofMinutes(31);
    assertUnknown(ask(), VerdictReason.REVOCATION_UNREACHABLE);
  }

  @Test
  void aLyingServerDoesNotSpoilWhatIsHeld() {
    ca.crlTimes(Duration.ofMinutes(1), Duration.ofMinutes(30));
    assertThat(ask().getResult()).isEqualTo(VerdictResult.GOOD);
    server.lie(LabCa.create("Revoking").crl());
    shift = Duration.ofMinutes(20);
    store().refresh();
    Awaitility.await().until(() -> fetches.getOrDefault("wrong-signer", 0) == 2);
    assertThat(ask().getResult()).isEqualTo(VerdictResult.GOOD);
  }

  @Test
  void anOlderListDoesNotUndoARevocation() {
    ca.crlTimes(Duration.ofHours(3), Duration.ofDays(2));
    byte[] older = ca.crl();
    ca.crlTimes(Duration.ofMinutes(1), Duration.ofDays(2));
    ca.revoke(leaf.leaf());
    assertThat(ask().getReason()).isEqualTo(VerdictReason.REVOKED);
    server.lie(older);
    shift = Duration.ofHours(2);
    int before = server.fetches();
    store().refresh();
    Awaitility.await().until(() -> server.fetches() > before);
    Awaitility.await().until(() -> fetches.values().stream().mapToInt(i -> i).sum() >= 4);
    assertThat(ask().getReason()).isEqualTo(VerdictReason.REVOKED);
  }

  @Test
  void aListIsRefreshedAheadSoThatNoQuestionWaits() {
    ca.crlTimes(Duration.ofMinutes(1), Duration.ofHours(2));
    ask();
    int before = server.fetches();
    store().refresh();
    assertThat(server.fetches()).isEqualTo(before);
    shift = Duration.ofMinutes(61);
    ca.revoke(leaf.leaf());
    store().refresh();
    Awaitility.await().until(() -> ask().getReason() == VerdictReason.REVOKED);
    assertThat(server.fetches()).isEqualTo(before + 2);
  }

  @Test
  void privateTargetsAreRefusedByDefault() throws Exception {
    requireNonNull(http).close();
    open(new TestSettings(folder, false, 1 << 20, PATIENCE));
    CertificateVerdict verdict = ask();
    assertUnknown(verdict, VerdictReason.REVOCATION_UNREACHABLE);
    assertThat(verdict.getDetail()).contains("postern.revocation.allow-private-targets");
    assertThat(server.fetches()).isZero();
  }
}
