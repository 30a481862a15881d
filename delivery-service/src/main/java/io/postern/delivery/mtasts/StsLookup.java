package io.postern.delivery.mtasts;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.postern.contracts.v1.StsPolicyState;
import io.postern.dns.DnsFailureException;
import io.postern.dns.MailResolver;
import io.postern.dns.mtasts.StsPolicy;
import io.postern.dns.mtasts.StsRecord;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The policy of a domain that is in force (RFC 8461 §3, §5.1): the TXT record says which is the
 * newest; the one that was fetched before holds until its age ends, whatever the DNS says meanwhile
 * (§3.1), and is asked for again when it gets old. Only a domain of which no policy is in force is
 * waited for. Any thread; blocks for the TXT record as {@link MailResolver} does, once in {@value
 * #UNANSWERED_SECONDS} s where nobody answers, and for a first policy for {@code patience}.
 */
public final class StsLookup {
  /** RFC 8460 §4.3.2.2. */
  private static final String FETCH_ERROR = "sts-policy-fetch-error";

  /** The answer. */
  public sealed interface Found {
    /** The domain has no policy, or one that demands nothing. */
    record Nothing() implements Found {}

    /**
     * It has one by its TXT record, and none could be had.
     *
     * @param resultType RFC 8460's
     */
    record Failure(String id, String resultType) implements Found {}

    /** Never of mode none. */
    record Policy(String id, StsPolicy policy) implements Found {}
  }

  private static final Found NOTHING = new Found.Nothing();

  private static final int UNANSWERED_SECONDS = 60;
  private static final int MAX_DOMAINS = 10_000;

  // A name server that drops such questions costs one delivery a minute its patience.
  private final Cache<String, Boolean> unanswered =
      Caffeine.newBuilder()
          .maximumSize(MAX_DOMAINS)
          .expireAfterWrite(Duration.ofSeconds(UNANSWERED_SECONDS))
          .executor(Runnable::run)
          .build();
  private final MailResolver dns;
  private final StsPolicies policies;
  private final Duration patience;
  private final InstantSource clock;

  /**
   * @param clock by which policies end
   */
  public StsLookup(MailResolver dns, StsPolicies policies, Duration patience, InstantSource clock) {
    this.dns = dns;
    this.policies = policies;
    this.patience = patience;
    this.clock = clock;
  }

  /**
   * @param domain policy domain, lower case A-labels
   */
  public Found of(String domain) {
    String id = id(domain);
    StsPolicyState state = policies.known(domain);
    if (id.isEmpty()) {
      return inForce(state) ? policy(state) : NOTHING;
    }
    if (wanted(state, id)) {
      if (inForce(state)) {
        policies.ask(domain, id);
      } else {
        state = awaited(domain, id, state);
      }
    }
    return inForce(state) ? policy(state) : failure(state, id);
  }

  /** Of the TXT record; empty: there is none, or it is not known for now. */
  private String id(String domain) {
    if (unanswered.getIfPresent(domain) != null) {
      return "";
    }
    try {
      return StsRecord.of(domain, dns).map(StsRecord::id).orElse("");
    } catch (DnsFailureException e) {
      unanswered.put(domain, Boolean.TRUE);
      return "";
    }
  }

  private @Nullable StsPolicyState awaited(
      String domain, String id, @Nullable StsPolicyState before) {
    try {
      return policies.awaited(domain, id, before, patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return policies.known(domain);
    }
  }

  private boolean wanted(@Nullable StsPolicyState state, String id) {
    if (state == null) {
      return true;
    }
    boolean failedLately =
        state.getFailure().getId().equals(id)
            && clock.millis() < state.getFailure().getNextMillis();
    return !failedLately && (!state.getId().equals(id) || old(state) || !inForce(state));
  }

  private boolean old(StsPolicyState state) {
    Duration maxAge = Duration.ofSeconds(state.getMaxAgeSeconds());
    return clock.millis() - state.getFetchedMillis() >= StsPolicy.refreshAfter(maxAge).toMillis();
  }

  private boolean inForce(@Nullable StsPolicyState state) {
    return state != null
        && !state.getId().isEmpty()
        && clock.millis() < state.getFetchedMillis() + state.getMaxAgeSeconds() * 1000;
  }

  private static Found policy(@Nullable StsPolicyState state) {
    if (state == null) {
      return NOTHING;
    }
    Optional<StsPolicy.Mode> mode = StsPolicy.Mode.of(state.getMode());
    return mode.isEmpty() || mode.get() == StsPolicy.Mode.NONE
        ? NOTHING
        : new Found.Policy(
            state.getId(),
            new StsPolicy(
                mode.get(), state.getMxList(), Duration.ofSeconds(state.getMaxAgeSeconds())));
  }

  private static Found failure(@Nullable StsPolicyState state, String id) {
    return new Found.Failure(
        id,
        state != null && state.getFailure().getId().equals(id)
            ? state.getFailure().getResultType()
            : FETCH_ERROR);
  }
}
