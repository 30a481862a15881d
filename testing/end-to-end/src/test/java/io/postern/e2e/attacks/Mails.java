package io.postern.e2e.attacks;

import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.SmtpClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Attacks by mail that is accepted, and that costs more behind ingress than in it. Few at a time:
 * how much mail one may send is another question.
 */
final class Mails {
  private static final Duration BETWEEN = Duration.ofMillis(100);
  private static final byte[] CONTENT =
      ("Subject: attack\r\n\r\n" + "x".repeat(98).concat("\r\n").repeat(20))
          .getBytes(StandardCharsets.US_ASCII);
  private static final AtomicInteger DOMAINS = new AtomicInteger();
  private static final ConcurrentMap<String, Identity> IDENTITIES = new ConcurrentHashMap<>();
  private static volatile @Nullable LabCa authority;

  private Mails() {}

  static void bounces(Attacker attacker) throws IOException, InterruptedException {
    try (SmtpClient client = attacker.session()) {
      while (attacker.goesOn()) {
        attacker.mail(client, "x@" + newDomain(), "anna@" + AttackTarget.GONE, CONTENT);
        attacker.pause(BETWEEN);
      }
    }
  }

  static void idleMailboxes(Attacker attacker) throws IOException, InterruptedException {
    try (SmtpClient client = attacker.session()) {
      while (attacker.goesOn()) {
        String domain = AttackTarget.idleDomain(host(DOMAINS.getAndIncrement()));
        attacker.mail(client, "a@sender.example", "anna@" + domain, CONTENT);
        attacker.pause(BETWEEN);
      }
    }
  }

  static void letters(Attacker attacker) throws IOException, InterruptedException {
    String name = "mail." + AttackTarget.LETTERS;
    Identity own = own(attacker.target(), name);
    try (SmtpClient client = attacker.session()) {
      client.startTls(own);
      client.ehlo(name);
      while (attacker.goesOn()) {
        attacker.mail(client, "news@" + AttackTarget.LETTERS, "x@" + newDomain(), CONTENT);
        attacker.pause(BETWEEN);
      }
    }
  }

  /** The certificate of an organization's own server. */
  static Identity own(AttackTarget target, String name) {
    return IDENTITIES.computeIfAbsent(name, any -> authority(target).issue(Issue.to(name)));
  }

  /** Each certificate is new, and its list at one of many hosts that hang. */
  static void judging(Attacker attacker) throws IOException, InterruptedException {
    int number = DOMAINS.getAndIncrement();
    String name = "c" + number + "." + AttackTarget.CERTIFIED;
    String list =
        "http://%s:%d/%d.crl"
            .formatted(
                AttackTarget.revocationAddress(1 + number % AttackTarget.REVOCATION_HOSTS),
                attacker.target().mxPort(),
                number);
    Identity certificate = authority(attacker.target()).issue(Issue.to(name).withCrl(list));
    try (SmtpClient client = attacker.session()) {
      client.startTls(certificate);
      client.ehlo(name);
      attacker.command(client, "MAIL FROM:<a@" + AttackTarget.CERTIFIED + ">");
      attacker.command(client, "RCPT TO:<anna@" + AttackTarget.MAILBOXES + ">");
    }
  }

  private static String newDomain() {
    int number = DOMAINS.getAndIncrement();
    return "a" + number + "." + AttackTarget.evilDomain(host(number));
  }

  private static int host(int number) {
    return 1 + number % AttackTarget.HANGING_HOSTS;
  }

  private static synchronized LabCa authority(AttackTarget target) {
    LabCa open = authority;
    if (open == null) {
      open = LabCa.open(target.ca(), "Attacks", null);
      authority = open;
    }
    return open;
  }
}
