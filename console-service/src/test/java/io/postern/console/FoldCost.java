package io.postern.console;

import io.postern.console.fold.Fold;
import io.postern.console.store.WriterConnection;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * What the read model costs for each message: CPU of the fold's thread and of the database, and the
 * bytes of each table and index. Without a broker and its client.
 */
final class FoldCost {
  private static final int TRANSACTION = 70;
  private static final int WARM_UP = 20_000;
  private static final double TICKS = 100; // a second, of /proc
  private static final String SIZES =
      "SELECT regexp_replace(c.relname, '_[0-9]{4}_[0-9]{2}_[0-9]{2}', '') AS name,"
          + " sum(pg_relation_size(c.oid) + coalesce(pg_relation_size(nullif(c.reltoastrelid, 0)), 0))"
          + " AS bytes FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace"
          + " AND c.relkind IN ('r', 'i') GROUP BY 1 ORDER BY 2 DESC LIMIT 40";

  private FoldCost() {}

  static void print(int messages) throws Exception {
    String url = Postgres.migrated();
    ManyMessages many = new ManyMessages(1);
    long now = System.currentTimeMillis();
    try (Connection connection = WriterConnection.open(url, Postgres.user(), Postgres.password())) {
      Fold fold =
          new Fold(
              connection, 90, 1_000_000, InstantSource.fixed(java.time.Instant.ofEpochMilli(now)));
      fold.begin();
      fold(fold, many, WARM_UP, now);
      long before = bytes(connection);
      long backend = number(connection, "SELECT pg_backend_pid()");
      double database = database(backend);
      double session = ticks(backend, 2) / TICKS;
      double threadUs = fold(fold, many, messages, now) * 1e6 / messages;
      double sessionUs = (ticks(backend, 2) / TICKS - session) * 1e6 / messages;
      double databaseUs = (database(backend) - database) * 1e6 / messages;
      System.out.printf(
          "us of CPU a message: %.1f the fold's thread, %.1f the database (%.1f its session), together"
              + " %.1f%n",
          threadUs, databaseUs, sessionUs, threadUs + databaseUs);
      System.out.printf(
          "bytes a message: %.0f%n", (bytes(connection) - before) / (double) messages);
      sizes(connection, messages + WARM_UP);
    }
  }

  /** CPU seconds of this thread, without the making of the messages. */
  private static double fold(Fold fold, ManyMessages many, int messages, long now)
      throws SQLException {
    double cpu = 0;
    List<ConsumerRecord<String, byte @Nullable []>> records = new ArrayList<>();
    for (int i = 1; i <= messages; i++) {
      records.addAll(many.next(now - 3_600_000L + i * 5L));
      if (i % TRANSACTION == 0 || i == messages) {
        double begin = thread();
        for (ConsumerRecord<String, byte @Nullable []> record : records) {
          fold.read(record);
        }
        fold.commit();
        cpu += thread() - begin;
        records.clear();
      }
    }
    return cpu;
  }

  private static double thread() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
  }

  /** CPU seconds of the server and of all its processes, those that have ended included. */
  private static double database(long backend) throws IOException {
    ProcessHandle server = ProcessHandle.of(backend).flatMap(ProcessHandle::parent).orElseThrow();
    double ticks = ticks(server.pid(), 4);
    for (ProcessHandle each : server.children().toList()) {
      ticks += ticks(each.pid(), 2);
    }
    return ticks / TICKS;
  }

  /** utime and stime, and with four the same of children that have ended (proc(5)). */
  private static double ticks(long pid, int fields) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] values = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    double ticks = 0;
    for (int i = 11; i < 11 + fields; i++) {
      ticks += Long.parseLong(values[i]);
    }
    return ticks;
  }

  private static long bytes(Connection connection) throws SQLException {
    return number(connection, "SELECT pg_database_size(current_database())");
  }

  private static long number(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      long number = row.getLong(1);
      connection.commit();
      return number;
    }
  }

  private static void sizes(Connection connection, int messages) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(SIZES)) {
      while (row.next()) {
        System.out.printf(
            "%-40s %8.1f%n", row.getString("name"), row.getLong("bytes") / (double) messages);
      }
    }
    connection.commit();
  }
}
