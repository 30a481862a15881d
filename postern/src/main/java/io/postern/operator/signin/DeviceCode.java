package io.postern.operator.signin;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * A code by which a user agrees in a browser (RFC 8628 §3.2). Immutable.
 *
 * @param secret the device code, which the provider alone is told
 * @param userCode printable ASCII, for the user to enter
 * @param address where it is entered
 * @param completeAddress the same with the code in it; empty: none
 * @param life until the code is good for nothing: 1 s to an hour
 * @param interval between two questions: 1 s to a minute
 */
public record DeviceCode(
    String secret,
    String userCode,
    String address,
    String completeAddress,
    Duration life,
    Duration interval) {
  private static final Pattern SHOWN = Pattern.compile("[!-~](?:[ -~]{0,62}[!-~])?");
  private static final int MOST_SECRET = 16_384;
  private static final int MOST_ADDRESS = 2_000;
  private static final long USUAL_INTERVAL = 5; // §3.2
  private static final long MOST_INTERVAL = 60;
  private static final long USUAL_LIFE = 600; // of a provider that leaves out what it must say
  private static final long MOST_LIFE = 3_600;

  static DeviceCode of(JsonNode answer) throws IOException {
    String secret = answer.path("device_code").asText("");
    String userCode = answer.path("user_code").asText("");
    String address = answer.path("verification_uri").asText("");
    String complete = answer.path("verification_uri_complete").asText("");
    if (secret.isEmpty() || secret.length() > MOST_SECRET || !SHOWN.matcher(userCode).matches()) {
      throw new IOException("the provider's answer has no code (RFC 8628 §3.2)");
    }
    return new DeviceCode(
        secret,
        userCode,
        checked(address),
        complete.isEmpty() ? "" : checked(complete),
        Duration.ofSeconds(Math.clamp(answer.path("expires_in").asLong(USUAL_LIFE), 1, MOST_LIFE)),
        Duration.ofSeconds(
            Math.clamp(answer.path("interval").asLong(USUAL_INTERVAL), 1, MOST_INTERVAL)));
  }

  private static String checked(String address) throws IOException {
    if (address.length() > MOST_ADDRESS) {
      throw new IOException("the provider's verification_uri is too long");
    }
    return ProviderHttp.address("the provider's verification_uri", address).toASCIIString();
  }

  @Override
  public String toString() {
    return "code " + userCode;
  }
}
