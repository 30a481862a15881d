package io.postern.rules;

import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsLevel;
import io.postern.rules.checks.DirectoryRules;
import io.postern.rules.checks.DirectoryWarnings;
import io.postern.rules.hops.NextHopApprovals;
import io.postern.rules.inbound.InboundRules;
import io.postern.rules.outbound.OutboundRules;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Measures decisions, validation and warnings with many connectors, on one thread; no test
 * (docs/evidence/performance.md). Arguments: connectors, seconds for each part.
 */
final class DirectoryMeasurement {
  private static final int FEWEST = 10;
  private static final int MOST = 2_000; // connectors of an organization

  private final int connectors;
  private final int organizations;
  private final long nanos;
  private final Random random = new Random(1);

  private DirectoryMeasurement(int connectors, int seconds) {
    this.connectors = connectors;
    organizations = Math.max(FEWEST, connectors / MOST);
    nanos = seconds * 1_000_000_000L;
  }

  public static void main(String[] args) {
    new DirectoryMeasurement(Integer.parseInt(args[0]), Integer.parseInt(args[1])).run();
  }

  private void run() {
    List<DirectoryObject> objects = objects(false);
    long before = used();
    long begin = System.nanoTime();
    Directory directory = Directory.of(objects, 7, Map.of());
    System.out.printf(
        "%,d connectors: index made in %,d ms, %,d KB for it%n",
        connectors, (System.nanoTime() - begin) / 1_000_000, (used() - before) / 1024);
    rate(
        "decisions in",
        () ->
            InboundRules.decide(
                directory,
                Sample.tls("192.0.2.1", "anna@" + partner(), "mail." + partner()),
                "own" + random.nextInt(organizations) + ".example",
                Sample.GOOD));
    rate(
        "decisions of own servers' mail to the outside",
        () -> {
          String own = "own" + random.nextInt(organizations) + ".example";
          InboundRules.decide(
              directory, Sample.tls("192.0.2.1", own, "mail." + own), partner(), Sample.GOOD);
        });
    rate(
        "decisions out",
        () ->
            OutboundRules.decide(
                directory,
                new OutboundMail(
                    "org" + random.nextInt(organizations),
                    Direction.ORIGINATING,
                    "",
                    "info",
                    partner(),
                    RequireTls.REQUIRE_TLS_UNSPECIFIED,
                    false,
                    null)));
    rate(
        "changes judged",
        () -> DirectoryRules.validate(directory, List.of(objects.get(objects.size() - 1))));
    rate(
        "warnings of one object",
        () ->
            DirectoryWarnings.of(
                directory,
                List.of(objects.get(organizations * 3 + random.nextInt(connectors))),
                Instant.now()));
    approvals();
  }

  /** Of a connector with a new host, in a directory that is made anew by each change. */
  private void approvals() {
    Directory[] newest = {Directory.of(objects(true), 7, Map.of())};
    int[] made = {0};
    NextHopApprovals.Writer writer = new NextHopApprovals.Writer("anna", false, 1);
    rate(
        "changes with a new next hop, judged by the API and twice by the owner, and made",
        () -> {
          made[0]++;
          DirectoryObject change =
              Sample.partnerOut(
                  "org" + random.nextInt(organizations),
                  "To new" + made[0] % 100,
                  c ->
                      c.addRecipientDomains("new.example")
                          .addSmartHosts(Sample.host("mx.new" + made[0] + ".example", 25)));
          Directory directory = newest[0];
          for (int i = 0; i < 3; i++) {
            NextHopApprovals.judge(directory, List.of(change), writer);
          }
          newest[0] = Directory.next(directory, List.of(change), 8, Map.of(), Map.of());
        });
  }

  private List<DirectoryObject> objects(boolean hosts) {
    List<DirectoryObject> objects = new ArrayList<>();
    for (int o = 0; o < organizations; o++) {
      objects.add(Sample.organization("org" + o));
      objects.add(Sample.domain("org" + o, "own" + o + ".example"));
      String name = "mail.own" + o + ".example";
      objects.add(
          Sample.onPremisesIn("org" + o, "Own server", c -> c.setTlsSenderCertificateName(name)));
    }
    for (int i = 0; i < connectors / 2; i++) {
      String organization = "org" + i % organizations;
      String domain = "partner" + i + ".example";
      objects.add(
          Sample.partnerIn(
              organization,
              "From " + domain,
              c ->
                  c.addSenderDomains(domain)
                      .setRequireTls(true)
                      .setTlsSenderCertificateName("mail." + domain)));
      objects.add(
          Sample.partnerOut(
              organization,
              "To " + domain,
              c -> {
                c.addRecipientDomains(domain).setTlsSettings(TlsLevel.CERTIFICATE_VALIDATION);
                if (hosts) {
                  c.addSmartHosts(Sample.host("mx." + domain, 25));
                }
              }));
    }
    return objects;
  }

  private String partner() {
    return "partner" + random.nextInt(connectors / 2) + ".example";
  }

  private void rate(String what, Runnable one) {
    for (long end = System.nanoTime() + nanos / 2; System.nanoTime() - end < 0; ) {
      one.run();
    }
    long begin = System.nanoTime();
    long count = 0;
    while (System.nanoTime() - begin < nanos) {
      one.run();
      count++;
    }
    System.out.printf("  %s: %,d a second%n", what, count * 1_000_000_000 / nanos);
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
