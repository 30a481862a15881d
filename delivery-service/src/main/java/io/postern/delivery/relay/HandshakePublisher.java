package io.postern.delivery.relay;

import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.TlsFacts;
import io.postern.transport.CertificateRequest;
import org.jspecify.annotations.Nullable;

/**
 * The publisher of handshakes that a connector's certificate took part in, to certificate.hosts.
 * Called from delivery threads; must not block or throw.
 */
@FunctionalInterface
public interface HandshakePublisher {
  /**
   * The gate has let a session through, for this delivery or once more.
   *
   * @param host as it was dialled
   * @param asked null: it did not ask for our certificate
   */
  void publish(
      DeliveryRequested request, String host, TlsFacts facts, @Nullable CertificateRequest asked);
}
