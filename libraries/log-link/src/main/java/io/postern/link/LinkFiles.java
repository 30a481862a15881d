package io.postern.link;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;

/**
 * The files of a link's key and authority.
 *
 * @param keys PEM: a private key and its chain, leaf first
 * @param authority PEM: the certificates that are trusted
 */
record LinkFiles(Path keys, Path authority) {
  private static final int MAX_BYTES = 256 * 1024;

  /** None where the settings of a client or broker name other key stores than PEM files. */
  static Optional<LinkFiles> in(Map<String, ?> settings) {
    return pem(
            settings, SslConfigs.SSL_KEYSTORE_TYPE_CONFIG, SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG)
        .flatMap(
            keys ->
                pem(
                        settings,
                        SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG,
                        SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG)
                    .map(authority -> new LinkFiles(keys, authority)));
  }

  private static Optional<Path> pem(Map<String, ?> settings, String type, String location) {
    return DefaultSslEngineFactory.PEM_TYPE.equals(settings.get(type))
            && settings.get(location) instanceof String file
        ? Optional.of(Path.of(file).toAbsolutePath())
        : Optional.empty();
  }

  LinkContent read() throws IOException {
    return new LinkContent(read(keys), read(authority));
  }

  // Once each: a file that is replaced by a rename is the former or the new one, never both.
  private static Password read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new IOException(file + " has more than " + MAX_BYTES + " bytes");
      }
      return new Password(new String(bytes, StandardCharsets.ISO_8859_1));
    }
  }
}
