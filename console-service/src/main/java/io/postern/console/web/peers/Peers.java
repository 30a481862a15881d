package io.postern.console.web.peers;

import io.postern.log.LogSettings;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/** The other services whose APIs the pages ask, with the reader's own token. Any thread. */
@Startup
@Singleton
public class Peers {
  private static final Duration CONNECT = Duration.ofSeconds(5);

  private final PeerSettings settings;
  private final HttpServerRequest request;
  private final RequestCalls calls;
  private final HttpClient http;

  Peers(
      PeerSettings settings,
      HttpServerRequest request,
      RequestCalls calls,
      TlsConfigurationRegistry tls)
      throws Exception {
    this.settings = settings;
    this.request = request;
    this.calls = calls;
    settings.policyUrl().ifPresent(at -> requireTls("postern.console.policy-url", at));
    settings.certificateUrl().ifPresent(at -> requireTls("postern.console.certificate-url", at));
    HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(CONNECT);
    Optional<String> name = settings.peersTlsConfigurationName();
    if (name.isPresent()) {
      TlsConfiguration configuration =
          tls.get(name.get())
              .orElseThrow(
                  () ->
                      new IllegalStateException(
                          "postern.console.peers-tls-configuration-name names "
                              + name.get()
                              + ", and there is no quarkus.tls."
                              + name.get()));
      client.sslContext(configuration.createSSLContext());
    }
    this.http = client.build();
  }

  /** The reader's token goes there (S3). */
  private static void requireTls(String key, URI at) {
    boolean local = at.getHost() != null && LogSettings.loopback(at.getHost());
    if (!"https".equals(at.getScheme()) && !(local && "http".equals(at.getScheme()))) {
      throw new ConfigurationException(
          key + " is " + at + ", which is not on this machine: write https://HOST:PORT");
    }
  }

  public Peer policy() {
    return new Peer("policy-service", settings.policyUrl(), http, reader(), calls.calls());
  }

  public Peer certificates() {
    return new Peer(
        "certificate-service", settings.certificateUrl(), http, reader(), calls.calls());
  }

  /** Empty: this installation has not said it. */
  public Optional<URI> policyAddress() {
    return settings.policyUrl();
  }

  /** The same of certificate-service. */
  public Optional<URI> certificateAddress() {
    return settings.certificateUrl();
  }

  private Peer.Reader reader() {
    return new Peer.Reader(
        Objects.requireNonNullElse(request.getHeader(HttpHeaders.AUTHORIZATION), ""),
        request.remoteAddress() == null ? null : request.remoteAddress().hostAddress());
  }
}
