package io.postern.log;

import com.google.protobuf.UnsafeByteOperations;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentChunk;
import io.postern.contracts.v1.ContentReference;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Copies contents to {@code mail.content.held}, where a held message's content outlives the
 * retention of {@code mail.content} (docs/design/the-log.md, Home partition and content): without a
 * transaction, and every chunk acknowledged before the copy is named to anyone. A copy that is not
 * finished harms nobody.
 *
 * <p>Cut at the same places whenever it is made: a copy that two writers make at the same time is
 * still readable, see {@link Passage}. Any thread, one for each call, which it blocks. Bounds: one
 * chunk and 1 MiB unacknowledged for each call; a log that does not answer within the patience ends
 * it.
 */
public final class HeldContent implements AutoCloseable {
  /** Never to be changed: copies of the same content must be cut alike. Four fill a batch. */
  private static final int CHUNK_BYTES = 120 * 1024;

  private static final int UNACKNOWLEDGED_BYTES = 1 << 20;
  private static final int BUFFER_BYTES = 24 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final DurableSender sender;
  private final Duration patience;

  public HeldContent(LogSettings settings) {
    this(settings, PATIENCE);
  }

  /**
   * @param patience longest wait for an acknowledgement, at least a second
   */
  public HeldContent(LogSettings settings, Duration patience) {
    this.patience = patience;
    this.sender = new DurableSender(settings, patience, BUFFER_BYTES);
  }

  /**
   * Copies what {@code source} refers to.
   *
   * @param content opened for it; the caller closes it
   * @param given whether to give up, asked between chunks
   * @return the copy; of the same size and SHA-256
   * @throws ContentException when the source cannot be read, or is not what was accepted
   */
  public ContentReference copy(
      QueueId queueId, ContentReference source, ContentStream content, BooleanSupplier givenUp)
      throws ContentException, LogUnavailableException {
    Copy copy = new Copy(queueId);
    for (ByteBuffer bytes = content.next(); bytes != null; bytes = content.next()) {
      if (givenUp.getAsBoolean()) {
        throw new LogUnavailableException("the copy was given up", new InterruptedException());
      }
      copy.write(bytes);
    }
    ContentReference made = copy.end();
    if (made.getSize() != source.getSize() || !made.getSha256().equals(source.getSha256())) {
      throw new ContentException(
          ContentException.Kind.DAMAGED, "the copy differs from what was accepted", null);
    }
    return made.toBuilder().setNoLeadingDot(source.getNoLeadingDot()).build();
  }

  /** Waits some seconds for what is under way. */
  @Override
  public void close() {
    sender.close();
  }

  /** One copy. Owner: the caller's thread. */
  private final class Copy {
    private final QueueId queueId;
    private final Producer<String, byte[]> producer = sender.current();
    private final Acknowledgements acknowledgements = new Acknowledgements();
    private final MessageDigest digest = Fingerprints.digest();
    private final byte[] buffer = new byte[CHUNK_BYTES];
    private int filled;
    private int chunks;
    private long size;

    Copy(QueueId queueId) {
      this.queueId = queueId;
    }

    void write(ByteBuffer bytes) throws LogUnavailableException {
      digest.update(bytes.duplicate());
      size += bytes.remaining();
      while (bytes.hasRemaining()) {
        if (filled == CHUNK_BYTES) {
          send(false);
        }
        int length = Math.min(bytes.remaining(), CHUNK_BYTES - filled);
        bytes.get(buffer, filled, length);
        filled += length;
      }
    }

    ContentReference end() throws LogUnavailableException {
      send(true);
      List<Long> offsets = acknowledgements.awaitAll(patience);
      ContentReference.Builder reference =
          ContentReference.newBuilder()
              .setTopic(Topics.MAIL_CONTENT_HELD)
              .setPartition(queueId.partition())
              .setQueueId(queueId.value())
              .setFirstOffset(offsets.getFirst())
              .setLastOffset(offsets.getLast())
              .setSize(size)
              .setSha256(UnsafeByteOperations.unsafeWrap(digest.digest()));
      for (int i = 1; i < offsets.size(); i++) {
        reference.addChunkSteps(Math.toIntExact(offsets.get(i) - offsets.get(i - 1)));
      }
      return reference.build();
    }

    private void send(boolean last) throws LogUnavailableException {
      byte[] value =
          ContentChunk.newBuilder()
              .setQueueId(queueId.value())
              .setIndex(chunks++)
              .setData(UnsafeByteOperations.unsafeWrap(buffer, 0, filled))
              .setLast(last)
              .build()
              .toByteArray();
      filled = 0;
      acknowledgements.awaitBelow(UNACKNOWLEDGED_BYTES - value.length, patience);
      int number = acknowledgements.sending(value.length);
      try {
        sender.send(
            producer,
            new ProducerRecord<>(
                Topics.MAIL_CONTENT_HELD, queueId.partition(), queueId.value(), value),
            (metadata, failure) ->
                acknowledgements.answered(
                    number, value.length, failure == null ? metadata.offset() : -1, failure));
      } catch (LogUnavailableException e) {
        acknowledgements.answered(number, value.length, -1, e);
        throw e;
      }
    }
  }
}
