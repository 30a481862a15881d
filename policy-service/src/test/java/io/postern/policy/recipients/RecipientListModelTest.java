package io.postern.policy.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.RecipientListState;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.rules.Directory;
import io.postern.rules.InboundDecision;
import io.postern.rules.RecipientRules;
import io.postern.rules.recipients.RecipientList;
import io.postern.rules.recipients.RecipientRecords;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random schedules of docs/design/the-log.md, "Recipient lists": two replicas of the API that apply
 * lists in several steps by what their own readers have read, and stop half-way; the owner, who
 * judges each step; compaction; readers that see a part of a transaction, and begin again.
 *
 * <p>A recipient that is in every list is never refused as unknown; and when all is read, each
 * reader has the list that was applied last.
 */
class RecipientListModelTest {
  private static final AcceptedDomain DOMAIN =
      RecipientFileTest.DOMAIN.toBuilder()
          .setRecipientValidation(RecipientValidation.RECIPIENT_VALIDATION_LIST)
          .build();
  private static final List<DirectoryObject> OBJECTS =
      List.of(
          DirectoryObject.newBuilder()
              .setOrganization(Organization.newBuilder().setId("contoso"))
              .build(),
          DirectoryObject.newBuilder().setAcceptedDomain(DOMAIN).build());
  private static final InboundDecision.Accept ACCEPT =
      new InboundDecision.Accept(
          "contoso", "", Direction.INCOMING, "", "", new byte[0], Explanation.getDefaultInstance());
  private static final int CORE = 10; // addresses that every list has
  private static final int UNIVERSE = 40;

  private record Logged(long offset, String key, byte @Nullable [] value) {}

  /** The topic, with what compaction leaves of it. */
  private final List<Logged> log = new ArrayList<>();

  private long end;
  private Map<String, String> truth = Map.of(); // of the list that was complete last
  private boolean anyComplete;

  private final class Reader {
    private RecipientRecords records = new RecipientRecords();
    private long position;
    private long loadedAt;

    Reader() {
      restart();
    }

    void restart() {
      records.begin();
      position = 0;
      loadedAt = end;
    }

    boolean loaded() {
      return position >= loadedAt;
    }

    void read(int most) {
      int read = 0;
      for (Logged record : List.copyOf(log)) {
        if (record.offset() >= position && read++ < most) {
          take(record);
          position = record.offset() + 1;
        }
      }
      if (read <= most) {
        position = end;
      }
    }

    private void take(Logged record) {
      try {
        records.take(record.key(), record.value());
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
    }

    Directory directory() {
      return Directory.of(OBJECTS, 1, Map.of(), records.lists());
    }
  }

  /** One replica of the API, with a list under way. */
  private final class Api {
    final Reader reader = new Reader();
    final Deque<DirectoryCommand> steps = new ArrayDeque<>();
    Map<String, String> list = Map.of();

    void begin(Random random) throws IOException {
      list = randomList(random);
      StringBuilder text = new StringBuilder();
      list.forEach((local, route) -> text.append(local).append(',').append(route).append('\n'));
      RecipientFile file = RecipientFileTest.read(text.toString().getBytes(StandardCharsets.UTF_8));
      RecipientComparison comparison =
          RecipientComparison.of(
              reader.directory().recipientLists().list(DOMAIN.getDomain()), file);
      steps.clear();
      if (!comparison.same()) {
        steps.addAll(RecipientSteps.of(DOMAIN, comparison, "admin", 1 + random.nextInt(200)));
      }
    }

    void step(Reader owner) {
      DirectoryCommand command = steps.removeFirst();
      owner.read(Integer.MAX_VALUE);
      Directory directory = owner.directory();
      if (!RecipientListStep.problems(directory, command.getRecipients()).isEmpty()) {
        steps.clear();
        return;
      }
      RecipientListStep.records(directory, command).forEach(RecipientListModelTest.this::append);
      if (command.getRecipients().getLast()) {
        truth = list;
        anyComplete = true;
      }
    }
  }

  private void append(ProducerRecord<String, byte[]> record) {
    assertThat(record.topic()).isEqualTo(Topics.DIRECTORY_RECIPIENTS);
    log.add(new Logged(end++, record.key(), record.value()));
  }

  private static Map<String, String> randomList(Random random) {
    Map<String, String> list = new TreeMap<>();
    for (int i = 0; i < UNIVERSE; i++) {
      if (i < CORE || random.nextBoolean()) {
        list.put("user" + i, random.nextInt(3) == 0 ? "cloud" : "");
      }
    }
    return list;
  }

  /** Removes some records whose keys have later ones. */
  private void compact(Random random) {
    Map<String, Long> last = new HashMap<>();
    log.forEach(record -> last.put(record.key(), record.offset()));
    log.removeIf(
        record -> last.getOrDefault(record.key(), 0L) > record.offset() && random.nextBoolean());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void aRecipientInEveryListIsNeverUnknown(int seed) throws IOException {
    for (int schedule = 0; schedule < 100; schedule++) {
      log.clear();
      end = 0;
      truth = Map.of();
      anyComplete = false;
      run(new Random(seed * 1000L + schedule));
    }
  }

  private void run(Random random) throws IOException {
    Reader owner = new Reader();
    List<Api> apis = List.of(new Api(), new Api());
    List<Reader> readers = List.of(new Reader(), new Reader());
    for (int i = 0; i < 150; i++) {
      Api api = apis.get(random.nextInt(2));
      Reader reader = readers.get(random.nextInt(2));
      switch (random.nextInt(12)) {
        case 0 -> api.begin(random);
        case 1, 2, 3, 4, 5 -> {
          if (!api.steps.isEmpty()) {
            api.step(owner);
          }
        }
        case 6 -> api.reader.read(random.nextInt(20));
        case 7 -> api.reader.read(Integer.MAX_VALUE);
        case 8 -> reader.read(1 + random.nextInt(5));
        case 9 -> reader.read(Integer.MAX_VALUE);
        case 10 -> compact(random);
        default -> {
          if (random.nextInt(5) == 0) {
            (random.nextBoolean() ? reader : owner).restart();
          }
        }
      }
      readers.forEach(RecipientListModelTest::coreIsKnown);
    }
    Api last = apis.getFirst();
    last.reader.read(Integer.MAX_VALUE);
    last.begin(random);
    while (!last.steps.isEmpty()) {
      last.step(owner);
    }
    Reader fresh = new Reader();
    for (Reader reader : List.of(readers.getFirst(), readers.getLast(), fresh)) {
      reader.read(Integer.MAX_VALUE);
      equalsTruth(reader);
    }
  }

  private static void coreIsKnown(Reader reader) {
    if (!reader.loaded()) {
      return; // decides nothing
    }
    Directory directory = reader.directory();
    for (int i = 0; i < CORE; i++) {
      if (RecipientRules.decide(directory, ACCEPT, "user" + i, DOMAIN.getDomain())
          instanceof InboundDecision.Refuse refusal) {
        assertThat(refusal.code()).isEqualTo(451);
      }
    }
  }

  private void equalsTruth(Reader reader) {
    assertThat(anyComplete).isTrue();
    RecipientList list = reader.directory().recipientLists().list(DOMAIN.getDomain()).orElseThrow();
    RecipientListState state = list.state();
    assertThat(state.getComplete()).isTrue();
    assertThat(list.size()).isEqualTo(truth.size());
    truth.forEach((local, route) -> assertThat(list.route(local)).hasValue(route));
  }
}
