package io.postern.console.signin;

import io.postern.api.ApiSettings;
import io.postern.api.signin.PendingSignIn;
import io.postern.console.signin.ProviderException.Kind;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The provider of {@code postern.api.oidc.issuer} for browsers: the authorization code flow (RFC
 * 6749 §4.1) with PKCE (RFC 7636). Its addresses are read at the first sign-in, see {@link
 * KnownDiscovery}. Any thread; what asks the provider blocks, see {@link ProviderHttp}.
 */
@Startup
@ApplicationScoped // a filter that is made before the settings can be read has it
public class OpenIdProvider {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final int OK = 200;

  /** RFC 6750 §2.1, so that it can be a header field. */
  private static final Pattern BEARER = Pattern.compile("[A-Za-z0-9._~+/-]{1,16384}=*");

  /** RFC 6749 §5.2; another word is a stranger's. */
  private static final Set<String> ERRORS =
      Set.of(
          "invalid_request",
          "invalid_client",
          "invalid_grant",
          "unauthorized_client",
          "unsupported_grant_type",
          "invalid_scope");

  private final ProviderSettings settings;
  private final String issuer;
  private final @Nullable ProviderHttp http;
  private final KnownDiscovery discovery;

  OpenIdProvider(ProviderSettings settings, ApiSettings api, TlsConfigurationRegistry tls)
      throws Exception {
    this.settings = settings;
    this.issuer = api.oidc().issuer().map(URI::toString).orElse("");
    this.http =
        settings.clientId().isEmpty()
            ? null
            : new ProviderHttp(client(api.oidc(), tls), ProviderHttp.PATIENCE);
    this.discovery =
        new KnownDiscovery(
            network -> Discovery.asked(http(), issuer, network),
            System::nanoTime,
            ProviderHttp.PATIENCE);
  }

  private static HttpClient client(ApiSettings.Oidc oidc, TlsConfigurationRegistry tls)
      throws Exception {
    URI issuer =
        oidc.issuer()
            .orElseThrow(
                () ->
                    new ConfigurationException(
                        "postern.console.oidc.client-id is set without postern.api.oidc.issuer:"
                            + " name the provider"));
    if (!Discovery.isSafe(issuer)) {
      throw new ConfigurationException(
          "postern.api.oidc.issuer is "
              + issuer
              + ", which is not on this machine: browsers sign in only at https://HOST");
    }
    HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(CONNECT);
    Optional<String> name = oidc.tlsConfigurationName();
    if (name.isPresent()) {
      TlsConfiguration configuration =
          tls.get(name.get())
              .orElseThrow(
                  () ->
                      new ConfigurationException(
                          "postern.api.oidc.tls-configuration-name names "
                              + name.get()
                              + ", and there is no quarkus.tls."
                              + name.get()));
      client.sslContext(configuration.createSSLContext());
    }
    return client.build();
  }

  /** Whether browsers sign in there. */
  public boolean isThere() {
    return http != null;
  }

  /** For people; empty: there is none. */
  public String host() {
    return isThere() ? URI.create(issuer).getHost() : "";
  }

  /**
   * Where the browser goes (RFC 6749 §4.1.1).
   *
   * @param redirect of this service, where the answer is to go
   * @param network of the browser, see {@link io.postern.api.signin.Network}
   */
  public URI authorization(PendingSignIn pending, URI redirect, String network)
      throws ProviderException {
    Map<String, String> query = new LinkedHashMap<>();
    query.put("response_type", "code");
    query.put("client_id", clientId());
    query.put("redirect_uri", redirect.toString());
    query.put("scope", settings.scopes());
    query.put("state", pending.state());
    query.put("code_challenge", pending.challenge());
    query.put("code_challenge_method", "S256");
    return with(discovery.get(network).authorization(), query);
  }

  /**
   * Whether an answer to a browser is this provider's (RFC 9207 §2.4).
   *
   * @param named the issuer that it names; empty: none
   * @param network of the browser
   */
  public boolean isIssuer(String named, String network) throws ProviderException {
    return named.isEmpty() ? !discovery.get(network).namesItself() : named.equals(issuer);
  }

  /**
   * The access token for a code (§4.1.3). Nobody has looked at it.
   *
   * @param network of the browser
   * @throws ProviderException refused: the code was used, is too old, or is another browser's
   */
  public String accessToken(String code, PendingSignIn pending, URI redirect, String network)
      throws ProviderException {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "authorization_code");
    form.put("code", code);
    form.put("redirect_uri", redirect.toString());
    form.put("code_verifier", pending.verifier());
    if (settings.clientSecret().isEmpty()) {
      form.put("client_id", clientId());
    }
    URI to = discovery.get(network).token();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(to)
            .header("Accept", "application/json")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(encoded(form)));
    settings
        .clientSecret()
        .ifPresent(secret -> request.header("Authorization", basic(clientId(), secret)));
    ProviderHttp.Answer answer = http().send(request.build(), network);
    if (answer.status() != OK) {
      throw refused(to, answer);
    }
    String token = answer.body().path("access_token").asText("");
    if (!BEARER.matcher(token).matches()
        || !answer.body().path("token_type").asText("").equalsIgnoreCase("Bearer")) {
      throw new ProviderException(Kind.UNEXPECTED, to + " answered without a bearer token");
    }
    return token;
  }

  /**
   * Where a browser signs out there (OpenID Connect RP-Initiated Logout); empty: nowhere.
   *
   * @param network of the browser
   */
  public Optional<URI> signOut(String network) throws ProviderException {
    return discovery.get(network).endSession().map(at -> with(at, Map.of("client_id", clientId())));
  }

  private static ProviderException refused(URI to, ProviderHttp.Answer answer) {
    String error = answer.body().path("error").asText("");
    String message =
        to
            + " answered "
            + answer.status()
            + " "
            + (ERRORS.contains(error) ? error : "without an error that it may name");
    if (answer.isOverloaded()) {
      return new ProviderException(Kind.SILENT, message);
    }
    return new ProviderException(
        error.equals("invalid_grant") ? Kind.REFUSED : Kind.UNEXPECTED, message);
  }

  private ProviderHttp http() {
    ProviderHttp there = http;
    if (there == null) {
      throw new IllegalStateException("sign-in at a provider is not configured");
    }
    return there;
  }

  private String clientId() {
    return settings.clientId().orElseThrow();
  }

  /** RFC 6749 §2.3.1: both parts encoded as in forms. */
  private static String basic(String id, String secret) {
    String pair = encoded(id) + ":" + encoded(secret);
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII));
  }

  private static URI with(URI address, Map<String, String> query) {
    String text = address.toASCIIString();
    return URI.create(text + (address.getRawQuery() == null ? "?" : "&") + encoded(query));
  }

  private static String encoded(Map<String, String> form) {
    return form.entrySet().stream()
        .map(entry -> encoded(entry.getKey()) + "=" + encoded(entry.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
