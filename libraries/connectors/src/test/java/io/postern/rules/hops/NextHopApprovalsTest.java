package io.postern.rules.hops;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.MailboxRoute;
import io.postern.contracts.v1.NextHopApproval;
import io.postern.contracts.v1.NextHopChange;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.rules.Directory;
import io.postern.rules.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NextHopApprovalsTest {
  private static final String BOTH = "contoso";
  private static final NextHopApprovals.Writer OPERATOR = writer("root", true);
  private static final NextHopApprovals.Writer ADMINISTRATOR = writer("anna", false);

  private static NextHopApprovals.Writer writer(String name, boolean operator) {
    return new NextHopApprovals.Writer(name, operator, 5);
  }

  private static NextHopApprovals.Judged change(
      Directory before,
      NextHopApprovals.Writer writer,
      NextHopChange change,
      String organization,
      String value,
      String... objects) {
    return NextHopApprovals.change(
        before,
        new NextHopApprovals.Asked(change, organization, Set.of(value), Set.of(objects)),
        writer);
  }

  /** As the owner does. */
  private static Directory approvals(
      Directory before, NextHopChange change, String value, String... objects) {
    NextHopApprovals.Writer operator = new NextHopApprovals.Writer("root", true, 7);
    NextHopApprovals.Judged judged = change(before, operator, change, BOTH, value, objects);
    assertThat(judged.problems()).isEmpty();
    return before.with(judged.objects());
  }

  private static DirectoryObject connector(
      String organization, String name, Consumer<OutboundConnector.Builder> change) {
    OutboundConnector.Builder connector =
        OutboundConnector.newBuilder()
            .setOrganization(organization)
            .setName(name)
            .setConnectorType(ConnectorType.PARTNER)
            .setEnabled(true)
            .addRecipientDomains("partner.example");
    change.accept(connector);
    return DirectoryObject.newBuilder().setOutboundConnector(connector).build();
  }

  private static NextHopHost host(String text) {
    int colon = text.lastIndexOf(':');
    return colon < 0 || text.indexOf(':') != colon
        ? NextHopHost.newBuilder().setHost(text).build()
        : NextHopHost.newBuilder()
            .setHost(text.substring(0, colon))
            .setPort(Integer.parseInt(text.substring(colon + 1)))
            .build();
  }

  private static DirectoryObject to(String organization, String name, String... hosts) {
    return connector(
        organization,
        name,
        c -> {
          for (String each : hosts) {
            c.addSmartHosts(host(each));
          }
        });
  }

  private static DirectoryObject onPremises(String organization, String name, String host) {
    return connector(
        organization,
        name,
        c -> c.addSmartHosts(host(host)).setConnectorType(ConnectorType.ON_PREMISES));
  }

  private static DirectoryObject domain(String organization, String domain, String host) {
    return DirectoryObject.newBuilder()
        .setAcceptedDomain(
            AcceptedDomain.newBuilder()
                .setOrganization(organization)
                .setDomain(domain)
                .setMailboxHost(host(host))
                .setMailboxProtocol(HopProtocol.SMTP))
        .build();
  }

  /** Two organizations, with what each names by an operator's hand. */
  private static Directory directory(DirectoryObject... more) {
    List<DirectoryObject> objects = new ArrayList<>();
    objects.add(Sample.organization(BOTH));
    objects.add(Sample.organization("fabrikam"));
    objects.add(domain(BOTH, "contoso.example", "mailbox.contoso.example"));
    objects.add(domain("fabrikam", "fabrikam.example", "mailbox.fabrikam.example"));
    objects.add(onPremises("fabrikam", "To own servers", "own.hoster.example"));
    objects.add(to("fabrikam", "To a partner", "mx.partner.example"));
    objects.addAll(List.of(more));
    return Sample.directory(objects.toArray(DirectoryObject[]::new));
  }

  private static NextHopApprovals.Judged judge(
      Directory before, NextHopApprovals.Writer writer, DirectoryObject... changes) {
    return NextHopApprovals.judge(before, List.of(changes), writer);
  }

  private static Directory write(
      Directory before, NextHopApprovals.Writer writer, DirectoryObject... changes) {
    NextHopApprovals.Judged judged = judge(before, writer, changes);
    assertThat(judged.problems()).isEmpty();
    return before.with(judged.objects());
  }

  private static List<Boolean> approved(Directory directory, String key) {
    return NamedValue.of(directory.object(key).orElseThrow()).stream()
        .map(value -> !value.unapproved())
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "mail.example.com, ",
    "mail.example.com:25, ",
    "mail.example.com:465, ",
    "mail.example.com:587, ",
    "mail.example.com:24, ",
    "8.8.8.8, ",
    "2a00:1450:4001:80b::200e, ",
    "10.0.0.5, PRIVATE_ADDRESS",
    "172.16.3.4:587, PRIVATE_ADDRESS",
    "192.168.1.1, PRIVATE_ADDRESS",
    "127.0.0.1, PRIVATE_ADDRESS",
    "169.254.169.254, PRIVATE_ADDRESS",
    "100.64.0.1, PRIVATE_ADDRESS",
    "0.0.0.0, PRIVATE_ADDRESS",
    "::1, PRIVATE_ADDRESS",
    "fe80::1, PRIVATE_ADDRESS",
    "fd00::25, PRIVATE_ADDRESS",
    "::ffff:10.0.0.5, PRIVATE_ADDRESS",
    "64:ff9b::a00:5, PRIVATE_ADDRESS",
    "kafka, PRIVATE_NAME",
    "localhost:25, PRIVATE_NAME",
    "mail.localhost, PRIVATE_NAME",
    "Printer.LOCAL., PRIVATE_NAME",
    "vault.internal, PRIVATE_NAME",
    "nas.home.arpa, PRIVATE_NAME",
    "mail.example.com:9092, PORT",
    "mail.example.com:2525, PORT",
    "8.8.8.8:22, PORT",
    "mailbox.fabrikam.example, ROUTE",
    "MAILBOX.fabrikam.example.:587, ROUTE",
    "own.hoster.example, ROUTE",
    "mx.partner.example, ",
    "mailbox.contoso.example, "
  })
  void whatNeedsAnOperator(String text, String need) {
    DirectoryObject object = to(BOTH, "New", text);
    Optional<Need> found = Needs.ofAll(directory()).of(object, NamedValue.of(object).getFirst());
    assertThat(found.map(Need::name).orElse(null)).isEqualTo(need);
    List<DirectoryProblem> problems = judge(directory(), ADMINISTRATOR, object).problems();
    // The organization's own host is approved, whichever of its objects names it.
    assertThat(problems).hasSize(need == null ? 0 : 1);
    assertThat(judge(directory(), OPERATOR, object).problems()).isEmpty();
  }

  @Test
  void aProblemNamesFieldValueAndCure() {
    DirectoryProblem problem =
        judge(directory(), ADMINISTRATOR, to(BOTH, "New", "mail.example.com", "10.0.0.5:9092"))
            .problems()
            .getFirst();
    assertThat(problem.getField()).isEqualTo("smartHosts[1]");
    assertThat(problem.getProblem())
        .isEqualTo("\"10.0.0.5:9092\" is not a public address, and needs an operator's approval");
    assertThat(problem.getCure()).isEqualTo("ask an operator to write it, or write another one");
  }

  /** Both ways: neither may take the other's host after the other has written it. */
  @Test
  void aRouteWhoseNameAnotherOrganizationHasNeedsAnOperator() {
    Directory before = directory();
    assertThat(judge(before, ADMINISTRATOR, to(BOTH, "New", "mx.partner.example")).problems())
        .isEmpty();
    assertThat(
            judge(before, ADMINISTRATOR, onPremises(BOTH, "New", "mx.partner.example")).problems())
        .hasSize(1);
    assertThat(
            judge(before, ADMINISTRATOR, domain(BOTH, "contoso.example", "mx.partner.example"))
                .problems())
        .hasSize(1);
    // In one change, too.
    assertThat(
            judge(
                    before,
                    ADMINISTRATOR,
                    to(BOTH, "New", "new.example.net"),
                    onPremises("fabrikam", "New", "new.example.net"))
                .problems())
        .hasSize(2);
  }

  @Test
  void furtherMailboxRoutesAreHostsToo() {
    DirectoryObject domain = domain(BOTH, "contoso.example", "mailbox.contoso.example");
    AcceptedDomain.Builder with =
        domain.getAcceptedDomain().toBuilder()
            .addFurtherMailboxRoutes(
                MailboxRoute.newBuilder()
                    .setName("cloud")
                    .setProtocol(HopProtocol.LMTP)
                    .setHost(host("10.0.0.5")));
    DirectoryObject changed = domain.toBuilder().setAcceptedDomain(with).build();
    assertThat(judge(directory(), ADMINISTRATOR, changed).problems())
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.getField()).isEqualTo("furtherMailboxRoutes[0].host");
              assertThat(p.getProblem()).contains("10.0.0.5:24");
            });
    Directory after = write(directory(), OPERATOR, changed);
    assertThat(approved(after, "accepted-domain/contoso.example")).containsExactly(true, true);
    assertThat(
            after
                .object("accepted-domain/contoso.example")
                .orElseThrow()
                .getAcceptedDomain()
                .getApprovalsList())
        .singleElement()
        .satisfies(a -> assertThat(a.getBy()).isEqualTo("root"));
  }

  @Test
  void sourceAddressesAndEhloNamesHaveOwners() {
    Directory before = directory();
    DirectoryObject wanted =
        connector(
            BOTH,
            "New",
            c ->
                c.setUseMxRecord(true)
                    .addSourceAddresses("8.8.4.4")
                    .setEhloName("out.fabrikam.example"));
    assertThat(judge(before, ADMINISTRATOR, wanted).problems())
        .extracting(DirectoryProblem::getField)
        .containsExactly("sourceAddresses[0]", "ehloName");
    DirectoryObject own =
        connector(BOTH, "New", c -> c.setUseMxRecord(true).setEhloName("Out.contoso.example"));
    assertThat(judge(before, ADMINISTRATOR, own).problems()).isEmpty();
    Directory after = write(before, OPERATOR, wanted);
    DirectoryObject another =
        connector(BOTH, "Another", c -> c.setUseMxRecord(true).addSourceAddresses("8.8.4.4"));
    assertThat(judge(after, ADMINISTRATOR, wanted).problems()).isEmpty();
    assertThat(judge(after, ADMINISTRATOR, another).problems()).hasSize(1);
    DirectoryObject others =
        connector("fabrikam", "New", c -> c.setUseMxRecord(true).addSourceAddresses("8.8.4.4"));
    assertThat(judge(after, ADMINISTRATOR, others).problems()).hasSize(1);
  }

  /** An operator who takes a source address out of a connector is not undone by a copy. */
  @Test
  void aSourceAddressOrEhloNameIsOfItsConnectorOnly() {
    DirectoryObject first =
        connector(
            BOTH,
            "C",
            c -> c.setUseMxRecord(true).addSourceAddresses("8.8.4.4").setEhloName("a.example.net"));
    Directory before = write(directory(), OPERATOR, first);
    DirectoryObject.Builder copy = first.toBuilder();
    copy.getOutboundConnectorBuilder().setName("Copy");
    assertThat(judge(before, ADMINISTRATOR, copy.build()).problems()).hasSize(2);
    Directory both = write(before, OPERATOR, copy.build());
    DirectoryObject without = connector(BOTH, "C", c -> c.setUseMxRecord(true));
    Directory after = write(both, OPERATOR, without);
    assertThat(judge(after, ADMINISTRATOR, first).problems())
        .extracting(DirectoryProblem::getField)
        .containsExactly("sourceAddresses[0]", "ehloName");
    // An operator who writes both of them again approves both.
    assertThat(write(after, OPERATOR, first).object("outbound-connector/contoso/C"))
        .hasValueSatisfying(
            object -> assertThat(object.getOutboundConnector().getApprovalsList()).hasSize(2));
  }

  /** Its new owner's mail would pass SPF from a connector of the former one. */
  @Test
  void anEhloNameOfADomainThatMovedIsNotCopied() {
    DirectoryObject named =
        connector(BOTH, "C", c -> c.setUseMxRecord(true).setEhloName("out.moving.example"));
    Directory before =
        write(
            directory(domain(BOTH, "moving.example", "mailbox.contoso.example")),
            ADMINISTRATOR,
            named);
    Directory moved =
        before.with(List.of(domain("fabrikam", "moving.example", "mailbox.fabrikam.example")));
    DirectoryObject.Builder copy = named.toBuilder();
    copy.getOutboundConnectorBuilder().setName("Copy");
    assertThat(judge(moved, ADMINISTRATOR, copy.build()).problems())
        .extracting(DirectoryProblem::getField)
        .containsExactly("ehloName");
    // The connector itself keeps it: its mail leaves as before.
    assertThat(judge(moved, ADMINISTRATOR, named).problems()).isEmpty();
  }

  @Test
  void anOperatorApprovesASourceAddressInTheNamedConnectorOnly() {
    DirectoryObject first =
        connector(BOTH, "C", c -> c.setUseMxRecord(true).addSourceAddresses("8.8.4.4"));
    DirectoryObject second =
        connector(BOTH, "D", c -> c.setUseMxRecord(true).addSourceAddresses("8.8.4.4"));
    Directory after =
        approvals(
            directory(first, second),
            NextHopChange.NEXT_HOPS_APPROVED,
            "8.8.4.4",
            "outbound-connector/contoso/C");
    assertThat(NamedValue.approvals(after.object("outbound-connector/contoso/C").orElseThrow()))
        .hasSize(1);
    assertThat(NamedValue.approvals(after.object("outbound-connector/contoso/D").orElseThrow()))
        .isEmpty();
  }

  /** However large the connectors are that an administrator copies it into. */
  @Test
  void aHostIsRevokedInAllOfManyLargeConnectors() {
    List<DirectoryObject> large = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      large.add(
          connector(
              BOTH,
              "Large" + i,
              c -> {
                c.addSmartHosts(host("10.0.0.5"));
                for (int domain = 0; domain < 500; domain++) {
                  c.addRecipientDomains(
                      "d" + domain + "." + "x".repeat(60).concat(".") + "example");
                }
              }));
    }
    Directory revoked =
        approvals(
            directory(large.toArray(DirectoryObject[]::new)),
            NextHopChange.NEXT_HOPS_REVOKED,
            "10.0.0.5:25");
    for (int i = 0; i < large.size(); i++) {
      assertThat(approved(revoked, "outbound-connector/contoso/Large" + i)).containsExactly(false);
    }
    assertThat(revoked.organization(BOTH).orElseThrow().getRevokedNextHopsList()).hasSize(1);
  }

  @Test
  void aRevokedHostThatNoObjectNamesIsApproved() {
    Directory before = directory(to(BOTH, "C", "10.0.0.5"));
    Directory revoked =
        write(
            approvals(before, NextHopChange.NEXT_HOPS_REVOKED, "10.0.0.5:25"),
            ADMINISTRATOR,
            to(BOTH, "C").toBuilder().setRemoved(true).build());
    assertThat(revoked.organization(BOTH).orElseThrow().getRevokedNextHopsList()).hasSize(1);
    Directory after = approvals(revoked, NextHopChange.NEXT_HOPS_APPROVED, "10.0.0.5:25");
    assertThat(after.organization(BOTH).orElseThrow().getRevokedNextHopsList()).isEmpty();
  }

  @Test
  void anAdministratorsHostIsStoredUnapprovedAndKeepsWhatWasApproved() {
    Directory before = write(directory(), OPERATOR, to(BOTH, "C", "10.0.0.5:2525"));
    Directory after =
        write(before, ADMINISTRATOR, to(BOTH, "C", "10.0.0.5:2525", "mail.example.com"));
    assertThat(approved(after, "outbound-connector/contoso/C")).containsExactly(true, false);
    assertThat(
            after
                .object("outbound-connector/contoso/C")
                .orElseThrow()
                .getOutboundConnector()
                .getApprovalsList())
        .containsExactly(
            NextHopApproval.newBuilder()
                .setValue("10.0.0.5:2525")
                .setBy("root")
                .setAtMillis(5)
                .build());
    // Another port of the host is another value.
    assertThat(judge(after, ADMINISTRATOR, to(BOTH, "C", "10.0.0.5:9092")).problems()).hasSize(1);
    // Taken out and written again, nothing is left of it.
    Directory without = write(after, ADMINISTRATOR, to(BOTH, "C", "mail.example.com"));
    assertThat(judge(without, ADMINISTRATOR, to(BOTH, "C", "10.0.0.5:2525")).problems()).hasSize(1);
  }

  @Test
  void whatIsFromBeforeIsApprovedUntilItIsTakenOut() {
    Directory before = directory(to(BOTH, "C", "10.0.0.5:2525"));
    Directory after =
        write(before, ADMINISTRATOR, to(BOTH, "C", "mail.example.com", "10.0.0.5:2525"));
    assertThat(approved(after, "outbound-connector/contoso/C")).containsExactly(false, true);
    assertThat(
            approved(
                write(after, ADMINISTRATOR, to(BOTH, "D", "10.0.0.5:2525")),
                "outbound-connector/contoso/D"))
        .containsExactly(true);
  }

  /** A file that an operator applies every day must approve nothing that it does not add. */
  @Test
  void anOperatorWhoWritesAnObjectAgainApprovesNothingOfIt() {
    Directory before = write(directory(), ADMINISTRATOR, to(BOTH, "C", "mail.example.com"));
    Directory after = write(before, OPERATOR, to(BOTH, "C", "mail.example.com", "10.0.0.5"));
    assertThat(approved(after, "outbound-connector/contoso/C")).containsExactly(false, true);
  }

  @Test
  void anOperatorApprovesAndRevokes() {
    Directory before = write(directory(), ADMINISTRATOR, to(BOTH, "C", "mail.example.com"));
    Directory approved = approvals(before, NextHopChange.NEXT_HOPS_APPROVED, "mail.example.com:25");
    assertThat(approved(approved, "outbound-connector/contoso/C")).containsExactly(true);
    DirectoryObject now = approved.object("outbound-connector/contoso/C").orElseThrow();
    assertThat(now.getOutboundConnector().getApprovalsList())
        .singleElement()
        .satisfies(a -> assertThat(a.getAtMillis()).isEqualTo(7));
    Directory revoked = approvals(approved, NextHopChange.NEXT_HOPS_REVOKED, "mail.example.com:25");
    assertThat(approved(revoked, "outbound-connector/contoso/C")).containsExactly(false);
    assertThat(
            revoked
                .object("outbound-connector/contoso/C")
                .orElseThrow()
                .getOutboundConnector()
                .getApprovalsList())
        .isEmpty();
    NextHopApprovals.Judged forged =
        change(
            revoked,
            ADMINISTRATOR,
            NextHopChange.NEXT_HOPS_APPROVED,
            BOTH,
            "mail.example.com:25",
            "outbound-connector/contoso/C");
    assertThat(forged.problems()).hasSize(1);
    assertThat(forged.objects()).isEmpty();
  }

  @Test
  void theMarksOfAnObjectDoNotCountInItsComparison() {
    DirectoryObject bare = to(BOTH, "C", "mail.example.com");
    Directory after = write(directory(), ADMINISTRATOR, bare);
    DirectoryObject marked = after.object("outbound-connector/contoso/C").orElseThrow();
    assertThat(marked).isNotEqualTo(bare);
    assertThat(NextHopApprovals.without(marked)).isEqualTo(bare);
  }

  @Test
  void onlyTheNamedValuesAreApprovedInAllObjectsOfTheOrganization() {
    Directory before =
        write(
            directory(),
            ADMINISTRATOR,
            to(BOTH, "C", "mail.example.com", "mail.example.net"),
            to(BOTH, "D", "mail.example.com"),
            to("fabrikam", "D", "mail.example.com"));
    Directory after = approvals(before, NextHopChange.NEXT_HOPS_APPROVED, "mail.example.com:25");
    assertThat(approved(after, "outbound-connector/contoso/C")).containsExactly(true, false);
    assertThat(approved(after, "outbound-connector/contoso/D")).containsExactly(true);
    assertThat(approved(after, "outbound-connector/fabrikam/D")).containsExactly(false);
  }

  @Test
  void aRevokedHostStaysSoWhateverIsWritten() {
    Directory before =
        write(
            directory(),
            OPERATOR,
            to(BOTH, "C", "mail.example.com"),
            to(BOTH, "Copy", "mail.example.com"));
    Directory revoked = approvals(before, NextHopChange.NEXT_HOPS_REVOKED, "mail.example.com:25");
    assertThat(approved(revoked, "outbound-connector/contoso/C")).containsExactly(false);
    assertThat(approved(revoked, "outbound-connector/contoso/Copy")).containsExactly(false);
    for (NextHopApprovals.Writer writer : List.of(ADMINISTRATOR, OPERATOR)) {
      Directory without =
          write(
              revoked,
              writer,
              Sample.organization(BOTH),
              to(BOTH, "C", "other.example.com"),
              to(BOTH, "Copy").toBuilder().setRemoved(true).build());
      Directory again =
          write(
              without,
              writer,
              to(BOTH, "C", "mail.example.com"),
              to(BOTH, "Renamed", "mail.example.com"));
      assertThat(approved(again, "outbound-connector/contoso/C")).containsExactly(false);
      assertThat(approved(again, "outbound-connector/contoso/Renamed")).containsExactly(false);
      Directory approved =
          approvals(again, NextHopChange.NEXT_HOPS_APPROVED, "mail.example.com:25");
      assertThat(approved(approved, "outbound-connector/contoso/Renamed")).containsExactly(true);
      assertThat(approved.organization(BOTH).orElseThrow().getRevokedNextHopsList()).isEmpty();
    }
  }

  /**
   * An operator's file has what administrators wrote: a new name for a connector approves nothing.
   */
  @Test
  void anOperatorsCopyOfAnAdministratorsHostApprovesNothing() {
    Directory before = write(directory(), ADMINISTRATOR, to(BOTH, "C", "mail.example.com"));
    Directory after =
        write(
            before,
            OPERATOR,
            to(BOTH, "C").toBuilder().setRemoved(true).build(),
            to(BOTH, "Renamed", "mail.example.com", "10.0.0.5"));
    assertThat(approved(after, "outbound-connector/contoso/Renamed")).containsExactly(false, true);
  }

  /**
   * Objects by writers by changes, copies, renames, files, revocations and approvals: a host has
   * one state in all objects of its organization; it is approved only if an operator brought it to
   * the organization or approved it, and not after it was revoked, until it is approved again. A
   * connector's source address or EHLO name is the one that it had, or an operator's, or in a
   * domain of the organization.
   */
  @Test
  void anApprovalIsOfAValueInItsOrganizationInAllSchedules() {
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      Directory directory = directory();
      Set<String> granted = new HashSet<>();
      Set<String> revoked = new HashSet<>();
      directory.objects().forEach(object -> remember(object, granted));
      for (int step = 0; step < 40; step++) {
        String as = "seed " + seed + " step " + step;
        String organization = random.nextBoolean() ? BOTH : "fabrikam";
        Set<String> had = new HashSet<>();
        directory.objects().forEach(object -> remember(object, had));
        Directory before = directory;
        boolean operator = random.nextInt(3) == 0;
        if (random.nextInt(4) == 0) {
          List<DirectoryObject> there =
              directory.objects().stream()
                  .filter(o -> DirectoryKeys.organizationOf(o).equals(organization))
                  .filter(o -> !NamedValue.of(o).isEmpty())
                  .toList();
          if (there.isEmpty()) {
            continue;
          }
          DirectoryObject object = there.get(random.nextInt(there.size()));
          List<NamedValue> values = NamedValue.of(object);
          NamedValue value = values.get(random.nextInt(values.size()));
          boolean approve = random.nextBoolean();
          operator |= random.nextBoolean();
          NextHopApprovals.Judged judged =
              change(
                  directory,
                  operator ? OPERATOR : ADMINISTRATOR,
                  approve ? NextHopChange.NEXT_HOPS_APPROVED : NextHopChange.NEXT_HOPS_REVOKED,
                  organization,
                  value.value(),
                  DirectoryKeys.key(object));
          assertThat(judged.problems().isEmpty()).as(as).isEqualTo(operator);
          directory = directory.with(judged.objects());
          if (operator && value.kind() == NamedValue.Kind.HOST) {
            String key = organization + " HOST " + value.value();
            (approve ? granted : revoked).add(key);
            (approve ? revoked : granted).remove(key);
          }
          unchanged(before, directory, as);
        } else {
          List<DirectoryObject> changes = distinct(schedule(random, directory, organization));
          NextHopApprovals.Judged judged =
              judge(
                  directory,
                  operator ? OPERATOR : ADMINISTRATOR,
                  changes.toArray(DirectoryObject[]::new));
          if (!judged.problems().isEmpty()) {
            assertThat(operator).as(as).isFalse();
            continue;
          }
          if (operator) {
            Set<String> written = new HashSet<>();
            changes.stream().filter(o -> !o.getRemoved()).forEach(o -> remember(o, written));
            written.removeAll(had);
            written.removeAll(revoked);
            granted.addAll(written);
          }
          directory = directory.with(judged.objects());
          if (!operator) {
            ownOrFormer(before, directory, as);
          }
        }
        consistent(directory, granted, revoked, as);
      }
    }
  }

  /** An approval writes no field of an object. */
  private static void unchanged(Directory before, Directory after, String as) {
    assertThat(after.objects().stream().map(NextHopApprovals::without))
        .as(as)
        .containsExactlyElementsOf(
            before.objects().stream().map(NextHopApprovals::without).toList());
  }

  /** What an administrator's write leaves of source addresses and EHLO names. */
  private static void ownOrFormer(Directory before, Directory after, String as) {
    Needs needs = Needs.ofAll(after);
    for (DirectoryObject object : after.objects()) {
      List<String> former =
          before.object(DirectoryKeys.key(object)).map(NamedValue::of).orElse(List.of()).stream()
              .map(NamedValue::key)
              .toList();
      for (NamedValue value : NamedValue.of(object)) {
        if (value.kind() != NamedValue.Kind.HOST && needs.of(object, value).isPresent()) {
          assertThat(former).as("%s: %s", as, DirectoryKeys.key(object)).contains(value.key());
        }
      }
    }
  }

  private static void consistent(
      Directory directory, Set<String> granted, Set<String> revoked, String as) {
    Map<String, Boolean> states = new HashMap<>();
    for (DirectoryObject object : directory.objects()) {
      for (NamedValue value : NamedValue.of(object)) {
        if (value.kind() == NamedValue.Kind.HOST) {
          String key = remembered(object, value);
          Boolean other = states.put(key, value.unapproved());
          assertThat(other == null || other == value.unapproved()).as("%s: %s", as, key).isTrue();
          assertThat(value.unapproved() || granted.contains(key)).as("%s: %s", as, key).isTrue();
          assertThat(value.unapproved() || !revoked.contains(key)).as("%s: %s", as, key).isTrue();
        }
      }
    }
  }

  /**
   * A change of an object, a copy, a new name, or the organization's objects as a file has them.
   */
  private static List<DirectoryObject> schedule(
      Random random, Directory directory, String organization) {
    List<DirectoryObject> connectors =
        directory.objects().stream()
            .filter(DirectoryObject::hasOutboundConnector)
            .filter(o -> DirectoryKeys.organizationOf(o).equals(organization))
            .map(NextHopApprovals::without)
            .toList();
    if (connectors.isEmpty() || random.nextInt(3) == 0) {
      return List.of(random(random, directory));
    }
    DirectoryObject one = connectors.get(random.nextInt(connectors.size()));
    DirectoryObject.Builder copy = one.toBuilder();
    copy.getOutboundConnectorBuilder().setName("Copy" + random.nextInt(3));
    DirectoryObject gone = one.toBuilder().setRemoved(true).build();
    return switch (random.nextInt(4)) {
      case 0 -> List.of(copy.build());
      case 1 -> List.of(gone, copy.build());
      case 2 -> List.of(gone);
      default -> {
        List<DirectoryObject> file = new ArrayList<>(connectors);
        file.add(Sample.organization(organization));
        file.add(random(random, directory));
        yield file.reversed();
      }
    };
  }

  /**
   * Random writes by administrators and operators: what is approved, and each source address and
   * foreign EHLO name, was once written or approved by an operator in the same organization.
   */
  @Test
  void noSequenceOfAdministratorsWritesApprovesAnything() {
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      Directory directory = directory();
      Set<String> byOperator = new HashSet<>();
      directory.objects().forEach(object -> remember(object, byOperator));
      for (int step = 0; step < 40; step++) {
        boolean operator = random.nextInt(6) == 0;
        List<DirectoryObject> changes = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(3); i++) {
          changes.add(random(random, directory));
        }
        changes = distinct(changes);
        NextHopApprovals.Judged judged =
            judge(
                directory,
                operator ? OPERATOR : ADMINISTRATOR,
                changes.toArray(DirectoryObject[]::new));
        if (!judged.problems().isEmpty()) {
          assertThat(operator).as("seed %d step %d", seed, step).isFalse();
          continue;
        }
        if (operator) {
          changes.forEach(object -> remember(object, byOperator));
        }
        directory = directory.with(judged.objects());
        for (DirectoryObject object : directory.objects()) {
          for (NamedValue value : NamedValue.of(object)) {
            boolean free =
                value.unapproved()
                    || value.value().endsWith(DirectoryKeys.organizationOf(object) + ".example");
            assertThat(free || byOperator.contains(remembered(object, value)))
                .as("seed %d step %d %s", seed, step, value)
                .isTrue();
          }
        }
      }
    }
  }

  private static List<DirectoryObject> distinct(List<DirectoryObject> changes) {
    Set<String> keys = new HashSet<>();
    return changes.stream().filter(object -> keys.add(DirectoryKeys.key(object))).toList();
  }

  private static void remember(DirectoryObject object, Set<String> values) {
    NamedValue.of(object).forEach(value -> values.add(remembered(object, value)));
  }

  private static String remembered(DirectoryObject object, NamedValue value) {
    return DirectoryKeys.organizationOf(object) + " " + value.key();
  }

  private static DirectoryObject random(Random random, Directory directory) {
    String organization = random.nextBoolean() ? BOTH : "fabrikam";
    List<String> hosts =
        List.of(
            "10.0.0.5",
            "10.0.0.5:2525",
            "mail.example.com",
            "mailbox.contoso.example",
            "mailbox.fabrikam.example",
            "8.8.8.8");
    if (random.nextInt(8) == 0) {
      DirectoryObject any = directory.objects().get(random.nextInt(directory.objects().size()));
      return any.hasOutboundConnector() && random.nextBoolean()
          ? any.toBuilder().setRemoved(true).build()
          : any;
    }
    if (random.nextInt(4) == 0) {
      return domain(
          organization, organization + ".example", hosts.get(random.nextInt(hosts.size())));
    }
    return connector(
        organization,
        "C" + random.nextInt(3),
        c -> {
          for (int i = 0; i < random.nextInt(3); i++) {
            // Marks that a client sends must not count.
            c.addSmartHosts(
                host(hosts.get(random.nextInt(hosts.size()))).toBuilder()
                    .setUnapproved(random.nextBoolean()));
          }
          c.setConnectorType(
              random.nextBoolean() ? ConnectorType.PARTNER : ConnectorType.ON_PREMISES);
          if (random.nextInt(3) == 0) {
            c.addSourceAddresses("8.8.4." + random.nextInt(2));
          }
          if (random.nextInt(3) == 0) {
            c.setEhloName(random.nextBoolean() ? "a.contoso.example" : "a.fabrikam.example");
          }
          if (random.nextInt(5) == 0) {
            c.addApprovals(
                NextHopApproval.newBuilder().setValue("10.0.0.5:25").setBy("anna").build());
          }
        });
  }
}
