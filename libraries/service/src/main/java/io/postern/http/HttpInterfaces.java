package io.postern.http;

import io.postern.log.LogSettings;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.tls.TlsConfigurationRegistry;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.eclipse.microprofile.config.Config;

/**
 * Check of a service's HTTP interfaces, {@code quarkus.http} and {@code quarkus.management}: one
 * that would speak plaintext to other machines ends the start (S3); off loopback an interface has a
 * key in Quarkus' TLS registry, TLS 1.2 or newer, and no listener without TLS beside it. The
 * sentence names the setting and the cure. Each service that has this module on its class path is
 * checked, before anything listens.
 */
@ApplicationScoped
public class HttpInterfaces {
  private static final Set<String> TLS_VERSIONS = Set.of("TLSv1.2", "TLSv1.3");

  void check(
      @Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event,
      Config config,
      TlsConfigurationRegistry registry) {
    wrong(
            key -> config.getOptionalValue(key, String.class),
            name ->
                registry
                    .get(name)
                    .filter(tls -> tls.getKeyStoreOptions() != null)
                    .map(tls -> tls.getSSLOptions().getEnabledSecureTransportProtocols()))
        .ifPresent(
            sentence -> {
              // Without a cause: Quarkus then shows the sentence alone and exits with 1.
              throw new ConfigurationException(sentence);
            });
  }

  /**
   * A sentence for the operator about the first interface that must not be opened; empty: all may.
   *
   * @param settings the value of a key
   * @param tlsVersions the TLS versions of a configuration of the registry, by its name; empty
   *     where there is none of that name, or it has no key
   */
  static Optional<String> wrong(
      Function<String, Optional<String>> settings,
      Function<String, Optional<Set<String>>> tlsVersions) {
    return wrong("quarkus.http", settings, tlsVersions)
        .or(() -> wrong("quarkus.management", settings, tlsVersions));
  }

  private static Optional<String> wrong(
      String server,
      Function<String, Optional<String>> settings,
      Function<String, Optional<Set<String>>> tlsVersions) {
    if (settings.apply(server + ".host-enabled").filter("false"::equals).isPresent()) {
      return Optional.empty();
    }
    // Quarkus' own default.
    String host = settings.apply(server + ".host").orElse("0.0.0.0").strip();
    if (LogSettings.loopback(host)) {
      return Optional.empty();
    }
    String open = server + ".host is " + host + ", which is reachable from other machines, and ";
    Optional<String> name =
        settings.apply(server + ".tls-configuration-name").filter(given -> !given.isBlank());
    if (name.isEmpty()) {
      return Optional.of(
          open
              + server
              + ".tls-configuration-name is missing: write http there, with"
              + " quarkus.tls.http.key-store.pem.0.cert and quarkus.tls.http.key-store.pem.0.key,"
              + " or 127.0.0.1 as the host");
    }
    String tls = "quarkus.tls." + name.get();
    Optional<Set<String>> versions = tlsVersions.apply(name.get());
    if (versions.isEmpty()) {
      return Optional.of(
          open
              + tls
              + " has no key: name PEM files with "
              + tls
              + ".key-store.pem.0.cert and "
              + tls
              + ".key-store.pem.0.key");
    }
    if (!TLS_VERSIONS.containsAll(versions.get())) {
      return Optional.of(
          open
              + tls
              + ".protocols is "
              + String.join(",", versions.get())
              + ": write TLSv1.3,TLSv1.2");
    }
    // The management interface has one listener, with TLS or without.
    if (server.equals("quarkus.http")
        && settings.apply("quarkus.http.insecure-requests").filter("disabled"::equals).isEmpty()) {
      return Optional.of(
          open
              + "quarkus.http.insecure-requests accepts requests without TLS: write disabled there");
    }
    return Optional.empty();
  }
}
