package io.postern.certificate.revocation;

import io.postern.names.DomainNames;

/**
 * The domain that shares of what all need are counted by: whoever has one may have any number of
 * names below it. The last two labels, or three where the middle one is short and the last one a
 * country ({@code co.uk}, {@code com.au}); a list of all public suffixes would be exact and go
 * stale. An address, and a name of one label, stand for themselves. Stateless.
 */
final class ParentDomain {
  private static final int SHORT = 3;
  private static final int COUNTRY = 2;

  private ParentDomain() {}

  /**
   * @param host in small letters, without a port
   */
  static String of(String host) {
    String name = DomainNames.normal(host);
    int last = name.lastIndexOf('.');
    boolean address = name.endsWith("]") || last >= 0 && name.matches("[0-9.]+");
    if (last <= 0 || address) {
      return name;
    }
    int second = name.lastIndexOf('.', last - 1);
    boolean suffix = name.length() - last - 1 == COUNTRY && last - second - 1 <= SHORT;
    int begin = suffix && second > 0 ? name.lastIndexOf('.', second - 1) : second;
    return name.substring(begin + 1);
  }
}
