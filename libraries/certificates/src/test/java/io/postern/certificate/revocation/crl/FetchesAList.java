package io.postern.certificate.revocation.crl;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.fetch.HttpFetch;
import io.postern.certificate.revocation.Patience;
import io.postern.certificate.revocation.TestSettings;
import io.postern.certificate.revocation.store.Endpoints;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;

/** Another replica, as a process: {@code FetchesAList FOLDER URL CERTIFICATE-IN-HEX}. */
final class FetchesAList {
  private FetchesAList() {}

  public static void main(String[] args) throws Exception {
    TestSettings settings =
        new TestSettings(Path.of(args[0]), true, 1 << 20, Duration.ofSeconds(20));
    try (HttpFetch http = new HttpFetch(settings)) {
      CrlStore store =
          new CrlStore(
              settings,
              http,
              new Endpoints(settings, InstantSource.system()),
              InstantSource.system(),
              result -> {});
      var unused =
          store.current(
              args[1],
              ParsedCertificate.parse(HexFormat.of().parseHex(args[2])),
              Patience.of(Instant.now(), Duration.ofSeconds(20)));
    }
  }
}
