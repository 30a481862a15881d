package io.postern.certificate.dns;

import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Function;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Keys of a TLS server, chosen by the client's server name (RFC 6066 §3), that may change while it
 * listens: a handshake that begins has the newest. A client without a name, or with one that no
 * certificate has, gets the first. Any thread.
 */
final class PolicyKeys extends X509ExtendedKeyManager {
  /** Between the server name and the name of the entry: no server name has it. */
  private static final char END = ' ';

  private record Keys(Function<String, @Nullable X509KeyManager> byName, X509KeyManager first) {}

  private volatile @Nullable Keys current;

  /** The keys of all handshakes from now on. */
  void take(KeyCertOptions keys, Vertx vertx) throws GeneralSecurityException {
    try {
      KeyManagerFactory factory = keys.getKeyManagerFactory(vertx);
      for (KeyManager manager : factory.getKeyManagers()) {
        if (manager instanceof X509KeyManager first) {
          current = new Keys(keys.keyManagerMapper(vertx), first);
          return;
        }
      }
    } catch (Exception e) { // as the interface declares it
      throw new GeneralSecurityException("no key can be read", e);
    }
    throw new GeneralSecurityException("not an X.509 key");
  }

  SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {this}, null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    String name =
        engine.getHandshakeSession() instanceof ExtendedSSLSession session
            ? name(session.getRequestedServerNames())
            : "";
    String entry = entry(name, keyType, issuers);
    return entry == null ? null : name + END + entry;
  }

  /** Of this type of key; null: there is none. */
  private @Nullable String entry(String name, String keyType, Principal @Nullable [] issuers) {
    Keys keys = current;
    X509KeyManager manager = manager(name);
    if (keys == null || manager == null) {
      return null;
    }
    if (manager == keys.first()) {
      String[] entries = manager.getServerAliases(keyType, issuers);
      return entries == null || entries.length == 0 ? null : entries[0];
    }
    // Of a server name there is one key, whatever the entry.
    PrivateKey key = manager.getPrivateKey("");
    return key != null && key.getAlgorithm().equals(keyType) ? "" : null;
  }

  private static String name(List<SNIServerName> asked) {
    return asked.stream()
        .filter(SNIHostName.class::isInstance)
        .map(each -> ((SNIHostName) each).getAsciiName())
        .findFirst()
        .orElse("");
  }

  private @Nullable X509KeyManager manager(String name) {
    Keys keys = current;
    if (keys == null) {
      return null;
    }
    X509KeyManager named = name.isEmpty() ? null : keys.byName().apply(name);
    return named == null ? keys.first() : named;
  }

  private @Nullable X509KeyManager managerOf(String alias) {
    return manager(alias.substring(0, alias.indexOf(END)));
  }

  private static String entry(String alias) {
    return alias.substring(alias.indexOf(END) + 1);
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    X509KeyManager manager = managerOf(alias);
    return manager == null ? null : manager.getCertificateChain(entry(alias));
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    X509KeyManager manager = managerOf(alias);
    return manager == null ? null : manager.getPrivateKey(entry(alias));
  }

  // The server of the JDK has engines alone, and is no client.

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, Socket socket) {
    return null;
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, Socket socket) {
    return null;
  }
}
