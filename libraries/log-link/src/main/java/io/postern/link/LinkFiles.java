package io.postern.link;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;

/**
 * The files of a link's key and authority. Each is PEM.
 *
 * @param key the private key; the same file as the chain or another
 * @param chain of the own certificate, leaf first
 * @param authority the certificates that are trusted
 */
record LinkFiles(Path key, Path chain, Path authority) {
  /** Beside Kafka's own {@code ssl.keystore.certificate.chain}, which has the text itself. */
  static final String CHAIN = SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG + ".location";

  /** Beside Kafka's own {@code ssl.keystore.key}. */
  static final String KEY = SslConfigs.SSL_KEYSTORE_KEY_CONFIG + ".location";

  private static final int MAX_BYTES = 256 * 1024;
  private static final int MAX_READS = 4;

  /** How a file is read. */
  interface Reader {
    Password read(Path file) throws IOException;
  }

  /**
   * None where the settings of a client or broker name other key stores than PEM files.
   *
   * @throws ConfigException where one of two files for certificate and key is missing, or is given
   *     beside another key store or without an authority; the message begins with the setting
   */
  static Optional<LinkFiles> in(Map<String, ?> settings) {
    Optional<Path> chain = file(settings, CHAIN);
    Optional<Path> key = file(settings, KEY);
    if (chain.isPresent() || key.isPresent()) {
      return Optional.of(apart(settings, chain, key));
    }
    return pem(
            settings, SslConfigs.SSL_KEYSTORE_TYPE_CONFIG, SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG)
        .flatMap(
            keys ->
                pem(
                        settings,
                        SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG,
                        SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG)
                    .map(authority -> new LinkFiles(keys, keys, authority)));
  }

  // Kafka alone would go on without a certificate of its own, or trust Java's authorities.
  private static LinkFiles apart(
      Map<String, ?> settings, Optional<Path> chain, Optional<Path> key) {
    if (file(settings, SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG).isPresent()) {
      throw new ConfigException(
          "%s is set in addition to %s and %s: remove one or the other"
              .formatted(SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG, CHAIN, KEY));
    }
    Path authority =
        pem(
                settings,
                SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG,
                SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG)
            .orElseThrow(
                () ->
                    new ConfigException(
                        "%s is missing, or %s is not PEM: both are needed with %s"
                            .formatted(
                                SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG,
                                SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG,
                                CHAIN)));
    return new LinkFiles(
        key.orElseThrow(() -> missing(KEY, CHAIN)),
        chain.orElseThrow(() -> missing(CHAIN, KEY)),
        authority);
  }

  private static ConfigException missing(String setting, String other) {
    return new ConfigException("%s is missing: %s needs it".formatted(setting, other));
  }

  private static Optional<Path> pem(Map<String, ?> settings, String type, String location) {
    return DefaultSslEngineFactory.PEM_TYPE.equals(settings.get(type))
        ? file(settings, location)
        : Optional.empty();
  }

  private static Optional<Path> file(Map<String, ?> settings, String location) {
    return settings.get(location) instanceof String file && !file.isBlank()
        ? Optional.of(Path.of(file).toAbsolutePath())
        : Optional.empty();
  }

  LinkContent read() throws IOException {
    return read(LinkFiles::text);
  }

  /**
   * Reads until the files had the same content twice: files behind one symbolic link change
   * together, and may do so between two reads. After some reads the newest content is given.
   */
  LinkContent read(Reader reader) throws IOException {
    LinkContent content = once(reader);
    for (int reads = 1; reads < MAX_READS; reads++) {
      LinkContent again = once(reader);
      if (again.equals(content)) {
        return content;
      }
      content = again;
    }
    return content;
  }

  // A file of both is read once: by a rename it is the former or the new one, never half of each.
  private LinkContent once(Reader reader) throws IOException {
    Password keyText = reader.read(key);
    Password chainText = chain.equals(key) ? keyText : reader.read(chain);
    return new LinkContent(keyText, chainText, reader.read(authority));
  }

  static Password text(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new IOException(file + " has more than " + MAX_BYTES + " bytes");
      }
      return new Password(new String(bytes, StandardCharsets.ISO_8859_1));
    }
  }

  /** For people. */
  String own() {
    return chain.equals(key) ? key.toString() : chain + ", " + key;
  }
}
