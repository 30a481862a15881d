package io.postern.transport;

import java.net.Socket;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Lets any chain through the handshake, on purpose and on both sides: whether a chain is good is a
 * verdict that is asked for afterwards, from the certificate service, before anything of an
 * envelope is sent or accepted on the strength of it. Runs under native frames: must not block.
 */
final class AnyChain extends X509ExtendedTrustManager {
  private static final X509Certificate[] NONE = {};

  @Override
  public void checkClientTrusted(
      X509Certificate[] chain, String authType, @Nullable Socket socket) {}

  @Override
  public void checkServerTrusted(
      X509Certificate[] chain, String authType, @Nullable Socket socket) {}

  @Override
  public void checkClientTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine) {}

  @Override
  public void checkServerTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine) {}

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType) {}

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType) {}

  /** None: a CertificateRequest then names no issuer, so every client may present what it has. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return NONE;
  }
}
