package io.postern.certificate.answers;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * When this process first saw a chain, and on which day it last recorded it: a chain in use is
 * recorded once a day. A bounded number; one that is forgotten is recorded once more. Any thread.
 */
final class SeenChains {
  private static final int SIZE = 20_000;

  private record Seen(Instant first, LocalDate recorded) {}

  private final Map<String, Seen> seen =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Seen> eldest) {
          return size() > SIZE;
        }
      };

  /**
   * When the chain was first seen, if it is to be recorded now; else null.
   *
   * @param known when it was first seen according to the log, where that is known
   */
  synchronized @Nullable Instant toRecord(String fingerprint, OptionalLong known, Instant now) {
    LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
    Seen before = seen.get(fingerprint);
    if (before != null && before.recorded().equals(today)) {
      return null;
    }
    Instant first =
        known.isPresent()
            ? Instant.ofEpochMilli(known.getAsLong())
            : before == null ? now : before.first();
    seen.put(fingerprint, new Seen(first, today));
    return first;
  }
}
