package io.postern.delivery.mtasts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.v1.StsFailure;
import io.postern.contracts.v1.StsPolicyState;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Holds for policies over the log, and for those of tests. */
abstract class StsPoliciesContract {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(50);

  abstract StsPolicies policies();

  /** As certificate-service does. */
  abstract void publish(StsPolicyState state) throws Exception;

  /** How often the policy of this id was asked for. */
  abstract long asked(String domain, String id);

  static StsPolicyState policy(String domain, String id) {
    return StsPolicyState.newBuilder()
        .setDomain(domain)
        .setId(id)
        .setMode("enforce")
        .addMx("mx." + domain)
        .setMaxAgeSeconds(86_400)
        .setFetchedMillis(System.currentTimeMillis())
        .build();
  }

  @Test
  void nothingIsKnownOfADomainThatNobodyPublished() {
    assertThat(policies().known("unknown.example")).isNull();
  }

  @Test
  void theNewestStateIsKnown() throws Exception {
    publish(policy("newest.example", "1"));
    publish(policy("newest.example", "2"));
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> {
              StsPolicyState known = policies().known("newest.example");
              assertThat(known).isNotNull();
              assertThat(known.getId()).isEqualTo("2");
            });
  }

  @Test
  void aPolicyIsAskedForAndAwaited() throws Exception {
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<@Nullable StsPolicyState> caller =
          callers.submit(() -> policies().awaited("first.example", "7", null, LONG));
      await().atMost(LONG).until(() -> asked("first.example", "7") == 1);
      publish(policy("first.example", "7"));
      StsPolicyState answer = caller.get();
      assertThat(answer).isNotNull();
      assertThat(answer.getId()).isEqualTo("7");
    }
  }

  @Test
  void aPolicyThatHasEndedIsNoAnswer() throws Exception {
    StsPolicyState ended = policy("ended.example", "1").toBuilder().setFetchedMillis(1).build();
    publish(ended);
    await().atMost(LONG).until(() -> policies().known("ended.example") != null);
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<@Nullable StsPolicyState> caller =
          callers.submit(() -> policies().awaited("ended.example", "1", ended, LONG));
      await().atMost(LONG).until(() -> asked("ended.example", "1") == 1);
      publish(policy("ended.example", "1"));
      StsPolicyState answer = caller.get();
      assertThat(answer).isNotNull();
      assertThat(answer.getFetchedMillis()).isGreaterThan(1);
    }
  }

  @Test
  void aFailureIsAnAnswerToo() throws Exception {
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<@Nullable StsPolicyState> caller =
          callers.submit(() -> policies().awaited("failing.example", "7", null, LONG));
      await().atMost(LONG).until(() -> asked("failing.example", "7") == 1);
      publish(
          StsPolicyState.newBuilder()
              .setDomain("failing.example")
              .setFailure(StsFailure.newBuilder().setId("7").setResultType("sts-webpki-invalid"))
              .build());
      StsPolicyState answer = caller.get();
      assertThat(answer).isNotNull();
      assertThat(answer.getId()).isEmpty();
    }
  }

  @Test
  void whoWaitsInVainGetsTheStateBefore() throws Exception {
    publish(policy("silent.example", "1"));
    await().atMost(LONG).until(() -> policies().known("silent.example") != null);
    StsPolicyState answer = policies().awaited("silent.example", "2", null, SHORT);
    assertThat(answer).isNotNull();
    assertThat(answer.getId()).isEqualTo("1");
  }

  @Test
  void whoLeavesFirstTakesTheAnswerFromNoOther() throws Exception {
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<@Nullable StsPolicyState> patient =
          callers.submit(() -> policies().awaited("two.example", "7", null, LONG));
      await().atMost(LONG).until(() -> asked("two.example", "7") == 1);
      assertThat(policies().awaited("two.example", "7", null, SHORT)).isNull();
      publish(policy("two.example", "7"));
      assertThat(patient.get(LONG.toMillis() / 2, TimeUnit.MILLISECONDS)).isNotNull();
    }
  }

  @Test
  void aQuestionGoesOutOnceForMany() throws Exception {
    for (int i = 0; i < 20; i++) {
      policies().ask("many.example", "1");
    }
    policies().ask("many.example", "2");
    await().atMost(LONG).until(() -> asked("many.example", "2") == 1);
    assertThat(asked("many.example", "1")).isEqualTo(1);
  }
}
