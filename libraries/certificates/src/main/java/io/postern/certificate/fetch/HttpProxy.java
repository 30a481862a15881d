package io.postern.certificate.fetch;

/**
 * The proxy by which everything is fetched. Immutable.
 *
 * @param host a name or an address, IPv6 in brackets
 */
public record HttpProxy(String host, int port) {
  private static final int MAX_PORT = 65_535;

  /**
   * @throws IllegalArgumentException with the fault and the cure
   */
  public static HttpProxy of(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    String port = colon < 0 ? "" : text.substring(colon + 1);
    boolean isHost = host.matches("[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]");
    if (!isHost
        || !port.matches("[0-9]{1,5}")
        || Integer.parseInt(port) < 1
        || Integer.parseInt(port) > MAX_PORT) {
      throw new IllegalArgumentException(
          "postern.revocation.http-proxy is '"
              + text
              + "': write it as host:port, such as proxy.example.com:3128, without a scheme and a"
              + " user, or leave it out");
    }
    return new HttpProxy(host, Integer.parseInt(port));
  }

  /** As the setting has it. */
  public String shown() {
    return host + ":" + port;
  }
}
