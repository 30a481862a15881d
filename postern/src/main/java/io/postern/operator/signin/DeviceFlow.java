package io.postern.operator.signin;

import io.postern.operator.signin.ProviderHttp.UnreachableException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * Signing in at a provider from a device without a browser (RFC 8628): the user agrees on another
 * one. One thread.
 */
public final class DeviceFlow {
  private static final Duration SLOWER = Duration.ofSeconds(5); // §3.5
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private final Provider provider;
  private final Waiting waiting;

  public DeviceFlow(Provider provider, Waiting waiting) {
    this.provider = provider;
    this.waiting = waiting;
  }

  /**
   * Waits until the user has agreed.
   *
   * @param show shows the user address and code
   * @throws IOException the user refused, or let the code end; or the provider answered otherwise
   */
  public Grant grant(String clientId, String scopes, Consumer<DeviceCode> show)
      throws IOException, InterruptedException {
    DeviceCode code = provider.deviceCode(clientId, scopes);
    Instant end = waiting.now().plus(code.life());
    show.accept(code);
    Duration interval = code.interval();
    String silence = "";
    while (true) {
      waiting.pause(interval);
      if (!waiting.now().isBefore(end)) {
        throw ended(silence);
      }
      ProviderHttp.Answer answer;
      try {
        answer = provider.tokenFor(code, clientId);
      } catch (UnreachableException e) {
        silence = " (" + e.getMessage() + ")";
        interval = atMost(interval.multipliedBy(2)); // §3.5: exponential
        continue;
      }
      if (answer.status() == 200) {
        return Grant.of(answer.body(), waiting.now());
      }
      switch (answer.body().path("error").asText("")) {
        case "authorization_pending" -> silence = "";
        case "slow_down" -> interval = atMost(interval.plus(SLOWER));
        case "access_denied" -> throw new IOException("the provider reports that the user refused");
        case "expired_token" -> throw ended("");
        default -> throw provider.refused(answer);
      }
    }
  }

  private static Duration atMost(Duration interval) {
    return interval.compareTo(LONGEST) < 0 ? interval : LONGEST;
  }

  private static IOException ended(String why) {
    return new IOException(
        "the code expired before it was confirmed" + why + ": start again with postern sign-in");
  }
}
