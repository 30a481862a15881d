package io.postern.certificate.mtasts;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.postern.contracts.v1.StsFailure;
import io.postern.contracts.v1.StsPolicyState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A domain's state for administrators. Immutable.
 *
 * @param inForce a policy was fetched, and its time is not over
 * @param id of the TXT record for which it was fetched; absent: none was ever fetched, and so are
 *     mode, maxAgeSeconds, fetched and until
 * @param mx patterns
 * @param asked when a request last led to a fetch
 * @param failure of the last fetch; absent: it succeeded
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PolicyView(
    String domain,
    String url,
    boolean inForce,
    @Nullable String id,
    @Nullable String mode,
    List<String> mx,
    @Nullable Long maxAgeSeconds,
    @Nullable Instant fetched,
    @Nullable Instant until,
    Instant asked,
    @Nullable Failure failure) {
  public PolicyView {
    mx = List.copyOf(mx);
  }

  /**
   * A fetch that failed.
   *
   * @param resultType RFC 8460 §4.3.2.2
   * @param next the domain is not asked before
   */
  public record Failure(String id, String resultType, String detail, Instant at, Instant next) {}

  static PolicyView of(StsPolicyState state, Instant now) {
    boolean fetched = !state.getId().isEmpty();
    StsFailure failure = state.getFailure();
    return new PolicyView(
        state.getDomain(),
        PolicyHost.url(state.getDomain()),
        FetchTimes.inForce(state, now.toEpochMilli()),
        fetched ? state.getId() : null,
        fetched ? state.getMode() : null,
        state.getMxList(),
        fetched ? state.getMaxAgeSeconds() : null,
        fetched ? Instant.ofEpochMilli(state.getFetchedMillis()) : null,
        fetched ? Instant.ofEpochMilli(FetchTimes.endMillis(state)) : null,
        Instant.ofEpochMilli(state.getAskedMillis()),
        state.hasFailure()
            ? new Failure(
                failure.getId(),
                failure.getResultType(),
                failure.getDetail(),
                Instant.ofEpochMilli(failure.getAtMillis()),
                Instant.ofEpochMilli(failure.getNextMillis()))
            : null);
  }
}
