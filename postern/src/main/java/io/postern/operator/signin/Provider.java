package io.postern.operator.signin;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An OpenID provider as its discovery document describes it, for a public client. Any thread.
 *
 * <p>Failure: {@link IOException} that names the provider's address; {@link
 * ProviderHttp.UnreachableException} where the same may succeed later.
 */
public final class Provider {
  private static final int TOO_MANY = 429;

  private final ProviderHttp http;
  private final URI tokens;
  private final @Nullable URI devices;
  private final @Nullable URI revocation;

  private Provider(ProviderHttp http, URI tokens, @Nullable URI devices, @Nullable URI revocation) {
    this.http = http;
    this.tokens = tokens;
    this.devices = devices;
    this.revocation = revocation;
  }

  /**
   * Reads the discovery document (OpenID Connect Discovery §4), which must name the same issuer.
   */
  public static Provider discover(ProviderHttp http, String issuer) throws IOException {
    ProviderHttp.address("the issuer", issuer);
    String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
    URI document = ProviderHttp.address("the issuer", base + "/.well-known/openid-configuration");
    ProviderHttp.Answer answer = http.get(document);
    if (answer.status() != 200 || !answer.body().isObject()) {
      throw new IOException(
          document + " returned " + answer.status() + " instead of a discovery document");
    }
    if (!answer.body().path("issuer").asText().equals(issuer)) { // §4.3
      throw new IOException(
          document
              + " names another issuer: "
              + ProviderHttp.shown(answer.body().path("issuer").asText()));
    }
    URI tokens = endpoint(answer.body(), "token_endpoint");
    if (tokens == null) {
      throw new IOException(document + " has no token_endpoint");
    }
    return new Provider(
        http,
        tokens,
        endpoint(answer.body(), "device_authorization_endpoint"),
        endpoint(answer.body(), "revocation_endpoint"));
  }

  private static @Nullable URI endpoint(JsonNode document, String name) throws IOException {
    String text = document.path(name).asText("");
    return text.isEmpty() ? null : ProviderHttp.address("the provider's " + name, text);
  }

  /** Asks for a code that the user enters (RFC 8628 §3.1). */
  DeviceCode deviceCode(String clientId, String scopes) throws IOException {
    if (devices == null) {
      throw new IOException(
          "the provider has no device_authorization_endpoint (RFC 8628): sign in with --user NAME");
    }
    ProviderHttp.Answer answer = asked(devices, Map.of("client_id", clientId, "scope", scopes));
    if (answer.status() != 200) {
      throw refused(devices, answer);
    }
    return DeviceCode.of(answer.body());
  }

  /**
   * Asks whether the user has agreed (§3.4); an answer with an {@code error} says not yet, or no.
   */
  ProviderHttp.Answer tokenFor(DeviceCode code, String clientId) throws IOException {
    return asked(
        tokens,
        Map.of(
            "grant_type",
            "urn:ietf:params:oauth:grant-type:device_code",
            "device_code",
            code.secret(),
            "client_id",
            clientId));
  }

  /** A new token for a refresh token (RFC 6749 §6). */
  Grant renew(Token.Renewal renewal, Instant now) throws IOException {
    ProviderHttp.Answer answer =
        asked(
            tokens,
            Map.of(
                "grant_type",
                "refresh_token",
                "refresh_token",
                renewal.refreshToken(),
                "client_id",
                renewal.clientId()));
    if (answer.status() != 200) {
      throw refused(tokens, answer);
    }
    return Grant.of(answer.body(), now);
  }

  /**
   * Makes a refresh token, and the session that it stands for, good for nothing (RFC 7009). False:
   * the provider does not offer it.
   */
  public boolean revoke(Token.Renewal renewal) throws IOException {
    if (revocation == null) {
      return false;
    }
    ProviderHttp.Answer answer =
        asked(
            revocation,
            Map.of(
                "token",
                renewal.refreshToken(),
                "token_type_hint",
                "refresh_token",
                "client_id",
                renewal.clientId()));
    if (answer.status() != 200) {
      throw refused(revocation, answer);
    }
    return true;
  }

  private ProviderHttp.Answer asked(URI address, Map<String, String> form) throws IOException {
    ProviderHttp.Answer answer = http.post(address, form);
    if (answer.status() >= 500 || answer.status() == TOO_MANY) {
      throw new ProviderHttp.UnreachableException(
          address + " returned " + answer.status(), new IOException("no response"));
    }
    return answer;
  }

  /** With the provider's own words (RFC 6749 §5.2). */
  static IOException refused(URI address, ProviderHttp.Answer answer) {
    String error = answer.body().path("error").asText("no readable error");
    String description = answer.body().path("error_description").asText("");
    return new IOException(
        address
            + " returned "
            + answer.status()
            + ": "
            + ProviderHttp.shown(error)
            + (description.isEmpty() ? "" : " (" + ProviderHttp.shown(description) + ")"));
  }

  /** A failure of the poll, in the same words. */
  IOException refused(ProviderHttp.Answer answer) {
    return refused(tokens, answer);
  }
}
