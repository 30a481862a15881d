package io.postern.delivery.tlsrpt;

import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;

/**
 * The channel {@code tls-sessions}, by which counts of sessions get into tls.sessions. At most 100
 * records wait. Any thread; never blocks.
 */
@ApplicationScoped
public class TlsSessionChannel {
  private static final int WAITING = 100;

  private final Emitter<Record<String, byte[]>> emitter;

  @Inject
  public TlsSessionChannel(
      @Channel("tls-sessions") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = WAITING)
          Emitter<Record<String, byte[]>> emitter) {
    this.emitter = emitter;
  }

  /**
   * @throws IllegalStateException too many wait, or the service stops
   */
  public CompletionStage<Void> send(String key, byte[] value) {
    return emitter.send(Record.of(key, value));
  }
}
