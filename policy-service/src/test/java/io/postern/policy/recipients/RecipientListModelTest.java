package io.postern.policy.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.AcceptedDomainType;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.MailboxRoute;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RecipientListState;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsLevel;
import io.postern.log.rules.ListsReached;
import io.postern.rules.Directory;
import io.postern.rules.OutboundMail;
import io.postern.rules.checks.Quotas;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.RecipientRules;
import io.postern.rules.outbound.OutboundDecision;
import io.postern.rules.outbound.OutboundRules;
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
 * judges each step; other commands, which write the domain's object too; compaction; readers that
 * see a part of a transaction, of one topic before the other, and begin again.
 *
 * <p>A recipient that is in every list is never refused as unknown. A decision that delivery would
 * not hand back, since it carries the organization's newest routing version, is that of the newest
 * lists. When all is read, each reader has the list that was applied last.
 */
class RecipientListModelTest {
  private static final AcceptedDomain DOMAIN =
      RecipientFileTest.DOMAIN.toBuilder()
          .setRecipientValidation(RecipientValidation.RECIPIENT_VALIDATION_LIST)
          .setMailboxHost(host("mailbox.example"))
          .setMailboxTls(TlsLevel.ENCRYPTION_ONLY)
          .setFurtherMailboxRoutes(
              0,
              MailboxRoute.newBuilder()
                  .setName("cloud")
                  .setHost(host("cloud.example"))
                  .setTls(TlsLevel.ENCRYPTION_ONLY))
          .build();
  private static final InboundDecision.Accept ACCEPT =
      new InboundDecision.Accept(
          "contoso", "", Direction.INCOMING, "", "", new byte[0], Explanation.getDefaultInstance());
  private static final int CORE = 10; // addresses that every list has
  private static final int UNIVERSE = 40;

  private record Logged(long offset, String key, byte @Nullable [] value) {}

  /** An object of the domain in the directory. */
  private record Written(long offset, AcceptedDomainType type, long recipientsEnd) {}

  /** The topics, with what compaction leaves of them. */
  private final List<Logged> log = new ArrayList<>();

  private final List<Written> directory = new ArrayList<>();
  private long end;
  private long directoryEnd;
  private Map<String, String> truth = Map.of(); // of the list that was complete last
  private boolean anyComplete;

  private final class Reader {
    private final RecipientRecords records = new RecipientRecords();
    private ListsReached reached = new ListsReached();
    private long position;
    private long loadedAt;
    private long directoryPosition;
    private long directoryLoadedAt;
    private long recipientsEnd;
    private AcceptedDomainType type = AcceptedDomainType.AUTHORITATIVE;
    private @Nullable Directory shown;

    Reader() {
      restart();
    }

    void restart() {
      records.begin();
      reached = new ListsReached();
      position = 0;
      directoryPosition = 0;
      recipientsEnd = 0;
      silent();
    }

    /** Until it has come to the ends of both topics again. */
    void silent() {
      loadedAt = end;
      directoryLoadedAt = directoryEnd;
      shown = null;
    }

    /** What it decides by; null: it decides nothing. */
    @Nullable Directory current() {
      if (position >= loadedAt
          && directoryPosition >= directoryLoadedAt
          && reached.reached(recipientsEnd, position, 0)) {
        shown = directory();
      }
      return shown;
    }

    void readDirectory() {
      for (Written object : directory) {
        if (object.offset() >= directoryPosition) {
          type = object.type();
          recipientsEnd = object.recipientsEnd() > 0 ? object.recipientsEnd() : recipientsEnd;
        }
      }
      directoryPosition = directoryEnd;
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

    void readAll() {
      read(Integer.MAX_VALUE);
      readDirectory();
    }

    private void take(Logged record) {
      try {
        records.take(record.key(), record.value());
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
    }

    Directory directory() {
      return Directory.of(
          objects(type), directoryPosition, Map.of("contoso", directoryPosition), records.lists());
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
      Directory current = reader.current();
      steps.clear();
      if (current == null) {
        return;
      }
      RecipientComparison comparison =
          RecipientComparison.of(current.recipientLists().list(DOMAIN.getDomain()), file);
      if (!comparison.same()) {
        steps.addAll(RecipientSteps.of(DOMAIN, comparison, "admin", "", 1 + random.nextInt(200)));
      }
    }

    void step(Reader owner) {
      DirectoryCommand command = steps.removeFirst();
      owner.readAll();
      Directory before = owner.directory();
      if (!RecipientListStep.problems(before, Quotas.NONE, command.getRecipients()).isEmpty()) {
        steps.clear();
        return;
      }
      RecipientListStep.records(before, command).forEach(RecipientListModelTest.this::append);
      if (RecipientListStep.mayMoveMail(before, command.getRecipients())) {
        DirectoryObject again = RecipientListStep.domainAgain(before, command, end);
        write(again.getAcceptedDomain().getDomainType(), again.getRecipientsEnd());
      }
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

  private void write(AcceptedDomainType type, long recipientsEnd) {
    directory.add(new Written(directoryEnd++, type, recipientsEnd));
  }

  private static List<DirectoryObject> objects(AcceptedDomainType type) {
    return List.of(
        DirectoryObject.newBuilder()
            .setOrganization(Organization.newBuilder().setId("contoso"))
            .build(),
        DirectoryObject.newBuilder()
            .setAcceptedDomain(DOMAIN.toBuilder().setDomainType(type))
            .build(),
        DirectoryObject.newBuilder()
            .setOutboundConnector(
                OutboundConnector.newBuilder()
                    .setOrganization("contoso")
                    .setName("To our servers")
                    .setConnectorType(ConnectorType.ON_PREMISES)
                    .setEnabled(true)
                    .setAllAcceptedDomains(true)
                    .addSmartHosts(host("exchange.example")))
            .build());
  }

  private static NextHopHost host(String name) {
    return NextHopHost.newBuilder().setHost(name).build();
  }

  private static Map<String, String> randomList(Random random) {
    Map<String, String> list = new TreeMap<>();
    boolean routes = random.nextInt(3) > 0;
    for (int i = 0; i < UNIVERSE; i++) {
      if (i < CORE || random.nextBoolean()) {
        list.put("user" + i, routes && random.nextInt(3) == 0 ? "cloud" : "");
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

  /** The same in the directory: a reader that had not read what goes was silent for an hour. */
  private void compactDirectory(List<Reader> readers) {
    if (directory.size() > 1) {
      long gone = directory.removeFirst().offset();
      readers.stream().filter(reader -> reader.directoryPosition <= gone).forEach(Reader::silent);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void aRecipientInEveryListIsNeverUnknown(int seed) throws IOException {
    for (int schedule = 0; schedule < 100; schedule++) {
      log.clear();
      directory.clear();
      end = 0;
      directoryEnd = 0;
      write(AcceptedDomainType.AUTHORITATIVE, 0);
      truth = Map.of();
      anyComplete = false;
      run(new Random(seed * 1000L + schedule));
    }
  }

  private void run(Random random) throws IOException {
    Reader owner = new Reader();
    List<Api> apis = List.of(new Api(), new Api());
    List<Reader> readers = List.of(new Reader(), new Reader());
    Reader newest = new Reader();
    for (int i = 0; i < 150; i++) {
      Api api = apis.get(random.nextInt(2));
      Reader reader = readers.get(random.nextInt(2));
      switch (random.nextInt(16)) {
        case 0 -> api.begin(random);
        case 1, 2, 3, 4, 5 -> {
          if (!api.steps.isEmpty()) {
            api.step(owner);
          }
        }
        case 6 -> api.reader.read(random.nextInt(20));
        case 7 -> api.reader.readAll();
        case 8 -> reader.read(1 + random.nextInt(5));
        case 9 -> reader.read(Integer.MAX_VALUE);
        case 10 -> compact(random);
        case 11, 12 -> reader.readDirectory();
        case 13 -> // an administrator changes the domain
            write(
                random.nextBoolean()
                    ? AcceptedDomainType.AUTHORITATIVE
                    : AcceptedDomainType.INTERNAL_RELAY,
                end);
        case 14 ->
            compactDirectory(
                List.of(
                    apis.getFirst().reader,
                    apis.getLast().reader,
                    readers.getFirst(),
                    readers.getLast()));
        default -> {
          if (random.nextInt(5) == 0) {
            (random.nextBoolean() ? reader : owner).restart();
          }
        }
      }
      newest.readAll();
      for (Reader each : readers) {
        coreIsKnown(each);
        decidesAs(newest.directory(), each, "user" + random.nextInt(UNIVERSE));
      }
    }
    Api last = apis.getFirst();
    last.reader.readAll();
    last.begin(random);
    while (!last.steps.isEmpty()) {
      last.step(owner);
    }
    Reader fresh = new Reader();
    for (Reader reader : List.of(readers.getFirst(), readers.getLast(), fresh)) {
      reader.readAll();
      equalsTruth(reader);
    }
  }

  private static void coreIsKnown(Reader reader) {
    Directory directory = reader.current();
    if (directory == null) {
      return;
    }
    for (int i = 0; i < CORE; i++) {
      if (RecipientRules.decide(directory, ACCEPT, "user" + i, DOMAIN.getDomain())
          instanceof InboundDecision.Refuse refusal) {
        assertThat(refusal.code()).isEqualTo(451);
      }
    }
  }

  private static void decidesAs(Directory newest, Reader reader, String user) {
    Directory directory = reader.current();
    if (directory != null
        && directory.routingVersion("contoso") == newest.routingVersion("contoso")) {
      for (String localPart : List.of(user, user + "+news")) {
        assertThat(nextHop(directory, localPart)).isEqualTo(nextHop(newest, localPart));
      }
    }
  }

  private static String nextHop(Directory directory, String localPart) {
    return OutboundRules.decide(
                directory,
                new OutboundMail(
                    "contoso",
                    Direction.INCOMING,
                    "",
                    localPart,
                    DOMAIN.getDomain(),
                    RequireTls.REQUIRE_TLS_UNSPECIFIED,
                    false,
                    null))
            instanceof OutboundDecision.Deliver deliver
        ? deliver.nextHop().getRoute()
        : "held";
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
