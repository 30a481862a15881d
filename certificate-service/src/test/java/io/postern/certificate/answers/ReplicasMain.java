package io.postern.certificate.answers;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.VerdictRecord;
import io.postern.contracts.v1.VerdictResult;
import io.postern.lab.CrlServer;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.log.LogSettings;
import io.postern.programs.FreePorts;
import io.postern.programs.KafkaBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * How many chains that were never seen are judged a second over Kafka, by so many replicas that
 * each may use a part of a core: {@code ReplicasMain FOLDER SERVICE-JAR REPLICAS PERCENT CHAINS}.
 * Needs root and control groups of version 1; the caller keeps 200 questions open. The first half
 * of the chains warms up, with all of the machine.
 */
final class ReplicasMain {
  private static final int OPEN = 200;
  private static final int PERIOD_MICROS = 20_000;
  private static final Path GROUPS = Path.of("/sys/fs/cgroup/cpu");

  private final LogSettings log;
  private final Semaphore room = new Semaphore(OPEN);
  private final AtomicInteger good = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final CountDownLatch reading = new CountDownLatch(1);
  private volatile boolean closed;

  private ReplicasMain(String bootstrap) {
    this.log = new LogSettings(Map.of("bootstrap.servers", bootstrap));
  }

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]).toAbsolutePath();
    Files.createDirectories(folder);
    int replicas = Integer.parseInt(args[2]);
    int percent = Integer.parseInt(args[3]);
    int chains = Integer.parseInt(args[4]);
    List<Process> services = new ArrayList<>();
    List<Path> groups = new ArrayList<>();
    try (CrlServer crls = CrlServer.create();
        KafkaBroker broker = KafkaBroker.start(folder.resolve("broker"), _ -> {})) {
      LabCa ca = LabCa.create("Replicas", crls);
      ca.writeRoot(folder.resolve("ca.pem"));
      List<String> settings =
          List.of(
              "-Dpostern.anchors.pem=" + folder.resolve("ca.pem"),
              "-Dpostern.revocation.allow-private-targets=true");
      for (int i = 0; i < replicas; i++) {
        Path group = Files.createDirectory(GROUPS.resolve("postern-replica-" + i));
        groups.add(group);
        int port = FreePorts.next();
        Process service =
            ServiceProcess.start(
                folder.resolve("replica" + i), args[1], broker.bootstrap(), port, settings);
        services.add(service);
        ServiceProcess.awaitReady(port); // started with all the machine
        Files.writeString(group.resolve("cpu.cfs_period_us"), Integer.toString(PERIOD_MICROS));
        Files.writeString(
            group.resolve("cpu.cfs_quota_us"), Integer.toString(PERIOD_MICROS * percent / 100));
        Files.writeString(group.resolve("cgroup.procs"), Long.toString(service.pid()));
      }
      List<CertificateRequest> all = new ArrayList<>();
      for (int i = 0; i < chains; i++) {
        all.add(VerdictsMain.request(ca.issue(Issue.to("mx" + i + ".example")).der()));
      }
      new ReplicasMain(broker.bootstrap())
          .measure(all, services, () -> limit(groups, PERIOD_MICROS * percent / 100));
    } finally {
      for (Process service : services) {
        service.destroyForcibly();
        service.waitFor();
      }
      for (Path group : groups) {
        Files.delete(group);
      }
    }
  }

  private static void limit(List<Path> groups, int quotaMicros) throws IOException {
    for (Path group : groups) {
      Files.writeString(group.resolve("cpu.cfs_period_us"), Integer.toString(PERIOD_MICROS));
      Files.writeString(group.resolve("cpu.cfs_quota_us"), Integer.toString(quotaMicros));
    }
  }

  private interface Limit {
    void set() throws IOException;
  }

  private void measure(List<CertificateRequest> all, List<Process> services, Limit limit)
      throws Exception {
    Thread reader = Thread.ofPlatform().start(this::read);
    reading.await();
    int warm = all.size() / 2;
    long began = 0;
    Duration cpu = Duration.ZERO;
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      for (int i = 0; i < all.size(); i++) {
        if (i == warm) {
          limit.set();
          began = System.nanoTime();
          cpu = cpu(services);
        }
        if (!room.tryAcquire(1, TimeUnit.MINUTES)) {
          throw new IllegalStateException(answered + " of " + i + " questions were answered");
        }
        CertificateRequest request =
            all.get(i).toBuilder().setDeadlineMillis(System.currentTimeMillis() + 600_000).build();
        var unused =
            producer.send(
                new ProducerRecord<>(
                    Topics.CERTIFICATE_REQUESTS,
                    Fingerprints.hex(request.getVerdictKey().toByteArray()),
                    request.toByteArray()));
      }
    }
    if (!room.tryAcquire(OPEN, 1, TimeUnit.MINUTES)) {
      throw new IllegalStateException(answered + " of " + all.size() + " were answered");
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    Duration used = cpu(services).minus(cpu);
    closed = true;
    reader.join();
    System.out.printf(
        "%d replicas: %.0f a second, %.2f CPU seconds a second, %.0f a CPU second; %d of %d good%n",
        services.size(),
        (all.size() - warm) / seconds,
        used.toMillis() / 1e3 / seconds,
        (all.size() - warm) / (used.toMillis() / 1e3),
        good.get(),
        all.size());
  }

  private static Duration cpu(List<Process> services) {
    return services.stream()
        .map(service -> service.info().totalCpuDuration().orElseThrow())
        .reduce(Duration.ZERO, Duration::plus);
  }

  private void read() {
    try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(log.reader(false))) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topics.CERTIFICATE_VERDICTS).stream()
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToEnd(partitions);
      partitions.forEach(consumer::position);
      reading.countDown();
      Set<String> seen = new HashSet<>();
      while (!closed) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          take(record, seen);
        }
      }
    }
  }

  private void take(ConsumerRecord<String, byte[]> record, Set<String> seen) {
    try {
      VerdictRecord verdict = VerdictRecord.parseFrom(record.value());
      if (verdict.hasVerdict() && seen.add(record.key())) {
        answered.incrementAndGet();
        if (verdict.getVerdict().getResult() == VerdictResult.GOOD) {
          good.incrementAndGet();
        }
        room.release();
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }
}
