package io.postern.contracts;

import java.util.Set;

/** Ports of mail: LMTP's usual one, SMTP, submission over TLS, submission (RFC 8314, RFC 6409). */
public final class MailPorts {
  private static final Set<Integer> PORTS = Set.of(24, 25, 465, 587);

  private MailPorts() {}

  public static boolean is(int port) {
    return PORTS.contains(port);
  }
}
