package io.postern.rules.address;

import io.postern.names.DomainNames;

/**
 * An entry of senderDomains or recipientDomains: {@code contoso.com}, {@code *.contoso.com} (the
 * domain and all its subdomains), {@code *}. Exchange's stored form {@code smtp:contoso.com;1} is
 * read too; its cost has no effect. Immutable.
 */
public record DomainPattern(Kind kind, String domain) {
  public enum Kind {
    EXACT,
    WILDCARD,
    ANY
  }

  /**
   * @throws IllegalArgumentException with a sentence for the administrator
   */
  public static DomainPattern parse(String text) {
    String pattern = withoutCost(text);
    if (pattern.equals("*")) {
      return new DomainPattern(Kind.ANY, "");
    }
    boolean wildcard = pattern.startsWith("*.");
    String domain = wildcard ? pattern.substring(2) : pattern;
    if (domain.indexOf('*') >= 0) {
      throw new IllegalArgumentException(
          "a wildcard must be the whole first label, or the only character");
    }
    if (!DomainNames.isDomain(domain)) {
      throw new IllegalArgumentException("it is not a domain name in lower-case A-labels");
    }
    return new DomainPattern(wildcard ? Kind.WILDCARD : Kind.EXACT, domain);
  }

  public boolean matches(String name) {
    return switch (kind) {
      case ANY -> true;
      case EXACT -> name.equals(domain);
      case WILDCARD ->
          name.endsWith(domain)
              && (name.length() == domain.length()
                  || name.charAt(name.length() - domain.length() - 1) == '.');
    };
  }

  @Override
  public String toString() {
    return switch (kind) {
      case ANY -> "*";
      case EXACT -> domain;
      case WILDCARD -> "*." + domain;
    };
  }

  private static String withoutCost(String text) {
    if (!text.startsWith("smtp:")) {
      return text;
    }
    int cost = text.indexOf(';');
    return text.substring("smtp:".length(), cost < 0 ? text.length() : cost);
  }
}
