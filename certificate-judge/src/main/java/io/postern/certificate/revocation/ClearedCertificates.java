package io.postern.certificate.revocation;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The certificates that were found not revoked, each by the source that cleared it, for as long as
 * somebody may still have a verdict that says so, at most {@value #MOST}: of those beyond, the
 * oldest are forgotten, and hold for the rest of their verdict. Any thread.
 */
final class ClearedCertificates {
  static final int MOST = 20_000;

  /** No verdict is valid for longer. */
  private static final Duration LONGEST = Duration.ofHours(1);

  private record Key(String source, ByteString certificate) {}

  private record Noted(Cleared certificate, Instant at) {}

  private final Map<Key, Noted> notes = new LinkedHashMap<>();

  synchronized void add(String source, Cleared certificate, Instant now) {
    Key key = key(source, certificate);
    notes.remove(key); // to the end
    notes.put(key, new Noted(certificate, now));
    Iterator<Noted> oldest = notes.values().iterator();
    while (oldest.hasNext()
        && (oldest.next().at().isBefore(now.minus(LONGEST)) || notes.size() > MOST)) {
      oldest.remove();
    }
  }

  synchronized List<Cleared> of(String source) {
    return notes.entrySet().stream()
        .filter(note -> note.getKey().source().equals(source))
        .map(note -> note.getValue().certificate())
        .toList();
  }

  /**
   * @param certificate SHA-256 of it
   */
  synchronized boolean has(String source, byte[] certificate, Instant now) {
    Noted noted = notes.get(new Key(source, ByteString.copyFrom(certificate)));
    return noted != null && !noted.at().isBefore(now.minus(LONGEST));
  }

  /** False: it was not there any more. */
  synchronized boolean remove(String source, Cleared certificate) {
    return notes.remove(key(source, certificate)) != null;
  }

  private static Key key(String source, Cleared certificate) {
    return new Key(source, ByteString.copyFrom(certificate.fingerprint()));
  }
}
