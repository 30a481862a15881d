package io.postern.smtp.srs;

import io.postern.smtp.Address;

/** The quoting of a local part (RFC 5321 §4.1.2). Stateless. */
final class LocalPart {
  private LocalPart() {}

  /** The characters that a local part stands for: without its quotes and backslashes. */
  static String content(String localPart) {
    if (!localPart.startsWith("\"")) {
      return localPart;
    }
    StringBuilder content = new StringBuilder(localPart.length());
    for (int i = 1; i < localPart.length() - 1; i++) {
      if (localPart.charAt(i) == '\\') {
        i++;
      }
      content.append(localPart.charAt(i));
    }
    return content.toString();
  }

  /**
   * The mailbox of this content, quoted where it must be.
   *
   * @throws IllegalArgumentException it is none, or is too long ({@link Address})
   */
  static Address mailbox(String content, String domain) {
    return Address.parse((isDotString(content) ? content : quoted(content)) + "@" + domain);
  }

  private static boolean isDotString(String content) {
    return !content.isEmpty()
        && !content.startsWith(".")
        && !content.endsWith(".")
        && !content.contains("..")
        && content
            .chars()
            .allMatch(
                c ->
                    c > 0x7f
                        || c >= '0' && c <= '9'
                        || (c | 0x20) >= 'a' && (c | 0x20) <= 'z'
                        || "!#$%&'*+-/=?^_`{|}~.".indexOf(c) >= 0);
  }

  private static String quoted(String content) {
    return '"' + content.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
