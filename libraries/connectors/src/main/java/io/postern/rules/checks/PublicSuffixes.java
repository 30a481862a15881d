package io.postern.rules.checks;

import com.google.common.net.InternetDomainName;

/**
 * Domains below which anybody may have a name, such as {@code co.uk}: by the public suffix list
 * that Guava has, whose age is that of its release. Pure.
 */
final class PublicSuffixes {
  private PublicSuffixes() {}

  /** Warns of a name or pattern that is, or begins directly below, a public suffix. */
  static void warn(String field, String pattern, Findings findings) {
    String domain = pattern.startsWith("*.") ? pattern.substring(2) : pattern;
    if (InternetDomainName.isValid(domain)
        && domain.indexOf('*') < 0
        && InternetDomainName.from(domain).isPublicSuffix()) {
      findings.add(
          field,
          "any organization may own a name below " + domain,
          "write the partner's own domain below it");
    }
  }
}
