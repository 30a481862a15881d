package io.postern.operator.links;

import io.postern.link.RenewableSslEngineFactory;
import io.postern.log.LogSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of one's own link to the log, and those that its brokers present. One thread.
 */
final class LinkTls implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 5_000;

  private final DefaultSslEngineFactory tls;

  /** Failure: {@link IOException} where a key store cannot be read. */
  LinkTls(LogSettings log) throws IOException {
    Map<String, Object> settings = new HashMap<>();
    settings.put("ssl.protocol", "TLS");
    settings.put("ssl.cipher.suites", List.of());
    settings.put("ssl.enabled.protocols", List.of("TLSv1.3", "TLSv1.2"));
    log.client()
        .forEach(
            (key, value) -> {
              if (key.endsWith("password")) {
                settings.put(key, new Password(value));
              } else if (key.endsWith("store.type") || key.endsWith(".location")) {
                settings.put(key, value);
              }
            });
    try {
      tls = RenewableSslEngineFactory.once(settings);
    } catch (IOException | KafkaException unreadable) {
      throw new IOException(
          "the certificate of the connection to Kafka cannot be read: " + unreadable.getMessage(),
          unreadable);
    }
  }

  /** The first end in one's own chain; none without a certificate of one's own. */
  Optional<Instant> ownEnd() throws IOException {
    return ends(tls.keystore()).stream().min(Comparator.naturalOrder());
  }

  /** The last end of a trusted certificate. */
  Optional<Instant> authorityEnd() throws IOException {
    return ends(tls.truststore()).stream().max(Comparator.naturalOrder());
  }

  /**
   * The first end in the chain that a broker presents. It is judged as a client does; waits 5 s for
   * each answer.
   */
  Instant brokersEnd(String host, int port) throws IOException {
    try (SSLSocket socket = (SSLSocket) tls.sslContext().getSocketFactory().createSocket()) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS"); // Kafka's own default
      socket.setSSLParameters(parameters);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
      socket.startHandshake();
      return ends(socket.getSession().getPeerCertificates()).stream()
          .min(Comparator.naturalOrder())
          .orElseThrow();
    }
  }

  private static List<Instant> ends(@Nullable KeyStore store) throws IOException {
    if (store == null) {
      return List.of();
    }
    try {
      List<Instant> ends = new ArrayList<>();
      for (String alias : Collections.list(store.aliases())) {
        Certificate[] chain = store.getCertificateChain(alias);
        ends.addAll(ends(chain != null ? chain : new Certificate[] {store.getCertificate(alias)}));
      }
      return ends;
    } catch (KeyStoreException unreadable) {
      throw new IOException(unreadable);
    }
  }

  private static List<Instant> ends(Certificate[] chain) {
    List<Instant> ends = new ArrayList<>();
    for (Certificate certificate : chain) {
      ends.add(((X509Certificate) certificate).getNotAfter().toInstant());
    }
    return ends;
  }

  @Override
  public void close() {
    tls.close();
  }
}
