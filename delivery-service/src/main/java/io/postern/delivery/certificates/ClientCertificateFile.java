package io.postern.delivery.certificates;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.FileStamp;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.OwnCertificate;
import io.postern.contracts.v1.OwnCertificateState;
import io.postern.delivery.session.TlsClients;
import io.postern.transport.KeyMaterial;
import io.postern.transport.OwnCertificates;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A client certificate's PEM file as it was read, with its key's if it is in use. Immutable; the
 * key is not kept.
 *
 * @param stamp of its files when they were read; empty: they could not be, and are read again
 * @param certificate empty: it cannot be used
 */
record ClientCertificateFile(String stamp, Optional<OwnCertificate> certificate) {
  private static final Logger LOG = Logger.getLogger(ClientCertificateFile.class);
  private static final String PEM = ".pem";
  private static final String COMING = ".coming" + PEM;
  private static final ClientCertificateFile UNREADABLE =
      new ClientCertificateFile("", Optional.empty());

  /** One that a connector can name. */
  static boolean isOne(Path file) {
    return file.toString().endsWith(PEM) && connectorName(file).matches(TlsClients.NAME);
  }

  static OwnCertificateState state(Path file) {
    return file.toString().endsWith(COMING)
        ? OwnCertificateState.COMING
        : OwnCertificateState.PRESENTED;
  }

  private static String name(Path file) {
    String name = String.valueOf(file.getFileName());
    String end = state(file) == OwnCertificateState.COMING ? COMING : PEM;
    return name.substring(0, name.length() - end.length());
  }

  /** As a {@code TlsRequirement} names it: the folder's name is the organization. */
  private static String connectorName(Path file) {
    Path folder = file.getParent();
    return DirectoryKeys.clientCertificate(
        folder == null ? "" : String.valueOf(folder.getFileName()), name(file));
  }

  /** {@code before}: as it was read last; null: never. */
  static ClientCertificateFile read(Path file, @Nullable ClientCertificateFile before) {
    Path key = file.resolveSibling(name(file) + ".key");
    boolean coming = state(file) == OwnCertificateState.COMING;
    try {
      String stamp =
          coming ? FileStamp.of(file).toString() : FileStamp.of(file) + " " + FileStamp.of(key);
      if (before != null && before.stamp.equals(stamp)) {
        return before;
      }
      return new ClientCertificateFile(stamp, certificate(file, coming ? null : key));
    } catch (IOException e) {
      LOG.debugf("%s is not published: %s", file, e.getMessage());
      return UNREADABLE;
    }
  }

  private static Optional<OwnCertificate> certificate(Path file, @Nullable Path key)
      throws IOException {
    try {
      return Optional.of(
          OwnCertificates.of(
              CertificateRole.ROLE_CLIENT,
              connectorName(file),
              state(file),
              key == null ? KeyMaterial.certificates(file) : KeyMaterial.load(file, key).chain()));
    } catch (GeneralSecurityException | RuntimeException e) {
      LOG.debugf("%s is not published: %s", file, e.getMessage());
      return Optional.empty();
    }
  }
}
