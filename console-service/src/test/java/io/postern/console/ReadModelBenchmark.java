package io.postern.console;

import io.postern.console.fold.Fold;
import io.postern.console.fold.LogFold;
import io.postern.console.reports.ReportTimes;
import io.postern.console.search.SearchTimes;
import io.postern.console.store.WriterConnection;
import io.postern.contracts.Deployment;
import io.postern.log.LogSettings;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.KafkaBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Measures the read model (docs/evidence/performance.md): {@code catch-up MESSAGES} folds them from
 * a real broker, {@code search MESSAGES} folds messages of seven days and prints each filter's
 * times, {@code cost MESSAGES} folds them in transactions of 70, as at 200 a second, and prints CPU
 * and bytes of each. To be run with -Xmx256m.
 */
public final class ReadModelBenchmark {
  private ReadModelBenchmark() {}

  public static void main(String[] args) throws Exception {
    int messages = Integer.parseInt(args[1]);
    if (args[0].equals("catch-up")) {
      catchUp(messages);
    } else if (args[0].equals("cost")) {
      FoldCost.print(messages);
    } else {
      search(messages);
    }
    System.exit(0);
  }

  private static void catchUp(int messages) throws Exception {
    Path folder = Files.createTempDirectory("read-model-benchmark");
    try (KafkaBroker broker = KafkaBroker.start(folder, properties -> {})) {
      LogSettings log = new LogSettings(Map.of("bootstrap.servers", broker.bootstrap()));
      TopicsSetup.createOrVerify(
          log, Deployment.of("single-node", java.util.OptionalInt.of(4)), Duration.ofSeconds(60));
      produce(log, messages);
      String url = Postgres.migrated();
      ConsoleSettings settings = settings();
      long records = 3L * messages;
      long begin = System.nanoTime();
      double cpu = cpu("java");
      double database = cpu("postgres");
      try (LogFold fold =
          new LogFold(
              log,
              new LogFold.Link(url, Postgres.user(), Postgres.password()),
              settings,
              () -> true)) {
        fold.start();
        long last = 0;
        while (fold.folded() < records) {
          TimeUnit.SECONDS.sleep(5);
          long now = fold.folded();
          System.out.printf("%,d records, %,d/s%n", now, (now - last) / 5);
          last = now;
        }
        System.out.printf(
            "CPU: this process and the broker %.1f s, database %.1f s%n",
            cpu("java") - cpu, cpu("postgres") - database);
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      System.out.printf(
          "caught up %,d records in %.1f s: %,.0f records/s; heap %,d MB of %,d MB%n",
          records,
          seconds,
          records / seconds,
          (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20,
          Runtime.getRuntime().maxMemory() >> 20);
    }
  }

  /** CPU of the processes below this one, itself included, whose program has that name; seconds. */
  private static double cpu(String program) {
    ProcessHandle self = ProcessHandle.current();
    return java.util.stream.Stream.concat(
            java.util.stream.Stream.of(self), ProcessHandle.allProcesses())
        .distinct()
        .filter(p -> p.info().command().orElse("").endsWith("/" + program))
        .filter(p -> program.equals("postgres") || p.equals(self) || isBelow(p, self))
        .mapToDouble(p -> p.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3)
        .sum();
  }

  private static boolean isBelow(ProcessHandle process, ProcessHandle above) {
    return process.parent().map(p -> p.equals(above) || isBelow(p, above)).orElse(false);
  }

  private static void produce(LogSettings log, int messages) throws Exception {
    ManyMessages many = new ManyMessages(1);
    Semaphore flying = new Semaphore(2_000);
    java.util.Properties properties = log.producer();
    properties.put("linger.ms", 20);
    properties.put("max.block.ms", 60_000);
    properties.put("delivery.timeout.ms", 120_000);
    properties.put("request.timeout.ms", 60_000);
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(properties)) {
      for (int i = 0; i < messages; i++) {
        for (ConsumerRecord<String, byte @Nullable []> r : many.next(System.currentTimeMillis())) {
          flying.acquire();
          Future<?> unused =
              producer.send(
                  new ProducerRecord<>(r.topic(), r.partition(), r.key(), r.value()),
                  (metadata, failure) -> {
                    flying.release();
                    if (failure != null) {
                      throw new IllegalStateException(failure);
                    }
                  });
        }
      }
    }
    System.out.printf("%,d messages are in the log%n", messages);
  }

  private static void search(int messages) throws Exception {
    String url = Postgres.migrated();
    long now = System.currentTimeMillis();
    long begin = System.nanoTime();
    fill(url, messages, now);
    double seconds = (System.nanoTime() - begin) / 1e9;
    System.out.printf(
        "folded %,d records without a broker in %.1f s: %,.0f records/s%n",
        3L * messages, seconds, 3L * messages / seconds);
    SearchTimes.print(url);
    ReportTimes.print(url);
  }

  /** Messages of the seven days before now, and a refusal for each ten. */
  public static void fill(String url, int messages, long now) throws Exception {
    ManyMessages many = new ManyMessages(1);
    long first = now - TimeUnit.DAYS.toMillis(7) + 3_600_000;
    try (Connection connection = WriterConnection.open(url, Postgres.user(), Postgres.password())) {
      Fold fold =
          new Fold(
              connection, 90, 1_000_000, InstantSource.fixed(java.time.Instant.ofEpochMilli(now)));
      fold.begin();
      for (int i = 0; i < messages; i++) {
        long at = first + (now - first) / messages * i;
        for (ConsumerRecord<String, byte @Nullable []> record : many.next(at)) {
          fold.read(record);
        }
        if (i % 10 == 0) {
          fold.read(many.refusal(at));
        }
        if (fold.full()) {
          fold.commit();
        }
      }
      fold.commit();
    }
    Postgres.execute(url, "ANALYZE");
  }

  static ConsoleSettings settings() {
    return new ConsoleSettings() {
      @Override
      public Duration idleTimeout() {
        return Duration.ofMinutes(30);
      }

      @Override
      public Optional<String> searchUser() {
        return Optional.empty();
      }

      @Override
      public Optional<String> searchPassword() {
        return Optional.empty();
      }

      @Override
      public int retentionDays() {
        return 90;
      }

      @Override
      public long mostADay() {
        return 50_000;
      }
    };
  }
}
