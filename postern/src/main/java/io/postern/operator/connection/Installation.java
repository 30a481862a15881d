package io.postern.operator.connection;

import io.postern.log.LogSettings;
import io.postern.operator.api.Credentials;
import io.postern.operator.api.Https;
import io.postern.operator.api.ServiceApi;
import io.postern.operator.signin.ProviderHttp;
import io.postern.operator.signin.Session;
import io.postern.operator.signin.TokenFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An installation, as a command reaches it. Each part is looked up when a command needs it, so that
 * a context needs only the parts that its commands ask.
 *
 * <p>Failure: {@link IllegalStateException} or {@link IllegalArgumentException} that names the
 * missing or wrong value.
 */
public final class Installation {
  private static final String AUTHORITY = "postern.authority-file";
  private static final String CREDENTIALS = ".credentials-file";
  private static final String PROVIDER_AUTHORITY = "postern.oidc.authority-file";

  /** The services that have an API, by the beginning of their keys. */
  private static final Map<String, String> SERVICES =
      Map.of(
          "postern.policy", "policy-service",
          "postern.certificate", "certificate-service",
          "postern.console", "console-service");

  /** In the order in which one of them is asked. */
  private static final List<String> KEYS =
      List.of("postern.policy", "postern.certificate", "postern.console");

  private final Context context;
  private final UserFolder user;
  private @Nullable HttpClient http;

  Installation(Context context, UserFolder user) {
    this.context = context;
    this.user = user;
  }

  /** Refuses a link that leaves the machine unprotected. */
  public LogSettings kafka() {
    context.needed("kafka.bootstrap.servers");
    return LogSettings.of(context.kafkaKeys(), context::value);
  }

  public ServiceApi policy() {
    return api("postern.policy");
  }

  /** The same with these credentials in place of the usual ones. */
  public ServiceApi policy(Credentials credentials) {
    return api("postern.policy", credentials);
  }

  public ServiceApi certificates() {
    return api("postern.certificate");
  }

  public ServiceApi console() {
    return api("postern.console");
  }

  /** One that the context names, for questions that each service answers. */
  public ServiceApi someService() {
    return api(someKey());
  }

  /** The same with these credentials in place of the usual ones. */
  public ServiceApi someService(Credentials credentials) {
    return api(someKey(), credentials);
  }

  private String someKey() {
    return KEYS.stream()
        .filter(key -> context.value(key + ".url") != null)
        .findFirst()
        .orElse("postern.policy");
  }

  private ServiceApi api(String key) {
    URI url = url(key);
    String file = context.value(key + CREDENTIALS);
    // A file that somebody named for a service counts before a token, as it did before tokens.
    if (file != null) {
      return api(key, Credentials.file(Path.of(file)));
    }
    return api(
        key,
        new Session(tokenFile(), url, key + CREDENTIALS, this::provider, InstantSource.system()));
  }

  private ServiceApi api(String key, Credentials credentials) {
    return new ServiceApi(SERVICES.getOrDefault(key, key), url(key), credentials, http());
  }

  private URI url(String key) {
    return address(key + ".url", context.needed(key + ".url"));
  }

  /** The addresses of all services that the context names: a token is sent there alone. */
  public List<URI> services() {
    return KEYS.stream().filter(key -> context.value(key + ".url") != null).map(this::url).toList();
  }

  /** The keys by which the context names credentials files, which count before a token. */
  public List<String> credentialsFiles() {
    return KEYS.stream()
        .map(key -> key + CREDENTIALS)
        .filter(key -> context.value(key) != null)
        .toList();
  }

  public TokenFile tokenFile() {
    return user.tokenFile(context.source());
  }

  /** The context's file, or words where there is none. */
  public String context() {
    return context.source();
  }

  /**
   * For HTTP to an OpenID provider; trusts {@code postern.oidc.authority-file} where that is given,
   * else whom Java trusts.
   */
  public ProviderHttp provider() {
    String authority = context.value(PROVIDER_AUTHORITY);
    return new ProviderHttp(
        authority == null ? Https.client() : trusting(PROVIDER_AUTHORITY, Path.of(authority)),
        ProviderHttp.PATIENCE);
  }

  /**
   * For all HTTP of the installation; trusts {@code postern.authority-file} where that is given.
   */
  public HttpClient http() {
    HttpClient made = http;
    if (made == null) {
      String authority = context.value(AUTHORITY);
      made = authority == null ? Https.client() : trusting(AUTHORITY, Path.of(authority));
      http = made;
    }
    return made;
  }

  private static HttpClient trusting(String key, Path authority) {
    try {
      return Https.client(authority);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          key
              + " names "
              + authority
              + ", which cannot be used ("
              + e
              + "): use the PEM file of the authority that issues these certificates",
          e);
    }
  }

  /** Where each replica answers for its health, by the replica's name; empty where nobody said. */
  public Map<String, URI> health() {
    Map<String, String> urls = new TreeMap<>(context.environmentBelow("postern.health"));
    urls.putAll(context.below("postern.health"));
    Map<String, URI> addresses = new TreeMap<>();
    urls.forEach((name, url) -> addresses.put(name, address("postern.health." + name, url)));
    return addresses;
  }

  /** By which the places of a directory file are filled. */
  public Map<String, String> variables() {
    return context.below("postern.variable");
  }

  /** A setting that the services have too. */
  public Optional<String> setting(String key) {
    return Optional.ofNullable(context.value(key));
  }

  private static URI address(String key, String url) {
    URI address;
    try {
      address = URI.create(url);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(key + " is \"" + url + "\": write https://host:port", e);
    }
    String host = address.getHost();
    boolean https = "https".equals(address.getScheme());
    // A password would go over the network in plaintext, and an answer could be anybody's (S3).
    if (host == null
        || !https && !("http".equals(address.getScheme()) && LogSettings.loopback(host))) {
      throw new IllegalArgumentException(
          key
              + " is \""
              + url
              + "\": write https://host:port, or http:// with 127.0.0.1 for this machine");
    }
    return address;
  }
}
