package io.postern.e2e.attacks;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * One way to attack.
 *
 * @param does in words, for the report
 * @param addresses from which it comes
 * @param connections at a time from each address
 * @param turn done again and again by each connection
 */
record Attack(String name, String does, int addresses, int connections, Turn turn) {
  /** Ends with the session; a session that the server ends is an IOException. */
  @FunctionalInterface
  interface Turn {
    void take(Attacker attacker) throws IOException, InterruptedException;
  }

  /** No attack, but its cost for the machine: a process of low priority that computes. */
  static final Attack COMPUTING =
      new Attack(
          "computing",
          "two threads of the idle policy compute, and send nothing",
          1,
          2,
          Commands::compute);

  /** In the order in which they are run. */
  static final List<Attack> ALL =
      List.of(
          COMPUTING,
          new Attack(
              "refusals",
              "RCPT to foreign domains, in groups of 200, in plaintext",
              2,
              5,
              Commands::refusals),
          new Attack("refusals-tls", "the same over TLS", 2, 5, Commands::refusalsOverTls),
          new Attack("unread", "the same, and no reply is read", 2, 5, Commands::unread),
          new Attack("resets", "RSET, NOOP and MAIL without end", 2, 5, Commands::resets),
          new Attack("http", "a browser's POST, and connects again", 2, 5, Commands::http),
          new Attack("connects", "connects and goes", 5, 4, Commands::connects),
          new Attack(
              "handshakes", "a ClientHello that never goes on", 5, 20, Commands::halfHandshakes),
          new Attack(
              "abandoned", "1 MB of content, and goes before its end", 4, 3, Contents::abandoned),
          new Attack("damaged", "1 MB of content with a bare line end", 4, 3, Contents::damaged),
          new Attack(
              "slow",
              "an octet in 5 s: three addresses within DATA, four in commands",
              7,
              100,
              Contents::slow),
          new Attack(
              "silent",
              "all connections that twelve addresses can have",
              12,
              100,
              Commands::silent),
          new Attack(
              "recipients",
              "845 long recipients on 13 connections of six addresses",
              6,
              13,
              Contents::recipients),
          new Attack(
              "bounces",
              "bounces to domains without number, whose hosts hang",
              1,
              4,
              Mails::bounces),
          new Attack(
              "idle-mailboxes",
              "mail to accepted domains whose mailbox hosts hang",
              1,
              4,
              Mails::idleMailboxes),
          new Attack(
              "letters",
              "a user's letters to domains without number, whose hosts hang",
              1,
              4,
              Mails::letters),
          new Attack("judging", "certificates whose revocation hosts hang", 4, 25, Mails::judging),
          new Attack(
              "admin-fills",
              "an administrator writes objects of new names, large ones and removals",
              1,
              8,
              Administrators::fills),
          new Attack(
              "admin-calls", "an administrator makes every call", 1, 8, Administrators::calls),
          new Attack(
              "admin-bodies",
              "an administrator's bodies of 4 MB, an octet a second",
              1,
              60,
              Administrators::bodies),
          new Attack(
              "admin-scans",
              "an administrator has inner hosts dialled",
              1,
              4,
              Administrators::scans),
          new Attack(
              "admin-texts", "an administrator's texts of one piece", 1, 4, Administrators::texts),
          new Attack(
              "admin-senders",
              "an organization's server sends as another organization",
              1,
              4,
              Administrators::senders),
          new Attack(
              "admin-sessions",
              "an administrator signs in, also with wrong passwords",
              1,
              8,
              Administrators::sessions));

  static Attack named(String name) {
    Optional<Attack> found = ALL.stream().filter(attack -> attack.name().equals(name)).findFirst();
    return found.orElseThrow(
        () ->
            new IllegalArgumentException(
                "no attack " + name + "; there are " + ALL.stream().map(Attack::name).toList()));
  }
}
