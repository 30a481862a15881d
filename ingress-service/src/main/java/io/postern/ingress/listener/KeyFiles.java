package io.postern.ingress.listener;

import io.postern.transport.KeyMaterial;
import io.postern.transport.TlsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * The files of a server's key and certificate: it looks at them every 3 s, and reads them again
 * when one of them has changed. When the new ones are not usable the old ones stay in use, and one
 * log line says so. Open sessions keep theirs.
 */
public final class KeyFiles implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(KeyFiles.class);
  private static final int SECONDS = 3;

  private record Stamp(
      FileTime certificateTime, long certificateSize, FileTime keyTime, long keySize) {}

  private final Path certificate;
  private final Path key;
  private final TlsServer server;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().daemon().name("ingress-key-files").unstarted(task));
  private Stamp seen;
  private volatile boolean usable = true;

  /** Begins to watch the files that {@code server} was made from. */
  public KeyFiles(Path certificate, Path key, TlsServer server) throws IOException {
    this.certificate = certificate;
    this.key = key;
    this.server = server;
    this.seen = stamp();
    timer.scheduleWithFixedDelay(this::look, SECONDS, SECONDS, TimeUnit.SECONDS);
  }

  private Stamp stamp() throws IOException {
    return new Stamp(
        Files.getLastModifiedTime(certificate),
        Files.size(certificate),
        Files.getLastModifiedTime(key),
        Files.size(key));
  }

  private void look() {
    try {
      Stamp now = stamp();
      if (!now.equals(seen)) {
        seen = now;
        server.reload(KeyMaterial.load(certificate, key));
        usable = true;
        LOG.infof("Certificate and key were read again from %s", certificate);
      }
    } catch (IOException | RuntimeException | java.security.GeneralSecurityException broken) {
      usable = false;
      LOG.warnf(
          "The changed certificate or key is not usable, the old ones stay in use: %s",
          broken.getMessage());
    }
  }

  /** The server uses the certificate and key of the files' last change. */
  public boolean usable() {
    return usable;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
