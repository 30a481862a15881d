package io.postern.delivery.tlsrpt;

import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;

/**
 * The channel {@code tls-reports}, by which reports that others have sent us get into tls.reports.
 * At most 20 records wait. Any thread; never blocks.
 */
@ApplicationScoped
public class TlsReportChannel {
  private static final int WAITING = 20;

  private final Emitter<Record<String, byte[]>> emitter;

  @Inject
  public TlsReportChannel(
      @Channel("tls-reports") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = WAITING)
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
