package io.postern.delivery.nexthop;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.NextHopHost;
import io.postern.delivery.nexthop.MailHost.Choice;
import io.postern.dns.DnsSettings;
import io.postern.dns.Dnssec;
import io.postern.dns.MailResolver;
import io.postern.lab.LabDns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NextHopsTest {
  private static final int PORT = 2525;
  private final LabDns dns = LabDns.start();
  private final NextHops hops = hops(Duration.ofSeconds(10), Duration.ofSeconds(30));

  private MailResolver resolver(Duration timeout, Duration patience) {
    try {
      return new MailResolver(
          new DnsSettings(
              List.of(dns.address()), timeout, patience, 1 << 20, Dnssec.OFF, Optional.empty()),
          InstantSource.system());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private NextHops hops(Duration timeout, Duration patience) {
    return new NextHops(
        new MailDns(resolver(timeout, patience)),
        PORT,
        "relay.postern.example",
        new OwnAddresses(Set.of(), Set.of()),
        5,
        false,
        new Random(1));
  }

  @AfterEach
  void stop() {
    dns.close();
  }

  @Test
  void rfc5321_5_1_mailHostsAreTriedByPreference() {
    dns.mx("fabrikam.com", 20, "b.fabrikam.com").mx("fabrikam.com", 10, "a.fabrikam.com");
    assertThat(hosts("fabrikam.com")).containsExactly("a.fabrikam.com", "b.fabrikam.com");
  }

  @Test
  void rfc5321_5_1_equalPreferencesAreShuffled() {
    dns.mx("fabrikam.com", 10, "a.fabrikam.com")
        .mx("fabrikam.com", 10, "b.fabrikam.com")
        .mx("fabrikam.com", 30, "c.fabrikam.com");
    Set<List<String>> seen = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      seen.add(hosts("fabrikam.com"));
    }
    assertThat(seen)
        .containsExactlyInAnyOrder(
            List.of("a.fabrikam.com", "b.fabrikam.com", "c.fabrikam.com"),
            List.of("b.fabrikam.com", "a.fabrikam.com", "c.fabrikam.com"));
  }

  @Test
  void rfc5321_5_1_withoutMxTheDomainItselfIsTheHost() {
    dns.a("fabrikam.com", "192.0.2.1");
    assertThat(hosts("fabrikam.com")).containsExactly("fabrikam.com");
  }

  @Test
  void rfc5321_5_1_neitherMxNorAddressFails() {
    dns.aaaa("www.fabrikam.com", "2001:db8::1").cname("fabrikam.com", "nothing.fabrikam.com");
    assertThat(unroutable("fabrikam.com"))
        .satisfies(
            u -> {
              assertThat(u.permanent()).isTrue();
              assertThat(u.reason()).isEqualTo("no-mail-host");
            });
  }

  @Test
  void rfc7505_nullMxFailsAtOnce() {
    dns.nullMx("fabrikam.com").a("fabrikam.com", "192.0.2.1");
    assertThat(unroutable("fabrikam.com"))
        .satisfies(
            u -> {
              assertThat(u.permanent()).isTrue();
              assertThat(u.reason()).isEqualTo("no-mail-host");
              assertThat(u.enhanced()).isEqualTo("5.1.10");
            });
  }

  @Test
  void rfc7505_severalNullMxSayTheSameAsOne() {
    dns.mx("fabrikam.com", 0, ".").mx("fabrikam.com", 10, ".").mx("relay.example", 0, ".");
    dns.mx("relay.example", 10, ".");

    assertThat(unroutable("fabrikam.com").enhanced()).isEqualTo("5.1.10");
    assertThat(hops.resolve(smart("relay.example", 0).build()))
        .isInstanceOfSatisfying(
            Resolution.Unroutable.class, u -> assertThat(u.detail()).contains("null MX"));
  }

  @Test
  void rfc7505_3_aNullMxBesideOthersIsNoHost() {
    dns.nullMx("fabrikam.com").mx("fabrikam.com", 10, "a.fabrikam.com");
    assertThat(hosts("fabrikam.com")).containsExactly("a.fabrikam.com");
  }

  @Test
  void aDomainThatDoesNotExistFails() {
    assertThat(unroutable("nowhere.example"))
        .satisfies(
            u -> {
              assertThat(u.permanent()).isTrue();
              assertThat(u.reason()).isEqualTo("no-mail-host");
              assertThat(u.enhanced()).isEqualTo("5.1.2");
            });
  }

  @Test
  void servfailDefers() {
    dns.servfail("fabrikam.com");
    assertThat(unroutable("fabrikam.com"))
        .satisfies(
            u -> {
              assertThat(u.permanent()).isFalse();
              assertThat(u.reason()).isEqualTo("dns-failure");
            });
  }

  @Test
  void silenceDefersInBoundedTime() {
    dns.silent("fabrikam.com");
    NextHops impatient = hops(Duration.ofMillis(300), Duration.ofSeconds(2));
    long started = System.nanoTime();
    Resolution resolution = impatient.resolve(mx("fabrikam.com"));
    assertThat(resolution)
        .isInstanceOfSatisfying(
            Resolution.Unroutable.class, u -> assertThat(u.reason()).isEqualTo("dns-failure"));
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(4));
  }

  @Test
  void rfc5321_5_1_anAliasIsFollowedToItsMx() {
    dns.cname("alias.example", "fabrikam.com").mx("fabrikam.com", 10, "a.fabrikam.com");
    assertThat(hosts("alias.example")).containsExactly("a.fabrikam.com");
  }

  @Test
  void anAliasThatPointsToItselfDefers() {
    dns.cname("loop.example", "loop.example");
    assertThat(unroutable("loop.example").permanent()).isFalse();
  }

  @Test
  void rfc5321_5_1_hostsAsGoodAsOurselvesOrWorseAreLeftOut() {
    dns.mx("fabrikam.com", 10, "a.fabrikam.com")
        .mx("fabrikam.com", 20, "relay.postern.example")
        .mx("fabrikam.com", 20, "b.fabrikam.com")
        .mx("fabrikam.com", 30, "c.fabrikam.com");
    assertThat(hosts("fabrikam.com")).containsExactly("a.fabrikam.com");
  }

  @Test
  void anMxThatPointsBackToUsIsALoop() {
    dns.mx("fabrikam.com", 10, "relay.postern.example");
    assertThat(unroutable("fabrikam.com").reason()).isEqualTo("loop");
  }

  @Test
  void manyMailHostsAreBounded() {
    for (int i = 0; i < 40; i++) {
      dns.mx("fabrikam.com", i, "h" + i + ".fabrikam.com");
    }
    assertThat(hosts("fabrikam.com")).hasSize(5);
  }

  @Test
  void addressesOfBothFamiliesComeInTurn() {
    dns.a("a.fabrikam.com", "192.0.2.1")
        .a("a.fabrikam.com", "192.0.2.2")
        .aaaa("a.fabrikam.com", "2001:db8::1");
    assertThat(hops.addresses(recipients("a.fabrikam.com")).known())
        .containsExactly(
            InetAddress.ofLiteral("2001:db8::1"),
            InetAddress.ofLiteral("192.0.2.1"),
            InetAddress.ofLiteral("192.0.2.2"));
  }

  /** RFC 8305 §3: it would have kept each delivery for 30 s. */
  @Test
  void anAnswerAboutIpv6ThatDoesNotComeKeepsNoIpv4Address() throws Exception {
    dns.a("mx.fabrikam.com", "192.0.2.1").silent("AAAA", "mx.fabrikam.com");
    long began = System.nanoTime();
    HostAddresses addresses = hops.addresses(recipients("mx.fabrikam.com"));
    assertThat(addresses.known()).containsExactly(InetAddress.ofLiteral("192.0.2.1"));
    assertThat(addresses.failure()).as("there may be others").isNotNull();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
  }

  @Test
  void anAnswerAboutIpv6IsWaitedForWhereThereIsNoIpv4Address() throws Exception {
    dns.aaaa("mx.fabrikam.com", "2001:db8::1");
    assertThat(hops.addresses(recipients("mx.fabrikam.com")).known())
        .containsExactly(InetAddress.ofLiteral("2001:db8::1"));
  }

  @Test
  void aFailureOfOneQuestionStandsBesideWhatTheOtherFound() {
    dns.servfail("b.fabrikam.com").aaaa("c.fabrikam.com", "fd00::25");
    dns.servfail("A", "c.fabrikam.com");
    assertThat(hops.addresses(recipients("a.fabrikam.com")))
        .as("it does not exist")
        .isEqualTo(new HostAddresses(List.of(), null));
    HostAddresses failing = hops.addresses(recipients("b.fabrikam.com"));
    assertThat(failing.known()).isEmpty();
    assertThat(failing.failure()).isNotNull();
    HostAddresses half = hops.addresses(recipients("c.fabrikam.com"));
    assertThat(half.known()).containsExactly(InetAddress.ofLiteral("fd00::25"));
    assertThat(half.failure()).hasMessageContaining("A of c.fabrikam.com");
  }

  @Test
  void aTruncatedAnswerIsAskedAgainOverTcp() {
    dns.tcpOnly("fabrikam.com").mx("fabrikam.com", 10, "a.fabrikam.com");
    assertThat(hosts("fabrikam.com")).containsExactly("a.fabrikam.com");
  }

  @Test
  void answersAreCached() {
    dns.mx("fabrikam.com", 10, "a.fabrikam.com");
    hosts("fabrikam.com");
    hosts("fabrikam.com");
    assertThat(dns.queries()).containsExactly("MX fabrikam.com");
  }

  private static MailHost recipients(String name) {
    return MailHost.found(name, PORT, null, 0, Choice.RECIPIENTS_DOMAIN, name, false);
  }

  private static NextHop.Builder smart(String host, int port) {
    return NextHop.newBuilder()
        .setProtocol(HopProtocol.SMTP)
        .addSmartHosts(NextHopHost.newBuilder().setHost(host).setPort(port));
  }

  private List<MailHost> smartHosts(NextHop.Builder hop) {
    return ((Resolution.Hosts) hops.resolve(hop.build())).hosts();
  }

  private Resolution.Unroutable unusable(String smartHost) {
    return (Resolution.Unroutable) hops.resolve(smart(smartHost, PORT).build());
  }

  @Test
  void literalsAndOtherPortsThanThatOfMailHostsAreNotLookedUp() {
    dns.mx("second.example", 10, "a.example");
    InetAddress literal = InetAddress.ofLiteral("192.0.2.7");
    assertThat(smartHosts(smart("Second.example", 587)))
        .containsExactly(MailHost.configured("second.example", 587, null, 0, true));
    assertThat(smartHosts(smart("192.0.2.7", 0)))
        .containsExactly(MailHost.configured("192.0.2.7", 25, literal, 0, true));
    assertThat(smartHosts(smart("2001:db8::7", PORT)).getFirst().address()).isNotNull();
    assertThat(dns.queries()).isEmpty();
  }

  /** Its host is our own, and its MX may point to us. */
  @Test
  void aMailboxHostIsNotLookedUpByMx() {
    dns.mx("mailbox.example", 10, "relay.postern.example");
    assertThat(smartHosts(smart("mailbox.example", 0).setRoute("mailbox:mailbox.example:25")))
        .containsExactly(MailHost.configured("mailbox.example", 25, null, 0, true));
    assertThat(smartHosts(smart("mailbox.example", 0).setProtocol(HopProtocol.LMTP)))
        .containsExactly(MailHost.configured("mailbox.example", 24, null, 0, true));
    assertThat(dns.queries()).isEmpty();
  }

  @Test
  void theMxRecordsOfASmartHostAreItsMailHosts() {
    dns.mx("smart.example", 20, "b.example").mx("smart.example", 10, "a.example");
    assertThat(smartHosts(smart("smart.example", 0)))
        .containsExactly(
            MailHost.found("a.example", 25, null, 10, Choice.SMART_HOST_MX, "smart.example", false),
            MailHost.found(
                "b.example", 25, null, 20, Choice.SMART_HOST_MX, "smart.example", false));
    assertThat(smartHosts(smart("smart.example", PORT)).getFirst().port()).isEqualTo(PORT);
  }

  @Test
  void aSmartHostWithoutMxRecordsIsItself() {
    dns.a("smart.example", "192.0.2.1").cname("alias.example", "smart.example");
    for (String name : List.of("smart.example", "alias.example", "nowhere.example")) {
      assertThat(smartHosts(smart(name, PORT)))
          .containsExactly(MailHost.configured(name, PORT, null, 0, true));
    }
  }

  @Test
  void theMxRecordsAtTheEndOfAnAliasCount() {
    dns.cname("alias.example", "smart.example").mx("smart.example", 10, "a.example");
    assertThat(smartHosts(smart("alias.example", PORT)))
        .containsExactly(
            MailHost.found(
                "a.example", PORT, null, 10, Choice.SMART_HOST_MX, "alias.example", false));
  }

  /** Its address may be one that the records took out of use. */
  @Test
  void withoutAnAnswerAboutMxTheAddressIsNotUsed() {
    dns.servfail("MX", "smart.example").a("smart.example", "192.0.2.1");
    assertThat(unusable("smart.example").permanent()).isFalse();
    assertThat(unusable("smart.example").reason()).isEqualTo("dns-failure");
    dns.cname("loop.example", "loop.example");
    assertThat(unusable("loop.example").permanent()).isFalse();
  }

  @Test
  void aNullMxOfASmartHostKeepsTheMail() {
    dns.nullMx("smart.example").a("smart.example", "192.0.2.1");
    assertThat(unusable("smart.example").permanent()).isFalse();
    assertThat(unusable("smart.example").detail()).contains("smart.example", "null MX");
  }

  @Test
  void aSmartHostWhoseMxIsOurselvesKeepsTheMail() {
    dns.mx("smart.example", 10, "relay.postern.example").mx("smart.example", 20, "b.example");
    assertThat(unusable("smart.example").permanent()).isFalse();
    assertThat(unusable("smart.example").reason()).isEqualTo("loop");
    dns.mx("better.example", 5, "a.example").mx("better.example", 10, "relay.postern.example");
    assertThat(smartHosts(smart("better.example", PORT)))
        .extracting(MailHost::name)
        .containsExactly("a.example");
  }

  @Test
  void theMailHostsOfASmartHostAreBounded() {
    for (int i = 0; i < 40; i++) {
      dns.mx("smart.example", i, "h" + i + ".example");
    }
    assertThat(smartHosts(smart("smart.example", PORT))).hasSize(5);
  }

  /** RFC 5321 §5.1: the target is a name, whatever it looks like. */
  @Test
  void anAddressInAnMxRecordIsANameThatIsNotThere() {
    dns.mx("smart.example", 10, "127.0.0.1");
    MailHost host = smartHosts(smart("smart.example", PORT)).getFirst();
    assertThat(host.address()).isNull();
    assertThat(hops.addresses(host).known()).isEmpty();
  }

  @Test
  void aNameInTheHostsFileOfTheMachineIsLookedUpThere() {
    assertThat(smartHosts(smart("localhost", PORT)))
        .containsExactly(MailHost.configured("localhost", PORT, null, 0, true));
    assertThat(dns.queries()).isEmpty();
  }

  /** Exchange: they have no priorities. Each draw begins elsewhere and has all of them in turn. */
  @Test
  void smartHostsAreTriedInTurnFromOneThatIsDrawn() {
    NextHop hop =
        NextHop.newBuilder()
            .setRoute("smart:a,b,c")
            .setCredentials("contoso/relay")
            .addSmartHosts(NextHopHost.newBuilder().setHost("a"))
            .addSmartHosts(NextHopHost.newBuilder().setHost("b"))
            .addSmartHosts(NextHopHost.newBuilder().setHost("c"))
            .build();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      List<NextHop> ways = hops.ways(hop);
      seen.add(ways.stream().map(way -> way.getSmartHosts(0).getHost()).toList().toString());
      assertThat(ways)
          .allSatisfy(
              way ->
                  assertThat(way.toBuilder().clearSmartHosts().build())
                      .isEqualTo(hop.toBuilder().clearSmartHosts().build()));
    }
    assertThat(seen).containsExactlyInAnyOrder("[a, b, c]", "[b, c, a]", "[c, a, b]");
    assertThat(hops.ways(mx("fabrikam.com"))).containsExactly(mx("fabrikam.com"));
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, false",
    "10.1.2.3, false",
    "172.31.0.1, false",
    "192.168.7.7, false",
    "169.254.169.254, false",
    "100.64.0.1, false",
    "224.0.0.1, false",
    "0.0.0.0, false",
    "::1, false",
    "fe80::1, false",
    "fd00::1, false",
    "ff02::1, false",
    "::ffff:10.0.0.1, false",
    "8.8.8.8, true",
    "2606:4700::1, true"
  })
  void aHostThatTheRecipientsDomainChoseMustHaveAPublicAddress(String literal, boolean dialled) {
    InetAddress address = InetAddress.ofLiteral(literal);
    dns.mx("fabrikam.com", 10, "a.fabrikam.com").a("implicit.example", "10.0.0.1");
    MailHost byMx = host(mx("fabrikam.com"));
    MailHost implicit = host(mx("implicit.example"));
    MailHost byLiteral = host(mx("[192.0.2.7]"));
    dns.mx("smart.example", 10, "b.example");
    MailHost ofSmartHost = host(smart("smart.example", 0).build());
    MailHost signed =
        MailHost.found("b.example", PORT, null, 10, Choice.SMART_HOST_MX, "smart.example", true);
    for (MailHost chosen : List.of(byMx, implicit, byLiteral, ofSmartHost, signed)) {
      assertThat(hops.mayDial(chosen, address)).as("%s", chosen).isEqualTo(dialled);
    }
    NextHop smart =
        NextHop.newBuilder()
            .addSmartHosts(NextHopHost.newBuilder().setHost("gateway.example"))
            .build();
    assertThat(hops.mayDial(host(smart), address)).isTrue();
    NextHop.Builder unapproved = smart.toBuilder();
    unapproved.getSmartHostsBuilder(0).setUnapproved(true);
    assertThat(hops.mayDial(host(unapproved.build()), address)).isEqualTo(dialled);
  }

  @ParameterizedTest
  @CsvSource({"0, true", "24, true", "25, true", "465, true", "587, true", "2525, false"})
  void aHostThatNoOperatorApprovedHasAPortOfMail(int port, boolean may) {
    for (boolean unapproved : new boolean[] {true, false}) {
      NextHop.Builder hop = NextHop.newBuilder();
      hop.addSmartHostsBuilder().setHost("8.8.8.8").setPort(port).setUnapproved(unapproved);
      Resolution resolution = hops.resolve(hop.build());
      if (may || !unapproved) {
        assertThat(resolution).isInstanceOf(Resolution.Hosts.class);
      } else {
        assertThat(resolution)
            .isInstanceOfSatisfying(
                Resolution.Unroutable.class,
                u -> {
                  assertThat(u.permanent()).isFalse();
                  assertThat(u.reason()).isEqualTo("next-hop-not-approved");
                });
      }
    }
  }

  /** The MX record of a smart host's own name keeps the mark. */
  @Test
  void aSmartHostThatIsItsOwnMailHostIsAsApprovedAsItself() {
    dns.mx("gateway.example", 10, "gateway.example").a("gateway.example", "10.0.0.5");
    for (boolean unapproved : new boolean[] {true, false}) {
      NextHop.Builder hop = NextHop.newBuilder();
      hop.addSmartHostsBuilder().setHost("gateway.example").setUnapproved(unapproved);
      assertThat(host(hop.build()).approved()).isEqualTo(!unapproved);
    }
  }

  private MailHost host(NextHop hop) {
    return ((Resolution.Hosts) hops.resolve(hop)).hosts().getFirst();
  }

  @Test
  void rfc5321_4_1_3_addressLiteralsAreDialledWithoutDns() {
    Resolution four = hops.resolve(mx("[192.0.2.7]"));
    Resolution six = hops.resolve(mx("[IPv6:2001:db8::7]"));
    assertThat(address(four)).isEqualTo(new InetSocketAddress("192.0.2.7", PORT));
    assertThat(address(six)).isEqualTo(new InetSocketAddress("2001:db8::7", PORT));
    assertThat(dns.queries()).isEmpty();
  }

  private InetSocketAddress address(Resolution resolution) {
    MailHost host = ((Resolution.Hosts) resolution).hosts().getFirst();
    return new InetSocketAddress(hops.addresses(host).known().getFirst(), host.port());
  }

  private List<String> hosts(String domain) {
    Resolution resolution = hops.resolve(mx(domain));
    assertThat(resolution).isInstanceOf(Resolution.Hosts.class);
    return ((Resolution.Hosts) resolution).hosts().stream().map(MailHost::name).toList();
  }

  private Resolution.Unroutable unroutable(String domain) {
    Resolution resolution = hops.resolve(mx(domain));
    assertThat(resolution).isInstanceOf(Resolution.Unroutable.class);
    return (Resolution.Unroutable) resolution;
  }

  private static NextHop mx(String domain) {
    return NextHop.newBuilder().setProtocol(HopProtocol.SMTP).setMxDomain(domain).build();
  }
}
