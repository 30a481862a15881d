package io.postern.smtp;

import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TlsFacts;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The trace header in front of an accepted message (RFC 5321 §4.4), with the protocol of RFC 3848
 * and the TLS version, cipher suite and group as a comment. Folded, CRLF at the end. Peer-given
 * words are reduced to harmless characters, so that they cannot make a header of their own.
 */
public final class ReceivedHeader {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss Z", Locale.US)
          .withZone(ZoneOffset.UTC); // RFC 5322 §3.3

  private ReceivedHeader() {}

  /**
   * {@code recipient} only when there is exactly one (RFC 5321 §7.6: others must not learn of blind
   * copies), else null.
   */
  public static byte[] build(
      SessionFacts session, String queueId, @Nullable Address recipient, Instant at) {
    StringBuilder text = new StringBuilder(320);
    String address = session.getClientIp();
    text.append("Received: from ").append(word(session.getGreeting()));
    text.append(address.indexOf(':') >= 0 ? " ([IPv6:" : " ([")
        .append(word(address))
        .append("])\r\n");
    text.append("\tby ")
        .append(word(session.getServerName()))
        .append(" (Postern) with ")
        .append(word(session.getProtocol()));
    if (session.getTls()) {
      text.append("\r\n\t(").append(tls(session.getTlsFacts())).append(")");
    }
    text.append("\r\n\tid ").append(word(queueId));
    if (recipient != null) {
      // In ASCII where it can be: in UTF-8 it would be the one field that needs SMTPUTF8.
      text.append("\r\n\tfor <").append(recipient.withAsciiDomain()).append(">");
    }
    text.append(";\r\n\t").append(DATE.format(at)).append("\r\n");
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String tls(TlsFacts facts) {
    String version =
        switch (facts.getVersion()) {
          case TLS_1_3 -> "TLSv1.3";
          case TLS_1_2 -> "TLSv1.2";
          case TLS_VERSION_UNSPECIFIED, UNRECOGNIZED -> "TLS";
        };
    String group = facts.getGroup().isEmpty() ? "" : " group=" + word(facts.getGroup());
    return "version=" + version + " cipher=" + word(facts.getCipherSuite()) + group;
  }

  private static String word(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    for (int i = 0; i < text.length() && i < 255; i++) {
      char c = text.charAt(i);
      boolean harmless =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || "-._:[]".indexOf(c) >= 0;
      safe.append(harmless ? c : '?');
    }
    return safe.isEmpty() ? "unknown" : safe.toString();
  }
}
