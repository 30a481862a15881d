package io.postern.ingress.tls;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.v1.OwnTls;
import io.postern.transport.KeyMaterial;
import io.postern.transport.SecretFile;
import io.postern.transport.Staples;
import io.postern.transport.TicketKeys;
import io.postern.transport.TlsServer;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The service's TLS server with the certificates, the offer and the secret of tickets that the
 * settings name, kept current. Settings that cannot be used end the start with a sentence. Files
 * that change into unusable ones later leave the former in use, and are shown by {@link #refused}.
 * Any thread. Close it when no handshake begins any more.
 */
public final class ServerTls implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ServerTls.class);
  private static final String TICKET_SECRET = "ticket-secret";

  private final TlsFileSettings settings;
  private final Map<Integer, KeyMaterial> materials = new ConcurrentSkipListMap<>();
  private final List<WatchedFiles> watched = new ArrayList<>();
  private final TicketKeys tickets = new TicketKeys(InstantSource.system());
  private final TlsServer server;
  private final KeyFiles keyFiles;
  private final Supplier<OwnTls> presented;
  private @Nullable TlsServer reloaded; // null until the server is made

  /**
   * @param staples asked for the certificate of each handshake
   */
  public ServerTls(TlsFileSettings settings, Staples staples, MeterRegistry registry) {
    this.settings = settings;
    List<CertificateFiles> certificates = CertificateSettings.of(settings);
    for (int i = 0; i < certificates.size(); i++) {
      watch(i, certificates.get(i));
    }
    settings.ticketSecret().ifPresent(file -> watchSecret(Path.of(file)));
    List<KeyMaterial> all = List.copyOf(materials.values());
    server = new TlsServer(OfferSettings.of(settings, all).withStaples(staples), tickets, all);
    reloaded = server;
    for (int i = 0; i < certificates.size(); i++) {
      expires(certificates.get(i).name(), i, registry);
    }
    watched.forEach(files -> refused(files, registry));
    presented =
        new PresentedCertificates(
            server,
            settings.comingCertificate().filter(file -> !file.isBlank()).map(Path::of),
            settings.comingFrom());
    keyFiles = new KeyFiles(watched, server::renewTicketKeys);
  }

  private void watch(int index, CertificateFiles files) {
    try {
      watched.add(
          new WatchedFiles(
              files.name(),
              files.files(),
              () -> {
                KeyMaterial material = files.load();
                Optional<Path> open = openKey(files);
                return () -> {
                  use(index, material);
                  open.ifPresent(ServerTls::warnOfMode);
                };
              }));
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new ConfigurationException(
          (files.name().equals(CertificateSettings.FIRST)
                  ? "postern.tls.certificate and postern.tls.key"
                  : "postern.tls.certificates." + files.name())
              + " cannot be used: "
              + e.getMessage());
    }
  }

  /** The file with a plain key that everyone on the machine may read; empty: none. */
  private static Optional<Path> openKey(CertificateFiles files) throws IOException {
    Optional<Path> key = files.plainKey();
    return key.isPresent() && SecretFile.open(key.get()) ? key : Optional.empty();
  }

  private static void warnOfMode(Path key) {
    LOG.warnf("%s is readable or writable by other users of this machine: chmod 600", key);
  }

  /** By the constructor, or by the thread that watches. IllegalArgumentException: not usable. */
  private void use(int index, KeyMaterial material) {
    Map<Integer, KeyMaterial> next = new TreeMap<>(materials);
    next.put(index, material);
    if (reloaded != null) {
      OfferSettings.of(settings, List.copyOf(next.values())); // a suite must fit one of them
      reloaded.reload(next.values().toArray(KeyMaterial[]::new));
    }
    materials.put(index, material);
  }

  private void watchSecret(Path file) {
    try {
      watched.add(
          new WatchedFiles(
              TICKET_SECRET,
              List.of(file),
              () -> {
                byte[] secret = SecretFile.octets(file);
                return () -> tickets.share(secret);
              }));
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new ConfigurationException(
          "postern.tls.ticket-secret cannot be used: "
              + e.getMessage()
              + "; openssl rand -out FILE "
              + TicketKeys.LEAST_SECRET
              + " makes one");
    }
  }

  private void expires(String name, int index, MeterRegistry registry) {
    Gauge.builder("postern.ingress.certificate.expires", this, tls -> tls.secondsLeft(index))
        .description("Time until the presented certificate expires")
        .baseUnit("seconds")
        .tag("certificate", name)
        .strongReference(true)
        .register(registry);
  }

  private double secondsLeft(int index) {
    KeyMaterial material = materials.get(index);
    return material == null
        ? 0
        : Duration.between(Instant.now(), material.chain().getFirst().getNotAfter().toInstant())
            .toSeconds();
  }

  private static void refused(WatchedFiles files, MeterRegistry registry) {
    Gauge.builder(
            "postern.ingress.tls.files.refused", files, set -> set.refused().isEmpty() ? 0 : 1)
        .description(
            "1 while the files contain an unusable certificate or key, and older ones "
                + "stay in use")
        .tag("files", files.name())
        .strongReference(true)
        .register(registry);
  }

  /**
   * Of certificates by their names, or the secret of tickets: why its present files are not used.
   */
  public Map<String, String> refused() {
    Map<String, String> refused = new TreeMap<>();
    for (WatchedFiles files : watched) {
      String why = files.refused();
      if (!why.isEmpty()) {
        refused.put(files.name(), why);
      }
    }
    return refused;
  }

  /** Looks at the files now; two looks take a change. */
  void look() {
    keyFiles.look();
  }

  public TlsServer server() {
    return server;
  }

  /** The certificates and capabilities to publish. Owner: one thread. */
  public Supplier<OwnTls> presented() {
    return presented;
  }

  /** Ends the watch; the server takes handshakes until the process ends. */
  @Override
  public void close() {
    keyFiles.close();
  }
}
