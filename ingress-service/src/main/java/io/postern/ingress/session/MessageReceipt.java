package io.postern.ingress.session;

import com.google.protobuf.ByteString;
import io.postern.bounds.Share;
import io.postern.ingress.intake.MessageIntake;
import io.postern.ingress.intake.UnacceptedContent;
import io.postern.ingress.rcpt.Refusal;
import io.postern.log.LogSpace;
import io.postern.log.LogUnavailableException;
import io.postern.rules.Directory;
import io.postern.smtp.Reply;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The receipt of one message's content, whatever command brings it: into the log as it comes, until
 * the first refusal, behind which nothing of it is kept. The reply to its end is 250 only when the
 * log has acknowledged content and envelope (G1). Owner: the session's thread, which must close it:
 * it holds a share of the memory for messages.
 */
final class MessageReceipt implements AutoCloseable {
  /** The reply to an accepted message, and the numbers to count once it is sent. */
  record Acceptance(Reply reply, long size, Duration latency) {}

  /** The two ends of a message must never be a matter of opinion. */
  static final Refusal BARE_LINE_END =
      Refusal.of(
          550, "5.6.11", "Bare CR or LF in the message, lines must end with CRLF", "bare-line-end");

  private final SessionParts parts;
  private final SessionLimits limits;
  private final ClientFacts client;
  private final MailTransaction mail;
  private final Share.Held buffer;
  private final MessageIntake intake;
  private final UnacceptedContent.Message unaccepted;
  private @Nullable Acceptance acceptance;

  private MessageReceipt(
      SessionParts parts, ClientFacts client, MailTransaction mail, Share.Held buffer) {
    this.parts = parts;
    this.limits = mail.limits();
    this.client = client;
    this.mail = mail;
    this.buffer = buffer;
    this.intake =
        new MessageIntake(
            parts.log().begin(), mail.recipients().trust(), (header, cut) -> atHeader(header, cut));
    this.unaccepted = parts.unaccepted().begin(client.source(), mail.parameters().size());
  }

  /** Null when no share of memory was free in time. */
  static @Nullable MessageReceipt begin(
      SessionParts parts, ClientFacts client, MailTransaction mail) throws InterruptedException {
    Share.Held buffer =
        parts.memory().message(client.source(), mail.limits().service().memoryPatience());
    if (buffer == null) {
      return null;
    }
    MessageReceipt receipt = null;
    try {
      receipt = new MessageReceipt(parts, client, mail, buffer);
      return receipt;
    } finally {
      if (receipt == null) {
        buffer.close();
      }
    }
  }

  Acceptance acceptance() {
    if (acceptance == null) {
      throw new IllegalStateException("not accepted");
    }
    return acceptance;
  }

  /**
   * Takes all of {@code content}; a refusal ends the receipt, and nothing of the message is kept.
   *
   * @param received octets of the message so far
   * @param bareLineEnd it has had a bare CR or LF where it has lines
   */
  @Nullable Refusal take(ByteBuffer content, long received, boolean bareLineEnd) {
    Refusal refusal = taken(content, received, bareLineEnd);
    if (refusal != null) {
      intake.abandon();
    }
    return refusal;
  }

  private @Nullable Refusal taken(ByteBuffer content, long received, boolean bareLineEnd) {
    if (bareLineEnd) {
      return BARE_LINE_END;
    }
    if (received > limits.maxMessageBytes()) {
      return Refusal.tooLarge(limits.maxMessageBytes());
    }
    Refusal atHeader;
    try {
      atHeader = intake.write(content);
    } catch (LogUnavailableException e) {
      unaccepted.forgive();
      return Refusal.LOG_UNAVAILABLE;
    }
    boolean within = unaccepted.update(intake.sentBytes());
    if (atHeader != null) {
      return atHeader;
    }
    if (!within) {
      return Refusal.UNACCEPTED_CONTENT;
    }
    if (parts.space().get() == LogSpace.State.CRITICAL) {
      unaccepted.forgive();
      return Refusal.NO_SPACE;
    }
    if (intake.headerLarger(limits.service().headerBytes())) {
      return Refusal.of(
          552,
          "5.3.4",
          "The header section is larger than "
              + limits.service().headerBytes()
              + " octets, the limit of this server",
          "header-size");
    }
    if (intake.receivedFields() > limits.service().receivedFields()) { // RFC 5321 §6.3
      return Refusal.of(
          554,
          "5.4.6",
          "More than " + limits.service().receivedFields() + " Received fields, mail loop",
          "loop");
    }
    return null;
  }

  /**
   * The decision about mail through a gateway as soon as the header section has come. Of a message
   * that it refuses nothing but the section can be in the log, and counts as content that was not
   * accepted.
   */
  private @Nullable Refusal atHeader(ByteString header, boolean cut) {
    if (!mail.attribution().throughGateway()) {
      return null;
    }
    // Before the decision puts the recipients into the groups of today.
    Refusal changed = changedMeanwhile();
    Refusal refusal =
        changed == null
            ? mail.decideBySource(parts.directory().get(), client, header, cut)
            : changed;
    if (refusal != null && refusal.isForNow()) {
      unaccepted.forgive();
    }
    return refusal;
  }

  /**
   * The message has come whole. Null when it was accepted.
   *
   * @param leadingDot a line of it may begin with a dot
   */
  @Nullable Refusal finish(boolean leadingDot) {
    Refusal atHeader;
    try {
      atHeader = intake.end();
    } catch (LogUnavailableException e) {
      unaccepted.forgive();
      return Refusal.LOG_UNAVAILABLE;
    }
    if (atHeader != null) {
      return atHeader;
    }
    unaccepted.forgive(); // a refusal from here on is not the client's doing
    Refusal late = changedMeanwhile();
    if (late != null) {
      return late;
    }
    Refusal bySource = // the directory may be another one than when the header came
        mail.decideBySource(
            parts.directory().get(), client, intake.headerBlock(), intake.headerBlockCut());
    if (bySource != null) {
      return bySource;
    }
    // Made before the log is asked: behind its acknowledgement nothing may fail but the connection,
    // or the client would send an accepted message again (G5 c).
    Reply reply = Reply.of(250, "2.0.0", "Queued as " + intake.queueId());
    long began = System.nanoTime();
    try {
      long size =
          intake.accept(
              mail.envelope(intake.tlsRequiredNo()),
              mail.groups(parts.directory().get()),
              client.facts(),
              mail.directoryVersion(),
              mail.recipients().only(),
              leadingDot);
      mail.rates().accepted();
      acceptance = new Acceptance(reply, size, Duration.ofNanos(System.nanoTime() - began));
    } catch (LogUnavailableException e) {
      return Refusal.LOG_UNAVAILABLE;
    }
    return null;
  }

  /**
   * A message may take half an hour. It is not accepted if a change of the directory forbids it in
   * the meantime (G9), or a new verdict on the client's certificate. Both decide the client's next
   * try as they are then.
   */
  private @Nullable Refusal changedMeanwhile() {
    Directory now = parts.directory().get().orElse(null);
    return now == null
        ? Refusal.DIRECTORY_UNAVAILABLE
        : mail.attribution()
            .changedMeanwhile(now, now.version() == mail.directoryVersion(), mail.recipients());
  }

  /** Twice is once. */
  @Override
  public void close() {
    unaccepted.close();
    intake.close();
    buffer.close();
  }
}
