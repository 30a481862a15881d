package io.postern.operator.connection;

import io.postern.log.LogSettings;
import io.postern.operator.api.ServiceApi;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An installation, as a command reaches it. Each part is looked up when a command needs it, so that
 * nobody must know how to reach what he does not ask.
 *
 * <p>Failure: {@link IllegalStateException} or {@link IllegalArgumentException} that names the
 * missing or wrong value.
 */
public final class Installation {
  private final Context context;

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
        Path.of(context.needed(key + ".credentials-file")));
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
      throw new IllegalArgumentException(key + " is \"" + url + "\": write http://host:port", e);
    }
    if (address.getHost() == null) {
      throw new IllegalArgumentException(key + " is \"" + url + "\": write http://host:port");
    }
    return address;
  }
}
