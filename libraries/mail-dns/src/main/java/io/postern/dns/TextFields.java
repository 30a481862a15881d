package io.postern.dns;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.xbill.DNS.Name;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * The form that the TXT records of MTA-STS and TLS-RPT share (RFC 8461 §3.1, RFC 8460 §3): a
 * version, then fields {@code name=value} after semicolons. Stateless.
 */
public final class TextFields {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,31}");
  private static final Pattern VALUE = Pattern.compile("[\\x21-\\x3a\\x3c\\x3e-\\x7e]+");

  private TextFields() {}

  /**
   * The record at a name that means the one version that is known. None: there is none, more than
   * one, or a malformed one, which all mean that its domain takes no part.
   *
   * @param parser throws IllegalArgumentException for a malformed one
   * @throws DnsFailureException it is not known for now
   */
  public static <T> Optional<T> at(
      String name, String version, Function<String, T> parser, MailResolver dns)
      throws DnsFailureException {
    try {
      DnsAnswer answer = dns.ask(Name.fromString(name, Name.root), Type.TXT);
      List<String> texts =
          answer.as(TXTRecord.class).stream()
              .map(TextFields::text)
              .filter(text -> isOf(version, text))
              .toList();
      return texts.size() == 1 ? Optional.of(parser.apply(texts.getFirst())) : Optional.empty();
    } catch (TextParseException | IllegalArgumentException e) {
      return Optional.empty(); // so long a name has no record; a malformed record is none
    }
  }

  /** The strings of a record as one, without blanks between them. */
  public static String text(TXTRecord record) {
    StringBuilder text = new StringBuilder();
    for (byte[] part : record.getStringsAsByteArrays()) {
      text.append(new String(part, StandardCharsets.ISO_8859_1));
    }
    return text.toString();
  }

  /** Whether a record means the one version that is known; others are no such records. */
  public static boolean isOf(String version, String text) {
    return text.startsWith(version)
        && text.substring(version.length()).stripLeading().startsWith(";");
  }

  /**
   * The fields behind the version, in their order, without the blanks around them.
   *
   * @throws IllegalArgumentException it is not of that form; the message names the field
   */
  public static List<Map.Entry<String, String>> of(String version, String text) {
    if (!isOf(version, text)) {
      throw new IllegalArgumentException("the record does not begin with " + version + ";");
    }
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    String[] parts = text.substring(text.indexOf(';') + 1).split(";", -1);
    for (int i = 0; i < parts.length; i++) {
      String part = blanksOff(parts[i]);
      if (part.isEmpty() && i == parts.length - 1) {
        break; // one semicolon may end the record
      }
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("the field \"" + part + "\" has no =");
      }
      fields.add(Map.entry(part.substring(0, equals), part.substring(equals + 1)));
    }
    return fields;
  }

  /**
   * A field that is not known, and must have the form of an extension.
   *
   * @throws IllegalArgumentException it has not
   */
  public static void checkExtension(Map.Entry<String, String> field) {
    if (!NAME.matcher(field.getKey()).matches() || !VALUE.matcher(field.getValue()).matches()) {
      throw new IllegalArgumentException("the field \"" + field.getKey() + "\" is malformed");
    }
  }

  private static String blanksOff(String text) {
    int begin = 0;
    int end = text.length();
    while (begin < end && isBlank(text.charAt(begin))) {
      begin++;
    }
    while (end > begin && isBlank(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(begin, end);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
