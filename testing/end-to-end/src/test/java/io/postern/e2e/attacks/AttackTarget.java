package io.postern.e2e.attacks;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * What attackers know of the installation, and the names that are theirs. It goes to their process
 * as system properties.
 *
 * @param smtpPort of ingress, at 127.0.0.1
 * @param mxPort where mail hosts listen, each at an address of its own
 * @param ca folder of the authority that issues certificates to attackers too
 * @param api of policy-service
 * @param token of the administrator of {@link #HOSTILE}
 */
record AttackTarget(int smtpPort, int mxPort, Path ca, URI api, String token) {
  /** An organization, its administrator's name, and the first label of its domain. */
  static final String HOSTILE = "hostile";

  /** Of administrators in this run. */
  static final String PASSWORD = "seven horses of the run";

  /** Accepted domain whose mailboxes are there. */
  static final String MAILBOXES = "fair.example";

  /** Accepted domain whose mailbox host refuses each recipient: the sender gets a bounce. */
  static final String GONE = "gone.example";

  /** An organization whose own server sends letters to whoever asked for them. */
  static final String LETTERS = "letters.example";

  /** Sender domain of which a certificate is demanded. */
  static final String CERTIFIED = "certified.example";

  /** The attackers' hosts that hang; the number is also that of their address and domains. */
  static final int HANGING_HOSTS = 12;

  /** Revocation hosts that hang. */
  static final int REVOCATION_HOSTS = 40;

  /** Accepted domain of an organization whose mailbox host hangs. */
  static String idleDomain(int host) {
    return "idle" + host + ".example";
  }

  /** Every name below it has that hanging host as its mail host. */
  static String evilDomain(int host) {
    return "evil" + host + ".example";
  }

  static String hangingHost(int host) {
    return "mx" + host + ".hanging.example";
  }

  static String hangingAddress(int host) {
    return "127.0.4." + host;
  }

  static String revocationAddress(int host) {
    return "127.0.5." + host;
  }

  List<String> properties() {
    return List.of(
        "-Dattacks.smtp=" + smtpPort,
        "-Dattacks.mx=" + mxPort,
        "-Dattacks.ca=" + ca,
        "-Dattacks.api=" + api,
        "-Dattacks.token=" + token);
  }

  static AttackTarget ofProperties() {
    return new AttackTarget(
        Integer.getInteger("attacks.smtp"),
        Integer.getInteger("attacks.mx"),
        Path.of(System.getProperty("attacks.ca")),
        URI.create(System.getProperty("attacks.api")),
        System.getProperty("attacks.token"));
  }
}
