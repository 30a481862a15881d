package io.postern.link;

import java.io.IOException;
import java.security.KeyStore;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.auth.SslEngineFactory;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's own TLS engines over PEM files that are replaced while they are in use ({@link
 * LinkCertificate}): each new connection has the key and the authority of the newest good files, a
 * connection that stands keeps those that it began with. For {@code ssl.engine.factory.class} of
 * clients and brokers. Key stores that are no PEM files are read once, as Kafka does it.
 *
 * <p>Key and chain are in one file ({@code ssl.keystore.location} with the type PEM), or in two:
 * the settings {@code ssl.keystore.certificate.chain.location} and {@code
 * ssl.keystore.key.location}, which Kafka itself does not have. A key may be PKCS#8, PKCS#1 or SEC
 * 1.
 *
 * <p>{@link #configure} fails as Kafka's own does, and where key and certificate do not match.
 * After that any thread.
 */
public final class RenewableSslEngineFactory implements SslEngineFactory {
  private final Function<LinkFiles, LinkCertificate> certificates;
  private Map<String, ?> settings = Map.of();
  private @Nullable LinkCertificate certificate;
  private volatile DefaultSslEngineFactory engines = new DefaultSslEngineFactory();

  /** As Kafka makes it. */
  public RenewableSslEngineFactory() {
    this(LinkCertificate::of);
  }

  RenewableSslEngineFactory(Function<LinkFiles, LinkCertificate> certificates) {
    this.certificates = certificates;
  }

  /**
   * Refuses files that are given by half: {@link LinkFiles#in}.
   *
   * @param settings of a client or broker
   * @return they name PEM files, which are taken up when they are replaced
   */
  public static boolean renews(Map<String, ?> settings) {
    return LinkFiles.in(settings).isPresent();
  }

  /**
   * Engines of the files as they are now, for one use.
   *
   * @throws IOException where a file cannot be read
   */
  public static DefaultSslEngineFactory once(Map<String, ?> settings) throws IOException {
    Optional<LinkFiles> files = LinkFiles.in(settings);
    if (files.isPresent()) {
      return files.get().read().engines(settings);
    }
    DefaultSslEngineFactory engines = new DefaultSslEngineFactory();
    engines.configure(settings);
    return engines;
  }

  @Override
  public void configure(Map<String, ?> settings) {
    this.settings = settings;
    certificate = LinkFiles.in(settings).map(certificates).orElse(null);
    if (certificate == null) {
      engines.configure(settings);
    } else {
      certificate.join(this);
    }
  }

  Map<String, ?> settings() {
    return settings;
  }

  /** The engines of these settings with the given key and authority. */
  DefaultSslEngineFactory engines(LinkContent content) {
    return content.engines(settings);
  }

  // The former ones are not closed: another thread may be making an engine of them.
  void use(DefaultSslEngineFactory engines) {
    this.engines = engines;
  }

  @Override
  public SSLEngine createClientSslEngine(
      String peerHost, int peerPort, String endpointIdentification) {
    return engines.createClientSslEngine(peerHost, peerPort, endpointIdentification);
  }

  @Override
  public SSLEngine createServerSslEngine(String peerHost, int peerPort) {
    return engines.createServerSslEngine(peerHost, peerPort);
  }

  /** Changed files alone are no reason: they are taken up without it. */
  @Override
  public boolean shouldBeRebuilt(Map<String, Object> nextSettings) {
    return !nextSettings.equals(settings);
  }

  @Override
  public Set<String> reconfigurableConfigs() {
    return SslConfigs.RECONFIGURABLE_CONFIGS;
  }

  @Override
  public @Nullable KeyStore keystore() {
    return engines.keystore();
  }

  @Override
  public @Nullable KeyStore truststore() {
    return engines.truststore();
  }

  @Override
  public void close() {
    if (certificate != null) {
      certificate.leave(this);
    }
  }
}
