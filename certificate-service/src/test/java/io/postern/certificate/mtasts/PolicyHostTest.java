package io.postern.certificate.mtasts;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpHandler;
import io.postern.certificate.anchors.AnchorSource;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.anchors.Distrust;
import io.postern.certificate.answers.RevocationConfig;
import io.postern.certificate.fetch.HttpFetch;
import io.postern.certificate.judging.ChainJudge;
import io.postern.certificate.judging.JudgedServers;
import io.postern.certificate.revocation.crl.CrlStore;
import io.postern.certificate.revocation.lookup.Revocation;
import io.postern.certificate.revocation.ocsp.OcspStore;
import io.postern.certificate.revocation.store.Endpoints;
import io.postern.dns.mtasts.StsPolicy;
import io.postern.dns.tlsrpt.ResultType;
import io.postern.lab.CrlServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabProxy;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** From real https servers, judged with real revocation lists. */
class PolicyHostTest {
  private static final String DOMAIN = "fabrikam.example";
  private static final String HOST = "mta-sts." + DOMAIN;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final CrlServer CRLS = CrlServer.create();
  private static final LabCa CA = LabCa.create("Public", CRLS);
  private static final LabCa UNKNOWN = LabCa.create("Unknown");

  @TempDir Path folder = Path.of("");
  private final LabProxy proxy = LabProxy.start();
  private final List<AutoCloseable> closing = new ArrayList<>(List.of(proxy));
  private final CountDownLatch end = new CountDownLatch(1);
  private @Nullable JudgedServers servers;

  @AfterAll
  static void closeLists() {
    CRLS.close();
  }

  @BeforeEach
  void judge() throws Exception {
    CRLS.truthful();
    CA.writeRoot(folder.resolve("root.pem"));
    DefaultAnchors anchors =
        new DefaultAnchors(List.of(AnchorSource.pem(folder.resolve("root.pem"))), Distrust.NONE);
    InstantSource clock = InstantSource.system();
    RevocationConfig lists = config(Map.of("postern.revocation.fetch-timeout", "3s"));
    HttpFetch http = new HttpFetch(lists);
    closing.add(http);
    Endpoints endpoints = new Endpoints(lists, clock);
    servers =
        new JudgedServers(
            new ChainJudge(
                new Revocation(
                    new CrlStore(lists, http, endpoints, clock, _ -> {}),
                    new OcspStore(lists, http, endpoints, clock, _ -> {})),
                lists.fetchTimeout()),
            anchors::current,
            clock);
  }

  @AfterEach
  void close() throws Exception {
    end.countDown();
    for (AutoCloseable each : closing) {
      each.close();
    }
  }

  private RevocationConfig config(Map<String, String> properties) {
    return new SmallRyeConfigBuilder()
        .addDiscoveredConverters()
        .withMapping(RevocationConfig.class)
        .withSources(new PropertiesConfigSource(properties, "test", 100))
        .withDefaultValue("postern.revocation.allow-private-targets", "true")
        .withDefaultValue("postern.revocation.cache-folder", folder.resolve("crls").toString())
        .build()
        .getConfigMapping(RevocationConfig.class);
  }

  private PolicyHost host(Duration fetchTimeout) {
    StsSettings bounds =
        new StsSettings() {
          @Override
          public Duration fetchTimeout() {
            return fetchTimeout;
          }

          @Override
          public int concurrentFetches() {
            return 16;
          }
        };
    RevocationConfig every = config(Map.of("postern.revocation.http-proxy", proxy.address()));
    PolicyHost host =
        new PolicyHost(new PolicyFetchSettings(every, bounds), requireNonNull(servers));
    closing.add(host);
    return host;
  }

  private PolicyServer server(Identity identity) {
    PolicyServer server = new PolicyServer(DOMAIN, identity, proxy);
    closing.add(server);
    return server;
  }

  private static PolicyFetchException failed(PolicyHost host) {
    return requireNonNull(
        catchThrowableOfType(PolicyFetchException.class, () -> host.fetch(DOMAIN)), "a failure");
  }

  static Stream<Issue> goodNames() {
    return Stream.of(
        Issue.to(HOST),
        Issue.to("*." + DOMAIN),
        Issue.to("www.other.example", HOST),
        Issue.to(HOST).serverOnly());
  }

  @ParameterizedTest
  @MethodSource("goodNames")
  void aPolicyIsFetchedFromAHostWithAGoodCertificateForItsName(Issue issue) throws Exception {
    server(CA.issue(issue));
    StsPolicy policy = host(PATIENCE).fetch(DOMAIN);
    assertThat(policy.mode()).isEqualTo(StsPolicy.Mode.ENFORCE);
    assertThat(policy.hosts()).containsExactly("mail.fabrikam.example", "*.fabrikam.example");
    assertThat(policy.maxAge()).isEqualTo(Duration.ofDays(7));
    assertThat(proxy.asked()).containsExactly("CONNECT " + HOST + ":443 HTTP/1.1");
  }

  static Stream<Arguments> badIdentities() {
    return Stream.of(
        Arguments.of(CA.issue(Issue.to(HOST).expired()), "expired"),
        Arguments.of(CA.issue(Issue.to(HOST).notYetValid()), "not-yet-valid"),
        Arguments.of(LabCa.selfSigned(Issue.to(HOST)), "self-signed"),
        Arguments.of(UNKNOWN.issue(Issue.to(HOST)), "not a trust anchor"),
        Arguments.of(
            CA.issue(Issue.to(HOST).withIssuersAt("http://ca.example/issuing.cer"))
                .withoutIssuers(),
            "incomplete-chain"),
        Arguments.of(CA.issue(Issue.to(HOST).clientOnly()), "extended-key-usage"),
        Arguments.of(CA.issue(Issue.to(DOMAIN)), "no DNS name for " + HOST),
        Arguments.of(CA.issue(Issue.to("*.example")), "no DNS name for " + HOST),
        Arguments.of(CA.issue(Issue.to("*.mta-sts." + DOMAIN)), "no DNS name for " + HOST),
        Arguments.of(CA.issue(Issue.to(HOST).commonNameOnly()), "no DNS name for " + HOST));
  }

  @ParameterizedTest
  @MethodSource("badIdentities")
  void anotherCertificateIsRefusedBeforeAnythingIsSent(Identity identity, String why) {
    PolicyServer server = server(identity);
    PolicyFetchException e = failed(host(PATIENCE));
    assertThat(e.type()).isEqualTo(ResultType.STS_WEBPKI_INVALID);
    assertThat(e).hasMessageContaining(why);
    assertThat(e.ours()).isFalse();
    assertThat(server.asked()).isZero();
  }

  @Test
  void aRevokedCertificateIsRefused() {
    Identity revoked = CA.issue(Issue.to(HOST));
    CA.revoke(revoked.leaf());
    server(revoked);
    PolicyFetchException e = failed(host(PATIENCE));
    assertThat(e.type()).isEqualTo(ResultType.STS_WEBPKI_INVALID);
    assertThat(e).hasMessageContaining("revoked");
  }

  static Stream<Arguments> badAnswers() {
    String manyHosts = "mx: %s.%s.example\n".formatted("a".repeat(60), "b".repeat(60));
    return Stream.of(
        answer(
            ResultType.STS_POLICY_FETCH_ERROR,
            "the server returned 404",
            e -> e.sendResponseHeaders(404, -1)),
        answer(
            ResultType.STS_POLICY_FETCH_ERROR,
            "redirects (301)",
            e -> {
              e.getResponseHeaders().set("Location", "https://www.fabrikam.example/policy");
              e.sendResponseHeaders(301, -1);
            }),
        answer(
            ResultType.STS_POLICY_FETCH_ERROR,
            "head or line that is too long",
            e -> {
              for (int i = 0; i < 200; i++) {
                e.getResponseHeaders().set("X-" + i, "y".repeat(200));
              }
              PolicyServer.send(e, PolicyServer.POLICY);
            }),
        answer(
            ResultType.STS_POLICY_INVALID,
            "media type",
            e -> {
              e.getResponseHeaders().set("Content-Type", "text/html");
              e.sendResponseHeaders(200, 0);
            }),
        answer(
            ResultType.STS_POLICY_INVALID,
            "more than 65536 bytes",
            e -> {
              e.getResponseHeaders().set("Content-Type", "text/plain");
              e.sendResponseHeaders(200, 0); // chunked
              OutputStream body = e.getResponseBody();
              while (true) {
                body.write(new byte[1000]); // until the client has gone
              }
            }),
        answer(
            ResultType.STS_POLICY_INVALID,
            "\"mode\"",
            e -> PolicyServer.send(e, PolicyServer.POLICY.replace("enforce", "enf\u00f6rce"))),
        answer(
            ResultType.STS_POLICY_INVALID,
            "at most 8192 are kept",
            e -> PolicyServer.send(e, PolicyServer.POLICY + manyHosts.repeat(70))));
  }

  private static Arguments answer(ResultType type, String why, HttpHandler handler) {
    return Arguments.of(type, why, handler);
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("badAnswers")
  void anotherAnswerIsAFailureWithItsReason(ResultType type, String why, HttpHandler handler) {
    PolicyServer server = server(CA.issue(Issue.to(HOST)));
    server.answers(handler);
    PolicyFetchException e = failed(host(PATIENCE));
    assertThat(e.type()).isEqualTo(type);
    assertThat(e).hasMessageContaining(why);
    assertThat(requireNonNull(e.getMessage())).matches("[\\x20-\\x7e]{1,256}");
    assertThat(e.ours()).isFalse();
    assertThat(server.asked()).isEqualTo(1);
  }

  @Test
  void aHostThatIsSilentOrAwayIsAFailure() throws Exception {
    PolicyServer server = server(CA.issue(Issue.to(HOST)));
    server.answers(
        exchange -> {
          try {
            end.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    PolicyFetchException silent = failed(host(Duration.ofSeconds(2)));
    assertThat(silent.type()).isEqualTo(ResultType.STS_POLICY_FETCH_ERROR);
    assertThat(silent).hasMessageContaining("in time");
    server.close();
    PolicyFetchException away = failed(host(PATIENCE));
    assertThat(away.type()).isEqualTo(ResultType.STS_POLICY_FETCH_ERROR);
    assertThat(away.ours()).isFalse();
  }

  @Test
  void aProxyThatIsAwayIsNoFailureOfTheDomain() {
    PolicyHost host = host(PATIENCE);
    proxy.close();
    assertThat(failed(host).ours()).isTrue();
  }

  /** Lists have turns of their own: policies that hold all of theirs wait for none of them. */
  @Test
  void aListThatStallsDelaysPoliciesForItsTimeOnly() throws Exception {
    CRLS.stall();
    PolicyHost host = host(PATIENCE);
    List<Future<StsPolicy>> fetches = new ArrayList<>();
    try (ExecutorService side = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 40; i++) {
        String domain = "d" + i + "-" + DOMAIN;
        PolicyServer server =
            new PolicyServer(domain, CA.issue(Issue.to("mta-sts." + domain)), proxy);
        closing.add(server);
        fetches.add(side.submit(() -> host.fetch(domain)));
      }
      for (Future<StsPolicy> fetch : fetches) {
        assertThat(fetch.get().mode()).isEqualTo(StsPolicy.Mode.ENFORCE);
      }
    } finally {
      CRLS.truthful();
    }
  }
}
