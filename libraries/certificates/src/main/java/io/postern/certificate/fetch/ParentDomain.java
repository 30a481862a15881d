package io.postern.certificate.fetch;

import io.postern.names.DomainNames;

/**
 * The domain by which shares of a common resource are counted: the owner of one may have any number
 * of names below it. The last two labels, or three where the middle one is short and the last one a
 * country ({@code co.uk}, {@code com.au}); a list of all public suffixes would be exact and go
 * stale. A name that looks like such a suffix may be one owner's domain ({@code q7x.pw}), below
 * which there is any number of parent domains: so there is a share of the {@linkplain
 * #lastTwoLabels last two labels} too, which the domains below a true suffix have in common. An
 * address, and a name of one label, stand for themselves. Stateless.
 */
public final class ParentDomain {
  private static final int SHORT = 3;
  private static final int COUNTRY = 2;

  private ParentDomain() {}

  /**
   * @param host in small letters, without a port
   */
  public static String of(String host) {
    String name = DomainNames.normal(host);
    String two = lastTwoLabels(name);
    int last = two.lastIndexOf('.');
    boolean suffix = two.length() - last - 1 == COUNTRY && last <= SHORT;
    if (!suffix || two.length() == name.length()) {
      return two;
    }
    return name.substring(name.lastIndexOf('.', name.length() - two.length() - 2) + 1);
  }

  /**
   * The same as {@link #of}, or the suffix above it.
   *
   * @param host as there
   */
  static String lastTwoLabels(String host) {
    String name = DomainNames.normal(host);
    int last = name.lastIndexOf('.');
    boolean address = name.endsWith("]") || last >= 0 && name.matches("[0-9.]+");
    return last <= 0 || address ? name : name.substring(name.lastIndexOf('.', last - 1) + 1);
  }
}
