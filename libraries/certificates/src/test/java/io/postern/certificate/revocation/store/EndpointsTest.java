package io.postern.certificate.revocation.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.certificate.fetch.FetchException;
import io.postern.certificate.fetch.FetchException.Kind;
import io.postern.certificate.revocation.TestSettings;
import io.postern.certificate.revocation.ocsp.OcspAnswer;
import io.postern.certificate.revocation.store.Endpoints.Health;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EndpointsTest {
  private static final String URL = "http://crl.example/a.crl";
  private static final Instant BEGIN = Instant.parse("2026-11-25T12:00:00Z");

  private volatile Instant now = BEGIN;
  private final Endpoints endpoints = new Endpoints(TestSettings.in(Path.of("")), () -> now);

  private OcspAnswer answer() {
    return new OcspAnswer(
        OcspAnswer.Status.GOOD, now, now.plusSeconds(3600), null, "", new byte[0]);
  }

  private void good() throws Exception {
    assertThat(endpoints.ask(URL, "the list", this::answer)).isNotNull();
  }

  private void fail(Kind kind) {
    assertThatThrownBy(
            () ->
                endpoints.ask(
                    URL,
                    "the list",
                    () -> {
                      throw new FetchException(kind, "it fails: " + kind);
                    }))
        .isInstanceOf(FetchException.class);
  }

  private Health health() {
    assertThat(endpoints.all()).hasSize(1);
    return endpoints.all().getFirst();
  }

  private static Duration until(@Nullable Instant next, Instant from) {
    assertThat(next).isNotNull();
    return next == null ? Duration.ZERO : Duration.between(from, next);
  }

  @Test
  void anEndpointRestsTwiceAsLongEachTimeUntilTheLongest() throws Exception {
    // As failure-memory is 10 s and its longest 5 min; up to a quarter less.
    for (int seconds : new int[] {10, 20, 40, 80, 160, 300, 300}) {
      fail(Kind.UNREACHABLE);
      Duration rest = until(health().nextTry(), now);
      assertThat(rest).isBetween(Duration.ofMillis(seconds * 750L), Duration.ofSeconds(seconds));
      assertThatThrownBy(() -> endpoints.ask(URL, "the list", this::answer))
          .isInstanceOf(RestingException.class)
          .hasMessage("it fails: UNREACHABLE");
      now = now.plus(rest);
    }
    assertThat(health().failuresInRow()).isEqualTo(7);
    good();
    assertThat(health().failing()).isFalse();
    assertThat(health().nextTry()).isNull();
    fail(Kind.UNREACHABLE);
    assertThat(until(health().nextTry(), now)).isLessThanOrEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void aClockThatWasSetBackLeavesNoEndpointAlone() throws Exception {
    now = BEGIN.plus(Duration.ofDays(1));
    fail(Kind.UNREACHABLE);
    now = BEGIN;
    good();
  }

  @Test
  void itsHealthTellsWhatWasLastSeen() throws Exception {
    good();
    now = now.plusSeconds(60);
    fail(Kind.TIMEOUT);
    Health health = health();
    assertThat(health.url()).isEqualTo(URL);
    assertThat(health.lastOk()).isEqualTo(BEGIN);
    assertThat(health.lastFailure()).isEqualTo(now);
    assertThat(health.reason()).isEqualTo("it fails: TIMEOUT");
    assertThat(health.failuresInRow()).isEqualTo(1);
    assertThat(health.lastDuration()).isNotNull();
    assertThat(endpoints.failing()).isEqualTo(1);
    assertThat(endpoints.ok()).isZero();
  }

  /** Or one who asks for what is not there would silence it for all others. */
  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"HTTP", "TOO_LARGE", "GARBAGE", "REFUSAL", "WRONG_SIGNER"})
  void anAnswerThatIsWrongLeavesTheEndpointToOthers(Kind kind) throws Exception {
    fail(kind);
    assertThat(health().failing()).isTrue();
    assertThat(health().nextTry()).isNull();
    good();
    assertThat(health().failing()).isFalse();
  }

  @Test
  void whatIsStaleIsAFailureThatIsHandedOn() throws Exception {
    OcspAnswer stale =
        new OcspAnswer(
            OcspAnswer.Status.GOOD,
            now.minusSeconds(7200),
            now.minusSeconds(60),
            null,
            "",
            new byte[0]);
    assertThat(endpoints.ask(URL, "the list", () -> stale)).isSameAs(stale);
    assertThat(health().reason()).startsWith("the list was current until");
    assertThat(health().failing()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"BUSY", "NOT_STORED"})
  void whatFailsHereIsNoFailureOfTheEndpoint(Kind kind) {
    fail(kind);
    assertThat(health().failing()).isFalse();
    assertThat(endpoints.failing() + endpoints.ok()).isZero();
  }

  @Test
  void oneFetchTriesAnEndpointAgain() throws Exception {
    fail(Kind.UNREACHABLE);
    now = now.plusSeconds(10);
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    try (ExecutorService side = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<OcspAnswer> first =
          side.submit(
              () ->
                  endpoints.ask(
                      URL,
                      "the list",
                      () -> {
                        asked.countDown();
                        answered.await();
                        return answer();
                      }));
      asked.await();
      assertThatThrownBy(() -> endpoints.ask(URL, "the list", this::answer))
          .isInstanceOfSatisfying(
              RestingException.class, e -> assertThat(e.until()).isEqualTo(now.plusSeconds(1)));
      answered.countDown();
      assertThat(first.get()).isNotNull();
    }
    good();
  }

  /** Four at a time time out together: that is one failure. */
  @Test
  void fetchesThatFailTogetherCountOnce() throws Exception {
    CountDownLatch all = new CountDownLatch(4);
    try (ExecutorService side = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 4; i++) {
        var unused =
            side.submit(
                () ->
                    endpoints.ask(
                        URL,
                        "the list",
                        () -> {
                          all.countDown();
                          all.await();
                          throw new FetchException(Kind.TIMEOUT, "it fails");
                        }));
      }
    }
    assertThat(health().failuresInRow()).isEqualTo(1);
    assertThat(until(health().nextTry(), now)).isLessThanOrEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void noMoreThanTheBoundAreKnown() throws Exception {
    for (int i = 0; i < Endpoints.MOST + 10; i++) {
      endpoints.ask("http://crl.example/" + i, "the list", this::answer);
    }
    assertThat(endpoints.all()).hasSize(Endpoints.MOST);
    assertThat(endpoints.ok()).isEqualTo(Endpoints.MOST);
  }
}
