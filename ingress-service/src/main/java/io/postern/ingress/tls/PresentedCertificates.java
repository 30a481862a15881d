package io.postern.ingress.tls;

import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.OwnCertificateState;
import io.postern.contracts.v1.OwnTls;
import io.postern.transport.KeyMaterial;
import io.postern.transport.OwnCertificates;
import io.postern.transport.TlsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The certificates and abilities of the server, read from the server itself, and the coming
 * certificate, from its file; without the file none is announced. Owner: one thread.
 */
public final class PresentedCertificates implements Supplier<OwnTls> {
  private static final Logger LOG = Logger.getLogger(PresentedCertificates.class);

  private final TlsServer server;
  private final Optional<Path> coming;
  private final Optional<Instant> planned;
  private String logged = "";

  /**
   * @param coming the file of the coming chain
   * @param planned the time from which it is to be presented
   */
  public PresentedCertificates(TlsServer server, Optional<Path> coming, Optional<Instant> planned) {
    this.server = server;
    this.coming = coming;
    this.planned = planned;
  }

  @Override
  public OwnTls get() {
    OwnTls.Builder own = OwnTls.newBuilder().addCapabilities(server.capabilities());
    for (KeyMaterial material : server.materials()) {
      own.addCertificates(
          OwnCertificates.of(
              CertificateRole.ROLE_SERVER, "", OwnCertificateState.PRESENTED, material.chain()));
    }
    coming.ifPresent(file -> addComing(file, own));
    return own.build();
  }

  private void addComing(Path file, OwnTls.Builder own) {
    if (Files.notExists(file)) {
      if (changed("missing")) {
        LOG.infof("No certificate is announced: there is no file %s", file);
      }
      return;
    }
    try {
      own.addCertificates(
          OwnCertificates.of(
                  CertificateRole.ROLE_SERVER,
                  "",
                  OwnCertificateState.COMING,
                  KeyMaterial.certificates(file))
              .toBuilder()
              .setPlannedMillis(planned.map(Instant::toEpochMilli).orElse(0L)));
      logged = "";
    } catch (IOException | GeneralSecurityException e) {
      String why = String.valueOf(e.getMessage());
      if (changed(why)) {
        LOG.warnf("postern.tls.coming-certificate cannot be read and is not published: %s", why);
      }
    }
  }

  private boolean changed(String why) {
    boolean changed = !why.equals(logged);
    logged = why;
    return changed;
  }
}
