package io.postern.log.sending;

import io.postern.contracts.ContractLevel;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Headers;
import io.postern.contracts.QueueId;
import io.postern.contracts.TopicDeclaration;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.log.LogUnavailableException;
import io.postern.log.sealing.SealingKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * One message on its way into the log: content in pieces, then the envelope, or both in one record.
 * Owner: one thread that may block (a virtual one); acknowledgements arrive on the producer's
 * thread, see {@link Acknowledgements}. Each call ends within the log's patience. The first failure
 * is final: later calls throw again.
 */
public final class Intake {
  // Two fill a batch of 512 KiB, and a batch is the unit of append and of read.
  private static final int CHUNK_BYTES = 240 * 1024;
  private static final int SMALL_BYTES = 16 * 1024;
  private static final int UNACKNOWLEDGED_BYTES = 2 << 20;
  // Room for key, headers and batch.
  private static final int MAX_ENVELOPE_BYTES =
      TopicDeclaration.Records.USUAL.maxMessageBytes() - 64 * 1024;

  private enum State {
    CONTENT,
    ENVELOPE,
    DONE
  }

  private final QueueId queueId;
  private final BoundSender envelopes;
  private final BoundSender small;
  private final BoundSender large;
  private final Partitions partitions;
  private final Duration patience;
  private final Semaphore lent;
  private final ComingEnvelopes.Place coming;
  private final Supplier<@Nullable SealingKey> keys;
  private final Acknowledgements acknowledgements = new Acknowledgements();
  private final MessageDigest digest = Fingerprints.digest();
  private byte[] buffer = new byte[SMALL_BYTES];
  private int filled;
  private int chunks;
  private long size;
  private long sent;
  private int loan;
  private byte @Nullable [] sealed;
  private State state = State.CONTENT;

  /** A sender and the producer that it had when the message began, for all of the message. */
  private record BoundSender(DurableSender sender, Producer<String, byte[]> producer) {
    static BoundSender of(DurableSender sender) {
      return new BoundSender(sender, sender.current());
    }
  }

  /**
   * @param envelopes takes envelopes, each behind the acknowledgement of its content
   * @param small takes contents of one chunk, which never wait behind larger ones
   * @param large takes contents of more than one chunk
   * @param keys to seal a small content with; null: none is in use
   */
  Intake(
      QueueId queueId,
      DurableSender envelopes,
      DurableSender small,
      DurableSender large,
      Partitions partitions,
      Duration patience,
      Semaphore lent,
      ComingEnvelopes coming,
      Supplier<@Nullable SealingKey> keys) {
    this.queueId = queueId;
    this.envelopes = BoundSender.of(envelopes);
    this.small = BoundSender.of(small);
    this.large = BoundSender.of(large);
    this.partitions = partitions;
    this.patience = patience;
    this.lent = lent;
    this.coming = coming.place();
    this.keys = keys;
  }

  public QueueId queueId() {
    return queueId;
  }

  /** Takes all of {@code content}; blocks while too much of this message is not acknowledged. */
  public void write(ByteBuffer content) throws LogUnavailableException {
    expect(State.CONTENT);
    digest.update(content.duplicate());
    size += content.remaining();
    while (content.hasRemaining()) {
      if (filled == buffer.length && !grow()) {
        sendChunk(false);
      }
      int length = Math.min(content.remaining(), buffer.length - filled);
      content.get(buffer, filled, length);
      filled += length;
    }
  }

  // A small message needs no more than the small buffer; when all loans are out, chunks are small.
  private boolean grow() {
    int more = Math.min(3 * buffer.length, CHUNK_BYTES - buffer.length);
    if (more == 0 || !lent.tryAcquire(more)) {
      return false;
    }
    loan += more;
    buffer = Arrays.copyOf(buffer, buffer.length + more);
    return true;
  }

  /**
   * Sends the rest and waits until all content is durable. A content of up to 16 KiB is sealed
   * instead, while there is a key, and goes with its envelope.
   */
  public ContentReference finishContent() throws LogUnavailableException {
    expect(State.CONTENT);
    SealingKey key = chunks == 0 && filled <= SMALL_BYTES ? keys.get() : null;
    if (key != null) {
      sealed = key.seal(queueId.value(), buffer, filled);
      coming.comes();
      release();
      state = State.ENVELOPE;
      return ContentRecords.sealed(queueId, size, digest.digest());
    }
    sendChunk(true);
    release();
    List<Long> offsets = acknowledgements.awaitAll(patience);
    state = State.ENVELOPE;
    return ContentRecords.reference(Topics.MAIL_CONTENT, queueId, offsets, size, digest.digest());
  }

  /** Writes the envelope and waits until it is durable: after this the message is accepted (G1). */
  public void accept(MessageAccepted message) throws LogUnavailableException {
    // Only now is all content durable (docs/design/the-log.md, "Home partition and content").
    expect(State.ENVELOPE);
    if (!message.getQueueId().equals(queueId.value())) {
      throw new IllegalArgumentException("the envelope is of another message");
    }
    byte[] value = message.toByteArray();
    byte[] inHeader = sealed == null ? new byte[0] : sealed;
    if (value.length + inHeader.length > MAX_ENVELOPE_BYTES) {
      throw new IllegalArgumentException(
          "an envelope of " + value.length + " bytes does not fit into a record");
    }
    ProducerRecord<String, byte[]> accepted = message(Topics.MAIL_ACCEPTED, value);
    List<String> organizations =
        message.getGroupsList().stream().map(RecipientGroup::getOrganization).distinct().toList();
    if (organizations.size() == 1) {
      accepted
          .headers()
          .add(Headers.ORGANIZATION, organizations.getFirst().getBytes(StandardCharsets.UTF_8));
    }
    if (sealed != null) {
      accepted
          .headers()
          .add(Headers.LEVEL, ContractLevel.header(ContractLevel.SEALED_CONTENTS))
          .add(Headers.SEALED_CONTENT, inHeader);
    }
    try {
      send(envelopes, accepted, inHeader.length, false);
    } finally {
      coming.ends(envelopes.producer);
    }
    var unused = acknowledgements.awaitAll(patience);
    state = State.DONE;
  }

  /** Octets of the content that were sent to the log so far. */
  public long sentBytes() {
    return sent;
  }

  /** Gives the message up: its chunks in the log stay unreferenced. Always allowed. */
  public void abandon() {
    state = State.DONE;
    coming.ends(envelopes.producer);
    release();
  }

  private void sendChunk(boolean last) throws LogUnavailableException {
    byte[] value = ContentRecords.chunk(queueId, chunks++, buffer, filled, last);
    sent += filled;
    filled = 0;
    acknowledgements.awaitBelow(UNACKNOWLEDGED_BYTES - value.length, patience);
    // The first chunk settles the sender: the chunks of a content stay in order.
    boolean alone = last && chunks == 1;
    send(alone ? small : large, message(Topics.MAIL_CONTENT, value), 0, last);
  }

  private ProducerRecord<String, byte[]> message(String topic, byte[] value) {
    return new ProducerRecord<>(topic, queueId.partition(), queueId.value(), value);
  }

  /**
   * @param inHeader octets beside the value
   * @param last of the content: chunks are acknowledged in their order, this one behind all others
   */
  private void send(
      BoundSender bound, ProducerRecord<String, byte[]> message, int inHeader, boolean last)
      throws LogUnavailableException {
    int bytes = message.value().length + inHeader;
    int partition = queueId.partition();
    int number = acknowledgements.sending(bytes);
    partitions.sent(partition, bytes, System.nanoTime());
    try {
      bound.sender.send(
          bound.producer,
          message,
          (metadata, failure) -> {
            partitions.answered(partition, bytes, System.nanoTime());
            if (last && failure == null) {
              coming.comes();
            }
            // The client passes metadata without an offset along with a failure.
            acknowledgements.answered(
                number, bytes, failure == null ? metadata.offset() : -1, failure);
          });
    } catch (LogUnavailableException e) {
      partitions.answered(partition, bytes, System.nanoTime());
      acknowledgements.answered(number, bytes, -1, e);
      throw e;
    }
  }

  private void release() {
    lent.release(loan);
    loan = 0;
    buffer = new byte[0];
  }

  private void expect(State expected) {
    if (state != expected) {
      throw new IllegalStateException("intake is at " + state + ", not at " + expected);
    }
  }
}
