package io.postern.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * A message that a {@link ScriptedPeer} took.
 *
 * @param session number of its session, whose transcript has the TLS facts
 * @param from reverse-path without brackets, empty: {@code <>}
 * @param recipients forward-paths that were accepted
 * @param mailParameters as sent behind the reverse-path, upper and lower case kept
 * @param file the content, byte for byte without dot-stuffing; gone with a peer that was not told
 *     where to keep it
 * @param sha256 of the content, hex
 */
public record PeerMessage(
    int session,
    String from,
    List<String> recipients,
    String mailParameters,
    Path file,
    long size,
    String sha256,
    Instant received) {
  public PeerMessage {
    recipients = List.copyOf(recipients);
  }

  public byte[] content() {
    try {
      return Files.readAllBytes(file);
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }
}
