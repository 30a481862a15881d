package io.postern.console.fold;

import io.postern.console.store.Addresses;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.SessionFacts;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Strangers' texts as the columns for searching take them. Stateless. */
final class Texts {
  // An index of PostgreSQL takes 2,700 octets a row.
  private static final int MOST = 400;
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]{7,15}|[0-9A-Fa-f:.]{2,45}");

  private Texts() {}

  /** At most 400 characters, without NUL, which PostgreSQL has not. */
  static String column(String text) {
    String cut = text;
    if (cut.length() > MOST) {
      int end = Character.isHighSurrogate(cut.charAt(MOST - 1)) ? MOST - 1 : MOST;
      cut = cut.substring(0, end);
    }
    return whole(cut);
  }

  /** Of a column without an index: of any length. */
  static String whole(String text) {
    return text.indexOf('\0') < 0 ? text : text.replace('\0', ' ');
  }

  static String address(String address) {
    return column(Addresses.normal(address));
  }

  static String domain(String address) {
    return column(Addresses.domain(address));
  }

  /** An address that PostgreSQL's inet takes; null: none. */
  static @Nullable String ip(String ip) {
    if (!ADDRESS.matcher(ip).matches()) {
      return null;
    }
    try {
      return java.net.InetAddress.ofLiteral(ip).getHostAddress();
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** none, TLSv1.2, TLSv1.3. */
  static String tls(SessionFacts session) {
    return session.getTls() ? Spelling.of(session.getTlsFacts().getVersion()) : "none";
  }

  /** The same of an attempt; empty: it had no session that could carry mail. */
  static String tls(OutcomeRecorded outcome) {
    if (outcome.hasTlsFacts()) {
      return Spelling.of(outcome.getTlsFacts().getVersion());
    }
    return outcome.getToken().contains(":none") ? "none" : "";
  }
}
