package io.postern.e2e.attacks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.lab.CrlServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabDns;
import io.postern.lab.PeerManner;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.PeerWitness;
import io.postern.lab.ScriptedPeer;
import io.postern.operator.api.DirectoryClient;
import io.postern.operator.api.UsersClient;
import io.postern.programs.FreePorts;
import io.postern.stack.LocalStack;
import io.postern.stack.Processes;
import io.postern.stack.Replica;
import io.postern.stack.Service;
import io.postern.stack.Size;
import io.postern.stack.StackOptions;
import io.postern.stack.StateFolder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One replica of each service with the settings of an installation, and the mail hosts around it
 * that answer at once: a mailbox host, a partner, the mail host of friends. DNS leads the
 * attackers' domains to hosts that the attackers run. Closing stops all.
 */
final class AttackedWorld implements AutoCloseable {
  static final String FRIENDS = "friends.example";
  static final String PARTNER = "partner.example";
  static final String OWN_SERVER = "mail." + AttackTarget.MAILBOXES;

  private static final Duration READY = Duration.ofSeconds(180);
  private static final PeerManner NOBODY_HERE =
      stage ->
          stage == PeerStage.RCPT
              ? PeerStep.answer(550, "5.1.1", "Nobody of that name")
              : PeerStep.goOn();

  private final StateFolder state;
  private final CrlServer crls;
  private final LabCa ca;
  private final LabDns dns;
  private final ScriptedPeer friends;
  private final ScriptedPeer mailboxes;
  private final ScriptedPeer partner;
  private final ScriptedPeer gone;
  private final LocalStack stack;
  private final Map<String, String> tokens = new HashMap<>();

  private AttackedWorld(Path home, Path folder, Size size, PeerWitness witness) throws Exception {
    state = new StateFolder(folder);
    crls = CrlServer.create();
    ca = LabCa.open(state.ca(), "Attacks", crls.url());
    crls.serve(ca);
    dns = LabDns.start();
    friends = sink("mx." + FRIENDS, witness, PeerManner.GOOD);
    mailboxes = sink("mailboxes." + AttackTarget.MAILBOXES, witness, PeerManner.GOOD);
    partner = sink("mx." + PARTNER, witness, PeerManner.GOOD);
    gone = sink("mailboxes." + AttackTarget.GONE, witness, NOBODY_HERE);
    dns.mx(FRIENDS, 10, friends.hostName());
    for (int host = 1; host <= AttackTarget.HANGING_HOSTS; host++) {
      dns.a(AttackTarget.hangingHost(host), AttackTarget.hangingAddress(host));
      dns.mx("*." + AttackTarget.evilDomain(host), 10, AttackTarget.hangingHost(host));
    }
    ca.issue(Issue.to("gate.attacked.example")).write(state.keys(), "gate");
    ca.writeRoot(state.keys().resolve("ca.pem"));
    stack = LocalStack.start(options(home, size), AttacksMain::say);
  }

  private ScriptedPeer sink(String host, PeerWitness witness, PeerManner manner) {
    dns.a(host, "127.0.0.1");
    return ScriptedPeer.named(host)
        .identity(ca.issue(Issue.to(host)))
        .askClientCertificate(false)
        .witness(witness)
        .manner(manner)
        .start();
  }

  static AttackedWorld start(Path home, Path folder, Size size, PeerWitness witness)
      throws Exception {
    AttackedWorld world = new AttackedWorld(home, folder, size, witness);
    try {
      world.stack.awaitReady(Service.POLICY, READY); // it applies the directory
      DirectoryClient directory = new DirectoryClient(world.stack.api(Service.POLICY));
      DirectoryClient.Answer answer = directory.apply(world.yaml(), false);
      if (!answer.accepted()) {
        throw new IllegalStateException("the directory was not applied: " + answer.problems());
      }
      world.stack.awaitDirectory(answer.version(), READY);
      world.stack.awaitReady(READY);
      world.users();
      return world;
    } catch (Exception e) {
      world.close();
      throw e;
    }
  }

  /** Administrators of the fair organization and of the hostile one, with a token each. */
  private void users() throws IOException, InterruptedException {
    UsersClient users = new UsersClient(stack.api(Service.POLICY));
    for (String id : List.of("fair", AttackTarget.HOSTILE)) {
      var unused =
          users.set(
              id,
              Optional.empty(),
              List.of("administrator:" + id),
              AttackTarget.PASSWORD,
              () -> "shown by each request");
      tokens.put(id, token(id));
    }
    int status =
        call(
                "PUT",
                "/api/v1/organizations/fair/outbound-connectors/Worked",
                "Bearer " + tokens.get("fair"),
                FairAdministrator.body(0))
            .statusCode();
    if (status / 100 != 2) {
      throw new IOException("the fair administrator's connector was not made: " + status);
    }
  }

  private String token(String name) throws IOException, InterruptedException {
    String basic =
        Base64.getEncoder()
            .encodeToString((name + ":" + AttackTarget.PASSWORD).getBytes(StandardCharsets.UTF_8));
    HttpResponse<String> answer = call("POST", "/api/v1/tokens", "Basic " + basic, "");
    if (answer.statusCode() / 100 != 2) {
      throw new IOException("no token for " + name + ": " + answer.body());
    }
    return new ObjectMapper().readTree(answer.body()).path("token").asText();
  }

  private HttpResponse<String> call(String method, String path, String credentials, String body)
      throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(api().resolve(path))
              .header("Authorization", credentials)
              .header("Content-Type", "application/json")
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private URI api() {
    return URI.create("http://127.0.0.1:" + stack.apiPort(Service.POLICY));
  }

  /** Of the administrator of the fair organization. */
  String fairToken() {
    return tokens.getOrDefault("fair", "");
  }

  private StackOptions options(Path home, Size size) {
    return new StackOptions(
        home,
        state,
        FreePorts.next(),
        state.keys().resolve("gate.pem"),
        state.keys().resolve("gate.key"),
        List.of(state.keys().resolve("ca.pem")),
        state.clientCertificates(),
        dns.server(),
        friends.port(),
        true,
        Processes.of(size));
  }

  private String yaml() {
    StringBuilder yaml = new StringBuilder("organizations:\n");
    organization(yaml, "fair", List.of(domain(AttackTarget.MAILBOXES, mailboxes)));
    yaml.append(ownServer(OWN_SERVER));
    yaml.append(
        "      - { name: Certified, connectorType: partner, senderDomains: [%1$s], tlsSenderCertificateName: \"*.%1$s\", restrictDomainsToCertificate: true }%n"
            .formatted(AttackTarget.CERTIFIED));
    yaml.append(
        "    outboundConnectors:\n      - { name: Partner, connectorType: partner, recipientDomains: [%s], useMXRecord: false, smartHosts: [\"%s:%d\"], tlsSettings: domainValidation, tlsDomain: %s }%n"
            .formatted(PARTNER, partner.hostName(), partner.port(), partner.hostName()));
    organization(yaml, "gone", List.of(domain(AttackTarget.GONE, gone)));
    List<String> idle = new ArrayList<>();
    for (int host = 1; host <= AttackTarget.HANGING_HOSTS; host++) {
      idle.add(
          domain(AttackTarget.idleDomain(host), AttackTarget.hangingHost(host), friends.port()));
    }
    organization(yaml, "idle", idle);
    organization(
        yaml, AttackTarget.HOSTILE, List.of(domain(AttackTarget.HOSTILE + ".example", mailboxes)));
    yaml.append(ownServer("mail." + AttackTarget.HOSTILE + ".example"));
    organization(yaml, "letters", List.of(domain(AttackTarget.LETTERS, mailboxes)));
    yaml.append(ownServer("mail." + AttackTarget.LETTERS));
    return yaml.toString();
  }

  private static void organization(StringBuilder yaml, String id, List<String> domains) {
    yaml.append("  - id: %1$s%n    displayName: %1$s%n    acceptedDomains:%n".formatted(id));
    domains.forEach(yaml::append);
    if (List.of("fair", "letters", AttackTarget.HOSTILE).contains(id)) {
      yaml.append("    inboundConnectors:\n");
    }
  }

  private static String domain(String domain, ScriptedPeer host) {
    return domain(domain, host.hostName(), host.port());
  }

  private static String domain(String domain, String host, int port) {
    return "      - domain: %s%n        mailboxRoute: { host: %s, port: %d, protocol: smtp, tlsSettings: encryptionOnly }%n"
        .formatted(domain, host, port);
  }

  private static String ownServer(String name) {
    return "      - { name: Own server, connectorType: onPremises, tlsSenderCertificateName: %s }%n"
        .formatted(name);
  }

  AttackTarget target() {
    return new AttackTarget(
        stack.smtpPort(),
        friends.port(),
        state.ca(),
        api(),
        tokens.getOrDefault(AttackTarget.HOSTILE, ""));
  }

  Identity ownServer() {
    return ca.issue(Issue.to(OWN_SERVER));
  }

  LocalStack stack() {
    return stack;
  }

  /** Pids of the processes of the installation. */
  Map<String, Long> processes() {
    Map<String, Long> pids = new LinkedHashMap<>();
    for (Replica replica : stack.replicas()) {
      pids.put(replica.service().module().replace("-service", ""), replica.process().pid());
    }
    pids.put("broker", stack.brokers().broker(1).pid());
    return pids;
  }

  /** Bytes of all records in the log. */
  long logBytes() throws IOException {
    try (Stream<Path> files = Files.walk(state.broker().resolve("data"))) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  @Override
  public void close() throws Exception {
    try {
      stack.close();
    } finally {
      List.of(friends, mailboxes, partner, gone).forEach(ScriptedPeer::close);
      dns.close();
      crls.close();
    }
  }
}
