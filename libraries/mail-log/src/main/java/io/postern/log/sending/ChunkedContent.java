package io.postern.log.sending;

import io.postern.contracts.Fingerprints;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.ContentReference;
import io.postern.log.LogUnavailableException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * One content on its way into a topic of contents, in chunks of one size. Owner: one thread, which
 * {@link #write} blocks while too much is not acknowledged, and {@link #reference} until all is.
 */
final class ChunkedContent {
  private final String topic;
  private final QueueId queueId;
  private final int unacknowledgedBytes;
  private final DurableSender sender;
  private final Duration patience;
  private final Producer<String, byte[]> producer;
  private final Acknowledgements acknowledgements = new Acknowledgements();
  private final MessageDigest digest = Fingerprints.digest();
  private final byte[] buffer;
  private int filled;
  private int chunks;
  private long size;

  ChunkedContent(
      String topic,
      QueueId queueId,
      int chunkBytes,
      int unacknowledgedBytes,
      DurableSender sender,
      Duration patience) {
    this.topic = topic;
    this.queueId = queueId;
    this.unacknowledgedBytes = unacknowledgedBytes;
    this.sender = sender;
    this.patience = patience;
    this.producer = sender.current();
    this.buffer = new byte[chunkBytes];
  }

  void write(ByteBuffer bytes) throws LogUnavailableException {
    digest.update(bytes.duplicate());
    size += bytes.remaining();
    while (bytes.hasRemaining()) {
      if (filled == buffer.length) {
        send(false);
      }
      int length = Math.min(bytes.remaining(), buffer.length - filled);
      bytes.get(buffer, filled, length);
      filled += length;
    }
  }

  /** Sends the rest; nothing follows but {@link #reference}. */
  ChunkedContent end() throws LogUnavailableException {
    send(true);
    return this;
  }

  /** Waits for every chunk's acknowledgement. */
  ContentReference reference() throws LogUnavailableException {
    return ContentRecords.reference(
        topic, queueId, acknowledgements.awaitAll(patience), size, digest.digest());
  }

  private void send(boolean last) throws LogUnavailableException {
    byte[] value = ContentRecords.chunk(queueId, chunks++, buffer, filled, last);
    filled = 0;
    acknowledgements.awaitBelow(unacknowledgedBytes - value.length, patience);
    int number = acknowledgements.sending(value.length);
    try {
      sender.send(
          producer,
          new ProducerRecord<>(topic, queueId.partition(), queueId.value(), value),
          (metadata, failure) ->
              acknowledgements.answered(
                  number, value.length, failure == null ? metadata.offset() : -1, failure));
    } catch (LogUnavailableException e) {
      acknowledgements.answered(number, value.length, -1, e);
      throw e;
    }
  }
}
