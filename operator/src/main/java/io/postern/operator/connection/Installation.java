package io.postern.operator.connection;

import io.postern.log.LogSettings;
import io.postern.operator.api.Https;
import io.postern.operator.api.ServiceApi;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
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

  private final Context context;
  private @Nullable HttpClient http;

  Installation(Context context) {
    this.context = context;
  }

  /** Refuses a link that leaves the machine unprotected. */
  public LogSettings kafka() {
    context.needed("kafka.bootstrap.servers");
    return LogSettings.of(context.kafkaKeys(), context::value);
  }

  public ServiceApi policy() {
    return api("policy-service", "postern.policy");
  }

  public ServiceApi certificates() {
    return api("certificate-service", "postern.certificate");
  }

  private ServiceApi api(String service, String key) {
    return new ServiceApi(
        service,
        address(key + ".url", context.needed(key + ".url")),
        Path.of(context.needed(key + ".credentials-file")),
        http());
  }

  /**
   * For all HTTP of the installation; trusts {@code postern.authority-file} where that is given.
   */
  public HttpClient http() {
    HttpClient made = http;
    if (made == null) {
      String authority = context.value(AUTHORITY);
      made = authority == null ? Https.client() : trusting(Path.of(authority));
      http = made;
    }
    return made;
  }

  private static HttpClient trusting(Path authority) {
    try {
      return Https.client(authority);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          AUTHORITY
              + " names "
              + authority
              + ", which cannot be used ("
              + e
              + "): name the PEM file of the authority that issues the services' certificates",
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
