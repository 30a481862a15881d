package io.postern.names;

import com.ibm.icu.text.IDNA;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The syntax of domain names as we keep and compare them: lower-case A-labels (RFC 5890 §2.3.2.1)
 * without the root's dot. Stateless, any thread. The first name that is not in ASCII loads the
 * tables of Unicode.
 */
public final class DomainNames {
  /** Characters of a name as text (RFC 1035 §2.3.4). */
  public static final int MAX_LENGTH = 253;

  private static final int MAX_LABEL = 63;

  private DomainNames() {}

  /** Lower case, without the root's dot; for names in ASCII. Idempotent. */
  public static String normal(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    boolean absolute = lower.endsWith(".") && !lower.endsWith("..");
    return absolute ? lower.substring(0, lower.length() - 1) : lower;
  }

  /** The labels right of the first dot; empty if there is none. */
  public static String parent(String name) {
    int dot = name.indexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1);
  }

  /** True for two labels and more. */
  public static boolean hasDot(String name) {
    return name.indexOf('.') > 0;
  }

  /**
   * Letters, digits, hyphens (RFC 1123 §2.1), labels to 63, all to 253, in lower case. No
   * underscore: it is none of a host's name.
   */
  public static boolean isDomain(String name) {
    if (name.isEmpty() || name.length() > MAX_LENGTH) {
      return false;
    }
    int labelStart = 0;
    for (int i = 0; i <= name.length(); i++) {
      if (i == name.length() || name.charAt(i) == '.') {
        int length = i - labelStart;
        if (length == 0
            || length > MAX_LABEL
            || name.charAt(labelStart) == '-'
            || name.charAt(i - 1) == '-') {
          return false;
        }
        labelStart = i + 1;
      } else {
        char c = name.charAt(i);
        if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * The name in A-labels, {@link #normal}: by UTS 46, non-transitional, so that {@code
   * straße.example} is {@code xn--strae-oqa.example} (RFC 5891), as registries and browsers have
   * it. A name in ASCII stays as it is. The caller checks the syntax, see {@link #isDomain}.
   *
   * @return null: UTS 46 knows no such name
   */
  public static @Nullable String aLabels(String name) {
    if (isAscii(name)) {
      return normal(name);
    }
    IDNA.Info info = new IDNA.Info();
    StringBuilder ascii = new StringBuilder();
    Uts46.MAPPING.nameToASCII(name, ascii, info);
    return info.hasErrors() ? null : normal(ascii.toString());
  }

  /**
   * The right spelling of a name, in lower case and A-labels; null: it has none, or it is right.
   */
  public static @Nullable String suggestion(String name) {
    String ascii = aLabels(name.strip());
    return ascii != null && isDomain(ascii) && !ascii.equals(name) ? ascii : null;
  }

  public static boolean isAscii(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  /**
   * The domain of an address as a session has it: lower-case A-labels, or an address literal in
   * lower case. Null: it has none.
   */
  public static @Nullable String ofAddress(String address) {
    int at = address.lastIndexOf('@');
    if (at < 0) {
      return null;
    }
    String domain = address.substring(at + 1);
    String ascii = isAscii(domain) ? domain.toLowerCase(Locale.ROOT) : aLabels(domain);
    return ascii == null || ascii.isEmpty() ? null : ascii;
  }

  private static final class Uts46 {
    static final IDNA MAPPING =
        IDNA.getUTS46Instance(
            IDNA.NONTRANSITIONAL_TO_ASCII | IDNA.CHECK_BIDI | IDNA.CHECK_CONTEXTJ);
  }
}
