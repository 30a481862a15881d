package io.postern.delivery.session;

import io.postern.contracts.FileStamp;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsVersion;
import io.postern.delivery.route.SessionKey;
import io.postern.transport.KeyMaterial;
import io.postern.transport.TlsClient;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The TLS clients, by all that decides about their contexts: the client certificate, and whether
 * strangers choose the hosts. Inside a client the sessions for resumption are apart by the whole
 * purpose, {@link SessionKey#scope} (G3). Client certificates come from a folder,
 * ORGANIZATION/NAME.pem with NAME.key, so that no organization shows another's (G8), and are read
 * again when a file changes. Any thread. Bounded: the client that was not used for longest is
 * dropped.
 */
public final class TlsClients {
  private static final int MAX_CLIENTS = 256;
  private static final int PARTNERS_SESSIONS = 2_000;
  private static final int STRANGERS_SESSIONS = 200; // whose chains may be long

  /** The organization's id and the file's name: neither leads out of the folder. */
  public static final String NAME = "[a-z0-9][a-z0-9-]{0,62}/[A-Za-z0-9][A-Za-z0-9._-]{0,99}";

  /**
   * @param opportunistic to hosts that any recipient's domain may choose: they must not displace
   *     the sessions of partners
   */
  private record Purpose(String clientCertificate, boolean opportunistic) {}

  private static final class Entry {
    private final TlsClient client;
    private final String material;
    private int users;
    private boolean dropped;

    private Entry(TlsClient client, String material) {
      this.client = client;
      this.material = material;
    }
  }

  /** The right to begin handshakes until it is closed: a client in use is not closed. */
  final class Permit implements AutoCloseable {
    private final Entry entry;
    private final String scope;

    private Permit(Entry entry, String scope) {
      this.entry = entry;
      this.scope = scope;
      entry.users++;
    }

    /** Of the sessions that may be resumed. */
    String scope() {
      return scope;
    }

    TlsClient client() {
      return entry.client;
    }

    @Override
    public void close() {
      synchronized (TlsClients.this) {
        entry.users--;
        closeUnused(entry);
      }
    }
  }

  private final Optional<Path> folder;
  private final Map<Purpose, Entry> clients = new LinkedHashMap<>(16, 0.75f, true);

  public TlsClients(Optional<Path> folder) {
    this.folder = folder;
  }

  /**
   * The handshake itself accepts TLS 1.2 whatever the requirement's minimum, so that the gate sees
   * and names the abilities of the host.
   */
  synchronized Permit permit(SessionKey key) throws ClientCertificateException {
    String name = key.requirement().getClientCertificate();
    Purpose purpose = new Purpose(name, key.requirement().getLevel() == TlsLevel.OPPORTUNISTIC);
    String material = name.isEmpty() ? "" : stamp(name);
    Entry entry = clients.get(purpose);
    if (entry == null || !entry.material.equals(material)) {
      KeyMaterial identity = name.isEmpty() ? null : load(name);
      int sessions = purpose.opportunistic() ? STRANGERS_SESSIONS : PARTNERS_SESSIONS;
      entry =
          new Entry(
              new TlsClient(identity, TlsVersion.TLS_1_2, TlsVersion.TLS_1_3, sessions), material);
      drop(clients.put(purpose, entry));
      if (clients.size() > MAX_CLIENTS) {
        drop(clients.remove(clients.keySet().iterator().next()));
      }
    }
    return new Permit(entry, key.scope());
  }

  private void drop(@Nullable Entry entry) {
    if (entry != null) {
      entry.dropped = true;
      closeUnused(entry);
    }
  }

  private static void closeUnused(Entry entry) {
    if (entry.dropped && entry.users == 0) {
      entry.client.close();
    }
  }

  private KeyMaterial load(String name) throws ClientCertificateException {
    try {
      return KeyMaterial.load(file(name, ".pem"), file(name, ".key"));
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new ClientCertificateException(
          "the client certificate \"" + name + "\" cannot be read: " + e.getMessage());
    }
  }

  private String stamp(String name) throws ClientCertificateException {
    try {
      return FileStamp.of(file(name, ".pem")) + " " + FileStamp.of(file(name, ".key"));
    } catch (IOException e) {
      throw missing(name, null);
    }
  }

  private Path file(String name, String extension) throws ClientCertificateException {
    if (folder.isEmpty()) {
      throw missing(name, "postern.delivery.client-certificates-folder is not set");
    }
    if (!name.matches(NAME)) {
      throw missing(
          name,
          "its name must be the organization's ID, a slash, and letters, digits, dots, hyphens and "
              + "underscores");
    }
    return folder.get().resolve(name + extension);
  }

  private static ClientCertificateException missing(String name, @Nullable String why) {
    return new ClientCertificateException(
        "the client certificate \""
            + name
            + "\" is missing: "
            + (why == null ? "put " + name + ".pem and " + name + ".key below the folder" : why));
  }
}
