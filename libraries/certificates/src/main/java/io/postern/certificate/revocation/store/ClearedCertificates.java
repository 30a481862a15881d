package io.postern.certificate.revocation.store;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The certificates that were found not revoked, each by the source that cleared it, as long as a
 * caller may still have a verdict that says so, at most {@value #MOST}: beyond it the oldest are
 * forgotten, and their verdicts hold to their end. Any thread.
 */
final class ClearedCertificates {
  static final int MOST = 20_000;

  /** No verdict is valid for longer. */
  private static final Duration LONGEST = Duration.ofHours(1);

  private record Key(String source, ByteString certificate) {}

  private record Note(ClearedCertificate certificate, Instant at) {}

  private final Map<Key, Note> notes = new LinkedHashMap<>();

  synchronized void add(String source, ClearedCertificate certificate, Instant now) {
    Key key = key(source, certificate);
    notes.remove(key); // to the end
    notes.put(key, new Note(certificate, now));
    Iterator<Note> oldest = notes.values().iterator();
    while (oldest.hasNext()
        && (oldest.next().at().isBefore(now.minus(LONGEST)) || notes.size() > MOST)) {
      oldest.remove();
    }
  }

  synchronized List<ClearedCertificate> of(String source) {
    return notes.entrySet().stream()
        .filter(note -> note.getKey().source().equals(source))
        .map(note -> note.getValue().certificate())
        .toList();
  }

  /**
   * @param certificate SHA-256 of it
   */
  synchronized boolean has(String source, byte[] certificate, Instant now) {
    Note noted = notes.get(new Key(source, ByteString.copyFrom(certificate)));
    return noted != null && !noted.at().isBefore(now.minus(LONGEST));
  }

  /** False: it was not there any more. */
  synchronized boolean remove(String source, ClearedCertificate certificate) {
    return notes.remove(key(source, certificate)) != null;
  }

  private static Key key(String source, ClearedCertificate certificate) {
    return new Key(source, ByteString.copyFrom(certificate.fingerprint()));
  }
}
