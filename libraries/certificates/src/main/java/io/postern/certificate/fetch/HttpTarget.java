package io.postern.certificate.fetch;

import io.postern.certificate.fetch.FetchException.Kind;
import io.postern.contracts.PublicAddress;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;

/**
 * A URL that may be asked: http or https, as its caller has it, ASCII, no user. Immutable.
 *
 * @param host in small letters, IPv6 in brackets
 * @param tls https
 */
record HttpTarget(URI uri, String host, int port, boolean tls) {
  private static final String FOUR_PARTS =
      "(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}"; // no leading zeros
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;
  private static final int MAX_PORT = 65_535;

  /**
   * @param tls only https is followed; false: only http
   */
  static HttpTarget of(String url, boolean tls) throws FetchException {
    try {
      URI uri = URI.create(url);
      if (!(tls ? "https" : "http").equalsIgnoreCase(uri.getScheme())
          || uri.getPort() > MAX_PORT
          || uri.getHost() == null
          || uri.getRawUserInfo() != null
          || !isAscii(url)) {
        throw new FetchException(
            Kind.NOT_FOLLOWED, "only " + (tls ? "https" : "plain http") + " URLs are followed");
      }
      return new HttpTarget(
          uri,
          uri.getHost().toLowerCase(Locale.ROOT),
          uri.getPort() < 0 ? usualPort(tls) : uri.getPort(),
          tls);
    } catch (IllegalArgumentException e) {
      throw new FetchException(Kind.NOT_FOLLOWED, "it is not a URL");
    }
  }

  private static int usualPort(boolean tls) {
    return tls ? HTTPS_PORT : HTTP_PORT;
  }

  /**
   * Where a redirect leads, by the same scheme.
   *
   * @param status of the redirect
   */
  HttpTarget redirected(String location, int status) throws FetchException {
    try {
      return of(uri.resolve(location).toString(), tls);
    } catch (IllegalArgumentException e) {
      throw new FetchException(Kind.HTTP, "a redirect to an invalid URL", status);
    }
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c > 0x20 && c < 0x7f);
  }

  /** As in the Host field (RFC 9112 §3.2). */
  String named() {
    return port == usualPort(tls) ? host : authority();
  }

  /** The request target of CONNECT (RFC 9112 §3.2.3). */
  String authority() {
    return host + ":" + port;
  }

  /** The request target in its usual form (RFC 9112 §3.2.1). */
  String origin() {
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return path + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
  }

  /** The request target as a proxy needs it (RFC 9112 §3.2.2); of http. */
  String absolute() {
    return "http://" + named() + origin();
  }

  /**
   * Whether the URL itself says that it is not public, without any name being resolved: an address
   * that is not, any other that ends in a number (resolvers take "127.1" and "0x7f000001" for
   * addresses, and "0177.0.0.1" is read in tens by Java, in eights by others), and the names of
   * loopback (RFC 6761 §6.3).
   */
  boolean saysPrivate() {
    String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    if (name.startsWith("[")) {
      return !isPublic(name.substring(1, name.length() - 1));
    }
    String last = name.substring(name.lastIndexOf('.') + 1);
    if (last.matches("[0-9]+|0x[0-9a-f]*")) {
      return !name.matches(FOUR_PARTS) || !isPublic(name);
    }
    return last.equals("localhost");
  }

  private static boolean isPublic(String literal) {
    try {
      return PublicAddress.all(List.of(InetAddress.ofLiteral(literal)));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
