package io.postern.transport;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.ReferenceCountUtil;
import io.postern.contracts.v1.TlsVersion;
import java.nio.ByteBuffer;
import java.util.List;
import javax.net.ssl.SSLEngine;

/**
 * TLS for accepted connections: TLS 1.2 and 1.3. It asks for a client certificate, requires none
 * and accepts every chain in the handshake: the session judges it (RFC 3207 §4.1). It chooses among
 * several certificates, EC and RSA side by side, by SNI and by the keys that the client can verify.
 * Any thread. {@link #reload} replaces the certificates for handshakes that begin afterwards;
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
  private Contexts contexts;
  private boolean closed;

  /** Key exchange with forward secrecy only (RFC 9325 §4.1). */
  public TlsServer(KeyMaterial... materials) {
    this(TlsServerOptions.DEFAULT, materials);
  }

  TlsServer(TlsServerOptions options, KeyMaterial... materials) {
    this.options = options;
    this.contexts = new Contexts(options, List.of(materials));
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
          SslContextBuilder.forServer(new Keys(materials).factory())
              .clientAuth(ClientAuth.OPTIONAL)
              .option(OpenSslContextOption.MAX_CERTIFICATE_LIST_BYTES, MAX_CLIENT_CHAIN)
              .enableOcsp(true);
      return TlsSetup.build(
          builder, options.minimum(), options.maximum(), options.tls12Suites(), true);
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
      contexts.release();
      contexts = fresh;
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
    boolean rsa = Hellos.needsRsa(hello, options.maximum() == TlsVersion.TLS_1_3);
    SSLEngine engine =
        (rsa ? contexts.rsa : contexts.all).newEngine(PooledByteBufAllocator.DEFAULT);
    byte[] staple = options.stapledOcsp();
    if (staple.length > 0) {
      ((ReferenceCountedOpenSslEngine) engine).setOcspResponse(staple);
    }
    return engine;
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
