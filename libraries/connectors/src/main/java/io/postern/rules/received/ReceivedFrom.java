package io.postern.rules.received;

import io.postern.contracts.Texts;
import io.postern.rules.address.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The host that a Received field names as the one that handed the message over: the address that
 * the writer of the field saw on its connection (TCP-info, RFC 5321 §4.4).
 *
 * <p>The field's writer is a gateway that we trust. The words in it are not: the sending host has
 * chosen its greeting, the name of its address, and perhaps an ident. So the address is read only
 * where a field can be read in one way. Two addresses that could be meant, brackets that do not
 * close, a comment that touches a word, a second {@code by} or a quote in the clause make it {@link
 * Unreadable}, and nobody chooses an address by writing a strange greeting.
 *
 * <p>Stateless, any thread. Fields of more than 2,000 characters are not read.
 */
public sealed interface ReceivedFrom {
  /**
   * @param greeting the field's word behind "from", at most 255 characters, all harmless in a field
   */
  record Host(IpAddress address, String greeting) implements ReceivedFrom {}

  /**
   * @param why the end of a sentence that begins with the field
   */
  record Unreadable(String why) implements ReceivedFrom {}

  /**
   * @param field the body of a Received field, unfolded
   */
  static ReceivedFrom of(String field) {
    FromClause clause = FromClause.of(field);
    if (!clause.problem().isEmpty()) {
      return new Unreadable(clause.problem());
    }
    List<IpAddress> seen = new ArrayList<>(1);
    for (String comment : clause.comments()) {
      for (IpAddress address : addresses(comment)) {
        if (!seen.contains(address)) {
          seen.add(address);
        }
      }
    }
    IpAddress literal = literal(clause.name());
    if (literal != null && !seen.contains(literal) && showsGreetingApart(clause.comments())) {
      seen.add(literal); // Exim: the address has no name
    }
    return switch (seen.size()) {
      case 0 -> new Unreadable("contains no address of the host before it");
      case 1 -> new Host(seen.getFirst(), harmless(clause.name()));
      default -> new Unreadable("contains several addresses, one of which may be the EHLO name");
    };
  }

  /** The addresses in one comment that may be the connection's. */
  private static List<IpAddress> addresses(String comment) {
    List<String> words = words(comment);
    List<IpAddress> found = new ArrayList<>(1);
    if (words.isEmpty() || isGreeting(words.getFirst())) {
      return found;
    }
    for (String word : words) {
      IpAddress address =
          isSetting(word) ? null : literal(word.substring(word.lastIndexOf('@') + 1));
      if (address != null) {
        found.add(address);
      }
    }
    if (found.isEmpty()) { // Exchange and qmail write it without brackets
      String first = words.getFirst();
      IpAddress bare = isSetting(first) ? null : bare(first.substring(first.lastIndexOf('@') + 1));
      if (bare != null) {
        found.add(bare);
      }
    }
    return found;
  }

  /** qmail and its kin put the greeting into a comment of its own. */
  private static boolean isGreeting(String word) {
    String upper = word.toUpperCase(Locale.ROOT);
    return upper.equals("HELO") || upper.equals("EHLO");
  }

  /** A comment says {@code helo=}: the name before it is no greeting. */
  private static boolean showsGreetingApart(List<String> comments) {
    return comments.stream()
        .flatMap(comment -> words(comment).stream())
        .anyMatch(word -> word.regionMatches(true, 0, "helo=", 0, 5));
  }

  /** Its value may be the sending host's choice. */
  private static boolean isSetting(String word) {
    return word.indexOf('=') > 0;
  }

  private static List<String> words(String comment) {
    List<String> words = new ArrayList<>(4);
    for (String word : comment.split("[ ()]+", -1)) {
      if (!word.isEmpty()) {
        words.add(word);
      }
    }
    return words;
  }

  /** [192.0.2.1], [IPv6:2001:db8::1], [2001:db8::1], each with ":port" behind it or without. */
  private static @Nullable IpAddress literal(String word) {
    int close = word.indexOf(']');
    if (!word.startsWith("[")
        || close < 0
        || !word.substring(close + 1).matches("(:[0-9]{1,5})?")) {
      return null;
    }
    String inner = word.substring(1, close);
    return bare(inner.regionMatches(true, 0, "IPv6:", 0, 5) ? inner.substring(5) : inner);
  }

  /** A zone ("%12") is of the writer's machine. */
  private static @Nullable IpAddress bare(String text) {
    int zone = text.indexOf('%');
    return IpAddress.parse(zone < 0 ? text : text.substring(0, zone));
  }

  private static String harmless(String name) {
    return Texts.cut(name, 255).replaceAll("[^A-Za-z0-9._:\\[\\]-]", "?");
  }
}
