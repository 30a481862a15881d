package io.postern.policy.api;

import io.postern.api.ProblemException;
import io.postern.contracts.v1.MessageControl;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.sending.ControlWriter;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/** Controls as calls of the API publish them: 10 s each. Any thread that may block. */
final class QueueControls {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Logger LOG = Logger.getLogger(QueueControls.class);
  private final ControlWriter writer;

  QueueControls(LogSettings settings) {
    writer = new ControlWriter(settings);
  }

  /**
   * Of a message, or of a route.
   *
   * @throws IllegalArgumentException when the queue id names a partition that there is not
   */
  void publish(MessageControl control) {
    try {
      writer.publish(List.of(control), PATIENCE);
    } catch (LogUnavailableException e) {
      LOG.warnf("a control was not sent: %s", e);
      throw ProblemException.unavailable("Kafka does not accept the request now: try again.");
    }
  }
}
