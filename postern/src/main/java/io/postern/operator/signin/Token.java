package io.postern.operator.signin;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A token that stands for a user, in the form of its file. Immutable. Its words for people have
 * nothing secret.
 *
 * @param context for which it was given, see {@link TokenFile#of}
 * @param user the name by which the services know its holder
 * @param ends RFC 3339
 * @param services origins, such as {@code https://policy.example:8443}: it is sent there alone
 * @param renewal null: it cannot be renewed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true) // of a newer version
public record Token(
    String context,
    String user,
    String token,
    String ends,
    SortedSet<String> services,
    @Nullable Renewal renewal) {
  private static final Duration MARGIN = Duration.ofSeconds(30); // clocks differ, requests last

  /** The way to a new token without the user: a refresh token (RFC 6749 §6) of a provider. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Renewal(String issuer, String clientId, String refreshToken) {
    @Override
    public String toString() {
      return "renewal at " + issuer;
    }
  }

  /** The origins of addresses. */
  public static SortedSet<String> origins(Collection<URI> services) {
    TreeSet<String> origins = new TreeSet<>();
    services.forEach(service -> origins.add(origin(service)));
    return origins;
  }

  /** Whether it was given for this address. */
  boolean isFor(URI service) {
    return services.contains(origin(service));
  }

  private static String origin(URI service) {
    return (service.getScheme() + "://" + service.getAuthority()).toLowerCase(Locale.ROOT);
  }

  boolean isGood(Instant now) {
    return now.plus(MARGIN).isBefore(Instant.parse(ends));
  }

  Token renewed(Grant grant) {
    return new Token(
        context,
        user,
        grant.accessToken(),
        grant.ends().toString(),
        services,
        renewal == null || grant.refreshToken() == null
            ? renewal
            : new Renewal(renewal.issuer(), renewal.clientId(), grant.refreshToken()));
  }

  @Override
  public String toString() {
    return "token of " + user + " until " + ends;
  }
}
