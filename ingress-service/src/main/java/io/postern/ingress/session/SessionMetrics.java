package io.postern.ingress.session;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.HandshakeFailure;
import java.time.Duration;
import java.util.function.IntSupplier;

/** The numbers of the SMTP side; each is described in README.md. Thread-safe. */
public final class SessionMetrics {
  private final MeterRegistry registry;
  private final Counter accepted;
  private final Counter chunked;
  private final Counter bytes;
  private final Counter recipients;
  private final Counter lost;
  private final Counter failed;
  private final Timer acceptLatency;

  public SessionMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.accepted = registry.counter("postern.ingress.messages.accepted");
    this.chunked = registry.counter("postern.ingress.messages.chunked");
    this.bytes = registry.counter("postern.ingress.bytes.accepted");
    this.recipients = registry.counter("postern.ingress.recipients.accepted");
    this.lost = registry.counter("postern.ingress.sessions.lost");
    this.failed = registry.counter("postern.ingress.sessions.failed");
    this.acceptLatency =
        Timer.builder("postern.ingress.accept").publishPercentiles(0.5, 0.99).register(registry);
  }

  /** Registers the gauge of a listener's open sessions. */
  public void sessions(String listener, IntSupplier open) {
    // The registry holds its gauges' objects weakly, and nobody else holds this.
    Gauge.builder("postern.ingress.sessions", open, IntSupplier::getAsInt)
        .tag("listener", listener)
        .strongReference(true)
        .register(registry);
  }

  /** A listener's connections that came, by result: accepted, or the reason of the refusal. */
  public Counter connections(String listener, String result) {
    return registry.counter("postern.ingress.connections", "listener", listener, "result", result);
  }

  /** A handshake ended: result is TLSv1.2, TLSv1.3 or failed. */
  public void handshake(String result) {
    registry.counter("postern.ingress.tls.handshakes", "result", result).increment();
  }

  /** A handshake failed. */
  public void handshakeFailed(HandshakeFailure why) {
    handshake("failed");
    registry.counter("postern.ingress.tls.failures", "cause", Spelling.of(why)).increment();
  }

  /** Refusing replies, by their code. */
  public Counter refusals(int code, String enhanced) {
    return registry.counter(
        "postern.ingress.refusals", "code", Integer.toString(code), "enhanced", enhanced);
  }

  /** Recipients of domains that validate by the mailbox route, by result. */
  void recipientChecked(String result) {
    registry.counter("postern.ingress.recipients.checked", "result", result).increment();
  }

  void accepted(long size, int recipientCount, Duration latency) {
    accepted.increment();
    bytes.increment((double) size);
    recipients.increment(recipientCount);
    acceptLatency.record(latency);
  }

  /** One of the accepted messages came in chunks (RFC 3030). */
  void acceptedInChunks() {
    chunked.increment();
  }

  /** The client went away without QUIT. */
  void lost() {
    lost.increment();
  }

  /** A session ended by a fault of ours. */
  void failed() {
    failed.increment();
  }
}
