package io.postern.delivery.gate;

import io.postern.dns.mtasts.StsPolicy.Mode;
import java.util.List;

/**
 * The demand of a policy domain of one host (RFC 8461).
 *
 * @param id of the TXT record for which the policy was fetched
 * @param mode {@link Mode#NONE}: the policy could not be had, and nothing is demanded
 * @param mx as in the policy, a few for people
 * @param named the policy names the host
 * @param failure RFC 8460's result type of a policy that could not be had; empty: it was
 */
public record StsDemand(
    String domain, String id, Mode mode, List<String> mx, boolean named, String failure) {
  public StsDemand {
    mx = List.copyOf(mx);
  }
}
