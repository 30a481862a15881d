package io.postern.operator.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.operator.api.Https;
import io.postern.operator.signin.ScriptedHttp.Answer;
import io.postern.operator.signin.ScriptedHttp.Request;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A token is sent where it belongs, is renewed once, and is nobody else's to read. */
class SessionTest {
  private static final Instant NOW = Instant.parse("2026-11-28T10:00:00Z");
  private static final URI SERVICE = URI.create("https://policy.example:8443");
  private static final String CONTEXT = "/home/anna/.config/postern/contoso.properties";

  @TempDir private Path folder;

  private final AtomicInteger renewals = new AtomicInteger();
  private final ScriptedHttp provider = ScriptedHttp.start(this::answer);
  private volatile int status = 200;
  private TokenFile file = TokenFile.of(Path.of(""), CONTEXT);

  @BeforeEach
  void file() {
    file = TokenFile.of(folder.resolve("postern/tokens"), CONTEXT);
  }

  @AfterEach
  void stop() {
    provider.close();
  }

  private Answer answer(Request request) {
    if (request.path().equals("/.well-known/openid-configuration")) {
      return Answer.ok(
          "{\"issuer\": \"%1$s\", \"token_endpoint\": \"%1$s/token\"}".formatted(provider.url()));
    }
    return status == 200
        ? Answer.ok(
            "{\"access_token\": \"new\", \"token_type\": \"Bearer\", \"expires_in\": 300,"
                + " \"refresh_token\": \"rt."
                + renewals.incrementAndGet()
                + "\"}")
        : new Answer(status, "{\"error\": \"invalid_grant\"}");
  }

  private Token token(Instant ends, @Nullable String refresh) {
    return new Token(
        CONTEXT,
        "anna",
        "old",
        ends.toString(),
        Token.origins(List.of(SERVICE, URI.create("https://console.example/"))),
        refresh == null
            ? null
            : new Token.Renewal(provider.url().toString(), "postern-cli", refresh));
  }

  private Session session(URI service) {
    return new Session(
        file,
        service,
        "postern.policy.credentials-file",
        () -> new ProviderHttp(Https.client(), Duration.ofSeconds(20)),
        InstantSource.fixed(NOW));
  }

  @Test
  void aTokenIsSentToTheServicesThatItWasGivenFor() throws Exception {
    file.put(token(NOW.plusSeconds(60), null));
    assertThat(session(SERVICE).authorization()).isEqualTo("Bearer old");
    assertThat(session(URI.create("https://POLICY.example:8443/")).authorization()).isNotNull();
    assertThat(session(URI.create("https://console.example")).authorization()).isNotNull();
    for (String other :
        List.of(
            "https://policy.example",
            "https://policy.example:8444",
            "http://policy.example:8443",
            "https://evil.example:8443")) {
      assertThatThrownBy(session(URI.create(other))::authorization)
          .hasMessageContaining("is not sent to " + other)
          .hasMessageContaining("sign in again: postern sign-in");
    }
  }

  @Test
  void nobodyIsSignedInAtFirst() {
    assertThatThrownBy(session(SERVICE)::authorization)
        .hasMessageContaining("not signed in: run postern sign-in")
        .hasMessageContaining("postern.policy.credentials-file");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aTokenThatHasEndedIsNotSent() throws Exception {
    file.put(token(NOW.plusSeconds(29), null));
    assertThatThrownBy(session(SERVICE)::authorization)
        .hasMessageContaining("expired at 2026-11-28T10:00:29Z; sign in again: postern sign-in");
  }

  @Test
  void aProvidersTokenIsRenewedAndKept() throws Exception {
    file.put(token(NOW, "rt.0"));
    assertThat(session(SERVICE).authorization()).isEqualTo("Bearer new");
    assertThat(session(SERVICE).authorization()).isEqualTo("Bearer new");
    assertThat(renewals).hasValue(1);
    assertThat(provider.requests().getLast().body())
        .contains("grant_type=refresh_token", "refresh_token=rt.0", "client_id=postern-cli");
    Token kept = file.read().orElseThrow();
    assertThat(kept.ends()).isEqualTo("2026-11-28T10:05:00Z");
    assertThat(kept.renewal())
        .isEqualTo(new Token.Renewal(provider.url().toString(), "postern-cli", "rt.1"));
  }

  /** A refresh token that is used twice can cost the whole session. */
  @Test
  void commandsAtTheSameTimeRenewOnce() throws Exception {
    file.put(token(NOW, "rt.0"));
    List<Future<String>> sent = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        sent.add(threads.submit(() -> session(SERVICE).authorization()));
      }
    }
    for (Future<String> each : sent) {
      assertThat(each.get()).isEqualTo("Bearer new");
    }
    assertThat(renewals).hasValue(1);
  }

  /** Holds the lock as another process does, until its input ends. */
  static final class Holder {
    public static void main(String[] args) throws Exception {
      try (FileChannel channel =
              FileChannel.open(
                  Path.of(args[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        System.out.println("held " + lock.isValid());
        while (System.in.read() >= 0) {
          // it is still wanted
        }
      }
    }
  }

  private Process holder() throws Exception {
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                folder.resolve("postern/tokens/lock").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(holder.inputReader().readLine()).isEqualTo("held true");
    return holder;
  }

  /** Two commands are two processes, and a lock of this one's threads holds none of the other. */
  @Test
  void whatAnotherProcessRenewsIsNotRenewedAgain() throws Exception {
    file.put(token(NOW, "rt.0"));
    Process other = holder();
    try {
      assertThatThrownBy(() -> file.waiting(Duration.ofMillis(200)).put(token(NOW, "rt.9")))
          .hasMessageContaining("another postern process has held");
      FutureTask<String> sent = new FutureTask<>(() -> session(SERVICE).authorization());
      Thread waits = Thread.ofPlatform().start(sent);
      Awaitility.await().until(() -> waits.getState() == Thread.State.TIMED_WAITING);
      file.write(token(NOW.plusSeconds(60), "rt.1"));
      other.getOutputStream().close();
      assertThat(sent.get(30, TimeUnit.SECONDS)).isEqualTo("Bearer old");
      assertThat(renewals).hasValue(0);
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void aProviderThatRefusesAsksForANewSignIn() throws Exception {
    file.put(token(NOW, "rt.0"));
    status = 400;
    assertThatThrownBy(session(SERVICE)::authorization)
        .hasMessageContaining("invalid_grant")
        .hasMessageContaining("sign in again: postern sign-in");
    status = 503;
    assertThatThrownBy(session(SERVICE)::authorization)
        .hasMessageContaining("cannot renew it now")
        .hasMessageNotContaining("sign in again");
    assertThat(file.read().orElseThrow().token()).isEqualTo("old");
  }

  @Test
  void theFileIsItsOwnersAlone() throws Exception {
    file.put(token(NOW, "rt.0"));
    Path tokens = folder.resolve("postern/tokens");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(tokens)))
        .isEqualTo("rwx------");
    try (Stream<Path> files = Files.list(tokens)) {
      for (Path each : files.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
            .as(each.toString())
            .isEqualTo("rw-------");
        Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rw-r-----"));
      }
    }
    assertThatThrownBy(file::read).hasMessageContaining("is readable by other users");
    file.put(token(NOW, null));
    assertThat(file.read()).isPresent();
    assertThat(file.read().orElseThrow().toString()).doesNotContain("old");
    assertThat(TokenFile.of(tokens, "another").read()).isEmpty();
    Path stale = Files.writeString(tokens.resolve(".new123"), "half a token");
    assertThat(file.remove().token().orElseThrow().token()).isEqualTo("old");
    assertThat(stale).doesNotExist();
    assertThat(file.remove().wasThere()).isFalse();
  }

  @Test
  void aBrokenFileIsNamedWithoutItsContent() throws Exception {
    file.put(token(NOW, null));
    Path tokens = folder.resolve("postern/tokens");
    for (String broken :
        List.of("{\"token\": \"secret-1", "{}", "[1]", "\"secret-1\"", "secret-1".repeat(9_000))) {
      try (Stream<Path> files = Files.list(tokens)) {
        for (Path each : files.filter(path -> path.toString().endsWith("json")).toList()) {
          Files.writeString(each, broken);
        }
      }
      assertThatThrownBy(file::read)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("postern sign-out")
          .hasMessageNotContaining("secret-1")
          .hasNoCause();
    }
  }
}
