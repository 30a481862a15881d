package io.postern.e2e.kills;

import java.util.ArrayList;
import java.util.List;

/**
 * Where recipients of the load are: a domain, the TLS level that its connector demands, and what
 * its only mail host is like.
 *
 * @param number its place in {@link #all}
 * @param level as the audit's own token spells it
 */
record Destination(int number, String level, Host host) {
  static final String OPPORTUNISTIC = "opportunistic";
  static final String ENCRYPTION = "encryption-only";
  static final String CERTIFICATE = "certificate-validation";
  static final String DOMAIN = "domain-validation";

  /** The organization's own domain: mail for it goes to its mailbox server. */
  static final int MAILBOX = 0;

  /** What a mail host is like. */
  enum Host {
    /** Misbehaves now and then, since a good one that never waits would show little. */
    GOOD(true, false),
    FAULTY(true, true),
    NO_STARTTLS(true, false),
    FAILED_HANDSHAKE(true, false),
    /** Must never be told anything of an envelope, as it does not meet its level. */
    FORBIDDEN_NO_STARTTLS(false, false),
    FORBIDDEN_HANDSHAKE(false, false),
    FORBIDDEN_WRONG_NAME(false, false),
    FORBIDDEN_REVOKED(false, false),
    FORBIDDEN_SELF_SIGNED(false, false);

    private final boolean mayReceive;
    private final boolean faulty;

    Host(boolean mayReceive, boolean faulty) {
      this.mayReceive = mayReceive;
      this.faulty = faulty;
    }
  }

  static final List<Destination> ALL = all();

  /** Those that may receive, the mailbox apart. */
  static final List<Destination> OPEN =
      ALL.stream().filter(d -> d.mayReceive() && d.number != MAILBOX).toList();

  static final List<Destination> FORBIDDEN = ALL.stream().filter(d -> !d.mayReceive()).toList();

  private static List<Destination> all() {
    List<Destination> all = new ArrayList<>();
    all.add(new Destination(MAILBOX, ENCRYPTION, Host.GOOD));
    for (String level : List.of(OPPORTUNISTIC, ENCRYPTION, CERTIFICATE, DOMAIN)) {
      all.add(new Destination(all.size(), level, Host.GOOD));
      all.add(new Destination(all.size(), level, Host.FAULTY));
    }
    all.add(new Destination(all.size(), OPPORTUNISTIC, Host.NO_STARTTLS));
    all.add(new Destination(all.size(), OPPORTUNISTIC, Host.FAILED_HANDSHAKE));
    all.add(new Destination(all.size(), ENCRYPTION, Host.FORBIDDEN_NO_STARTTLS));
    all.add(new Destination(all.size(), CERTIFICATE, Host.FORBIDDEN_REVOKED));
    all.add(new Destination(all.size(), CERTIFICATE, Host.FORBIDDEN_SELF_SIGNED));
    all.add(new Destination(all.size(), DOMAIN, Host.FORBIDDEN_WRONG_NAME));
    all.add(new Destination(all.size(), DOMAIN, Host.FORBIDDEN_HANDSHAKE));
    return List.copyOf(all);
  }

  boolean mayReceive() {
    return host.mayReceive;
  }

  boolean faulty() {
    return host.faulty;
  }

  /** Whether what it takes must have come over TLS. */
  boolean tlsDemanded() {
    return !level.equals(OPPORTUNISTIC);
  }

  String domain(String organization) {
    return number == MAILBOX
        ? organization + ".example"
        : "d" + number + "." + organization + "-partner.example";
  }

  String hostName(String organization) {
    return "mx." + domain(organization);
  }
}
