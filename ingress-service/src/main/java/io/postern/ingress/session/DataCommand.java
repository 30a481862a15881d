package io.postern.ingress.session;

import io.postern.ingress.rcpt.Refusal;
import io.postern.smtp.DataDecoder;
import io.postern.smtp.Reply;
import io.postern.transport.SmtpConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One DATA command (RFC 5321 §4.1.1.4), from before its 354 to before the reply to its end. A
 * message that is refused on the way is read to its end, within its deadline and twice the octets
 * of a largest message, so that the client reads the reply. Owner: the session's thread.
 */
final class DataCommand {
  private final SmtpConnection connection;
  private final SessionParts parts;
  private final ContentInput input;
  private final ClientFacts client;
  private final MailTransaction mail;
  private final DataDecoder decoder = new DataDecoder();
  private @Nullable Refusal refusal;
  private MessageReceipt.@Nullable Acceptance acceptance;
  private boolean endsSession;

  DataCommand(
      SmtpConnection connection,
      SessionParts parts,
      ContentInput input,
      ClientFacts client,
      MailTransaction mail) {
    this.connection = connection;
    this.parts = parts;
    this.input = input;
    this.client = client;
    this.mail = mail;
  }

  MessageReceipt.Acceptance acceptance() {
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
    try (MessageReceipt receipt = MessageReceipt.begin(parts, client, mail)) {
      if (receipt == null) {
        return Refusal.NO_MEMORY;
      }
      connection.write(Reply.of(354, "", "Send the message, end it with CRLF.CRLF").toBytes());
      connection.flush();
      connection.expectContent();
      read(receipt);
      if (refusal == null) {
        refusal = receipt.finish(decoder.leadingDot());
      }
      if (refusal == null) {
        acceptance = receipt.acceptance();
      }
      return refusal;
    }
  }

  private void read(MessageReceipt receipt) throws IOException {
    while (!decoder.ended()) {
      if (!input.await()) {
        refusal = SessionClock.timeout(mail.limits().hostName());
        endsSession = true;
        return;
      }
      ByteBuffer content = decoder.decode(connection.input());
      input.count(content.remaining());
      if (refusal == null) {
        refusal = receipt.take(content, input.received(), decoder.bareLineEnd());
      } else if (input.exhausted()) {
        endsSession = true;
        return;
      }
    }
  }
}
