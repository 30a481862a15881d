package io.postern.delivery.session;

import io.postern.contracts.v1.TlsFacts;
import io.postern.delivery.gate.TlsGate;
import org.jspecify.annotations.Nullable;

/**
 * The establishment of a session: its channel and how long it took.
 *
 * @param failedBefore the handshake with this host that failed before, in a sentence; empty: none
 */
public record Establishment(
    TlsGate.Channel channel, int connectMillis, int tlsMillis, String failedBefore) {
  /** Null: plaintext. */
  public @Nullable TlsFacts facts() {
    return channel instanceof TlsGate.Channel.Tls tls ? tls.facts() : null;
  }
}
