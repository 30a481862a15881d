package io.postern.operator.signin;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A provider's answer that has a token (RFC 6749 §5.1). Immutable.
 *
 * @param ends of the access token
 * @param refreshToken null: none was given
 */
public record Grant(String accessToken, Instant ends, @Nullable String refreshToken) {
  /** RFC 6750 §2.1, so that it can be a header field. */
  private static final Pattern BEARER = Pattern.compile("[A-Za-z0-9._~+/-]{1,16384}=*");

  private static final int MOST_REFRESH = 16_384;
  private static final long USUAL_SECONDS = 300; // of a provider that does not say
  private static final long MOST_SECONDS = 86_400;

  /**
   * @throws IOException it has no token of the kind that our services take
   */
  static Grant of(JsonNode answer, Instant now) throws IOException {
    String token = answer.path("access_token").asText("");
    if (!BEARER.matcher(token).matches()
        || !answer.path("token_type").asText("").equalsIgnoreCase("Bearer")) {
      throw new IOException("the provider's answer has no bearer token (RFC 6750)");
    }
    String refresh = answer.path("refresh_token").asText("");
    long seconds = Math.clamp(answer.path("expires_in").asLong(USUAL_SECONDS), 0, MOST_SECONDS);
    return new Grant(
        token,
        Instant.ofEpochSecond(now.getEpochSecond()).plusSeconds(seconds),
        refresh.isEmpty() || refresh.length() > MOST_REFRESH ? null : refresh);
  }

  @Override
  public String toString() {
    return "grant until " + ends;
  }
}
