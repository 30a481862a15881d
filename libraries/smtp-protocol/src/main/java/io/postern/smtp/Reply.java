package io.postern.smtp;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A reply (RFC 5321 §4.2): code, enhanced status code (RFC 2034) and its text lines without both.
 * Immutable, safe in any thread. The text of a reply that was received may hold any printable
 * character; the maker of a reply bounds its lines (RFC 5321 §4.5.3.1.5 allows 512 octets).
 */
public record Reply(int code, @Nullable EnhancedCode enhanced, List<String> lines) {

  public Reply {
    if (code < 200 || code > 599) {
      throw new IllegalArgumentException("not a reply code: " + code);
    }
    lines = lines.isEmpty() ? List.of("") : List.copyOf(lines);
  }

  /**
   * A reply to send; {@code enhanced} "" for none. Line ends in the text become spaces: text never
   * makes a second reply.
   */
  public static Reply of(int code, String enhanced, String... lines) {
    String[] safe = new String[lines.length];
    for (int i = 0; i < lines.length; i++) {
      safe[i] = lines[i].replace('\r', ' ').replace('\n', ' ');
    }
    return new Reply(code, enhanced.isEmpty() ? null : EnhancedCode.parse(enhanced), List.of(safe));
  }

  /** The octets to send: the enhanced code on each line (RFC 2034 §4), CRLF. */
  public byte[] toBytes() {
    StringBuilder text = new StringBuilder(80 * lines.size());
    for (int i = 0; i < lines.size(); i++) {
      boolean last = i == lines.size() - 1;
      text.append(code).append(last ? ' ' : '-');
      if (enhanced != null) {
        text.append(enhanced).append(' ');
      }
      text.append(lines.get(i)).append("\r\n");
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** 2xx or 3xx. */
  public boolean isPositive() {
    return code < 400;
  }

  /** 2xx: the command is done (RFC 5321 §4.2.1). */
  public boolean isCompletion() {
    return code >= 200 && code < 300;
  }

  public boolean isPermanent() {
    return code >= 500;
  }

  /** The text of all lines, joined by spaces, without code and enhanced code. */
  public String text() {
    return lines.size() == 1 ? lines.getFirst() : String.join(" ", lines);
  }

  /** As in a log: "550 5.7.1 text". */
  @Override
  public String toString() {
    return code + " " + (enhanced == null ? "" : enhanced + " ") + text();
  }
}
