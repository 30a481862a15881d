package io.postern.log;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.MessageAccepted;
import java.nio.ByteBuffer;

/**
 * One message on its way into the log: content in pieces, then the envelope. Owner: one thread that
 * may block (a virtual one). Each call ends within the log's patience.
 */
public interface Intake {
  QueueId queueId();

  /** Takes all of {@code content}; blocks while too much of this message is not acknowledged. */
  void write(ByteBuffer content) throws LogUnavailableException;

  /** Sends the rest and waits until all content is durable. */
  ContentReference finishContent() throws LogUnavailableException;

  /** Writes the envelope and waits until it is durable: after this the message is accepted (G1). */
  void accept(MessageAccepted message) throws LogUnavailableException;

  /** Octets of the content that were sent to the log so far. */
  long sentBytes();

  /** Gives the message up: what was written of it stays unreferenced. Always allowed. */
  void abandon();
}
