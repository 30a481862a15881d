package io.postern.certificate.answers;

import com.google.protobuf.ByteString;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.RevocationMode;
import io.postern.lab.CrlServer;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.log.LogSettings;
import io.postern.programs.FreePorts;
import io.postern.programs.KafkaBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * How long a question over Kafka takes: {@code VerdictsMain FOLDER SERVICE-JAR [QUESTIONS [ROUNDS
 * [fetched]]]}. A broker and the service as processes; the caller asks without a cache of its own:
 * twenty questions in turn that the service has answered before, a hundred a second; or, with
 * {@code fetched}, chains that it has never seen, each with a list of its own that must be fetched,
 * forty a second.
 */
final class VerdictsMain {
  private static final int DIFFERENT = 20;
  private static final Duration PAUSE = Duration.ofMillis(10);
  private static final Duration PAUSE_FETCHED = Duration.ofMillis(25);

  private final LogSettings log;
  private final Map<String, Long> asked = new ConcurrentHashMap<>();
  private final List<Double> took = Collections.synchronizedList(new ArrayList<>());
  private final List<Double> halfWay = Collections.synchronizedList(new ArrayList<>());
  private volatile boolean closed;

  private VerdictsMain(String bootstrap) {
    this.log = new LogSettings(Map.of("bootstrap.servers", bootstrap));
  }

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]).toAbsolutePath();
    Files.createDirectories(folder);
    int questions = args.length > 2 ? Integer.parseInt(args[2]) : 1_000;
    int rounds = args.length > 3 ? Integer.parseInt(args[3]) : 6;
    boolean fetched = args.length > 4 && args[4].equals("fetched");
    try (CrlServer crls = CrlServer.create();
        KafkaBroker broker = KafkaBroker.start(folder.resolve("broker"), _ -> {})) {
      LabCa ca = LabCa.create("Fetched", crls);
      ca.writeRoot(folder.resolve("ca.pem"));
      List<CertificateRequest> all = fetched ? fetched(ca, crls, questions * rounds) : answered();
      int port = FreePorts.next();
      Process service =
          ServiceProcess.start(
              folder,
              args[1],
              broker.bootstrap(),
              port,
              List.of(
                  "-Dpostern.anchors.pem=" + folder.resolve("ca.pem"),
                  "-Dpostern.revocation.allow-private-targets=true"));
      try {
        ServiceProcess.awaitReady(port);
        new VerdictsMain(broker.bootstrap())
            .measure(all, questions, rounds, fetched ? PAUSE_FETCHED : PAUSE);
        System.out.printf(
            "CPU of the service: %s%n", service.info().totalCpuDuration().orElseThrow());
      } finally {
        service.destroy();
        if (!service.waitFor(20, TimeUnit.SECONDS)) {
          service.destroyForcibly();
        }
      }
    }
  }

  private static List<CertificateRequest> answered() {
    List<CertificateRequest> all = new ArrayList<>();
    for (int i = 0; i < DIFFERENT; i++) {
      // Whether it is good or bad makes no difference to one that is remembered.
      all.add(request(LabCa.selfSigned(Issue.to("mx" + i + ".example")).der()));
    }
    return all;
  }

  private static List<CertificateRequest> fetched(LabCa ca, CrlServer crls, int count) {
    byte[] list = ca.crl();
    List<CertificateRequest> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String path = "/list-" + i + ".crl";
      crls.serve(path, () -> list);
      String url = crls.url().resolve(path).toString();
      all.add(request(ca.issue(Issue.to("mx" + i + ".example").withCrl(url)).der()));
    }
    return all;
  }

  private void measure(List<CertificateRequest> all, int questions, int rounds, Duration pause)
      throws Exception {
    Thread reader = Thread.ofPlatform().start(this::read);
    List<Double> p50 = new ArrayList<>();
    List<Double> p99 = new ArrayList<>();
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(questioner())) {
      for (int round = 0; round < rounds; round++) {
        took.clear();
        halfWay.clear();
        for (int i = 0; i < questions; i++) {
          ask(producer, all.get((round * questions + i) % all.size()));
          Thread.sleep(pause);
        }
        Thread.sleep(1_000);
        p50.add(p(took, 50));
        p99.add(p(took, 99));
        System.out.printf(
            "round %d: %d of %d answered, p50 %.1f ms, p99 %.1f ms; the question's own way through"
                + " the log p50 %.1f ms, p99 %.1f ms%n",
            round,
            took.size(),
            questions,
            p50.getLast(),
            p99.getLast(),
            p(halfWay, 50),
            p(halfWay, 99));
      }
    }
    closed = true;
    reader.join();
    System.out.println("of the last " + rounds / 2 + " rounds:");
    print("p50", p50.subList(rounds / 2, rounds));
    print("p99", p99.subList(rounds / 2, rounds));
  }

  // As KafkaVerdicts asks.
  private Properties questioner() {
    Properties properties = log.producer();
    properties.put(ProducerConfig.ACKS_CONFIG, "1");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false);
    return properties;
  }

  private static double p(List<Double> times, int percent) {
    List<Double> sorted = new ArrayList<>(times);
    Collections.sort(sorted);
    return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
  }

  private static void print(String what, List<Double> rounds) {
    List<Double> sorted = new ArrayList<>(rounds);
    Collections.sort(sorted);
    System.out.printf(
        "%s minimum %.1f ms, median %.1f ms%n",
        what, sorted.getFirst(), sorted.get(sorted.size() / 2));
  }

  private void ask(KafkaProducer<String, byte[]> producer, CertificateRequest request) {
    String key = Fingerprints.hex(request.getVerdictKey().toByteArray());
    byte[] value =
        request.toBuilder()
            .setDeadlineMillis(System.currentTimeMillis() + 5_000)
            .build()
            .toByteArray();
    asked.putIfAbsent(key, System.nanoTime()); // one that is late counts from its first
    var unused = producer.send(new ProducerRecord<>(Topics.CERTIFICATE_REQUESTS, key, value));
  }

  private void read() {
    try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(log.reader(false))) {
      List<TopicPartition> partitions =
          Stream.of(Topics.CERTIFICATE_VERDICTS, Topics.CERTIFICATE_REQUESTS)
              .flatMap(topic -> consumer.partitionsFor(topic).stream())
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToEnd(partitions);
      while (!closed) {
        for (ConsumerRecord<String, byte[]> answer : consumer.poll(Duration.ofMillis(200))) {
          boolean question = answer.topic().equals(Topics.CERTIFICATE_REQUESTS);
          Long at =
              answer.key() == null
                  ? null
                  : question ? asked.get(answer.key()) : asked.remove(answer.key());
          if (at != null) {
            (question ? halfWay : took).add((System.nanoTime() - at) / 1e6);
          }
        }
      }
    }
  }

  /** Is this server's chain good, by the default anchors, and not revoked? */
  static CertificateRequest request(List<byte[]> chain) {
    VerdictQuestion question =
        new VerdictQuestion(
            chain,
            new byte[0],
            CertificateRole.ROLE_SERVER,
            AnchorSetReference.getDefaultInstance(),
            RevocationMode.REVOCATION_REQUIRED,
            "");
    CertificateRequest.Builder request =
        CertificateRequest.newBuilder()
            .setVerdictKey(ByteString.copyFrom(question.key().bytes()))
            .setRole(question.role())
            .setAnchors(question.anchors())
            .setRevocation(question.revocation());
    question.chain().forEach(der -> request.addChain(ByteString.copyFrom(der)));
    return request.build();
  }
}
