package io.postern.delivery.transaction;

import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.OwnCertificate;
import io.postern.contracts.v1.OwnCertificateState;
import io.postern.contracts.v1.OwnTls;
import io.postern.contracts.v1.TlsCapabilities;
import io.postern.contracts.v1.TlsVersion;
import io.postern.transport.Capabilities;
import io.postern.transport.KeyMaterial;
import io.postern.transport.OwnCertificates;
import io.postern.transport.TlsClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The client certificates of the folder (NAME.pem with NAME.key; NAME.coming.pem alone is to
 * replace it), and what a client of ours offers. One that cannot be read is left out: the delivery
 * that needs it says why. Owner: one thread.
 */
public final class PresentedCertificates implements Supplier<OwnTls> {
  private static final Logger LOG = Logger.getLogger(PresentedCertificates.class);
  private static final int MOST = 100;
  private static final String PEM = ".pem";
  private static final String COMING = ".coming" + PEM;

  private final Optional<Path> folder;
  private final TlsCapabilities capabilities;

  public PresentedCertificates(Optional<Path> folder) {
    this.folder = folder;
    try (TlsClient client = new TlsClient(null, TlsVersion.TLS_1_2)) {
      this.capabilities = Capabilities.of(client);
    }
  }

  @Override
  public OwnTls get() {
    OwnTls.Builder own = OwnTls.newBuilder().addCapabilities(capabilities);
    if (folder.isPresent() && Files.isDirectory(folder.get())) {
      for (Path file : pemFiles(folder.get())) {
        read(file).ifPresent(own::addCertificates);
      }
    }
    return own.build();
  }

  private static List<Path> pemFiles(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      // In one order, so that what has not changed is equal.
      return new TreeSet<>(files.filter(file -> file.toString().endsWith(PEM)).toList())
          .stream().limit(MOST).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "postern.delivery.client-certificates-folder cannot be listed", e);
    }
  }

  private static Optional<OwnCertificate> read(Path file) {
    String name = String.valueOf(file.getFileName());
    boolean coming = name.endsWith(COMING);
    String own = name.substring(0, name.length() - (coming ? COMING : PEM).length());
    try {
      return Optional.of(
          OwnCertificates.of(
              CertificateRole.ROLE_CLIENT,
              own,
              coming ? OwnCertificateState.COMING : OwnCertificateState.PRESENTED,
              coming
                  ? KeyMaterial.certificates(file)
                  : KeyMaterial.load(file, file.resolveSibling(own + ".key")).chain()));
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      LOG.debugf("%s is not told: %s", file, e.getMessage());
      return Optional.empty();
    }
  }
}
