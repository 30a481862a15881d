package io.postern.check;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.Distrust;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.revocation.probe.Endpoint;
import io.postern.certificate.revocation.probe.EndpointStatus;
import io.postern.check.report.CheckedCertificate;
import io.postern.check.report.CheckedCertificate.CheckedEndpoint;
import io.postern.check.report.Connection;
import io.postern.check.report.Report;
import io.postern.check.report.Report.FirewallEntry;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRole;
import io.postern.lab.CrlServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.ScriptedPeer;
import io.postern.lab.SilentPort;
import io.postern.programs.FreePorts;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole checks: hosts and files of a real authority, over real sockets. */
class CertificateCheckTest {
  private static final Duration STEP = Duration.ofSeconds(20);

  /** Where somebody is silent. */
  private static final Duration SHORT = Duration.ofSeconds(2);

  private static final String NAME = "mail.fabrikam.example";

  @TempDir Path folder = Path.of("");
  private final CrlServer crls = CrlServer.create();
  private final LabCa ca = LabCa.create("Fabrikam", crls);
  private final List<AutoCloseable> open = new ArrayList<>(List.of(crls));

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).as("files left by a check").isEmpty();
    }
  }

  private Issue issue() {
    return Issue.to(NAME);
  }

  private String responder() {
    return crls.responder(ca);
  }

  private String aia() {
    crls.serve("/issuing.cer", () -> der(ca.intermediate()));
    return crls.url().resolve("/issuing.cer").toString();
  }

  private static byte[] der(java.security.cert.X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  private Target.Host host(Identity identity) {
    ScriptedPeer peer = ScriptedPeer.named(NAME).identity(identity).start();
    open.add(peer);
    return new Target.Host("127.0.0.1", peer.port());
  }

  private static Target.Given file(Identity identity) {
    return new Target.Given("new.pem", identity.der());
  }

  private TrustAnchors trusting(LabCa... authorities) throws Exception {
    List<ParsedCertificate> roots = new ArrayList<>();
    for (LabCa authority : authorities) {
      roots.add(ParsedCertificate.parse(der(authority.root())));
    }
    return new TrustAnchors(AnchorSetReference.getDefaultInstance(), roots);
  }

  private Report check(Target target) throws Exception {
    return check(target, CertificateRole.ROLE_SERVER, trusting(ca), Optional.empty());
  }

  private Report check(
      Target target, CertificateRole role, TrustAnchors anchors, Optional<String> proxy)
      throws Exception {
    CheckSettings settings = new CheckSettings(STEP, true, true, proxy, 1 << 20, folder);
    return check(target, role, anchors, settings);
  }

  private Report checkImpatiently(Target target) throws Exception {
    CheckSettings settings =
        new CheckSettings(SHORT, true, true, Optional.empty(), 1 << 20, folder);
    return check(target, CertificateRole.ROLE_SERVER, trusting(ca), settings);
  }

  private static Report check(
      Target target, CertificateRole role, TrustAnchors anchors, CheckSettings settings)
      throws Exception {
    Report report =
        new CertificateCheck(settings, InstantSource.system(), null).check(target, role, anchors);
    assertThat(report.ok()).as(report.toString()).isEqualTo(report.toDo().isEmpty());
    return report;
  }

  private static List<EndpointStatus> statuses(Report report) {
    return report.certificates().stream()
        .flatMap(c -> c.endpoints().stream())
        .map(CheckedEndpoint::status)
        .toList();
  }

  private static String reason(Report report) {
    return requireNonNull(report.verdict()).reason();
  }

  @Test
  void aGoodHostIsOk() throws Exception {
    Target.Host host = host(ca.issue(issue().withResponderToo(responder()).withIssuersAt(aia())));
    Report report = check(host);
    assertThat(report.ok()).isTrue();
    assertThat(report.names()).containsExactly(NAME);
    assertThat(requireNonNull(report.connection()).status()).isEqualTo(Connection.Status.OK);
    assertThat(report.certificates()).hasSize(2).allMatch(CheckedCertificate::sent);
    assertThat(report.certificates()).allMatch(CheckedCertificate::ok);
    assertThat(report.certificates().getFirst().revocation().source()).isEqualTo("crl");
    // list, responder and issuer of the leaf, list of the intermediate
    assertThat(statuses(report)).hasSize(4).containsOnly(EndpointStatus.OK);
    assertThat(report.certificates().getFirst().endpoints())
        .allSatisfy(
            endpoint -> {
              assertThat(endpoint.bytes()).isPositive();
              assertThat(endpoint.addresses()).containsExactly("127.0.0.1");
              assertThat(endpoint.port()).isEqualTo(crls.port());
            });
    assertThat(report.firewall())
        .containsExactly(
            new FirewallEntry("127.0.0.1", host.port(), List.of("smtp"), "here", true),
            new FirewallEntry(
                "127.0.0.1", crls.port(), List.of("ca-issuers", "crl", "ocsp"), "here", true));
    assertThat(requireNonNull(report.root()).trusted()).isTrue();
    assertThat(requireNonNull(report.verdict()).good()).isTrue();
    assertThat(report.verdictIfComplete()).isNull();
    assertThat(report.notes()).isEmpty();
  }

  @Test
  void eachNameOfADomainWhoseServersAreSilentIsLookedUpAndSaidSo() throws Exception {
    String[] urls =
        IntStream.range(0, 12)
            .mapToObj(i -> "http://n" + i + "." + SilentNames.DOMAIN + "/list.crl")
            .toArray(String[]::new);
    Report report = checkImpatiently(file(ca.issue(issue().withCrl(urls))));
    assertThat(report.certificates().getFirst().endpoints())
        .hasSize(urls.length)
        .allSatisfy(
            endpoint -> {
              assertThat(endpoint.status()).isEqualTo(EndpointStatus.TIMED_OUT);
              assertThat(endpoint.reason()).contains("the host's name was not resolved in time");
            });
  }

  @Test
  void aResponderThatDoesNotExemptItselfIsLookedUpInItsLists() throws Exception {
    Target.Given leaf = file(ca.issue(issue().withResponder(responder())));
    Issue responder = Issue.to("ocsp.fabrikam.example").responderOnly();
    ca.answeredBy(ca.issue(responder));
    Report report = check(leaf);
    assertThat(report.ok()).isTrue();
    CheckedCertificate checked = report.certificates().getFirst();
    assertThat(checked.revocation().source()).isEqualTo("ocsp");
    assertThat(checked.endpoints())
        .extracting(CheckedEndpoint::kind, endpoint -> endpoint.responder().isEmpty())
        .containsExactly(tuple(Endpoint.Kind.OCSP, true), tuple(Endpoint.Kind.CRL, false));
    assertThat(report.firewall()).extracting(FirewallEntry::port).contains(crls.url().getPort());

    ca.answeredBy(ca.issue(responder.withoutCrl()));
    Report unknown = check(leaf);
    assertThat(unknown.ok()).isFalse();
    assertThat(unknown.certificates().getFirst().revocation().detail())
        .contains("whether the responder's own certificate is revoked is unknown");

    Identity revoked = ca.issue(responder);
    ca.revoke(revoked.leaf());
    ca.answeredBy(revoked);
    Report byARevokedOne = check(leaf);
    assertThat(byARevokedOne.certificates().getFirst().revocation().detail())
        .contains("the responder's own certificate is revoked");
    assertThat(byARevokedOne.toDo())
        .singleElement(InstanceOfAssertFactories.STRING)
        .contains("of the responder", "ocsp.fabrikam.example")
        .contains("report it to the authority: its responder's certificate is revoked")
        .doesNotContain("get another one");
  }

  @Test
  void whatTheHostLeavesOutIsFetchedForTheCheckAndMustBeSent() throws Exception {
    Identity leafAlone = ca.issue(issue().withIssuersAt(aia())).withoutIssuers();
    Report report = check(host(leafAlone));
    assertThat(report.ok()).isFalse();
    assertThat(reason(report)).isEqualTo("incomplete-chain");
    assertThat(requireNonNull(report.verdictIfComplete()).good()).isTrue();
    assertThat(report.certificates())
        .extracting(CheckedCertificate::sent)
        .containsExactly(true, false);
    assertThat(report.certificates()).allMatch(CheckedCertificate::ok);
    assertThat(report.toDo())
        .singleElement()
        .asString()
        .contains("server must send", "Fabrikam Issuing", "neither Postern nor Exchange fetches");
    assertThat(crls.fetches("/issuing.cer")).isEqualTo(1);
  }

  @Test
  void whatIsMissingAndCannotBeFetchedIsNamed() throws Exception {
    Report report = check(file(ca.issue(issue()).withoutIssuers()));
    assertThat(reason(report))
        .as("no place of an issuer's certificate")
        .isEqualTo("untrusted-root");
    assertThat(requireNonNull(report.root()).facts()).isNull();
    assertThat(statuses(report)).containsExactly(EndpointStatus.UNKNOWN);
    assertThat(report.toDo())
        .anySatisfy(
            sentence -> assertThat(sentence).contains("Fabrikam Issuing", "must be sent as well"));
  }

  @Test
  void aRootThatIsNotTrustedIsToldWithItsFingerprint() throws Exception {
    Report report =
        check(
            file(ca.issue(issue())),
            CertificateRole.ROLE_SERVER,
            trusting(LabCa.create("Another")),
            Optional.empty());
    assertThat(reason(report)).isEqualTo("untrusted-root");
    assertThat(report.certificates()).hasSize(2);
    assertThat(requireNonNull(report.root()).trusted()).isFalse();
    // its certificate is not at hand, only its name
    assertThat(report.root().name()).contains("Fabrikam Root");
    assertThat(report.toDo())
        .anySatisfy(
            sentence ->
                assertThat(sentence)
                    .contains("Fabrikam Root", "postern.anchors.pem", "fingerprint"));

    Identity withRoot =
        new Identity(
            Stream.concat(ca.issue(issue()).chain().stream(), Stream.of(ca.root())).toList(),
            ca.issue(issue()).key());
    Report told =
        check(
            file(withRoot),
            CertificateRole.ROLE_SERVER,
            trusting(LabCa.create("Another")),
            Optional.empty());
    assertThat(reason(told)).isEqualTo("untrusted-root");
    String sha256 = requireNonNull(requireNonNull(told.root()).facts()).sha256();
    assertThat(told.toDo()).anySatisfy(sentence -> assertThat(sentence).contains(sha256));
    assertThat(told.certificates()).allMatch(CheckedCertificate::ok);
  }

  @Test
  void whatIsDistrustedHereIsNotToBeInstalled() throws Exception {
    ParsedCertificate root = ParsedCertificate.parse(der(ca.root()));
    TrustAnchors anchors =
        new TrustAnchors(
            AnchorSetReference.getDefaultInstance(),
            List.of(root),
            Distrust.of(List.of(ByteString.copyFrom(root.fingerprint())), "a test"));
    Report report =
        check(file(ca.issue(issue())), CertificateRole.ROLE_SERVER, anchors, Optional.empty());
    assertThat(reason(report)).isEqualTo("untrusted-root");
    assertThat(report.toDo())
        .anySatisfy(sentence -> assertThat(sentence).contains("Fabrikam Root", "distrusted here"))
        .noneMatch(sentence -> sentence.contains("postern.anchors.pem"));
  }

  @Test
  void aRevokedCertificateIsNotToBeUsed() throws Exception {
    Identity identity = ca.issue(issue().withResponderToo(responder()));
    ca.revoke(identity.leaf());
    Report report = check(host(identity));
    assertThat(reason(report)).isEqualTo("revoked");
    assertThat(statuses(report))
        .containsExactly(EndpointStatus.REVOKED, EndpointStatus.REVOKED, EndpointStatus.OK);
    assertThat(report.toDo()).anyMatch(sentence -> sentence.contains("get another one"));
  }

  @Test
  void oneWayToKnowIsEnough() throws Exception {
    try (SilentPort silent = new SilentPort()) {
      String list = "http://127.0.0.1:" + silent.port() + "/a.crl";
      Report report =
          checkImpatiently(file(ca.issue(issue().withCrl(list).withResponderToo(responder()))));
      assertThat(report.ok()).isTrue();
      assertThat(report.certificates().getFirst().revocation().source()).isEqualTo("ocsp");
      assertThat(statuses(report))
          .containsExactly(EndpointStatus.SILENT, EndpointStatus.OK, EndpointStatus.OK);
      assertThat(report.notes())
          .singleElement()
          .asString()
          .contains("(silent)", "open the firewall", String.valueOf(silent.port()));
      assertThat(report.firewall())
          .contains(new FirewallEntry("127.0.0.1", silent.port(), List.of("crl"), "here", false));
    }
  }

  @Test
  void noWayToKnowIsNotOkAndEachIsToldWithItsCure() throws Exception {
    int closed = FreePorts.next();
    String list = "http://127.0.0.1:" + closed + "/a.crl";
    Report report =
        check(file(ca.issue(issue().withCrl(list).withResponderToo("https://ocsp.example/"))));
    assertThat(report.ok()).isFalse();
    assertThat(reason(report)).isEqualTo("revocation-unreachable");
    assertThat(report.certificates())
        .extracting(CheckedCertificate::ok)
        .containsExactly(false, true);
    assertThat(report.toDo())
        .hasSize(2)
        .anySatisfy(s -> assertThat(s).contains("(refused)", "port " + closed))
        .anySatisfy(s -> assertThat(s).contains("(not-followed)", "http URL"));
  }

  @Test
  void aStaleListIsNotOk() throws Exception {
    ca.crlTimes(Duration.ofDays(2), Duration.ofDays(-1));
    Report report = check(file(ca.issue(issue())));
    assertThat(reason(report)).isEqualTo("revocation-stale");
    assertThat(statuses(report)).containsOnly(EndpointStatus.EXPIRED);
    assertThat(report.toDo()).allMatch(sentence -> sentence.contains("clock"));
  }

  @Test
  void whatCannotBeKnownAtAllIsToldAndAccepted() throws Exception {
    LabCa quiet = LabCa.create("Quiet");
    Report report =
        check(
            file(quiet.issue(issue())),
            CertificateRole.ROLE_SERVER,
            trusting(quiet),
            Optional.empty());
    assertThat(report.ok()).isTrue();
    assertThat(report.certificates().getFirst().revocation().status())
        .isEqualTo("nothing-published");
    assertThat(report.notes()).hasSize(2).allMatch(note -> note.contains("neither a list"));
  }

  @Test
  void theRoleCounts() throws Exception {
    Target clients = file(ca.issue(issue().clientOnly()));
    assertThat(reason(check(clients))).isEqualTo("extended-key-usage");
    assertThat(check(clients, CertificateRole.ROLE_CLIENT, trusting(ca), Optional.empty()).ok())
        .isTrue();
  }

  @Test
  void aHostThatShowsNoCertificateIsToldWithTheCure() throws Exception {
    ScriptedPeer peer = ScriptedPeer.named(NAME).start();
    open.add(peer);
    Report report = check(new Target.Host("127.0.0.1", peer.port()));
    assertThat(requireNonNull(report.connection()).status())
        .isEqualTo(Connection.Status.STARTTLS_NOT_OFFERED);
    assertThat(report.certificates()).isEmpty();
    assertThat(report.verdict()).isNull();
    assertThat(report.toDo()).singleElement().asString().contains("must offer STARTTLS");
  }

  @Test
  void whatCannotBeReadAndWhatSignsItselfIsJudgedToo() throws Exception {
    Report garbage = check(new Target.Given("x.pem", List.of(new byte[] {0x30, 0x00})));
    assertThat(reason(garbage)).isEqualTo("malformed");
    Report own = check(host(LabCa.selfSigned(issue())));
    assertThat(reason(own)).isEqualTo("self-signed");
    assertThat(own.certificates()).hasSize(1);
  }

  @Test
  void asMuchAsIsNamedTheCheckIsBounded() throws Exception {
    try (SilentPort silent = new SilentPort()) {
      String[] urls =
          IntStream.range(0, 40)
              .mapToObj(i -> "http://127.0.0.1:" + silent.port() + "/" + i)
              .toArray(String[]::new);
      Identity identity = ca.issue(issue().withCrl(urls));
      long began = System.nanoTime();
      Report report = checkImpatiently(file(identity));
      // One after the other they would take 32 times half a step.
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(SHORT.multipliedBy(6));
      assertThat(statuses(report)).hasSize(32).containsOnly(EndpointStatus.SILENT);
      assertThat(report.endpointsLeftOut()).isEqualTo(9);
      assertThat(report.notes()).anyMatch(note -> note.contains("9 more URLs"));
      assertThat(report.firewall()).hasSize(1);
    }
  }

  @Test
  void throughAProxyTheFirewallsAreTwo() throws Exception {
    // A proxy as far as this needs one: it fetches what it is asked for.
    SmtpHost proxy =
        new SmtpHost(
            client -> {
              String[] request = SmtpHost.line(client).split(" ", 3);
              URI uri = URI.create(request[1]);
              try (Socket server = new Socket("127.0.0.1", uri.getPort())) {
                SmtpHost.say(
                    server, "GET " + uri.getPath() + " HTTP/1.0\r\nConnection: close\r\n\r\n");
                server.getInputStream().transferTo(client.getOutputStream());
              }
              client.shutdownOutput();
            });
    open.add(proxy);
    String name = "only-the-proxy-knows.example";
    byte[] crl = ca.crl();
    crls.serve("/named.crl", () -> crl);
    Identity identity =
        ca.issue(issue().withCrl("http://" + name + ":" + crls.port() + "/named.crl"));
    Report report =
        check(
            file(identity),
            CertificateRole.ROLE_SERVER,
            trusting(ca),
            Optional.of("127.0.0.1:" + proxy.port()));
    assertThat(report.ok()).as(report.toString()).isTrue();
    assertThat(report.firewall())
        .containsExactlyInAnyOrder(
            new FirewallEntry("127.0.0.1", proxy.port(), List.of("http-proxy"), "here", true),
            new FirewallEntry(name, crls.port(), List.of("crl"), "proxy", true),
            new FirewallEntry("127.0.0.1", crls.port(), List.of("crl"), "proxy", true));
    assertThat(report.notes()).singleElement().asString().contains("proxy");
  }

  @Test
  void aNoteTellsOfAnEndpointThatIsSlow() throws Exception {
    byte[] list = ca.crl();
    crls.serve(
        "/slow.crl",
        () -> {
          LockSupport.parkNanos(Duration.ofMillis(2100).toNanos());
          return list;
        });
    Report report = check(file(ca.issue(issue().withCrl(crls.url() + "slow.crl"))));
    assertThat(report.ok()).isTrue();
    assertThat(report.notes())
        .singleElement()
        .asString()
        .containsPattern("slow\\.crl took \\d{4,5} ms");
  }

  @Test
  void aNoteTellsWhatEndsSoon() throws Exception {
    java.time.Instant now = java.time.Instant.now();
    Report report =
        check(file(ca.issue(issue().valid(now.minusSeconds(60), now.plus(Duration.ofHours(241))))));
    assertThat(report.ok()).isTrue();
    assertThat(report.notes()).singleElement().asString().contains("expires in 10 days");
  }

  @Test
  void theTextsOfOthersCannotPaintATerminal() throws Exception {
    String url = "http://127.0.0.1:" + crls.port() + "/\u001b[2J";
    Report report = check(file(ca.issue(issue().withCrl(url))));
    assertThat(String.join("\n", io.postern.check.report.ReportText.of(report)).chars())
        .allMatch(c -> c == '\n' || c >= 0x20 && c < 0x7f);
    assertThat(report.toString().getBytes(StandardCharsets.UTF_8)).doesNotContain((byte) 0x1b);
  }
}
