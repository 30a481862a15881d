package io.postern.policy.notices;

import io.postern.contracts.Reasons;
import io.postern.policy.notices.Meaning.Duty;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The table from every reason (docs/design/connectors.md, "Tokens and reasons") to its meaning for
 * the sender: {@value #FILE}. Immutable.
 */
final class Meanings {
  private static final String FILE = "reasons.txt";
  private static final Map<String, Meaning> TABLE = read();

  private Meanings() {}

  private static Map<String, Meaning> read() {
    try (InputStream file =
        Objects.requireNonNull(Meanings.class.getResourceAsStream(FILE), FILE)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .map(line -> line.split(" \\| "))
          .collect(Collectors.toUnmodifiableMap(row -> row[0], Meanings::meaning));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Meaning meaning(String[] row) {
    return new Meaning(
        row[1],
        row[2].equals("tls"),
        row[4],
        Duty.valueOf(row[3].toUpperCase(Locale.ROOT)),
        row[5]);
  }

  /**
   * @param reason of an outcome
   * @param enhanced enhanced status code of a host's answer; empty: none
   */
  static Meaning of(String reason, String enhanced) {
    Meaning meaning = TABLE.get(reason);
    if (meaning == null) {
      String like =
          reason.startsWith(Reasons.DANE_PREFIX)
              ? Reasons.DANE_PREFIX
              : reason.startsWith(Reasons.MTA_STS_PREFIX) ? Reasons.MTA_STS_PREFIX : "";
      return Objects.requireNonNull(TABLE.get(like + "*"));
    }
    // A host's "no" is more often the address than the server (RFC 3463 §3.2, §3.4).
    if (reason.equals(Reasons.REMOTE_5XX) && enhanced.startsWith("5.1.")) {
      return meaning.ofSender("check the address");
    }
    if (reason.equals(Reasons.REMOTE_5XX)
        && (enhanced.equals("5.2.3") || enhanced.equals("5.3.4"))) {
      return meaning.ofSender("send a smaller message");
    }
    return meaning;
  }
}
