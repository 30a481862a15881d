package io.postern.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message that a {@link ScriptedPeer} took. Times are of {@link System#nanoTime()}.
 *
 * @param session its session, which has the TLS facts
 * @param from reverse-path without brackets, empty: {@code <>}
 * @param recipients forward-paths that the peer accepted
 * @param mailParameters as sent behind the reverse-path, upper and lower case kept
 * @param file the content, byte for byte without dot-stuffing; null: the peer has a witness and
 *     keeps none; gone with a peer that has no folder to keep it in
 * @param trace the Received fields in front, as they came
 * @param start the first 1,024 characters behind the trace
 * @param sha256 of everything behind the trace
 * @param size octets behind the trace
 * @param dataNanos directly before the 354: the client had sent no content before
 * @param contentNanos arrival of the last octet before the final dot
 * @param dotNanos arrival of the final dot
 * @param takenNanos directly before the reply
 * @param answered false: the peer never sends the reply
 */
public record PeerMessage(
    PeerTranscript session,
    String from,
    List<String> recipients,
    String mailParameters,
    @Nullable Path file,
    String trace,
    String start,
    byte[] sha256,
    long size,
    long dataNanos,
    long contentNanos,
    long dotNanos,
    long takenNanos,
    boolean answered) {
  public PeerMessage {
    recipients = List.copyOf(recipients);
  }

  /** The whole content; throws where the peer keeps none. */
  public byte[] content() {
    if (file == null) {
      throw new IllegalStateException("a peer with a witness keeps no content");
    }
    try {
      return Files.readAllBytes(file);
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }
}
