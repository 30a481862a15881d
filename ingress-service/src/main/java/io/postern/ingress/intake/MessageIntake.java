package io.postern.ingress.intake;

import com.google.protobuf.UnsafeByteOperations;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.SessionFacts;
import io.postern.log.LogUnavailableException;
import io.postern.log.sending.Intake;
import io.postern.smtp.Address;
import io.postern.smtp.ReceivedHeader;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;

/**
 * The way of one message into the log: the content as it streams by, then the envelope with the
 * header section and our Received field as a segment in front (docs/design/architecture.md, "The
 * way of a message"; G10). Owner: the session's thread, which waits here for the log, within its
 * patience. Closed without {@link #accept} having returned, nothing was accepted; when the log's
 * answer alone was lost, the client tries again and the message may be twice (G5 c).
 */
public final class MessageIntake implements AutoCloseable {
  private final Intake log;
  private final HeaderBlock header = new HeaderBlock();
  private boolean ended;

  public MessageIntake(Intake log) {
    this.log = log;
  }

  public QueueId queueId() {
    return log.queueId();
  }

  /** Takes all of the buffer. */
  public void write(ByteBuffer content) throws LogUnavailableException {
    if (!content.hasRemaining()) {
      return;
    }
    header.look(content);
    log.write(content);
  }

  /** Octets that are in the log, or on their way there, so far. */
  public long sentBytes() {
    return log.sentBytes();
  }

  public int receivedFields() {
    return header.receivedFields();
  }

  /**
   * Returns when content and envelope are durable: the message's size with the trace field.
   *
   * @param leadingDot a line of the content begins with a dot. The content begins a line: the trace
   *     field in front of it ends with CRLF
   */
  public long accept(
      Envelope envelope,
      List<RecipientGroup> groups,
      SessionFacts session,
      long directoryVersion,
      boolean leadingDot)
      throws LogUnavailableException {
    ContentReference content = log.finishContent().toBuilder().setNoLeadingDot(!leadingDot).build();
    long now = System.currentTimeMillis();
    byte[] trace = trace(envelope, session, now);
    long size = trace.length + content.getSize();
    log.accept(
        MessageAccepted.newBuilder()
            .setQueueId(queueId().toString())
            .setEnvelope(envelope)
            .addAllGroups(groups)
            .setSession(session)
            .setHeaderBlock(header.bytes())
            .setHeaderBlockCut(header.cut())
            .addContent(
                ContentSegment.newBuilder().setInline(UnsafeByteOperations.unsafeWrap(trace)))
            .addContent(ContentSegment.newBuilder().setReference(content))
            .setSize(size)
            .setAcceptedMillis(now)
            .setDirectoryVersion(directoryVersion)
            .setMessageId(header.messageId())
            .build());
    ended = true;
    return size;
  }

  /** RFC 5321 §4.4; FOR only when there is one recipient (§7.6). */
  private byte[] trace(Envelope envelope, SessionFacts session, long now) {
    Address only =
        envelope.getRecipientsCount() == 1
            ? Address.parse(envelope.getRecipients(0).getAddress())
            : null;
    return ReceivedHeader.build(session, queueId().toString(), only, Instant.ofEpochMilli(now));
  }

  /**
   * Gives the message up; its content in the log stays unreferenced and goes with its retention.
   */
  public void abandon() {
    if (!ended) {
      ended = true;
      log.abandon();
    }
  }

  @Override
  public void close() {
    abandon();
  }
}
