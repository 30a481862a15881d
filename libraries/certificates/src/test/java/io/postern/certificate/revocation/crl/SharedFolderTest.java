package io.postern.certificate.revocation.crl;

import static io.postern.certificate.CertificateMaker.ca;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.postern.certificate.CertificateMaker.Made;
import io.postern.certificate.fetch.HttpFetch;
import io.postern.certificate.revocation.Patience;
import io.postern.certificate.revocation.TestSettings;
import io.postern.certificate.revocation.store.Endpoints;
import io.postern.certificate.revocation.store.PublicationStore.Answer;
import io.postern.certificate.revocation.store.PublicationStore.Current;
import io.postern.certificate.revocation.store.PublicationStore.Failure;
import io.postern.certificate.revocation.store.RevocationSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replicas with one folder of lists: two stores here, and one of another process. */
class SharedFolderTest {
  private static final Made CA = ca("CA").make();
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path folder = Path.of("");
  private final AtomicInteger fetches = new AtomicInteger();
  private final Map<String, byte[]> content = new ConcurrentHashMap<>();
  private volatile Duration shift = Duration.ZERO;
  private final InstantSource clock = () -> Instant.now().plus(shift);
  private final List<HttpFetch> clients = new ArrayList<>();
  private volatile @Nullable CountDownLatch hold;
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(task -> Thread.ofVirtual().start(task));
    server.createContext(
        "/",
        exchange -> {
          CountDownLatch latch = hold; // as it was when the fetch is counted
          fetches.incrementAndGet();
          await(latch);
          byte[] body = content.getOrDefault(exchange.getRequestURI().getPath(), new byte[0]);
          exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    content.put("/a.crl", list(Duration.ofHours(3)).make());
  }

  private static void await(@Nullable CountDownLatch latch) {
    try {
      if (latch != null && !latch.await(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("held for too long");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @AfterEach
  void close() {
    server.stop(0);
    clients.forEach(HttpFetch::close);
  }

  private static CrlMaker list(Duration age) {
    Instant now = Instant.now();
    return CrlMaker.by(CA).times(now.minus(age), now.plus(Duration.ofDays(7)));
  }

  private record Replica(CrlStore store, Map<String, Integer> results) {
    int results(String result) {
      return results.getOrDefault(result, 0);
    }
  }

  private Replica replica() throws IOException {
    return replica(TestSettings.in(folder));
  }

  private Replica replica(RevocationSettings settings) throws IOException {
    HttpFetch http = new HttpFetch(settings);
    clients.add(http);
    Map<String, Integer> results = new ConcurrentHashMap<>();
    return new Replica(
        new CrlStore(
            settings,
            http,
            new Endpoints(settings, clock),
            clock,
            result -> results.merge(result, 1, Integer::sum)),
        results);
  }

  private String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private Answer<Crl> ask(Replica replica, String path, Duration patience) {
    try {
      return replica
          .store()
          .current(url(path), CA.certificate(), Patience.of(clock.instant(), patience));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Answer<Crl> ask(Replica replica) {
    return ask(replica, "/a.crl", PATIENCE);
  }

  private Instant held(Replica replica) {
    return ask(replica) instanceof Current<Crl>(Crl list) ? list.thisUpdate() : Instant.MIN;
  }

  @Test
  void aListThatAnotherHasIsNotFetched() throws Exception {
    Replica one = replica();
    Replica other = replica();
    assertThat(ask(one)).isInstanceOf(Current.class);
    assertThat(ask(other)).isInstanceOf(Current.class);
    assertThat(fetches).hasValue(1);
  }

  /** The other came to know that there was none before it was there. */
  @Test
  void norOnceItsOwnFetchHasFailed() throws Exception {
    Replica one = replica();
    Replica other = replica();
    byte[] list = content.get("/a.crl");
    content.put("/a.crl", new byte[] {1});
    assertThat(ask(other)).isInstanceOf(Failure.class);
    content.put("/a.crl", list);
    assertThat(ask(one)).isInstanceOf(Current.class);
    shift = Duration.ofSeconds(11);
    assertThat(ask(other)).isInstanceOf(Current.class);
    assertThat(other.results("shared")).isEqualTo(1);
    assertThat(fetches).hasValue(2);
  }

  @Test
  void aRefreshTakesWhatAnotherHasFetched() throws Exception {
    Replica one = replica();
    Replica other = replica();
    Instant before = held(one);
    assertThat(held(other)).isEqualTo(before);
    content.put("/a.crl", list(Duration.ofHours(1)).make());
    shift = Duration.ofMinutes(61);
    one.store().refresh();
    Awaitility.await().until(() -> held(one).isAfter(before));
    other.store().refresh();
    Awaitility.await().until(() -> held(other).isAfter(before));
    assertThat(other.results("shared")).isEqualTo(1);
    assertThat(fetches).hasValue(2);
    // Which was a fetch of its own as far as the next one is concerned.
    other.store().refresh();
    one.store().refresh();
    assertThat(fetches).hasValue(2);
  }

  @Test
  void oneFetchesForAllWhoAskAtOnce() throws Exception {
    // Half of a fetch's time is waited for another: longer than anybody asks.
    TestSettings patient = TestSettings.in(folder).within(PATIENCE.multipliedBy(3));
    List<Replica> replicas = List.of(replica(patient), replica(patient), replica(patient));
    CountDownLatch latch = new CountDownLatch(1);
    hold = latch;
    try (ExecutorService side = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer<Crl>>> answers = new ArrayList<>();
      for (Replica replica : replicas) {
        answers.add(side.submit(() -> ask(replica)));
      }
      Awaitility.await().until(() -> fetches.get() == 1);
      latch.countDown();
      for (Future<Answer<Crl>> answer : answers) {
        assertThat(answer.get()).isInstanceOf(Current.class);
      }
    }
    assertThat(fetches).hasValue(1);
  }

  @Test
  void oneWhoFetchesForTooLongIsNotWaitedFor() throws Exception {
    Replica one = replica(TestSettings.in(folder).within(Duration.ofSeconds(30)));
    Replica other = replica(TestSettings.in(folder).within(Duration.ofSeconds(4)));
    CountDownLatch latch = new CountDownLatch(1);
    hold = latch;
    try (ExecutorService side = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Answer<Crl>> stalled = side.submit(() -> ask(one, "/a.crl", Duration.ofSeconds(30)));
      Awaitility.await().until(() -> fetches.get() == 1);
      hold = null;
      // Here a fetch may last four seconds, and half of that is waited for the other.
      assertThat(ask(other, "/a.crl", Duration.ofSeconds(15))).isInstanceOf(Current.class);
      assertThat(fetches).hasValue(2);
      latch.countDown();
      assertThat(stalled.get()).isInstanceOf(Current.class);
    }
  }

  @Test
  void aFileThatSomebodyHasSpoiledIsFetched() throws Exception {
    Replica one = replica();
    assertThat(ask(one)).isInstanceOf(Current.class);
    Path file = lists().getFirst();
    Made impostor = ca("CA").make();
    Files.write(file, CrlMaker.by(impostor).make());
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(60)));
    assertThat(ask(replica())).isInstanceOf(Current.class);
    assertThat(fetches).hasValue(2);
  }

  @Test
  void anOlderFileUndoesNothing() throws Exception {
    Replica one = replica();
    byte[] older = list(Duration.ofHours(9)).make();
    Instant held = held(one);
    Path file = lists().getFirst();
    Files.write(file, older);
    shift = Duration.ofMinutes(61);
    Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
    one.store().refresh();
    Awaitility.await().until(() -> fetches.get() == 2);
    assertThat(held(one)).isEqualTo(held);
  }

  private List<Path> lists() {
    return files(".crl");
  }

  private List<Path> files(String suffix) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(suffix)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aStartDeletesWhatWasLeftOverAndNotWhatIsBeingWritten() throws Exception {
    Path writing = Files.createTempFile(folder, "list", ".fresh");
    Path left = Files.createTempFile(folder, "list", ".fresh");
    Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
    replica();
    assertThat(files(".fresh")).containsExactly(writing);
  }

  private record Small(TestSettings all, long cacheBytes) implements RevocationSettings {
    @Override
    public boolean allowPrivateTargets() {
      return true;
    }

    @Override
    public Path cacheFolder() {
      return all.cacheFolder();
    }

    @Override
    public Duration connectTimeout() {
      return all.connectTimeout();
    }

    @Override
    public Duration fetchTimeout() {
      return all.fetchTimeout();
    }

    @Override
    public long maxBytes() {
      return all.maxBytes();
    }

    @Override
    public int maxRedirects() {
      return all.maxRedirects();
    }

    @Override
    public int concurrentFetches() {
      return all.concurrentFetches();
    }

    @Override
    public int concurrentFetchesPerHost() {
      return all.concurrentFetchesPerHost();
    }

    @Override
    public Duration failureMemory() {
      return all.failureMemory();
    }

    @Override
    public Duration failureMemoryLongest() {
      return all.failureMemoryLongest();
    }

    @Override
    public Duration refreshAfter() {
      return all.refreshAfter();
    }
  }

  /** Ten lists of some 40 KB in a folder for three of them. */
  private RevocationSettings room(int lists) {
    byte[] large = list(Duration.ofHours(3)).revoking(1L << 60, 1000).make();
    for (int i = 0; i < 10; i++) {
      content.put("/" + i + ".crl", large);
    }
    return new Small(TestSettings.in(folder), large.length * (long) lists + large.length / 2);
  }

  private long bytes() {
    return lists().stream().mapToLong(file -> file.toFile().length()).sum();
  }

  @Test
  void theFolderAndWhatIsInUseOfItStayWithinTheBound() throws Exception {
    RevocationSettings settings = room(3);
    Replica one = replica(settings);
    for (int i = 0; i < 10; i++) {
      assertThat(ask(one, "/" + i + ".crl", PATIENCE)).isInstanceOf(Current.class);
      assertThat(bytes()).isLessThanOrEqualTo(settings.cacheBytes());
      assertThat(one.store().heldBytes()).isLessThanOrEqualTo(settings.cacheBytes()).isPositive();
    }
    // What was let go of is there again when it is asked for.
    assertThat(ask(one, "/0.crl", PATIENCE)).isInstanceOf(Current.class);
    assertThat(fetches).hasValue(11);
  }

  @Test
  void whatAnotherReplicaUsesIsNotTheFirstToGo() throws Exception {
    RevocationSettings settings = room(3);
    Replica one = replica(settings);
    Replica other = replica(settings);
    ask(one, "/0.crl", PATIENCE);
    shift = Duration.ofMinutes(2);
    ask(one, "/1.crl", PATIENCE);
    shift = Duration.ofMinutes(4);
    ask(other, "/0.crl", PATIENCE);
    ask(other, "/0.crl", PATIENCE);
    shift = Duration.ofMinutes(6);
    ask(one, "/2.crl", PATIENCE);
    ask(one, "/3.crl", PATIENCE);
    int before = fetches.get();
    Replica third = replica(settings);
    assertThat(ask(third, "/0.crl", PATIENCE)).isInstanceOf(Current.class);
    assertThat(fetches).as("the oldest by fetch, and used by the other").hasValue(before);
    assertThat(ask(third, "/1.crl", PATIENCE)).isInstanceOf(Current.class);
    assertThat(fetches).hasValue(before + 1);
  }

  @Test
  void whatAnotherReplicaHasDeletedOrRenewedIsNotHeldOn() throws Exception {
    RevocationSettings settings = room(3);
    Replica one = replica(settings);
    Replica other = replica(settings);
    ask(one, "/0.crl", PATIENCE);
    Instant before = held(one);
    for (int i = 1; i < 4; i++) {
      shift = Duration.ofMinutes(i);
      ask(other, "/" + i + ".crl", PATIENCE);
    }
    content.put("/a.crl", list(Duration.ofHours(1)).make());
    shift = Duration.ofMinutes(61);
    ask(other);
    other.store().refresh();
    Awaitility.await().until(() -> held(other).isAfter(before));
    one.store().shrink();
    Awaitility.await().until(() -> held(one).isAfter(before));
    assertThat(one.results("shared")).isEqualTo(1);
    assertThat(one.store().heldBytes()).as("/a.crl alone").isLessThan(1_000);
  }

  @Test
  void anOlderListDoesNotReplaceOneThatWasLetGoOf() throws Exception {
    byte[] older = list(Duration.ofHours(9)).make();
    Replica one = replica();
    assertThat(ask(one)).isInstanceOf(Current.class);
    Files.delete(lists().getFirst());
    one.store().shrink();
    assertThat(one.store().heldBytes()).isZero();
    content.put("/a.crl", older);
    assertThat(ask(one))
        .isInstanceOfSatisfying(
            Failure.class,
            failed -> assertThat(failed.detail()).contains("older than an earlier one"));
  }

  @Test
  void aListThatIsNotCurrentAnyMoreIsNotHeldForItsTimes() throws Exception {
    Instant now = Instant.now();
    content.put("/a.crl", CrlMaker.by(CA).times(now.minusSeconds(60), now.plusSeconds(600)).make());
    Replica one = replica();
    assertThat(ask(one)).isInstanceOf(Current.class);
    shift = Duration.ofMinutes(11);
    assertThat(ask(one))
        .isInstanceOfSatisfying(Failure.class, failed -> assertThat(failed.last()).isNotNull());
    assertThat(one.store().heldBytes()).isZero();
  }

  @Test
  void withoutLocksEachFetches() throws Exception {
    Files.createDirectory(folder.resolve("turns")); // no file there to lock
    assertThat(ask(replica())).isInstanceOf(Current.class);
    assertThat(ask(replica())).isInstanceOf(Current.class);
    assertThat(fetches).as("the second finds the file").hasValue(1);
  }

  /** The lock of a process that is killed in the middle of its fetch. */
  @Test
  void aProcessThatEndedHasNoTurn() throws Exception {
    Replica wanted = replica();
    CountDownLatch latch = new CountDownLatch(1);
    hold = latch;
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                FetchesAList.class.getName(),
                folder.toString(),
                url("/a.crl"),
                HexFormat.of().formatHex(CA.der()))
            .inheritIO()
            .start();
    try {
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> fetches.get() == 1);
      CrlFiles files = new CrlFiles(folder);
      String name = lock();
      assertThat(files.turn(name)).as("the other process has it").isNull();
      other.destroyForcibly();
      assertThat(other.waitFor(10, TimeUnit.SECONDS)).isTrue();
      hold = null;
      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () -> {
                FetchTurns.Turn turn = files.turn(name);
                if (turn != null) {
                  turn.close();
                }
                return turn != null;
              });
      assertThat(ask(wanted)).isInstanceOf(Current.class);
      assertThat(fetches).hasValue(2);
    } finally {
      other.destroyForcibly();
      latch.countDown();
    }
  }

  private String lock() {
    return CrlStore.name(url("/a.crl"), CA.certificate());
  }
}
