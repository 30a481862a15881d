package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.lab.CrlServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabDns;
import io.postern.lab.SmtpClient;
import io.postern.log.LogSettings;
import io.postern.operator.api.DirectoryClient;
import io.postern.operator.api.QueueClient;
import io.postern.operator.api.RecipientsClient;
import io.postern.operator.audit.Audit;
import io.postern.operator.audit.AuditOptions;
import io.postern.operator.audit.AuditReport;
import io.postern.operator.trace.MailTrace;
import io.postern.programs.FreePorts;
import io.postern.stack.LocalStack;
import io.postern.stack.Processes;
import io.postern.stack.Service;
import io.postern.stack.Size;
import io.postern.stack.StackOptions;
import io.postern.stack.StateFolder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * Broker and four services as processes, with a certificate authority, its revocation list's server
 * and DNS around them. The shared one serves a whole test run; each test has an organization of its
 * own in it. A test that stops the broker starts its own.
 */
final class TestStack implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(120);
  private static final String LARGEST = "157286400"; // octets: four times the usual
  private static final int BALANCED_PORT = FreePorts.next();
  private static final Path EMERGENCY = emergencyKeys();
  private static @Nullable TestStack shared;

  private final Path folder;
  private final CrlServer crls;
  private final LabCa ca;
  private final LabDns dns;
  private final int mxPort = FreePorts.next();
  private final LocalStack stack;
  private final AtomicInteger organizations = new AtomicInteger();

  private TestStack(Path folder, Processes processes) throws Exception {
    this.folder = folder;
    this.crls = CrlServer.create();
    this.ca = LabCa.create("Test", crls);
    this.dns = LabDns.start();
    StateFolder state = new StateFolder(folder);
    ca.issue(Issue.to("gate.example")).write(state.keys(), "gate");
    ca.writeRoot(state.keys().resolve("ca.pem"));
    StackOptions options =
        new StackOptions(
            Project.root(),
            state,
            FreePorts.next(),
            state.keys().resolve("gate.pem"),
            state.keys().resolve("gate.key"),
            List.of(state.keys().resolve("ca.pem")),
            state.keys(),
            dns.server(),
            mxPort,
            true,
            processes);
    this.stack = LocalStack.start(options, System.out::println);
  }

  /** The one of this test run; ends with it. */
  static synchronized TestStack shared() throws Exception {
    if (shared == null) {
      shared =
          start(
              Processes.of(Size.SMALL)
                  .settings(Service.INGRESS, listeners())
                  .settings(
                      Service.CERTIFICATE,
                      Map.of(
                          "postern.api.emergency-keys-file",
                          EMERGENCY.resolve("public.pem").toString())));
      TestStack running = shared;
      Runtime.getRuntime().addShutdownHook(new Thread(running::closeQuietly));
    }
    return shared;
  }

  /** What the program {@code postern} needs to connect to this stack, in a file of the folder. */
  Path context(Path folder) throws IOException {
    Path credentials = Files.writeString(folder.resolve("credentials"), credentials());
    return Files.writeString(
        folder.resolve("context.properties"),
        "postern.policy.url=http://127.0.0.1:%d\npostern.policy.credentials-file=%s\n"
            .formatted(processes().apiPort(Service.POLICY), credentials));
  }

  /** The private key whose public key certificate-service of the shared stack has. */
  static Path emergencyKey() {
    return EMERGENCY.resolve("private.pem");
  }

  private static Path emergencyKeys() {
    try {
      KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      Path keys = Files.createTempDirectory("postern-emergency");
      Base64.Encoder base64 = Base64.getMimeEncoder();
      String form = "-----BEGIN %1$s KEY-----%n%2$s%n-----END %1$s KEY-----%n";
      Files.writeString(
          keys.resolve("private.pem"),
          form.formatted("PRIVATE", base64.encodeToString(pair.getPrivate().getEncoded())));
      Files.writeString(
          keys.resolve("public.pem"),
          form.formatted("PUBLIC", base64.encodeToString(pair.getPublic().getEncoded())));
      return keys;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The usual one, and one for a balancer at 127.0.0.1. */
  private static Map<String, String> listeners() {
    return Map.of(
        "postern.ingress.max-message-bytes",
        LARGEST,
        "postern.ingress.listeners.smtp.port",
        "${postern.ingress.port}",
        "postern.ingress.listeners.balanced.port",
        Integer.toString(BALANCED_PORT),
        "postern.ingress.listeners.balanced.balancers",
        "127.0.0.1");
  }

  /** Others use it after this test. */
  boolean isShared() {
    synchronized (TestStack.class) {
      return this == shared;
    }
  }

  static TestStack start(Processes processes) throws Exception {
    return start(processes, false);
  }

  /**
   * @param sealed small contents travel sealed from the start
   */
  static TestStack start(Processes processes, boolean sealed) throws Exception {
    TestStack stack = new TestStack(Files.createTempDirectory("postern-test"), processes);
    try {
      if (sealed) {
        SealedContents.raise(stack.kafka());
      }
      // Ingress is ready without a directory, which policy applies, and accepts no mail.
      stack.stack.awaitReady(Service.POLICY, READY);
      stack.awaitFirstVerdict();
      stack.stack.awaitReady(READY);
      return stack;
    } catch (Throwable e) {
      stack.close(); // an assertion's error too: the next one takes the same port for a balancer
      throw e;
    }
  }

  /**
   * The first change and the first verdict of a cold stack, on a disk that is busy, may take longer
   * than a client is kept waiting. A change that is repeated then finds the first one in progress,
   * which is a problem for the change and none for this stack.
   */
  private void awaitFirstVerdict() throws Exception {
    try (TestOrganization first = organization("first")) {
      Awaitility.await("the first change of the directory")
          .atMost(READY)
          .ignoreExceptionsInstanceOf(IOException.class)
          .untilAsserted(first::apply);
      Awaitility.await("the first verdict").atMost(READY).until(() -> verdict(first));
    }
  }

  private static boolean verdict(TestOrganization organization) throws Exception {
    try (SmtpClient client = organization.connectTls(organization.ownServer()).patience(READY)) {
      client.command("MAIL FROM:<sender@" + organization.domain() + ">");
      return client.command("RCPT TO:<anna@" + organization.domain() + ">").code() == 250;
    }
  }

  LocalStack processes() {
    return stack;
  }

  LabCa ca() {
    return ca;
  }

  /** Ingress' certificate is gate.pem and gate.key in it, read again when they change. */
  Path keys() {
    return new StateFolder(folder).keys();
  }

  /** certificate-service's own pages and API. */
  URI certificates(String path) {
    return URI.create("http://127.0.0.1:" + stack.apiPort(Service.CERTIFICATE) + path);
  }

  /** user:password of the services' APIs. */
  String credentials() throws IOException {
    return Files.readString(new StateFolder(folder).credentials()).strip();
  }

  LabDns dns() {
    return dns;
  }

  CrlServer crls() {
    return crls;
  }

  /** Of mail hosts that are found by MX. */
  int mxPort() {
    return mxPort;
  }

  int smtpPort() {
    return stack.smtpPort();
  }

  /** Of the shared stack's ingress, for connections with the PROXY header of a balancer. */
  static int balancedPort() {
    return BALANCED_PORT;
  }

  LogSettings kafka() {
    return stack.kafka();
  }

  String bootstrap() {
    return stack.brokers().bootstrap();
  }

  DirectoryClient directory() {
    return new DirectoryClient(stack.api(Service.POLICY));
  }

  RecipientsClient recipients() {
    return new RecipientsClient(stack.api(Service.POLICY));
  }

  QueueClient queue() {
    return new QueueClient(stack.api(Service.POLICY));
  }

  /** The way of a message so far. */
  MailTrace trace(QueueId queueId) throws Exception {
    return MailTrace.read(kafka(), queueId);
  }

  /** Each message that was accepted has its end, or a cause to wait. */
  void assertAuditClean() throws Exception {
    AuditReport report = Audit.run(AuditOptions.of(bootstrap()));
    assertThat(report.alarms()).isEmpty();
    assertThat(report.clean()).isTrue();
  }

  /** A new organization, whose names no other test uses. */
  TestOrganization organization(String name) {
    return new TestOrganization(this, name + organizations.incrementAndGet());
  }

  /**
   * A revoked certificate, with a list of its own: one fetched before the revocation would be used
   * until its end.
   */
  Identity revoked(String name) {
    String path = "/revoked" + organizations.incrementAndGet() + ".crl";
    Identity identity = ca.issue(Issue.to(name).withCrl("http://127.0.0.1:" + crls.port() + path));
    ca.revoke(identity.leaf());
    crls.serve(path, ca::crl);
    return identity;
  }

  /** One whose revocation a responder alone tells. */
  Identity byResponder(String name) {
    return ca.issue(Issue.to(name).withResponder(crls.responder(ca)));
  }

  Identity revokedByResponder(String name) {
    Identity identity = byResponder(name);
    ca.revoke(identity.leaf());
    return identity;
  }

  private void closeQuietly() {
    try {
      close();
    } catch (Exception e) {
      System.err.println("stopping the stack: " + e);
    }
  }

  @Override
  public void close() throws Exception {
    try {
      stack.close();
    } finally {
      dns.close();
      crls.close();
      remove();
    }
  }

  private void remove() throws IOException {
    if (Boolean.getBoolean("postern.keep")) {
      System.out.println("kept: " + folder);
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
