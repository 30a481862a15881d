package io.postern.log.content;

import io.postern.contracts.v1.ContentReference;
import io.postern.log.Mail;
import io.postern.log.TestLog;
import io.postern.log.sending.MessageLog;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * What contents cost that are read behind the scan: {@code SlowDestinationMain [MESSAGES [BYTES]]}.
 * Every second message goes to a slow destination, whose deliveries come so many MiB after the fast
 * ones, in order or shuffled (as those that were handed back come). One line for each.
 */
final class SlowDestinationMain {
  private static final int FAST = 10;
  private static final int SLOW = 20;
  private static final int LARGE = 1 << 20;

  private SlowDestinationMain() {}

  public static void main(String[] args) throws Exception {
    int count = args.length > 0 ? Integer.parseInt(args[0]) : 8_000;
    int bytes = args.length > 1 ? Integer.parseInt(args[1]) : 10_000;
    try (TestLog log = TestLog.start()) {
      List<Mail> mails = write(log, count, bytes);
      System.out.println(
          "lag MiB, shuffled over: ms in all; of one slow p50, p99 us; us CPU a message; fetches;"
              + " read/size");
      for (int round = 0; round < 2; round++) {
        for (int lag : bytes > LARGE ? new int[] {0} : new int[] {0, 16}) {
          for (int shuffle : lag == 0 ? new int[] {1} : new int[] {1, 50, 200, 2_000}) {
            new Run(log, mails, bytes, lag, shuffle).print();
          }
        }
      }
    }
  }

  private static List<Mail> write(TestLog log, int count, int bytes) throws Exception {
    List<Mail> mails = Collections.synchronizedList(new ArrayList<>());
    try (MessageLog messages = new MessageLog(log.settings, 4);
        ExecutorService sessions = Executors.newVirtualThreadPerTaskExecutor()) {
      Semaphore atOnce = new Semaphore(20);
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int seed = i;
        atOnce.acquire();
        all.add(
            sessions.submit(
                () -> {
                  try {
                    mails.add(Mail.send(messages, Mail.bytes(new Random(seed), bytes)));
                  } finally {
                    atOnce.release();
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    return List.copyOf(mails);
  }

  /** One lag. */
  private static final class Run {
    private final TestLog log;
    private final List<Mail> fast = new ArrayList<>();
    private final List<Mail> slow = new ArrayList<>();
    private final int bytes;
    private final int lag;
    private final int shuffle;
    private final AtomicInteger fastBegun = new AtomicInteger();
    private final AtomicInteger slowBegun = new AtomicInteger();
    private final AtomicInteger fastDone = new AtomicInteger();

    Run(TestLog log, List<Mail> mails, int bytes, int lag, int shuffle) {
      this.log = log;
      this.bytes = bytes;
      this.lag = lag;
      this.shuffle = shuffle;
      for (int i = 0; i < mails.size(); i++) {
        (i % 2 == 0 ? fast : slow).add(mails.get(i));
      }
      Random random = new Random(7);
      for (int i = 0; i < slow.size(); i += shuffle) {
        Collections.shuffle(slow.subList(i, Math.min(slow.size(), i + shuffle)), random);
      }
    }

    void print() throws Exception {
      AtomicLongArray took = new AtomicLongArray(slow.size());
      long began = System.nanoTime();
      long cpu = cpu();
      double fetches;
      double read;
      try (ContentReader reader = new ContentReader(log.settings);
          ExecutorService sessions = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < FAST; i++) {
          all.add(sessions.submit(() -> readFast(reader)));
        }
        for (int i = 0; i < SLOW; i++) {
          all.add(sessions.submit(() -> readSlow(reader, took)));
        }
        for (Future<?> one : all) {
          one.get();
        }
        fetches = sum("consumer-fetch-manager-metrics", "fetch-total");
        read = sum("consumer-metrics", "incoming-byte-total");
      }
      long nanos = System.nanoTime() - began;
      long spent = cpu() - cpu;
      long[] sorted = new long[took.length()];
      Arrays.setAll(sorted, took::get);
      Arrays.sort(sorted);
      int messages = fast.size() + slow.size();
      long size = fast.stream().map(Mail::reference).mapToLong(ContentReference::getSize).sum() * 2;
      System.out.printf(
          "%2d, %4d: %5d; %6d, %6d; %4d; %5.0f; %.2f%n",
          lag,
          shuffle,
          nanos / 1_000_000,
          sorted[sorted.length / 2] / 1_000,
          sorted[sorted.length * 99 / 100] / 1_000,
          spent / 1_000 / messages,
          fetches,
          read / size);
    }

    private Void readFast(ContentReader reader) throws Exception {
      for (int i = fastBegun.getAndIncrement(); i < fast.size(); i = fastBegun.getAndIncrement()) {
        check(reader, fast.get(i));
        fastDone.incrementAndGet();
      }
      return null;
    }

    private Void readSlow(ContentReader reader, AtomicLongArray took) throws Exception {
      int behind = (int) (((long) lag << 20) / bytes / 2);
      for (int i = slowBegun.getAndIncrement(); i < slow.size(); i = slowBegun.getAndIncrement()) {
        while (fastDone.get() < Math.min(fast.size(), i + behind)) {
          Thread.sleep(1);
        }
        long began = System.nanoTime();
        check(reader, slow.get(i));
        took.set(i, System.nanoTime() - began);
      }
      return null;
    }

    private static void check(ContentReader reader, Mail mail) throws ContentException {
      if (Mail.read(reader, mail.accepted().getContentList()).length != mail.content().length) {
        throw new AssertionError("content differs");
      }
    }

    private static long cpu() {
      return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
          .getProcessCpuTime();
    }

    private static double sum(String type, String attribute) throws Exception {
      MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
      double sum = 0;
      List<ObjectName> names =
          beans
              .queryNames(new ObjectName("kafka.consumer:type=" + type + ",client-id=*"), null)
              .stream()
              .sorted(Comparator.naturalOrder())
              .toList();
      for (ObjectName name : names) {
        sum += (double) beans.getAttribute(name, attribute);
      }
      return sum;
    }
  }
}
