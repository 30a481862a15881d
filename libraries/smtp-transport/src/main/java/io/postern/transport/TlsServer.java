package io.postern.transport;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.ReferenceCountUtil;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.TlsCapabilities;
import io.postern.contracts.v1.TlsVersion;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;

/**
 * TLS for accepted connections: TLS 1.2 and 1.3. It asks for a client certificate, requires none
 * and accepts every chain in the handshake: the session judges it (RFC 3207 §4.1), that of a
 * resumed session again. It chooses among several certificates, EC and RSA side by side, by SNI and
 * by the keys that the client can verify, and staples the chosen one's OCSP response.
 *
 * <p>Sessions are resumed by tickets alone, whose keys are {@link TicketKeys}: the server keeps
 * nothing of a session that has ended, whoever makes however many.
 *
 * <p>Any thread. {@link #reload} replaces the certificates for handshakes that begin afterwards;
 * sessions that are open live on. Close it when no handshake begins any more.
 */
public final class TlsServer implements AutoCloseable {
  /**
   * Octets of a client's chain. Each of the two tickets holds it, both go out in one flight with
   * our first reply, and BoringSSL gives up on a flight above 64 KiB: so the handshake refuses a
   * larger chain, and the session behind it is not lost.
   */
  private static final int MAX_CLIENT_CHAIN = 20 * 1024;

  private final TlsServerOptions options;
  private final TicketKeys tickets;
  private Contexts contexts;
  private TicketKeys.Basis basis;
  private boolean closed;

  /** The default offer, and tickets of this server alone. */
  public TlsServer(KeyMaterial... materials) {
    this(TlsServerOptions.DEFAULT, materials);
  }

  TlsServer(TlsServerOptions options, KeyMaterial... materials) {
    this(options, new TicketKeys(InstantSource.system()), List.of(materials));
  }

  public TlsServer(TlsServerOptions options, TicketKeys tickets, List<KeyMaterial> materials) {
    this.options = options;
    this.tickets = tickets;
    this.contexts = new Contexts(options, List.copyOf(materials));
    this.basis = tickets.basis();
    contexts.setTicketKeys(tickets, basis);
  }

  /**
   * {@code rsa}: with the RSA certificates only; the same as {@code all} where there are not both
   * kinds.
   */
  private record Contexts(List<KeyMaterial> materials, SslContext all, SslContext rsa) {
    Contexts(TlsServerOptions options, List<KeyMaterial> materials) {
      this(materials, context(options, materials), context(options, rsaOr(materials)));
    }

    private static List<KeyMaterial> rsaOr(List<KeyMaterial> materials) {
      List<KeyMaterial> rsa = materials.stream().filter(m -> m.type().equals("RSA")).toList();
      return rsa.isEmpty() ? materials : rsa;
    }

    private static SslContext context(TlsServerOptions options, List<KeyMaterial> materials) {
      if (materials.isEmpty()) {
        throw new IllegalArgumentException("a server needs at least one certificate");
      }
      SslContextBuilder builder =
          SslContextBuilder.forServer(new Keys(materials, options.staples()).factory())
              .clientAuth(ClientAuth.OPTIONAL)
              .option(OpenSslContextOption.MAX_CERTIFICATE_LIST_BYTES, MAX_CLIENT_CHAIN)
              .enableOcsp(true);
      ReferenceCountedOpenSslContext context =
          TlsSetup.build(
              builder,
              options.minimum(),
              options.maximum(),
              options.tls12Suites(),
              options.groups());
      context.sessionContext().setSessionCacheEnabled(false);
      return context;
    }

    void setTicketKeys(TicketKeys tickets, TicketKeys.Basis basis) {
      OpenSslSessionTicketKey[] keys =
          tickets.keys(
              basis,
              Fingerprints.chain(
                  materials.stream()
                      .map(material -> HandshakeFacts.encoded(material.chain().getFirst()))
                      .toList()));
      ((ReferenceCountedOpenSslContext) all).sessionContext().setTicketKeys(keys);
      ((ReferenceCountedOpenSslContext) rsa).sessionContext().setTicketKeys(keys);
    }

    /** Engines hold on to theirs until they are released. */
    void release() {
      ReferenceCountUtil.release(all);
      ReferenceCountUtil.release(rsa);
    }
  }

  /**
   * Takes new certificates for new handshakes. IllegalArgumentException when they are not usable:
   * the old ones stay.
   */
  public void reload(KeyMaterial... materials) {
    Contexts fresh = new Contexts(options, List.of(materials));
    synchronized (this) {
      if (closed) {
        fresh.release();
        throw new IllegalStateException("closed");
      }
      fresh.setTicketKeys(tickets, basis);
      contexts.release();
      contexts = fresh;
    }
  }

  /**
   * Takes the keys of the present period and secret, and forgets older ones. Each handshake does it
   * too: an idle server is to be called now and then.
   */
  public synchronized void renewTicketKeys() {
    TicketKeys.Basis now = tickets.basis();
    if (!closed && !now.equals(basis)) {
      contexts.setTicketKeys(tickets, now);
      basis = now;
    }
  }

  /** The certificates of handshakes that begin now. */
  public synchronized List<KeyMaterial> materials() {
    return contexts.materials;
  }

  /** {@code hello}: the record with the ClientHello. */
  synchronized SSLEngine newEngine(ByteBuffer hello) {
    if (closed) {
      throw new IllegalStateException("closed");
    }
    renewTicketKeys();
    boolean rsa = Hellos.needsRsa(hello, options.maximum() == TlsVersion.TLS_1_3);
    return (rsa ? contexts.rsa : contexts.all).newEngine(PooledByteBufAllocator.DEFAULT);
  }

  /**
   * The offer with the certificates of now. In TLS 1.2 an EC certificate is chosen before an RSA
   * one, and so are its suites; those of a kind of key that is missing are not offered.
   */
  public synchronized TlsCapabilities capabilities() {
    List<String> suites = contexts.all.cipherSuites();
    Set<String> keys =
        contexts.materials.stream().map(KeyMaterial::type).collect(Collectors.toSet());
    return TlsSetup.capabilities(
        CertificateRole.ROLE_SERVER,
        options.minimum(),
        options.maximum(),
        Stream.of(
                suites.stream().filter(TlsSetup.TLS_1_3::contains),
                suites.stream().filter(s -> keys.contains("EC") && s.contains("_ECDSA_")),
                suites.stream().filter(s -> keys.contains("RSA") && s.contains("_RSA_")))
            .flatMap(each -> each)
            .toList(),
        options.groups());
  }

  String offered() {
    return TlsSetup.words(options.minimum(), options.maximum());
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      contexts.release();
    }
  }
}
