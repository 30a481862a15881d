package io.postern.console.web.frame;

import java.net.URI;

/**
 * Where a browser goes after it has signed in, as a parameter of the sign-in's address. A server
 * takes 4,096 octets of an HTTP/1.1 request's first line, and an encoded address is longer than the
 * address.
 */
public final class NextPath {
  private static final int MOST_ENCODED = 3_000;

  private NextPath() {}

  static String of(URI address) {
    String query = address.getRawQuery();
    return bounded(query == null ? address.getRawPath() : address.getRawPath() + "?" + query);
  }

  /**
   * Without its query if it is too long with it.
   *
   * @param next a path of this site, with its query
   */
  public static String bounded(String next) {
    if (fits(next)) {
      return next;
    }
    String path = next.replaceFirst("[?].*", "");
    return fits(path) ? path : "/";
  }

  private static boolean fits(String next) {
    return Frame.encoded(next).length() <= MOST_ENCODED;
  }
}
