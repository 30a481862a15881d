package io.postern.ingress.session;

import io.postern.ingress.intake.DataAdmission;
import io.postern.ingress.intake.MessageIntake;
import io.postern.ingress.intake.UnacceptedContent;
import io.postern.log.LogSpace;
import io.postern.log.LogUnavailableException;
import io.postern.rules.Directory;
import io.postern.smtp.DataDecoder;
import io.postern.smtp.Reply;
import io.postern.transport.SmtpConnection;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One DATA command (RFC 5321 §4.1.1.4), from before its 354 to before the reply to its end. The
 * octets go into the log as they come; the reply is 250 only when the log has acknowledged content
 * and envelope (G1). A message that is refused on the way is read to its end, within its deadline
 * and twice the octets of a largest message, so that the client reads the reply. Owner: the
 * session's thread.
 */
final class DataCommand {
  /** The reply to an accepted message, and the numbers to count once it is sent. */
  record Acceptance(Reply reply, long size, Duration latency) {}

  private final SmtpConnection connection;
  private final SessionParts parts;
  private final SessionLimits limits;
  private final SessionClock clock;
  private final DataPace pace;
  private final ClientFacts client;
  private final MailTransaction mail;
  private final DataDecoder decoder = new DataDecoder();
  private @Nullable Refusal refusal;
  private @Nullable Acceptance acceptance;
  private boolean endsSession;
  private long received;

  DataCommand(
      SmtpConnection connection,
      SessionParts parts,
      SessionClock clock,
      Load load,
      ClientFacts client,
      MailTransaction mail) {
    this.connection = connection;
    this.parts = parts;
    this.limits = parts.limits();
    this.clock = clock;
    this.pace = new DataPace(load, limits.stressTimeout());
    this.client = client;
    this.mail = mail;
  }

  Acceptance acceptance() {
    if (acceptance == null) {
      throw new IllegalStateException("not accepted");
    }
    return acceptance;
  }

  /** The client may still be sending: nothing that follows can be trusted to be a command. */
  boolean endsSession() {
    return endsSession;
  }

  /** Null when the message was accepted. */
  @Nullable Refusal receive() throws IOException, InterruptedException {
    try (DataAdmission.Share share =
        parts.admission().admit(client.source(), limits.memoryPatience())) {
      if (share == null) {
        return Refusal.NO_MEMORY;
      }
      try (UnacceptedContent.Message unaccepted =
              parts.unaccepted().begin(client.source(), mail.parameters().size());
          MessageIntake intake = new MessageIntake(parts.log().begin())) {
        connection.write(Reply.of(354, "", "Send the message, end it with CRLF.CRLF").toBytes());
        connection.flush();
        connection.expectContent();
        read(intake, unaccepted);
        return endsSession ? refusal : finish(intake, unaccepted);
      }
    }
  }

  private void read(MessageIntake intake, UnacceptedContent.Message unaccepted) throws IOException {
    while (!decoder.ended()) {
      if (!connection.input().hasRemaining() && !fill()) {
        return;
      }
      ByteBuffer content = decoder.decode(connection.input());
      received += content.remaining();
      if (refusal == null) {
        refusal = take(content, intake, unaccepted);
        if (refusal != null) {
          intake.abandon(); // nothing of it is kept from here on
        }
      } else if (received > 2 * limits.maxMessageBytes()) {
        endsSession = true;
        return;
      }
    }
  }

  private boolean fill() throws IOException {
    connection.readTimeout(clock.patience());
    long began = System.nanoTime();
    try {
      int arrived = connection.fill();
      if (arrived < 0) {
        throw new EOFException(); // the client vanished: nothing was accepted
      }
      if (!pace.tooSlow(System.nanoTime() - began, arrived)) {
        return true;
      }
    } catch (SocketTimeoutException e) { // silent: no better than too slow
    }
    refusal = SessionClock.timeout(limits.hostName());
    endsSession = true;
    return false;
  }

  private @Nullable Refusal take(
      ByteBuffer content, MessageIntake intake, UnacceptedContent.Message unaccepted) {
    if (decoder.bareLineEnd()) { // the two ends of a message must never be a matter of opinion
      return Refusal.of(
          550, "5.6.11", "Bare CR or LF in the message, lines end with CRLF", "bare-line-end");
    }
    if (received > limits.maxMessageBytes()) {
      return Refusal.tooLarge(limits.maxMessageBytes());
    }
    try {
      intake.write(content);
    } catch (LogUnavailableException e) {
      unaccepted.forgive();
      return Refusal.LOG_UNAVAILABLE;
    }
    if (!unaccepted.update(intake.sentBytes())) {
      return Refusal.UNACCEPTED_CONTENT;
    }
    if (parts.space().get() == LogSpace.State.CRITICAL) {
      unaccepted.forgive();
      return Refusal.NO_SPACE;
    }
    if (intake.receivedFields() > SessionLimits.RECEIVED_FIELDS) { // RFC 5321 §6.3
      return Refusal.of(
          554,
          "5.4.6",
          "More than " + SessionLimits.RECEIVED_FIELDS + " Received fields, the message loops",
          "loop");
    }
    return null;
  }

  private @Nullable Refusal finish(MessageIntake intake, UnacceptedContent.Message unaccepted) {
    if (refusal != null) {
      return refusal;
    }
    unaccepted.forgive(); // a refusal from here on is not the client's doing
    Refusal late = changedMeanwhile();
    if (late != null) {
      return late;
    }
    // Made before the log is asked: behind its acknowledgement nothing may fail but the connection,
    // or the client would send an accepted message again (G5 c).
    Reply reply = Reply.of(250, "2.0.0", "Queued as " + intake.queueId());
    long began = System.nanoTime();
    try {
      long size =
          intake.accept(
              mail.envelope(),
              mail.recipients().groups(),
              client.facts(),
              mail.directoryVersion(),
              decoder.leadingDot());
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
    Optional<Directory> directory = parts.directory().get();
    if (directory.isEmpty()) {
      return Refusal.DIRECTORY_UNAVAILABLE;
    }
    Directory now = directory.get();
    boolean outdated = mail.attribution().outdated();
    if (outdated) {
      mail.attribution().askAgain();
    }
    boolean sameDirectory = now.version() == mail.directoryVersion();
    if ((sameDirectory && !outdated)
        || mail.recipients()
            .wouldBeAcceptedAgain(domain -> mail.attribution().decide(now, domain))) {
      return null;
    }
    return sameDirectory
        ? Refusal.of(
            451,
            "4.3.0",
            "Your certificate is not known to be good any more, send the message again",
            "verdict-changed")
        : Refusal.of(
            451,
            "4.3.0",
            "The connectors changed while the message was sent, send it again",
            "directory-changed");
  }
}
