package io.postern.transport;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.postern.contracts.KeyExchangeGroups;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.TlsCapabilities;
import io.postern.contracts.v1.TlsVersion;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * TLS for connections that we open: newest version and strongest suites first, suites without
 * forward secrecy last, so that the gate sees a peer that has nothing better and refuses it by
 * name, instead of a handshake that fails. The handshake accepts every chain and name: the caller
 * must judge chain, name, version and forward secrecy before it sends anything.
 *
 * <p><b>Sessions are resumed within one scope</b>, address, port and server name of one instance.
 * The scope is the caller's name for all that it demands of a peer and shows it: a session made
 * under one is never offered under another, so that no proof is taken over. Judge a resumed
 * session's chain again: the chain read from it is that of its first handshake, and a TLS 1.2
 * staple may be old. An instance keeps 2,000 sessions for an hour at most, the newest; whoever
 * opens more has the others make a full handshake.
 *
 * <p>Any thread. Close it when no handshake begins any more; open sessions live on.
 */
public final class TlsClient implements AutoCloseable {
  private static final int SESSIONS = 2_000;
  private static final int SESSION_SECONDS = 3600;

  private final int sessions;
  private final TlsVersion minimum;
  private final TlsVersion maximum;
  private final SslContext context;
  private final @Nullable Keys keys;
  private @Nullable SslContext classical; // made when the first host needs it
  private boolean closed;

  /**
   * {@code clientCertificate} is presented when the server asks; null: none. An unspecified minimum
   * is TLS 1.2.
   */
  public TlsClient(@Nullable KeyMaterial clientCertificate, TlsVersion minimum) {
    this(clientCertificate, minimum, TlsVersion.TLS_1_3, SESSIONS);
  }

  public TlsClient(
      @Nullable KeyMaterial clientCertificate, TlsVersion minimum, TlsVersion maximum) {
    this(clientCertificate, minimum, maximum, SESSIONS);
  }

  /**
   * @param sessions kept for resumption, each with the peer's chain outside the heap
   */
  public TlsClient(
      @Nullable KeyMaterial clientCertificate,
      TlsVersion minimum,
      TlsVersion maximum,
      int sessions) {
    this.sessions = sessions;
    this.minimum = TlsSetup.minimum(minimum);
    this.maximum = maximum;
    this.keys =
        clientCertificate == null ? null : new Keys(List.of(clientCertificate), Staples.NONE);
    this.context = context(true);
  }

  private SslContext context(boolean hybrid) {
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .enableOcsp(true)
            .sessionCacheSize(sessions)
            .sessionTimeout(SESSION_SECONDS);
    if (keys != null) {
      builder.keyManager(keys.factory());
    }
    List<String> suites = new ArrayList<>(TlsSetup.FORWARD_SECRET);
    suites.addAll(TlsSetup.NOT_FORWARD_SECRET);
    List<String> groups =
        TlsNames.groupNames()
            .filter(group -> hybrid || !group.equals(KeyExchangeGroups.HYBRID))
            .toList();
    return TlsSetup.build(builder, minimum, maximum, suites, groups);
  }

  /** The name as RFC 6066 §3 allows it in SNI; "" for an address or another text. */
  static String sendable(String name) {
    String host = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    if (host.isEmpty() || NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
      return "";
    }
    try {
      return new SNIHostName(host).getAsciiName();
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  /**
   * @param hybrid offer the hybrid group, with which the hello has more than 1,100 octets
   * @param scope of the sessions that may be resumed
   */
  synchronized SSLEngine newEngine(
      InetSocketAddress peer, String serverName, boolean hybrid, String scope) {
    if (closed) {
      throw new IllegalStateException("closed");
    }
    SslContext from = hybrid ? context : classical;
    if (from == null) {
      from = context(false);
      classical = from;
    }
    // The engine keeps sessions by this "host", so that none crosses scope, name or address. With a
    // slash in front it sends none of it as server name.
    String key = "/" + scope + "/" + serverName + "@" + peer.getAddress().getHostAddress();
    SSLEngine engine = from.newEngine(PooledByteBufAllocator.DEFAULT, key, peer.getPort());
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm(
        null); // names are the gate's business, which knows the connector
    parameters.setServerNames(
        serverName.isEmpty() ? List.of() : List.of(new SNIHostName(serverName)));
    engine.setSSLParameters(parameters);
    return engine;
  }

  /** The server's request for our certificate in the engine's handshake; null: none. Once. */
  @Nullable CertificateRequest takeRequest(SSLEngine engine) {
    return keys == null ? null : keys.takeRequest(engine);
  }

  /** The offer of its handshakes, in its order. */
  public TlsCapabilities capabilities() {
    return TlsSetup.capabilities(
        CertificateRole.ROLE_CLIENT,
        minimum,
        maximum,
        context.cipherSuites(),
        TlsNames.groupNames().toList());
  }

  String offered() {
    return TlsSetup.words(minimum, maximum);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      ReferenceCountUtil.release(context);
      ReferenceCountUtil.release(classical);
    }
  }
}
