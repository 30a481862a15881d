package io.postern.log.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.log.TestLog;
import io.postern.log.topics.TopicsSetup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** G3, G9 and docs/design/the-log.md, "Directory", with a real broker. */
@Timeout(120)
class DirectoryReaderTest {
  private static final Duration LONGER_THAN_THE_TEST = Duration.ofMinutes(3);

  private record Seen(Set<String> keys, long version, Map<String, Long> routingVersions) {}

  private static final SnapshotFactory<Seen> FACTORY =
      (before, changes, version, routingVersions, markers) -> {
        Set<String> keys = new TreeSet<>(before == null ? Set.of() : before.keys());
        changes.forEach(o -> keys.remove(DirectoryKeys.key(o)));
        changes.stream().filter(o -> !o.getRemoved()).forEach(o -> keys.add(DirectoryKeys.key(o)));
        return new Seen(keys, version, routingVersions);
      };

  private TestLog log;
  private final List<AutoCloseable> closing = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    log = TestLog.shared();
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : closing.reversed()) {
      each.close();
    }
    log.close();
  }

  @Test
  void anEmptyDirectoryIsADirectory() {
    DirectoryReader<Seen> reader = reader();
    await().until(() -> reader.current().isPresent());
    assertThat(reader.version()).isEqualTo(-1);
    assertThat(reader.current().orElseThrow().keys()).isEmpty();
  }

  @Test
  void nobodyIsRefusedForGoodByADirectoryWithoutAnOrganization() {
    DirectoryReader<Seen> reader = reader();
    assertThat(reader.notInForce()).contains("not read");
    assertThat(reader.notReady()).contains("not read");
    await().until(() -> reader.current().isPresent());
    assertThat(reader.inForce()).isEmpty();
    assertThat(reader.notInForce()).contains("apply the first directory");
    // An installation begins so: whoever waits for its services must not wait for an apply.
    assertThat(reader.notReady()).isEmpty();

    KafkaProducer<String, byte[]> owner = owner();
    command(owner, "a", true, DirectoryObjects.organization("contoso"));
    await().until(() -> reader.inForce().isPresent());
    assertThat(reader.notInForce()).isEmpty();
  }

  /** The topic was lost and made anew while a service ran. */
  @Test
  void nobodyIsRefusedForGoodByADirectoryWhoseVersionWentBack() throws Exception {
    KafkaProducer<String, byte[]> owner = owner();
    command(owner, "a", true, DirectoryObjects.organization("contoso"));
    command(owner, "b", true, DirectoryObjects.domain("contoso.com", "contoso"));
    DirectoryReader<Seen> reader = reader();
    await().until(() -> reader.inForce().isPresent());
    try (Admin admin = log.admin()) {
      admin.deleteTopics(List.of(Topics.DIRECTORY)).all().get(30, TimeUnit.SECONDS);
    }
    await().until(() -> reader.inForce().isEmpty());
    TopicsSetup.createMissing(log.settings, TestLog.DEPLOYMENT, Duration.ofSeconds(30));
    KafkaProducer<String, byte[]> again = owner();
    command(again, "c", true, DirectoryObjects.organization("contoso"));
    await().until(() -> reader.current().isPresent() && reader.version() == 0);
    assertThat(reader.inForce()).isEmpty();
    assertThat(reader.notInForce()).contains("went back from 2 to 0");
    assertThat(reader.notReady()).contains("went back from 2 to 0");
  }

  @Test
  void g3_theReaderWaitsForATransactionThatWasOpenWhenItStarted() {
    KafkaProducer<String, byte[]> owner = owner(LONGER_THAN_THE_TEST);
    command(owner, "a", true, DirectoryObjects.organization("contoso"));
    command(owner, "b", false, DirectoryObjects.domain("contoso.com", "contoso"));

    DirectoryReader<Seen> reader = reader();
    // The transaction is not decided: nobody may decide without it.
    await().during(Duration.ofMillis(1_500)).until(() -> reader.current().isEmpty());
    long begin = System.nanoTime();
    assertThat(reader.awaitCurrent()).as("nor after a wait, which has an end").isEmpty();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(2));

    owner.commitTransaction();
    await().until(() -> reader.current().isPresent());
    assertThat(reader.current().orElseThrow().keys())
        .containsExactly("accepted-domain/contoso.com", "organization/contoso");
  }

  /** Both topics show one transaction, each at a time of its own: here the lists' is late. */
  @Test
  void g3_aRoutingVersionIsNotSeenBeforeTheListsThatBelongToIt() {
    KafkaProducer<String, byte[]> owner = owner();
    command(owner, "a", true, DirectoryObjects.domain("contoso.com", "contoso"));
    List<String> taken = new CopyOnWriteArrayList<>();
    DirectoryReader<Seen> reader = readerOfLists(taken);
    await().until(() -> reader.current().isPresent());

    KafkaProducer<String, byte[]> lists = owner(LONGER_THAN_THE_TEST);
    lists.beginTransaction();
    var unused =
        lists.send(new ProducerRecord<>(Topics.DIRECTORY_RECIPIENTS, "contoso.com", new byte[0]));
    lists.flush();
    DirectoryObject again = DirectoryObjects.domain("contoso.com", "contoso");
    command(owner, "step", true, again.toBuilder().setRecipientsEnd(1).build());
    assertThat(reader.awaitVersion(2, Duration.ofSeconds(3))).isFalse();
    assertThat(reader.version()).isEqualTo(0);

    lists.commitTransaction();
    assertThat(reader.awaitVersion(2, Duration.ofSeconds(60))).isTrue();
    assertThat(taken).containsExactly("contoso.com");
  }

  /** The topic of the lists was lost and made anew. */
  @Test
  void nobodyWaitsForListsThatAreLost() {
    KafkaProducer<String, byte[]> owner = owner();
    DirectoryObject domain = DirectoryObjects.domain("contoso.com", "contoso");
    command(owner, "step", true, domain.toBuilder().setRecipientsEnd(4_000).build());
    DirectoryReader<Seen> reader = readerOfLists(new CopyOnWriteArrayList<>());
    await().until(() -> reader.current().isPresent());
    assertThat(reader.version()).isEqualTo(0);
  }

  /** A reader whose objects wait for their lists shows the directory from before. */
  @Test
  void anEndIsNotReachedBeforeTheListsThatBelongToIt() throws Exception {
    DirectoryReader<Seen> reader = readerOfLists(new CopyOnWriteArrayList<>());
    await().until(() -> reader.current().isPresent());
    AtomicLong written = new AtomicLong(-1);
    AtomicBoolean done = new AtomicBoolean();
    List<String> early = new CopyOnWriteArrayList<>();
    Thread asking =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!done.get()) {
                    long before = written.get();
                    if (reader.awaitEnd(Duration.ofMillis(500)) && reader.version() < before) {
                      early.add(reader.version() + ", written: " + before);
                    }
                  }
                });
    DirectoryObject domain = DirectoryObjects.domain("contoso.com", "contoso");
    try (KafkaProducer<String, byte[]> owner = log.producer()) {
      long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
      for (int i = 1; System.nanoTime() - end < 0; i++) {
        DirectoryObject late =
            DirectoryObjects.of(domain, "step " + i, 0, 1).toBuilder()
                .setRecipientsEnd(4_000 + i)
                .build();
        ProducerRecord<String, byte[]> record =
            new ProducerRecord<>(Topics.DIRECTORY, DirectoryKeys.key(late), late.toByteArray());
        written.set(owner.send(record).get(30, TimeUnit.SECONDS).offset());
      }
    } finally {
      done.set(true);
      asking.join();
    }
    assertThat(early).isEmpty();
    assertThat(reader.awaitEnd(Duration.ofSeconds(20))).isTrue();
    assertThat(reader.version()).isEqualTo(written.get());
  }

  /** Each answer about the end comes while the objects are ahead of their lists for a moment. */
  @Test
  void anEndThatWasReachedAheadOfTheListsCountsOnceTheyAreRead() throws Exception {
    DirectoryReader<Seen> reader = readerOfLists(new CopyOnWriteArrayList<>());
    await().until(() -> reader.current().isPresent());
    DirectoryObject domain = DirectoryObjects.domain("contoso.com", "contoso");
    int silent = 0;
    try (KafkaProducer<String, byte[]> owner = log.producer()) {
      long end = System.nanoTime() + Duration.ofSeconds(15).toNanos();
      for (int i = 0; System.nanoTime() - end < 0; i++) {
        var unused = reader.awaitEnd(Duration.ZERO); // the end is asked for in the next turn
        DirectoryObject ahead =
            DirectoryObjects.of(domain, "step " + i, 0, 1).toBuilder()
                .setRecipientsEnd(i + 1)
                .build();
        owner
            .send(
                new ProducerRecord<>(
                    Topics.DIRECTORY, DirectoryKeys.key(ahead), ahead.toByteArray()))
            .get(30, TimeUnit.SECONDS);
        Thread.sleep(100); // it is read, and its lists are not
        owner
            .send(new ProducerRecord<>(Topics.DIRECTORY_RECIPIENTS, "contoso.com", new byte[0]))
            .get(30, TimeUnit.SECONDS);
        assertThat(reader.awaitRecipients(i + 1, Duration.ofSeconds(30))).isTrue();
        silent += reader.current().isEmpty() ? 1 : 0;
      }
    }
    assertThat(silent).isZero();
  }

  /** A marker that it has read may be gone for good, also before it has seen the end once. */
  @Test
  void aReaderThatDoesNotComeToTheEndForAnHourBeginsAgain() {
    command(owner(LONGER_THAN_THE_TEST), "a", false, DirectoryObjects.organization("contoso"));
    AtomicInteger begun = new AtomicInteger();
    AtomicLong clock = new AtomicLong();
    DirectoryReader<Seen> reader =
        new DirectoryReader<>(
            log.settings,
            FACTORY,
            AnchorSets.WHOLE,
            view(begun::incrementAndGet, key -> {}),
            Long.MAX_VALUE,
            clock::get);
    closing.add(reader);
    reader.start();
    await().until(() -> begun.get() == 1);

    clock.addAndGet(Duration.ofMinutes(61).toNanos());

    await().until(() -> begun.get() == 2);
    assertThat(reader.current()).isEmpty();
  }

  private static RecipientView view(Runnable begin, Consumer<String> take) {
    return new RecipientView() {
      @Override
      public void begin() {
        begin.run();
      }

      @Override
      public void take(String key, byte @Nullable [] value) {
        take.accept(key);
      }
    };
  }

  private DirectoryReader<Seen> readerOfLists(List<String> taken) {
    DirectoryReader<Seen> reader =
        new DirectoryReader<>(
            log.settings, FACTORY, AnchorSets.WHOLE, view(taken::clear, taken::add));
    closing.add(reader);
    reader.start();
    return reader;
  }

  @Test
  void g3_anAbortedCommandIsNeverSeen() {
    KafkaProducer<String, byte[]> owner = owner();
    command(owner, "a", true, DirectoryObjects.organization("contoso"));
    command(owner, "b", false, DirectoryObjects.organization("fabrikam"));
    owner.abortTransaction();
    DirectoryReader<Seen> reader = reader();
    await().until(() -> reader.current().isPresent());
    assertThat(reader.current().orElseThrow().keys()).containsExactly("organization/contoso");
  }

  @Test
  void g9_aCommandIsAppliedTogetherWithinTwoSeconds() {
    KafkaProducer<String, byte[]> owner = owner();
    DirectoryReader<Seen> reader = reader();
    List<Seen> changes = new CopyOnWriteArrayList<>();
    reader.onChange(changes::add);
    await().until(() -> reader.current().isPresent());

    List<DirectoryObject> many = new ArrayList<>();
    for (int i = 0; i < 1_500; i++) {
      many.add(DirectoryObjects.outbound("contoso", "out" + i));
    }
    List<Duration> times = new ArrayList<>();
    times.add(untilRead(reader, owner, many, 1_499));
    assertThat(changes).allSatisfy(seen -> assertThat(seen.keys().size()).isIn(0, 1_500));
    assertThat(reader.current().orElseThrow().routingVersions())
        .isEqualTo(Map.of("contoso", 1_499L));
    assertThat(reader.awaitVersion(1_501, Duration.ofMillis(50))).isFalse();

    // Each marker has an offset, too. One of the three may meet a stall of the machine.
    times.add(untilRead(reader, owner, many, 3_000));
    times.add(untilRead(reader, owner, many, 4_501));
    assertThat(times).anySatisfy(time -> assertThat(time).isLessThan(Duration.ofSeconds(2)));
    assertThat(changes).allSatisfy(seen -> assertThat(seen.keys().size()).isIn(0, 1_500));
  }

  /** From the commit to the reader's having that version. */
  private static Duration untilRead(
      DirectoryReader<Seen> reader,
      KafkaProducer<String, byte[]> owner,
      List<DirectoryObject> objects,
      long version) {
    command(owner, "to " + version, true, objects.toArray(DirectoryObject[]::new));
    long committed = System.nanoTime();
    assertThat(reader.awaitVersion(version, Duration.ofSeconds(60))).isTrue();
    return Duration.ofNanos(System.nanoTime() - committed);
  }

  @Test
  void g3_aReaderThatHearsNothingForTenSecondsSaysNothing() {
    KafkaProducer<String, byte[]> owner = owner();
    command(owner, "a", true, DirectoryObjects.organization("contoso"));
    DirectoryReader<Seen> reader = reader();
    await().until(() -> reader.current().isPresent());
    log.broker.pause();
    try {
      await().until(() -> reader.current().isEmpty());
      assertThat(reader.version()).isEqualTo(0);
    } finally {
      log.broker.resume();
    }
    await().until(() -> reader.current().isPresent());
  }

  @Test
  void g7_aReaderStartedBeforeTheLogReadsItWhenItComes() {
    KafkaProducer<String, byte[]> owner = owner();
    command(owner, "a", true, DirectoryObjects.organization("contoso"));
    command(owner, "b", true, DirectoryObjects.organization("fabrikam"));
    // The commit's marker is written after the answer: once it is read, nothing is under way.
    DirectoryReader<Seen> before = reader();
    assertThat(before.awaitVersion(2, Duration.ofSeconds(60))).isTrue();
    before.close();
    log.broker.kill();
    DirectoryReader<Seen> reader = reader();
    assertThat(reader.awaitVersion(0, Duration.ofSeconds(1))).isFalse();
    log.broker.restart();
    await().until(() -> reader.current().isPresent());
    assertThat(reader.current().orElseThrow().keys())
        .containsExactly("organization/contoso", "organization/fabrikam");
  }

  /** Who lets it grow must not end every service that reads it. */
  @Test
  void aDirectoryThatIsTooLargeForTheHeapIsGivenUpAndTheReaderSaysSo() {
    KafkaProducer<String, byte[]> owner = owner();
    command(owner, "a", true, DirectoryObjects.organization("contoso"));
    DirectoryReader<Seen> small =
        new DirectoryReader<>(
            log.settings, FACTORY, AnchorSets.WHOLE, null, 3_000, System::nanoTime);
    closing.add(small);
    small.start();
    await().until(() -> small.inForce().isPresent());

    for (int i = 0; i < 5; i++) {
      command(owner, "b" + i, true, DirectoryObjects.inbound("contoso", "in" + i));
    }

    await().until(() -> small.current().isEmpty());
    assertThat(small.inForce()).isEmpty();
    assertThat(small.notInForce()).contains("more than the 0 MB of heap", "remove objects");
    assertThat(small.notReady()).contains("more than the 0 MB of heap");
    DirectoryReader<Seen> other = reader();
    await().until(() -> other.current().isPresent());
  }

  @Test
  void anEndThatWasAskedForLaterIsAwaited() {
    KafkaProducer<String, byte[]> owner = owner();
    DirectoryReader<Seen> reader = reader();
    await().until(() -> reader.current().isPresent());
    command(owner, "a", true, DirectoryObjects.organization("contoso"));

    assertThat(reader.awaitEnd(Duration.ofSeconds(20))).isTrue();

    assertThat(reader.current().orElseThrow().keys()).containsExactly("organization/contoso");
    command(owner(LONGER_THAN_THE_TEST), "b", false, DirectoryObjects.organization("fabrikam"));
    assertThat(reader.awaitEnd(Duration.ofSeconds(2))).as("a transaction is open").isFalse();
  }

  private DirectoryReader<Seen> reader() {
    DirectoryReader<Seen> reader =
        new DirectoryReader<>(log.settings, FACTORY, AnchorSets.WHOLE, null);
    closing.add(reader);
    reader.start();
    return reader;
  }

  private KafkaProducer<String, byte[]> owner() {
    return owner(Duration.ofSeconds(5));
  }

  private KafkaProducer<String, byte[]> owner(Duration transaction) {
    KafkaProducer<String, byte[]> owner = log.transactionalProducer(transaction);
    closing.add(() -> owner.close(Duration.ofSeconds(1)));
    return owner;
  }

  private static void command(
      KafkaProducer<String, byte[]> owner, String id, boolean commit, DirectoryObject... objects) {
    owner.beginTransaction();
    for (int i = 0; i < objects.length; i++) {
      DirectoryObject object = DirectoryObjects.of(objects[i], id, i, objects.length);
      var unused =
          owner.send(
              new ProducerRecord<>(
                  Topics.DIRECTORY, DirectoryKeys.key(object), object.toByteArray()));
    }
    owner.flush();
    if (commit) {
      owner.commitTransaction();
    }
  }
}
