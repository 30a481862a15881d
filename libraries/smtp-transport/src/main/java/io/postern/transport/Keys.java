package io.postern.transport;

import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.util.KeyManagerFactoryWrapper;
import io.netty.internal.tcnative.SSL;
import io.postern.names.CertificateNames;
import io.postern.names.DomainNames;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The choice of the certificate in a handshake: on a server by SNI, then by the keys that the
 * client can verify; on a client the only one there is, and the server's request is kept until it
 * is taken. Any thread. Runs under native frames: must not block.
 */
final class Keys extends X509ExtendedKeyManager {
  private final List<KeyMaterial> materials;
  private final List<List<String>> names;
  private final Staples staples;
  // By the engine: the values of a session are also those of later handshakes that it is offered
  // in.
  private final Map<SSLEngine, CertificateRequest> requests = new WeakHashMap<>();

  /** {@code staples}: of a server. */
  Keys(List<KeyMaterial> materials, Staples staples) {
    this.materials = List.copyOf(materials);
    this.staples = staples;
    this.names = materials.stream().map(m -> CertificateNames.of(m.chain().getFirst())).toList();
  }

  /** For SslContextBuilder; the native form of each key is made once and kept with the context. */
  KeyManagerFactory factory() {
    return new OpenSslCachingX509KeyManagerFactory(
        new KeyManagerFactoryWrapper(this), materials.size());
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    // The engine asks for "EC" first and takes the answer, even for a client that cannot verify
    // ECDSA.
    if (engine instanceof ReferenceCountedOpenSslEngine asked
        && keyType.equals("EC")
        && !verifiesEcdsa(asked)) {
      return null;
    }
    int chosen = choose(keyType, engine);
    if (chosen < 0) {
      return null;
    }
    if (engine instanceof ReferenceCountedOpenSslEngine stapling) {
      staple(stapling, materials.get(chosen).chain().getFirst());
    }
    return Integer.toString(chosen);
  }

  /**
   * The certificate of this kind of key in a server's handshake; -1: none. The engine asks for EC
   * first. RSA is the last resort of a client that cannot verify the ECDSA certificate of its
   * server name: one with another name is more to it than no TLS.
   */
  private int choose(String keyType, @Nullable SSLEngine engine) {
    List<Integer> named = candidates(engine);
    for (int i : named) {
      if (materials.get(i).type().equals(keyType)) {
        return i;
      }
    }
    for (int i = 0; keyType.equals("RSA") && i < materials.size(); i++) {
      if (materials.get(i).type().equals(keyType)) {
        return i;
      }
    }
    return -1;
  }

  /** Before the engine writes its hello, which says whether a response follows. */
  private void staple(ReferenceCountedOpenSslEngine engine, X509Certificate leaf) {
    byte[] response = staples.staple(leaf);
    if (response.length > 0) {
      engine.setOcspResponse(response);
    }
  }

  /** By the library's own names: the session turns each into Java's with regular expressions. */
  private static boolean verifiesEcdsa(ReferenceCountedOpenSslEngine engine) {
    String @Nullable [] algorithms = SSL.getSigAlgs(engine.sslPointer());
    if (algorithms == null) {
      return true;
    }
    for (String algorithm : algorithms) {
      if (algorithm.regionMatches(true, 0, "ecdsa", 0, 5)) {
        return true;
      }
    }
    return algorithms.length == 0;
  }

  /**
   * The certificates whose names cover the server name in the hello; all when none does: the client
   * judges a wrong name.
   */
  private List<Integer> candidates(@Nullable SSLEngine engine) {
    if (materials.size() == 1) {
      return List.of(0);
    }
    @Nullable SSLSession session = engine == null ? null : engine.getHandshakeSession();
    List<Integer> all = new ArrayList<>();
    List<Integer> named = new ArrayList<>();
    String asked = session == null ? "" : serverName(session);
    for (int i = 0; i < materials.size(); i++) {
      all.add(i);
      if (CertificateNames.matches(asked, names.get(i))) {
        named.add(i);
      }
    }
    return named.isEmpty() ? all : named;
  }

  /** RFC 6066 §3: the name in the ClientHello; "" for none. */
  static String serverName(SSLSession session) {
    if (session instanceof ExtendedSSLSession facts) {
      for (SNIServerName name : facts.getRequestedServerNames()) {
        if (name instanceof SNIHostName host) {
          return DomainNames.normal(host.getAsciiName());
        }
      }
    }
    return "";
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    @Nullable SSLSession session = engine == null ? null : engine.getHandshakeSession();
    if (session != null) {
      CertificateRequest request = CertificateRequest.of(keyTypes, issuers, session);
      synchronized (requests) {
        requests.put(engine, request);
      }
    }
    for (String type : keyTypes) {
      if (materials.getFirst().type().equals(type)) {
        return "0"; // whatever issuers the server names: the configured one is all that we have
      }
    }
    return null;
  }

  /** The server's request in a client's handshake; null: none. Once. */
  @Nullable CertificateRequest takeRequest(SSLEngine engine) {
    synchronized (requests) {
      return requests.remove(engine);
    }
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    return materials.get(Integer.parseInt(alias)).chain().toArray(X509Certificate[]::new);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return materials.get(Integer.parseInt(alias)).key();
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return chooseEngineClientAlias(keyTypes, issuers, null);
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return chooseEngineServerAlias(keyType, issuers, null);
  }
}
