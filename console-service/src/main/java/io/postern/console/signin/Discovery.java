package io.postern.console.signin;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.console.signin.ProviderException.Kind;
import io.postern.log.LogSettings;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Optional;

/**
 * What of a provider's discovery document (OpenID Connect Discovery §3) a browser's sign-in needs.
 * Immutable.
 *
 * @param namesItself its answers to browsers name their issuer (RFC 9207)
 * @param endSession where a browser signs out there; empty: nowhere
 */
record Discovery(URI authorization, URI token, boolean namesItself, Optional<URI> endSession) {
  private static final int MOST_ADDRESS = 2_000;
  private static final int OK = 200;

  /**
   * As the provider has it now.
   *
   * @param network of the browser that causes the question
   */
  static Discovery asked(ProviderHttp http, String issuer, String network)
      throws ProviderException {
    URI at =
        URI.create(
            (issuer.endsWith("/") ? issuer : issuer + "/") + ".well-known/openid-configuration");
    ProviderHttp.Answer answer =
        http.send(HttpRequest.newBuilder(at).header("Accept", "application/json").build(), network);
    if (answer.isOverloaded()) {
      throw new ProviderException(Kind.SILENT, at + " answered " + answer.status());
    }
    if (answer.status() != OK || !answer.body().isObject()) {
      throw unexpected(at + " answered " + answer.status() + " without a discovery document");
    }
    return of(answer.body(), issuer);
  }

  /**
   * @param issuer that the document must name (§4.3)
   * @throws ProviderException unexpected
   */
  static Discovery of(JsonNode document, String issuer) throws ProviderException {
    if (!document.path("issuer").asText("").equals(issuer)) {
      throw unexpected(
          "the discovery document does not name the issuer "
              + issuer
              + " as postern.api.oidc.issuer");
    }
    return new Discovery(
        endpoint(document, "authorization_endpoint")
            .orElseThrow(() -> unexpected("the discovery document has no authorization_endpoint")),
        endpoint(document, "token_endpoint")
            .orElseThrow(() -> unexpected("the discovery document has no token_endpoint")),
        document.path("authorization_response_iss_parameter_supported").asBoolean(false),
        endpoint(document, "end_session_endpoint"));
  }

  private static Optional<URI> endpoint(JsonNode document, String name) throws ProviderException {
    String text = document.path(name).asText("");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      URI address = URI.create(text);
      if (isSafe(address) && address.getRawFragment() == null && text.length() <= MOST_ADDRESS) {
        return Optional.of(address);
      }
    } catch (IllegalArgumentException e) {
      throw unexpected("the provider's " + name + " is not a valid URL");
    }
    throw unexpected("the provider's " + name + " uses neither https nor this machine");
  }

  /** Secrets may go there: over TLS, or within this machine. */
  static boolean isSafe(URI address) {
    String host = address.getHost();
    return host != null
        && ("https".equalsIgnoreCase(address.getScheme())
            || "http".equalsIgnoreCase(address.getScheme()) && LogSettings.loopback(host));
  }

  private static ProviderException unexpected(String message) {
    return new ProviderException(Kind.UNEXPECTED, message);
  }
}
