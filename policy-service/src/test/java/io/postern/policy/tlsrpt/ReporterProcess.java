package io.postern.policy.tlsrpt;

import io.postern.policy.LogLab;
import java.util.concurrent.CountDownLatch;

/**
 * A reporter in a process of its own that stops for ever between sending and committing, and says
 * so: to be killed there. Arguments: the broker, and the clock's milliseconds.
 */
public final class ReporterProcess {
  private ReporterProcess() {}

  public static void main(String[] args) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    ReporterTest.worker(
            LogLab.settings(args[0]),
            Long.parseLong(args[1]),
            () -> {
              System.out.println("sent");
              try {
                never.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            })
        .start();
    never.await();
  }
}
