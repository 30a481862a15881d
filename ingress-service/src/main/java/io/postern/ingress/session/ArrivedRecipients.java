package io.postern.ingress.session;

import io.postern.smtp.Address;
import io.postern.smtp.Command;
import io.postern.smtp.CommandParser;
import io.postern.smtp.SmtpSyntaxException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The recipients whose RCPT has arrived, and is not obeyed yet (RFC 2920 §3.1). Stateless. */
final class ArrivedRecipients {
  private static final int MOST = 50;

  private ArrivedRecipients() {}

  /**
   * At most {@value #MOST}, up to the first other command: those that the connection has read, 512
   * octets in plaintext, a record over TLS.
   *
   * @param input is read, and nothing of it is taken
   */
  static List<Address> in(ByteBuffer input) {
    List<Address> arrived = new ArrayList<>();
    if (!input.hasRemaining()) {
      return arrived; // it may have no array then
    }
    byte[] octets = input.array();
    int start = input.arrayOffset() + input.position();
    int end = start + input.remaining();
    while (arrived.size() < MOST) {
      int lf = start;
      while (lf < end && octets[lf] != '\n') {
        lf++;
      }
      if (lf == end || lf == start || octets[lf - 1] != '\r') {
        return arrived;
      }
      Address to = recipient(Arrays.copyOfRange(octets, start, lf - 1));
      if (to == null) {
        return arrived;
      }
      arrived.add(to);
      start = lf + 1;
    }
    return arrived;
  }

  /** Null: the line is no RCPT. */
  private static @Nullable Address recipient(byte[] line) {
    try {
      return CommandParser.parse(line) instanceof Command.Rcpt rcpt ? rcpt.to() : null;
    } catch (SmtpSyntaxException e) {
      return null; // in its turn it gets its reply
    }
  }
}
