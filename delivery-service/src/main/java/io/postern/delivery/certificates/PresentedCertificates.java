package io.postern.delivery.certificates;

import io.postern.contracts.v1.OwnCertificate;
import io.postern.contracts.v1.OwnCertificateState;
import io.postern.contracts.v1.OwnTls;
import io.postern.contracts.v1.TlsCapabilities;
import io.postern.contracts.v1.TlsVersion;
import io.postern.transport.TlsClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The client certificates below the folder (ORGANIZATION/NAME.pem with NAME.key; NAME.coming.pem
 * alone is to replace it), and the abilities of our TLS client, as we publish them for partners. A
 * certificate that cannot be read is left out: the delivery that needs it reports why. At most
 * {@value #MOST} of together {@value #MOST_BYTES} bytes are published, those in use first, by name;
 * {@link #unpublished} counts the files of the rest, and a line in the error log names the first. A
 * file is read again when it changes. Owner: one thread; {@link #published} and {@link
 * #unpublished} any.
 */
public final class PresentedCertificates implements Supplier<OwnTls> {
  static final int MOST = 100;
  // Beside it a record of 1 MiB has room for the capabilities.
  static final int MOST_BYTES = 900 * 1024;

  /** Broken ones included. */
  private static final int MOST_READ = 1000;

  private static final Logger LOG = Logger.getLogger(PresentedCertificates.class);

  private final Optional<Path> folder;
  private final TlsCapabilities capabilities;
  private Map<Path, ClientCertificateFile> known = new HashMap<>();
  private volatile int published;
  private volatile int unpublished;

  public PresentedCertificates(Optional<Path> folder) {
    this.folder = folder;
    try (TlsClient client = new TlsClient(null, TlsVersion.TLS_1_2)) {
      this.capabilities = client.capabilities();
    }
  }

  @Override
  public OwnTls get() {
    OwnTls.Builder own = OwnTls.newBuilder().addCapabilities(capabilities);
    List<Path> files =
        folder.isPresent() && Files.isDirectory(folder.get()) ? pemFiles(folder.get()) : List.of();
    Map<Path, ClientCertificateFile> used = new HashMap<>();
    int bytes = 0;
    int next = 0;
    while (next < Math.min(files.size(), MOST_READ) && own.getCertificatesCount() < MOST) {
      Path path = files.get(next);
      ClientCertificateFile file = ClientCertificateFile.read(path, known.get(path));
      used.put(path, file);
      Optional<OwnCertificate> certificate = file.certificate();
      if (certificate.isPresent()) {
        bytes += certificate.get().getSerializedSize();
        if (bytes > MOST_BYTES) {
          break;
        }
        own.addCertificates(certificate.get());
      }
      next++;
    }
    known = used;
    published = own.getCertificatesCount();
    warnOfUnpublished(files.subList(next, files.size()));
    return own.build();
  }

  private void warnOfUnpublished(List<Path> files) {
    if (!files.isEmpty() && unpublished == 0) {
      LOG.warnf(
          "%d files of postern.delivery.client-certificates-folder are not published for partners, "
              + "starting with %s: the limit is %d certificates of %d KiB in total; remove those not "
              + "in use",
          files.size(), files.getFirst().getFileName(), MOST, MOST_BYTES / 1024);
    }
    unpublished = files.size();
  }

  /** Certificates in the last publication. */
  public int published() {
    return published;
  }

  /** Files for which there was no room. */
  public int unpublished() {
    return unpublished;
  }

  /** In one order, so that files without a change are equal. */
  private static List<Path> pemFiles(Path folder) {
    try (Stream<Path> organizations = Files.list(folder)) {
      return organizations
          .filter(Files::isDirectory)
          .flatMap(PresentedCertificates::listed)
          .filter(ClientCertificateFile::isOne)
          .sorted(
              Comparator.comparing(
                      (Path file) ->
                          ClientCertificateFile.state(file) == OwnCertificateState.COMING)
                  .thenComparing(Comparator.naturalOrder()))
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw new IllegalStateException(
          "postern.delivery.client-certificates-folder cannot be listed", e);
    }
  }

  private static Stream<Path> listed(Path organization) {
    try (Stream<Path> files = Files.list(organization)) {
      return files.toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
