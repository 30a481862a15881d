package io.postern.rules;

import io.postern.names.DomainNames;
import io.postern.rules.recipients.LocalParts;
import org.jspecify.annotations.Nullable;

/**
 * An address, or the domains of addresses, in a routing rule: ann@contoso.com, contoso.com,
 * *.contoso.com. Addresses are compared as the lists of recipients are ({@link LocalParts}):
 * quotes, case and what follows a "+" do not count. Immutable.
 *
 * @param address in lower case; null: the domains
 * @param domains null: the address
 */
record AddressPattern(@Nullable String address, @Nullable DomainPattern domains) {
  /**
   * @throws IllegalArgumentException with a sentence for the administrator
   */
  static AddressPattern parse(String text) {
    int at = text.lastIndexOf('@');
    if (at < 0) {
      return new AddressPattern(null, DomainPattern.parse(text));
    }
    String address = normal(text);
    if (at == 0
        || address == null
        || !DomainNames.isDomain(address.substring(address.lastIndexOf('@') + 1))) {
      throw new IllegalArgumentException("it is neither an address nor a domain in A-labels");
    }
    return new AddressPattern(address, null);
  }

  /**
   * @param given an address; empty: the null reverse-path, which is nobody's
   */
  boolean matches(String given) {
    String domain = RecordedFacts.domain(given);
    if (domain == null || address == null) {
      return domain != null && domains != null && domains.matches(domain);
    }
    String normal = normal(given);
    return normal != null && (address.equals(normal) || address.equals(withoutTag(normal)));
  }

  private static @Nullable String normal(String address) {
    String domain = RecordedFacts.domain(address);
    return domain == null
        ? null
        : LocalParts.normal(address.substring(0, address.lastIndexOf('@'))) + "@" + domain;
  }

  /** Without what follows the first "+" of the local part, as Exchange delivers it. */
  private static String withoutTag(String normal) {
    int at = normal.lastIndexOf('@');
    return LocalParts.withoutTag(normal.substring(0, at)) + normal.substring(at);
  }
}
