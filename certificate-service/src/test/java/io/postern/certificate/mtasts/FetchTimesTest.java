package io.postern.certificate.mtasts;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.certificate.mtasts.FetchTimes.Request;
import io.postern.contracts.v1.StsFailure;
import io.postern.contracts.v1.StsPolicyState;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FetchTimesTest {
  private static final long NOW = Duration.ofDays(20_000).toMillis();
  private static final Duration WEEK = Duration.ofDays(7);

  private static long ago(Duration age) {
    return NOW - age.toMillis();
  }

  private static StsPolicyState fetched(Duration age, Duration maxAge) {
    return StsPolicyState.newBuilder()
        .setDomain("fabrikam.example")
        .setId("1")
        .setMode("enforce")
        .setMaxAgeSeconds(maxAge.toSeconds())
        .setFetchedMillis(ago(age))
        .setAskedMillis(ago(age))
        .build();
  }

  private static StsPolicyState failed(
      StsPolicyState former, String id, Duration age, Duration pause) {
    return former.toBuilder()
        .setFailure(
            StsFailure.newBuilder()
                .setId(id)
                .setAtMillis(ago(age))
                .setNextMillis(ago(age) + pause.toMillis()))
        .build();
  }

  @Test
  void aDomainWithoutStateIsFetched() {
    assertThat(FetchTimes.request(null, "1", NOW)).isEqualTo(Request.FETCH);
  }

  @ParameterizedTest
  @CsvSource({
    // age, maximum, id, consequence
    "PT30S, P7D, 1, KNOWN",
    "PT30S, P7D, 2, KNOWN", // ids by turns
    "PT2M, P7D, 2, FETCH",
    "PT2M, P7D, 1, KNOWN",
    "PT23H, P7D, 1, KNOWN",
    "P1D, P7D, 1, FETCH", // in use, and not refreshed
    "PT59M, PT1H, 1, KNOWN",
    "PT1H, PT1H, 1, FETCH",
    "PT2M, PT1M, 1, FETCH", // ended
    "P8D, P7D, 1, FETCH",
    "-PT2M, P7D, 1, FETCH" // the log's clock was set back
  })
  void aFetchedPolicyAnswersWhileItIsYoung(
      Duration age, Duration maxAge, String id, Request consequence) {
    assertThat(FetchTimes.request(fetched(age, maxAge), id, NOW)).isEqualTo(consequence);
  }

  @ParameterizedTest
  @CsvSource({
    // since the failure, pause, id of the request, consequence
    "PT1M, PT5M, 1, RESTING",
    "PT5M, PT5M, 1, FETCH",
    "PT1H, PT4H, 1, RESTING",
    "PT1H, PT4H, 2, FETCH", // the domain has changed something
    "PT4M, PT4H, 2, RESTING",
    "-P400D, PT5M, 1, FETCH" // the log's clock was set back
  })
  void aDomainRestsAfterAFailure(Duration since, Duration pause, String id, Request consequence) {
    StsPolicyState none = StsPolicyState.newBuilder().setDomain("fabrikam.example").build();
    assertThat(FetchTimes.request(failed(none, "1", since, pause), id, NOW)).isEqualTo(consequence);
    StsPolicyState former = fetched(Duration.ofDays(2), WEEK);
    assertThat(FetchTimes.request(failed(former, "1", since, pause), id, NOW))
        .isEqualTo(consequence);
  }

  @Test
  void pausesGrowFromFiveMinutesToFourHours() {
    StsPolicyState state = fetched(Duration.ofDays(1), WEEK);
    assertThat(FetchTimes.nextTry(null, "1", NOW) - NOW).isEqualTo(300_000);
    assertThat(FetchTimes.nextTry(state, "1", NOW) - NOW).isEqualTo(300_000);
    long pause = 0;
    for (int i = 0; i < 10; i++) {
      pause = FetchTimes.nextTry(state, "1", NOW) - NOW;
      state = failed(state, "1", Duration.ZERO, Duration.ofMillis(pause));
      assertThat(FetchTimes.nextTry(state, "other", NOW) - NOW).isEqualTo(300_000);
    }
    assertThat(Duration.ofMillis(pause)).isEqualTo(Duration.ofHours(4));
  }

  @ParameterizedTest
  @CsvSource({
    // age, maximum, share, refreshed
    "PT17H, P7D, 0, false",
    "PT18H, P7D, 0, true",
    "PT18H, P7D, 1, false",
    "P1D, P7D, 1, true",
    "PT44M, PT90M, 0, false",
    "PT45M, PT90M, 0, true",
    "PT2H, PT90M, 0, false", // it has ended: the next use asks
    "-PT23H, P7D, 0, false",
    "-P2D, P7D, 0, true" // the log's clock was set back
  })
  void aPolicyInForceIsFetchedAgainAhead(
      Duration age, Duration maxAge, double share, boolean refreshed) {
    assertThat(FetchTimes.toRefresh(fetched(age, maxAge), share, NOW)).isEqualTo(refreshed);
  }

  @Test
  void noRefreshWhereNothingWouldBeLost() {
    StsPolicyState due = fetched(Duration.ofDays(1), Duration.ofDays(300));
    assertThat(FetchTimes.toRefresh(due, 0, NOW)).isTrue();
    assertThat(FetchTimes.toRefresh(due.toBuilder().setMode("none").build(), 0, NOW)).isFalse();
    StsPolicyState unasked = due.toBuilder().setAskedMillis(ago(Duration.ofDays(61))).build();
    assertThat(FetchTimes.toRefresh(unasked, 0, NOW)).isFalse();
    StsPolicyState none = due.toBuilder().clearId().build();
    assertThat(FetchTimes.toRefresh(none, 0, NOW)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "PT4M, PT5M, 0, false",
    "PT5M, PT5M, 0, true",
    "PT5M, PT5M, 1, false",
    "PT7M, PT5M, 1, true",
    "-P400D, PT5M, 0, true"
  })
  void aRefreshThatFailedIsTriedAgainAfterItsPause(
      Duration since, Duration pause, double share, boolean refreshed) {
    StsPolicyState state = failed(fetched(Duration.ofDays(2), WEEK), "1", since, pause);
    assertThat(FetchTimes.toRefresh(state, share, NOW)).isEqualTo(refreshed);
  }

  @Test
  void aStateIsOverAWeekBehindItsLastMeaning() {
    assertThat(FetchTimes.isOver(fetched(Duration.ofDays(13), WEEK), NOW)).isFalse();
    assertThat(FetchTimes.isOver(fetched(Duration.ofDays(15), WEEK), NOW)).isTrue();
    StsPolicyState none = StsPolicyState.newBuilder().setDomain("fabrikam.example").build();
    Duration pause = Duration.ofMinutes(5);
    assertThat(FetchTimes.isOver(failed(none, "1", Duration.ofDays(6), pause), NOW)).isFalse();
    assertThat(FetchTimes.isOver(failed(none, "1", Duration.ofDays(8), pause), NOW)).isTrue();
    StsPolicyState ended = fetched(Duration.ofDays(20), WEEK);
    assertThat(FetchTimes.isOver(failed(ended, "1", Duration.ofDays(6), pause), NOW)).isFalse();
  }
}
